// The example agent in terminals of a real hub, followed by a stock client on /mobile.

import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { io, type Socket } from 'socket.io-client'
import { expect, onTestFinished, test, vi } from 'vitest'

import { Hub } from './hub.js'

const AGENT = join(import.meta.dirname, '../examples/agent/agent.js')

interface Envelope {
  type: string
  data: Record<string, unknown>
  seq: number
}

/** A hub, with somebody who follows it. */
async function followed(timing: object = {}): Promise<{ hub: Hub; phone: Socket; heard: Envelope[] }> {
  const hub = await Hub.start({}, '--config', JSON.stringify({ timing }))
  onTestFinished(() => hub.stop())
  const phone = connect(hub, '/mobile', { projectId: 'default' })
  const heard: Envelope[] = []
  phone.onAny((_: string, payload: Envelope) => {
    if (typeof payload.seq === 'number') heard.push(payload)
  })
  await new Promise((resolve) => phone.once('connect', () => resolve(undefined)))
  return { hub, phone, heard }
}

function connect(hub: Hub, namespace: string, auth: object = {}): Socket {
  const socket = io(`${hub.ready.url}${namespace}`, {
    auth: { token: hub.ready.token, ...auth },
    transports: ['websocket'],
    forceNew: true,
  })
  onTestFinished(() => void socket.close())
  return socket
}

