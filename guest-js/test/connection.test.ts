// Whether the client says honestly how its connection is, and what becomes of requests without one.

import { expect, test } from 'vitest'

import { HubClient } from '../src/client.js'
import { connect, eventually, startHub } from './helpers.js'

test('connects, is cut, and connects again', async () => {
  const hub = await startHub()
  const client = connect(hub)
  const seen: string[] = []
  client.connection.subscribe(({ status }) => seen.push(status))
  await eventually(() => expect(client.connection.value.status).toBe('connected'))
  hub.cut()
  await eventually(() => expect(seen).toEqual(['connecting', 'connected', 'reconnecting', 'connected']))
})

test('a refused credential is said and not retried until asked', async () => {
  const hub = await startHub()
  const tokens = ['wrong']
  const client = connect(hub, () => Promise.resolve(tokens.shift() ?? hub.token))
  await eventually(() => expect(client.connection.value).toEqual({ status: 'refused', reason: 'Invalid token' }))
  client.connect()
  await eventually(() => expect(client.connection.value.status).toBe('connected'))
})

test('a device that is revoked while connected ends as refused', async () => {
  const hub = await startHub()
  const client = connect(hub)
  await eventually(() => expect(client.connection.value.status).toBe('connected'))
  hub.token = 'another'
  hub.namespace.disconnectSockets()
  await eventually(() => expect(client.connection.value.status).toBe('refused'))
})

test('a token that cannot be had is tried again, one that is denied is not', async () => {
  const hub = await startHub()
  const answers: (() => Promise<string>)[] = [
    () => Promise.reject(new Error('not ready')),
    () => Promise.resolve(hub.token),
  ]
  const client = connect(hub, () => (answers.shift() ?? (() => Promise.resolve(hub.token)))())
  await eventually(() => expect(client.connection.value).toMatchObject({ status: 'reconnecting', reason: 'not ready' }))
  await eventually(() => expect(client.connection.value.status).toBe('connected'))

  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- as Tauri rejects
  const denied = connect(hub, () => Promise.reject({ code: 'FORBIDDEN', message: 'not allowed' }))
  await eventually(() => expect(denied.connection.value).toEqual({ status: 'refused', reason: 'not allowed' }))
})

test('says that the hub is shutting down', async () => {
  const hub = await startHub()
  const client = connect(hub)
  await eventually(() => expect(client.connection.value.status).toBe('connected'))
  hub.namespace.emit('server:shutdown', { timestamp: 0 })
  hub.namespace.disconnectSockets(true)
  await eventually(() => expect(client.connection.value).toMatchObject({ status: 'reconnecting', hubClosing: true }))
})

test('waking replaces a connection that does not answer', async () => {
  const hub = await startHub()
  const client = connect(hub)
  await eventually(() => expect(client.connection.value.status).toBe('connected'))
  const seen: string[] = []
  client.connection.subscribe(({ status }) => seen.push(status))
  hub.silent.add('terminal:list')
  client.wake()
  await eventually(() => expect(seen).toEqual(['connected', 'reconnecting', 'connected']))
})

test('requests fail at once without a connection, with the hub’s code when it refuses, and when cut', async () => {
  const hub = await startHub()
  hub.terminal('one')
  const client = connect(hub)
  await expect(client.list()).rejects.toMatchObject({ code: 'DISCONNECTED' })
  await eventually(() => expect(client.connection.value.status).toBe('connected'))
  await expect(client.list()).resolves.toMatchObject([{ sessionId: 'one', running: true }])
  await expect(client.resize('one', 100, 30)).resolves.toBe(true)

  hub.refusals.set('terminal:kill', [{ success: false, error: 'Slow down', code: 'RATE_LIMITED', retryAfterMs: 7 }])
  await expect(client.kill('one')).rejects.toMatchObject({ code: 'RATE_LIMITED', message: 'Slow down', retryAfterMs: 7 })

  hub.silent.add('terminal:list')
  const lost = client.list()
  hub.cut()
  await expect(lost).rejects.toMatchObject({ code: 'DISCONNECTED' })
})

test('a hub that is not there is reported, and closing stops the attempts', async () => {
  const hub = await startHub()
  const { url } = hub
  await hub.stop()
  const client = new HubClient({ url, token: 'x' })
  await eventually(() => expect(client.connection.value.status).toBe('reconnecting'))
  client.close()
  expect(client.connection.value).toEqual({ status: 'closed' })
})
