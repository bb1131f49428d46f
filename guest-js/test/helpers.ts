// What the tests of this package share. Everything made here ends with its test.

import { onTestFinished, vi } from 'vitest'

import { HubClient, type TerminalSink, type TerminalSize } from '../src/client.js'
import { FakeHub } from './fake-hub.js'

export async function startHub(): Promise<FakeHub> {
  const hub = await FakeHub.start()
  onTestFinished(() => hub.stop())
  return hub
}

export function connect(hub: FakeHub, token: string | (() => Promise<string>) = hub.token): HubClient {
  const client = new HubClient({ url: hub.url, token })
  onTestFinished(() => client.close())
  return client
}

/** Waits until `check` no longer throws. */
export function eventually(check: () => void): Promise<void> {
  return vi.waitFor(check, { timeout: 5_000, interval: 5 })
}

/** Keeps what a terminal would show, and deals with bytes only when let. */
export class RecordingSink implements TerminalSink {
  text = ''
  readonly log: string[] = []
  /** While true, bytes are taken but not dealt with. */
  stalled = false
  #blocked: (() => void)[] = []

  reset({ cols, rows }: TerminalSize): void {
    this.text = ''
    this.log.push(`reset ${cols}x${rows}`)
  }

  resize({ cols, rows }: TerminalSize): void {
    this.log.push(`resize ${cols}x${rows}`)
  }

  write(data: Uint8Array): void | Promise<void> {
    const text = Buffer.from(data).toString()
    this.text += text
    this.log.push(`write ${text.slice(0, 20)}`)
    if (!this.stalled) return undefined
    return new Promise((resolve) => this.#blocked.push(resolve))
  }

  goOn(): void {
    this.stalled = false
    for (const resolve of this.#blocked) resolve()
    this.#blocked = []
  }
}
