// What is known of a project after events that come in order, twice, late, or while the state was
// being asked for.

import { describe, expect, test } from 'vitest'

import { ProjectState } from '../src/project-state.js'
import type { Envelope, Session, SyncResponse, Task } from '../src/protocol.gen.js'
import { event, mail, member, project, PROJECT, session, sessionEvent, task } from './fabricate.js'

function full(things: { tasks?: Task[]; sessions?: Session[] } = {}, cursor = 'log.0'): SyncResponse {
  return { success: true, project: project(), sessions: [], tasks: [], teamMembers: [], cursor, ...things }
}

function started(things: Parameters<typeof full>[0] = {}): ProjectState {
  const state = new ProjectState(PROJECT)
  state.sync(full(things))
  return state
}

function take(state: ProjectState, ...events: Envelope[]): void {
  for (const each of events) state.apply(each)
}

/** The day of a project: every event that changes what is known. */
const DAY: Envelope[] = [
  event(1, 'project:updated', project({ name: 'Renamed', version: 2 })), // with its `projectId`, as every event
  sessionEvent(2, 'session:created', session('s', { status: 'spawning' })),
  event(3, 'session:spawn', { sessionId: 's', session: session('s'), taskIds: [], command: 'sh', cwd: null, envKeys: [] }),
  sessionEvent(4, 'session:updated', session('s', { version: 2 })),
  event(5, 'task:created', task('a')),
  event(6, 'task:created', task('b')),
  event(7, 'task:session_added', { taskId: 'a', sessionId: 's' }),
  event(8, 'session:task_added', { taskId: 'a', sessionId: 's' }),
  event(9, 'task:updated', task('a', { claimedBy: 's', status: 'in_progress', sessionIds: ['s'], taskSessionStatuses: { s: 'working' }, version: 2 })),
  event(10, 'team_member:created', member('m')),
  event(11, 'team_member:archived', member('m', { status: 'archived', version: 2 })),
  event(12, 'team_member:created', member('n')),
  event(13, 'team_member:deleted', { id: 'n' }),
  event(14, 'mail:received', { ...mail('one', 's'), sessionId: 's' }),
  event(15, 'mail:received', { ...mail('two', 's'), sessionId: 's' }),
  event(16, 'mail:deleted', { id: 'one', toSessionId: 's', sessionId: 's' }),
  event(17, 'notify:needs_input', { sessionId: 's', name: 's' }),
  event(18, 'task:deleted', { id: 'b' }),
  sessionEvent(19, 'session:created', session('gone')),
  event(20, 'session:deleted', { id: 'gone', sessionId: 'gone' }),
]

/** What is there at the end of it. */
function expectEvening(state: ProjectState): void {
  expect(state.data).toEqual({
    project: project({ name: 'Renamed', version: 2 }),
    sessions: [session('s', { version: 2, taskIds: ['a'] })],
    tasks: [expect.objectContaining({ id: 'a', claimedBy: 's', sessionIds: ['s'], taskSessionStatuses: { s: 'working' } })],
    teamMembers: [expect.objectContaining({ id: 'm', status: 'archived' })],
    mail: [mail('two', 's')],
    truncated: false,
  })
}

describe('a day', () => {
  test('in order', () => {
    const state = started()
    take(state, ...DAY)
    expectEvening(state)
    expect(state.cursor).toBe('log.20')
  })

  test('each twice, and all of it once more', () => {
    const state = started()
    for (const each of DAY) take(state, each, each)
    take(state, ...DAY)
    expectEvening(state)
  })

  test.each(DAY.map((_, at) => at))('with the state asked for after event %i, which came too late', (at) => {
    const before = started()
    take(before, ...DAY.slice(0, at))
    const state = new ProjectState(PROJECT)
    state.sync({ success: true, ...before.data, cursor: `log.${at}` } as object as SyncResponse)
    // The answer held them already: they had been on their way.
    take(state, ...DAY)
    expectEvening(state)
  })

  test('with what happened since', () => {
    const state = started()
    take(state, ...DAY.slice(0, 6))
    expect(state.sync({ success: true, events: DAY.slice(4), cursor: 'log.20' })).toBe(false)
    expectEvening(state)
  })
})

