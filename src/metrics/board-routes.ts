import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Board } from './board.ts'

/** Bytes waiting for a screen at which it is cut off; it connects again and has everything with the first message. */
const byteCap = 256 * 1024

/** `/board`: a WebSocket that tells the wallboard whole with every change. */
export function boardRoutes({ board }: { board: Board }): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/board',
      {
        websocket: true,
        config: { roles: ['agent', 'supervisor', 'admin', 'service'] },
        schema: { hide: true },
      },
      (socket) => {
        const stop = board.watch((text) => {
          if (socket.bufferedAmount > byteCap) socket.terminate()
          else if (socket.readyState === socket.OPEN) socket.send(text)
        })
        socket.on('close', stop)
        socket.on('error', stop)
      },
    )
  }
}
