// What goes on in a project, beside the terminals: its sessions and its tasks. Draws what it is
// given, and does what is clicked; which project and which terminal is the window's business.

import type { VNode } from 'preact'
import { byUrgency, isOpen, isOver, useProject, useProjects, useRecent, type Work, workOf } from 'realtime-hub-ui'
import { HubError, type TokenSource } from 'tauri-plugin-realtime-hub-api/client'
import type { HubClient, TerminalInfo } from 'tauri-plugin-realtime-hub-api/client'
import type { ProjectClient } from 'tauri-plugin-realtime-hub-api/domain'

import { ProjectBar } from './project-bar.js'
import { SessionRow } from './session-row.js'
import { NewTask, TaskRow } from './task-row.js'

/** Where the hub is, and how to get a credential for it. */
export interface Where {
  readonly url: string
  readonly token: TokenSource
}

interface Props {
  readonly where: Where
  readonly client: HubClient
  readonly connected: boolean
  readonly projectId: string
  readonly terminals: readonly TerminalInfo[]
  /** The session in front. */
  readonly front: string | undefined
  readonly onProject: (id: string) => void
  readonly onSelect: (sessionId: string) => void
  readonly onNotice: (text: string) => void
}

/** What the rows share. */
export interface Doing {
  readonly project: ProjectClient
  /** Says what went wrong; true when nothing did. */
  readonly attempt: (change: Promise<unknown>) => Promise<boolean>
}

export function Panel(props: Props): VNode {
  const { where, client, connected, projectId, terminals, front, onProject, onSelect, onNotice } = props
  const { projects, refresh } = useProjects(where, connected)
  const { client: project, view } = useProject(where, projectId, 'ui', (event) => {
    // Told to every window, whatever its project.
    if (event.type.startsWith('project:')) refresh()
  })
  const work = workOf(view.sessions, terminals.filter((terminal) => terminal.projectId === projectId))
  const tasks = byUrgency(view.tasks)
  const open = tasks.filter(isOpen)
  const recentWork = useRecent(work, isOver)
  const recentTasks = useRecent(tasks, (task) => !isOpen(task))
  const inFront = work.find(({ id, session }) => id === front && session !== undefined)
  const attempt = async (change: Promise<unknown>): Promise<boolean> => {
    try {
      await change
      return true
    } catch (error) {
      onNotice(HubError.from(error).message)
      return false
    }
  }
  const doing = { project, attempt }
  return (
    <aside class="panel" aria-label="Project" data-fresh={connected && view.phase === 'live'}>
      <ProjectBar {...{ where, projects, projectId, terminals, attempt, onProject }} />
      {view.phase === 'failed' && (
        <p class="notice bad" role="alert">
          {view.error?.message}
        </p>
      )}
      <section aria-label="Sessions">
        <h2>Sessions</h2>
        <ul>
          {recentWork.shown.map((each) => (
            <li key={each.id}>
              <SessionRow {...doing} client={client} work={each} inFront={each.id === front} onSelect={() => onSelect(each.id)} />
            </li>
          ))}
        </ul>
        <Older {...recentWork} />
        {work.length === 0 && <p class="hint">None yet.</p>}
      </section>
      <section aria-label="Tasks">
        <h2>
          Tasks <small>{open.length > 0 && `${open.length} open`}</small>
        </h2>
        <NewTask {...doing} />
        <ul>
          {recentTasks.shown.map((task) => (
            <li key={task.id}>
              <TaskRow {...doing} task={task} owner={ownerOf(task.claimedBy, work)} taker={inFront} />
            </li>
          ))}
        </ul>
        <Older {...recentTasks} />
        {view.truncated && <p class="hint">There is more than is shown here.</p>}
      </section>
    </aside>
  )
}

function Older({ hidden, showAll }: { hidden: number; showAll: () => void }): VNode | null {
  if (hidden === 0) return null
  return (
    <button class="older" onClick={showAll}>
      Show {hidden} older
    </button>
  )
}

function ownerOf(claimedBy: string | null, work: readonly Work[]): string | undefined {
  return work.find(({ id }) => id === claimedBy)?.session?.name ?? claimedBy ?? undefined
}
