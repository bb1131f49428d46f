// Where pictures come from: the hub's screen model, and stand-ins that show that the gate can fail.
//
// The model is the program `screen-pictures` (`cargo build --example screen-pictures --features test-util`):
//   --cols C --rows R --raw FILE --cuts FILE [--resizes FILE]
// FILE of cuts: one ascending decimal offset a line. FILE of resizes: lines `OFFSET COLS ROWS`, ascending;
// the bytes before OFFSET are fed in the size before, and a cut at OFFSET itself comes after the resize.
// The program feeds the model exactly up to each cut, inside characters and sequences too, and writes
// for each cut a 4-byte big-endian length and the picture. The reader has been reset with `ESC c`, which
// in xterm.js leaves some things as they were: LNM, a hidden cursor, the title, colours. A picture says
// them whether they are set or not.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import type { Stream } from './terminal.js'

/** One picture for each cut. */
export type Pictures = (stream: Stream, cuts: readonly number[]) => Uint8Array[]

const BINARY = resolve(process.env['HUB_SCREEN_PICTURES'] ?? join(import.meta.dirname, '../../target/debug/examples/screen-pictures'))

/** The hub's model. */
export const modelPictures: Pictures = (stream, cuts) => {
  if (!existsSync(BINARY)) throw new Error(`${BINARY} is missing: cargo build --example screen-pictures --features test-util, or set HUB_SCREEN_PICTURES`)
  const folder = mkdtempSync(join(tmpdir(), 'hub-screen-'))
  const file = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  try {
    const resizes = stream.resizes.map(({ at, cols, rows }) => `${at} ${cols} ${rows}\n`).join('')
    const options = ['--cols', String(stream.cols), '--rows', String(stream.rows), '--raw', file('raw', stream.bytes), '--cuts', file('cuts', cuts.map((cut) => `${cut}\n`).join(''))]
    if (resizes) options.push('--resizes', file('resizes', resizes))
    return unpack(execFileSync(BINARY, options, { maxBuffer: 2 ** 31 - 1 }), cuts.length)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function unpack(output: Buffer, count: number): Uint8Array[] {
  const pictures: Uint8Array[] = []
  let at = 0
  while (at + 4 <= output.length) {
    const end = at + 4 + output.readUInt32BE(at)
    pictures.push(output.subarray(at + 4, end))
    at = end
  }
  if (pictures.length !== count || at !== output.length) throw new Error(`${pictures.length} pictures for ${count} cuts`)
  return pictures
}

/** The simplest right answer: all bytes before the cut. */
export const allBytes: Pictures = (stream, cuts) => cuts.map((cut) => stream.bytes.subarray(0, cut))

/** All bytes before the cut, spoilt: for showing that the gate sees it. */
export function spoilt(spoil: (picture: string) => string): Pictures {
  return (stream, cuts) => allBytes(stream, cuts).map((picture) => Buffer.from(spoil(Buffer.from(picture).toString('latin1')), 'latin1'))
}
