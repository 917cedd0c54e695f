import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { browserPhoneOf, HotlineError, newSecret } from '../kernel/index.ts'
import type { SessionEnd } from './session-end.ts'
import type { UserStore } from './user-store.ts'

class NoBrowserPhones extends HotlineError {
  readonly code = 'no-browser-phones'
  readonly status = 404
}

class NotAnAgent extends HotlineError {
  readonly code = 'not-an-agent'
  readonly status = 409
}

export interface BrowserPhoneRoutesOptions {
  readonly users: UserStore
  readonly sessionEnd: SessionEnd
  /** Digest realm of the SIP edge. */
  readonly realm: string
  /** Where browsers find the SIP edge, ws:// or wss://; undefined: there are no phones in browsers here. */
  readonly sipUrl: string | undefined
  /** The phone is this page's alone from now on: pages that had it before are told. */
  readonly onOpened: (opened: { agentId: string; extension: string; by: string }) => void
  /** Whether everybody may call from the page /phone. */
  readonly citizenPhone: boolean
}

const place = { url: Type.String(), realm: Type.String() }

/** Telephones in browsers: an agent's own, and the citizen's where it is wanted. */
export function browserPhoneRoutes(options: BrowserPhoneRoutesOptions): FastifyPluginAsyncTypebox {
  const { users, sessionEnd, realm, sipUrl, onOpened, citizenPhone } = options
  return async (app) => {
    app.post(
      '/browser-phone',
      {
        config: { roles: ['agent', 'supervisor', 'admin'] },
        schema: {
          tags: ['agents'],
          summary:
            'Account of the softphone in the own browser; its password holds until the next one is asked for, or the session is over',
          response: { 200: Type.Object({ ...place, extension: Type.String(), password: Type.String() }) },
        },
      },
      async ({ principal }) => {
        const { agentId, session } = principal
        if (sipUrl === undefined) throw new NoBrowserPhones('SIP_WS_URL says of no way for browsers to the SIP edge')
        if (agentId === null || !session) throw new NotAnAgent('a phone belongs to an agent, and this user is none')
        // Whoever asked before has lost the phone with that: one agent, one page that rings.
        const [extension, password] = [browserPhoneOf(agentId), newSecret(16)]
        const held = { id: session.id, username: principal.username, expiresAt: sessionEnd.expiryOf(session) }
        await users.savePhone({ username: extension, realm, password, session: held })
        // Logged out while it was made.
        if (sessionEnd.isOver(principal)) await sessionEnd.end(principal)
        else onOpened({ agentId, extension, by: principal.username })
        return { url: sipUrl, realm, extension, password }
      },
    )

    app.get(
      '/citizen-phone',
      {
        config: { roles: 'public' },
        schema: {
          tags: ['calls'],
          summary: 'Where the page /phone calls; only where everybody may try the hotline out',
          response: { 200: Type.Object(place) },
          security: [],
        },
      },
      async () => {
        if (sipUrl === undefined || !citizenPhone) throw new NoBrowserPhones('calls from browsers are not wanted here')
        return { url: sipUrl, realm }
      },
    )
  }
}
