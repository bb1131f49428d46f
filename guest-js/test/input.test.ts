// What is typed: in order, in pieces, bounded, once whatever becomes of the connection, and
// reported when it is lost.

import { afterEach, expect, test, vi } from 'vitest'

import { HubError } from '../src/errors.js'
import { InputQueue, type Piece } from '../src/input.js'
import { connect, eventually, startHub } from './helpers.js'

interface Sent extends Piece {
  done: (error?: HubError, dropped?: boolean) => void
}

function queue(): { pieces: Sent[]; input: InputQueue } {
  const pieces: Sent[] = []
  const input = new InputQueue((piece, done) => {
    pieces.push({ ...piece, done: (error, dropped = false) => done(error, dropped) })
  })
  return { pieces, input }
}

const gone = new HubError('DISCONNECTED', 'gone')

afterEach(() => {
  vi.useRealTimers()
})

test('keys arrive in the order typed, without waiting for each other', async () => {
  const hub = await startHub()
  const terminal = hub.terminal('one')
  const client = connect(hub)
  await eventually(() => expect(client.connection.value.status).toBe('connected'))
  const keys = Array.from({ length: 2_000 }, (_, n) => `${n};`)
  const results = await Promise.all(keys.map((key) => client.input('one', key, { epoch: 'life-1' })))
  expect(new Set(results)).toEqual(new Set(['written']))
  expect(terminal.typed).toBe(keys.join(''))
  expect(terminal.inputs[0]).toMatchObject({ sessionId: 'one', input: '0;', epoch: 'life-1', seq: 1 })
  expect(new Set(terminal.inputs.map(({ clientId }) => clientId)).size).toBe(1)
})

test('a long paste goes in pieces between characters, with at most 64 KiB unanswered', async () => {
  const { pieces, input } = queue()
  const text = `a${'😀é'.repeat(40_000)}`
  const total = Buffer.byteLength(text)
  const written: (number | undefined)[] = []
  input.progress.subscribe((progress) => written.push(progress?.written))
  const sent = input.push(text)
  let whole = ''
  for (let answered = 0; answered < pieces.length; answered++) {
    const waiting = pieces.slice(answered)
    expect(Buffer.byteLength(waiting.map((piece) => piece.input).join(''))).toBeLessThanOrEqual(64 * 1024)
    const piece = pieces[answered]
    expect(piece?.seq).toBe(answered + 1)
    expect(Buffer.byteLength(piece?.input ?? '')).toBeLessThanOrEqual(32 * 1024)
    expect(input.progress.value).toEqual({ written: Buffer.byteLength(whole), total })
    whole += Buffer.from(piece?.input ?? '').toString()
    piece?.done()
  }
  await expect(sent).resolves.toBe('written')
  expect(whole).toBe(text)
  expect([written[0], written.at(-1), input.busy]).toEqual([undefined, undefined, false])
})

test('what was not answered is sent again when the connection is back, in order and before what follows', async () => {
  const { pieces, input } = queue()
  const results = Promise.all([input.push('a'), input.push('b'), input.push('x'.repeat(100_000))])
  pieces[0]?.done()
  const before = pieces.splice(0)
  input.disconnected()
  before[1]?.done(gone)
  void input.push('late')
  expect(pieces).toEqual([])
  input.connected()
  expect(pieces.map(({ seq }) => seq)).toEqual([2, 3])
  // An answer that was on its way counts as well, and one of both is enough.
  before[2]?.done()
  // Answers make room for more pieces; the loop sees these, too.
  for (const piece of pieces) piece.done()
  await expect(results).resolves.toEqual(['written', 'written', 'written'])
  expect(pieces.map(({ input }) => input).join('')).toBe(`b${'x'.repeat(100_000)}late`)
})

test('a connection that does not come back in time is told honestly', async () => {
  vi.useFakeTimers()
  const { input } = queue()
  const results = Promise.allSettled([input.push('x'.repeat(200_000)), input.push('not sent')])
  input.disconnected()
  await vi.advanceTimersByTimeAsync(120_000)
  await expect(results).resolves.toMatchObject([{ reason: { code: 'TIMEOUT' } }, { reason: { code: 'DISCONNECTED' } }])
})

test('what the hub refuses for now is sent again after a while, from there on', async () => {
  vi.useFakeTimers()
  const { pieces, input } = queue()
  const results = Promise.all([input.push('a'), input.push('b')])
  const [a, b] = pieces.splice(0)
  a?.done(new HubError('UNAVAILABLE', 'It does not read', 50))
  b?.done(new HubError('CONFLICT', 'Something is missing', undefined, { expected: 1 }))
  await vi.advanceTimersByTimeAsync(49)
  expect(pieces).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(pieces.map(({ seq, input }) => [seq, input])).toEqual([[1, 'a'], [2, 'b']])
  for (const piece of pieces) piece.done()
  await expect(results).resolves.toEqual(['written', 'written'])
})

