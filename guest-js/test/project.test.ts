// A project across connections: asking for its state, events meanwhile, and changes that show
// before the hub has made them.

import { describe, expect, test } from 'vitest'

import type { ProjectClient } from '../src/project.js'
import type { Task } from '../src/protocol.gen.js'
import { event, mail, project, session, sessionEvent, task } from './fabricate.js'
import { FakeDomain } from './fake-domain.js'
import { eventually } from './helpers.js'

function everything(tasks: Task[] = [], cursor = 'log.0'): object {
  return { success: true, project: project(), sessions: [session('s')], tasks, teamMembers: [], cursor }
}

const titles = (client: ProjectClient): string[] => client.state.value.tasks.map(({ title }) => title)
const live = (client: ProjectClient): Promise<void> => eventually(() => expect(client.state.value.phase).toBe('live'))

/** An answer that comes when the test says so. */
function later<T>(): { readonly promise: Promise<T>; readonly give: (value: T) => void } {
  let give: (value: T) => void = () => undefined
  const promise = new Promise<T>((resolve) => (give = resolve))
  return { promise, give }
}

test('asks for the state, and follows', async () => {
  const hub = await FakeDomain.start()
  hub.syncs[0] = () => everything([task('a')])
  const client = hub.client()
  expect(client.state.value.phase).toBe('pending')
  await live(client)
  expect(titles(client)).toEqual(['a'])
  hub.tell(event(1, 'task:created', task('b')))
  await eventually(() => expect(titles(client)).toEqual(['a', 'b']))
})

test('what happens while the state is asked for is not lost, and not shown before it', async () => {
  const hub = await FakeDomain.start()
  const answer = later<object>()
  hub.syncs[0] = () => answer.promise
  const client = hub.client()
  const seen: string[][] = []
  client.state.subscribe(() => seen.push(titles(client)))
  await eventually(() => expect(hub.asked).toHaveLength(1))
  hub.tell(event(2, 'task:created', task('b')), event(3, 'task:updated', task('a', { title: 'A', version: 2 })))
  answer.give(everything([task('a')], 'log.1'))
  await live(client)
  expect(seen).toEqual([[], ['A', 'b']])
})

test('after a cut it is stale, and asks for what has happened since', async () => {
  const hub = await FakeDomain.start()
  hub.syncs.unshift(() => everything([task('a')]))
  const since = later<object>()
  hub.syncs[1] = () => since.promise
  const client = hub.client()
  await live(client)
  hub.tell(event(5, 'task:created', task('b')))
  await eventually(() => expect(titles(client)).toEqual(['a', 'b']))
  hub.cut()
  await eventually(() => expect(hub.asked).toHaveLength(2))
  expect(client.state.value.phase).toBe('stale')
  expect(titles(client)).toEqual(['a', 'b'])
  expect(hub.asked[1]).toEqual({ event: 'state:sync', payload: { projectId: 'p', since: 'log.5' } })
  hub.tell(event(8, 'task:created', task('d')))
  since.give({ success: true, events: [event(5, 'task:created', task('b')), event(7, 'task:created', task('c'))], cursor: 'log.7' })
  await live(client)
  expect(titles(client)).toEqual(['a', 'b', 'c', 'd'])
})

test('a hub that has forgotten gives everything anew', async () => {
  const hub = await FakeDomain.start()
  hub.syncs.unshift(() => everything([task('a')]))
  hub.syncs[1] = () => ({ ...everything([task('z')], 'another.1'), full: true })
  const client = hub.client()
  await live(client)
  hub.cut()
  await eventually(() => expect(titles(client)).toEqual(['z']))
})

test('a state that cannot be had is asked for again, one that there is none of is not', async () => {
  const hub = await FakeDomain.start()
  hub.syncs.unshift(() => ({ success: false, error: 'busy', code: 'UNAVAILABLE', retryAfterMs: 1 }))
  await live(hub.client())

  hub.syncs[0] = () => ({ success: false, error: 'no such project', code: 'NOT_FOUND' })
  const client = hub.client()
  await eventually(() => expect(client.state.value).toMatchObject({ phase: 'failed', error: { code: 'NOT_FOUND' } }))
})

test('a window follows its project first, and is not bothered by others', async () => {
  const hub = await FakeDomain.start()
  const client = hub.client('ui')
  const heard: string[] = []
  client.onEvent(({ type }) => heard.push(type))
  await live(client)
  expect(hub.asked.map((each) => each.event)).toEqual(['project:subscribe', 'state:sync'])
  hub.tell(event(1, 'project:created', { ...project({ id: 'q' }), projectId: 'q' }), event(2, 'deploy:done', {}))
  await eventually(() => expect(heard).toEqual(['project:created', 'deploy:done']))
  expect(client.state.value.project?.id).toBe('p')
})

