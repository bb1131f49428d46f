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
  ['emit', () => hub.emit({ name: 'deploy:done', scope: 'all', data: {} }), { event: { name: 'deploy:done', scope: 'all', data: {} } }],
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
  invoke.mockRejectedValue('Plugin not found')
  await expect(hub.kill('a')).rejects.toMatchObject({ code: 'INTERNAL', message: 'Plugin not found' })
})

// Tauri's own words: of a release build, of a debug build, of a capability that denies.
test.each([
  'Command plugin:realtime-hub|kill not allowed by ACL',
  'realtime-hub.kill not allowed. Permissions associated with this command: realtime-hub:allow-kill',
  'realtime-hub.kill not allowed on window "other", webview "other", URL: local',
  'realtime-hub.kill explicitly denied on origin local',
])('a command that no capability allows is forbidden: %s', async (message) => {
  invoke.mockRejectedValue(message)
  await expect(hub.kill('a')).rejects.toMatchObject({ name: 'HubError', code: 'FORBIDDEN', message })
})

test('an error of the hub that speaks of what is not allowed keeps its code', async () => {
  invoke.mockRejectedValue({ code: 'INVALID', message: 'a slash is not allowed' })
  await expect(hub.kill('a')).rejects.toMatchObject({ code: 'INVALID' })
})
