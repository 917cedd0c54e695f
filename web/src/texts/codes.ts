import { grades, thirdOutcomes } from './call-codes.ts'
import { endings } from './call-endings.ts'
import type { Text } from './text.ts'
import { textOfCode } from './texts.ts'

const languages: Readonly<Record<string, Text>> = {
  cmn: { zh: '普通话', en: 'Mandarin' },
  yue: { zh: '粤语', en: 'Cantonese' },
  en: { zh: '英语', en: 'English' },
}
const queues: Readonly<Record<string, Text>> = {
  general: { zh: '综合', en: 'General' },
  tax: { zh: '税务', en: 'Tax' },
  'social-security': { zh: '社保', en: 'Social security' },
  'market-supervision': { zh: '市场监管', en: 'Market supervision' },
}
const agentStates: Readonly<Record<string, Text>> = {
  offline: { zh: '离线', en: 'Offline' },
  notReady: { zh: '示忙', en: 'Not ready' },
  ready: { zh: '空闲', en: 'Ready' },
  ringing: { zh: '振铃', en: 'Ringing' },
  talking: { zh: '通话', en: 'Talking' },
  wrapUp: { zh: '整理', en: 'Wrap-up' },
  monitoring: { zh: '监听', en: 'Monitoring' },
}
const reasons: Readonly<Record<string, Text>> = {
  'logged-in': { zh: '已签入，未就绪', en: 'logged in, not ready yet' },
  missed: { zh: '未接来电', en: 'missed a call' },
  rejected: { zh: '拒接来电', en: 'rejected a call' },
  unreachable: { zh: '话机不可达', en: 'phone not reachable' },
  rest: { zh: '小休', en: 'Rest' },
  lunch: { zh: '用餐', en: 'Lunch' },
  meeting: { zh: '会议', en: 'Meeting' },
  training: { zh: '培训', en: 'Training' },
}
const ticketStates: Readonly<Record<string, Text>> = {
  draft: { zh: '登记中', en: 'Draft' },
  registered: { zh: '待受理', en: 'Registered' },
  accepted: { zh: '待转办', en: 'Accepted' },
  dispatched: { zh: '待签收', en: 'Dispatched' },
  returned: { zh: '退单核实', en: 'Returned' },
  signed: { zh: '已签收', en: 'Signed' },
  handling: { zh: '办理中', en: 'Handling' },
  replied: { zh: '已答复', en: 'Replied' },
  review: { zh: '审核中', en: 'Review' },
  returnVisit: { zh: '待回访', en: 'Return visit' },
  answered: { zh: '当场答复', en: 'Answered' },
  merged: { zh: '已合并', en: 'Merged' },
  closed: { zh: '已办结', en: 'Closed' },
  notAccepted: { zh: '不予受理', en: 'Not accepted' },
  withdrawn: { zh: '已撤回', en: 'Withdrawn' },
  voided: { zh: '已作废', en: 'Voided' },
  archived: { zh: '已归档', en: 'Archived' },
}
const branchStates: Readonly<Record<string, Text>> = {
  open: { zh: '可接', en: 'Open' },
  busy: { zh: '占线', en: 'Busy' },
  closed: { zh: '休息', en: 'Closed' },
}
/** What became of a call to a citizen. */
const callResults: Readonly<Record<string, Text>> = {
  ...thirdOutcomes,
  placing: { zh: '正在接通', en: 'under way' },
  reached: { zh: '已接通', en: 'reached' },
  givenUp: { zh: '未拨出', en: 'given up' },
}
/** What agents note of it, where the city has no codes of its own. */
const callOutcomes: Readonly<Record<string, Text>> = {
  done: { zh: '已办妥', en: 'done' },
  satisfied: { zh: '满意', en: 'satisfied' },
  'not-satisfied': { zh: '不满意', en: 'not satisfied' },
  'call-again': { zh: '需再拨', en: 'call again' },
  'wrong-number': { zh: '号码有误', en: 'wrong number' },
  refused: { zh: '拒绝回访', en: 'did not want to talk' },
}
const outcomes: Readonly<Record<string, Text>> = {
  answered: { zh: '已接', en: 'answered' },
  abandoned: { zh: '放弃', en: 'abandoned' },
  open: { zh: '未完', en: 'open' },
}
/** What stands where a number should (RFC 3323 section 4.1.1.3). */
const numbers: Readonly<Record<string, Text>> = {
  anonymous: { zh: '匿名', en: 'Anonymous' },
}

const codes = {
  agentStates,
  branchStates,
  callOutcomes,
  callResults,
  endings,
  grades,
  languages,
  numbers,
  outcomes,
  queues,
  reasons,
  thirdOutcomes,
  ticketStates,
}
export const code = (kind: keyof typeof codes, value: string): string => textOfCode(codes[kind], value)
