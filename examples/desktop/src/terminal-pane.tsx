// One terminal: its screen for as long as its tab is there, and what there is to say about it.

import type { RefObject, VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { HubClient, HubError, TerminalInfo, WatchState } from 'tauri-plugin-realtime-hub-api/client'
import { type AttachedTerminal, attachTerminal } from 'tauri-plugin-realtime-hub-api/terminal'

import { ending } from './format.js'
import { createScreen, type Screen, type Size } from './screen.js'
import { Sizer } from './sizer.js'

interface Props {
  readonly client: HubClient
  readonly terminal: TerminalInfo
  readonly inFront: boolean
  /** Whether the keyboard is the terminal's. */
  readonly focused: boolean
  readonly onRoom: (size: Size) => void
  /** Something that the list tells about this terminal has changed. */
  readonly onChange: () => void
  readonly onTitle: (title: string) => void
  readonly onNotice: (text: string) => void
  /** Starts the program again. */
  readonly onAgain: () => void
}

export function TerminalPane(props: Props): VNode {
  const { terminal, inFront, onAgain } = props
  const { host, state } = useTerminal(props)
  return (
    <section class="pane" hidden={!inFront} aria-label={`Terminal ${terminal.sessionId}`} data-phase={state.phase}>
      <div ref={host} class="screen" />
      <Strip state={state} onAgain={onAgain} />
    </section>
  )
}

function Strip({ state: { phase, terminal, error }, onAgain }: { state: WatchState; onAgain: () => void }): VNode | null {
  if (phase === 'failed') {
    return (
      <div class="strip" role="status">
        <span>{error?.message}</span>
      </div>
    )
  }
  if (terminal?.exit === undefined) return null
  return (
    <div class="strip" role="status">
      <span>{ending(terminal.exit)}</span>
      <button onClick={onAgain}>Start again</button>
    </div>
  )
}

const PENDING: WatchState = { phase: 'pending', terminal: undefined, error: undefined }

interface Shown {
  readonly screen: Screen
  readonly attached: AttachedTerminal
  readonly sizer: Sizer
  room?: Size
}

function useTerminal(props: Props): { host: RefObject<HTMLDivElement | null>; state: WatchState } {
  const { client, terminal, focused } = props
  const { sessionId, epoch } = terminal
  const host = useRef<HTMLDivElement>(null)
  const shown = useRef<Shown | undefined>(undefined)
  const [state, setState] = useState(PENDING)
  // The screen outlives renders; what it calls must not.
  const latest = useRef(props)
  latest.current = props

  useEffect(() => {
    if (host.current === null) return undefined
    const sizer = new Sizer(({ cols, rows }) => client.resize(sessionId, cols, rows))
    const screen = createScreen(host.current, (room) => {
      if (shown.current !== undefined) shown.current.room = room
      latest.current.onRoom(room)
      sizer.want(room)
    })
    screen.term.onTitleChange((title) => latest.current.onTitle(title))
    const attached = attachTerminal(client, sessionId, screen.term, {
      answersQueries: true,
      onInputError: (error) => latest.current.onNotice(inputFailure(error)),
    })
    shown.current = { screen, attached, sizer }
    const stop = attached.watch.state.subscribe(setState)
    return () => {
      stop()
      shown.current = undefined
      attached.dispose()
      screen.dispose()
    }
  }, [client, sessionId])

  const { phase, terminal: watched } = state
  useEffect(() => {
    if (focused) shown.current?.screen.term.focus()
  }, [focused, phase, watched?.epoch])

  const running = watched !== undefined && watched.exit === undefined
  useEffect(() => latest.current.onChange(), [running, watched?.cols, watched?.rows])

  // Another life of the same terminal: it is watched anew and told how much room there is.
  useEffect(() => {
    const { attached, sizer, room } = shown.current ?? {}
    if (watched !== undefined && watched.epoch !== epoch) attached?.watch.restart()
    else if (phase === 'live' && room !== undefined) sizer?.want(room)
  }, [epoch, phase, watched?.epoch])

  return { host, state }
}

function inputFailure(error: HubError): string {
  switch (error.code) {
    case 'DISCONNECTED':
      return 'Not sent: there is no connection to the hub.'
    case 'TIMEOUT':
      return 'The hub did not confirm what was typed. Look before typing it again.'
    case 'CONFLICT':
      return 'Not sent: the program has ended.'
    case 'UNAVAILABLE':
      return 'Not sent: the program does not read its input.'
    default:
      return `Not sent: ${error.message}`
  }
}
