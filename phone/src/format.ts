// Facts about terminals, in words.

import type { TerminalExit, ViewerInfo } from 'tauri-plugin-realtime-hub-api/client'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How long ago, roughly. */
export function age(then: number | null, now: number): string {
  if (then === null) return 'no output yet'
  // The clocks of two machines differ.
  const past = Math.max(0, now - then)
  if (past < 5 * SECOND) return 'active now'
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
  const how = signal === undefined ? '' : ` (${signal})`
  if (reason === 'killed') return `Killed${how}`
  if (signal !== undefined) return `Ended by ${signal}`
  if (exitCode === null) return 'Ended'
  return exitCode === 0 ? 'Finished' : `Failed with exit code ${exitCode}`
}

/** Who watches beside this phone, or who types; nothing when nobody does. */
export function audience(others: readonly ViewerInfo[]): string | undefined {
  const typing = others.filter((viewer) => viewer.typing)
  if (typing.length > 0) return `${together(typing)} ${typing.length === 1 ? 'is' : 'are'} typing`
  const watching = others.filter((viewer) => viewer.visible)
  if (watching.length > 0) return `${together(watching)} ${watching.length === 1 ? 'watches' : 'watch'}`
  return undefined
}

/** Of other devices a phone is not told the names. */
function together(viewers: readonly ViewerInfo[]): string {
  const desktop = viewers.some(({ kind }) => kind === 'desktop')
  if (viewers.length === 1) return desktop ? 'desktop' : 'another device'
  return desktop ? `desktop and ${viewers.length - 1} more` : `${viewers.length} other devices`
}

/** A command line, for reading only. */
export function commandLine(command: string, args: readonly string[]): string {
  const program = command.slice(command.lastIndexOf('/') + 1)
  return [program, ...args].map((word) => (/[\s'"\\]/.test(word) || word === '' ? JSON.stringify(word) : word)).join(' ')
}
