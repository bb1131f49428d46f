// One project, live: what belongs to it as the hub has it now, across lost connections, and what
// can be done there. Used by the WebView and by the phone alike, so it must not know Tauri or any
// page; how events change what is known is project-state.ts.

import { HubError } from './errors.js'
import { type Answered, type ConnectionState, Link, type TokenSource } from './link.js'
import { type Observable, Source } from './observable.js'
import { type ProjectData, ProjectState } from './project-state.js'
import type { Envelope, Mail, NewMail, NewTask, Session, SessionPatch, SessionResponse, SpawnRequest, SyncResponse, Task, TaskPatch } from './protocol.gen.js'
import { HubApi } from './rest.js'
import type { Thing, Things } from './things.js'

const REQUEST_MS = 10_000
/** When the hub does not say after how long to ask again. */
const RETRY_MS = 1_000

export interface ProjectClientOptions {
  /** Base address of the hub, as `connection()` or the page's own address gives it. */
  readonly url: string
  /** The credential; a function is asked at each attempt to connect, and before each request. */
  readonly token: TokenSource
  readonly projectId: string
  /** `ui` for an application's window; `mobile`, the default, for a paired device. */
  readonly namespace?: 'ui' | 'mobile'
}

/** How far a project can be relied on. */
export type ProjectPhase =
  /** Nothing is known yet. */
  | 'pending'
  /** What is shown is so. */
  | 'live'
  /** It was so when the connection was lost. */
  | 'stale'
  /** It cannot be had: `error` says why. */
  | 'failed'

export interface ProjectView extends ProjectData {
  readonly phase: ProjectPhase
  readonly error: HubError | undefined
}

/**
 * A connection to one project of a hub.
 *
 * ```ts
 * const client = new ProjectClient({ url, token, projectId: 'default' })
 * client.state.subscribe(({ phase, sessions, tasks }) => show(phase, sessions, tasks))
 * await client.reply('agent-1', 'yes\r')
 * client.close()
 * ```
 *
 * Changes show at once and are taken back when the hub refuses them; then they reject.
 */
export class ProjectClient {
  readonly projectId: string
  readonly api: HubApi
  readonly #link: Link
  readonly #follows: boolean
  readonly #data: ProjectState
  readonly #view: Source<ProjectView>
  readonly #listeners = new Set<(event: Envelope) => void>()
  /** What came while the state was being asked for. */
  #waiting: Envelope[] | undefined
  /** Answers to any but the latest question are ignored. */
  #question = 0
  #retry: ReturnType<typeof setTimeout> | undefined

