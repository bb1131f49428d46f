// What the home page shows, as it is now: the projects, the chosen one, the terminals.

import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { useObserved, useProject, useProjects, useTerminals } from 'realtime-hub-ui'
import type { HubClient } from 'tauri-plugin-realtime-hub-api/client'

import type { Credential } from './credential.js'
import { HomePage } from './home-page.js'
import { useWaking } from './hooks.js'

/** Terminals tell when they begin and need somebody, not each change of their list. */
const REFRESH_MS = 4_000
/** The one that always exists. */
const DEFAULT = 'default'
const KEY = 'realtime-hub.project'

interface Props {
  readonly client: HubClient
  readonly credential: Credential
  readonly onOpen: (sessionId: string) => void
  readonly onUnpair: (why?: string) => void
}

export function Home(props: Props): VNode | null {
  const { client, credential } = props
  const { status } = useObserved(client.connection)
  const where = { url: window.location.origin, token: credential.token }
  const { projects, refresh } = useProjects(where, status === 'connected')
  const [chosen, setChosen] = useState(() => remembered() ?? DEFAULT)
  const { terminals, refresh: look } = useTerminals(client, REFRESH_MS)

  // What was chosen may have been deleted, or never been this device's.
  const known = projects?.some(({ id }) => id === chosen) !== false
  const [first] = projects ?? []
  const projectId = known ? chosen : (first?.id ?? chosen)
  const choose = (id: string): void => {
    setChosen(id)
    remember(id)
  }
  const project = useProject(where, projectId, 'mobile')
  useWaking(project.client)
  return (
    <HomePage
      {...props}
      project={project.client}
      view={project.view}
      terminals={terminals}
      projects={projects}
      onProject={choose}
      onRefresh={() => {
        refresh()
        look()
      }}
    />
  )
}

function remembered(): string | undefined {
  try {
    return window.localStorage.getItem(KEY) ?? undefined
  } catch {
    return undefined // not allowed here
  }
}

function remember(id: string): void {
  try {
    window.localStorage.setItem(KEY, id)
  } catch {
    // For this visit only, then.
  }
}
