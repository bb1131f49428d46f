// Finds the few bytes that make a picture wrong: drops what can go while the difference remains.

import { judge, type Finding, type Options } from './gate.js'
import type { Pictures } from './pictures.js'
import type { Size, Stream } from './terminal.js'

export interface Reduced extends Size {
  readonly before: Uint8Array
  readonly rest: Uint8Array
  readonly findings: readonly string[]
}

/** A run of bytes before or after the cut; never split until pieces are single characters. */
interface Piece {
  readonly bytes: Uint8Array
  readonly before: boolean
}

const OPTIONS: Options = { followEvery: 1, usedEvery: Infinity }

/** Reduces a cut that differs; undefined when it does not, or only in a terminal that was used before. */
export function reduce(stream: Stream, cut: number, pictures: Pictures): Reduced | undefined {
  if (stream.resizes.length > 0) throw new Error('streams with resizes are not reduced')
  const [wanted] = judge(stream, [cut], pictures, OPTIONS).findings
  if (!wanted) return undefined
  const differs = (pieces: readonly Piece[]) => findings(stream, pieces, pictures, wanted).length > 0
  let pieces = [...split(stream.bytes.subarray(0, cut), true), ...split(stream.bytes.subarray(cut), false)]
  const withoutRest = pieces.filter(({ before }) => before)
  if (differs(withoutRest)) pieces = withoutRest
  pieces = minimal(pieces, differs)
  const single = pieces.flatMap(({ bytes, before }) => [...bytes].map((byte) => ({ bytes: Uint8Array.of(byte), before })))
  pieces = minimal(single, differs)
  return { cols: stream.cols, rows: stream.rows, before: join(pieces, true), rest: join(pieces, false), findings: findings(stream, pieces, pictures, wanted) }
}

function findings(size: Size, pieces: readonly Piece[], pictures: Pictures, wanted: Pick<Finding, 'aspect' | 'when'>): string[] {
  const before = join(pieces, true)
  const stream: Stream = { ...size, bytes: Buffer.concat([before, join(pieces, false)]), resizes: [] }
  return judge(stream, [before.length], pictures, OPTIONS).findings.filter(({ aspect, when }) => aspect === wanted.aspect && when === wanted.when).map(({ when, aspect, detail }) => `${when} ${aspect}: ${detail}`)
}

function join(pieces: readonly Piece[], before: boolean): Uint8Array {
  return Buffer.concat(pieces.filter((piece) => piece.before === before).map(({ bytes }) => bytes))
}

/** Sequences and lines apart, long text in pieces. */
function split(bytes: Uint8Array, before: boolean): Piece[] {
  const pieces: Piece[] = []
  let begun = 0
  for (let at = 1; at <= bytes.length; at++) {
    const byte = bytes[at]
    if (byte === undefined || byte === 0x1b || bytes[at - 1] === 0x0a || at - begun >= 64) {
      pieces.push({ bytes: bytes.subarray(begun, at), before })
      begun = at
    }
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
