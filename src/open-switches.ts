import type { Ground } from './open-ground.ts'
import { FreeSwitchPort } from './switch/index.ts'

/** One port for each switch of the configuration; none is connected yet. */
export function openSwitches({ config, lease, onLost, clock, logger }: Ground): readonly FreeSwitchPort[] {
  const { switchPassword: password, edge } = config
  const shared = { epoch: () => lease.epoch, onFenced: onLost, clock, logger, password, edge }
  return config.switches.map((address) => new FreeSwitchPort({ ...address, ...shared }))
}
