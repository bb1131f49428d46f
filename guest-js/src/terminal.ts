// Binds an xterm.js terminal to a terminal of the hub. Knows xterm.js by the few methods that it
// needs (so @xterm/headless fits too), and nothing of Tauri or the page.
//
// The application creates the terminal, opens it and loads its addons. Of these, unicode11 is
// recommended (`term.unicode.activeVersion = '11'`): the hub counts the width of emoji like that.

import { Utf8Joiner } from './bytes.js'
import type { HubClient } from './client.js'
import { HubError } from './errors.js'
import { guardParser, type ParserLike } from './guard.js'
import type { Role } from './protocol.gen.js'
import type { TerminalSink, TerminalSize, WatchOptions } from './view.js'
import type { TerminalWatch } from './watch.js'

interface Disposable {
  dispose(): void
}

/** What is needed of an xterm.js `Terminal`. */
export interface XtermLike {
  readonly cols: number
  readonly rows: number
  readonly options: { disableStdin?: boolean | undefined }
  readonly parser: ParserLike
  write(data: string | Uint8Array, callback?: () => void): void
  resize(cols: number, rows: number): void
  onData(listener: (data: string) => void): Disposable
  onBinary(listener: (data: string) => void): Disposable
}

export interface AttachOptions extends WatchOptions {
  /** Never type, whatever the role allows. */
  readonly readOnly?: boolean
  /** Lets programs write to the clipboard (OSC 52), if an addon for that is loaded. Off by default. */
  readonly allowClipboard?: boolean
  /** Lets programs print links (OSC 8). Off by default: the text may say one thing and the link another. */
  readonly allowLinks?: boolean
  /** May change what was typed before it is sent, for keys that hold (Ctrl of a phone's key bar). */
  readonly transformInput?: (data: string) => string
  /** Input that did not reach the terminal. Show it: it is not sent again. */
  readonly onInputError?: (error: HubError) => void
}

export interface AttachedTerminal extends Disposable {
  readonly watch: TerminalWatch
  /** Types `data` as it is, if the role allows. */
  input(data: string): void
}

/**
 * Ctrl-C, Ctrl-\ and Ctrl-Z: whoever presses these does not want to wait for what was pasted. Not only
 * for what waits here: the program's terminal may be full, or another viewer's paste may be under way.
 */
const URGENT: ReadonlySet<string> = new Set(['\x03', '\x1c', '\x1a'])

/** xterm.js decodes 131,072 bytes at a time and may split a character there, which it then loses. */
const PIECE = 65_536

/**
 * CAN ends whatever escape sequence was cut off by the reset, RIS resets. To leave the other screen
 * changes nothing then, but xterm.js draws no cursor before it has had the focus or a change of
 * screens, and whoever only watches wants to see it.
 */
const RESET = '\x18\x1bc\x1b[?47l'

/** Shows the terminal `sessionId` in `term` and sends what is typed there, until disposed. */
export function attachTerminal(
  client: HubClient,
  sessionId: string,
  term: XtermLike,
  options: AttachOptions = {},
): AttachedTerminal {
  const sink = new XtermSink(term)
  const guard = guardParser(term.parser, {
    clipboard: options.allowClipboard === true,
    links: options.allowLinks === true,
  })
  const watch = client.watch(sessionId, sink, options)

  const mayType = (): boolean => options.readOnly !== true && allowsInput(watch.state.value.terminal?.role)
  const input = (data: string): void => {
    const { terminal } = watch.state.value
    if (!mayType() || terminal === undefined) return
    client
      .input(sessionId, cleanPaste(data), { epoch: terminal.epoch, urgent: URGENT.has(data) })
      .catch((error: unknown) => options.onInputError?.(HubError.from(error)))
  }
  const stopState = watch.state.subscribe(() => {
    term.options.disableStdin = !mayType()
  })
  const onData = term.onData((data) => {
    input(options.transformInput?.(data) ?? data)
  })
  // Mouse reports of the oldest kind; beyond column 95 they are not text, and only text can be sent.
  const onBinary = term.onBinary((data) => {
    // eslint-disable-next-line no-control-regex
    if (/^[\x00-\x7f]*$/.test(data)) input(data)
  })

  return {
    watch,
    input,
    dispose: () => {
      for (const part of [onData, onBinary, guard]) part.dispose()
      stopState()
      watch.close()
    },
  }
}

const PASTE_BEGIN = '\x1b[200~'
const PASTE_END = '\x1b[201~'

/** A pasted text must not end its own brackets: what follows would be typed. xterm.js leaves that to us. */
function cleanPaste(data: string): string {
  if (!data.startsWith(PASTE_BEGIN) || !data.endsWith(PASTE_END)) return data
  const text = data.slice(PASTE_BEGIN.length, -PASTE_END.length)
  return PASTE_BEGIN + text.replaceAll('\x1b', '\u241b') + PASTE_END
}

function allowsInput(role: Role | undefined): boolean {
  return role === 'operator' || role === 'admin'
}

/** `write` of xterm.js only queues; everything here is done when its callback says so. */
class XtermSink implements TerminalSink {
  readonly #term: XtermLike
  readonly #joiner = new Utf8Joiner()

  constructor(term: XtermLike) {
    this.#term = term
  }

  async reset(size: TerminalSize): Promise<void> {
    this.#joiner.clear()
    // In band: a call to reset() would leave the parser in the middle of what was cut off.
    await this.#parse(RESET)
    this.resize(size)
  }

  resize({ cols, rows }: TerminalSize): void {
    if (this.#term.cols !== cols || this.#term.rows !== rows) this.#term.resize(cols, rows)
  }

  async write(data: Uint8Array): Promise<void> {
    let parsed = Promise.resolve()
    for (let at = 0; at < data.length; at += PIECE) {
      parsed = this.#parse(this.#joiner.push(data.subarray(at, at + PIECE)))
    }
    // What was written before is parsed by then, too.
    await parsed
  }

  #parse(data: string | Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      this.#term.write(data, resolve)
    })
  }
}
