// What the window shows: the terminals, or why there are none. Holds the connection; knows neither
// how a terminal is drawn nor how a phone is paired.

import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { connectionOperator, HubError } from 'tauri-plugin-realtime-hub-api'
import { HubClient } from 'tauri-plugin-realtime-hub-api/client'

import { sentence } from './format.js'
import { useStatus } from './hooks.js'
import { Icon } from './icon.js'
import type { Where } from './panel.js'
import { Workspace } from './workspace.js'

type Start = { readonly client: HubClient; readonly where: Where } | { readonly error: HubError } | undefined

export function App(): VNode {
  const [start, setStart] = useState<Start>()
  useEffect(() => {
    connectionOperator().then(
      ({ url }) => {
        // The token is asked for anew at each attempt to connect.
        const where = { url, token: async () => (await connectionOperator()).token }
        setStart({ client: new HubClient(where), where })
      },
      (error: unknown) => setStart({ error: HubError.from(error) }),
    )
  }, [])
  if (start === undefined) return <div class="window" />
  return 'client' in start ? <Workspace {...start} /> : <NoHub error={start.error} />
}

/** The hub does not listen: its status says why. */
function NoHub({ error }: { error: HubError }): VNode {
  const { status } = useStatus()
  const problems = status?.problems ?? []
  return (
    <main class="window nothing">
      <Icon name="alert" />
      <h1>The hub is not running</h1>
      {(problems.length > 0 ? problems : [error.message]).map((problem) => (
        <p key={problem}>{sentence(problem)}</p>
      ))}
      <p class="hint">Put that right and start the application again.</p>
    </main>
  )
}
