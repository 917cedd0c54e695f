import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { projectRoot } from '../kernel/index.ts'
import type { Report } from './report.ts'

/** As it is built: a thread begins with a file that Node reads by itself. */
const worker = join(projectRoot(), 'dist/src/metrics/report-worker.js')

/**
 * A report as a workbook, written in a thread of its own: ten thousand rows take a second and more, in which the service
 * would neither hear the switch nor tell a desk who calls.
 */
export function workbookAside(report: Report): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(worker, { workerData: report })
    thread.once('message', (file: Uint8Array) => resolve(Buffer.from(file)))
    thread.once('error', reject)
    thread.once('exit', () => reject(new Error('the thread that writes workbooks ended without one')))
  })
}
