// What there is to say about the hub and the connection to it, honestly.

import type { VNode } from 'preact'
import type { HubStatus } from 'tauri-plugin-realtime-hub-api'
import type { ConnectionState, TerminalInfo, ViewerInfo } from 'tauri-plugin-realtime-hub-api/client'

import { audience, sentence } from './format.js'
import { Icon } from './icon.js'

/** What keeps the hub from its full service. */
export function Problems({ problems }: { problems: readonly string[] }): VNode | null {
  if (problems.length === 0) return null
  return (
    <div class="problems" role="status">
      {problems.map((problem) => (
        <p key={problem}>
          <Icon name="alert" /> {sentence(problem)}
        </p>
      ))}
    </div>
  )
}

interface Props {
  readonly connection: ConnectionState
  readonly status: HubStatus | undefined
  readonly terminal: TerminalInfo | undefined
  /** Who watches that terminal beside this window. */
  readonly others: readonly ViewerInfo[]
}

export function StatusBar({ connection, status, terminal, others }: Props): VNode {
  return (
    <footer class="status">
      <span role="status" data-status={connection.status} class="connection">
        <span class="lamp" aria-hidden="true" /> {describe(connection)}
      </span>
      {status !== undefined && (
        <>
          <span title="Where the hub listens">{status.address ?? 'not listening'}</span>
          <span title="The address that a pairing link leads to">
            {status.external ?? 'this computer only'}
          </span>
          {status.storage === 'memory' && <span>everything is forgotten at exit</span>}
        </>
      )}
      <span class="gap" />
      {terminal !== undefined && (
        <>
          <span class="audience" aria-live="polite">
            {audience(others)}
          </span>
          <span>
            {terminal.cols}×{terminal.rows}
          </span>
        </>
      )}
    </footer>
  )
}

function describe(connection: ConnectionState): string {
  switch (connection.status) {
    case 'connected':
      return 'Connected'
    case 'connecting':
      return 'Connecting…'
    case 'reconnecting':
      return connection.hubClosing ? 'The hub is shutting down' : 'Connection lost. Trying again…'
    case 'refused':
      return `Refused: ${connection.reason}`
    case 'closed':
      return 'Disconnected'
  }
}
