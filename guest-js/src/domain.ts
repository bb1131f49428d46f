// What agents and people do: projects, sessions, tasks, team members, mail. The entrance for
// whoever shows or changes them; knows no Tauri, no terminal and no page.

export { HubError, type HubErrorCode } from './errors.js'
export type { ConnectionState, TokenSource } from './link.js'
export type { Observable } from './observable.js'
export { ProjectClient, type ProjectClientOptions, type ProjectPhase, type ProjectView } from './project.js'
export { type ProjectData } from './project-state.js'
export type * from './protocol.gen.js'
export { HubApi, type HubApiOptions, type ListOptions, type UpdateOptions } from './rest.js'
