import type { DayRule } from './calendar.ts'

/** As a city's file writes what holds on holidays and make-up workdays. */
const rules: Readonly<Record<string, DayRule>> = {
  closed: 'closed',
  ignore: 'ignore',
  'as-monday': 'mon',
  'as-tuesday': 'tue',
  'as-wednesday': 'wed',
  'as-thursday': 'thu',
  'as-friday': 'fri',
  'as-saturday': 'sat',
  'as-sunday': 'sun',
}

export const dayRuleTexts: readonly string[] = Object.keys(rules)

export function readDayRule(text: string): DayRule | undefined {
  return Object.hasOwn(rules, text) ? rules[text] : undefined
}

export function dayRuleText(rule: DayRule): string {
  return dayRuleTexts.find((text) => rules[text] === rule) ?? rule
}
