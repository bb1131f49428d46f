// The terminals that this device may see. Knows nothing of what is inside them.

import type { VNode } from 'preact'
import { useCallback, useEffect, useState } from 'preact/hooks'
import { type HubClient, HubError, type TerminalInfo } from 'tauri-plugin-realtime-hub-api/client'

import { ConnectionBanner, ConnectionDot } from './connection.js'
import { age, commandLine, ending } from './format.js'
import { useObserved } from './hooks.js'
import { Icon } from './icon.js'

/** Often enough to notice a new terminal, seldom enough to cost a phone nothing. */
const REFRESH_MS = 4_000

interface Props {
  readonly client: HubClient
  readonly deviceName: string
  readonly onOpen: (sessionId: string) => void
  readonly onUnpair: (why?: string) => void
}

export function ListPage({ client, deviceName, onOpen, onUnpair }: Props): VNode {
  const { terminals, error, refresh } = useTerminals(client)
  const { status } = useObserved(client.connection)
  return (
    <div class="page list">
      <header>
        <h1>Terminals</h1>
        <ConnectionDot client={client} />
        <button class="round" aria-label="Refresh" onClick={refresh}>
          <Icon name="refresh" />
        </button>
      </header>
      <ConnectionBanner client={client} onUnpair={onUnpair} />
      <main>
        {error !== undefined && (
          <p class="notice bad" role="alert">
            {error}
          </p>
        )}
        {terminals === undefined && error === undefined && status === 'connected' && <p class="hint">Looking for terminals…</p>}
        {terminals?.length === 0 && (
          <p class="hint">There is no terminal yet. One that is opened on the computer appears here.</p>
        )}
        <ul>
          {terminals?.map((terminal) => (
            <li key={terminal.sessionId}>
              <TerminalCard terminal={terminal} onOpen={onOpen} />
            </li>
          ))}
        </ul>
      </main>
      <footer>
        <span>Paired as “{deviceName}”</span>
        <button class="quiet" onClick={() => onUnpair('This phone has forgotten its pairing. To pair it again, scan a new code.')}>
          Forget
        </button>
      </footer>
    </div>
  )
}

function TerminalCard({ terminal, onOpen }: { terminal: TerminalInfo; onOpen: (sessionId: string) => void }): VNode {
  const { sessionId, title, command, args, cwd, cols, rows, running, needsInput, lastOutputAt, exitCode = null, reason, signal } = terminal
  const state =
    running || reason === undefined
      ? age(lastOutputAt, Date.now())
      : ending({ exitCode, reason, ...(signal !== undefined && { signal }) })
  return (
    <button class="card" data-running={running} data-session={sessionId} onClick={() => onOpen(sessionId)}>
      <span class="title">
        <span class="lamp" aria-hidden="true" />
        {title === '' ? sessionId : title}
        {/* Several shells have one title; the id tells them apart. */}
        {title !== '' && title !== sessionId && <small>{sessionId}</small>}
      </span>
      <span class="state">{needsInput.active ? <strong class="needs">Needs you</strong> : state}</span>
      {needsInput.message !== undefined && <span class="message">{needsInput.message}</span>}
      <code>{commandLine(command, args)}</code>
      <span class="where">
        <bdi>{cwd}</bdi>
      </span>
      <span class="size" aria-label={`${cols} columns, ${rows} rows`}>
        {cols}×{rows}
      </span>
    </button>
  )
}

interface Terminals {
  readonly terminals: readonly TerminalInfo[] | undefined
  readonly error: string | undefined
  readonly refresh: () => void
}

/** The list as of the last answer; asked for on connecting, while the page is visible, and by hand. */
function useTerminals(client: HubClient): Terminals {
  const [terminals, setTerminals] = useState<readonly TerminalInfo[]>()
  const [error, setError] = useState<string>()
  const { status } = useObserved(client.connection)

  const refresh = useCallback(() => {
    client.list().then(
      (list) => {
        setTerminals(list)
        setError(undefined)
      },
      (reason: unknown) => {
        const failure = HubError.from(reason)
        // The banner says that already.
        setError(failure.code === 'DISCONNECTED' ? undefined : failure.message)
      },
    )
  }, [client])

  useEffect(() => {
    if (status !== 'connected') return undefined
    const ifVisible = (): void => {
      if (document.visibilityState === 'visible') refresh()
    }
    refresh()
    const timer = setInterval(ifVisible, REFRESH_MS)
    const stopNews = client.onNews(ifVisible)
    document.addEventListener('visibilitychange', ifVisible)
    return () => {
      clearInterval(timer)
      stopNews()
      document.removeEventListener('visibilitychange', ifVisible)
    }
  }, [client, refresh, status])

  return { terminals, error, refresh }
}
