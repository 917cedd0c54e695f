import { freePort } from './free-port.ts'
import type { StackPorts } from './stack-options.ts'

/** Ports nobody uses at the moment. */
export async function freePorts(): Promise<StackPorts> {
  const [postgres, sip, sipWs, sipAdmin, switchSip, switchEsl, http, tickets] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ]
  return { postgres, sip, sipWs, sipAdmin, switchSip, switchEsl, http, tickets }
}
