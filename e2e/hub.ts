// Starts the headless hub as a user would, and ends it. Knows its command line and the lines that
// it prints; nothing of the wire.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'

const BINARY = resolve(process.env['HUB_HEADLESS'] ?? join(import.meta.dirname, '../target/debug/examples/headless'))

interface Ready {
  readonly url: string
  /** Of an administrator, for this launch. */
  readonly token: string
  readonly pairUrl: string
}

export class Hub {
  private constructor(
    readonly ready: Ready,
    /** Empty, and removed with the hub: terminals may write here. */
    readonly folder: string,
    private readonly process: ChildProcess,
    private readonly lines: AsyncIterator<string>,
  ) {}

  static async start(terminals: Readonly<Record<string, string>>, ...options: string[]): Promise<Hub> {
    if (!existsSync(BINARY)) {
      throw new Error(`${BINARY} is missing: cargo build --example headless, or set HUB_HEADLESS`)
    }
    const folder = await mkdtemp(join(tmpdir(), 'hub-e2e-'))
    const started = Object.entries(terminals).flatMap(([id, command]) => ['--terminal', `${id}=${command}`])
    const child = spawn(BINARY, ['--port', '0', '--data', join(folder, 'data'), ...started, ...options], {
      stdio: ['ignore', 'pipe', 'inherit'],
      // Prompts and colours must not depend on who runs the tests.
      env: { ...process.env, HOME: folder, PS1: '$ ', LANG: 'C.UTF-8', TERM: 'xterm-256color', HISTFILE: '' },
    })
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const ready = (await nextLine(lines)) as Ready
    return new Hub(ready, folder, child, lines)
  }

  /** A pairing link of its own: each works once. */
  async freshPairUrl(): Promise<string> {
    this.process.kill('SIGUSR1')
    const { pairUrl } = (await nextLine(this.lines)) as Pick<Ready, 'pairUrl'>
    return pairUrl
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null) {
      const exited = once(this.process, 'exit')
      this.process.kill('SIGTERM')
      await exited
    }
    await rm(this.folder, { recursive: true, force: true })
  }
}

async function nextLine(lines: AsyncIterator<string>): Promise<unknown> {
  const line = await lines.next()
  if (line.done === true) throw new Error('The hub ended')
  return JSON.parse(line.value)
}
