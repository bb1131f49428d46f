// What is known of one project: a state as of some moment, and the events after it. Events may
// come twice, late, or while the state is being asked for; what is shown is right in the end.
// Pure: knows no socket and no HTTP.

import type { Envelope, Mail, Project, Session, SyncResponse, Task, TeamMember } from './protocol.gen.js'
import { Things } from './things.js'

/** A project and what belongs to it. */
export interface ProjectData {
  /** Undefined before the first answer, and when it has been deleted. */
  readonly project: Project | undefined
  readonly sessions: readonly Session[]
  readonly tasks: readonly Task[]
  readonly teamMembers: readonly TeamMember[]
  /** What has come since the last full answer, and what `loadMail` has found. */
  readonly mail: readonly Mail[]
  /** There is more than the hub tells at once; REST has the rest. */
  readonly truncated: boolean
}

export class ProjectState {
  readonly sessions = new Things<Session>((session, { taskIds }) => ({ ...session, taskIds }))
  readonly tasks = new Things<Task>((task, { sessionIds, taskSessionStatuses }) => ({ ...task, sessionIds, taskSessionStatuses }))
  readonly teamMembers = new Things<TeamMember>()
  readonly mail = new Things<Mail>()
  readonly #projects = new Things<Project>()
  readonly #id: string
  #cursor: string | undefined
  #truncated = false

  constructor(projectId: string) {
    this.#id = projectId
  }

  /** Where to go on; undefined before the first answer. */
  get cursor(): string | undefined {
    return this.#cursor
  }

  get data(): ProjectData {
    return {
      project: this.#projects.get(this.#id),
      sessions: this.sessions.list,
      tasks: this.tasks.list,
      teamMembers: this.teamMembers.list,
      mail: this.mail.list,
      truncated: this.#truncated,
    }
  }

  /** Takes an answer. True when it replaced everything. */
  sync(answer: SyncResponse): boolean {
    if ('events' in answer) {
      for (const event of answer.events) this.apply(event)
      this.#cursor = answer.cursor
      return false
    }
    // Which events it holds already is the cursor's secret. Those that come once more change nothing in
    // the end: versions keep the old from the new, and whatever is undone is done again by the next ones.
    this.#projects.replace([answer.project])
    this.sessions.replace(answer.sessions)
    this.tasks.replace(answer.tasks)
    this.teamMembers.replace(answer.teamMembers)
    // Not told here: whoever shows it asks for it again.
    this.mail.replace([])
    this.#truncated = answer.truncated === true
    this.#cursor = answer.cursor
    return true
  }

  /** Takes an event. False when it is about something else. */
  apply({ type, data, seq, cursor }: Envelope): boolean {
    if (data['projectId'] !== this.#id) return false
    this.#cursor = cursor
    // What each event says is in PROTOCOL, Events. Each names its project and its session beside that.
    switch (type) {
      case 'project:created':
      case 'project:updated':
        this.#projects.put(without(data, 'projectId') as unknown as Project, seq)
        break
      case 'project:deleted':
        for (const things of [this.#projects, this.sessions, this.tasks, this.teamMembers, this.mail]) things.replace([], seq)
        break
      case 'session:created':
      case 'session:updated':
        this.sessions.put(without(data, 'sessionId') as unknown as Session, seq)
        break
      case 'session:deleted':
        this.sessions.remove(String(data['id']), seq)
        break
      case 'task:created':
      case 'task:updated':
        this.tasks.put(data as unknown as Task, seq)
        break
      case 'task:deleted':
        this.tasks.remove(String(data['id']), seq)
        break
      // The same, told to those who follow the task and to those who follow the session.
      case 'task:session_added':
      case 'session:task_added':
        this.#link(String(data['taskId']), String(data['sessionId']), seq, true)
        break
      case 'task:session_removed':
      case 'session:task_removed':
        this.#link(String(data['taskId']), String(data['sessionId']), seq, false)
        break
      case 'team_member:created':
      case 'team_member:updated':
      case 'team_member:archived':
        this.teamMembers.put(data as unknown as TeamMember, seq)
        break
      case 'team_member:deleted':
        this.teamMembers.remove(String(data['id']), seq)
        break
      case 'mail:received':
        this.mail.put(without(data, 'sessionId') as unknown as Mail, seq)
        break
      case 'mail:deleted':
        this.mail.remove(String(data['id']), seq)
        break
    }
    return true
  }

  #link(taskId: string, sessionId: string, seq: number, works: boolean): void {
    this.tasks.link(taskId, seq, (task) => (works ? withSession(task, sessionId) : withoutSession(task, sessionId)))
    this.sessions.link(sessionId, seq, (session) => {
      const others = session.taskIds.filter((id) => id !== taskId)
      return { ...session, taskIds: works ? [...others, taskId] : others }
    })
  }
}

function withSession(task: Task, sessionId: string): Task {
  if (task.sessionIds.includes(sessionId)) return task
  return {
    ...task,
    sessionIds: [...task.sessionIds, sessionId],
    taskSessionStatuses: { [sessionId]: 'working', ...task.taskSessionStatuses },
  }
}

function withoutSession(task: Task, sessionId: string): Task {
  return {
    ...task,
    sessionIds: task.sessionIds.filter((id) => id !== sessionId),
    taskSessionStatuses: without(task.taskSessionStatuses, sessionId),
    claimedBy: task.claimedBy === sessionId ? null : task.claimedBy,
  }
}

function without<T>(record: Readonly<Record<string, T>>, key: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key))
}
