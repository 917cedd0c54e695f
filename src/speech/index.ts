export { scaledTo } from './level.ts'
export { speak } from './speech.ts'
export { type PromptTexts, readTexts } from './texts.ts'
export { decodeWav, encodeWav, type Sound, telephoneRate } from './wav.ts'
