// A desktop application as the seed document has it: its Rust side runs pseudo-terminals, its
// window hears of them by events and writes to them by commands. Knows nothing of the hub.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

interface Handled {
  readonly payload: { readonly id: string; readonly data: string; readonly exit_code: number }
}

type Said = { readonly data: string } | { readonly exit: number }

/** The Rust side, and what a window of it finds in `window.__TAURI__`. */
export class DesktopApp {
  readonly #ptys = new Map<string, ChildProcessWithoutNullStreams>()
  readonly #events = new EventEmitter()

  /** Starts a command in a pseudo-terminal of 80×24. */
  open(id: string, ...command: string[]): void {
    const pty = spawn('python3', [join(import.meta.dirname, 'in_pty.py'), ...command], {
      env: { ...process.env, LANG: 'C.UTF-8', TERM: 'xterm-256color', HISTFILE: '' },
    })
    this.#ptys.set(id, pty)
    this.#tell(id, { cols: 80, rows: 24 })
    createInterface({ input: pty.stdout }).on('line', (line) => {
      const said = JSON.parse(line) as Said
      if ('data' in said) this.#events.emit('pty-output', { payload: { id, data: said.data } })
      else this.#events.emit('pty-exit', { payload: { id, exit_code: said.exit } })
    })
  }

  /** What is typed at the desktop itself. */
  type(id: string, input: string): void {
    this.#tell(id, { input })
  }

  /** A window, until it is closed or loaded anew. */
  window(): { __TAURI__: { event: Listening; invoke: (command: string, args: Args) => void }; unload: () => void } {
    const heard: [string, (event: Handled) => void][] = []
    return {
      __TAURI__: {
        event: {
          listen: (name, handler) => {
            heard.push([name, handler])
            this.#events.on(name, handler)
          },
        },
        invoke: (command, { id, data, cols, rows }) => {
          if (command === 'write_to_session') this.#tell(id, { input: data })
          else this.#tell(id, { cols, rows })
        },
      },
      unload: () => {
        for (const [name, handler] of heard) this.#events.off(name, handler)
      },
    }
  }

  close(): void {
    for (const pty of this.#ptys.values()) pty.kill()
  }

  #tell(id: string, line: object): void {
    this.#ptys.get(id)?.stdin.write(`${JSON.stringify(line)}\n`)
  }
}

interface Listening {
  listen(name: string, handler: (event: Handled) => void): void
}

interface Args {
  readonly id: string
  readonly data?: string
  readonly cols?: number
  readonly rows?: number
}
