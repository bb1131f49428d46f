// Small bridges between what changes and the components.

import { useEffect, useRef, useState } from 'preact/hooks'
import type { Observable } from 'tauri-plugin-realtime-hub-api/client'

/** Long enough to be read. */
const NOTICE_MS = 6_000

/** The present value of something that changes. */
export function useObserved<T>(observable: Observable<T>): T {
  const [value, setValue] = useState(observable.value)
  useEffect(() => observable.subscribe((next) => setValue(() => next)), [observable])
  return value
}

/** Whether anybody can see the page; not while it is behind another, minimised, or the phone is locked. */
export function usePageVisible(): boolean {
  const [visible, setVisible] = useState(!document.hidden)
  useEffect(() => {
    const look = (): void => setVisible(!document.hidden)
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [])
  return visible
}

/** What is over and done with, unless somebody wants to see all of it. */
const OVER_SHOWN = 8

/** Everything that goes on, and the first few of what is over. `hidden` is how many are left out until `showAll`. */
export function useRecent<T>(all: readonly T[], isOver: (thing: T) => boolean): { readonly shown: readonly T[]; readonly hidden: number; readonly showAll: () => void } {
  const [everything, setEverything] = useState(false)
  let over = 0
  const shown = all.filter((thing) => !isOver(thing) || everything || ++over <= OVER_SHOWN)
  return { shown, hidden: all.length - shown.length, showAll: () => setEverything(true) }
}

/** A message that goes away by itself. */
export function useNotice(): { readonly notice: string | undefined; readonly show: (text: string) => void } {
  const [notice, setNotice] = useState<string>()
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  return {
    notice,
    show: (text) => {
      clearTimeout(timer.current)
      setNotice(text)
      timer.current = setTimeout(() => setNotice(undefined), NOTICE_MS)
    },
  }
}
