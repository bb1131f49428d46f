// The seed document's window, section 5.3 step 1, nearly verbatim: it runs its own terminals and
// relays them through `/ui` with a stock socket.io-client. Watchers are stock clients as well.

import { io, type Socket } from 'socket.io-client'
import { expect, onTestFinished, test } from 'vitest'

import { DesktopApp } from './desktop-app.js'
import { Hub } from './hub.js'

async function start(config: object = {}): Promise<Hub> {
  const hub = await Hub.start({}, '--config', JSON.stringify(config))
  onTestFinished(() => hub.stop())
  return hub
}

function application(): DesktopApp {
  const app = new DesktopApp()
  onTestFinished(() => app.close())
  return app
}

/** The code of the document. Only the token is new, and what `PTY created` is. */
async function load(app: DesktopApp, hub: Hub, options: object = {}): Promise<{ uiSocket: Socket; unload: () => void }> {
  const { __TAURI__, unload } = app.window()
  const uiSocket = io(`${hub.ready.url}/ui`, { auth: { token: hub.ready.token }, forceNew: true, ...options })
  onTestFinished(() => void uiSocket.close())

  const registered = new Promise((resolve) => {
    uiSocket.emit('terminal:register', { ptyId: 'pty-1', sessionId: 'relayed', cols: 80, rows: 24 }, resolve)
  })

  __TAURI__.event.listen('pty-output', (event) => {
    const { id, data } = event.payload
    uiSocket.emit('terminal:output', { ptyId: id, data: data })
  })

  __TAURI__.event.listen('pty-exit', (event) => {
    uiSocket.emit('terminal:exit', { ptyId: event.payload.id, exitCode: event.payload.exit_code })
  })

  uiSocket.on('terminal:input', (payload: { ptyId: string; data: string }) => {
    __TAURI__.invoke('write_to_session', { id: payload.ptyId, data: payload.data })
  })

  uiSocket.on('terminal:resize', (payload: { ptyId: string; cols: number; rows: number }) => {
    __TAURI__.invoke('resize_session', { id: payload.ptyId, cols: payload.cols, rows: payload.rows })
  })

  expect(await registered).toMatchObject({ success: true, ptyId: 'pty-1', sessionId: 'relayed' })
  return {
    uiSocket,
    unload: () => {
      unload()
      uiSocket.close()
    },
  }
}

/** A stock watcher: what it was sent, and a promise for more. */
class Watcher {
  text = ''
  readonly exit: Promise<unknown>
  readonly #socket: Socket
  readonly #waiting = new Set<() => void>()

