// One terminal, watched: its bytes in order and without a gap, across lost connections. Knows the
// protocol of a watch (PROTOCOL 5.1 and 5.2), and nothing of xterm.js or of the page.

import { toBytes } from './bytes.js'
import { Delivery } from './delivery.js'
import { HubError } from './errors.js'
import { Latest } from './latest.js'
import { Leg } from './leg.js'
import type { Link } from './link.js'
import { type Observable, Source } from './observable.js'
import type {
  NotificationEvent,
  OutputEvent,
  ResetEvent,
  ResizedEvent,
  StartedEvent,
  TerminalExit,
  TitleEvent,
  ViewersEvent,
  ViewRequest,
  WatchRequest,
  WatchResponse,
} from './protocol.gen.js'
import type {
  Audience,
  TerminalSink,
  TerminalSize,
  View,
  WatchedTerminal,
  WatchOptions,
  WatchState,
} from './view.js'

/** Enough for the full speed of a loopback connection, little enough for a phone. */
const DEFAULT_WINDOW = 256 * 1024
const ANSWER_MS = 15_000
/** When the hub does not say after how long to ask again. */
const RETRY_MS = 1_000
/** Between two views: a window's border that is dragged must not have the program draw for each pixel. */
const VIEW_PAUSE_MS = 100

const NOBODY: Audience = { you: undefined, others: [] }

export class TerminalWatch {
  readonly sessionId: string
  readonly #state = new Source<WatchState>({ phase: 'pending', terminal: undefined, error: undefined })
  readonly #audience = new Source(NOBODY)
  readonly #link: Link
  readonly #sink: TerminalSink
  readonly #options: WatchOptions
  readonly #window: number
  readonly #delivery: Delivery
  readonly #onEnd: () => void
  /** The life and the offset up to which bytes have arrived; where to go on. */
  #position: { epoch: string; offset: number } | undefined
  #leg: Leg | undefined
  #view: View | undefined
  readonly #views = new Latest<View>((view) => this.#sendView(view), VIEW_PAUSE_MS)
  /** Answers to any but the latest question are ignored. */
  #question = 0
  #ended = false
  /** Another life has begun; what the present one still has to say comes first. */
  #succeeded = false
  #retryTimer: ReturnType<typeof setTimeout> | undefined

