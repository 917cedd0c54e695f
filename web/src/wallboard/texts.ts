import type { Text } from '../texts/text.ts'
import { textsOf } from '../texts/texts.ts'

export const boardText = textsOf({
  title: { zh: '热线运行大屏', en: 'Hotline wallboard' },
  waiting: { zh: '正在等待', en: 'Waiting now' },
  longest: { zh: '最长等待', en: 'Longest wait' },
  rate: { zh: '{seconds} 秒接通率', en: 'Within {seconds} s' },
  target: { zh: '目标 {target}%', en: 'target {target} %' },
  offered: { zh: '今日来电', en: 'Offered today' },
  answered: { zh: '今日接通', en: 'Answered today' },
  abandoned: { zh: '今日放弃', en: 'Abandoned today' },
  out: { zh: '今日去电', en: 'Calls out today' },
  outReached: { zh: '接通 {reached} · 通话 {time}', en: 'reached {reached} · talked {time}' },
  outOfPlace: { zh: '去电 接通/拨出', en: 'Out: reached/placed' },
  noQueue: { zh: '不属队列', en: 'no queue' },
  agents: { zh: '坐席', en: 'Agents' },
  queue: { zh: '队列', en: 'Queue' },
  line: { zh: '线路', en: 'Line' },
  lineOf: { zh: '线路 {number}', en: 'Line {number}' },
  perQuarter: { zh: '今日/昨日', en: 'Today/yesterday' },
  most: { zh: '最高 {count}', en: 'max {count}' },
  speed: { zh: '应答（秒）', en: 'Answer (s)' },
  intervals: { zh: '每 15 分钟来电：今日与昨日', en: 'Calls every 15 minutes: today and yesterday' },
  today: { zh: '今日', en: 'today' },
  yesterday: { zh: '昨日', en: 'yesterday' },
  lost: { zh: '连接中断，显示的是 {at} 的数据', en: 'Line down, figures of {at}' },
  settings: { zh: '阈值', en: 'Thresholds' },
  mostWaiting: { zh: '等待人数告警', en: 'Alarm at callers waiting' },
  longestWait: { zh: '最长等待告警（秒）', en: 'Alarm at longest wait (s)' },
  lowestRate: { zh: '接通率目标（%）', en: 'Target of the rate (%)' },
  definition: { zh: '接通率口径', en: 'Definition of the rate' },
  alarms: { zh: '告警', en: 'Alarms' },
  alarmWaiting: {
    zh: '{name}：等待 ≥ {threshold} 人，自 {since}',
    en: '{name}: {threshold} or more waiting, since {since}',
  },
  alarmLongestWait: {
    zh: '{name}：最长等待 ≥ {threshold} 秒，自 {since}',
    en: '{name}: longest wait {threshold} s or more, since {since}',
  },
  alarmAnsweredInTime: {
    zh: '{name}：今日接通率低于 {threshold}%，自 {since}',
    en: '{name}: under {threshold} % in time today, since {since}',
  },
  back: { zh: '返回', en: 'Back' },
})

/** The six answer rates by the names of docs/metrics.md, as a fraction says it. */
export const definitions: Readonly<Record<string, Text>> = {
  answeredInTimeOfOffered: { zh: '时限内接通 ÷ 全部来电', en: 'answered in time ÷ offered' },
  handledInTimeOfOffered: {
    zh: '（时限内接通 + 时限内放弃）÷ 全部来电',
    en: '(answered + abandoned in time) ÷ offered',
  },
  answeredInTimeOfAnswered: { zh: '时限内接通 ÷ 接通', en: 'answered in time ÷ answered' },
  answeredInTimeOfOfferedWithoutEarlyAbandons: {
    zh: '时限内接通 ÷（来电 − 时限内放弃）',
    en: 'answered in time ÷ (offered − abandoned in time)',
  },
  answeredOfOfferedWithoutShortAbandons: { zh: '接通 ÷（来电 − 秒挂）', en: 'answered ÷ (offered − short abandons)' },
  answeredOfOffered: { zh: '接通 ÷ 全部来电', en: 'answered ÷ offered' },
}
