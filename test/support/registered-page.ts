import { answerChallenge, pickChallenge } from '../../src/embedded/softphone/digest.ts'
import { newBranch, type RawMessage, type RawPhone, request, response, wsPhone } from './raw-sip.ts'
import { until } from './until.ts'

interface Account {
  readonly extension: string
  readonly realm: string
  readonly password: string
}

/** A page with a softphone, as the edge sees it: one WebSocket, registered, and there whenever it is asked. */
export interface RegisteredPage extends RawPhone {
  /** Registers anew; resolves with the final status. */
  register(): Promise<string>
}

export async function registerPage(
  wsPort: number,
  account: Account,
  from: { readonly origin?: string } = {},
): Promise<RegisteredPage> {
  const phone = await wsPhone(wsPort, from)
  const callId = newBranch()
  let cseq = 0
  const send = async (authorization?: string): Promise<RawMessage> => {
    cseq += 1
    const asked = registerText(phone, account, { callId, cseq, authorization })
    phone.send(asked, wsPort)
    return finalAnswer(phone, callId, cseq)
  }
  const register = async () => {
    const challenge = await send()
    return challenge.kind === '401' ? (await send(authorizationFor(challenge, account))).kind : challenge.kind
  }
  phone.socket.on('message', () => {
    const [question] = phone.heard.slice(-1)
    if (question?.kind === 'OPTIONS') phone.send(response(question, 200, { tag: 'page' }), wsPort)
  })
  const status = await register()
  if (status !== '200') throw new Error(`the page was refused: ${status}`)
  return { ...phone, register }
}

function registerText(
  phone: RawPhone,
  { extension, realm }: Account,
  { callId, cseq, authorization }: { callId: string; cseq: number; authorization: string | undefined },
): string {
  const address = `<sip:${extension}@${realm}>`
  const extra = ['Expires: 90', ...(authorization === undefined ? [] : [`Authorization: ${authorization}`])]
  const parties = { from: `${address};tag=page`, to: address }
  return request({ phone, method: 'REGISTER', uri: `sip:${realm}`, callId, cseq, ...parties, extra })
}

function authorizationFor(challenge: RawMessage, { extension, realm, password }: Account): string {
  const picked = pickChallenge(challenge.headers('www-authenticate').join(', '))
  if (!picked) throw new Error(`no challenge in ${challenge.text}`)
  const credentials = { user: extension, password }
  return answerChallenge({ challenge: picked, credentials, method: 'REGISTER', uri: `sip:${realm}`, count: 1 })
}

async function finalAnswer(phone: RawPhone, callId: string, cseq: number): Promise<RawMessage> {
  const isAnswer = (message: RawMessage) =>
    message.header('call-id') === callId && message.header('cseq') === `${cseq} REGISTER` && message.kind >= '200'
  await until(() => phone.heard.some((message) => isAnswer(message)), `an answer to REGISTER ${cseq}`)
  return phone.heard.find(isAnswer) as RawMessage
}
