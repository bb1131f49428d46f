// A display of its own and a WebDriver for it, on numbers that are free. Knows nothing of the
// application that plays on it.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Readable } from 'node:stream'

import { vi } from 'vitest'

export interface Stage {
  readonly display: number
  /** Of the WebDriver. */
  readonly address: string
  /** Parent of every application that the WebDriver starts. */
  readonly driverPid: number
  end(): Promise<void>
}

/** `env` reaches the applications. */
export async function setStage(env: Readonly<Record<string, string>>): Promise<Stage> {
  const server = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const [told] = (await once(server.stdio[3] as Readable, 'data')) as [Buffer]
  const display = Number(told.toString())
  const port = await freePort()
  const driver = spawn('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env, DISPLAY: `:${display}`, GDK_BACKEND: 'x11', TAURI_WEBVIEW_AUTOMATION: 'true' },
  })
  const address = `http://127.0.0.1:${port}`
  await vi.waitFor(() => fetch(`${address}/status`), { timeout: 15_000, interval: 20 })
  return {
    display,
    address,
    driverPid: driver.pid ?? 0,
    end: async () => {
      await stop(driver)
      await stop(server)
    },
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill()
  await exited
}

/** The driver cannot choose one itself and say which. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
