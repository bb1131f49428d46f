// The hub's REST API, typed (PROTOCOL 7). Knows HTTP and the names of the resources; holds no
// state, and knows nothing of sockets, Tauri or pages.

import { HubError } from './errors.js'
import type { TokenSource } from './link.js'
import type {
  ListPage,
  Mail,
  NewMail,
  NewProject,
  NewSession,
  NewTask,
  NewTeamMember,
  NewTimelineEntry,
  Project,
  ProjectPatch,
  Report,
  Session,
  SessionPatch,
  Task,
  TaskPatch,
  TeamMember,
  TeamMemberPatch,
} from './protocol.gen.js'

const ANSWER_MS = 10_000

export interface HubApiOptions {
  /** Base address of the hub. */
  readonly url: string
  /** The credential; a function is asked before each request. */
  readonly token: TokenSource
}

export interface ListOptions {
  readonly projectId?: string
  /** 1 to 500; 100 when absent. */
  readonly limit?: number
  readonly cursor?: string
  /** Whether what is archived is told, too. */
  readonly archived?: boolean
  /** Of mail: to whom. */
  readonly toSessionId?: string
}

export interface UpdateOptions {
  /** Fails with `CONFLICT` when the thing has another version by now. */
  readonly ifVersion?: number
}

/** What all kinds of things have in common. */
export class Resource<T, New> {
  protected readonly send: Send
  protected readonly path: string

  /** @internal */
  constructor(send: Send, path: string) {
    this.send = send
    this.path = path
  }

  list(options: ListOptions = {}): Promise<ListPage<T>> {
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries(options)) query.set(name, String(value))
    const text = query.toString()
    return this.send('GET', text === '' ? this.path : `${this.path}?${text}`)
  }

  create(thing: New): Promise<T> {
    return this.send('POST', this.path, thing)
  }

  get(id: string): Promise<T> {
    return this.send('GET', this.at(id))
  }

  async delete(id: string): Promise<void> {
    await this.send('DELETE', this.at(id))
  }

  protected at(id: string): string {
    return `${this.path}/${encodeURIComponent(id)}`
  }
}

/** Things that can be changed after they were made. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- it ties the patch to the thing
export class MutableResource<T, New, Patch> extends Resource<T, New> {
  update(id: string, patch: Patch, { ifVersion }: UpdateOptions = {}): Promise<T> {
    const headers: Record<string, string> = ifVersion === undefined ? {} : { 'if-match': `"${ifVersion}"` }
    return this.send('PATCH', this.at(id), patch, headers)
  }
}

class Tasks extends MutableResource<Task, NewTask, TaskPatch> {
  /** Gives a task to one session for itself; `CONFLICT` when another has it. */
  claim(id: string, sessionId: string): Promise<Task> {
    return this.send('POST', `${this.at(id)}/claim`, { sessionId })
  }
}

class Sessions extends MutableResource<Session, NewSession, SessionPatch> {
  /** Speaks for a session. */
  report(id: string, report: Report): Promise<Session> {
    return this.send('POST', `${this.at(id)}/events`, report)
  }

  /** Adds to a session's history. */
  note(id: string, entry: NewTimelineEntry): Promise<Session> {
    return this.send('POST', `${this.at(id)}/timeline`, entry)
  }

  /** The session works on a task from now on. */
  addTask(id: string, taskId: string): Promise<Session> {
    return this.send('POST', `${this.at(id)}/tasks/${encodeURIComponent(taskId)}`)
  }

  async removeTask(id: string, taskId: string): Promise<void> {
    await this.send('DELETE', `${this.at(id)}/tasks/${encodeURIComponent(taskId)}`)
  }
}

/**
 * The hub's REST API.
 *
 * ```ts
 * const api = new HubApi({ url, token })
 * const { items } = await api.projects.list()
 * const task = await api.tasks.create({ projectId: 'default', title: 'Write the notes' })
 * await api.tasks.update(task.id, { status: 'completed' }, { ifVersion: task.version })
 * ```
 */
export class HubApi {
  readonly projects: MutableResource<Project, NewProject, ProjectPatch>
  readonly tasks: Tasks
  readonly sessions: Sessions
  readonly teamMembers: MutableResource<TeamMember, NewTeamMember, TeamMemberPatch>
  readonly mail: Resource<Mail, NewMail>

  constructor({ url, token }: HubApiOptions) {
    const base = url.replace(/\/+$/, '')
    const send: Send = (method, path, body, headers) => request(`${base}/api/${path}`, token, method, body, headers)
    this.projects = new MutableResource(send, 'projects')
    this.tasks = new Tasks(send, 'tasks')
    this.sessions = new Sessions(send, 'sessions')
    this.teamMembers = new MutableResource(send, 'team-members')
    this.mail = new Resource(send, 'mail')
  }
}

type Send = <T>(method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<T>

async function request<T>(
  url: string,
  token: TokenSource,
  method: string,
  body: unknown,
  extra: Record<string, string> = {},
): Promise<T> {
  const credential = typeof token === 'string' ? token : await token()
  const headers: Record<string, string> = { authorization: `Bearer ${credential}`, ...extra }
  if (body !== undefined) headers['content-type'] = 'application/json'
  let response: Response
  try {
    const content = body === undefined ? null : JSON.stringify(body)
    response = await fetch(url, { method, headers, body: content, signal: AbortSignal.timeout(ANSWER_MS) })
  } catch (error) {
    // Sent or not, nobody knows: a request that must not be made twice has its `clientRequestId`.
    const late = error instanceof DOMException && error.name === 'TimeoutError'
    throw late
      ? new HubError('TIMEOUT', 'The hub did not answer in time')
      : new HubError('DISCONNECTED', 'The hub could not be reached')
  }
  const answer: unknown = response.status === 204 ? undefined : await response.json().catch(() => undefined)
  if (response.ok) return answer as T
  throw answer === undefined
    ? new HubError('INTERNAL', `The hub answered with status ${response.status}`)
    : HubError.from(answer)
}
