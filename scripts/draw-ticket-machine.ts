import { ticketMachine } from '../src/tickets/machine/ticket-machine.ts'
import { keepCurrent } from './docs/generated-page.ts'
import { machinePicture } from './docs/machine-picture.ts'

// Draws docs/ticket-machine.svg, which the ticket service serves too; --check exits 1 when the committed file is not current.
process.exitCode = keepCurrent(await machinePicture(ticketMachine, 'docs/ticket-machine.svg'))
