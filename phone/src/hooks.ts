// What the browser says about the phone: whether it is online, and when it wakes.

import { useEffect, useState } from 'preact/hooks'

/** Whether the browser believes that it has a network. */
export function useOnline(): boolean {
  const [online, setOnline] = useState(navigator.onLine)
  useEffect(() => {
    const update = (): void => setOnline(navigator.onLine)
    window.addEventListener('online', update)
    window.addEventListener('offline', update)
    return () => {
      window.removeEventListener('online', update)
      window.removeEventListener('offline', update)
    }
  }, [])
  return online
}

/** Has the connection checked when the phone wakes, the page is shown again, or the network is back. */
export function useWaking(client: { wake(): void }): void {
  useEffect(() => {
    const wake = (): void => {
      if (document.visibilityState === 'visible') client.wake()
    }
    document.addEventListener('visibilitychange', wake)
    window.addEventListener('online', wake)
    window.addEventListener('pageshow', wake)
    return () => {
      document.removeEventListener('visibilitychange', wake)
      window.removeEventListener('online', wake)
      window.removeEventListener('pageshow', wake)
    }
  }, [client])
}
