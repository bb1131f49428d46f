// The projects that there are, and the one that is looked at, live.

import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { TokenSource } from 'tauri-plugin-realtime-hub-api/client'
import { type Envelope, HubApi, type Project, ProjectClient, type ProjectView } from 'tauri-plugin-realtime-hub-api/domain'

import { useObserved } from './hooks.js'

interface Where {
  readonly url: string
  readonly token: TokenSource
}

export interface Projects {
  /** Those that this credential may see; undefined before the first answer. */
  readonly projects: readonly Project[] | undefined
  readonly refresh: () => void
}

/** Asks for the projects, on being shown and whenever `connected` becomes true. */
export function useProjects({ url, token }: Where, connected: boolean): Projects {
  const [projects, setProjects] = useState<readonly Project[]>()
  const api = useMemo(() => new HubApi({ url, token }), [url, token])
  const refresh = useCallback(() => {
    // What goes wrong here, the connection's state says.
    api.projects.list({ limit: 500 }).then(({ items }) => setProjects(items), () => undefined)
  }, [api])
  useEffect(() => {
    if (connected) refresh()
  }, [connected, refresh])
  return { projects, refresh }
}

/** A project for as long as the component shows it. `onEvent` hears what else there is to hear. */
export function useProject(
  { url, token }: Where,
  projectId: string,
  namespace: 'ui' | 'mobile',
  onEvent?: (event: Envelope) => void,
): { client: ProjectClient; view: ProjectView } {
  const client = useMemo(
    () => new ProjectClient({ url, token, projectId, namespace }),
    [url, token, projectId, namespace],
  )
  // The client outlives renders; what it calls must not.
  const latest = useRef(onEvent)
  latest.current = onEvent
  useEffect(() => {
    const stop = client.onEvent((event) => latest.current?.(event))
    client.connect()
    return () => {
      stop()
      client.close()
    }
  }, [client])
  return { client, view: useObserved(client.state) }
}
