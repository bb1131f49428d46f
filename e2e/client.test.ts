// Our own client against the real hub, over a wire that is cut again and again: every byte once
// and in order, both ways. The unit tests of guest-js have the finer cases.

import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { Unicode11Addon } from '@xterm/addon-unicode11'
import headless from '@xterm/headless'
import { HubClient, type TerminalSink, type TerminalWatch } from 'tauri-plugin-realtime-hub-api/client'
import { attachTerminal } from 'tauri-plugin-realtime-hub-api/terminal'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'

import { Hub } from './hub.js'
import { Proxy } from './proxy.js'

const { Terminal } = headless
type Terminal = InstanceType<typeof Terminal>

const MEBIBYTE = 1024 * 1024

let hub: Hub

beforeAll(async () => {
  hub = await Hub.start({
    // Both wait to be watched, then print what is in the folder, unchanged by the terminal. The
    // slow one prints less during a reconnection than what a picture costs.
    fast: `sh -c 'stty raw -echo; head -c 1 > /dev/null; cat "$HOME/lines.txt"; printf END'`,
    slow: `sh -c 'stty raw -echo; head -c 1 > /dev/null; exec < "$HOME/data.bin"; for n in $(seq 256); do head -c 4096; sleep 0.02; done; echo END'`,
    reader: `sh -c 'stty raw -echo; echo READY; head -c 2097152 | sha256sum; echo END'`,
    shell: 'bash --norc --noprofile',
  })
  await writeFile(join(hub.folder, 'data.bin'), data)
  await writeFile(join(hub.folder, 'lines.txt'), lines)
})

afterAll(() => hub.stop())

const SLOW_BYTES = 256 * 4096
/** Full of every byte and without a pattern, which would hide a stretch that is missing. */
const data = Buffer.alloc(SLOW_BYTES)
for (let at = 0, seed = 1; at < data.length; at += 4) {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
  data.writeUInt32LE(seed, at)
}

const LINES = 420_000
const line = (n: number): string => `\x1b[3${n % 8}m${n} ${(n * 2_654_435_761).toString(36)}\x1b[0m é世界 the quick brown fox jumps over it`
/** 32 MiB of text; which part of it a screen shows can be told. */
const lines = Array.from({ length: LINES }, (_, n) => `${line(n)}\r\n`).join('')

/** What ends the output. */
const END = Buffer.from('END\n')

/** Takes bytes and tells who waits for some of them. */
class Collector implements TerminalSink {
  resets = 0
  #chunks: Uint8Array[] = []
  #size = 0
  readonly #waiting = new Set<() => void>()

  reset(): void {
    this.resets++
    this.clear()
  }

  resize(): void {
    this.#notify()
  }

  write(data: Uint8Array): void {
    this.#chunks.push(data)
    this.#size += data.length
    this.#notify()
  }

  /** Forgets what came. */
  clear(): void {
    this.#chunks = []
    this.#size = 0
  }

  /** How many bytes came since the last reset. */
  get size(): number {
    return this.#size
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  get tail(): string {
    return Buffer.concat(this.#chunks.slice(-8)).toString('latin1')
  }

  until(check: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!check()) return
        this.#waiting.delete(look)
        resolve()
      }
      this.#waiting.add(look)
      look()
    })
  }

  #notify(): void {
    for (const look of [...this.#waiting]) look()
  }
}

function connect(url: string): HubClient {
  const client = new HubClient({ url, token: hub.ready.token })
  onTestFinished(() => client.close())
  return client
}

function live(watch: TerminalWatch): Promise<void> {
  return new Promise((resolve) => {
    const stop = watch.state.subscribe(({ phase }) => {
      if (phase !== 'live') return
      resolve()
      queueMicrotask(() => stop())
    })
  })
}

/** The text of a terminal: its last lines, those above the screen too. */
function text(term: Terminal, lines: number): string[] {
  const { active } = term.buffer
  return Array.from({ length: Math.min(lines, active.length) }, (_, n) =>
    active.getLine(active.length - 1 - n)?.translateToString(true) ?? '',
  ).reverse()
}

function terminal(): Terminal {
  const term = new Terminal({ allowProposedApi: true, scrollback: 1_000 })
  term.loadAddon(new Unicode11Addon())
  term.unicode.activeVersion = '11'
  return term
}

test('32 MiB at full speed: what is shown in the end is what it printed', async () => {
  const client = connect(hub.ready.url)
  const term = terminal()
  const { watch } = attachTerminal(client, 'fast', term)
  await live(watch)
  await client.input('fast', 'x')
  // Nothing waits for a viewer: one that falls behind gets pictures, and the history in the end.
  const all = terminal()
  await new Promise<void>((done) => {
    all.write(`${lines.slice(-MEBIBYTE).replace(/^[^\n]*\n/, '')}END`, done)
  })
  await expect.poll(() => text(term, 900), { timeout: 25_000 }).toEqual(text(all, 900))
})

test('slower output arrives byte for byte while the wire is cut', async () => {
  const proxy = await Proxy.to(hub.ready.url)
  onTestFinished(() => proxy.stop())
  const sink = new Collector()
  const client = connect(proxy.url)
  await live(client.watch('slow', sink))
  // What it began with is a picture; what follows is bytes.
  sink.clear()
  await client.input('slow', 'x')
  for (let cut = 1; cut <= 4; cut++) {
    await sink.until(() => sink.size >= (cut * SLOW_BYTES) / 5)
    proxy.cut()
  }
  await sink.until(() => sink.tail.endsWith('END\n'))
  expect(sink.resets).toBe(1)
  expect(sink.bytes.equals(Buffer.concat([data.subarray(0, SLOW_BYTES), END]))).toBe(true)
})

test('a long paste arrives whole', async () => {
  const text = 'abcdefghijklmno\n'.repeat((2 * MEBIBYTE) / 16)
  const sink = new Collector()
  const client = connect(hub.ready.url)
  client.watch('reader', sink)
  await sink.until(() => sink.tail.includes('READY'))
  await client.input('reader', text)
  await sink.until(() => sink.tail.includes('END'))
  expect(sink.tail).toContain(createHash('sha256').update(text).digest('hex'))
})

test('what is typed while the wire is cut is reported, and what comes after works', async () => {
  const proxy = await Proxy.to(hub.ready.url)
  onTestFinished(() => proxy.stop())
  const sink = new Collector()
  const client = connect(proxy.url)
  const watch = client.watch('shell', sink)
  await live(watch)
  const lost = new Promise<void>((resolve) => {
    watch.state.subscribe(({ phase }) => {
      if (phase === 'stale') resolve()
    })
  })
  proxy.cut()
  await lost
  await expect(client.input('shell', 'echo never\r')).rejects.toMatchObject({ code: 'DISCONNECTED' })
  await live(watch)
  await client.input('shell', 'echo now-$((1+1))\r')
  await sink.until(() => sink.tail.includes('now-2'))
  expect(sink.tail).not.toContain('never')
})

test('resizing, listing and killing', async () => {
  const sink = new Collector()
  const client = connect(hub.ready.url)
  const watch = client.watch('shell', sink)
  await live(watch)
  await expect(client.resize('shell', 100, 30)).resolves.toBe(true)
  await sink.until(() => watch.state.value.terminal?.cols === 100)
  await expect(client.resize('shell', 0, 30)).rejects.toMatchObject({ code: 'INVALID' })
  await expect(client.list()).resolves.toContainEqual(expect.objectContaining({ sessionId: 'shell', cols: 100, rows: 30 }))
  await client.kill('shell')
  await expect.poll(() => watch.state.value.terminal?.exit).toMatchObject({ reason: 'killed' })
})
