// The hub's pictures of real programs: none may differ from what the reference shows, in anything.
// Small counts; with HUB_PROOF=1 every hundredth offset and 200 random ones.

import { afterAll, describe, expect, test } from 'vitest'

import { byAspect, chooseCuts, judge, type Options } from './gate.js'
import { modelPictures } from './pictures.js'
import { load, RECORDINGS } from './recordings.js'

const PROOF = process.env['HUB_PROOF'] === '1'
const STEP = PROOF ? 100 : Infinity
const RANDOM = PROOF ? 200 : 12
const OPTIONS: Options = { followEvery: PROOF ? 1 : 4, usedEvery: 5 }

/** What one picture may have at most: history is cut to 192 KiB, the screen comes on top. */
const LARGEST = 256 * 1024

const total = { cuts: 0, followed: 0, pictureBytes: 0, different: 0, largest: 0 }

describe('pictures of recordings', () => {
  test.each(RECORDINGS.map((about) => [about.name, about] as const))('%s', (name, about) => {
    const recording = load(about)
    const verdict = judge(recording, chooseCuts(recording.bytes.length, STEP, RANDOM, 1 + recording.bytes.length), modelPictures, OPTIONS)
    const different = new Set(verdict.findings.map(({ cut }) => cut)).size
    total.cuts += verdict.cuts
    total.followed += verdict.followed
    total.pictureBytes += verdict.pictureBytes
    total.different += different
    total.largest = Math.max(total.largest, verdict.largest)
    if (PROOF) console.log(`proof: ${name}, ${about.cols}x${about.rows}, ${about.bytes} bytes: ${different} of ${verdict.cuts} cuts differ`)
    const shown = verdict.findings.slice(0, 5).map(({ cut, when, aspect, detail }) => `  at ${cut} (${when}) ${aspect}: ${detail}`)
    const hint = `  reduce it: HUB_REDUCE=${name}:${verdict.findings[0]?.cut ?? 0} npx vitest run --project screen reduce`
    if (different > 0) expect.fail([`${different} of ${verdict.cuts} cuts differ: ${JSON.stringify(byAspect(verdict.findings))}`, ...shown, hint].join('\n'))
    expect(verdict.unsteady, 'cuts at which xterm.js differs from itself').toBe(0)
    expect(verdict.largest).toBeLessThanOrEqual(LARGEST)
  })

  afterAll(() => {
    console.log(`proof: ${total.cuts} pictures of ${RECORDINGS.length} recordings, ${total.followed} followed to the end; ${total.different} differ; ${Math.round(total.pictureBytes / Math.max(total.cuts, 1))} bytes each, ${total.largest} at most`)
  })
})
