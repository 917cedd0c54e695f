import { parentPort, workerData } from 'node:worker_threads'
import { type Measurements, type StaffingGoal, staffingPlan } from './staffing-plan.ts'

/** A thread of its own, which plans what it is given and ends. */
const { measured, goal }: { measured: Measurements; goal: StaffingGoal } = workerData
parentPort?.postMessage(staffingPlan(measured, goal))