  constructor(hub: Hub) {
    this.#socket = io(`${hub.ready.url}/terminal`, { auth: { token: hub.ready.token }, forceNew: true })
    onTestFinished(() => void this.#socket.close())
    this.#socket.on('terminal:output', ({ data }: { data: string }) => this.#write(data))
    this.exit = new Promise((resolve) => this.#socket.once('terminal:exit', resolve))
  }

  async watch(): Promise<this> {
    const answer = await this.request('terminal:watch')
    expect(answer).toMatchObject({ success: true, running: true })
    this.#write(answer['scrollback'] as string)
    return this
  }

  request(event: string, fields: object = {}): Promise<Record<string, unknown>> {
    return new Promise((resolve) => this.#socket.emit(event, { sessionId: 'relayed', ...fields }, resolve))
  }

  type(input: string): void {
    this.#socket.emit('terminal:input', { sessionId: 'relayed', input })
  }

  async shows(text: string): Promise<void> {
    while (!this.text.includes(text)) await new Promise<void>((resolve) => this.#waiting.add(resolve))
  }

  #write(data: string): void {
    this.text += data
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
  }
}

// Said here: what starts Python may be a script, which loses PS1.
const SHELL = ['env', 'PS1=$ ', 'bash', '--norc', '--noprofile']

test.each([['websocket'], ['polling']])('a watcher types into a terminal of a window on %s, resizes it, and hears its end', async (transport) => {
  const hub = await start()
  const app = application()
  await load(app, hub, { transports: [transport] })
  app.open('pty-1', ...SHELL)
  const watcher = await new Watcher(hub).watch()
  await watcher.shows('$ ')
  app.type('pty-1', 'echo at-the-desk-$((1+1))\r')
  await watcher.shows('at-the-desk-2')
  watcher.type('echo "from afar $((6*7)) é😀"\r')
  await watcher.shows('from afar 42 é😀')

  expect(await watcher.request('terminal:resize', { cols: 101, rows: 33 })).toEqual({ success: true, applied: true })
  watcher.type('stty size\r')
  await watcher.shows('33 101')

  const late = await new Watcher(hub).watch()
  await late.shows('from afar 42 é😀')
  watcher.type('exit 5\r')
  expect(await watcher.exit).toMatchObject({ sessionId: 'relayed', exitCode: 5, reason: 'exited' })
  expect(await late.exit).toMatchObject({ exitCode: 5 })
})

test('thousands of keys arrive once and in order, and a flood comes back whole', async () => {
  const hub = await start()
  const app = application()
  await load(app, hub)
  app.open('pty-1', 'sh', '-c', 'stty raw -echo; echo ready; cat')
  const watcher = await new Watcher(hub).watch()
  await watcher.shows('ready')
  watcher.text = ''
  const lines = Array.from({ length: 1_000 }, (_, n) => `line ${n} äöü😀`)
  for (const line of lines) for (const key of `${line}\r`) watcher.type(key)
  await watcher.shows('line 999 äöü😀\r')
  expect(watcher.text).toBe(lines.map((line) => `${line}\r`).join(''))
})

test('the window is loaded anew: watchers go on, and what was typed meanwhile is not lost', async () => {
  const hub = await start()
  const app = application()
  const { unload } = await load(app, hub)
  app.open('pty-1', ...SHELL)
  const watcher = await new Watcher(hub).watch()
  await watcher.shows('$ ')
  const epoch = (await watcher.request('terminal:watch'))['epoch']
  unload()
  watcher.type('echo while-it-loads-$((2+2))\r')
  await load(app, hub)
  await watcher.shows('while-it-loads-4')
  expect((await watcher.request('terminal:watch'))['epoch']).toBe(epoch)
  watcher.type('exit 3\r')
  expect(await watcher.exit).toMatchObject({ exitCode: 3, reason: 'exited' })
})

test('the connection of the window is cut: nothing that its terminal prints or is told meanwhile is lost', async () => {
  const hub = await start()
  const app = application()
  const { uiSocket } = await load(app, hub, { transports: ['websocket'] })
  app.open('pty-1', ...SHELL)
  const watcher = await new Watcher(hub).watch()
  await watcher.shows('$ ')
  const again = new Promise((resolve) => {
    uiSocket.on('connect', () => {
      uiSocket.emit('terminal:register', { ptyId: 'pty-1', sessionId: 'relayed', cols: 80, rows: 24 }, resolve)
    })
  })
  uiSocket.io.engine.close()
  app.type('pty-1', 'echo meanwhile-$((2+3))\r')
  watcher.type('echo across-$((3+3))\r')
  expect(await again).toMatchObject({ success: true })
  await watcher.shows('meanwhile-5')
  await watcher.shows('across-6')
})

test('a window that does not come back', async () => {
  const hub = await start({ timing: { recoveryWindowMs: 200 } })
  const app = application()
  const { unload } = await load(app, hub)
  app.open('pty-1', ...SHELL)
  const watcher = await new Watcher(hub).watch()
  await watcher.shows('$ ')
  unload()
  expect(await watcher.exit).toEqual({ sessionId: 'relayed', exitCode: null, reason: 'owner_disconnected' })
})

test('a phone neither reflows the window nor takes its terminal', async () => {
  const hub = await start()
  const app = application()
  await load(app, hub)
  app.open('pty-1', ...SHELL)
  const phone = await pair(hub)
  const hand = io(`${hub.ready.url}/terminal`, { auth: { token: phone }, forceNew: true })
  onTestFinished(() => void hand.close())
  const ask = (socket: Socket, event: string, fields: object): Promise<unknown> =>
    new Promise((resolve) => socket.emit(event, { sessionId: 'relayed', ...fields }, resolve))
  await ask(hand, 'terminal:watch', {})
  expect(await ask(hand, 'terminal:resize', { cols: 40, rows: 20 })).toEqual({ success: true, applied: false })

  const ui = io(`${hub.ready.url}/ui`, { auth: { token: phone }, forceNew: true })
  onTestFinished(() => void ui.close())
  expect(await ask(ui, 'terminal:register', { ptyId: 'mine' })).toMatchObject({ success: false, code: 'CONFLICT' })
  expect(await ask(ui, 'terminal:output', { ptyId: 'pty-1', data: 'x' })).toMatchObject({ success: false, code: 'NOT_FOUND' })
})

async function pair(hub: Hub): Promise<string> {
  const code = new URL(hub.ready.pairUrl).hash.replace('#pair=', '')
  const answer = await fetch(`${hub.ready.url}/api/pair`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code, name: 'A phone' }),
  })
  return ((await answer.json()) as { token: string }).token
}