describe('changes', () => {
  async function withTask(): Promise<{ hub: FakeDomain; client: ProjectClient }> {
    const hub = await FakeDomain.start()
    hub.syncs[0] = () => everything([task('a')])
    const client = hub.client()
    await live(client)
    return { hub, client }
  }

  test('show at once, and stay when the hub has made them', async () => {
    const { hub, client } = await withTask()
    const answer = later<[number, object]>()
    hub.rest = () => answer.promise
    const change = client.updateTask('a', { status: 'blocked' })
    expect(client.state.value.tasks[0]?.status).toBe('blocked')
    const seen: (string | undefined)[] = []
    client.state.subscribe(({ tasks }) => seen.push(tasks[0]?.status))
    answer.give([200, task('a', { status: 'blocked', version: 2 })])
    await change
    hub.tell(event(1, 'task:updated', task('a', { status: 'blocked', version: 2 })), event(2, 'task:created', task('b')))
    await eventually(() => expect(titles(client)).toEqual(['a', 'b']))
    expect(new Set(seen)).toEqual(new Set(['blocked']))
    expect(hub.requests[0]).toMatchObject({
      ...{ method: 'PATCH', path: '/api/tasks/a', body: { status: 'blocked' } },
      headers: { authorization: 'Bearer secret', 'content-type': 'application/json' },
    })
  })

  test('are taken back when the hub refuses, which says why', async () => {
    const { hub, client } = await withTask()
    hub.rest = () => [409, { error: true, code: 'CONFLICT', message: 'taken', details: { claimedBy: 't' } }]
    const claim = client.claimTask('a', 's')
    expect(client.state.value.tasks[0]).toMatchObject({ claimedBy: 's', status: 'in_progress' })
    await expect(claim).rejects.toMatchObject({ name: 'HubError', code: 'CONFLICT', message: 'taken', details: { claimedBy: 't' } })
    expect(client.state.value.tasks[0]).toMatchObject({ claimedBy: null, status: 'todo' })
  })

  test('a hub that is not there, or says nothing sensible', async () => {
    const { hub, client } = await withTask()
    hub.rest = () => [502, { hello: 1 }]
    await expect(client.createTask({ title: 'x' })).rejects.toMatchObject({ code: 'INTERNAL' })
    hub.rest = () => [204, {}]
    await expect(client.deleteTask('a')).resolves.toBeUndefined()
  })

  test('an answer to a session shows at once, and until the hub has told of it', async () => {
    const { hub, client } = await withTask()
    const needs = (): boolean | undefined => client.state.value.sessions[0]?.needsInput.active
    hub.tell(sessionEvent(1, 'session:updated', session('s', { needsInput: { active: true, message: 'Go on?' }, version: 2 })))
    await eventually(() => expect(needs()).toBe(true))
    const seen: (boolean | undefined)[] = []
    hub.ofSession = () => ({ success: true, session: session('s', { version: 3 }) })
    const answered = client.reply('s', 'yes\r')
    client.state.subscribe(() => seen.push(needs()))
    await answered
    expect(hub.asked.at(-1)).toEqual({ event: 'session:reply-input', payload: { sessionId: 's', input: 'yes\r' } })
    hub.tell(sessionEvent(2, 'session:updated', session('s', { version: 3 })), event(3, 'task:created', task('b')))
    await eventually(() => expect(titles(client)).toEqual(['a', 'b']))
    expect(seen).not.toContain(true)

    hub.tell(sessionEvent(4, 'session:updated', session('s', { needsInput: { active: true }, version: 4 })))
    await eventually(() => expect(needs()).toBe(true))
    hub.ofSession = () => ({ success: false, error: 'only watching', code: 'FORBIDDEN' })
    await expect(client.reply('s')).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(needs()).toBe(true)
  })

  test('sessions are started and stopped', async () => {
    const { hub, client } = await withTask()
    hub.ofSession = () => ({ success: true, session: session('new', { status: 'spawning' }) })
    await client.spawnSession({ name: 'New', command: 'sh' })
    expect(hub.asked.at(-1)).toEqual({ event: 'session:spawn', payload: { name: 'New', command: 'sh', projectId: 'p' } })
    expect(client.state.value.sessions.map(({ id }) => id)).toEqual(['s', 'new'])
    hub.ofSession = () => ({ success: true, session: session('s', { status: 'stopped', version: 2 }) })
    await client.stopSession('s')
    expect(client.state.value.sessions[0]?.status).toBe('stopped')
  })

  test('mail is sent, and fetched page by page', async () => {
    const { hub, client } = await withTask()
    hub.rest = ({ method, path }) => {
      if (method === 'POST') return [201, mail('sent', 's')]
      return path.includes('cursor=') ? [200, { items: [mail('two', 's')] }] : [200, { items: [mail('one', 's')], next: 'more' }]
    }
    await client.sendMail({ toSessionId: 's', subject: 'sent', body: '' })
    await client.loadMail('s')
    expect(client.state.value.mail.map(({ id }) => id)).toEqual(['sent', 'one', 'two'])
    expect(hub.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /api/mail',
      'GET /api/mail?projectId=p&toSessionId=s',
      'GET /api/mail?projectId=p&toSessionId=s&cursor=more',
    ])
    expect(hub.requests[0]?.body).toEqual({ projectId: 'p', toSessionId: 's', subject: 'sent', body: '' })
  })
})
