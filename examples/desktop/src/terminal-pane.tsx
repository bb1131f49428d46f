// One terminal: its screen for as long as its tab is there, and what there is to say about it.

import type { RefObject, VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { ending, PasteBar, usePageVisible } from 'realtime-hub-ui'
import type { HubClient, HubError, TerminalInfo, ViewerInfo, WatchState } from 'tauri-plugin-realtime-hub-api/client'
import { type AttachedTerminal, attachTerminal } from 'tauri-plugin-realtime-hub-api/terminal'

import { createScreen, type Screen, type Size } from './screen.js'

interface Props {
  readonly client: HubClient
  readonly terminal: TerminalInfo
  readonly inFront: boolean
  /** Whether the keyboard is the terminal's. */
  readonly focused: boolean
  readonly onRoom: (size: Size) => void
  readonly onAudience: (others: readonly ViewerInfo[]) => void
  /** Something that the list tells about this terminal has changed. */
  readonly onChange: () => void
  readonly onTitle: (title: string) => void
  readonly onNotice: (text: string) => void
  /** Starts the program again. */
  readonly onAgain: () => void
}

export function TerminalPane(props: Props): VNode {
  const { client, terminal, inFront, onAgain } = props
  const { host, state } = useTerminal(props)
  return (
    <section class="pane" hidden={!inFront} aria-label={`Terminal ${terminal.sessionId}`} data-phase={state.phase}>
      <div ref={host} class="screen" />
      <PasteBar client={client} sessionId={terminal.sessionId} />
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
}

function useTerminal(props: Props): { host: RefObject<HTMLDivElement | null>; state: WatchState } {
  const { client, terminal, inFront, focused } = props
  const { sessionId, epoch } = terminal
  const host = useRef<HTMLDivElement>(null)
  const shown = useRef<Shown | undefined>(undefined)
  const [state, setState] = useState(PENDING)
  const [room, setRoom] = useState<Size>()
  // The screen outlives renders; what it calls must not.
  const latest = useRef(props)
  latest.current = props

  useEffect(() => {
    if (host.current === null) return undefined
    const screen = createScreen(host.current, (size) => {
      setRoom(size)
      latest.current.onRoom(size)
    })
    screen.term.onTitleChange((title) => latest.current.onTitle(title))
    const attached = attachTerminal(client, sessionId, screen.term, {
      onInputError: (error) => latest.current.onNotice(inputFailure(error)),
    })
    shown.current = { screen, attached }
    const stops = [
      attached.watch.state.subscribe(setState),
      attached.watch.audience.subscribe(({ others }) => latest.current.onAudience(others)),
    ]
    return () => {
      for (const stop of stops) stop()
      shown.current = undefined
      attached.dispose()
      screen.dispose()
    }
  }, [client, sessionId])

  const { phase, terminal: watched } = state
  useEffect(() => {
    // Whoever is typing elsewhere when a connection comes back goes on typing there.
    const elsewhere = document.activeElement?.matches('input, select, textarea:not(.xterm-helper-textarea)') ?? false
    if (focused && !elsewhere) shown.current?.screen.term.focus()
  }, [focused, phase, watched?.epoch])

  const running = watched !== undefined && watched.exit === undefined
  useEffect(() => latest.current.onChange(), [running, watched?.cols, watched?.rows])

  // Another life of the same terminal is watched anew.
  useEffect(() => {
    if (watched !== undefined && watched.epoch !== epoch) shown.current?.attached.watch.restart()
  }, [epoch, watched?.epoch])

  // A terminal that is not seen here may have the size of a phone meanwhile.
  const pageVisible = usePageVisible()
  const visible = inFront && pageVisible
  useEffect(() => {
    // Until it has been laid out there is nothing to say; what says nothing keeps others from changing the size.
    if (visible && room === undefined) return
    shown.current?.attached.watch.show({ visible, ...(room && { size: room }) })
  }, [client, sessionId, visible, room])

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
    default:
      return `Not sent: ${error.message}`
  }
}