  /** Connects at once. */
  constructor({ url, token, projectId, namespace = 'mobile' }: ProjectClientOptions) {
    this.projectId = projectId
    this.api = new HubApi({ url, token })
    this.#data = new ProjectState(projectId)
    this.#view = new Source<ProjectView>({ phase: 'pending', error: undefined, ...this.#data.data })
    this.#follows = namespace === 'ui'
    const auth = namespace === 'mobile' ? { projectId } : {}
    const probe = { event: 'state:sync', payload: { projectId, limit: 1 } }
    this.#link = new Link({ url, token, namespace, auth, probe })
    this.#link.onAny((_, payload) => {
      if (isEnvelope(payload)) this.#hear(payload)
    })
    this.#link.state.subscribe(({ status }) => {
      if (status === 'connected') this.#sync()
      else this.#lost()
    })
    this.#link.connect()
  }

  get connection(): Observable<ConnectionState> {
    return this.#link.state
  }

  /** What belongs to the project, with the changes that are under way. */
  get state(): Observable<ProjectView> {
    return this.#view
  }

  /** Hears every event that this credential may hear, also the application's own, until the returned function is called. */
  onEvent(listener: (event: Envelope) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Connects again after `close()` or a refusal. */
  connect(): void {
    this.#link.connect()
  }

  close(): void {
    this.#link.close()
  }

  /** To be called when the device wakes, comes online, or the page is shown again. */
  wake(): void {
    this.#link.wake()
  }

  async createTask(task: Omit<NewTask, 'projectId'>): Promise<Task> {
    return this.#made(this.#data.tasks, await this.api.tasks.create({ ...task, projectId: this.projectId }))
  }

  updateTask(id: string, patch: TaskPatch): Promise<Task> {
    return this.#change(
      this.#data.tasks,
      id,
      (task) => ({ ...task, ...patch, taskSessionStatuses: { ...task.taskSessionStatuses, ...patch.taskSessionStatuses } }),
      () => this.api.tasks.update(id, patch),
    )
  }

  /** Gives a task to one session for itself; `CONFLICT` when another has it. */
  claimTask(id: string, sessionId: string): Promise<Task> {
    return this.#change(
      this.#data.tasks,
      id,
      (task) => ({ ...task, claimedBy: task.claimedBy ?? sessionId, status: task.status === 'todo' ? 'in_progress' : task.status }),
      () => this.api.tasks.claim(id, sessionId),
    )
  }

  async deleteTask(id: string): Promise<void> {
    await this.api.tasks.delete(id)
  }

  updateSession(id: string, patch: Omit<SessionPatch, 'metadata'>): Promise<Session> {
    return this.#change(
      this.#data.sessions,
      id,
      (session) => ({ ...session, ...patch }),
      () => this.api.sessions.update(id, patch),
    )
  }

  /** Answers a session that needs somebody: it does not any more, and `input` is typed into its terminal as it is. */
  reply(id: string, input?: string): Promise<Session> {
    return this.#change(
      this.#data.sessions,
      id,
      (session) => ({ ...session, needsInput: { active: false } }),
      () => this.#ofSession('session:reply-input', { sessionId: id, ...(input !== undefined && { input }) }),
    )
  }

  /** Makes a session and starts its terminal, which has its id. */
  async spawnSession(session: Omit<SpawnRequest, 'projectId'>): Promise<Session> {
    return this.#made(this.#data.sessions, await this.#ofSession('session:spawn', { ...session, projectId: this.projectId }))
  }

  /** Ends a session and the terminal that it has. */
  async stopSession(id: string): Promise<Session> {
    return this.#made(this.#data.sessions, await this.#ofSession('session:stop', { sessionId: id }))
  }

  async sendMail(mail: Omit<NewMail, 'projectId'>): Promise<Mail> {
    return this.#made(this.#data.mail, await this.api.mail.create({ ...mail, projectId: this.projectId }))
  }

  /** Fetches the mail that a session has got. */
  async loadMail(toSessionId: string): Promise<void> {
    let cursor: string | undefined
    do {
      const page = await this.api.mail.list({ projectId: this.projectId, toSessionId, ...(cursor !== undefined && { cursor }) })
      for (const mail of page.items) this.#data.mail.confirm(mail)
      cursor = page.next
    } while (cursor !== undefined)
    this.#show()
  }

  /** Shows a change, makes it, and shows what has become of it. */
  async #change<T extends Thing>(things: Things<T>, id: string, draft: (thing: T) => T, send: () => Promise<T>): Promise<T> {
    const undo = things.draft(id, draft)
    this.#show()
    try {
      const thing = await send()
      things.confirm(thing)
      return thing
    } finally {
      undo()
      this.#show()
    }
  }

  /** A request whose answer is how the session is then. */
  #ofSession(event: string, payload: object): Promise<Session> {
    return new Promise((resolve, reject: (error: HubError) => void) => {
      const done: Answered = (error, answer) => {
        if (error === undefined) resolve((answer as SessionResponse).session)
        else reject(error)
      }
      this.#link.request(event, payload, REQUEST_MS, done)
    })
  }

  /** Shows what a request has made, before its event has come. */
  #made<T extends Thing>(things: Things<T>, thing: T): T {
    things.confirm(thing)
    this.#show()
    return thing
  }

  /** Asks how everything stands, or what has happened since. */
  #sync(): void {
    clearTimeout(this.#retry)
    const question = ++this.#question
    this.#waiting ??= []
    const { projectId } = this
    const since = this.#data.cursor
    // Requests are taken in order: what happens after the answer is heard.
    if (this.#follows) this.#link.request('project:subscribe', { projectId }, REQUEST_MS, () => undefined)
    this.#link.request('state:sync', { projectId, ...(since !== undefined && { since }) }, REQUEST_MS, (error, answer) => {
      if (question !== this.#question) return
      if (error !== undefined) {
        this.#notSynced(error)
        return
      }
      const waiting = this.#waiting ?? []
      this.#waiting = undefined
      this.#data.sync(answer as SyncResponse)
      for (const event of waiting) this.#data.apply(event)
      this.#show('live')
    })
  }

  #notSynced(error: HubError): void {
    switch (error.code) {
      case 'DISCONNECTED':
        return // the next connection asks again
      case 'NOT_FOUND':
      case 'FORBIDDEN':
      case 'INVALID':
        this.#show('failed', error)
        return
      default:
        this.#retry = setTimeout(() => {
          if (this.#link.connected) this.#sync()
        }, error.retryAfterMs ?? RETRY_MS)
    }
  }

  #lost(): void {
    clearTimeout(this.#retry)
    this.#question++
    // The next answer tells them.
    this.#waiting = undefined
    if (this.#view.value.phase === 'live') this.#show('stale')
  }

  #hear(event: Envelope): void {
    if (this.#waiting !== undefined) this.#waiting.push(event)
    else if (this.#data.apply(event)) this.#show()
    for (const listener of [...this.#listeners]) listener(event)
  }

  #show(phase: ProjectPhase = this.#view.value.phase, error = this.#view.value.error): void {
    this.#view.set({ phase, error: phase === 'failed' ? error : undefined, ...this.#data.data })
  }
}

function isEnvelope(payload: unknown): payload is Envelope {
  if (typeof payload !== 'object' || payload === null) return false
  const { type, data, seq } = payload as Partial<Record<keyof Envelope, unknown>>
  return typeof type === 'string' && typeof seq === 'number' && typeof data === 'object' && data !== null
}
