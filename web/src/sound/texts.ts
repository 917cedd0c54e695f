import { textsOf } from '../texts/texts.ts'

export const soundText = textsOf({
  play: { zh: '调听（将记入审计）', en: 'Play (noted in the audit)' },
  missing: { zh: '没有录音', en: 'no recording' },
})
