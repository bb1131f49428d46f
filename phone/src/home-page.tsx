// What goes on in a project: its sessions with their terminals, and its tasks. Knows nothing of
// what is inside a terminal.

import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { byUrgency, isOpen, isOver, needOf, useNotice, useObserved, useRecent, type Work, workOf } from 'realtime-hub-ui'
import { type HubClient, HubError, type TerminalInfo } from 'tauri-plugin-realtime-hub-api/client'
import type { Project, ProjectClient, ProjectView } from 'tauri-plugin-realtime-hub-api/domain'

import { ConnectionBanner, ConnectionDot } from './connection.js'
import type { Credential } from './credential.js'
import { Icon } from './icon.js'
import { SessionCard } from './session-card.js'
import { SessionSheet } from './session-sheet.js'
import { TaskCard } from './task-card.js'
import { NewTaskSheet, TaskSheet } from './task-sheet.js'

interface Props {
  readonly client: HubClient
  readonly project: ProjectClient
  readonly view: ProjectView
  /** As of the last answer; undefined before the first. */
  readonly terminals: readonly TerminalInfo[] | undefined
  readonly projects: readonly Project[] | undefined
  readonly credential: Credential
  readonly onProject: (id: string) => void
  readonly onRefresh: () => void
  readonly onOpen: (sessionId: string) => void
  readonly onUnpair: (why?: string) => void
}

type Tab = 'sessions' | 'tasks'
type Sheet = { readonly session: string } | { readonly task: string } | 'new task'

export function HomePage(props: Props): VNode {
  const { client, project, view, terminals, credential, onRefresh, onOpen, onUnpair } = props
  const { status } = useObserved(client.connection)
  const [tab, setTab] = useState<Tab>('sessions')
  const [sheet, setSheet] = useState<Sheet>()
  const { notice, show } = useNotice()
  const mayAct = credential.role !== 'viewer'
  const fresh = status === 'connected' && view.phase !== 'stale'
  const work = workOf(view.sessions, (terminals ?? []).filter(({ projectId }) => projectId === project.projectId))
  const waiting = work.filter((each) => needOf(each) !== undefined).length
  const tasks = byUrgency(view.tasks)
  const recentWork = useRecent(work, isOver)
  const recentTasks = useRecent(tasks, (task) => !isOpen(task))
  const { hidden, showAll } = tab === 'sessions' ? recentWork : recentTasks
  /** Says what went wrong; true when nothing did. */
  const attempt = async (change: Promise<unknown>): Promise<boolean> => {
    try {
      await change
      return true
    } catch (error) {
      show(failure(HubError.from(error)))
      return false
    }
  }
  const find = (id: string): Work | undefined => work.find((each) => each.id === id)
  const close = (): void => setSheet(undefined)
  const common = { project, mayAct, attempt, onClose: close }
  return (
    <div class="page home">
      <header>
        <h1>{tab === 'sessions' ? 'Sessions' : 'Tasks'}</h1>
        <ProjectChoice {...props} />
        <ConnectionDot client={client} />
        <button class="round" aria-label="Refresh" onClick={onRefresh}>
          <Icon name="refresh" />
        </button>
      </header>
      <ConnectionBanner client={client} onUnpair={onUnpair} />
      <main data-fresh={fresh} aria-busy={!fresh}>
        {view.phase === 'failed' && (
          <p class="notice bad" role="alert">
            This project cannot be shown: {view.error?.message}
          </p>
        )}
        {tab === 'sessions' ? (
          <Sessions work={recentWork.shown} known={terminals !== undefined} connected={status === 'connected'}>
            {(each) => (
              <SessionCard
                work={each}
                {...{ client, project, mayAct, attempt }}
                onOpen={each.terminal === undefined ? () => setSheet({ session: each.id }) : () => onOpen(each.id)}
                onMore={() => setSheet({ session: each.id })}
              />
            )}
          </Sessions>
        ) : (
          <ul>
            {recentTasks.shown.map((task) => (
              <li key={task.id}>
                <TaskCard task={task} work={work} onOpen={() => setSheet({ task: task.id })} />
              </li>
            ))}
            {tasks.length === 0 && <p class="hint">{mayAct ? 'There is no task yet. Add the first one.' : 'There is no task yet.'}</p>}
          </ul>
        )}
        {hidden > 0 && (
          <button class="quiet older" onClick={showAll}>
            Show {hidden} older
          </button>
        )}
        {view.truncated && <p class="hint">There is more than is shown here.</p>}
        <p class="paired">
          <span>Paired as “{credential.name}”</span>
          <button
            class="quiet"
            onClick={() => onUnpair('This phone has forgotten its pairing. To pair it again, scan a new code.')}
          >
            Forget
          </button>
        </p>
      </main>
      <p class="toast" role="alert" hidden={notice === undefined}>
        {notice}
      </p>
      {tab === 'tasks' && mayAct && (
        <button class="primary add" aria-label="New task" onClick={() => setSheet('new task')}>
          <Icon name="add" />
        </button>
      )}
      <nav>
        <TabButton icon="logo" selected={tab === 'sessions'} badge={waiting} urgent onSelect={() => setTab('sessions')}>
          Sessions
        </TabButton>
        <TabButton icon="task" selected={tab === 'tasks'} badge={tasks.filter(isOpen).length} onSelect={() => setTab('tasks')}>
          Tasks
        </TabButton>
      </nav>
      {sheet === 'new task' && <NewTaskSheet {...common} />}
      {typeof sheet === 'object' && 'task' in sheet && (
        <TaskSheet {...common} task={view.tasks.find(({ id }) => id === sheet.task)} work={work} />
      )}
      {typeof sheet === 'object' && 'session' in sheet && (
        <SessionSheet {...common} client={client} work={find(sheet.session)} view={view} onOpen={onOpen} />
      )}
    </div>
  )
}

