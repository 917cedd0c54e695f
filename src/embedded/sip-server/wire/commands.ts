import { timingSafeEqual } from 'node:crypto'
import type { Logger } from '../../../kernel/index.ts'
import { appHeaders } from '../app-headers.ts'
import { RequestRefused } from '../app-request.ts'
import type { Apps } from '../apps.ts'
import type { DialogStore } from '../dialog-store.ts'
import type { SipProxy } from '../sip-proxy.ts'
import type { TransactionLayer } from '../transaction-layer.ts'
import type { UaClient } from '../ua-client.ts'
import type { UaServer } from '../ua-server.ts'
import type { AppConnection } from './app-connection.ts'
import { type Command, milliseconds } from './command.ts'

/** drachtio-srf reads the leading v: from v0.8.2 on it may ping us. */
const version = 'v0.9.4-yihao'

export interface CommandServices {
  readonly secret: string
  readonly apps: Apps
  readonly dialogs: DialogStore
  readonly transactions: TransactionLayer
  readonly uaServer: UaServer
  readonly uaClient: UaClient
  readonly proxy: SipProxy
  readonly logger: Logger
}

/** Carries out what applications ask for. Whatever is not listed here is refused, never pretended. */
export class Commands {
  readonly #services: CommandServices
  readonly #authenticated = new WeakSet<AppConnection>()

  constructor(services: CommandServices) {
    this.#services = services
  }

  run(app: AppConnection, command: Command): void {
    if (command.type === 'authenticate') this.#authenticate(app, command)
    else if (!this.#authenticated.has(app)) app.dismiss(command.id, 'not authenticated')
    else if (command.type === 'ping') app.acknowledge(command.id, 'pong')
    else if (command.type === 'route') this.#route(app, command)
    else if (command.type === 'remove_route') {
      this.#services.apps.remove(command.args[0] ?? '', app)
      app.acknowledge(command.id)
    } else if (command.type === 'sip') this.#sip(app, command)
    else if (command.type === 'proxy') this.#proxy(app, command)
    else app.dismiss(command.id, 'Unknown message type')
  }

  gone(app: AppConnection): void {
    this.#services.apps.removeAll(app)
    this.#services.uaServer.appGone(app)
    this.#services.uaClient.appGone(app)
  }

  #authenticate(app: AppConnection, { id, args }: Command): void {
    const [given, wanted] = [Buffer.from(args[0] ?? '', 'latin1'), Buffer.from(this.#services.secret, 'utf8')]
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
      this.#services.logger.warn('SIP: an application gave a wrong secret')
      app.dismiss(id, 'incorrect secret')
      return
    }
    this.#authenticated.add(app)
    const { transport } = this.#services.transactions
    const places = transport.listeners.map(({ transport: name }) => {
      const { host, port } = transport.address(name) ?? { host: '', port: 0 }
      return `${name}/${host}:${port}`
    })
    app.acknowledge(id, places.join(','), version, places.join(','))
  }

  #route(app: AppConnection, { id, args: [method = ''] }: Command): void {
    // Call detail records are not written here; an application that waits for them must know.
    if (method.startsWith('cdr:')) app.reply({ to: id, kind: 'refused', reason: 'cdr events are not supported' })
    else {
      this.#services.apps.add(method, app)
      app.acknowledge(id)
    }
  }

  #sip(app: AppConnection, command: Command): void {
    try {
      if (/^SIP\//i.test(command.startLine)) this.#respond(app, command)
      else this.#request(app, command)
    } catch (error) {
      if (!(error instanceof RequestRefused)) throw error
      this.#services.logger.info({ reason: error.message }, 'SIP: an application’s request was refused')
      app.reply({ to: command.id, kind: 'refused', reason: error.message })
    }
  }

  #respond(app: AppConnection, { id, args: [transactionId = ''], startLine, headerLines, body }: Command): void {
    const [, status = '', reason = ''] = /^SIP\/2\.0 (\d{3}) ?([^\r\n]*)$/i.exec(startLine) ?? []
    if (!/^[1-6]/.test(status)) throw new RequestRefused(`invalid status line: ${startLine}`)
    const response = { app, messageId: id, transactionId, status: Number(status), reason, headerLines, body }
    this.#services.uaServer.respond(response)
  }

  #request(app: AppConnection, { id, args, startLine, headerLines, body }: Command): void {
    const [transactionId = '', dialogId = '', proxyUri = ''] = args
    const [, method = '', uri = ''] = /^([A-Z]+) (\S+) SIP\/2\.0$/.exec(startLine) ?? []
    if (method === '') throw new RequestRefused(`invalid or missing method supplied on start line: ${startLine}`)
    const asked = { app, messageId: id, method, uri, headerLines, body }
    if (dialogId !== '') {
      const dialog = this.#services.dialogs.find(dialogId)
      if (dialog) this.#services.uaClient.within(asked, dialog)
      else throw new RequestRefused(method === 'ACK' ? ackIsAutomatic : unknownDialog)
    } else if (transactionId === '') this.#services.uaClient.begin(asked, proxyUri)
    else if (method === 'CANCEL') this.#services.uaClient.cancel(asked, transactionId)
    else throw new RequestRefused('only CANCEL may name a transaction')
  }

  #proxy(app: AppConnection, { id, args, headerLines }: Command): void {
    const [transactionId = '', remain, full, follow, forking, provisionalTimeout, finalTimeout, ...targets] = args
    const transaction = this.#services.uaServer.take(transactionId)
    if (!transaction) {
      app.reply({ to: id, kind: 'refused', reason: `Unknown transaction id: ${transactionId}` })
      return
    }
    const wantsAll = full === 'fullResponse'
    const refusal = this.#services.proxy.start(transaction, {
      targets: targets.filter((target) => target !== ''),
      recordRoute: remain === 'remainInDialog',
      followRedirects: follow === 'followRedirects',
      simultaneous: forking === 'simultaneous',
      provisionalTimeoutMs: milliseconds(provisionalTimeout),
      finalTimeoutMs: milliseconds(finalTimeout),
      headers: appHeaders(headerLines, undefined),
      finalResponse: (message, { transport, remote }) => {
        const origin = { source: 'network' as const, transport, address: remote }
        if (wantsAll) app.reply({ to: id, kind: 'proxied', message, origin })
      },
      done: () => app.reply({ to: id, kind: 'proxyDone' }),
    })
    if (refusal !== undefined) app.reply({ to: id, kind: 'refused', reason: refusal })
  }
}

/** drachtio-srf tells a dialog that ended from other failures by these words. */
const unknownDialog = 'Server error: unable to find dialog for dialog id provided'
const ackIsAutomatic = 'Server error: ACK for non-success final response is automatically generated by server'
