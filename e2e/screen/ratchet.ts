// A ratchet: ratchet.json says how many of how many may differ, and that only goes down.
// UPDATE_RATCHET=1 writes what was found.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect } from 'vitest'

const RATCHET = join(import.meta.dirname, 'ratchet.json')

/** How many of how many differ. */
interface Count {
  readonly of: number
  readonly different: number
}

type Ratchet = Record<string, Count>

/** Fails when more differ than before, and says so when fewer do. */
export function hold(key: string, found: Count, details: readonly string[]): void {
  const ratchet = JSON.parse(readFileSync(RATCHET, 'utf8')) as Ratchet
  const allowed = ratchet[key]
  const said = `proof: ${key}: ${found.different} of ${found.of} differ`
  if (process.env['UPDATE_RATCHET'] === '1') {
    writeFileSync(RATCHET, `${JSON.stringify({ ...ratchet, [key]: found }, null, 2)}\n`)
    console.log([said, ...details].join('\n'))
    return
  }
  if (allowed?.of !== found.of || found.different > allowed.different) expect.fail([`${said}; allowed are ${allowed?.different ?? 0} of ${allowed?.of ?? 0}`, ...details].join('\n'))
  const better = found.different < allowed.different ? `; ${allowed.different} are allowed: lower them with UPDATE_RATCHET=1` : ''
  console.log(said + better)
}
