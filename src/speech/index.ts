/**
 * Texts spoken by espeak-ng as sounds that a telephone can play: prompts when they are made, incidents when they are
 * told.
 */
export { scaledTo } from './level.ts'
export { speak } from './speech.ts'
export { type PromptTexts, readTexts } from './texts.ts'
export { decodeWav, encodeWav, type Sound, telephoneRate } from './wav.ts'
