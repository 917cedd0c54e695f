import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { projectRoot } from './project-root.ts'

/**
 * What the built file makes of `data`, in a thread of its own: for what takes a second or more, in which the service
 * would neither hear the switch nor tell a desk who calls. The file takes `workerData`, posts one message and ends.
 */
export function inThread<Answer>(file: string, data: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(join(projectRoot(), 'dist', file), { workerData: data })
    thread.once('message', resolve)
    thread.once('error', reject)
    thread.once('exit', () => reject(new Error(`${file} ended without an answer`)))
  })
}
