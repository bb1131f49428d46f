// The project client against the real hub: what it shows is what the hub has, however often its
// connection is cut meanwhile; and changes that the hub refuses are taken back.

import { HubApi, ProjectClient, type ProjectView } from 'tauri-plugin-realtime-hub-api/domain'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'

import { Hub } from './hub.js'
import { Proxy } from './proxy.js'

const PROJECT = 'default'
const CHANGES = 240
/** Changes between two cuts. */
const QUIET = 30

let hub: Hub
let api: HubApi

beforeAll(async () => {
  hub = await Hub.start({ shell: 'cat' })
  api = new HubApi(hub.ready)
})

afterAll(() => hub.stop())

function follow(url: string, namespace: 'ui' | 'mobile'): ProjectClient {
  const client = new ProjectClient({ url, token: hub.ready.token, projectId: PROJECT, namespace })
  onTestFinished(() => client.close())
  return client
}

async function eventually(check: () => unknown): Promise<void> {
  await vi.waitFor(check, { timeout: 15_000, interval: 20 })
}

const live = (client: ProjectClient): Promise<void> => eventually(() => expect(client.state.value.phase).toBe('live'))

const byId = <T extends { readonly id: string }>(things: readonly T[]): T[] =>
  [...things].sort((one, other) => (one.id < other.id ? -1 : 1))

/** Numbers that look random and are the same each time. */
function chance(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** One change of a project. What cannot be done just then is refused, which changes nothing. */
function change(pick: (below: number) => number, number: number): Promise<unknown> {
  const task = `t${pick(8)}`
  const session = `s${pick(4)}`
  const changes: (() => Promise<unknown>)[] = [
    () => api.tasks.create({ id: task, projectId: PROJECT, title: `made in ${number}` }),
    () => api.tasks.update(task, { title: `changed in ${number}` }),
    () => api.tasks.update(task, { status: pick(2) === 0 ? 'blocked' : 'todo' }),
    () => api.tasks.claim(task, session),
    () => api.tasks.update(task, { claimedBy: null }),
    () => api.sessions.create({ id: session, projectId: PROJECT }),
    () => api.sessions.addTask(session, task),
    () => api.sessions.addTask(session, task),
    () => api.sessions.removeTask(session, task),
    () => api.sessions.report(session, { type: 'needs_input', message: `asked in ${number}` }),
    () => api.sessions.note(session, { type: 'log', message: `noted in ${number}` }),
    () => api.teamMembers.create({ id: `m${pick(3)}`, projectId: PROJECT, name: `made in ${number}` }),
    () => api.teamMembers.update(`m${pick(3)}`, { status: pick(2) === 0 ? 'archived' : 'active' }),
    () => api.projects.update(PROJECT, { name: `changed in ${number}` }),
    ...(pick(4) === 0 ? [() => api.tasks.delete(task), () => api.sessions.delete(session)] : []),
  ]
  return (changes[pick(changes.length)] ?? (() => Promise.resolve()))()
}

async function whatTheHubHas(): Promise<Partial<ProjectView>> {
  const all = { projectId: PROJECT, limit: 500, archived: true }
  const [project, sessions, tasks, members] = await Promise.all([
    api.projects.get(PROJECT),
    api.sessions.list(all),
    api.tasks.list(all),
    api.teamMembers.list(all),
  ])
  return { project, sessions: byId(sessions.items), tasks: byId(tasks.items), teamMembers: byId(members.items) }
}

function whatIsShown({ state: { value } }: ProjectClient): Partial<ProjectView> {
  const { project, sessions, tasks, teamMembers } = value
  return { project, sessions: byId(sessions), tasks: byId(tasks), teamMembers: byId(teamMembers) }
}

test.each([1, 2, 3])('what is shown is what there is, after a storm of changes and cuts (%i)', async (seed) => {
  const proxy = await Proxy.to(hub.ready.url)
  onTestFinished(() => proxy.stop())
  const clients = [follow(proxy.url, 'ui'), follow(proxy.url, 'mobile')]
  await Promise.all(clients.map(live))
  let cuts = 0
  for (const client of clients) client.state.subscribe(({ phase }) => (cuts += phase === 'stale' ? 1 : 0))
  const pick = chance(seed)
  let made = 0
  for (let number = 1; number <= CHANGES; number++) {
    await change(pick, number).then(() => made++, () => undefined)
    if (number % QUIET === 0) {
      proxy.cut()
      // One of them misses nothing but what happens while it is away.
      if (pick(2) === 0) await Promise.all(clients.map(live))
    }
  }
  expect(made).toBeGreaterThan(CHANGES / 3)
  await Promise.all(clients.map(live))
  const there = await whatTheHubHas()
  expect(there.tasks?.length).toBeGreaterThan(0)
  for (const client of clients) await eventually(() => expect(whatIsShown(client)).toEqual(there))
  expect(cuts).toBeGreaterThan(0)
})

test('of two that claim a task, one is told that the other has it, and both show so', async () => {
  const [one, other] = [follow(hub.ready.url, 'ui'), follow(hub.ready.url, 'mobile')]
  await Promise.all([one, other].map(live))
  for (const id of ['first', 'second']) await api.sessions.create({ id, projectId: PROJECT })
  const { id } = await one.createTask({ title: 'Wanted by two' })
  const owner = (client: ProjectClient): string | null | undefined => client.state.value.tasks.find((task) => task.id === id)?.claimedBy
  await eventually(() => expect(owner(other)).toBe(null))
  const claims = await Promise.allSettled([one.claimTask(id, 'first'), other.claimTask(id, 'second')])
  const lost = claims.find((claim) => claim.status === 'rejected')
  expect(claims.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  const winner = claims[0].status === 'fulfilled' ? 'first' : 'second'
  expect(lost?.reason).toMatchObject({ code: 'CONFLICT', details: { claimedBy: winner } })
  await eventually(() => expect([owner(one), owner(other)]).toEqual([winner, winner]))
})

test('a session is started, answered and stopped', async () => {
  const client = follow(hub.ready.url, 'mobile')
  await live(client)
  await client.spawnSession({ id: 'asks', command: 'cat' })
  const session = (): ProjectView['sessions'][number] | undefined => client.state.value.sessions.find(({ id }) => id === 'asks')
  await eventually(() => expect(session()?.status).toBe('working'))
  await api.sessions.report('asks', { type: 'needs_input', message: 'Well?' })
  await eventually(() => expect(session()?.needsInput).toMatchObject({ active: true, message: 'Well?' }))
  await client.reply('asks', 'yes\r')
  expect(session()?.needsInput.active).toBe(false)
  await client.sendMail({ toSessionId: 'asks', subject: 'Go on', body: '' })
  expect(client.state.value.mail).toMatchObject([{ toSessionId: 'asks', subject: 'Go on' }])
  await client.stopSession('asks')
  await eventually(() => expect(session()?.status).toBe('stopped'))
  await expect(client.reply('nobody')).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('a project that there is none of is said', async () => {
  const nowhere = new ProjectClient({ url: hub.ready.url, token: hub.ready.token, projectId: 'nowhere', namespace: 'ui' })
  onTestFinished(() => nowhere.close())
  await eventually(() => expect(nowhere.state.value).toMatchObject({ phase: 'failed', error: { code: 'NOT_FOUND' } }))
  const denied = new ProjectClient({ url: hub.ready.url, token: hub.ready.token, projectId: 'nowhere' })
  onTestFinished(() => denied.close())
  await eventually(() => expect(denied.connection.value).toEqual({ status: 'refused', reason: 'Project access denied' }))
})
