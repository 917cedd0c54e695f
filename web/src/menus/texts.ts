import type { Text } from '../texts/text.ts'
import { textsOf } from '../texts/texts.ts'

export const menuText = textsOf({
  title: { zh: '语音菜单', en: 'Voice menu' },
  inForce: { zh: '生效版本 {version}', en: 'In force: {version}' },
  refused: {
    zh: '{at} 修改的文件有误，未生效；来电仍使用上面的版本',
    en: 'Files changed at {at} have faults and are not in force; callers still hear the version above',
  },
  tree: { zh: '菜单树', en: 'Menu tree' },
  line: { zh: '线路 {number}', en: 'Line {number}' },
  isDefault: { zh: '未列出的号码也按此应答', en: 'also for numbers not listed' },
  direct: { zh: '直达人工', en: 'straight to a person' },
  person: { zh: '人工', en: 'person' },
  toPerson: { zh: '0 → 人工（{queue}）', en: '0 → person ({queue})' },
  menu: { zh: '菜单 {id}', en: 'menu {id}' },
  above: { zh: '菜单 {id}（见上）', en: 'menu {id} (above)' },
  queue: { zh: '队列：{queue}', en: 'queue: {queue}' },
  skills: { zh: '技能：{skills}', en: 'skills: {skills}' },
  priority: { zh: '优先级 {priority}', en: 'priority {priority}' },
  repeat: { zh: '重听', en: 'repeat' },
  hangup: { zh: '挂机', en: 'hang up' },
  attempts: { zh: '{attempts} 次，每次静音 {seconds} 秒，然后', en: '{attempts} × {seconds} s, then' },
  key: { zh: '按键 {key}', en: 'Key {key}' },
  listen: { zh: '试听 {prompt}', en: 'Listen to {prompt}' },
  dryRun: { zh: '模拟来电', en: 'Dry run' },
  dryRunHint: {
    zh: '与真实来电由同一程序判断；不含公告与营业时间',
    en: 'Decided by what decides for real calls; announcements and hours are left out',
  },
  start: { zh: '呼叫', en: 'Call' },
  wait: { zh: '不按键', en: 'Press nothing' },
  back: { zh: '撤销一步', en: 'One step back' },
  keys: { zh: '按键', en: 'Keys' },
  walk: { zh: '过程', en: 'What happens' },
  said: { zh: '播报', en: 'says' },
  pressed: { zh: '按 {key}', en: 'presses {key}' },
  ended: { zh: '结束', en: 'over' },
  changed: { zh: '菜单已更新，请重新呼叫', en: 'The menus have changed: call again' },
  prompts: { zh: '提示音', en: 'Prompts' },
  language: { zh: '语种', en: 'Language' },
  filter: { zh: '名称或内容', en: 'Name or words' },
  name: { zh: '名称', en: 'Name' },
  words: { zh: '内容', en: 'Words' },
  seconds: { zh: '时长（秒）', en: 'Seconds' },
  noWords: { zh: '（没有文字）', en: '(no words)' },
})

/** Why the call left the menu. */
export const reasons: Readonly<Record<string, Text>> = {
  chosen: { zh: '按键选择', en: 'chosen by key' },
  'asked-for-person': { zh: '要求人工', en: 'asked for a person' },
  'no-valid-key': { zh: '没有有效按键', en: 'no valid key' },
  direct: { zh: '直达', en: 'direct' },
  'too-many-turns': { zh: '转圈过多', en: 'too many turns' },
  'menu-gone': { zh: '菜单已删除', en: 'menu gone' },
}
