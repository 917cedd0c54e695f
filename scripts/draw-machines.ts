import { keepCurrent } from './docs/generated-page.ts'
import { machinePage } from './docs/machine-page.ts'

// Draws docs/machines.md from the state machines; --check exits 1 when the committed file is not current.
process.exitCode = keepCurrent(machinePage())