test('events overtake each other', () => {
  const state = started({ tasks: [task('a')], sessions: [session('s')] })
  const third = event(3, 'task:updated', task('a', { title: 'third', version: 3 }))
  const second = event(2, 'task:updated', task('a', { title: 'second', version: 2 }))
  take(state, third, second)
  expect(state.data.tasks[0]?.title).toBe('third')

  // A change of its links does not count as a version of it, and neither is lost.
  const link = event(9, 'task:session_added', { taskId: 'a', sessionId: 's' })
  const change = event(8, 'task:updated', task('a', { title: 'fourth', version: 4 }))
  take(state, link, change)
  expect(state.data.tasks[0]).toMatchObject({ title: 'fourth', sessionIds: ['s'] })

  // What is gone does not come back.
  take(state, event(12, 'task:deleted', { id: 'a' }), event(11, 'task:updated', task('a', { version: 5 })))
  expect(state.data.tasks).toEqual([])
})

test('a session that leaves a task has no claim to it', () => {
  const state = started({
    sessions: [session('s', { taskIds: ['a'] })],
    tasks: [task('a', { sessionIds: ['s', 't'], taskSessionStatuses: { s: 'failed', t: 'working' }, claimedBy: 's' })],
  })
  take(state, event(1, 'session:task_removed', { taskId: 'a', sessionId: 's' }))
  expect(state.data.tasks).toEqual([task('a', { sessionIds: ['t'], taskSessionStatuses: { t: 'working' }, claimedBy: null })])
  expect(state.data.sessions[0]?.taskIds).toEqual([])
})

test('another project’s events are none of its', () => {
  const state = started()
  expect(state.apply(event(1, 'task:created', task('a', { projectId: 'other' })))).toBe(false)
  expect(state.data.tasks).toEqual([])
  expect(state.cursor).toBe('log.0')
})

test('a full state replaces everything, also what it does not name', () => {
  const state = started({ tasks: [task('a')], sessions: [session('s')] })
  expect(state.sync({ ...full({ tasks: [task('b')] }), truncated: true, cursor: 'other.1' })).toBe(true)
  expect(state.data).toMatchObject({ sessions: [], tasks: [{ id: 'b' }], truncated: true })
  // Another log has numbers of its own.
  take(state, event(1, 'task:updated', task('b', { title: 'new', version: 2 })))
  expect(state.data.tasks[0]?.title).toBe('new')
})

test('with the project everything in it is gone', () => {
  const state = started({ tasks: [task('a')], sessions: [session('s')] })
  take(state, event(5, 'project:deleted', { id: PROJECT }), event(4, 'task:updated', task('a', { version: 2 })))
  expect(state.data).toMatchObject({ project: undefined, tasks: [], sessions: [] })
})

describe('changes of our own', () => {
  const bold = (each: Task): Task => ({ ...each, title: `${each.title}!` })

  test('show at once, on top of what comes meanwhile, and are taken back', () => {
    const state = started({ tasks: [task('a')] })
    const undo = state.tasks.draft('a', bold)
    expect(state.data.tasks[0]?.title).toBe('a!')
    take(state, event(1, 'task:updated', task('a', { title: 'theirs', version: 2 })))
    expect(state.data.tasks[0]?.title).toBe('theirs!')
    undo()
    expect(state.data.tasks[0]?.title).toBe('theirs')
  })

  test('are confirmed by the answer before the events, which then change nothing', () => {
    const state = started({ tasks: [task('a')] })
    const undo = state.tasks.draft('a', bold)
    state.tasks.confirm(task('a', { title: 'a!', version: 3 }))
    undo()
    take(state, event(1, 'task:updated', task('a', { title: 'theirs', version: 2 })))
    expect(state.data.tasks[0]?.title).toBe('a!')
    take(state, event(2, 'task:updated', task('a', { title: 'a!', version: 3 })))
    take(state, event(3, 'task:updated', task('a', { title: 'later', version: 4 })))
    expect(state.data.tasks[0]?.title).toBe('later')
  })

  test('an answer that events have overtaken changes nothing', () => {
    const state = started()
    take(state, event(1, 'task:created', task('a')), event(2, 'task:deleted', { id: 'a' }))
    state.tasks.confirm(task('a'))
    expect(state.data.tasks).toEqual([])
    take(state, event(3, 'task:created', task('b', { version: 4 })))
    state.tasks.confirm(task('b', { title: 'old', version: 2 }))
    expect(state.data.tasks[0]?.title).toBe('b')
  })
})
