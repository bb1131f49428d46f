// Says how the connection is: a banner when something is wrong, a dot when all is well.

import type { VNode } from 'preact'
import { useObserved } from 'realtime-hub-ui'
import type { ConnectionState, HubClient } from 'tauri-plugin-realtime-hub-api/client'

import { useOnline } from './hooks.js'

interface Props {
  readonly client: HubClient
  readonly onUnpair: (why?: string) => void
}

export function ConnectionBanner({ client, onUnpair }: Props): VNode {
  const state = useObserved(client.connection)
  const online = useOnline()
  const text = describe(state, online)
  return (
    // Always there, so that a screen reader hears its changes.
    <div class="banner" role="status" data-status={state.status} hidden={text === undefined}>
      <span>{text}</span>
      {state.status === 'reconnecting' && online && <button onClick={() => client.wake()}>Try now</button>}
      {state.status === 'refused' && (
        <button onClick={() => onUnpair('The hub no longer accepts this phone.')}>Pair again</button>
      )}
    </div>
  )
}

function describe(state: ConnectionState, online: boolean): string | undefined {
  switch (state.status) {
    case 'connected':
      return undefined
    case 'refused':
      return 'The hub no longer accepts this phone.'
    case 'closed':
      return 'Disconnected.'
    case 'connecting':
      return online ? 'Connecting…' : 'This phone is offline.'
    case 'reconnecting':
      if (!online) return 'This phone is offline.'
      return state.hubClosing ? 'The hub was shut down. Waiting for it to come back…' : 'Connection lost. Trying again…'
  }
}

const DOT_LABELS: Record<ConnectionState['status'], string> = {
  connected: 'Connected',
  connecting: 'Connecting',
  reconnecting: 'Not connected',
  refused: 'Refused',
  closed: 'Disconnected',
}

export function ConnectionDot({ client }: { client: HubClient }): VNode {
  const { status } = useObserved(client.connection)
  return <span class="dot" data-status={status} role="img" aria-label={DOT_LABELS[status]} title={DOT_LABELS[status]} />
}
