// A watched terminal: order, acknowledgements, and going on after cuts and new lives.

import { expect, test } from 'vitest'

import { connect, eventually, RecordingSink, startHub } from './helpers.js'

test('scrollback first, then what follows, and the end in its place', async () => {
  const hub = await startHub()
  const terminal = hub.terminal('one')
  terminal.print('before ')
  const sink = new RecordingSink()
  const watch = connect(hub).watch('one', sink)
  await eventually(() => expect(watch.state.value).toMatchObject({ phase: 'live', terminal: { role: 'operator', exit: undefined } }))
  terminal.print('during ')
  await eventually(() => expect(sink.text).toBe('before during '))
  terminal.resize(100, 30)
  terminal.print('after')
  terminal.end({ exitCode: 3, reason: 'exited' })
  await eventually(() =>
    expect(watch.state.value.terminal).toMatchObject({ cols: 100, rows: 30, exit: { exitCode: 3, reason: 'exited' } }),
  )
  expect(sink.log).toEqual(['reset 80x24', 'write before ', 'write during ', 'resize 100x30', 'write after'])
})

test('acknowledges the scrollback even when it is empty: nothing follows before', async () => {
  const hub = await startHub()
  const terminal = hub.terminal('one')
  const sink = new RecordingSink()
  connect(hub).watch('one', sink)
  await eventually(() => expect(terminal.acks).toEqual([{ sessionId: 'one', offset: 0, epoch: 'life-1' }]))
  terminal.print('x')
  await eventually(() => expect(sink.text).toBe('x'))
})

test('acknowledges only what has been dealt with, and a remainder after a pause', async () => {
  const hub = await startHub()
  const terminal = hub.terminal('one')
  const sink = new RecordingSink()
  const watch = connect(hub).watch('one', sink, { window: 64 * 1024 })
  await eventually(() => expect(watch.state.value.phase).toBe('live'))
  sink.stalled = true
  terminal.print('y'.repeat(1_000_000))
  await eventually(() => expect(sink.text.length).toBe(64 * 1024))
  expect(terminal.acks).toHaveLength(1)
  sink.goOn()
  await eventually(() => expect(terminal.acks.at(-1)?.offset).toBe(1_000_000))
  expect(sink.text).toBe('y'.repeat(1_000_000))
  // Every quarter of this small window: about 61 of them, not one for each chunk or byte.
  expect(terminal.acks.length).toBeLessThan(70)
})

test('goes on at the same byte after a cut', async () => {
  const hub = await startHub()
  const terminal = hub.terminal('one')
  const sink = new RecordingSink()
  const client = connect(hub)
  const watch = client.watch('one', sink)
  await eventually(() => expect(watch.state.value.phase).toBe('live'))
  terminal.print('one ')
  await eventually(() => expect(sink.text).toBe('one '))
  const phases: string[] = []
  watch.state.subscribe(({ phase }) => phases.push(phase))
  hub.cut()
  terminal.print('two ')
  await eventually(() => expect(watch.state.value.phase).toBe('stale'))
  await eventually(() => expect(watch.state.value.phase).toBe('live'))
  terminal.print('three')
  await eventually(() => expect(sink.text).toBe('one two three'))
  expect(terminal.watches.at(-1)?.resume).toEqual({ epoch: 'life-1', offset: 4 })
  expect(sink.log.filter((entry) => entry.startsWith('reset'))).toHaveLength(1)
})

test('begins anew when the bytes are gone, and when the terminal has another life', async () => {
  const hub = await startHub()
  const terminal = hub.terminal('one')
  terminal.print('old ')
  const sink = new RecordingSink()
  const watch = connect(hub).watch('one', sink)
  await eventually(() => expect(watch.state.value.phase).toBe('live'))

  terminal.viewers.clear()
  terminal.print('lost tail')
  terminal.kept = 9
  hub.cut()
  await eventually(() => expect(sink.text).toBe('tail'))

  Object.assign(terminal, { epoch: 'life-2', bytes: Buffer.from('new life'), kept: 0 })
  hub.cut()
  await eventually(() => expect(sink.text).toBe('new life'))
  await eventually(() => expect(watch.state.value.terminal?.epoch).toBe('life-2'))
})

