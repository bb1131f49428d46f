// What a viewer says it shows, and what it is told of those who watch with it.

import { expect, test, vi } from 'vitest'

import type { ViewerInfo } from '../src/client.js'
import { Latest } from '../src/latest.js'
import { connect, eventually, RecordingSink, startHub } from './helpers.js'

const viewer = (id: string): ViewerInfo => ({
  ...{ id, kind: 'device', name: null, role: 'operator', visible: true, cols: null, rows: null },
  ...{ since: 1, typedAt: null, typing: false },
})

test('what is shown is said when the watch stands, at each change, and again after a lost connection', async () => {
  const hub = await startHub()
  const terminal = hub.terminal('one')
  const watch = connect(hub).watch('one', new RecordingSink())
  watch.show({ visible: true, size: { cols: 120, rows: 40 } })
  const first = { sessionId: 'one', visible: true, cols: 120, rows: 40 }
  await eventually(() => expect(terminal.views).toEqual([first]))
  watch.show({ visible: false, rate: 'low' })
  const second = { sessionId: 'one', visible: false, rate: 'low' }
  await eventually(() => expect(terminal.views).toEqual([first, second]))
  hub.cut()
  await eventually(() => expect(terminal.views).toEqual([first, second, second]))
})

test('a viewer that says nothing sends no view', async () => {
  const hub = await startHub()
  const terminal = hub.terminal('one')
  const watch = connect(hub).watch('one', new RecordingSink())
  await eventually(() => expect(watch.state.value.phase).toBe('live'))
  expect(terminal.views).toEqual([])
  expect(terminal.watches[0]).toMatchObject({ viewers: true })
})

test('others are told apart from oneself, and nobody is known while the connection is lost', async () => {
  const hub = await startHub()
  const terminal = hub.terminal('one')
  const client = connect(hub)
  const watch = client.watch('one', new RecordingSink())
  await eventually(() => expect(watch.state.value.phase).toBe('live'))
  terminal.broadcast('terminal:viewers', { sessionId: 'one', viewers: [viewer('a'), viewer('b')], you: 'b' })
  await eventually(() => expect(watch.audience.value).toEqual({ you: viewer('b'), others: [viewer('a')] }))
  client.close()
  await eventually(() => expect(watch.audience.value).toEqual({ you: undefined, others: [] }))
})

test('of what comes while something is under way only the last is said, and a failure ends nothing', async () => {
  vi.useFakeTimers()
  const said: number[] = []
  const latest = new Latest<number>((value) => {
    said.push(value)
    return value === 1 ? Promise.reject(new Error('as asked')) : Promise.resolve()
  }, 100)
  for (const value of [1, 2, 3]) latest.push(value)
  expect(said).toEqual([1])
  await vi.advanceTimersByTimeAsync(99)
  expect(said).toEqual([1])
  await vi.advanceTimersByTimeAsync(1)
  expect(said).toEqual([1, 3])
  await vi.advanceTimersByTimeAsync(100)
  latest.push(4)
  expect(said).toEqual([1, 3, 4])
  vi.useRealTimers()
})
