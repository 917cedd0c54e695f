import { onScopeDispose, ref, shallowRef } from 'vue'

interface Figures {
  readonly offered: number
  readonly answered: number
  readonly abandoned: number
  readonly answeredInTime: number
  readonly rates: Readonly<Record<string, number | null>>
  readonly averageSpeedOfAnswer: number | null
}

/** What the service tells of this moment and of today. */
export interface Board {
  readonly at: string
  /** When today began. */
  readonly from: string
  readonly answerWithinSeconds: number
  readonly agents: Readonly<Record<string, number>>
  readonly total: Figures
  /** Thresholds of the city's file that are passed now. */
  readonly alarms: readonly {
    readonly queue: string
    readonly kind: 'waiting' | 'longestWait' | 'answeredInTime'
    readonly threshold: number
    readonly since: string
  }[]
  readonly queues: readonly (Figures & {
    readonly queue: string
    readonly waiting: number
    readonly waitingSince: string | null
  })[]
}

const againAfter = 1000

/** The board as the service pushes it; each message is the whole of it, so a break needs no catching up. */
export function useBoard() {
  const board = shallowRef<Board>()
  const connected = ref(false)
  let socket: WebSocket | undefined
  let timer = 0

  function connect(): void {
    const address = new URL('/board', location.href)
    address.protocol = address.protocol.replace('http', 'ws')
    socket = new WebSocket(address)
    socket.addEventListener('message', ({ data }) => {
      board.value = JSON.parse(String(data)) as Board
      connected.value = true
    })
    socket.addEventListener('close', () => {
      connected.value = false
      timer = window.setTimeout(connect, againAfter)
    })
  }

  connect()
  onScopeDispose(() => {
    socket?.addEventListener('close', () => clearTimeout(timer))
    socket?.close()
    clearTimeout(timer)
  })
  return { board, connected }
}
