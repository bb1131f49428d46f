// What is typed: in order, in pieces, bounded, and reported when it is lost.

import { expect, test } from 'vitest'

import { type HubError } from '../src/errors.js'
import { InputQueue } from '../src/input.js'
import { connect, eventually, startHub } from './helpers.js'

interface Piece {
  text: string
  done: (error: HubError | undefined) => void
}

function queue(): { pieces: Piece[]; input: InputQueue } {
  const pieces: Piece[] = []
  return { pieces, input: new InputQueue((text, _epoch, done) => pieces.push({ text, done })) }
}

test('keys arrive in the order typed, without waiting for each other', async () => {
  const hub = await startHub()
  const terminal = hub.terminal('one')
  const client = connect(hub)
  await eventually(() => expect(client.connection.value.status).toBe('connected'))
  const keys = Array.from({ length: 2_000 }, (_, n) => `${n};`)
  await Promise.all(keys.map((key) => client.input('one', key, 'life-1')))
  expect(terminal.inputs.map(({ input }) => input).join('')).toBe(keys.join(''))
  expect(terminal.inputs[0]).toEqual({ sessionId: 'one', input: '0;', epoch: 'life-1' })
})

test('a long paste goes in pieces between characters, with at most 64 KiB unanswered', async () => {
  const { pieces, input } = queue()
  const text = `a${'😀é'.repeat(40_000)}`
  const sent = input.push(text, undefined)
  let whole = ''
  for (let answered = 0; answered < pieces.length; answered++) {
    const waiting = pieces.slice(answered)
    expect(Buffer.byteLength(waiting.map((piece) => piece.text).join(''))).toBeLessThanOrEqual(64 * 1024)
    const piece = pieces[answered]
    expect(Buffer.byteLength(piece?.text ?? '')).toBeLessThanOrEqual(32 * 1024)
    whole += Buffer.from(piece?.text ?? '').toString()
    piece?.done(undefined)
  }
  await sent
  expect(whole).toBe(text)
})

test('a failure also fails what was typed behind it, and what comes later works', async () => {
  const hub = await startHub()
  const terminal = hub.terminal('one')
  const client = connect(hub)
  await eventually(() => expect(client.connection.value.status).toBe('connected'))
  hub.refusals.set('terminal:input', [{ success: false, error: 'It does not read', code: 'UNAVAILABLE' }])
  const results = await Promise.allSettled([
    client.input('one', 'x'.repeat(200_000)),
    client.input('one', 'rm'),
  ])
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(terminal.inputs.map(({ input }) => input).join('')).not.toContain('rm')
  await client.input('one', 'ok')
  expect(terminal.inputs.at(-1)?.input).toBe('ok')
})

test('nothing is kept for later when there is no connection', async () => {
  const hub = await startHub()
  const terminal = hub.terminal('one')
  const client = connect(hub)
  await expect(client.input('one', 'early')).rejects.toMatchObject({ code: 'DISCONNECTED' })
  await eventually(() => expect(client.connection.value.status).toBe('connected'))
  hub.silent.add('terminal:input')
  const unanswered = client.input('one', 'unknown')
  await eventually(() => expect(terminal.inputs).toHaveLength(1))
  hub.cut()
  await expect(unanswered).rejects.toMatchObject({ code: 'DISCONNECTED' })
  await eventually(() => expect(client.connection.value.status).toBe('connected'))
  hub.silent.clear()
  await client.input('one', 'now')
  expect(terminal.inputs.map(({ input }) => input)).toEqual(['unknown', 'now'])
})

test('nothing typed is nothing sent', async () => {
  const { pieces, input } = queue()
  await input.push('', undefined)
  expect(pieces).toHaveLength(0)
})
