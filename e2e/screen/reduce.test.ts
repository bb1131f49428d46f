// By hand: HUB_REDUCE=NAME:OFFSET npx vitest run --project screen reduce
// NAME is a recording's, torture-SEED, or torture-SEEDr for the one with resizes; several with commas. Prints the few bytes that still make the picture differ.

import { expect, test } from 'vitest'

import { modelPictures, spoilt } from './pictures.js'
import { load, RECORDINGS } from './recordings.js'
import { quote, reduce } from './reduce.js'
import type { Stream } from './terminal.js'
import { torture, TORTURE_LENGTH, TORTURE_RESIZES } from './torture.js'

function named(name: string): Stream {
  const [, seed, resized] = /^torture-(\d+)(r?)$/.exec(name) ?? []
  if (seed) return torture(Number(seed), TORTURE_LENGTH, resized ? TORTURE_RESIZES : 0)
  return load(RECORDINGS.find((about) => about.name === name) ?? expect.fail(`no recording named ${name}`))
}

test('what makes a difference is found among what does not', () => {
  const noise = 'some text\r\n\x1b[31mred\x1b[m\r\n'.repeat(40)
  const stream: Stream = { bytes: Buffer.from(`${noise}\x1b[?2004h${noise}`), cols: 40, rows: 10, resizes: [] }
  const reduced = reduce(stream, stream.bytes.length, spoilt((picture) => picture.replace('\x1b[?2004h', '')))
  expect(Buffer.from(reduced?.stream.bytes ?? []).toString()).toBe('\x1b[?2004h')
})

const wanted = process.env['HUB_REDUCE']?.split(',') ?? []
test.runIf(wanted.length).each(wanted)('reduce %s', { timeout: 600_000 }, (which) => {
  const [name = '', cut = ''] = which.split(':')
  const reduced = reduce(named(name), Number(cut), modelPictures)
  if (!reduced) expect.fail('no difference there in a fresh terminal')
  const { stream, cut: at, findings } = reduced
  console.log(`${stream.cols}x${stream.rows}, ${stream.bytes.length} bytes, resizes ${JSON.stringify(stream.resizes)}`)
  console.log(`before: ${quote(stream.bytes.subarray(0, at))}\nrest:   ${quote(stream.bytes.subarray(at))}`)
  console.log(findings.join('\n'))
})
