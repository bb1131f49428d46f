// The domain's side of a hub in a few lines: plays `/mobile`, `/ui` and REST as PROTOCOL says, with
// answers that the test gives. Keeps nothing.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import { type Namespace, Server, type Socket } from 'socket.io'
import { onTestFinished } from 'vitest'

import { ProjectClient } from '../src/project.js'
import type { Envelope } from '../src/protocol.gen.js'
import { project, PROJECT } from './fabricate.js'

type Answer = object | Promise<object>

export interface RestRequest {
  readonly method: string
  readonly path: string
  readonly body: unknown
  readonly headers: IncomingMessage['headers']
}

export class FakeDomain {
  /** Answers of `state:sync`; the last one stays. */
  readonly syncs: (() => Answer)[] = [() => ({ success: true, project: project(), sessions: [], tasks: [], teamMembers: [], cursor: 'log.0' })]
  /** What was asked on sockets, by event. */
  readonly asked: { readonly event: string; readonly payload: unknown }[] = []
  readonly requests: RestRequest[] = []
  /** Answers of REST: the status and the body. */
  rest: (request: RestRequest) => [number, object] | Promise<[number, object]> = () => [404, { error: true, code: 'NOT_FOUND', message: 'not here' }]
  /** Answers of `session:reply-input`, `session:stop` and `session:spawn`. */
  ofSession: () => Answer = () => ({})
  readonly #server = createServer((request, response) => void this.#answer(request, response))
  readonly #io = new Server(this.#server)

  private constructor() {
    this.mobile.use(({ handshake: { auth } }, next) => {
      if (auth['projectId'] === undefined) next(new Error('projectId required'))
      else next(auth['token'] === 'secret' ? undefined : new Error('Invalid authentication token'))
    })
    for (const namespace of [this.mobile, this.ui]) namespace.on('connection', (socket) => this.#serve(socket))
  }

  static async start(): Promise<FakeDomain> {
    const hub = new FakeDomain()
    await new Promise<void>((resolve) => hub.#server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => hub.#io.close())
    return hub
  }

  get mobile(): Namespace {
    return this.#io.of('/mobile')
  }

  get ui(): Namespace {
    return this.#io.of('/ui')
  }

  client(namespace: 'mobile' | 'ui' = 'mobile'): ProjectClient {
    const { port } = this.#server.address() as AddressInfo
    const client = new ProjectClient({ url: `http://127.0.0.1:${port}/`, token: 'secret', projectId: PROJECT, namespace })
    onTestFinished(() => client.close())
    return client
  }

  /** To everybody. */
  tell(...events: Envelope[]): void {
    for (const event of events) for (const namespace of [this.mobile, this.ui]) namespace.emit(event.type, event)
  }

  /** As when the network fails: no farewell. */
  cut(): void {
    for (const socket of this.mobile.sockets.values()) socket.conn.close()
  }

  #serve(socket: Socket): void {
    const answers: Record<string, () => Answer> = {
      'state:sync': () => ((this.syncs.length > 1 ? this.syncs.shift() : this.syncs[0]) ?? (() => ({})))(),
      'session:reply-input': () => this.ofSession(),
      'session:stop': () => this.ofSession(),
      'session:spawn': () => this.ofSession(),
      'project:subscribe': () => ({ success: true }),
    }
    socket.onAny((event: string, payload: unknown, ack?: (answer: object) => void) => {
      this.asked.push({ event, payload })
      void Promise.resolve(answers[event]?.()).then((answer) => answer && ack?.(answer))
    })
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url?.startsWith('/socket.io/') !== false) return
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString()
    const { method = '', url: path, headers } = request
    const asked = { method, path, headers, body: text === '' ? undefined : (JSON.parse(text) as unknown) }
    this.requests.push(asked)
    const [status, body] = await this.rest(asked)
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(status === 204 ? undefined : JSON.stringify(body))
  }
}
