// Says how two terminals differ, in whatever could ever be seen; also in what copying text would tell, as
// whether a cell was erased or holds a space.

import type { Attributes, Buffer, Line, Size, Terminal } from './terminal.js'

/** `hidden` is what shows only later, as tab stops or the pen. */
export type Aspect = 'cells' | 'cursor' | 'modes' | 'buffer' | 'history' | 'hidden'

export interface Difference {
  readonly aspect: Aspect
  readonly detail: string
}

/** So many lines of history must be equal. */
const HISTORY = 200
const CELL = 3
const CODE = 0x1fffff
const COMBINED = 0x200000
const WIDTH_SHIFT = 22
const EXTENDED = 0x10000000
/** How a cell ends that has a link without an address. */
const FORGOTTEN = ' link '

/** What differs between what is and what should be; empty when nothing does. */
export function compare(actual: Terminal, expected: Terminal): Difference[] {
  const found: Difference[] = []
  const is = actual.core
  const should = expected.core
  const differ = (aspect: Aspect, name: string, a: unknown, b: unknown) => {
    if (a !== b) found.push({ aspect, detail: `${name}: is ${String(a)}, should be ${String(b)}` })
  }

  differ('buffer', 'columns', is.cols, should.cols)
  differ('buffer', 'rows', is.rows, should.rows)
  const alternate = is.buffers.active === is.buffers.alt
  differ('buffer', 'alternate', alternate, should.buffers.active === should.buffers.alt)
  if (found.length > 0) return found

  differ('cursor', 'x', is.buffers.active.x, should.buffers.active.x)
  differ('cursor', 'y', is.buffers.active.y, should.buffers.active.y)
  for (const name of ['normal', 'alt'] as const) {
    const aspect = name === 'alt' || !alternate ? 'cells' : 'buffer'
    const line = screenDifference(actual, expected, name)
    if (line) found.push({ aspect, detail: `${name} screen, ${line}` })
    const wanted = bufferState(should.buffers[name], should)
    for (const [what, value] of Object.entries(bufferState(is.buffers[name], is))) {
      differ('hidden', `${name} ${what}`, value, wanted[what])
    }
  }
  const history = historyDifference(actual, expected)
  if (history) found.push({ aspect: 'history', detail: history })

  const modes = terminalModes(expected)
  for (const [name, value] of Object.entries(terminalModes(actual))) differ('modes', name, value, modes[name])
  const [link, wantedLink] = [actual, expected].map((terminal) => address(terminal, terminal.core._inputHandler._curAttrData.extended.urlId))
  if (wantedLink !== undefined) differ('hidden', 'penLink', link, wantedLink)
  const hidden = hiddenState(expected)
  for (const [name, value] of Object.entries(hiddenState(actual))) differ('hidden', name, value, hidden[name])
  return found
}

function terminalModes({ core }: Terminal): Record<string, unknown> {
  return {
    ...core.coreService.decPrivateModes,
    ...core.coreService.modes,
    hidden: core.coreService.isCursorHidden,
    mouse: core.coreMouseService.activeProtocol,
    mouseEncoding: core.coreMouseService.activeEncoding,
    convertEol: core.optionsService.rawOptions.convertEol,
    title: core._inputHandler._windowTitle,
  }
}

function hiddenState({ core, colours }: Terminal): Record<string, unknown> {
  const { _charsetService: charsets, _inputHandler: input } = core
  return {
    pen: pen(input._curAttrData),
    penIsLink: input._curAttrData.extended.urlId !== 0,
    charset: charset(charsets.charset),
    glevel: charsets.glevel,
    charsets: [0, 1, 2, 3].map((index) => charset(charsets._charsets[index])).join(' '),
    parser: input._parser.currentState,
    precedingJoinState: input._parser.precedingJoinState,
    colours: [...colours].sort(([a], [b]) => a - b).join(' '),
  }
}

/** What a buffer keeps for itself besides its lines. */
function bufferState(buffer: Buffer, { cols, rows }: Size): Record<string, unknown> {
  return {
    scrollRegion: `${buffer.scrollTop}-${buffer.scrollBottom}`,
    tabs: Object.keys(buffer.tabs).filter((column) => buffer.tabs[Number(column)] && Number(column) < cols).join(' '),
    // Restoring brings a place outside the screen to its edge. The row counts from the top of the history.
    savedX: Math.min(buffer.savedX, cols - 1),
    savedY: Math.min(Math.max(buffer.savedY - buffer.ybase, 0), rows - 1),
    savedPen: `${buffer.savedCurAttrData.fg >>> 0} ${(buffer.savedCurAttrData.bg & ~EXTENDED) >>> 0}`,
    savedCharset: charset(buffer.savedCharset),
  }
}

