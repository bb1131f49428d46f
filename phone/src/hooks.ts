// Small bridges between the client and the components.

import { useEffect, useState } from 'preact/hooks'
import type { HubClient, Observable } from 'tauri-plugin-realtime-hub-api/client'

/** The present value of something that changes. */
export function useObserved<T>(observable: Observable<T>): T {
  const [value, setValue] = useState(observable.value)
  useEffect(() => observable.subscribe((next) => setValue(() => next)), [observable])
  return value
}

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

/** Whether anybody can see the page; not while another app is in front or the phone is locked. */
export function usePageVisible(): boolean {
  const [visible, setVisible] = useState(!document.hidden)
  useEffect(() => {
    const look = (): void => setVisible(!document.hidden)
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [])
  return visible
}

/** Has the connection checked when the phone wakes, the page is shown again, or the network is back. */
export function useWaking(client: HubClient): void {
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
