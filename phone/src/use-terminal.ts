// Joins a screen to a terminal of the hub for as long as the component lives. Draws nothing.

import { type RefObject } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { usePageVisible } from 'realtime-hub-ui'
import { type HubClient, type HubError, type ViewerInfo, type WatchState } from 'tauri-plugin-realtime-hub-api/client'
import { type AttachedTerminal, attachTerminal } from 'tauri-plugin-realtime-hub-api/terminal'

import type { FitMode } from './fit.js'
import { createScreen, type Screen, type Size } from './screen.js'

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
  /** Who watches beside this phone. */
  readonly others: readonly ViewerInfo[]
  /** Whether the terminal has the size that this phone asked for. */
  readonly fitted: boolean
  /** Asks for a size that fills this phone's screen, for everybody. False when another's size rules. */
  readonly fit: () => Promise<boolean>
  /** Asks for no size any more. The terminal keeps the one that it has until somebody asks for another. */
  readonly release: () => void
}

const PENDING: WatchState = { phase: 'pending', terminal: undefined, error: undefined }

export function useTerminal(client: HubClient, sessionId: string, options: Options): ShownTerminal {
  const host = useRef<HTMLElement>(null)
  const shown = useRef<{ readonly screen: Screen; readonly attached: AttachedTerminal } | undefined>(undefined)
  const [state, setState] = useState(PENDING)
  const [others, setOthers] = useState<readonly ViewerInfo[]>([])
  /** What this phone asks for; without it, it shows whatever size there is. */
  const [asked, setAsked] = useState<Size>()
  // The terminal outlives renders; what it calls must not.
  const latest = useRef(options)
  latest.current = options

  useEffect(() => {
    if (host.current === null) return undefined
    const screen = createScreen(host.current, latest.current.mode, {
      type: (data) => shown.current?.attached.input(data),
      onTurn: () => setAsked((before) => before && shown.current?.screen.room()),
    })
    const attached = attachTerminal(client, sessionId, screen.term, {
      transformInput: (data) => latest.current.transformInput(data),
      onInputError: (error) => latest.current.onInputError(error),
    })
    shown.current = { screen, attached }
    const stops = [
      attached.watch.state.subscribe(setState),
      attached.watch.audience.subscribe((audience) => setOthers(audience.others)),
    ]
    return () => {
      for (const stop of stops) stop()
      shown.current = undefined
      attached.dispose()
      screen.dispose()
    }
  }, [client, sessionId])

  const { mode } = options
  useEffect(() => shown.current?.screen.setMode(mode), [mode])

  const visible = usePageVisible()
  const show = (size: Size | undefined): void => {
    shown.current?.attached.watch.show({ visible, ...(size && { size }), rate: visible ? 'full' : 'low' })
  }
  useEffect(() => show(asked), [client, sessionId, visible, asked])
  const fit = async (): Promise<boolean> => {
    const room = shown.current?.screen.room()
    if (room === undefined) return false
    const given = await client.resize(sessionId, room.cols, room.rows)
    setAsked(given ? room : undefined)
    // What is not given now must not come later, when nobody thinks of it any more.
    if (!given) show(undefined)
    return given
  }
  const { terminal } = state

  return {
    host,
    state,
    others,
    fitted: asked !== undefined && asked.cols === terminal?.cols && asked.rows === terminal.rows,
    fit,
    release: () => setAsked(undefined),
    screen: () => shown.current?.screen,
    input: (data) => shown.current?.attached.input(data),
    restart: () => shown.current?.attached.watch.restart(),
  }
}
