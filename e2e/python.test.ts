// A stock python-socketio client against the hub. Needs `npm run e2e:python` once; where Python
// is missing the test is skipped, and says so.

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { expect, onTestFinished, test } from 'vitest'

import { Hub } from './hub.js'

const PYTHON = join(import.meta.dirname, '../target/e2e-python/bin/python')

test.skipIf(!existsSync(PYTHON))('a stock python-socketio client watches, types, resizes, reconnects and hears the end', async () => {
  const hub = await Hub.start({ shell: 'bash --norc --noprofile' })
  onTestFinished(() => hub.stop())
  const { url, token } = hub.ready
  const { stderr } = await promisify(execFile)(PYTHON, [join(import.meta.dirname, 'stock_client.py'), url, token, 'shell'])
  expect(stderr).toBe('')
})
