import type { Text } from './text.ts'

/** How a call ended. */
export const endings: Readonly<Record<string, Text>> = {
  answered: { zh: '坐席已接', en: 'answered' },
  branch: { zh: '分中心接听', en: 'answered by a branch' },
  voicemail: { zh: '已留言', en: 'left a message' },
  noMessage: { zh: '转留言，未留言', en: 'asked for a message, left none' },
  callback: { zh: '约定回拨', en: 'asked to be called back' },
  abandoned: { zh: '排队中放弃', en: 'gave up in the queue' },
  left: { zh: '进队列前挂机', en: 'hung up before a queue' },
  closed: { zh: '非服务时间', en: 'line was closed' },
  refused: { zh: '骚扰来电拒接', en: 'nuisance, refused' },
  menu: { zh: '菜单内办结', en: 'ended by the menu' },
  longestWait: { zh: '超过最长等待', en: 'waited longest, sent away' },
  released: { zh: '被强拆', en: 'ended by a supervisor' },
  failed: { zh: '系统或线路故障', en: 'system or line failed' },
  reached: { zh: '去电接通', en: 'call out: reached' },
  busy: { zh: '去电占线', en: 'call out: busy' },
  noAnswer: { zh: '去电无人接听', en: 'call out: no answer' },
  rejected: { zh: '去电被拒接', en: 'call out: refused' },
  unreachable: { zh: '去电无法接通', en: 'call out: not reachable' },
  agentMissed: { zh: '去电：坐席未接', en: 'call out: agent missed it' },
  givenUp: { zh: '去电放弃', en: 'call out: given up' },
}
