// Things and events of a project, made up for tests.

import type { Envelope, Mail, Project, Session, Task, TeamMember } from '../src/protocol.gen.js'

export const PROJECT = 'p'

export function project(fields: Partial<Project> = {}): Project {
  return { id: PROJECT, hub: 'fake', name: 'Project', workingDir: '', description: null, version: 1, createdAt: 1, updatedAt: 1, ...fields }
}

export function task(id: string, fields: Partial<Task> = {}): Task {
  return {
    ...{ id, hub: 'fake', projectId: PROJECT, parentId: null, title: id, description: '', status: 'todo', taskSessionStatuses: {} },
    ...{ priority: 'medium', sessionIds: [], claimedBy: null, dependencies: [], version: 1, createdAt: 1, updatedAt: 1 },
    ...{ startedAt: null, completedAt: null, ...fields },
  }
}

export function session(id: string, fields: Partial<Session> = {}): Session {
  return {
    ...{ id, hub: 'fake', projectId: PROJECT, taskIds: [], name: id, envKeys: [], status: 'working', startedAt: 1, lastActivity: 1 },
    ...{ completedAt: null, hostname: null, platform: null, timeline: [], needsInput: { active: false }, agentStatus: null },
    ...{ lastHeartbeat: null, metadata: {}, version: 1, ...fields },
  }
}

export function member(id: string, fields: Partial<TeamMember> = {}): TeamMember {
  return { id, hub: 'fake', projectId: PROJECT, name: id, role: '', avatar: '', status: 'active', version: 1, createdAt: 1, updatedAt: 1, ...fields }
}

export function mail(id: string, toSessionId: string): Mail {
  return { id, hub: 'fake', projectId: PROJECT, fromSessionId: 'ui:desktop', toSessionId, type: 'directive', subject: id, body: '', createdAt: 1 }
}

/** As the hub sends it; `data` gets the project unless it names one. */
export function event(seq: number, type: string, data: object): Envelope {
  return { type, event: type, data: { projectId: PROJECT, ...data }, timestamp: seq, seq, hub: 'fake', cursor: `log.${seq}` }
}

/** An event about a session names it beside the rest. */
export function sessionEvent(seq: number, type: string, about: Session): Envelope {
  return event(seq, type, { ...about, sessionId: about.id })
}
