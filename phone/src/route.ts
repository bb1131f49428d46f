// The page's place in the browser's history: the back button leads from a terminal to the list.
// The address names a terminal and never holds a secret.

import { useCallback, useEffect, useState } from 'preact/hooks'

export type Route = { readonly page: 'list' } | { readonly page: 'terminal'; readonly sessionId: string }

const TERMINAL = '#/terminal/'

export function routeOf(hash: string): Route {
  if (!hash.startsWith(TERMINAL)) return { page: 'list' }
  try {
    const sessionId = decodeURIComponent(hash.slice(TERMINAL.length))
    return sessionId === '' ? { page: 'list' } : { page: 'terminal', sessionId }
  } catch {
    return { page: 'list' } // a broken escape
  }
}

export interface Navigation {
  readonly route: Route
  readonly open: (sessionId: string) => void
  readonly back: () => void
}

/** Marks the entries that were reached from the list, so that going back stays on this page. */
const FROM_LIST = { fromList: true }

export function useRoute(): Navigation {
  const [route, setRoute] = useState(() => routeOf(window.location.hash))
  useEffect(() => {
    const onChange = (): void => setRoute(routeOf(window.location.hash))
    window.addEventListener('popstate', onChange)
    return () => {
      window.removeEventListener('popstate', onChange)
    }
  }, [])
  const open = useCallback((sessionId: string) => {
    window.history.pushState(FROM_LIST, '', TERMINAL + encodeURIComponent(sessionId))
    setRoute({ page: 'terminal', sessionId })
  }, [])
  const back = useCallback(() => {
    const state = window.history.state as Partial<typeof FROM_LIST> | null
    if (state?.fromList === true) {
      window.history.back()
      return
    }
    window.history.replaceState(null, '', window.location.pathname)
    setRoute({ page: 'list' })
  }, [])
  return { route, open, back }
}
