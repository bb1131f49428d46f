// The reference: an @xterm/headless with Unicode 11 widths. Reaches into its internals, because a
// picture must restore what its interface does not show. Knows nothing of pictures.

import unicode from '@xterm/addon-unicode11'
import headless from '@xterm/headless'

export interface Size {
  readonly cols: number
  readonly rows: number
}

/** From its offset on, the terminal has this size. */
export interface Resize extends Size {
  readonly at: number
}

/** What a program wrote, and the sizes that its terminal had meanwhile. */
export interface Stream extends Size {
  readonly bytes: Uint8Array
  readonly resizes: readonly Resize[]
}

export interface Attributes {
  readonly fg: number
  readonly bg: number
  readonly extended: { readonly ext: number; readonly _ext: number; readonly urlId: number }
}

export interface Line {
  readonly length: number
  readonly isWrapped: boolean
  readonly _data: Uint32Array
  readonly _combined: Readonly<Record<number, string>>
  readonly _extendedAttrs: Readonly<Record<number, Attributes['extended'] | undefined>>
}

export interface Buffer {
  readonly lines: { readonly length: number; get(index: number): Line | undefined }
  readonly ybase: number
  readonly x: number
  readonly y: number
  readonly scrollTop: number
  readonly scrollBottom: number
  readonly tabs: Readonly<Record<number, boolean | undefined>>
  readonly savedX: number
  readonly savedY: number
  readonly savedCurAttrData: Attributes
  readonly savedCharset: object | undefined
}

interface ColourEvent {
  readonly type: number
  readonly index?: number
  readonly color?: readonly number[]
}

/** The internals of xterm.js 6 that are compared. */
export interface Core {
  writeSync(data: Uint8Array): void
  resize(cols: number, rows: number): void
  readonly cols: number
  readonly rows: number
  readonly buffers: { readonly active: Buffer; readonly normal: Buffer; readonly alt: Buffer }
  readonly coreService: {
    readonly isCursorHidden: boolean
    readonly modes: Readonly<Record<string, unknown>>
    readonly decPrivateModes: Readonly<Record<string, unknown>>
  }
  readonly coreMouseService: { readonly activeProtocol: string; readonly activeEncoding: string }
  readonly optionsService: { readonly rawOptions: { readonly convertEol: boolean } }
  readonly _charsetService: { readonly charset: object | undefined; readonly glevel: number; readonly _charsets: readonly (object | undefined)[] }
  readonly _oscLinkService: { getLinkData(id: number): { readonly uri: string } | undefined }
  readonly _inputHandler: {
    readonly _windowTitle: string
    readonly _curAttrData: Attributes
    readonly _parser: { readonly currentState: number; readonly precedingJoinState: number }
    onColor(listener: (events: readonly ColourEvent[]) => void): unknown
  }
}

/** What OSC 104 without numbers resets; the special colours come after it. */
const PALETTE = Array.from({ length: 256 }, (_, index) => index)

/** xterm.js decodes at most so many bytes at once, and drops a character that is split there. */
const PIECE = 65_536

export class Terminal {
  readonly core: Core
  /** What OSC 4, 10, 11 and 12 have set, by number. */
  readonly colours = new Map<number, string>()

  constructor(size: Size) {
    const terminal = new headless.Terminal({ cols: size.cols, rows: size.rows, scrollback: 1000, allowProposedApi: true, logLevel: 'off' })
    terminal.loadAddon(new unicode.Unicode11Addon())
    terminal.unicode.activeVersion = '11'
    this.core = (terminal as unknown as { _core: Core })._core
    this.core._inputHandler.onColor((events) => events.forEach((event) => this.colour(event)))
  }

  private colour({ type, index, color }: ColourEvent): void {
    const [report, set] = [0, 1]
    if (type === report) return
    if (type === set && index !== undefined) this.colours.set(index, String(color))
    else if (index === undefined) PALETTE.forEach((entry) => this.colours.delete(entry))
    else this.colours.delete(index)
  }

  /** Writes at once. The bytes must not end inside a character; see {@link alignedBefore}. */
  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const end = at + PIECE < bytes.length ? alignedBefore(bytes, at + PIECE) : bytes.length
      this.core.writeSync(bytes.subarray(at, end))
      at = end
    }
  }

  /** Follows the stream from one offset to another, both between characters, with its resizes. */
  follow(stream: Stream, from: number, to: number): void {
    let at = from
    for (const resize of stream.resizes) {
      if (resize.at <= from || resize.at > to) continue
      this.write(stream.bytes.subarray(at, resize.at))
      this.core.resize(resize.cols, resize.rows)
      at = resize.at
    }
    this.write(stream.bytes.subarray(at, to))
  }
}

/** The size at an offset; a resize at the very offset counts. */
export function sizeAt(stream: Stream, offset: number): Size {
  return stream.resizes.filter(({ at }) => at <= offset).at(-1) ?? stream
}

/**
 * The last offset up to `offset` that is not inside a character. xterm.js 6.0.0 drops some characters
 * when they come in two writes (xtermjs/xterm.js#6003), so nothing may be split there.
 */
export function alignedBefore(bytes: Uint8Array, offset: number): number {
  for (let back = 1; back <= 3 && back <= offset; back++) {
    const byte = bytes[offset - back] ?? 0
    if (byte < 0x80) return offset
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
      return length > back ? offset - back : offset
    }
  }
  return offset
}
