// A ratchet: so many of so many pictures of random programs may differ, and the number only goes down.
// HUB_PROOF=1 takes more of them; UPDATE_RATCHET=1 writes what was found into ratchet.json.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { byAspect, chooseCuts, judge, type Options, type Verdict } from './gate.js'
import { hasModel, modelPictures } from './pictures.js'
import { torture, TORTURE_LENGTH } from './torture.js'

const RATCHET = join(import.meta.dirname, 'ratchet.json')
const PROOF = process.env['HUB_PROOF'] === '1'
const SEEDS = PROOF ? 200 : 20
const CUTS = PROOF ? 60 : 20
const RESIZES = 6
const OPTIONS: Options = { followEvery: 1, usedEvery: 5 }

/** How many of how many cuts differ. */
interface Count {
  readonly of: number
  readonly different: number
}
type Ratchet = Record<string, Count>

function run(seed: number, resizes: number): Verdict {
  const stream = torture(seed, TORTURE_LENGTH, resizes)
  return judge(stream, chooseCuts(stream.bytes.length, Infinity, CUTS, seed), modelPictures, OPTIONS)
}

describe.skipIf(!hasModel)('pictures of random programs', () => {
  test.each([
    ['torture', 0],
    ['torture with resizes', RESIZES],
  ] as const)('%s: no more differ than before', (name, resizes) => {
    const key = PROOF ? `${name}, proof` : name
    let of = 0
    let unclear = 0
    const bad: string[] = []
    const aspects: Record<string, number> = {}
    for (let seed = 0; seed < SEEDS; seed++) {
      const { cuts, findings, unsteady } = run(seed, resizes)
      of += cuts
      unclear += unsteady
      const differing = new Set(findings.map(({ cut }) => cut))
      const first = [...differing].flatMap((at) => findings.find(({ cut }) => cut === at) ?? [])
      for (const { cut, when, aspect, detail } of first) bad.push(`torture-${seed}:${cut} (${when}) ${aspect}: ${detail}`)
      for (const [aspect, count] of Object.entries(byAspect(findings))) aspects[aspect] = (aspects[aspect] ?? 0) + count
    }
    // Or the comparison says nothing.
    expect(unclear).toBeLessThan(0.05 * of)
    hold(key, { of, different: bad.length }, [`${JSON.stringify(aspects)}; at ${unclear} more xterm.js differs from itself`, ...bad.slice(0, 20)])
  })
})

function hold(key: string, found: Count, details: readonly string[]): void {
  const ratchet = JSON.parse(readFileSync(RATCHET, 'utf8')) as Ratchet
  const allowed = ratchet[key]
  const said = `proof: ${key}: ${found.different} of ${found.of} cuts differ`
  if (process.env['UPDATE_RATCHET'] === '1') {
    writeFileSync(RATCHET, `${JSON.stringify({ ...ratchet, [key]: found }, null, 2)}\n`)
    console.log([said, ...details].join('\n'))
    return
  }
  if (allowed?.of !== found.of || found.different > allowed.different) expect.fail([`${said}; allowed are ${allowed?.different ?? 0} of ${allowed?.of ?? 0}`, ...details].join('\n'))
  const better = found.different < allowed.different ? `; ${allowed.different} are allowed: lower them with UPDATE_RATCHET=1` : ''
  console.log(said + better)
}
