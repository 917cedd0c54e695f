/** Recordings of answered calls: made at the switch, kept encrypted, deleted when their time is over. */
export { Recorder } from './recorder.ts'
export { RecordingArchive } from './recording-archive.ts'
export { RecordingIntake } from './recording-intake.ts'
export { recordingRoutes } from './recording-routes.ts'
export { RecordingStore } from './recording-store.ts'
