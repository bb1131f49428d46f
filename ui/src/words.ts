// Facts in words.

import type { TerminalExit } from 'tauri-plugin-realtime-hub-api/client'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** When something last moved, roughly. */
export function age(then: number | null, now: number): string {
  if (then === null) return 'no output yet'
  return now - then < 5 * SECOND ? 'active now' : ago(then, now)
}

/** How long ago, roughly. */
export function ago(then: number, now: number): string {
  // The clocks of two machines differ.
  const past = Math.max(0, now - then)
  if (past < 5 * SECOND) return 'just now'
  if (past < MINUTE) return `${Math.floor(past / SECOND)} s ago`
  if (past < HOUR) return `${Math.floor(past / MINUTE)} min ago`
  if (past < DAY) return `${Math.floor(past / HOUR)} h ago`
  return `${Math.floor(past / DAY)} d ago`
}

/** How a terminal ended. */
export function ending({ exitCode, reason, signal }: TerminalExit): string {
  if (reason === 'idle') return 'Ended: nobody used it'
  if (reason === 'server_shutdown') return 'Ended: the hub was shut down'
  if (reason === 'owner_disconnected') return 'Ended: its window is gone'
  if (reason === 'killed') return signal === undefined ? 'Killed' : `Killed (${signal})`
  if (signal !== undefined) return `Ended by ${signal}`
  if (exitCode === null) return 'Ended'
  return exitCode === 0 ? 'Finished' : `Failed with exit code ${exitCode}`
}
