// Small bridges between the hub and the components.

import { useCallback, useEffect, useState } from 'preact/hooks'
import { HubError, type HubStatus, status as readStatus } from 'tauri-plugin-realtime-hub-api'
import type { HubClient, Observable, TerminalInfo } from 'tauri-plugin-realtime-hub-api/client'

/** The hub tells of new terminals, not of every change in its list; to ask costs nothing within the machine. */
const LIST_MS = 1_000
const STATUS_MS = 3_000

/** The present value of something that changes. */
export function useObserved<T>(observable: Observable<T>): T {
  const [value, setValue] = useState(observable.value)
  useEffect(() => observable.subscribe((next) => setValue(() => next)), [observable])
  return value
}

interface Status {
  readonly status: HubStatus | undefined
  /** Why the last question was not answered. */
  readonly error: HubError | undefined
}

/** How the hub is, over `invoke`: this also works when it does not listen. */
export function useStatus(): Status {
  const [state, setState] = useState<Status>({ status: undefined, error: undefined })
  useEffect(() => {
    const look = (): void => {
      readStatus().then(
        (status) => setState({ status, error: undefined }),
        (error: unknown) => setState((before) => ({ ...before, error: HubError.from(error) })),
      )
    }
    look()
    const timer = setInterval(look, STATUS_MS)
    return () => clearInterval(timer)
  }, [])
  return state
}

interface Terminals {
  /** As of the last answer; undefined before the first. */
  readonly terminals: readonly TerminalInfo[] | undefined
  readonly refresh: () => void
}

/** The hub's terminals, wherever they were started. */
export function useTerminals(client: HubClient): Terminals {
  const [terminals, setTerminals] = useState<readonly TerminalInfo[]>()
  const { status } = useObserved(client.connection)
  const refresh = useCallback(() => {
    // What goes wrong here, the connection's state says.
    client.list().then(setTerminals, () => undefined)
  }, [client])
  useEffect(() => {
    if (status !== 'connected') return undefined
    refresh()
    const timer = setInterval(refresh, LIST_MS)
    const stopNews = client.onNews(refresh)
    return () => {
      clearInterval(timer)
      stopNews()
    }
  }, [client, refresh, status])
  return { terminals, refresh }
}

/** Whether anybody can see the page; not when its window is minimised. */
export function usePageVisible(): boolean {
  const [visible, setVisible] = useState(!document.hidden)
  useEffect(() => {
    const look = (): void => setVisible(!document.hidden)
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [])
  return visible
}

/** The time, every `ms` milliseconds. */
export function useNow(ms: number): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), ms)
    return () => clearInterval(timer)
  }, [ms])
  return now
}
