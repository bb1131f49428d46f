// What a program may not do to a viewer: get answers from it, write to its clipboard, print
// links. Knows escape sequences and xterm.js's parser hooks; nothing of hubs.
//
// The hub answers a program's queries, once, whoever watches. Here they are swallowed before
// xterm.js sees them. To filter its answers out of what is typed instead would be guessing:
// Shift+F3 is `CSI 1;2R`, and so is the report of a cursor position.

interface Disposable {
  dispose(): void
}

interface FunctionId {
  prefix?: string
  intermediates?: string
  final: string
}

/** What is needed of an xterm.js parser. A handler that returns true has dealt with the sequence. */
export interface ParserLike {
  registerCsiHandler(id: FunctionId, handler: () => boolean): Disposable
  registerDcsHandler(id: FunctionId, handler: () => boolean): Disposable
  registerOscHandler(ident: number, handler: (data: string) => boolean): Disposable
}

export interface GuardOptions {
  readonly clipboard: boolean
  readonly links: boolean
}

const QUERIES: readonly FunctionId[] = [
  { final: 'c' }, // DA1
  { prefix: '>', final: 'c' }, // DA2
  { prefix: '=', final: 'c' }, // DA3
  { final: 'n' }, // DSR, CPR
  { prefix: '?', final: 'n' }, // DEC DSR
  { prefix: '>', final: 'q' }, // XTVERSION
  { intermediates: '$', final: 'p' }, // DECRQM, ANSI modes
  { prefix: '?', intermediates: '$', final: 'p' }, // DECRQM, DEC modes
]
const DECRQSS: FunctionId = { intermediates: '$', final: 'q' }
/** Palette, foreground, background, cursor: `?` in place of a colour asks for it. */
const COLOURS = [4, 10, 11, 12]
const HYPERLINK = 8
const CLIPBOARD = 52

export function guardParser(parser: ParserLike, { clipboard, links }: GuardOptions): Disposable {
  const swallow = (): boolean => true
  const handlers = [
    ...QUERIES.map((id) => parser.registerCsiHandler(id, swallow)),
    parser.registerDcsHandler(DECRQSS, swallow),
    ...COLOURS.map((ident) => parser.registerOscHandler(ident, (data) => data.split(';').includes('?'))),
    parser.registerOscHandler(HYPERLINK, () => !links),
    parser.registerOscHandler(CLIPBOARD, () => !clipboard),
  ]
  return {
    dispose: () => {
      for (const handler of handlers) handler.dispose()
    },
  }
}
