// Our own client against the real hub, over a wire that is cut again and again: every byte once
// and in order, both ways. The unit tests of guest-js have the finer cases.

import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { HubClient, type TerminalSink, type TerminalWatch } from 'tauri-plugin-realtime-hub-api/client'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'

import { Hub } from './hub.js'
import { Proxy } from './proxy.js'

const MEBIBYTE = 1024 * 1024

let hub: Hub

beforeAll(async () => {
  hub = await Hub.start({
    // Both wait to be watched, then print what is in the folder, unchanged by the terminal. The
    // slow one prints less during a reconnection than the hub keeps (2 MiB).
    fast: `sh -c 'stty raw -echo; head -c 1 > /dev/null; cat "$HOME/data.bin"; echo END'`,
    slow: `sh -c 'stty raw -echo; head -c 1 > /dev/null; exec < "$HOME/data.bin"; for n in $(seq 256); do head -c 16384; sleep 0.02; done; echo END'`,
    reader: `sh -c 'stty raw -echo; echo READY; head -c 2097152 | sha256sum; echo END'`,
    shell: 'bash --norc --noprofile',
  })
  await writeFile(join(hub.folder, 'data.bin'), data)
})

afterAll(() => hub.stop())

const SLOW_BYTES = 256 * 16_384
/** Incompressible and full of every byte: a pattern would hide a stretch that is missing. */
const data = Buffer.alloc(32 * MEBIBYTE)
for (let at = 0, seed = 1; at < data.length; at += 4) {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
  data.writeUInt32LE(seed, at)
}

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
    this.#chunks = []
    this.#size = 0
  }

  resize(): void {
    this.#notify()
  }

  write(data: Uint8Array): void {
    this.#chunks.push(data)
    this.#size += data.length
    this.#notify()
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

test('32 MiB at full speed: what is shown is the exact end of it', async () => {
  const sink = new Collector()
  const client = connect(hub.ready.url)
  await live(client.watch('fast', sink))
  await client.input('fast', 'x')
  await sink.until(() => sink.tail.endsWith('END\n'))
  // Nothing waits for a viewer: one that falls behind what the hub keeps begins anew.
  const { bytes } = sink
  expect(bytes.length).toBeGreaterThan(MEBIBYTE / 2)
  expect(bytes.equals(Buffer.concat([data, END]).subarray(-bytes.length))).toBe(true)
})

test('slower output arrives byte for byte while the wire is cut', async () => {
  const proxy = await Proxy.to(hub.ready.url)
  onTestFinished(() => proxy.stop())
  const sink = new Collector()
  const client = connect(proxy.url)
  await live(client.watch('slow', sink))
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
