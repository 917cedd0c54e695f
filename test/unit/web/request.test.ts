import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { api, isSilence } from '../../../web/src/api/request.ts'

let server: Server
let answers: RequestListener

beforeEach(async () => {
  server = createServer((request, response) => answers(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const real = globalThis.fetch
  vi.stubGlobal('fetch', (path: string, options: RequestInit) => real(`http://127.0.0.1:${port}${path}`, options))
})
afterEach(() => {
  vi.unstubAllGlobals()
  server.closeAllConnections()
  server.close()
})

const refusal = (asked: Promise<unknown>) =>
  asked.then(
    () => 'answered',
    (error: unknown) => ({ ...(error as object), silence: isSilence(error) }),
  )

test('request - an answer that never comes, or never ends, is given up: nobody waits for ever on a half-open line', async () => {
  const silence = { status: 0, code: 'unreachable', silence: true }
  answers = () => undefined
  expect(await refusal(api.get('/desk', { withinMs: 100 }))).toEqual(silence)
  answers = (_request, response) => response.writeHead(200, { 'content-type': 'application/json' }).write('{"half":')
  expect(await refusal(api.get('/desk', { withinMs: 100 }))).toEqual(silence)
})

test('request - a refusal keeps its code, and what a proxy says in its own words is not understood', async () => {
  answers = (_request, response) => response.writeHead(409).end('{"code":"not-ready","detail":"not ready"}')
  expect(await refusal(api.post('/agents/8001/ready'))).toEqual({ status: 409, code: 'not-ready', silence: false })
  answers = (_request, response) => response.writeHead(502).end('<h1>Bad Gateway</h1>')
  expect(await refusal(api.get('/desk'))).toEqual({ status: 502, code: 'not-understood', silence: false })
})

test('request - an answer without a body, and one with', async () => {
  answers = (_request, response) => response.writeHead(204).end()
  expect(await api.delete('/callers/13800000000')).toBeUndefined()
  answers = (_request, response) => response.end('{"sequence":7}')
  expect(await api.get('/desk')).toEqual({ sequence: 7 })
})
