// Facts about terminals, in words.

import type { TerminalExit, TerminalInfo } from 'tauri-plugin-realtime-hub-api/client'

/** How a terminal ended. */
export function ending({ exitCode, reason, signal }: TerminalExit): string {
  if (reason === 'idle') return 'Ended: nobody used it'
  if (reason === 'server_shutdown') return 'Ended: the hub was shut down'
  if (reason === 'killed') return signal === undefined ? 'Killed' : `Killed (${signal})`
  if (signal !== undefined) return `Ended by ${signal}`
  if (exitCode === null) return 'Ended'
  return exitCode === 0 ? 'Finished' : `Failed with exit code ${exitCode}`
}

/** Who watches a terminal beside this window. */
export function audience(others: number): string {
  if (others === 0) return 'Nobody else is watching'
  return others === 1 ? '1 other is watching' : `${others} others are watching`
}

/** Minutes and seconds until `then`. */
export function countdown(then: number, now: number): string {
  const left = Math.max(0, Math.ceil((then - now) / 1_000))
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`
}

/** The hub's sentences begin small, to be told within others. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** One life of a terminal: its id may be used again after it has ended. */
export function lifeOf({ sessionId, epoch }: Pick<TerminalInfo, 'sessionId' | 'epoch'>): string {
  return `${sessionId} ${epoch}`
}
