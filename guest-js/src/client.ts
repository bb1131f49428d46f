// The hub's terminals over Socket.IO: what is there, watching, typing. Used by the WebView and by
// the phone alike, so it must not know Tauri, xterm.js or any page.

import type { InputProgress, InputResult } from './input.js'
import { type Answered, type ConnectionState, Link, type TokenSource } from './link.js'
import { HubError } from './errors.js'
import type { Observable } from './observable.js'
import type { AttentionEvent, ListResponse, ResizeResponse, StartedEvent, TerminalInfo } from './protocol.gen.js'
import { Typing } from './typing.js'
import type { TerminalSink, WatchOptions } from './view.js'
import { TerminalWatch } from './watch.js'

export { HubError, type HubErrorCode } from './errors.js'
export type { InputProgress, InputResult } from './input.js'
export type { ConnectionState, TokenSource } from './link.js'
export type { Observable } from './observable.js'
export type * from './protocol.gen.js'
export type {
  Audience,
  TerminalNotification,
  TerminalSink,
  TerminalSize,
  View,
  WatchedTerminal,
  WatchOptions,
  WatchState,
} from './view.js'
export type { TerminalWatch } from './watch.js'

const REQUEST_MS = 10_000
/** An input waits as long as its program does not read. After this it is sent again, in case it was lost. */
const INPUT_MS = 30_000

export interface HubClientOptions {
  /** Base address of the hub, as `connection()` or the page's own address gives it. */
  readonly url: string
  /** The credential; a function is asked at each attempt to connect. */
  readonly token: TokenSource
}

/** What happens to a terminal, whether it is watched or not. */
export type TerminalNews =
  /** It has begun a life; a new one, if the `epoch` is another. */
  | ({ readonly type: 'started' } & StartedEvent)
  /** It needs somebody, or does not any more. */
  | ({ readonly type: 'attention' } & AttentionEvent)

export interface InputOptions {
  /** The life of the terminal that it is meant for; the present one when absent. */
  readonly epoch?: string
  /** Goes first, and drops what this client has typed there and was not written. For keys such as Ctrl-C. */
  readonly urgent?: boolean
}

/**
 * A connection to a hub.
 *
 * ```ts
 * const client = new HubClient({ url, token })
 * client.connection.subscribe(({ status }) => showStatus(status))
 * const terminals = await client.list()
 * const watch = client.watch('shell', sink)
 * await client.input('shell', 'ls\r')
 * client.close()
 * ```
 */
export class HubClient {
  readonly #link: Link
  readonly #watches = new Map<string, TerminalWatch>()
  readonly #typing: Typing
  /** Lives that are being asked for; what is typed meanwhile waits, or it would overtake. */
  readonly #lives = new Map<string, Promise<string>>()
  readonly #newsListeners = new Set<(news: TerminalNews) => void>()

