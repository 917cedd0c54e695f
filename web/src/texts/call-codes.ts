import type { Text } from './text.ts'

/** Why a third party could not be had. */
export const thirdOutcomes: Readonly<Record<string, Text>> = {
  busy: { zh: '占线', en: 'busy' },
  closed: { zh: '休息', en: 'closed' },
  noAnswer: { zh: '无人接听', en: 'no answer' },
  rejected: { zh: '拒接', en: 'refused the call' },
  unreachable: { zh: '无法接通', en: 'not reachable' },
}
/** How a caller is listed. */
export const grades: Readonly<Record<string, Text>> = {
  note: { zh: '提示', en: 'note' },
  warning: { zh: '警告', en: 'warning' },
  queue: { zh: '降级', en: 'last in line' },
  refuse: { zh: '拒接', en: 'refused' },
}
