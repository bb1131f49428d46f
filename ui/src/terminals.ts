// The terminals that there are.

import { useCallback, useEffect, useState } from 'preact/hooks'
import type { HubClient, TerminalInfo } from 'tauri-plugin-realtime-hub-api/client'

import { useObserved } from './hooks.js'

interface Terminals {
  /** As of the last answer; undefined before the first. */
  readonly terminals: readonly TerminalInfo[] | undefined
  readonly refresh: () => void
}

/**
 * Asked for on connecting, when one begins or needs somebody, and every so many milliseconds: the hub does
 * not tell of each change of its list. Nobody looks at a page that is hidden.
 */
export function useTerminals(client: HubClient, everyMs: number): Terminals {
  const [terminals, setTerminals] = useState<readonly TerminalInfo[]>()
  const { status } = useObserved(client.connection)
  // What goes wrong here, the connection's state says.
  const refresh = useCallback(() => void client.list().then(setTerminals, () => undefined), [client])
  useEffect(() => {
    if (status !== 'connected') return undefined
    const ifVisible = (): void => {
      if (document.visibilityState === 'visible') refresh()
    }
    refresh()
    const timer = setInterval(ifVisible, everyMs)
    const stopNews = client.onNews(ifVisible)
    document.addEventListener('visibilitychange', ifVisible)
    return () => {
      clearInterval(timer)
      stopNews()
      document.removeEventListener('visibilitychange', ifVisible)
    }
  }, [client, refresh, status, everyMs])
  return { terminals, refresh }
}
