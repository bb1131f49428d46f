// What a watched terminal looks like from outside: where its bytes go, and its state. Types only.

import type { HubError } from './errors.js'
import type { Rate, Role, TerminalExit, ViewerInfo } from './protocol.gen.js'

export interface TerminalSize {
  readonly cols: number
  readonly rows: number
}

/**
 * Where a terminal's bytes go. The calls come in the order of the stream. `reset` and `resize`
 * are made only when every write before them is done, and the next write only after them.
 */
export interface TerminalSink {
  /** Begin anew with an empty terminal of that size. */
  reset(size: TerminalSize): void | Promise<void>
  resize(size: TerminalSize): void | Promise<void>
  /**
   * Bytes of the terminal; done (or resolved) when they have been dealt with, for only then may
   * the hub send more. No query in them may be answered: the hub has done that. `offset`: how many
   * bytes its life has produced after these.
   */
  write(data: Uint8Array, offset: number): void | Promise<void>
}

/** What is known of the terminal, as far as the sink has come. */
export interface WatchedTerminal extends TerminalSize {
  readonly title: string
  readonly role: Role
  readonly epoch: string
  /** How it ended; undefined while its program runs. */
  readonly exit: TerminalExit | undefined
}

export interface WatchState {
  /**
   * - `pending`: nothing has been shown yet
   * - `live`: what is shown is what the terminal shows
   * - `stale`: what is shown is from before the connection was lost
   * - `failed`: the hub refused (`error` says why); asked again at the next connection
   * - `closed`: closed by this side
   */
  readonly phase: 'pending' | 'live' | 'stale' | 'failed' | 'closed'
  readonly terminal: WatchedTerminal | undefined
  readonly error: HubError | undefined
}

/** What this viewer shows of the terminal. */
export interface View {
  /** Whether anybody can see it. */
  readonly visible: boolean
  /** The size that there is room for, when the terminal shall have it. Without it, whatever size there is is shown. */
  readonly size?: TerminalSize
  /** `low` when nobody looks. */
  readonly rate?: Rate
}

/** Who watches the terminal. Nobody is known while there is no connection. */
export interface Audience {
  readonly you: ViewerInfo | undefined
  /** In the order in which they came. */
  readonly others: readonly ViewerInfo[]
}

/** What a program asked its terminal to notify of. */
export interface TerminalNotification {
  readonly title?: string
  readonly body: string
}

export interface WatchOptions {
  /** The program rang. Called when the bytes before it have been dealt with, as are the others. */
  readonly onBell?: () => void
  /** The program notified (OSC 9, 777, 99). */
  readonly onNotification?: (notification: TerminalNotification) => void
  /** Bytes that may be under way unacknowledged; the hub clamps it to 4 KiB..4 MiB. */
  readonly window?: number
}
