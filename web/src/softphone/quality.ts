/** How the network carries a call. */
export interface Quality {
  readonly grade: 'good' | 'fair' | 'poor'
  /** Per cent of packets that did not come, of those since the last look. */
  readonly lostPercent: number
  readonly jitterMs: number
  readonly roundTripMs: number | null
}

interface Counted {
  readonly received: number
  readonly lost: number
}

interface StatsEntry {
  readonly type: string
  readonly kind?: string
  readonly packetsReceived?: number
  readonly packetsLost?: number
  readonly jitter?: number
  readonly currentRoundTripTime?: number
  readonly nominated?: boolean
}

/** Looks at the figures of a connection (W3C webrtc-stats) from time to time. */
export class QualityWatch {
  readonly #connection: RTCPeerConnection
  #before: Counted = { received: 0, lost: 0 }

  constructor(connection: RTCPeerConnection) {
    this.#connection = connection
  }

  async look(): Promise<Quality | null> {
    const entries: StatsEntry[] = []
    for (const entry of (await this.#connection.getStats()).values()) entries.push(entry as StatsEntry)
    const inbound = entries.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'audio')
    if (!inbound) return null
    const pair = entries.find(({ type, nominated }) => type === 'candidate-pair' && nominated)
    const now = { received: inbound.packetsReceived ?? 0, lost: inbound.packetsLost ?? 0 }
    const lostPercent = percent(this.#before, now)
    this.#before = now
    const jitterMs = Math.round((inbound.jitter ?? 0) * 1000)
    const trip = pair?.currentRoundTripTime
    const roundTripMs = trip === undefined ? null : Math.round(trip * 1000)
    return { grade: gradeOf({ lostPercent, jitterMs, roundTripMs }), lostPercent, jitterMs, roundTripMs }
  }
}

function percent(before: Counted, now: Counted): number {
  const lost = Math.max(0, now.lost - before.lost)
  const all = lost + now.received - before.received
  return all > 0 ? Math.round((lost / all) * 1000) / 10 : 0
}

/** What an ear forgives: ITU-T G.113 for loss of G.711 with concealment, G.114 for delay. */
export function gradeOf({ lostPercent, jitterMs, roundTripMs }: Omit<Quality, 'grade'>): Quality['grade'] {
  if (lostPercent > 5 || jitterMs > 60 || (roundTripMs ?? 0) > 400) return 'poor'
  return lostPercent > 1 || jitterMs > 30 || (roundTripMs ?? 0) > 200 ? 'fair' : 'good'
}