async function request(hub: Hub, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(`${hub.ready.url}/api/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${hub.ready.token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  expect(response.ok, await response.clone().text()).toBe(true)
  return (await response.json()) as Record<string, unknown>
}

const named = (heard: Envelope[], type: string): Envelope[] => heard.filter((envelope) => envelope.type === type)

/** The first event of this name, when it has come. */
async function hears(heard: Envelope[], type: string): Promise<Record<string, unknown>> {
  const first = await vi.waitUntil(() => named(heard, type)[0], { timeout: 20_000 })
  return first.data
}

async function spawn(phone: Socket, id: string, ...words: string[]): Promise<void> {
  const answer = (await phone.emitWithAck('session:spawn', {
    id,
    command: process.execPath,
    args: [AGENT, ...words],
  })) as object
  expect(answer).toMatchObject({ success: true })
}

/** What a terminal shows, growing. */
async function screen(hub: Hub, sessionId: string): Promise<{ text: () => string; type: (input: string) => void }> {
  const socket = connect(hub, '/terminal')
  let text = ''
  socket.on('terminal:output', ({ data }: { data: string }) => (text += data))
  const answer = (await socket.emitWithAck('terminal:watch', { sessionId })) as { scrollback: string }
  text = answer.scrollback + text
  return { text: () => text, type: (input) => socket.emit('terminal:input', { sessionId, input }) }
}

test('an agent claims a task, asks whether it may, is answered from a phone, and ends well', async () => {
  const { hub, phone, heard } = await followed()
  await request(hub, 'tasks', { id: 'login', projectId: 'default', title: 'The login page' })
  await spawn(phone, 'worker', 'work', 'login')

  expect(await hears(heard, 'notify:needs_input')).toMatchObject({
    sessionId: 'worker',
    message: 'The login page: shall I?',
  })
  expect(await hears(heard, 'notify:progress')).toMatchObject({ type: 'begun', taskId: 'login' })
  expect(await request(hub, 'tasks/login')).toMatchObject({ claimedBy: 'worker', status: 'in_progress' })
  const asking = await request(hub, 'sessions/worker')
  expect(asking).toMatchObject({ status: 'working', agentStatus: 'working', needsInput: { active: true } })
  expect(asking['lastHeartbeat']).toBeTypeOf('number')

  const answered = (await phone.emitWithAck('session:reply-input', { sessionId: 'worker', input: 'yes\r' })) as object
  expect(answered).toMatchObject({ success: true, session: { needsInput: { active: false } } })
  expect(await hears(heard, 'notify:session_completed')).toMatchObject({ sessionId: 'worker' })

  // Its program ends well, too, and that is no second end.
  const terminal = await screen(hub, 'worker')
  await vi.waitUntil(() => terminal.text().includes('The login page: done'), { timeout: 20_000 })
  await vi.waitUntil(
    async () => {
      const terminals = (await request(hub, 'terminals')) as unknown as { running: boolean }[]
      return terminals.every(({ running }) => !running)
    },
    { timeout: 20_000 },
  )
  await phone.emitWithAck('state:sync', {})
  expect(named(heard, 'notify:session_completed')).toHaveLength(1)
  expect(named(heard, 'notify:session_failed')).toEqual([])
})

test('a second agent does not get a task that another has', async () => {
  const { hub, phone, heard } = await followed()
  await request(hub, 'tasks', { id: 'login', projectId: 'default', title: 'The login page' })
  await request(hub, 'sessions', { id: 'first', projectId: 'default' })
  await request(hub, 'tasks/login/claim', { sessionId: 'first' })
  await spawn(phone, 'second', 'claim', 'login')
  expect(await hears(heard, 'notify:session_failed')).toMatchObject({ sessionId: 'second', reason: 'exit' })
  expect((await screen(hub, 'second')).text()).toContain('another session has this task')
})

test('an agent prints the mail that waited for it and the mail that comes, until Ctrl-C', async () => {
  const { hub, phone, heard } = await followed()
  await request(hub, 'sessions', { id: 'reader', projectId: 'default' })
  await request(hub, 'sessions', { id: 'other', projectId: 'default' })
  const send = (toSessionId: string, subject: string): Promise<unknown> =>
    phone.emitWithAck('mail:send', { toSessionId, subject, body: 'Do it.' })
  await send('reader', 'Before')
  await spawn(phone, 'reader', 'mail')
  const terminal = await screen(hub, 'reader')
  await vi.waitUntil(
    () => named(heard, 'session:updated').some(({ data }) => data['agentStatus'] === 'reading mail'),
    { timeout: 20_000 },
  )
  await send('other', 'Elsewhere')
  await send('reader', 'After')
  await vi.waitUntil(() => terminal.text().includes('directive from mobile:desktop: After'), { timeout: 20_000 })
  expect(terminal.text()).toContain('directive from mobile:desktop: Before')
  expect(terminal.text()).not.toContain('Elsewhere')
  terminal.type('\x03')
  expect(await hears(heard, 'notify:session_completed')).toMatchObject({ sessionId: 'reader' })
})

test('a killed agent that does not come back is told of once, while its terminal goes on', async () => {
  const { hub, phone, heard } = await followed({ agentGraceMs: 300 })
  const pid = join(hub.folder, 'pid')
  const script = `"${process.execPath}" "${AGENT}" mail & echo $! > "${pid}"; read end`
  await phone.emitWithAck('session:spawn', { id: 'lost', command: 'sh', args: ['-c', script] })
  await vi.waitUntil(
    () => named(heard, 'session:updated').some(({ data }) => data['agentStatus'] === 'reading mail'),
    { timeout: 20_000 },
  )
  process.kill(Number(await readFile(pid, 'utf8')), 'SIGKILL')
  expect(await hears(heard, 'notify:session_failed')).toMatchObject({
    sessionId: 'lost',
    reason: 'agent_disconnected',
  })
  // The end of its terminal is no second one.
  const terminal = await screen(hub, 'lost')
  terminal.type('\r')
  await vi.waitUntil(
    async () => {
      const terminals = (await request(hub, 'terminals')) as unknown as { running: boolean }[]
      return terminals.every(({ running }) => !running)
    },
    { timeout: 20_000 },
  )
  await phone.emitWithAck('state:sync', {})
  expect(named(heard, 'notify:session_failed')).toHaveLength(1)
  expect(named(heard, 'notify:session_completed')).toEqual([])
})

test('elsewhere than in a terminal of a hub it says what is missing', async () => {
  const run = promisify(execFile)(process.execPath, [AGENT, 'report', 'step'], { env: { PATH: process.env['PATH'] } })
  await expect(run).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('HUB_URL') as string })
})
