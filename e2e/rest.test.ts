// The REST API against its own document: schemathesis makes requests of every kind from
// `/api/openapi.json`, sound ones and broken ones. Each request must succeed at least once, every
// answer must be as the document says, and none may be the hub's failure.

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { expect, onTestFinished, test } from 'vitest'

import { Hub } from './hub.js'

const SCHEMATHESIS = join(import.meta.dirname, '../target/e2e-python/bin/st')
const FOLDER = join(import.meta.dirname, 'rest')

const PROOF = process.env['HUB_PROOF'] !== undefined
const EXAMPLES = PROOF ? 200 : 3
// The same requests each time, so that a push is not refused for what was there before; proof looks further.
const SEED = PROOF ? Math.floor(Math.random() * 2 ** 32) : 1

/** Enough for everything that is made. */
const LIMITS = { terminals: 1_000, devices: 10_000, pairings: 1_000, wrongCodesPerMinute: 10_000 }

interface Document {
  readonly paths: Record<string, Record<string, unknown>>
}
type Statuses = Record<string, Record<string, number>>

test.skipIf(!existsSync(SCHEMATHESIS))(
  'every request of the document works, and every answer is as it says',
  { timeout: PROOF ? 1_800_000 : 120_000 },
  async () => {
    const hub = await Hub.start({ shell: 'cat' }, '--config', JSON.stringify({ limits: LIMITS }))
    onTestFinished(() => hub.stop())
    const { url, token } = hub.ready
    const statuses = join(hub.folder, 'statuses.json')
    const options = ['--max-examples', String(EXAMPLES), '--seed', String(SEED), '--request-timeout', '30']
    const env = {
      ...process.env,
      PYTHONDONTWRITEBYTECODE: '1',
      HUB_HOOKS: join(FOLDER, 'hooks.py'),
      HUB_STATUSES: statuses,
      HUB_URL: url,
      HUB_TOKEN: token,
    }
    await promisify(execFile)(
      SCHEMATHESIS,
      [
        ...['--no-color', '--config-file', join(FOLDER, 'schemathesis.toml'), 'run', `${url}/api/openapi.json`],
        ...['--header', `Authorization: Bearer ${token}`, ...options],
      ],
      { cwd: hub.folder, env, maxBuffer: 2 ** 26 },
    ).catch((failed: unknown) => {
      throw new Error(String((failed as { stdout?: string }).stdout ?? failed))
    })

    const seen = JSON.parse(await readFile(statuses, 'utf8')) as Statuses
    const document = (await (
      await fetch(`${url}/api/openapi.json`, { headers: { authorization: `Bearer ${token}` } })
    ).json()) as Document
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect(operations.length).toBeGreaterThan(30)
    const successful = (operation: string) => Object.keys(seen[operation] ?? {}).some((status) => status.startsWith('2'))
    expect(operations.filter((operation) => !successful(operation))).toEqual([])

    const answers = Object.values(seen).flatMap((counts) => Object.entries(counts))
    expect(answers.filter(([status]) => status.startsWith('5'))).toEqual([])
    const count = answers.reduce((sum, [, n]) => sum + n, 0)
    console.log(`proof: ${count} requests of ${operations.length} kinds, seed ${SEED}: each kind succeeded, no 5xx, all as documented`)
  },
)
