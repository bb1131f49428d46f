// One connection to a namespace of the hub: whether it stands, and requests over it. Knows
// Socket.IO (no other file does) and nothing of terminals, projects, Tauri or the page.

import { io, type Socket } from 'socket.io-client'

import { HubError } from './errors.js'
import { type Observable, Source } from './observable.js'
import type {
  AckRequest,
  AttentionEvent,
  BellEvent,
  HubErrorEvent,
  HubHello,
  NotificationEvent,
  OutputEvent,
  ResetEvent,
  ResizedEvent,
  ServerShutdown,
  StartedEvent,
  TerminalExit,
  TitleEvent,
  ViewersEvent,
} from './protocol.gen.js'

/** Whether the hub can be reached, and if not, what is being done about it. */
export type ConnectionState =
  /** The first attempt is under way. */
  | { readonly status: 'connecting' }
  | { readonly status: 'connected' }
  /** Lost or not reached yet; tries again by itself. `hubClosing`: the hub said that it is shutting down. */
  | { readonly status: 'reconnecting'; readonly reason: string; readonly hubClosing: boolean }
  /** The hub does not accept the credential. Nothing is tried until `connect()` is called. */
  | { readonly status: 'refused'; readonly reason: string }
  /** Closed by this side. */
  | { readonly status: 'closed' }

/** A token, or the way to get one for each attempt. */
export type TokenSource = string | (() => string | Promise<string>)

export interface LinkOptions {
  /** Base address of the hub. */
  readonly url: string
  readonly namespace: 'terminal' | 'ui' | 'mobile'
  readonly token: TokenSource
  /** What the namespace wants to know on connecting, beside the token. */
  readonly auth?: Readonly<Record<string, string>>
  /** A request that costs nothing, to see whether anybody answers. */
  readonly probe: { readonly event: string; readonly payload: object }
}

/** What the hub sends of its own accord. */
export interface HubEvents {
  'hub:hello': (event: HubHello) => void
  'hub:error': (event: HubErrorEvent) => void
  'server:shutdown': (event: ServerShutdown) => void
  'terminal:output': (event: OutputEvent) => void
  'terminal:reset': (event: ResetEvent) => void
  'terminal:resized': (event: ResizedEvent) => void
  'terminal:title': (event: TitleEvent) => void
  'terminal:bell': (event: BellEvent) => void
  'terminal:notification': (event: NotificationEvent) => void
  'terminal:started': (event: StartedEvent) => void
  'terminal:attention': (event: AttentionEvent) => void
  'terminal:exit': (event: { sessionId: string } & TerminalExit) => void
  'terminal:viewers': (event: ViewersEvent) => void
}

/** What is sent without waiting for an answer. */
interface HubNotices {
  'terminal:ack': (request: AckRequest) => void
}

/** Called once, with the failure or with the answer. */
export type Answered = (error: HubError | undefined, answer: unknown) => void

/** The delay before the first new attempt, and the longest one: quick for a short cut, sparing for a long one. */
const FIRST_RETRY_MS = 500
const LONGEST_RETRY_MS = 5_000
/** The hub closed the namespace or gave no token: Socket.IO does not retry that by itself. */
const OWN_RETRY_MS = 1_000
/** How long a connection may take to answer after the device slept before it counts as dead. */
const WAKE_ANSWER_MS = 3_000

export class Link {
  readonly #state = new Source<ConnectionState>({ status: 'connecting' })
  readonly #socket: Socket<HubEvents, HubNotices>
  readonly #probe: LinkOptions['probe']
  #hubClosing = false
  #retry: ReturnType<typeof setTimeout> | undefined

