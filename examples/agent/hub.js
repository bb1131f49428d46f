// An agent's connection to its hub. What it needs to know stands in the environment of every
// terminal that a hub starts; a plain socket.io-client does the rest.

import { io } from 'socket.io-client'

/** Between two heartbeats, in milliseconds. */
const HEARTBEAT_MS = 15_000

/** Longest wait for an answer of the hub, in milliseconds. */
const PATIENCE_MS = 10_000

export class Agent {
  /** What it says of itself. */
  #status = 'idle'
  /** What it works on. */
  #task
  #heartbeat
  #socket
  #environment

  constructor(environment) {
    this.#environment = environment
    const { url, token, sessionId, projectId } = environment
    this.#socket = io(`${url}/cli`, { auth: { sessionId, projectId, token }, transports: ['websocket'] })
    // Also when it has been away: the hub knows at once how the agent is.
    this.#socket.on('connect', () => this.#beat())
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS)
  }

  /** An agent that is connected. Fails when this is no terminal of a hub, or the hub says no. */
  static async connect(variables = process.env) {
    const agent = new Agent(environment(variables))
    try {
      await agent.#connected()
      return agent
    } catch (error) {
      agent.leave()
      throw error
    }
  }

  /** Resolves with the first connection. An agent that cannot reach its hub at once says so. */
  #connected() {
    return new Promise((resolve, reject) => {
      this.#socket.once('connect', resolve)
      this.#socket.once('connect_error', reject)
    })
  }

  /** Tells the hub what the agent is doing, now and with each heartbeat. */
  is(status, taskId) {
    this.#status = status
    this.#task = taskId
    this.#beat()
  }

  #beat() {
    if (this.#socket.connected) this.#socket.emit('heartbeat', { status: this.#status, taskId: this.#task })
  }

  /** `needs_input`, `completed` and `failed` change the session; every other word is progress. */
  report(type, message, taskId) {
    return this.#ask('session:report', { type, message, taskId })
  }

  /** Takes a task for this session alone. Fails when another has it. */
  async claim(taskId) {
    const { task } = await this.#ask('task:claim', { taskId })
    return task
  }

  /** Mail from now on. */
  onMail(listener) {
    this.#socket.on('mail:received', ({ data }) => {
      if (data.toSessionId === this.#environment.sessionId) listener(data)
    })
  }

  /** Mail so far, the oldest first. */
  async mail() {
    const { url, token, sessionId, projectId } = this.#environment
    const query = new URLSearchParams({ projectId, toSessionId: sessionId, limit: '500' })
    const response = await fetch(`${url}/api/mail?${query}`, { headers: { authorization: `Bearer ${token}` } })
    const answer = await response.json()
    if (!response.ok) throw new Error(answer.message)
    return answer.items
  }

  async #ask(event, payload) {
    const answer = await this.#socket.timeout(PATIENCE_MS).emitWithAck(event, payload)
    if (!answer.success) throw new Error(answer.error)
    return answer
  }

  /** Goes, and says so: the hub does not wait for it to come back. */
  leave() {
    clearInterval(this.#heartbeat)
    this.#socket.disconnect()
  }
}

function environment(variables) {
  const { HUB_URL: url, HUB_TOKEN: token, HUB_SESSION_ID: sessionId, HUB_PROJECT_ID: projectId } = variables
  if (!url || !token || !sessionId || !projectId) {
    throw new Error('This is no terminal of a hub: HUB_URL, HUB_TOKEN, HUB_SESSION_ID and HUB_PROJECT_ID are not all set.')
  }
  return { url, token, sessionId, projectId }
}
