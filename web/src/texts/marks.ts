import { textsOf } from './texts.ts'

/** Marks between texts: full ones among Chinese characters, with a space among English words. */
export const mark = textsOf({
  colon: { zh: '：', en: ': ' },
  comma: { zh: '、', en: ', ' },
  semicolon: { zh: '；', en: '; ' },
  inBrackets: { zh: '（{text}）', en: ' ({text})' },
})
