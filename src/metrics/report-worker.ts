import { parentPort, workerData } from 'node:worker_threads'
import type { Report } from './report.ts'
import { workbookOf } from './report-workbook.ts'

/** A thread of its own, which writes the report it is given as a workbook and ends. */
const report: Report = workerData
parentPort?.postMessage(await workbookOf(report))
