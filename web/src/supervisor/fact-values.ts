import { grades, thirdOutcomes } from '../texts/call-codes.ts'
import type { Text } from '../texts/text.ts'

type Words = Readonly<Record<string, Text>>

const parties: Words = {
  caller: { zh: '市民', en: 'the citizen' },
  agent: { zh: '坐席', en: 'the agent' },
  third: { zh: '第三方', en: 'the third party' },
  system: { zh: '系统', en: 'the hotline' },
}
const modes: Words = {
  listen: { zh: '监听', en: 'listen' },
  whisper: { zh: '耳语', en: 'whisper' },
  barge: { zh: '插话', en: 'barge' },
  'three-way': { zh: '三方通话', en: 'three-way' },
  'hand-over': { zh: '移交', en: 'hand-over' },
}
/** Why something happened, as the facts tell it. */
const reasons: Words = {
  ...thirdOutcomes,
  agent: { zh: '坐席收回', en: 'taken back by the agent' },
  menu: { zh: '菜单选择', en: 'chosen in the menu' },
  direct: { zh: '直达人工', en: 'straight to a person' },
  overflow: { zh: '排队溢出', en: 'waited longest' },
  restored: { zh: '服务恢复后重新排队', en: 'queued again after a restart' },
  'bridge-failed': { zh: '未能接通，重新排队', en: 'could not be joined, queued again' },
  'left-alone': { zh: '坐席离开，重新排队', en: 'left alone, queued again' },
  'caller hung up': { zh: '市民挂机', en: 'the citizen hung up' },
  'caller hung up instead of rating': { zh: '市民未评价即挂机', en: 'the citizen hung up instead of rating' },
  'agent hung up': { zh: '坐席挂机', en: 'the agent hung up' },
  'agent’s leg was lost': { zh: '坐席线路中断', en: "the agent's line was lost" },
  'agent did not answer': { zh: '坐席未接', en: 'the agent did not answer' },
  'agent left the call': { zh: '坐席离开通话', en: 'the agent left the call' },
  "the agent's phone did not come back": { zh: '坐席话机未恢复', en: "the agent's phone did not come back" },
  'third party hung up': { zh: '第三方挂机', en: 'the third party hung up' },
  'service hung up': { zh: '紧急服务挂机', en: 'the service hung up' },
  'supervisor hung up': { zh: '班长挂机', en: 'the supervisor hung up' },
  'hung up while waiting': { zh: '等待中挂机', en: 'hung up while waiting' },
  'call is over': { zh: '通话已结束', en: 'the call is over' },
  'page left': { zh: '页面关闭', en: 'the page was left' },
  'page loaded again': { zh: '页面重新加载', en: 'the page was loaded again' },
  'line is closed': { zh: '非服务时间', en: 'the line is closed' },
  'longest wait is over': { zh: '超过最长等待', en: 'the longest wait is over' },
  'callback asked for': { zh: '已约定回拨', en: 'a callback was asked for' },
  'menu ended the call': { zh: '菜单结束通话', en: 'the menu ended the call' },
  'message left': { zh: '已留言', en: 'a message was left' },
  'no message': { zh: '未留言', en: 'no message' },
  'no message could be taken': { zh: '无法留言', en: 'no message could be taken' },
  'nuisance caller refused': { zh: '骚扰来电拒接', en: 'a nuisance caller was refused' },
  'not answered by the switch': { zh: '交换机未应答', en: 'not answered by the switch' },
  'switch failed': { zh: '交换机故障', en: 'the switch failed' },
  'the switch was away': { zh: '交换机中断', en: 'the switch was away' },
  'hotline was restarted': { zh: '服务重启', en: 'the hotline was restarted' },
}

/** What fields of a call's facts hold where that is a code, by the field. What is no code, or a new one, stands for itself. */
export const fieldValues: Readonly<Record<string, Words>> = {
  by: parties,
  front: { menu: { zh: '菜单', en: 'menu' }, direct: { zh: '直达人工', en: 'straight to a person' } },
  grade: grades,
  from: modes,
  mode: modes,
  outcome: {
    ...thirdOutcomes,
    missed: { zh: '振铃未接', en: 'rang and was missed' },
    withdrawn: { zh: '已撤回（市民先挂机或另有安排）', en: 'withdrawn: nothing was missed' },
  },
  purpose: {
    call: { zh: '去电', en: 'call' },
    callback: { zh: '回拨', en: 'callback' },
    'return-visit': { zh: '回访', en: 'return visit' },
    urgent: { zh: '紧急去电', en: 'urgent call' },
    consult: { zh: '咨询', en: 'consultation' },
    transfer: { zh: '转接', en: 'transfer' },
  },
  reason: reasons,
  where: {
    arrival: { zh: '接入', en: 'on arrival' },
    menu: { zh: '菜单', en: 'in the menu' },
    queue: { zh: '排队', en: 'in the queue' },
  },
}

/** Reasons that name somebody or something: what follows these words is kept. */
export const reasonsAbout: Words = {
  'released by ': { zh: '强拆：', en: 'released by ' },
  'stopped by ': { zh: '停止：', en: 'stopped by ' },
  'citizen not reached: ': { zh: '市民未接通：', en: 'citizen not reached: ' },
  'bridge failed: ': { zh: '未能接通：', en: 'could not be joined: ' },
  'closed: ': { zh: '休息：', en: 'closed: ' },
}