test('a missing chunk is asked for again, a repeated one is cut off', async () => {
  const hub = await startHub()
  const terminal = hub.terminal('one')
  const sink = new RecordingSink()
  const watch = connect(hub).watch('one', sink)
  await eventually(() => expect(terminal.acks).toHaveLength(1))
  await eventually(() => expect(watch.state.value.phase).toBe('live'))
  const [viewer] = terminal.viewers.values()
  if (viewer === undefined) throw new Error('nobody watches')
  terminal.bytes = Buffer.from('0123456789')
  terminal.emit(viewer, 0, 3)
  terminal.emit(viewer, 1, 5)
  terminal.emit(viewer, 0, 5)
  await eventually(() => expect(sink.text).toBe('01234'))
  viewer.sent = 10
  terminal.emit(viewer, 7, 10)
  await eventually(() => expect(sink.text).toBe('0123456789'))
  expect(terminal.watches.at(-1)?.resume).toEqual({ epoch: 'life-1', offset: 5 })
})

test('a reset replaces what was shown and is acknowledged', async () => {
  const hub = await startHub()
  const terminal = hub.terminal('one')
  terminal.print('long ago')
  const sink = new RecordingSink()
  const watch = connect(hub).watch('one', sink)
  await eventually(() => expect(watch.state.value.phase).toBe('live'))
  terminal.bytes = Buffer.alloc(500, 'z')
  terminal.reset('picture ')
  await eventually(() => expect(terminal.acks.at(-1)?.offset).toBe(500))
  terminal.print('and on')
  await eventually(() => expect(sink.text).toBe('picture and on'))
})

test('output marked reset begins anew', async () => {
  const hub = await startHub()
  const terminal = hub.terminal('one')
  terminal.print('old')
  const sink = new RecordingSink()
  const watch = connect(hub).watch('one', sink)
  await eventually(() => expect(watch.state.value.phase).toBe('live'))
  const data = Buffer.from('\x1bcnew')
  terminal.broadcast('terminal:output', { sessionId: 'one', epoch: 'life-1', data, offset: 3, reset: true })
  await eventually(() => expect(sink.text).toBe('\x1bcnew'))
})

test('a new life is watched when the old one has said everything', async () => {
  const hub = await startHub()
  const old = hub.terminal('one')
  const sink = new RecordingSink()
  const watch = connect(hub).watch('one', sink)
  // Until the beginning is acknowledged, nothing that is printed is sent.
  await eventually(() => expect(old.acks).toHaveLength(1))
  const exits: unknown[] = []
  watch.state.subscribe(({ terminal }) => exits.push(terminal?.exit?.exitCode))
  // The new life is told of before the old one's last words have come.
  hub.terminal('one', 'life-2').print('second')
  old.print('last words')
  old.end({ exitCode: 3, reason: 'exited' })
  await eventually(() => expect(sink.text).toBe('second'))
  expect(sink.log).toEqual(['reset 80x24', 'write last words', 'reset 80x24', 'write second'])
  expect(exits).toContain(3)
  await eventually(() => expect(watch.state.value).toMatchObject({ phase: 'live', terminal: { epoch: 'life-2', exit: undefined } }))
})

test('a terminal that had ended, or was not there, is watched when it begins', async () => {
  const hub = await startHub()
  const client = connect(hub)
  const [ended, missing] = [new RecordingSink(), new RecordingSink()]
  const old = hub.terminal('one')
  const watch = client.watch('one', ended)
  await eventually(() => expect(watch.state.value.phase).toBe('live'))
  old.end({ exitCode: 0, reason: 'exited' })
  await eventually(() => expect(watch.state.value.terminal?.exit).toBeDefined())
  const other = client.watch('two', missing)
  await eventually(() => expect(other.state.value.phase).toBe('failed'))
  hub.terminal('one', 'life-2').print('again')
  hub.terminal('two').print('at last')
  await eventually(() => expect([ended.text, missing.text]).toEqual(['again', 'at last']))
  // The present life once more is no news.
  hub.namespace.emit('terminal:started', { sessionId: 'one', epoch: 'life-2' })
  hub.terminals.get('one')?.print('!')
  await eventually(() => expect(ended.text).toBe('again!'))
})

