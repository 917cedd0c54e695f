import { eventPage } from './docs/event-page.ts'
import { keepCurrent } from './docs/generated-page.ts'

// Writes docs/events.md from the events' schemas; --check exits 1 when the committed file is not current.
process.exitCode = keepCurrent(eventPage())
