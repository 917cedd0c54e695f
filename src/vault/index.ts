/** Sound files: what switches record, kept sealed, and played by parts. */
export { SoundUnusable } from './errors.ts'
export { PlaybackStore } from './playback-store.ts'
export { readSoundKeys } from './sound-keys.ts'
export { SoundPlayer, soundResponses } from './sound-player.ts'
export { Spool } from './spool.ts'
export { type StoredSound, Vault } from './vault.ts'
export { openWav } from './wav-source.ts'
