// Joins a screen to a terminal of the hub for as long as the component lives. Draws nothing.

import { type RefObject } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { type HubClient, type HubError, type WatchState } from 'tauri-plugin-realtime-hub-api/client'
import { type AttachedTerminal, attachTerminal } from 'tauri-plugin-realtime-hub-api/terminal'

import type { FitMode } from './fit.js'
import { createScreen, type Screen } from './screen.js'

interface Options {
  readonly mode: FitMode
  /** May change what was typed on the on-screen keyboard. */
  readonly transformInput: (data: string) => string
  readonly onInputError: (error: HubError) => void
}

export interface ShownTerminal {
  readonly host: RefObject<HTMLElement | null>
  readonly state: WatchState
  readonly screen: () => Screen | undefined
  /** Types what is given as it is. */
  readonly input: (data: string) => void
  readonly restart: () => void
}

const PENDING: WatchState = { phase: 'pending', terminal: undefined, error: undefined }

export function useTerminal(client: HubClient, sessionId: string, options: Options): ShownTerminal {
  const host = useRef<HTMLElement>(null)
  const shown = useRef<{ readonly screen: Screen; readonly attached: AttachedTerminal } | undefined>(undefined)
  const [state, setState] = useState(PENDING)
  // The terminal outlives renders; what it calls must not.
  const latest = useRef(options)
  latest.current = options

  useEffect(() => {
    if (host.current === null) return undefined
    const input = (data: string): void => shown.current?.attached.input(data)
    const screen = createScreen(host.current, latest.current.mode, input)
    const attached = attachTerminal(client, sessionId, screen.term, {
      answersQueries: false, // the desktop does
      transformInput: (data) => latest.current.transformInput(data),
      onInputError: (error) => latest.current.onInputError(error),
    })
    shown.current = { screen, attached }
    const stop = attached.watch.state.subscribe(setState)
    return () => {
      stop()
      shown.current = undefined
      attached.dispose()
      screen.dispose()
    }
  }, [client, sessionId])

  const { mode } = options
  useEffect(() => shown.current?.screen.setMode(mode), [mode])

  return {
    host,
    state,
    screen: () => shown.current?.screen,
    input: (data) => shown.current?.attached.input(data),
    restart: () => shown.current?.attached.watch.restart(),
  }
}
