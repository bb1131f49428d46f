// The examples of docs/PROTOCOL.md, run as they stand there.

import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { expect, onTestFinished, test } from 'vitest'

import { Hub } from './hub.js'

/** The shell lines of a section. */
async function shell(section: string): Promise<string> {
  const text = await readFile(join(import.meta.dirname, '../docs/PROTOCOL.md'), 'utf8')
  const body = text.split(`\n## ${section}\n`)[1]?.split('\n## ')[0] ?? ''
  const blocks = [...body.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block)
  expect(blocks, `examples under ${section}`).not.toEqual([])
  return blocks.join('\n')
}

test('the examples of REST work one after the other', async () => {
  const hub = await Hub.start({})
  onTestFinished(() => hub.stop())
  const env = { ...process.env, HUB: hub.ready.url, TOKEN: hub.ready.token }
  const { stdout } = await promisify(execFile)('bash', ['-euc', await shell('REST')], { env })
  expect(stdout).toContain('"claimedBy":"worker"')
  expect(stdout).toContain('"items":[{"id":"login"')
  expect(stdout).toContain('"status":"in_review"')
})
