// The model's table of character widths is that of the addon that our clients load.

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

import { expect, test } from 'vitest'

test('the table of widths is up to date', () => {
  const script = join(import.meta.dirname, '../../scripts/widths.mjs')
  const check = (): void => void execFileSync('node', [script, '--check'], { stdio: ['ignore', 'ignore', 'pipe'] })
  expect(check, 'run `node scripts/widths.mjs`').not.toThrow()
})
