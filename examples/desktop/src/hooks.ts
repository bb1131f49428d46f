// Small bridges between the hub and the components.

import { useEffect, useState } from 'preact/hooks'
import { HubError, type HubStatus, status as readStatus } from 'tauri-plugin-realtime-hub-api'

const STATUS_MS = 3_000

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

/** The time, every `ms` milliseconds. */
export function useNow(ms: number): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), ms)
    return () => clearInterval(timer)
  }, [ms])
  return now
}
