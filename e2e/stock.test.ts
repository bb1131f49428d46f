// A stock socket.io-client, written as the seed document shows (its sections 5.3 step 2 and 5.6)
// with only a token added. It must not know offsets, acknowledgements or our own client.

import { io, type Socket } from 'socket.io-client'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'

import { Hub } from './hub.js'

interface Watched {
  success: boolean
  error?: string
  code?: string
  cols?: number
  rows?: number
  scrollback?: string
}

let hub: Hub

beforeAll(async () => {
  hub = await Hub.start({
    shell: 'bash --norc --noprofile',
    cut: 'bash --norc --noprofile',
    ending: 'bash --norc --noprofile',
    // Says what it reads; the terminal's own echo would be mixed into it.
    cat: `sh -c 'stty -echo; echo ready; cat'`,
  })
})

afterAll(() => hub.stop())

function connect(transports: ('websocket' | 'polling')[] = ['polling', 'websocket']): Socket {
  const socket = io(`${hub.ready.url}/terminal`, { auth: { token: hub.ready.token }, transports, forceNew: true })
  onTestFinished(() => void socket.close())
  return socket
}

const watch = (socket: Socket, sessionId: string): Promise<Watched> =>
  new Promise((resolve) => socket.emit('terminal:watch', { sessionId }, resolve))

/** A terminal as simple as can be: what it was sent, and a promise for more. */
class Paper {
  text = ''
  readonly #waiting = new Set<() => void>()

  reset(): void {
    this.text = ''
  }

  write(data: string): void {
    this.text += data
    for (const check of [...this.#waiting]) check()
  }

  shows(what: string | RegExp): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (typeof what === 'string' ? !this.text.includes(what) : !what.test(this.text)) return
        this.#waiting.delete(check)
        resolve()
      }
      this.#waiting.add(check)
      check()
    })
  }
}

/** The seed's viewer: watches at each connection that was not recovered, and writes what comes. */
function viewer(socket: Socket, sessionId: string): { paper: Paper; watched: Watched[] } {
  const paper = new Paper()
  const watched: Watched[] = []
  socket.on('connect', () => {
    if (socket.recovered) return
    socket.emit('terminal:watch', { sessionId }, (response: Watched) => {
      watched.push(response)
      paper.reset()
      paper.write(response.scrollback ?? '')
    })
  })
  socket.on('terminal:output', (output: { sessionId: string; data: string }) => {
    if (output.sessionId === sessionId) paper.write(output.data)
  })
  return { paper, watched }
}

const event = <T>(socket: Socket, name: string): Promise<T> => new Promise((resolve) => socket.once(name, resolve))

test.each([['websocket'], ['polling']] as const)('watches, types and hears over %s', async (transport) => {
  const socket = connect([transport])
  const { paper, watched } = viewer(socket, 'shell')
  await paper.shows('$ ')
  expect(watched).toMatchObject([{ success: true, cols: 80, rows: 24 }])
  expect(typeof watched[0]?.scrollback).toBe('string')
  socket.emit('terminal:input', { sessionId: 'shell', input: `echo "${transport}-$((6*7)) é😀"\r` })
  await paper.shows(`${transport}-42 é😀`)
})

test('without a token nothing connects, and the refusals are the documented ones', async () => {
  for (const [auth, message] of [
    [{}, 'Authentication required for terminal access'],
    [{ token: 'wrong' }, 'Invalid token'],
  ] as const) {
    const socket = io(`${hub.ready.url}/terminal`, { auth, forceNew: true })
    onTestFinished(() => void socket.close())
    const error = await event<Error>(socket, 'connect_error')
    expect(error.message).toBe(message)
    expect(socket.connected).toBe(false)
  }
})

test('a terminal that is not there', async () => {
  expect(await watch(connect(), 'nothing')).toMatchObject({
    success: false,
    error: 'Terminal session not found',
    code: 'NOT_FOUND',
  })
})

test('resizes', async () => {
  const socket = connect()
  const { paper } = viewer(socket, 'shell')
  await paper.shows('$ ')
  const resized = event(socket, 'terminal:resized')
  socket.emit('terminal:resize', { sessionId: 'shell', cols: 101, rows: 33 })
  expect(await resized).toEqual({ sessionId: 'shell', cols: 101, rows: 33 })
  socket.emit('terminal:input', { sessionId: 'shell', input: 'stty size\r' })
  await paper.shows('33 101')
})

test('hears the end after everything before it', async () => {
  const socket = connect()
  const { paper } = viewer(socket, 'ending')
  await paper.shows('$ ')
  const exit = event(socket, 'terminal:exit').then((said) => ({ said, text: paper.text }))
  socket.emit('terminal:input', { sessionId: 'ending', input: 'seq 20000; exit 4\r' })
  const { said, text } = await exit
  expect(said).toMatchObject({ sessionId: 'ending', exitCode: 4, reason: 'exited' })
  expect(text).toContain('\n19999\r\n20000\r\n')
})

test('reconnects, is not taken for recovered, watches again and goes on', async () => {
  const socket = connect(['websocket'])
  const { paper, watched } = viewer(socket, 'cut')
  await paper.shows('$ ')
  socket.emit('terminal:input', { sessionId: 'cut', input: 'echo before-$((1+1))\r' })
  await paper.shows('before-2')
  const cut = event(socket, 'disconnect')
  socket.io.engine.close()
  await cut
  await paper.shows('before-2')
  await event(socket, 'connect')
  expect(socket.recovered).not.toBe(true)
  socket.emit('terminal:input', { sessionId: 'cut', input: 'echo after-$((2+2))\r' })
  await paper.shows('after-4')
  await paper.shows('before-2')
  expect(watched).toHaveLength(2)
})

test('thousands of keys without waiting arrive in order', async () => {
  const socket = connect(['websocket'])
  const { paper } = viewer(socket, 'cat')
  await paper.shows('ready')
  // What it began with is a picture; what follows is bytes.
  paper.reset()
  const lines = Array.from({ length: 2_000 }, (_, n) => `line ${n}`)
  for (const line of lines) for (const key of `${line}\r`) socket.emit('terminal:input', { sessionId: 'cat', input: key })
  await paper.shows('line 1999\r\n')
  expect(paper.text).toBe(`${lines.join('\r\n')}\r\n`)
})
