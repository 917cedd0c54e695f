/** Sound files: what switches record, kept sealed, and played by parts. */
export { SoundUnusable } from './errors.ts'
export { type SoundAnswer, soundAnswer } from './sound-answer.ts'
export { readSoundKeys } from './sound-keys.ts'
export { Spool } from './spool.ts'
export { type StoredSound, Vault } from './vault.ts'
export { openWav } from './wav-source.ts'
