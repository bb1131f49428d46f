// A session and its terminal, which are one thing to whoever looks: what it is doing, whether it
// needs somebody, and in which order they are shown.

import type { HubClient, TerminalInfo } from 'tauri-plugin-realtime-hub-api/client'
import type { NeedsInput, ProjectClient, Session, SessionStatus } from 'tauri-plugin-realtime-hub-api/domain'

import { age, ending } from './words.js'

export interface Work {
  /** Of the session, and of its terminal. */
  readonly id: string
  readonly name: string
  /** Absent for a terminal whose session was removed. */
  readonly session: Session | undefined
  /** Absent for a session that works elsewhere, or whose terminal is gone. */
  readonly terminal: TerminalInfo | undefined
}

/** How something goes, for a colour. */
export type Tone = 'needs' | 'works' | 'idle' | 'done' | 'failed' | 'ended'

const WORDS: Readonly<Record<SessionStatus, string>> = {
  spawning: 'Starting',
  idle: 'Idle',
  working: 'Working',
  completed: 'Completed',
  failed: 'Failed',
  stopped: 'Stopped',
}

const TONES: Readonly<Record<SessionStatus, Tone>> = {
  spawning: 'works',
  idle: 'idle',
  working: 'works',
  completed: 'done',
  failed: 'failed',
  stopped: 'ended',
}

/** What there is: whoever needs somebody first (the newest need), then what goes on, then what has ended (the last first). */
export function workOf(sessions: readonly Session[], terminals: readonly TerminalInfo[]): Work[] {
  const terminalOf = new Map(terminals.map((terminal) => [terminal.sessionId, terminal]))
  const known = sessions.map((session): Work => {
    const terminal = terminalOf.get(session.id)
    terminalOf.delete(session.id)
    return { id: session.id, name: nameOf(session.id, session, terminal), session, terminal }
  })
  const alone = [...terminalOf.values()].map((terminal): Work => {
    const id = terminal.sessionId
    return { id, name: nameOf(id, undefined, terminal), session: undefined, terminal }
  })
  return [...known, ...alone].sort((one, other) => rank(one) - rank(other) || placeOf(one) - placeOf(other))
}

/** A name that somebody gave is better than what the program says, and that is better than an id. */
function nameOf(id: string, session: Session | undefined, terminal: TerminalInfo | undefined): string {
  if (session !== undefined && session.name !== id && session.name !== terminal?.command) return session.name
  return terminal?.title === undefined || terminal.title === '' ? id : terminal.title
}

/** What it needs somebody for; undefined when it does not. */
export function needOf({ session, terminal }: Work): NeedsInput | undefined {
  return [session?.needsInput, terminal?.needsInput].find((need) => need?.active)
}

function isAlive({ session, terminal }: Work): boolean {
  if (terminal !== undefined) return terminal.running
  return session !== undefined && ['spawning', 'idle', 'working'].includes(session.status)
}

/** Whether it has ended and needs nobody. */
export function isOver(work: Work): boolean {
  return rank(work) === 2
}

function rank(work: Work): number {
  if (needOf(work) !== undefined) return 0
  return isAlive(work) ? 1 : 2
}

/** Among its like. What goes on stays where it is: a thumb is on its way there. */
function placeOf(work: Work): number {
  const need = needOf(work)
  if (need !== undefined) return -(need.since ?? 0)
  const { session, terminal } = work
  if (isAlive(work)) return session?.startedAt ?? terminal?.createdAt ?? 0
  return -(session?.completedAt ?? terminal?.lastOutputAt ?? terminal?.createdAt ?? 0)
}

export function toneOf(work: Work): Tone {
  const { session, terminal } = work
  if (needOf(work) !== undefined) return 'needs'
  if (terminal !== undefined && !terminal.running) {
    if (terminal.reason !== 'exited') return 'ended'
    return terminal.exitCode === 0 ? 'done' : 'failed'
  }
  return session === undefined ? 'works' : TONES[session.status]
}

/** What it is doing, in a few words. */
export function stateOf(work: Work, now: number): string {
  const { session, terminal } = work
  if (terminal !== undefined && !terminal.running && terminal.reason !== undefined) {
    const { exitCode = null, reason, signal } = terminal
    return ending({ exitCode, reason, ...(signal !== undefined && { signal }) })
  }
  const doing = session?.agentStatus ?? (session && WORDS[session.status])
  if (!isAlive(work)) return doing ?? 'Ended'
  const last = age(terminal === undefined ? (session?.lastActivity ?? null) : terminal.lastOutputAt, now)
  return doing === undefined ? last : `${doing} · ${last}`
}

/** Answers somebody who waits: `text` is typed into the terminal, and whoever waited does not any more. */
export async function answer(terminals: HubClient, project: ProjectClient, { id, session, terminal }: Work, text: string): Promise<void> {
  const input = terminal?.running === true && text !== '' ? text : undefined
  if (session !== undefined) await project.reply(id, input)
  else if (input !== undefined) await terminals.input(id, input)
}

/** Ends a session, with the terminal that it has. */
export async function stop(terminals: HubClient, project: ProjectClient, { id, session }: Work): Promise<void> {
  if (session === undefined) await terminals.kill(id)
  else await project.stopSession(id)
}
