// So many of so many pictures of random programs may differ, and the number only goes down.
// HUB_PROOF=1 takes more of them.

import { describe, expect, test } from 'vitest'

import { byAspect, chooseCuts, judge, type Options, type Verdict } from './gate.js'
import { modelPictures } from './pictures.js'
import { hold } from './ratchet.js'
import { torture, TORTURE_LENGTH, TORTURE_RESIZES } from './torture.js'

const PROOF = process.env['HUB_PROOF'] === '1'
const SEEDS = PROOF ? 100 : 20
const CUTS = PROOF ? 40 : 20
const OPTIONS: Options = { followEvery: 1, usedEvery: 5 }

function run(seed: number, resizes: number): Verdict {
  const stream = torture(seed, TORTURE_LENGTH, resizes)
  return judge(stream, chooseCuts(stream.bytes.length, Infinity, CUTS, seed), modelPictures, OPTIONS)
}

describe('pictures of random programs', () => {
  test.each([
    ['torture', 0],
    ['torture with resizes', TORTURE_RESIZES],
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
      for (const { cut, when, aspect, detail } of first) bad.push(`torture-${seed}${resizes ? 'r' : ''}:${cut} (${when}) ${aspect}: ${detail}`)
      for (const [aspect, count] of Object.entries(byAspect(findings))) aspects[aspect] = (aspects[aspect] ?? 0) + count
    }
    // Or the comparison says nothing.
    expect(unclear).toBeLessThan(0.05 * of)
    hold(key, { of, different: bad.length }, [`${JSON.stringify(aspects)}; at ${unclear} more xterm.js differs from itself`, ...bad.slice(0, 20)])
  })
})
