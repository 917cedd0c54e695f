export { SetClock } from '../../src/kernel/index.ts'