  /** Connects at once. */
  constructor({ url, token }: HubClientOptions) {
    this.#link = new Link({ url, token, namespace: 'terminal', probe: { event: 'terminal:list', payload: {} } })
    const link = this.#link
    this.#typing = new Typing((request, done) => {
      link.request('terminal:input', request, INPUT_MS, done)
    })
    link.on('terminal:output', (event) => this.#watches.get(event.sessionId)?.output(event))
    link.on('terminal:reset', (event) => this.#watches.get(event.sessionId)?.reset(event))
    link.on('terminal:resized', (event) => this.#watches.get(event.sessionId)?.resized(event))
    link.on('terminal:title', (event) => this.#watches.get(event.sessionId)?.title(event))
    link.on('terminal:bell', (event) => this.#watches.get(event.sessionId)?.bell())
    link.on('terminal:notification', (event) => this.#watches.get(event.sessionId)?.notification(event))
    link.on('terminal:started', (event) => {
      this.#watches.get(event.sessionId)?.started(event)
      this.#tell({ type: 'started', ...event })
    })
    link.on('terminal:attention', (event) => {
      this.#tell({ type: 'attention', ...event })
    })
    link.on('terminal:exit', ({ sessionId, ...exit }) => this.#watches.get(sessionId)?.exit(exit))
    link.on('terminal:viewers', (event) => this.#watches.get(event.sessionId)?.viewers(event))
    link.state.subscribe(({ status }) => {
      for (const watch of [...this.#watches.values()]) {
        if (status === 'connected') watch.connected()
        else watch.disconnected()
      }
      if (status === 'connected') this.#typing.connected()
      else if (status === 'connecting' || status === 'reconnecting') this.#typing.disconnected()
      else this.#typing.fail(new HubError('DISCONNECTED', 'Not connected to the hub'))
    })
    link.connect()
  }

  get connection(): Observable<ConnectionState> {
    return this.#link.state
  }

  /** Connects again after `close()` or a refusal. */
  connect(): void {
    this.#link.connect()
  }

  close(): void {
    for (const watch of [...this.#watches.values()]) watch.close()
    this.#link.close()
  }

  /** To be called when the device wakes, comes online, or the page is shown again. */
  wake(): void {
    this.#link.wake()
  }

  /** The terminals that this credential may see. */
  async list(): Promise<TerminalInfo[]> {
    const { terminals } = await this.#request<ListResponse>('terminal:list', {})
    return terminals
  }

  /**
   * Hears what happens to terminals that this credential may see, until the returned function is
   * called. What happens while the connection is lost is not told later: `list()` then says how
   * everything stands.
   */
  onNews(listener: (news: TerminalNews) => void): () => void {
    this.#newsListeners.add(listener)
    return () => this.#newsListeners.delete(listener)
  }

  /**
   * Watches a terminal until the watch is closed, across lost connections. A connection has one
   * watch for each terminal: several views of one share a sink, or use a client each.
   */
  watch(sessionId: string, sink: TerminalSink, options: WatchOptions = {}): TerminalWatch {
    if (this.#watches.has(sessionId)) throw new Error(`Terminal ${sessionId} is being watched already`)
    const watch = new TerminalWatch(this.#link, sessionId, sink, options, () => this.#watches.delete(sessionId))
    this.#watches.set(sessionId, watch)
    return watch
  }

  /**
   * Types into a terminal; resolves when all of it has been written to the program (`written`), or
   * when something urgent came first (`dropped`). It is written once: what is under way when the
   * connection is lost is sent again when it is back within two minutes. Nothing is kept for
   * later: with the connection gone it fails with `DISCONNECTED`, and nothing was sent. `TIMEOUT`
   * means that nobody knows how much arrived. A failure also fails what was typed behind it.
   */
  async input(sessionId: string, text: string, { epoch, urgent = false }: InputOptions = {}): Promise<InputResult> {
    if (!this.#link.connected) throw new HubError('DISCONNECTED', 'Not connected to the hub')
    const looking = this.#lives.get(sessionId)
    const life = looking ?? epoch ?? this.#watches.get(sessionId)?.state.value.terminal?.epoch
    if (looking === undefined && typeof life === 'string') return this.#typing.push(sessionId, life, text, urgent)
    const found = (looking ?? this.#lifeOf(sessionId)).then((present) => epoch ?? present)
    return this.#typing.push(sessionId, await found, text, urgent)
  }

  /** Whether something that was typed here has not been written yet. */
  isTyping(sessionId: string): boolean {
    return this.#typing.busy(sessionId)
  }

  /** How far the long input (over 32 KiB) that is under way has come; undefined when there is none. */
  inputProgress(sessionId: string): Observable<InputProgress | undefined> {
    return this.#typing.progress(sessionId)
  }

  /** Drops what was typed here and has not been written; a paste that has begun is ended. */
  dropInput(sessionId: string): void {
    this.#typing.drop(sessionId)
  }

  /**
   * Asks for a size. False when the hub's size policy does not give it. To keep asking for it, across
   * lost connections, let the watch have it: `watch.show({ visible: true, size })`.
   */
  async resize(sessionId: string, cols: number, rows: number): Promise<boolean> {
    const { applied } = await this.#request<ResizeResponse>('terminal:resize', { sessionId, cols, rows })
    return applied
  }

  /** Ends every process of the terminal. */
  async kill(sessionId: string): Promise<void> {
    await this.#request('terminal:kill', { sessionId })
  }

  /** The present life of a terminal that is not watched. */
  #lifeOf(sessionId: string): Promise<string> {
    const looking = this.list()
      .then((terminals) => {
        const terminal = terminals.find((each) => each.sessionId === sessionId)
        if (terminal === undefined) throw new HubError('NOT_FOUND', 'Terminal session not found')
        return terminal.epoch
      })
      .finally(() => this.#lives.delete(sessionId))
    this.#lives.set(sessionId, looking)
    return looking
  }

  #tell(news: TerminalNews): void {
    for (const listener of [...this.#newsListeners]) listener(news)
  }

  #request<T>(event: string, payload: object): Promise<T> {
    return new Promise<T>((resolve, reject: (error: HubError) => void) => {
      const done: Answered = (error, answer) => {
        if (error === undefined) resolve(answer as T)
        else reject(error)
      }
      this.#link.request(event, payload, REQUEST_MS, done)
    })
  }
}
