// A hub in a few lines, on the Socket.IO server from npm: plays the `/terminal` namespace as
// PROTOCOL 5 says, so that the client meets a second implementation of it. Knows no PTY.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { type Namespace, Server, type Socket } from 'socket.io'

import type {
  AckRequest,
  InputRequest,
  ResetEvent,
  ResizeRequest,
  Role,
  SessionRequest,
  TerminalExit,
  TerminalInfo,
  ViewRequest,
  WatchRequest,
} from '../src/protocol.gen.js'

type Ack = (answer: object) => void
type Answer = { success: true } & Record<string, unknown>
interface Refusal {
  success: false
  error: string
  code: string
  retryAfterMs?: number
  expected?: number
  epoch?: string
}

const NOT_FOUND: Refusal = { success: false, error: 'Terminal session not found', code: 'NOT_FOUND' }

interface Viewer {
  readonly socket: Socket
  readonly window: number
  sent: number
  acked: number
}

export class FakeTerminal {
  epoch = 'life-1'
  bytes = Buffer.alloc(0)
  cols = 80
  rows = 24
  exit: TerminalExit | undefined
  /** Bytes below this offset are gone. */
  kept = 0
  readonly viewers = new Map<Socket, Viewer>()
  readonly watches: WatchRequest[] = []
  readonly acks: AckRequest[] = []
  readonly inputs: InputRequest[] = []
  /** The last number taken, by client. */
  readonly #taken = new Map<string, number>()
  readonly views: ViewRequest[] = []

  constructor(readonly sessionId: string) {}

  /** Takes what is typed, each number of a client once. */
  type(request: InputRequest): Answer | Refusal {
    const { clientId, seq, epoch } = request
    if (epoch !== undefined && epoch !== this.epoch) {
      return { success: false, error: 'Another life', code: 'CONFLICT', epoch: this.epoch }
    }
    if (clientId === undefined || seq === undefined) {
      this.inputs.push(request)
      return { success: true }
    }
    const expected = (this.#taken.get(clientId) ?? 0) + 1
    if (seq > expected) return { success: false, error: 'Something is missing', code: 'CONFLICT', expected }
    if (seq === expected) {
      this.inputs.push(request)
      this.#taken.set(clientId, seq)
    }
    return { success: true, seq }
  }

  /** Everything typed, as the program has it. */
  get typed(): string {
    return this.inputs.map(({ input }) => input).join('')
  }

  /** The program writes: sent as far as each viewer's window allows. */
  print(data: string | Buffer): void {
    this.bytes = Buffer.concat([this.bytes, Buffer.from(data)])
    this.pump()
  }

  pump(): void {
    for (const viewer of this.viewers.values()) {
      const end = Math.min(this.bytes.length, viewer.acked + viewer.window)
      while (viewer.acked >= 0 && viewer.sent < end) {
        const to = Math.min(end, viewer.sent + 16 * 1024)
        this.emit(viewer, viewer.sent, to)
        viewer.sent = to
      }
    }
  }

  emit(viewer: Viewer, from: number, to: number): void {
    const { sessionId, epoch } = this
    viewer.socket.emit('terminal:output', { sessionId, epoch, data: this.bytes.subarray(from, to), offset: to })
  }

  resize(cols: number, rows: number): void {
    Object.assign(this, { cols, rows })
    this.broadcast('terminal:resized', { sessionId: this.sessionId, cols, rows })
  }

  end(exit: TerminalExit): void {
    this.exit = exit
    this.broadcast('terminal:exit', { sessionId: this.sessionId, ...exit })
  }

  /** Everybody gets a picture in place of what they have not seen. */
  reset(scrollback: string): void {
    const { sessionId, epoch, cols, rows } = this
    const offset = this.bytes.length
    for (const viewer of this.viewers.values()) Object.assign(viewer, { sent: offset, acked: -1 })
    this.broadcast('terminal:reset', {
      ...{ sessionId, epoch, cols, rows, offset },
      scrollback: Buffer.from(scrollback),
    } satisfies ResetEvent)
  }

  broadcast(event: string, payload: object): void {
    for (const { socket } of this.viewers.values()) socket.emit(event, payload)
  }
}

export class FakeHub {
  token = 'secret'
  role: Role = 'operator'
  readonly terminals = new Map<string, FakeTerminal>()
  /** What to answer instead, by event; each is used up once. */
  readonly refusals = new Map<string, Refusal[]>()
  /** Requests of these events get no answer. */
  readonly silent = new Set<string>()
  readonly namespace: Namespace
  readonly #server = createServer()
  readonly #io = new Server(this.#server, { pingInterval: 25_000 })