interface SessionsProps {
  readonly work: readonly Work[]
  readonly known: boolean
  readonly connected: boolean
  readonly children: (work: Work) => VNode
}

function Sessions({ work, known, connected, children }: SessionsProps): VNode {
  if (work.length > 0) {
    return (
      <ul>
        {work.map((each) => (
          <li key={each.id}>{children(each)}</li>
        ))}
      </ul>
    )
  }
  if (known) return <p class="hint">There is no session yet. A terminal that is opened on the computer appears here.</p>
  return <p class="hint">{connected ? 'Looking for sessions…' : ''}</p>
}

/** Which project, where there is a choice. Where another needs somebody, that is said. */
function ProjectChoice({ project, projects = [], terminals = [], onProject }: Props): VNode | null {
  if (projects.length < 2) return null
  const needs = new Set(terminals.filter(({ needsInput }) => needsInput.active).map(({ projectId }) => projectId))
  const elsewhere = [...needs].some((id) => id !== project.projectId)
  return (
    <label class="choice" data-elsewhere={elsewhere}>
      <select aria-label="Project" value={project.projectId} onChange={(event) => onProject(event.currentTarget.value)}>
        {projects.map(({ id, name }) => (
          <option key={id} value={id}>
            {needs.has(id) ? `${name} (needs you)` : name}
          </option>
        ))}
      </select>
    </label>
  )
}

interface TabProps {
  readonly icon: 'logo' | 'task'
  readonly selected: boolean
  readonly badge: number
  readonly urgent?: boolean
  readonly onSelect: () => void
  readonly children: string
}

function TabButton({ icon, selected, badge, urgent = false, onSelect, children }: TabProps): VNode {
  return (
    <button aria-current={selected ? 'page' : undefined} onClick={onSelect}>
      <Icon name={icon} />
      <span>{children}</span>
      {badge > 0 && (
        <span class="badge" data-urgent={urgent} aria-label={urgent ? `${badge} need you` : `${badge} open`}>
          {badge}
        </span>
      )}
    </button>
  )
}

function failure(error: HubError): string {
  switch (error.code) {
    case 'DISCONNECTED':
      return 'Not done: there is no connection to the hub.'
    case 'TIMEOUT':
      return 'The hub did not confirm it. Look before doing it again.'
    case 'FORBIDDEN':
      return 'Not done: this phone may only watch.'
    default:
      return `Not done: ${error.message}`
  }
}
