import { type Text, textOfCode } from './texts.ts'

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
const outcomes: Readonly<Record<string, Text>> = {
  answered: { zh: '已接', en: 'answered' },
  abandoned: { zh: '放弃', en: 'abandoned' },
  open: { zh: '未完', en: 'open' },
}
const grades: Readonly<Record<string, Text>> = {
  note: { zh: '提示', en: 'note' },
  warning: { zh: '警告', en: 'warning' },
  queue: { zh: '降级', en: 'last in line' },
  refuse: { zh: '拒接', en: 'refused' },
}

const codes = { agentStates, branchStates, grades, languages, outcomes, queues, reasons, ticketStates }
export const code = (kind: keyof typeof codes, value: string): string => textOfCode(codes[kind], value)
