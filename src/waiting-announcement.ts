import { promptFile, speakExpectedWait, speakPosition } from './ivr/index.ts'
import type { Clock } from './kernel/index.ts'
import type { Dispatcher, ExpectedWait } from './queue/index.ts'

/** What a waiting caller is told every so often: the place, the wait to expect, and the key that asks for a callback. */
export function waitingAnnouncement({
  dispatcher,
  expectedWait,
  clock,
  promptsDir,
  key,
}: {
  dispatcher: Dispatcher
  expectedWait: ExpectedWait
  clock: Clock
  promptsDir: string
  /** That asks for a callback. */
  key: string | undefined
}) {
  return ({ callId, queue, language }: { callId: string; queue: string; language: string }) => {
    const position = dispatcher.position(callId)
    if (position === undefined) return { files: [], fact: undefined }
    const seconds = expectedWait.estimate(queue, position, clock.now())
    const words = [
      ...speakPosition(language, position),
      ...(seconds === undefined ? [] : speakExpectedWait(language, seconds)),
      ...(key === undefined ? [] : ['callback-hint', `n${key}`]),
    ]
    return {
      files: words.map((name) => promptFile({ promptsDir, prompt: { language, name } })),
      fact: { callId, queue, position, expectedWaitSeconds: seconds ?? null },
    }
  }
}
