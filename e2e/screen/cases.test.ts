// Each short program cut at each of its bytes, and continued with something that needs all of the state.

import { describe, expect, test } from 'vitest'

import { CASES, type Case } from './cases.js'
import { FOUND } from './found.js'
import { judge, type Options } from './gate.js'
import { allBytes, modelPictures, type Pictures } from './pictures.js'
import { hold } from './ratchet.js'
import type { Stream } from './terminal.js'

const FRESH: Options = { followEvery: 1, usedEvery: Infinity }
const USED: Options = { followEvery: 1, usedEvery: 1 }

function differences({ bytes, cols = 20, rows = 5, resizes = [] }: Case, pictures: Pictures, options: Options): string[] {
  const stream: Stream = { bytes: Buffer.from(bytes), cols, rows, resizes }
  const cuts = Array.from({ length: stream.bytes.length + 1 }, (_, cut) => cut)
  return judge(stream, cuts, pictures, options).findings.map(({ cut, when, aspect, detail }) => `at ${cut} (${when}) ${aspect}: ${detail}`)
}

const table = CASES.map((one) => [one.name, one] as const)

test('all bytes before a cut are a right picture of each', () => {
  for (const [name, one] of table) expect(differences(one, allBytes, FRESH), name).toEqual([])
})

describe('pictures of short programs', () => {
  test.each(table)('%s', (_, one) => {
    expect(differences(one, modelPictures, FRESH)).toEqual([])
    expect(differences(one, modelPictures, USED), 'in a terminal that was used and reset').toEqual([])
  })
})

test('no more differ of those that random programs have found', () => {
  const bad = FOUND.map((one) => ({ name: one.name, found: differences(one, modelPictures, FRESH) })).filter(({ found }) => found.length > 0)
  hold('found', { of: FOUND.length, different: bad.length }, bad.map(({ name, found }) => `${name}: ${found[0] ?? ''}`))
})