  /** Made by `HubClient.watch`. */
  constructor(link: Link, sessionId: string, sink: TerminalSink, options: WatchOptions, onEnd: () => void) {
    this.sessionId = sessionId
    this.#link = link
    this.#sink = sink
    this.#options = options
    this.#window = options.window ?? DEFAULT_WINDOW
    this.#onEnd = onEnd
    this.#delivery = new Delivery((error) => {
      this.#end()
      this.#fail(new HubError('INTERNAL', `The viewer failed: ${String(error)}`))
    })
    if (link.connected) this.#ask()
  }

  get state(): Observable<WatchState> {
    return this.#state
  }

  /** Who else watches, and who types. */
  get audience(): Observable<Audience> {
    return this.#audience
  }

  /**
   * Says what is shown of the terminal, until something else is said; the hub's size policy makes
   * one size of what all viewers show. To be called whenever it is shown or hidden and whenever
   * the room for it changes; what comes quickly is gathered.
   */
  show(view: View): void {
    this.#view = view
    // Before the watch stands the hub would not take it; then it is said in any case.
    if (this.#leg !== undefined) this.#views.push(view)
  }

  /** Asks again and begins anew, for instance after a terminal that had ended was started again. */
  restart(): void {
    this.#position = undefined
    if (this.#link.connected) this.#ask()
  }

  close(): void {
    this.#end()
    if (this.#state.value.phase !== 'closed') this.#update({ phase: 'closed' })
  }

  /** @internal The connection stands (again): events missed meanwhile are asked for by offset. */
  connected(): void {
    this.#ask()
  }

  /** @internal */
  disconnected(): void {
    this.#question++
    this.#endLeg()
    clearTimeout(this.#retryTimer)
    this.#audience.set(NOBODY)
    if (this.#state.value.phase === 'live') this.#update({ phase: 'stale' })
  }

  /** @internal */
  output(event: OutputEvent): void {
    const position = this.#position
    if (this.#leg === undefined || position === undefined) return
    if (event.epoch !== position.epoch) {
      this.restart()
      return
    }
    const bytes = toBytes(event.data)
    if (event.reset === true) {
      this.#beginAnew(event.epoch, this.#size(), bytes, event.offset)
      return
    }
    const fresh = event.offset - position.offset
    if (fresh > bytes.length) {
      // Something is missing. The hub never does this; but a hole must not be papered over.
      this.#ask()
      return
    }
    if (fresh <= 0) return
    position.offset = event.offset
    this.#write(bytes.subarray(bytes.length - fresh), event.offset)
  }

  /** @internal */
  reset(event: ResetEvent): void {
    if (this.#leg === undefined) return
    this.#beginAnew(event.epoch, event, toBytes(event.scrollback), event.offset)
  }

  /** @internal */
  resized(event: ResizedEvent): void {
    if (this.#leg === undefined) return
    this.#resize(event)
  }

  /** @internal */
  exit(exit: TerminalExit): void {
    if (this.#leg === undefined) return
    // Whoever reads "ended" has read everything before it.
    this.#inTurn(() => {
      this.#updateTerminal({ exit })
      if (this.#succeeded) this.restart()
    })
  }

  /** @internal */
  title({ title }: TitleEvent): void {
    if (this.#leg !== undefined) this.#inTurn(() => this.#updateTerminal({ title }))
  }

  /** @internal */
  bell(): void {
    if (this.#leg !== undefined) this.#inTurn(() => this.#options.onBell?.())
  }

  /** @internal */
  notification({ title, body }: NotificationEvent): void {
    if (this.#leg === undefined) return
    this.#inTurn(() => this.#options.onNotification?.({ body, ...(title !== undefined && { title }) }))
  }

  /** @internal The terminal has begun a life, on this connection or another. */
  started({ epoch }: StartedEvent): void {
    if (this.#position?.epoch === epoch) return
    if (this.#leg === undefined || this.#state.value.terminal?.exit !== undefined) this.restart()
    else this.#succeeded = true
  }

  #inTurn(run: () => void): void {
    // Whatever a listener of the page returns, it is not waited for.
    this.#delivery.push({
      alone: true,
      run: () => {
        run()
      },
    })
  }

  /** @internal */
  viewers({ viewers, you }: ViewersEvent): void {
    this.#audience.set({ you: viewers.find(({ id }) => id === you), others: viewers.filter(({ id }) => id !== you) })
  }

  #end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#question++
    this.#endLeg()
    clearTimeout(this.#retryTimer)
    this.#delivery.end()
    this.#audience.set(NOBODY)
    if (this.#link.connected) {
      this.#link.request('terminal:unwatch', { sessionId: this.sessionId }, ANSWER_MS, () => undefined)
    }
    this.#onEnd()
  }

  #ask(): void {
    if (this.#ended) return
    const question = ++this.#question
    this.#succeeded = false
    // What still arrives belongs to the position that is being given up.
    this.#endLeg()
    clearTimeout(this.#retryTimer)
    const resume = this.#position === undefined ? undefined : { ...this.#position }
    const request: WatchRequest = {
      sessionId: this.sessionId,
      encoding: 'binary',
      window: this.#window,
      viewers: true,
      ...(resume && { resume }),
    }
    this.#link.request('terminal:watch', request, ANSWER_MS, (error, answer) => {
      if (question !== this.#question) return
      if (error === undefined) this.#begin(answer as WatchResponse)
      else this.#refused(error)
    })
  }

  #begin(answer: WatchResponse): void {
    const bytes = toBytes(answer.scrollback)
    const position = this.#position
    const continues =
      answer.replay === 'resume' &&
      position?.epoch === answer.epoch &&
      answer.offset - bytes.length === position.offset
    if (continues) {
      this.#beginLeg(answer.epoch)
      position.offset = answer.offset
      this.#write(bytes, answer.offset)
      this.#resize(answer)
    } else if (answer.replay === 'resume') {
      // Not the stretch that was asked for: begin anew rather than show something wrong.
      this.restart()
      return
    } else {
      this.#beginAnew(answer.epoch, answer, bytes, answer.offset)
    }
    if (this.#view !== undefined) this.#views.push(this.#view)
    const { title, role } = answer
    this.#delivery.push({
      alone: true,
      run: () => {
        this.#updateTerminal({ title, role, exit: exitOf(answer) })
        if (this.#leg !== undefined) this.#update({ phase: 'live' })
      },
    })
  }

  #sendView({ visible, size, rate }: View): Promise<void> {
    const { sessionId } = this
    const request: ViewRequest = {
      ...{ sessionId, visible },
      ...(size !== undefined && { cols: size.cols, rows: size.rows }),
      ...(rate !== undefined && { rate }),
    }
    return new Promise((resolve) => {
      // A failure is that of the watch, which asks again and then says it again.
      this.#link.request('terminal:view', request, ANSWER_MS, () => resolve())
    })
  }

  #beginAnew(epoch: string, size: TerminalSize, bytes: Uint8Array, offset: number): void {
    this.#position = { epoch, offset }
    this.#beginLeg(epoch)
    const { cols, rows } = size
    this.#delivery.push({
      alone: true,
      run: () => {
        this.#updateTerminal({ epoch, cols, rows })
        return this.#sink.reset({ cols, rows })
      },
    })
    this.#write(bytes, offset)
  }

  #beginLeg(epoch: string): void {
    this.#endLeg()
    const { sessionId } = this
    this.#leg = new Leg(this.#window, (offset) => this.#link.acknowledge({ sessionId, offset, epoch }))
  }

  #endLeg(): void {
    this.#leg?.end()
    this.#leg = undefined
  }

  #write(bytes: Uint8Array, offset: number): void {
    const leg = this.#leg
    if (leg === undefined) return
    this.#delivery.push({
      alone: false,
      run: () => (bytes.length === 0 ? undefined : this.#sink.write(bytes, offset)),
      done: () => leg.dealt(offset),
    })
  }

  #resize({ cols, rows }: TerminalSize): void {
    this.#delivery.push({
      alone: true,
      run: () => {
        const now = this.#state.value.terminal
        if (now?.cols === cols && now.rows === rows) return undefined
        this.#updateTerminal({ cols, rows })
        return this.#sink.resize({ cols, rows })
      },
    })
  }

  #refused(error: HubError): void {
    switch (error.code) {
      case 'DISCONNECTED':
        return // the next connection asks
      case 'TIMEOUT':
      case 'RATE_LIMITED':
      case 'UNAVAILABLE':
        this.#retryTimer = setTimeout(() => {
          if (this.#link.connected) this.#ask()
        }, error.retryAfterMs ?? RETRY_MS)
        return
      case 'CONFLICT':
        // Another life of the terminal.
        if (this.#position !== undefined) {
          this.restart()
          return
        }
    }
    this.#fail(error)
  }

  #fail(error: HubError): void {
    this.#endLeg()
    this.#update({ phase: 'failed', error })
  }

  #size(): TerminalSize {
    return this.#state.value.terminal ?? { cols: 80, rows: 24 }
  }

  #update(change: Partial<WatchState>): void {
    const { terminal } = this.#state.value
    this.#state.set({ phase: this.#state.value.phase, terminal, error: undefined, ...change })
  }

  #updateTerminal(change: Partial<WatchedTerminal>): void {
    const blank: WatchedTerminal = { cols: 80, rows: 24, title: '', role: 'viewer', epoch: '', exit: undefined }
    const before = this.#state.value.terminal ?? blank
    // `exit: undefined` is a change too: the terminal runs again.
    this.#update({ terminal: { ...before, ...change } })
  }
}

function exitOf(answer: WatchResponse): TerminalExit | undefined {
  if (answer.running || answer.reason === undefined) return undefined
  const { exitCode = null, reason, signal } = answer
  return { exitCode, reason, ...(signal !== undefined && { signal }) }
}
