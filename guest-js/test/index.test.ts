// The invoke wrappers: the names that the plugin listens to, and errors with their codes.

import { afterEach, expect, test, vi } from 'vitest'

const invoke = vi.hoisted(() => vi.fn<(command: string, args?: object) => Promise<unknown>>())
vi.mock('@tauri-apps/api/core', () => ({ invoke }))

import * as hub from '../src/index.js'

afterEach(() => {
  invoke.mockReset()
})

test.each([
  ['connection', () => hub.connection(), undefined],
  ['connection_operator', () => hub.connectionOperator(), undefined],
  ['connection_admin', () => hub.connectionAdmin(), undefined],
  ['status', () => hub.status(), undefined],
  ['list', () => hub.list(), undefined],
  ['register', () => hub.register({ sessionId: 'a', command: 'sh' }), { request: { sessionId: 'a', command: 'sh' } }],
  ['write', () => hub.write('a', 'x'), { sessionId: 'a', data: 'x' }],
  ['resize', () => hub.resize('a', 80, 24), { sessionId: 'a', cols: 80, rows: 24 }],
  ['kill', () => hub.kill('a'), { sessionId: 'a' }],
  ['start_pairing', () => hub.startPairing({ role: 'viewer' }), { request: { role: 'viewer' } }],
  ['start_pairing', () => hub.startPairing(), { request: {} }],
])('%s', async (name, call, args) => {
  invoke.mockResolvedValue('answer')
  await expect(call()).resolves.toBe('answer')
  expect(invoke).toHaveBeenCalledExactlyOnceWith(`plugin:realtime-hub|${name}`, args)
})

test('a failure keeps its code', async () => {
  invoke.mockRejectedValue({ code: 'CONFLICT', message: 'It runs already' })
  await expect(hub.register({ sessionId: 'a' })).rejects.toMatchObject({
    name: 'HubError',
    code: 'CONFLICT',
    message: 'It runs already',
  })
  invoke.mockRejectedValue('realtime-hub.kill not allowed')
  await expect(hub.kill('a')).rejects.toMatchObject({ code: 'INTERNAL', message: 'realtime-hub.kill not allowed' })
})
