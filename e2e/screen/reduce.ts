// Finds the few bytes that make a picture wrong: drops what can go while the difference remains.

import { judge, type Finding, type Options } from './gate.js'
import type { Pictures } from './pictures.js'
import type { Resize, Size, Stream } from './terminal.js'

export interface Reduced {
  readonly stream: Stream
  readonly cut: number
  readonly findings: readonly string[]
}

/** A run of bytes before or after the cut, or a new size instead of bytes. */
interface Piece {
  readonly bytes: Uint8Array
  readonly before: boolean
  readonly size?: Size
}

const OPTIONS: Options = { followEvery: 1, usedEvery: Infinity }

/** Reduces a cut that differs; undefined when it does not, or only in a terminal that was used before. */
export function reduce(stream: Stream, cut: number, pictures: Pictures): Reduced | undefined {
  const [wanted] = judge(stream, [cut], pictures, OPTIONS).findings
  if (!wanted) return undefined
  const differs = (pieces: readonly Piece[]) => findings(stream, pieces, pictures, wanted).length > 0
  let pieces = split(stream, cut)
  const withoutRest = pieces.filter(({ before }) => before)
  if (differs(withoutRest)) pieces = withoutRest
  pieces = minimal(pieces, differs)
  pieces = minimal(pieces.flatMap(bytewise), differs)
  return { ...joined(stream, pieces), findings: findings(stream, pieces, pictures, wanted) }
}

function findings(size: Size, pieces: readonly Piece[], pictures: Pictures, wanted: Pick<Finding, 'aspect' | 'when'>): string[] {
  const { stream, cut } = joined(size, pieces)
  return judge(stream, [cut], pictures, OPTIONS).findings.filter(({ aspect, when }) => aspect === wanted.aspect && when === wanted.when).map(({ when, aspect, detail }) => `${when} ${aspect}: ${detail}`)
}

function joined(size: Size, pieces: readonly Piece[]): { stream: Stream; cut: number } {
  let first: Size = { cols: size.cols, rows: size.rows }
  let [at, cut] = [0, 0]
  const resizes: Resize[] = []
  for (const piece of pieces) {
    at += piece.bytes.length
    if (piece.before) cut = at
    if (!piece.size) continue
    if (at === 0) first = piece.size
    else {
      if (resizes.at(-1)?.at === at) resizes.pop()
      resizes.push({ at, cols: piece.size.cols, rows: piece.size.rows })
    }
  }
  return { stream: { ...first, bytes: Buffer.concat(pieces.map(({ bytes }) => bytes)), resizes }, cut }
}

function bytewise(piece: Piece): Piece[] {
  return piece.size ? [piece] : [...piece.bytes].map((byte) => ({ bytes: Uint8Array.of(byte), before: piece.before }))
}

/** Sequences, lines and sizes apart, long text in pieces. */
function split({ bytes, resizes }: Stream, cut: number): Piece[] {
  const pieces: Piece[] = []
  const sizes = new Map(resizes.map((resize) => [resize.at, resize]))
  let begun = 0
  for (let at = 1; at <= bytes.length; at++) {
    const byte = bytes[at]
    const size = sizes.get(at)
    if (byte !== undefined && byte !== 0x1b && bytes[at - 1] !== 0x0a && at - begun < 64 && at !== cut && !size) continue
    pieces.push({ bytes: bytes.subarray(begun, at), before: at <= cut })
    if (size) pieces.push({ bytes: new Uint8Array(), before: at <= cut, size })
    begun = at
  }
  return pieces
}

/** Delta debugging: drops ever smaller parts for as long as the rest still differs. */
function minimal(all: readonly Piece[], differs: (pieces: readonly Piece[]) => boolean): Piece[] {
  let pieces = [...all]
  for (let size = Math.ceil(pieces.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let dropped = true; dropped; ) {
      dropped = false
      for (let at = Math.max(0, pieces.length - size); at >= 0 && pieces.length > 0; at -= size) {
        const fewer = [...pieces.slice(0, at), ...pieces.slice(at + size)]
        if (differs(fewer)) {
          pieces = fewer
          dropped = true
        }
        if (at < size && at > 0) at = size
      }
      // Large parts once; single ones until none can go.
      if (size > 1) break
    }
  }
  return pieces
}

/** As one would write it in TypeScript. */
export function quote(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('utf8')
  if (!Buffer.from(text).equals(Buffer.from(bytes))) return `hex ${Buffer.from(bytes).toString('hex')}`
  return JSON.stringify(text).replaceAll('\\u00', '\\x').replaceAll('\x7f', '\\x7f')
}
