// Stock socket.io-clients on /ui and /mobile, written as the seed document shows (its sections
// 3.1 and 3.2) with only a token added. Changes are made over HTTP.

import { io, type Socket } from 'socket.io-client'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'

import { Hub } from './hub.js'

interface Envelope {
  type: string
  event: string
  data: Record<string, unknown>
  timestamp: number
  seq: number
  hub: string
  cursor: string
}

interface State {
  success: boolean
  full?: boolean
  project?: { id: string }
  sessions?: { id: string }[]
  tasks?: { id: string }[]
  teamMembers?: unknown[]
  events?: Envelope[]
  cursor: string
}

let hub: Hub

beforeAll(async () => {
  // Clients that are one event behind are cut, when their connection takes no more.
  const limits = { eventsBehind: 1, outputWaitingBytes: 65_536 }
  hub = await Hub.start({}, '--config', JSON.stringify({ limits }))
  for (const id of ['a', 'b']) {
    await post('projects', { id, name: id })
    await post('sessions', { id: `${id}-s`, projectId: id })
  }
})

afterAll(() => hub.stop())

async function post(path: string, body: unknown): Promise<unknown> {
  const response = await fetch(`${hub.ready.url}/api/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${hub.ready.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(response.ok, await response.clone().text()).toBe(true)
  return response.json()
}

type Transports = ('websocket' | 'polling')[]

function connect(namespace: string, auth: object = {}, transports: Transports = ['websocket'], forceNew = true): Socket {
  const socket = io(`${hub.ready.url}${namespace}`, {
    auth: { token: hub.ready.token, ...auth },
    transports,
    forceNew,
    reconnectionDelay: 10,
  })
  onTestFinished(() => void socket.close())
  return socket
}

const event = <T>(socket: Socket, name: string): Promise<T> => new Promise((resolve) => socket.once(name, resolve))

/** Everything that a socket hears of the domain. */
function hearing(socket: Socket): Envelope[] {
  const heard: Envelope[] = []
  socket.onAny((name: string, payload: Envelope) => {
    if (typeof payload.seq !== 'number') return
    expect(payload).toMatchObject({ type: name, event: name })
    heard.push(payload)
  })
  return heard
}

/** Resolves when what was sent before has arrived, too. */
const settled = (socket: Socket): Promise<unknown> => socket.emitWithAck('state:sync', { projectId: 'a' })

const names = (heard: Envelope[]): string[] => heard.map((envelope) => envelope.type)

test.each<[Transports]>([[['websocket']], [['polling']], [['polling', 'websocket']]])(
  'the desktop of the seed, over %j',
  async (transports) => {
    const socket = connect('/ui', {}, transports)
    const heard = hearing(socket)
    socket.emit('subscribe', { sessionIds: ['a-s'] })
    expect(await event(socket, 'subscribed')).toMatchObject({ sessionIds: ['a-s'] })
    socket.emit('project:subscribe', { projectId: 'a' })
    socket.emit('ping')
    expect(await event<{ timestamp: number }>(socket, 'pong')).toHaveProperty('timestamp')

    await post('sessions/a-s/events', { type: 'step', message: 'one' })
    await post('tasks', { projectId: 'a', title: 'Task' })
    await post('tasks', { projectId: 'b', title: 'Elsewhere' })
    await settled(socket)
    expect(names(heard)).toEqual(['notify:progress', 'task:created'])
    expect(heard[0]?.data).toMatchObject({ projectId: 'a', sessionId: 'a-s', message: 'one' })

    socket.emit('unsubscribe')
    await event(socket, 'unsubscribed')
    heard.length = 0
    await post('sessions/a-s/events', { type: 'session:modal_closed', modalId: 'm' })
    await post('tasks', { projectId: 'a', title: 'Another' })
    await settled(socket)
    expect(names(heard)).toEqual(['task:created'])
  },
)

test.each<[Transports]>([[['websocket']], [['polling']]])('the phone of the seed, over %j', async (transports) => {
  const socket = connect('/mobile', { projectId: 'a' }, transports)
  const heard = hearing(socket)
  await event(socket, 'connect')
  const state = await new Promise<State>((resolve) => socket.emit('state:sync', resolve))
  expect(state).toMatchObject({ success: true, project: { id: 'a' } })
  expect(state.sessions?.map((session) => session.id)).toContain('a-s')
  socket.emit('session:subscribe', ['a-s'])

  const payload = { toSessionId: 'a-s', subject: 'Hello', body: 'there' }
  expect(await socket.emitWithAck('mail:send', payload)).toMatchObject({
    success: true,
    mail: { fromSessionId: 'mobile:desktop', type: 'directive', subject: 'Hello' },
  })
  await post('sessions/b-s/events', { type: 'step' })
  await post('sessions/a-s/events', { type: 'needs_input', message: 'Which?' })
  const since = (await socket.emitWithAck('state:sync', { since: state.cursor })) as State
  expect(names(heard)).toEqual(['mail:received', 'session:updated', 'notify:needs_input'])
  expect(since.events).toEqual(heard)
  // For the next transport.
  await post('sessions/a-s/events', { type: 'completed' })
})

test('the phone of the seed starts an agent, answers it and hears of its end', async () => {
  const socket = connect('/mobile', { projectId: 'b' })
  const heard = hearing(socket)
  const script = 'read answer; test "$answer" = yes'
  const spawned = (await socket.emitWithAck('session:spawn', {
    name: 'Agent',
    command: 'sh',
    args: ['-c', script],
    env: { SECRET: 'not to be told' },
  })) as { success: boolean; session: { id: string } }
  expect(spawned).toMatchObject({ success: true, session: { status: 'working', envKeys: ['SECRET'] } })
  const sessionId = spawned.session.id
  await post(`sessions/${sessionId}/events`, { type: 'needs_input', message: 'Shall I?' })
  const completed = event<Envelope>(socket, 'notify:session_completed')
  const reply = { sessionId, input: 'yes\r' }
  expect(await socket.emitWithAck('session:reply-input', reply)).toMatchObject({ success: true })
  expect((await completed).data).toMatchObject({ sessionId, name: 'Agent' })
  expect(names(heard).filter((name) => name !== 'session:updated')).toEqual([
    'session:created',
    'session:spawn',
    'notify:needs_input',
    'notify:session_completed',
  ])
  expect(JSON.stringify(heard)).not.toContain('not to be told')
})

test('the refusals are the documented ones', async () => {
  for (const [namespace, auth, message] of [
    ['/ui', { token: undefined }, 'Authentication required'],
    ['/ui', { token: 'wrong' }, 'Invalid authentication token'],
    ['/mobile', { token: undefined }, 'Authentication required'],
    ['/mobile', {}, 'projectId required'],
    ['/mobile', { token: 'wrong', projectId: 'a' }, 'Invalid authentication token'],
    ['/mobile', { projectId: 'nowhere' }, 'Project access denied'],
    ['/cli', { sessionId: 'a-s' }, 'sessionId and projectId required'],
    ['/cli', { sessionId: 'a-s', projectId: 'a' }, 'Invalid authentication token'],
  ] as const) {
    const error = await event<Error>(connect(namespace, auth), 'connect_error')
    expect(error.message).toBe(message)
  }
})

test('several namespaces on one connection', async () => {
  const ui = connect('/ui', {}, ['websocket'], false)
  const terminal = connect('/terminal', {}, ['websocket'], false)
  expect(terminal.io).toBe(ui.io)
  await ui.emitWithAck('project:subscribe', { projectId: 'a' })
  const heard = hearing(ui)
  const created = event<Envelope>(ui, 'task:created')
  await post('tasks', { projectId: 'a', title: 'Task' })
  expect((await created).data).toMatchObject({ title: 'Task' })
  expect(await terminal.emitWithAck('terminal:list', {})).toMatchObject({ success: true })
  expect(heard).toHaveLength(1)
})

test('one that is cut because it does not read comes back and asks for what it has missed', async () => {
  const socket = connect('/mobile', { projectId: 'a' })
  await event(socket, 'connect')
  const first = (await socket.emitWithAck('state:sync')) as State
  const heard = hearing(socket)
  // The machine's buffers take some of it.
  const { ws } = socket.io.engine.transport as unknown as { ws: { pause: () => void; resume: () => void } }
  ws.pause()
  const left = event<string>(socket, 'disconnect')
  let cursor = first.cursor
  const back = new Promise<State>((resolve) => {
    socket.once('connect', () => {
      cursor = heard.at(-1)?.cursor ?? cursor
      socket.emit('state:sync', { since: cursor }, resolve)
    })
  })
  const big = { projectId: 'a', title: 'Big', description: 'x'.repeat(60_000) }
  for (let n = 0; n < 400; n++) await post('tasks', big)
  ws.resume()
  expect(await left).toMatch(/^transport (close|error)$/)
  const answer = await back
  expect(answer.success).toBe(true)
  // What it had heard before had no gap.
  expect(heard.map((envelope) => envelope.seq - (heard[0]?.seq ?? 0))).toEqual([...heard.keys()])
  expect(heard.length).toBeLessThan(400)
  // So many bytes are told as the state.
  expect(answer.full).toBe(true)
})
