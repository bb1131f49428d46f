// Sessions and terminals as one: in which order, with which name, state and colour.

import { expect, test } from 'vitest'
import type { TerminalInfo } from 'tauri-plugin-realtime-hub-api/client'
import type { Session, Task } from 'tauri-plugin-realtime-hub-api/domain'

import { byUrgency, needOf, stateOf, toneOf, workOf } from '../src/index.js'

const NOW = 1_000_000

function session(id: string, fields: Partial<Session> = {}): Session {
  return { id, name: id, status: 'working', startedAt: 1, lastActivity: NOW, completedAt: null, needsInput: { active: false }, agentStatus: null, ...fields } as Session
}

function terminal(sessionId: string, fields: Partial<TerminalInfo> = {}): TerminalInfo {
  return { sessionId, title: '', command: 'sh', running: true, createdAt: 1, lastOutputAt: NOW, needsInput: { active: false }, ...fields } as TerminalInfo
}

test('the newest need comes first, what goes on stays in its place, and the last end comes before older ones', () => {
  const sessions = [
    session('old end', { status: 'completed', completedAt: 10 }),
    session('second', { startedAt: 20 }),
    session('old need', { needsInput: { active: true, since: 5 } }),
    session('first', { startedAt: 10 }),
    session('new end', { status: 'stopped', completedAt: 20 }),
  ]
  const terminals = [terminal('new need', { needsInput: { active: true, since: 9 } }), terminal('first', { createdAt: 99 })]
  expect(workOf(sessions, terminals).map(({ id }) => id)).toEqual(['new need', 'old need', 'first', 'second', 'new end', 'old end'])
})

test.each([
  [session('a'), terminal('a'), 'Working · active now', 'works'],
  [session('a', { status: 'idle' }), terminal('a', { lastOutputAt: null }), 'Idle · no output yet', 'idle'],
  [session('a', { agentStatus: 'reading', lastActivity: NOW - 61_000 }), undefined, 'reading · 1 min ago', 'works'],
  [session('a', { status: 'completed' }), undefined, 'Completed', 'done'],
  [session('a', { status: 'failed' }), undefined, 'Failed', 'failed'],
  [undefined, terminal('a'), 'active now', 'works'],
  // Its terminal has ended, and the session has not been told of it.
  [session('a'), terminal('a', { running: false, exitCode: 3, reason: 'exited' }), 'Failed with exit code 3', 'failed'],
  [session('a'), terminal('a', { running: false, exitCode: 0, reason: 'exited' }), 'Finished', 'done'],
  [session('a'), terminal('a', { running: false, exitCode: null, reason: 'killed' }), 'Killed', 'ended'],
  [session('a', { needsInput: { active: true } }), terminal('a'), 'Working · active now', 'needs'],
] as const)('%o with %o', (ofSession, ofTerminal, state, tone) => {
  const [work] = workOf(ofSession === undefined ? [] : [ofSession], ofTerminal === undefined ? [] : [ofTerminal])
  if (work === undefined) throw new Error('there is nothing')
  expect([stateOf(work, NOW), toneOf(work)]).toEqual([state, tone])
  expect(needOf(work) !== undefined).toBe(tone === 'needs')
})

test.each([
  [session('a', { name: 'Reviewer' }), terminal('a', { title: 'vim' }), 'Reviewer'],
  [session('a', { name: 'sh' }), terminal('a', { title: 'vim' }), 'vim'],
  [session('a'), terminal('a'), 'a'],
  [session('a'), undefined, 'a'],
])('%o with %o is called %s', (ofSession, ofTerminal, name) => {
  expect(workOf([ofSession], ofTerminal === undefined ? [] : [ofTerminal])[0]?.name).toBe(name)
})

test('tasks: what waits for somebody first, then by priority, then the oldest; what is done the other way round', () => {
  const task = (id: string, status: Task['status'], priority: Task['priority'] = 'medium', createdAt = 1): Task =>
    ({ id, status, priority, createdAt, updatedAt: createdAt }) as Task
  const tasks = [
    task('done', 'completed'),
    task('done later', 'completed', 'low', 2),
    task('todo', 'todo', 'medium', 5),
    task('todo before', 'todo', 'medium', 4),
    task('urgent', 'todo', 'high'),
    task('put away', 'archived'),
    task('stuck', 'blocked', 'low'),
  ]
  expect(byUrgency(tasks).map(({ id }) => id)).toEqual(['stuck', 'urgent', 'todo before', 'todo', 'done later', 'done'])
})