  constructor({ url, namespace, token, auth, probe }: LinkOptions) {
    this.#probe = probe
    this.#socket = io(`${url.replace(/\/+$/, '')}/${namespace}`, {
      auth: (give) => {
        this.#token(token).then(
          (value) => {
            give({ ...auth, token: value })
          },
          (error: unknown) => {
            this.#noToken(HubError.from(error))
          },
        )
      },
      autoConnect: false,
      // Two hubs, or one hub with two credentials, must not share a connection.
      forceNew: true,
      // WebSocket first saves the upgrade; polling remains for networks that break WebSocket.
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      reconnectionDelay: FIRST_RETRY_MS,
      reconnectionDelayMax: LONGEST_RETRY_MS,
    })
    this.#socket.on('connect', () => {
      this.#hubClosing = false
      this.#state.set({ status: 'connected' })
    })
    this.#socket.on('connect_error', (error) => {
      // Not active: the hub answered and said no. Active: it was not reached.
      if (this.#socket.active) this.#lost(error.message)
      else this.#refuse(error.message)
    })
    this.#socket.on('disconnect', (reason) => {
      if (this.#state.value.status === 'closed') return
      this.#lost(reason)
      if (!this.#socket.active) this.#retryLater()
    })
    this.#socket.on('server:shutdown', () => {
      this.#hubClosing = true
    })
  }

  get state(): Observable<ConnectionState> {
    return this.#state
  }

  get connected(): boolean {
    return this.#socket.connected
  }

  on<E extends keyof HubEvents>(event: E, listener: HubEvents[E]): void {
    // Socket.IO's types cannot follow an event name that is not known yet.
    const socket = this.#socket as unknown as { on(event: E, listener: HubEvents[E]): void }
    socket.on(event, listener)
  }

  /** Hears everything that the hub sends of its own accord. */
  onAny(listener: (event: string, payload: unknown) => void): void {
    this.#socket.onAny(listener)
  }

  /** Connects; also after `close()` or a refusal. */
  connect(): void {
    clearTimeout(this.#retry)
    if (this.#socket.connected) return
    this.#state.set({ status: 'connecting' })
    this.#socket.connect()
  }

  close(): void {
    clearTimeout(this.#retry)
    this.#state.set({ status: 'closed' })
    this.#socket.disconnect()
  }

  /**
   * To be called when the device wakes or comes back online. A connection that was waiting for
   * its next attempt tries now; one that looks alive has to prove it, because the cut of a
   * sleeping device is noticed only by the heartbeat, up to 45 s later.
   */
  wake(): void {
    if (this.#state.value.status === 'reconnecting') this.#again()
    if (!this.#socket.connected) return
    const { event, payload } = this.#probe
    this.request(event, payload, WAKE_ANSWER_MS, (error) => {
      if (error?.code === 'TIMEOUT') this.#again()
    })
  }

  /**
   * Sends a request and calls `done` in the same turn in which its answer arrives, so that the
   * caller handles it before any event that follows. Nothing is kept for later: without a
   * connection it fails at once.
   */
  request(event: string, payload: object, timeoutMs: number, done: Answered): void {
    if (!this.#socket.connected) {
      done(new HubError('DISCONNECTED', 'Not connected to the hub'), undefined)
      return
    }
    const socket = this.#socket as Socket
    socket.timeout(timeoutMs).emit(event, payload, (error: Error | null, answer: unknown) => {
      if (error !== null) done(this.#unanswered(), undefined)
      else if (isSuccess(answer)) done(undefined, answer)
      else done(HubError.from(answer), undefined)
    })
  }

  /** Says how far a viewer has come. Lost with the connection: watching again says it anew. */
  acknowledge(request: AckRequest): void {
    if (this.#socket.connected) this.#socket.emit('terminal:ack', request)
  }

  #unanswered(): HubError {
    return this.#socket.connected
      ? new HubError('TIMEOUT', 'The hub did not answer in time')
      : new HubError('DISCONNECTED', 'The connection was lost before the hub answered')
  }

  async #token(source: TokenSource): Promise<string> {
    return typeof source === 'string' ? source : await source()
  }

  #noToken(error: HubError): void {
    this.#socket.disconnect()
    if (error.code === 'UNAUTHENTICATED' || error.code === 'FORBIDDEN') {
      this.#refuse(error.message)
    } else {
      this.#lost(error.message)
      this.#retryLater()
    }
  }

  #lost(reason: string): void {
    this.#state.set({ status: 'reconnecting', reason, hubClosing: this.#hubClosing })
  }

  #refuse(reason: string): void {
    this.#state.set({ status: 'refused', reason })
  }

  #retryLater(): void {
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => {
      this.#socket.connect()
    }, OWN_RETRY_MS)
  }

  #again(): void {
    clearTimeout(this.#retry)
    this.#socket.disconnect()
    // The disconnect may have armed the timer.
    clearTimeout(this.#retry)
    this.#socket.connect()
  }
}

function isSuccess(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && 'success' in answer && answer.success === true
}
