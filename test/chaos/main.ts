import { runInstrument } from '../bench/instrument.ts'
import { runScenario } from './scenario.ts'
import { scenarios } from './scenarios.ts'

await runInstrument(
  'chaos',
  Object.fromEntries(
    Object.entries(scenarios).map(([name, scenario]) => [
      name,
      { about: scenario.about, run: (options) => runScenario(name, scenario, options) },
    ]),
  ),
)
