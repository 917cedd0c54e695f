import { reactive, watch } from 'vue'
import { definitions } from './texts.ts'

const storageKey = 'yihao.thresholds'
const usual = { mostWaiting: 5, longestWait: 15, lowestRate: 80, definition: 'answeredInTimeOfOffered' }

/** What turns the board red, for this screen. */
export const thresholds = reactive({ ...usual, ...stored() })

watch(thresholds, () => localStorage.setItem(storageKey, JSON.stringify(thresholds)))

function stored(): Partial<typeof usual> {
  const kept = JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Partial<typeof usual>
  return kept.definition !== undefined && kept.definition in definitions ? kept : {}
}