function pen({ fg, bg, extended }: Attributes): string {
  return `${fg >>> 0} ${bg >>> 0} ${extended._ext >>> 0}`
}

/** Charsets are tables; a few of their characters tell them apart. */
function charset(table: object | undefined): string {
  if (!table) return 'B'
  const entries = table as Record<string, string>
  return ['q', '#', '[', '@', '|', '~', '\\', '{'].map((key) => entries[key] ?? key).join('')
}

function screenDifference(actual: Terminal, expected: Terminal, name: 'normal' | 'alt'): string | undefined {
  const [is, should] = [actual.core.buffers[name], expected.core.buffers[name]]
  // The alternate buffer has no lines while it is not shown.
  if (is.lines.length === 0 && should.lines.length === 0) return undefined
  for (let row = 0; row < expected.core.rows; row++) {
    const found = lineDifference(actual, expected, is.lines.get(is.ybase + row), should.lines.get(should.ybase + row))
    if (found) return `row ${row}: ${found}`
  }
  return undefined
}

function historyDifference(actual: Terminal, expected: Terminal): string | undefined {
  const [is, should] = [actual.core.buffers.normal, expected.core.buffers.normal]
  const count = Math.min(HISTORY, should.ybase)
  if (is.ybase < count) return `${is.ybase} lines, should be at least ${count}`
  for (let back = 1; back <= count; back++) {
    const found = lineDifference(actual, expected, is.lines.get(is.ybase - back), should.lines.get(should.ybase - back))
    if (found) return `${back} lines back: ${found}`
  }
  // All of a short history must be there, and nothing that never was.
  return should.ybase < HISTORY && is.ybase !== should.ybase ? `${is.ybase} lines, should be ${should.ybase}` : undefined
}

function lineDifference(actual: Terminal, expected: Terminal, is: Line | undefined, should: Line | undefined): string | undefined {
  if (!is || !should) return is === should ? undefined : 'a line is missing'
  if (is.isWrapped !== should.isWrapped) return `wrapped is ${is.isWrapped}, should be ${should.isWrapped}`
  // A line may be longer than the terminal is wide, after it was made narrower.
  for (let column = 0; column < Math.min(should.length, expected.core.cols); column++) {
    if (sameCell(is, should, column)) continue
    const [seen, wanted] = [cell(actual, is, column), cell(expected, should, column)]
    // xterm.js forgets where a link leads when lines move about; then any address will do.
    const forgotten = wanted.endsWith(FORGOTTEN) && seen.startsWith(wanted)
    if (seen !== wanted && !forgotten) return `column ${column}: is ${seen}, should be ${wanted}`
  }
  return undefined
}

/** The quick answer for most cells: bit by bit the same and nothing beside the bits. */
function sameCell(a: Line, b: Line, column: number): boolean {
  const at = column * CELL
  const bg = b._data[at + 2] ?? 0
  return (
    a._data[at] === b._data[at] && a._data[at + 1] === b._data[at + 1] && a._data[at + 2] === bg && ((b._data[at] ?? 0) & COMBINED) === 0 && (bg & EXTENDED) === 0
  )
}

/** All of a cell, as text. */
function cell(terminal: Terminal, line: Line, column: number): string {
  const at = column * CELL
  const [content = 0, fg = 0, bg = 0] = line._data.subarray(at, at + CELL)
  const text = content & COMBINED ? (line._combined[column] ?? '') : content & CODE ? String.fromCodePoint(content & CODE) : ''
  const extended = bg & EXTENDED ? line._extendedAttrs[column] : undefined
  const link = extended?.urlId ? `${FORGOTTEN}${address(terminal, extended.urlId) ?? ''}` : ''
  const shown = `fg ${hex(fg)} bg ${hex(bg & ~EXTENDED)} ext ${hex(extended?.ext ?? 0)}`
  return `${JSON.stringify(text)} width ${content >>> WIDTH_SHIFT} ${shown}${link}`
}

function address({ core }: Terminal, link: number): string | undefined {
  return core._oscLinkService.getLinkData(link)?.uri
}

function hex(bits: number): string {
  return (bits >>> 0).toString(16)
}
