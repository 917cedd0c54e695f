import { createHash } from 'node:crypto'
import {
  type AppRequest,
  type AppResponse,
  connectApp,
  disconnectApp,
  type SrfApp,
} from '../../../contract/sip-server-app.ts'
import type { SipServerUnderTest } from '../../../support/drachtio-daemon.ts'

/** A registrar and record-routing proxy as small as can be, on a SIP server of its own. */
export interface SmallEdge {
  readonly host: string
  readonly port: number
  /** The Contact of each registered user. */
  readonly contacts: Map<string, string>
  /** Algorithms of the credentials that were accepted, in order. */
  readonly algorithms: string[]
  stop(): Promise<void>
}

export async function startSmallEdge({
  start,
  password,
  offers,
}: {
  start: SipServerUnderTest['start']
  password: string
  offers: readonly string[]
}): Promise<SmallEdge> {
  const server = await start()
  const contacts = new Map<string, string>()
  const algorithms: string[] = []
  const app = await connectApp(server, (srf) => {
    srf.register((req, res) => register(req, res))
    srf.invite((req, res) => forward(srf, req, res))
  })

  function register(req: AppRequest, res: AppResponse): void {
    const given = req.has('Authorization') ? req.get('Authorization') : undefined
    const user = userOf(req.get('To'))
    const algorithm = given && isRight(given, { user, password, method: 'REGISTER' })
    if (!algorithm) {
      const challenges = offers.map((each) => `Digest realm="r", nonce="n1", algorithm=${each}, qop="auth"`)
      res.send(401, { headers: { 'WWW-Authenticate': challenges.join('\r\nWWW-Authenticate: ') } })
      return
    }
    algorithms.push(algorithm)
    const contact = req.get('Contact')
    if (req.get('Expires') === '0') contacts.delete(user)
    else contacts.set(user, contact.replace(/^<|>.*$/g, ''))
    res.send(200, { headers: { Contact: `${contact};expires=${req.get('Expires')}` } })
  }

  function forward(srf: SrfApp, req: AppRequest, res: AppResponse): void {
    const contact = contacts.get(userOf(req.uri))
    if (contact) srf.proxyRequest(req, contact, { recordRoute: true }).catch(() => undefined)
    else if (userOf(req.uri) !== 'guarded') res.send(404)
    else if (req.has('Proxy-Authorization')) {
      const known = isRight(req.get('Proxy-Authorization'), {
        user: userOf(req.get('From')),
        password,
        method: 'INVITE',
      })
      res.send(known ? 486 : 403)
    } else
      res.send(407, {
        headers: { 'Proxy-Authenticate': 'Digest realm="r", nonce="n2", algorithm=SHA-256, qop="auth"' },
      })
  }

  return {
    host: '127.0.0.1',
    port: server.sipPort,
    contacts,
    algorithms,
    async stop() {
      await disconnectApp(app)
      await server.stop()
    },
  }
}

function userOf(address: string): string {
  return /sips?:([^@;>]+)@/.exec(address)?.[1] ?? ''
}

/** The algorithm of right credentials, reckoned here once more after RFC 7616. */
function isRight(
  header: string,
  { user, password, method }: { user: string; password: string; method: string },
): string | undefined {
  const value = (name: string) =>
    new RegExp(`\\b${name}=(?:"([^"]*)"|([^ ,]+))`).exec(header)?.slice(1).find(Boolean) ?? ''
  const algorithm = value('algorithm')
  const hash = (text: string) =>
    createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(text)
      .digest('hex')
  const response = hash(
    [
      hash(`${user}:${value('realm')}:${password}`),
      value('nonce'),
      value('nc'),
      value('cnonce'),
      value('qop'),
      hash(`${method}:${value('uri')}`),
    ].join(':'),
  )
  return value('username') === user && value('response') === response ? algorithm : undefined
}