test('a hub that has forgotten us cannot be asked what arrived', async () => {
  const { pieces, input } = queue()
  void input.push('a')
  pieces[0]?.done()
  const unsure = input.push('b')
  pieces[1]?.done(new HubError('CONFLICT', 'Something is missing', undefined, { expected: 1 }))
  await expect(unsure).rejects.toMatchObject({ code: 'CONFLICT' })
  expect(input.failed).toBeDefined()
})

test('something urgent drops what was not sent, and the hub says what else', async () => {
  const { pieces, input } = queue()
  const paste = input.push('x'.repeat(300_000))
  const behind = input.push('behind')
  const urgent = input.pushUrgent('\x03')
  await expect(behind).resolves.toBe('dropped')
  expect(pieces.map(({ seq, urgent }) => [seq, urgent])).toEqual([[1, false], [2, false], [3, true]])
  expect(input.progress.value).toBeUndefined()
  pieces[0]?.done()
  pieces[1]?.done(undefined, true)
  pieces[2]?.done()
  await expect(Promise.all([paste, urgent])).resolves.toEqual(['dropped', 'written'])
  const after = input.push('after')
  pieces[3]?.done()
  await expect(after).resolves.toBe('written')
  expect(pieces[3]).toMatchObject({ seq: 4, input: 'after' })
})

test('dropping sends something urgent that is empty, once there is something to drop', async () => {
  const { pieces, input } = queue()
  const paste = input.push('x'.repeat(300_000))
  const drop = input.pushUrgent('')
  expect(pieces.map(({ input, urgent }) => [input.length, urgent])).toEqual([[32_768, false], [32_768, false], [0, true]])
  for (const piece of pieces) piece.done(undefined, !piece.urgent)
  await expect(Promise.all([paste, drop])).resolves.toEqual(['dropped', 'written'])
  expect([input.busy, pieces.length]).toEqual([false, 3])
})

test('a failure also fails what was typed behind it, and what comes later works under another name', async () => {
  const hub = await startHub()
  const terminal = hub.terminal('one')
  const client = connect(hub)
  await eventually(() => expect(client.connection.value.status).toBe('connected'))
  hub.refusals.set('terminal:input', [{ success: false, error: 'You may not', code: 'FORBIDDEN' }])
  const results = await Promise.allSettled([
    client.input('one', 'x'.repeat(200_000), { epoch: 'life-1' }),
    client.input('one', 'rm', { epoch: 'life-1' }),
  ])
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(terminal.typed).not.toContain('rm')
  await client.input('one', 'ok', { epoch: 'life-1' })
  expect(terminal.inputs.at(-1)).toMatchObject({ input: 'ok', seq: 1 })
})

test('nothing is kept for later when there is no connection, and what was under way arrives once', async () => {
  const hub = await startHub()
  const terminal = hub.terminal('one')
  const client = connect(hub)
  await expect(client.input('one', 'early')).rejects.toMatchObject({ code: 'DISCONNECTED' })
  await eventually(() => expect(client.connection.value.status).toBe('connected'))
  hub.silent.add('terminal:input')
  const unanswered = client.input('one', 'once')
  await eventually(() => expect(terminal.inputs).toHaveLength(1))
  hub.cut()
  await eventually(() => expect(client.connection.value.status).toBe('reconnecting'))
  await expect(client.input('one', 'not sent')).rejects.toMatchObject({ code: 'DISCONNECTED' })
  hub.silent.clear()
  await expect(unanswered).resolves.toBe('written')
  await client.input('one', ' now')
  expect(terminal.typed).toBe('once now')
})

test('what is typed without an epoch goes to the present life, in order', async () => {
  const hub = await startHub()
  const terminal = hub.terminal('one')
  const client = connect(hub)
  await eventually(() => expect(client.connection.value.status).toBe('connected'))
  await Promise.all([client.input('one', 'a'), client.input('one', 'b', { epoch: 'life-1' }), client.input('one', 'c')])
  terminal.epoch = 'life-2'
  await client.input('one', 'd')
  expect(terminal.typed).toBe('abcd')
  await expect(client.input('one', 'e', { epoch: 'life-1' })).rejects.toMatchObject({
    code: 'CONFLICT',
    details: { epoch: 'life-2' },
  })
  await expect(client.input('two', 'x')).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('closing the client fails what is not confirmed', async () => {
  const hub = await startHub()
  const terminal = hub.terminal('one')
  const client = connect(hub)
  await eventually(() => expect(client.connection.value.status).toBe('connected'))
  hub.silent.add('terminal:input')
  const unanswered = client.input('one', 'x')
  await eventually(() => expect(terminal.inputs).toHaveLength(1))
  expect(client.isTyping('one')).toBe(true)
  client.close()
  await expect(unanswered).rejects.toMatchObject({ code: 'TIMEOUT' })
  expect(client.isTyping('one')).toBe(false)
})

test('nothing typed is nothing sent', async () => {
  const { pieces, input } = queue()
  await input.push('')
  expect(pieces).toHaveLength(0)
})