  private constructor() {
    this.namespace = this.#io.of('/terminal')
    this.namespace.use((socket, next) => {
      const { token } = socket.handshake.auth
      if (token === undefined) next(new Error('Authentication required for terminal access'))
      else next(token === this.token ? undefined : new Error('Invalid token'))
    })
    this.namespace.on('connection', (socket) => this.#serve(socket))
  }

  static async start(): Promise<FakeHub> {
    const hub = new FakeHub()
    await new Promise<void>((resolve) => hub.#server.listen(0, '127.0.0.1', resolve))
    return hub
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    await this.#io.close()
  }

  terminal(sessionId: string, epoch = 'life-1'): FakeTerminal {
    const terminal = new FakeTerminal(sessionId)
    terminal.epoch = epoch
    this.terminals.set(sessionId, terminal)
    this.namespace.emit('terminal:started', { sessionId, epoch })
    return terminal
  }

  /** As when the network fails: no farewell. */
  cut(): void {
    for (const socket of this.namespace.sockets.values()) socket.conn.close()
  }

  #serve(socket: Socket): void {
    socket.emit('hub:hello', { protocol: 1, hub: 'fake', version: '0', features: [] })
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as trusting as a socket
    const on = <T>(event: string, answer: (request: T) => Answer | Refusal): void => {
      socket.on(event, (request: T, ack?: Ack) => {
        const reply = this.refusals.get(event)?.shift() ?? answer(request)
        if (!this.silent.has(event)) ack?.(reply)
      })
    }
    on('terminal:list', () => ({ success: true, terminals: [...this.terminals.values()].map(describe) }))
    on('terminal:watch', (request: WatchRequest) => this.#watch(socket, request))
    on('terminal:unwatch', ({ sessionId }: SessionRequest) => {
      this.terminals.get(sessionId)?.viewers.delete(socket)
      return { success: true }
    })
    on('terminal:input', (request: InputRequest) => {
      return this.terminals.get(request.sessionId)?.type(request) ?? NOT_FOUND
    })
    on('terminal:resize', ({ sessionId, cols, rows }: ResizeRequest) => {
      this.terminals.get(sessionId)?.resize(cols, rows)
      return { success: true, applied: true }
    })
    on('terminal:view', (request: ViewRequest) => {
      this.terminals.get(request.sessionId)?.views.push(request)
      return { success: true, applied: false }
    })
    on('terminal:kill', ({ sessionId }: SessionRequest) => {
      this.terminals.get(sessionId)?.end({ exitCode: null, reason: 'killed', signal: 'SIGHUP' })
      return { success: true }
    })
    socket.on('terminal:ack', (request: AckRequest) => {
      const terminal = this.terminals.get(request.sessionId)
      const viewer = terminal?.viewers.get(socket)
      if (terminal === undefined || viewer === undefined || request.epoch !== terminal.epoch) return
      terminal.acks.push(request)
      // What was sent as scrollback has to be acknowledged before anything follows.
      if (viewer.acked >= 0 || request.offset >= viewer.sent) viewer.acked = request.offset
      terminal.pump()
    })
    socket.on('disconnect', () => {
      for (const terminal of this.terminals.values()) terminal.viewers.delete(socket)
    })
  }

  #watch(socket: Socket, request: WatchRequest): Answer | Refusal {
    const terminal = this.terminals.get(request.sessionId)
    if (terminal === undefined) return NOT_FOUND
    terminal.watches.push(request)
    const { sessionId, epoch, cols, rows, bytes, kept, exit } = terminal
    const { resume } = request
    if (resume !== undefined && resume.epoch !== epoch) return { success: false, error: 'Another life', code: 'CONFLICT' }
    const resumes = resume !== undefined && resume.offset >= kept
    const scrollback = bytes.subarray(resumes ? resume.offset : kept)
    const offset = bytes.length
    terminal.viewers.set(socket, { socket, window: request.window ?? 0, sent: offset, acked: -1 })
    return {
      ...{ success: true, sessionId, cols, rows, scrollback, epoch, offset },
      ...{ replay: resumes ? 'resume' : 'screen', role: this.role, title: sessionId, running: exit === undefined, ...exit },
    }
  }
}

function describe(terminal: FakeTerminal): TerminalInfo {
  const { sessionId, cols, rows, epoch, exit, viewers } = terminal
  return {
    ...{ sessionId, cols, rows, epoch, projectId: 'default', hub: 'fake', title: sessionId, command: 'sh', args: [] },
    ...{ cwd: '/', running: exit === undefined, needsInput: { active: false }, recording: false, viewers: viewers.size, createdAt: 0, lastOutputAt: null, ...exit },
  }
}
