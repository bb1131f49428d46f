// The plain `ws` client of the npm registry on the raw WebSocket protocol, as clients of the
// server before spoke it, with only a token added. Knows nothing of Socket.IO.

import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'

import { Hub } from './hub.js'

interface Message {
  readonly type: string
  readonly event?: string
  readonly data?: Readonly<Record<string, unknown>>
  readonly timestamp?: number
  readonly code?: string
}

/** What a client was sent, one message after the other, whether it came alone or in an array. */
class OldClient {
  readonly messages: Message[] = []
  readonly arrays: number[] = []
  readonly closed: Promise<number>
  readonly #ws: WebSocket
  readonly #waiting = new Set<() => void>()

  constructor(url: string, options: object = {}) {
    this.#ws = new WebSocket(url.replace('http:', 'ws:'), options)
    onTestFinished(() => this.#ws.terminate())
    this.#ws.on('message', (text) => {
      const said = JSON.parse((text as Buffer).toString()) as Message | Message[]
      if (Array.isArray(said)) this.arrays.push(said.length)
      this.messages.push(...[said].flat())
      for (const wake of this.#waiting) wake()
      this.#waiting.clear()
    })
    this.#ws.on('error', () => undefined)
    this.closed = new Promise((resolve) => this.#ws.once('close', resolve))
  }

  async opens(): Promise<this> {
    await new Promise((resolve) => this.#ws.once('open', resolve))
    return this
  }

  refused(): Promise<number | undefined> {
    return new Promise((resolve) => this.#ws.once('unexpected-response', (_, response) => resolve(response.statusCode)))
  }

  say(message: object): void {
    this.#ws.send(JSON.stringify(message))
  }

  async hears(matches: (message: Message) => boolean): Promise<Message> {
    for (;;) {
      const found = this.messages.find(matches)
      if (found !== undefined) return found
      await new Promise<void>((resolve) => this.#waiting.add(resolve))
    }
  }

  hearsOf(type: string): Promise<Message> {
    return this.hears((message) => message.type === type)
  }
}

async function start(config: object = { legacyWs: true }): Promise<Hub> {
  const hub = await Hub.start({}, '--config', JSON.stringify(config))
  onTestFinished(() => hub.stop())
  return hub
}

async function post(hub: Hub, path: string, body: object): Promise<Record<string, unknown>> {
  const answer = await fetch(`${hub.ready.url}/api/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${hub.ready.token}` },
    body: JSON.stringify(body),
  })
  expect(answer.ok).toBe(true)
  return (await answer.json()) as Record<string, unknown>
}

test('subscribes, hears of what it named, and of everything when it named nothing', async () => {
  const hub = await start()
  await post(hub, 'projects', { id: 'other', name: 'Other' })
  const client = await new OldClient(hub.ready.url).opens()
  client.say({ type: 'auth', token: hub.ready.token })
  client.say({ type: 'subscribe', projectId: 'other' })
  const subscribed = await client.hearsOf('subscribed')
  expect(subscribed).toMatchObject({ projectId: 'other' })
  expect(subscribed.timestamp).toBeGreaterThan(0)

  await post(hub, 'tasks', { projectId: 'default', title: 'not for it' })
  await post(hub, 'tasks', { projectId: 'other', title: 'for it' })
  const created = await client.hearsOf('task:created')
  expect(created).toMatchObject({ type: 'task:created', event: 'task:created', data: { title: 'for it', projectId: 'other' } })
  expect(created.timestamp).toBeGreaterThan(0)

  client.say({ type: 'unsubscribe' })
  await client.hearsOf('unsubscribed')
  await post(hub, 'tasks', { projectId: 'default', title: 'now it is' })
  await client.hears(({ data }) => data?.['title'] === 'now it is')
  client.say({ type: 'ping' })
  await client.hearsOf('pong')
  expect(client.messages.map(({ type }) => type)).toEqual([
    'authenticated',
    'subscribed',
    'task:created',
    'unsubscribed',
    'task:created',
    'pong',
  ])
})

test('a burst comes in arrays, each event once and in order', async () => {
  const hub = await start()
  const client = await new OldClient(hub.ready.url).opens()
  client.say({ type: 'auth', token: hub.ready.token })
  await client.hearsOf('authenticated')
  for (let n = 0; n < 100; n += 1) await post(hub, 'tasks', { projectId: 'default', title: `task ${n}` })
  await client.hears(({ data }) => data?.['title'] === 'task 99')
  const titles = client.messages.filter(({ type }) => type === 'task:created').map(({ data }) => data?.['title'])
  expect(titles).toEqual(Array.from({ length: 100 }, (_, n) => `task ${n}`))
  expect(client.arrays.length).toBeGreaterThan(0)
})

test('is let in with a credential, from a page that may, and only when configured', async () => {
  const hub = await start()
  const wrong = await new OldClient(hub.ready.url).opens()
  wrong.say({ type: 'auth', token: 'wrong' })
  expect(await wrong.hearsOf('error')).toMatchObject({ code: 'UNAUTHENTICATED' })
  expect(await wrong.closed).toBe(1008)
  expect(await new OldClient(hub.ready.url, { origin: 'https://evil.example' }).refused()).toBe(403)
  const off = await start({})
  expect(await new OldClient(off.ready.url).refused()).toBe(200)
})

test('is told when the hub ends', async () => {
  const hub = await start()
  const client = await new OldClient(hub.ready.url).opens()
  client.say({ type: 'auth', token: hub.ready.token })
  await client.hearsOf('authenticated')
  await hub.stop()
  await client.hearsOf('server:shutdown')
  expect(await client.closed).toBe(1001)
})
