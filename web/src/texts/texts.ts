import { computed, ref, watchEffect } from 'vue'
import type { Text } from './text.ts'

export type Language = 'zh' | 'en'

const storageKey = 'yihao.language'

/** The language of the pages: Chinese, unless somebody chose English in this browser. */
export const language = ref<Language>(localStorage.getItem(storageKey) === 'en' ? 'en' : 'zh')

/** The same as a tag (BCP 47), for dates and numbers. */
export const locale = computed(() => (language.value === 'zh' ? 'zh-CN' : 'en-GB'))

watchEffect(() => {
  localStorage.setItem(storageKey, language.value)
  document.documentElement.lang = locale.value
})

/** A function that tells texts of a catalogue in the language of the moment. */
export function textsOf<K extends string>(catalogue: Readonly<Record<K, Text>>) {
  return (key: K, values: Readonly<Record<string, string | number>> = {}): string =>
    catalogue[key][language.value].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

/** Texts by codes that come from the service: one it does not know is shown as it is. */
export function textOfCode(catalogue: Readonly<Record<string, Text>>, code: string): string {
  return catalogue[code]?.[language.value] ?? code
}
