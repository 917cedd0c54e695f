import type { EventData, EventType } from '../../../src/events/event.ts'
import type { Text } from '../texts/text.ts'
import type { CallFact } from './fact-names.ts'

type AnyField<T extends EventType> = T extends EventType ? keyof EventData<T> & string : never
/** What a fact of the call has besides the ids of call and leg, which every timeline is full of. */
type CallField = Exclude<AnyField<CallFact>, (typeof unnamedFields)[number]>

/** Told by the timeline itself, drawn by the ladder, or what the desk showed of the rest of the timeline. */
export const unnamedFields = ['callId', 'legId', 'agentLegId', 'legs', 'pop'] as const

/** What the fields of a call's facts are called. */
export const fieldNames: Readonly<Record<CallField, Text>> = {
  adopted: { zh: '中途接管', en: 'found under way' },
  afterMs: { zh: '历时', en: 'after' },
  agentId: { zh: '坐席', en: 'agent' },
  by: { zh: '由', en: 'by' },
  bytes: { zh: '字节数', en: 'bytes' },
  calendarId: { zh: '日历', en: 'calendar' },
  callerName: { zh: '来电姓名', en: "caller's name" },
  callerNumber: { zh: '来电号码', en: 'caller' },
  cause: { zh: '信令原因', en: 'cause' },
  code: { zh: '代码', en: 'code' },
  colleague: { zh: '同事', en: 'colleague' },
  durationMs: { zh: '时长', en: 'lasts' },
  evidence: { zh: '依据', en: 'evidence' },
  expectedWaitSeconds: { zh: '预计等待（秒）', en: 'expected wait (s)' },
  extension: { zh: '分机', en: 'extension' },
  firstByte: { zh: '起始字节', en: 'first byte' },
  from: { zh: '原为', en: 'before' },
  front: { zh: '接入方式', en: 'front' },
  grade: { zh: '级别', en: 'grade' },
  heard: { zh: '已听到', en: 'heard' },
  heldBackMs: { zh: '暂缓分配', en: 'held back for' },
  incidentIds: { zh: '公告', en: 'incidents' },
  keepUntil: { zh: '保存至', en: 'kept until' },
  keyId: { zh: '密钥', en: 'key' },
  language: { zh: '语种', en: 'language' },
  lastByte: { zh: '结束字节', en: 'last byte' },
  line: { zh: '线路', en: 'line' },
  menuPath: { zh: '按键路径', en: 'menu path' },
  mode: { zh: '方式', en: 'mode' },
  monitored: { zh: '被监听坐席', en: 'agent listened to' },
  note: { zh: '备注', en: 'note' },
  outcome: { zh: '结果', en: 'outcome' },
  path: { zh: '按键路径', en: 'menu path' },
  position: { zh: '排队位置', en: 'position' },
  priority: { zh: '优先级', en: 'priority' },
  purpose: { zh: '用途', en: 'purpose' },
  queue: { zh: '队列', en: 'queue' },
  queuedAt: { zh: '排队起点', en: 'in the queue since' },
  rating: { zh: '评分', en: 'rating' },
  reason: { zh: '原因', en: 'reason' },
  reference: { zh: '关联单据', en: 'belongs to' },
  ringMs: { zh: '振铃', en: 'rang for' },
  service: { zh: '紧急服务', en: 'emergency service' },
  setBy: { zh: '设定人', en: 'set by' },
  sha256: { zh: '校验值', en: 'SHA-256' },
  sipCallId: { zh: 'SIP 呼叫标识', en: 'SIP Call-ID' },
  sipStatus: { zh: 'SIP 状态码', en: 'SIP status' },
  skills: { zh: '技能', en: 'skills' },
  switch: { zh: '交换机', en: 'switch' },
  talkedMs: { zh: '通话', en: 'talked for' },
  target: { zh: '对象', en: 'third party' },
  voicemailId: { zh: '留言', en: 'voicemail' },
  waitedMs: { zh: '等待', en: 'waited' },
  where: { zh: '所在环节', en: 'where' },
}