test('titles, bells and notifications come in their turn, and news to whoever listens', async () => {
  const hub = await startHub()
  const terminal = hub.terminal('one')
  const client = connect(hub)
  const sink = new RecordingSink()
  const watch = client.watch('one', sink, {
    onBell: () => sink.log.push('bell'),
    onNotification: ({ title = '', body }) => sink.log.push(`notified ${title} ${body}`),
  })
  await eventually(() => expect(terminal.acks).toHaveLength(1))
  const news: unknown[] = []
  const stop = client.onNews((item) => news.push(item))
  terminal.print('a')
  terminal.broadcast('terminal:bell', { sessionId: 'one' })
  terminal.print('b')
  terminal.broadcast('terminal:notification', { sessionId: 'one', title: 'Agent', body: 'may I?' })
  terminal.broadcast('terminal:title', { sessionId: 'one', title: 'vim' })
  await eventually(() => expect(watch.state.value.terminal?.title).toBe('vim'))
  expect(sink.log).toEqual(['reset 80x24', 'write a', 'bell', 'write b', 'notified Agent may I?'])
  const attention = { sessionId: 'two', active: true, message: 'may I?', since: 1 }
  hub.namespace.emit('terminal:attention', attention)
  await eventually(() => expect(news).toEqual([{ type: 'attention', ...attention }]))
  stop()
  hub.namespace.emit('terminal:attention', attention)
  terminal.print('c')
  await eventually(() => expect(sink.text).toBe('abc'))
  expect(news).toHaveLength(1)
})

test('a terminal that is not there is a state, and is asked for again at the next connection', async () => {
  const hub = await startHub()
  const sink = new RecordingSink()
  const watch = connect(hub).watch('one', sink)
  await eventually(() => expect(watch.state.value).toMatchObject({ phase: 'failed', error: { code: 'NOT_FOUND' } }))
  hub.terminal('one').print('here')
  hub.cut()
  await eventually(() => expect(watch.state.value).toMatchObject({ phase: 'live', error: undefined }))
  expect(sink.text).toBe('here')
})

test('asks again when the hub says later', async () => {
  const hub = await startHub()
  hub.terminal('one').print('here')
  hub.refusals.set('terminal:watch', [{ success: false, error: 'Busy', code: 'UNAVAILABLE', retryAfterMs: 1 }])
  const sink = new RecordingSink()
  connect(hub).watch('one', sink)
  await eventually(() => expect(sink.text).toBe('here'))
})

test('closing stops watching and makes room for another', async () => {
  const hub = await startHub()
  const terminal = hub.terminal('one')
  const client = connect(hub)
  const watch = client.watch('one', new RecordingSink())
  await eventually(() => expect(watch.state.value.phase).toBe('live'))
  expect(() => client.watch('one', new RecordingSink())).toThrow('watched already')
  watch.close()
  expect(watch.state.value.phase).toBe('closed')
  await eventually(() => expect(terminal.viewers.size).toBe(0))
  terminal.print('again')
  const sink = new RecordingSink()
  client.watch('one', sink)
  await eventually(() => expect(sink.text).toBe('again'))
})

test('a sink that fails ends its watch', async () => {
  const hub = await startHub()
  hub.terminal('one').print('x')
  const sink = new RecordingSink()
  sink.write = () => {
    throw new Error('broken screen')
  }
  const watch = connect(hub).watch('one', sink)
  await eventually(() => expect(watch.state.value).toMatchObject({ phase: 'failed', error: { code: 'INTERNAL' } }))
})
