// The terminals in tabs: which there are, which one is in front, opening and closing them. Knows
// nothing of what is inside one.

import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useNotice, useObserved, useTerminals } from 'realtime-hub-ui'
import { HubError, register } from 'tauri-plugin-realtime-hub-api'
import type { HubClient, TerminalInfo, ViewerInfo } from 'tauri-plugin-realtime-hub-api/client'

import { lifeOf } from './format.js'
import { useStatus } from './hooks.js'
import { Icon } from './icon.js'
import { PairDialog } from './pair-dialog.js'
import { Panel, type Where } from './panel.js'
import type { Size } from './screen.js'
import { Problems, StatusBar } from './status-bar.js'
import { type Tab, Tabs } from './tabs.js'
import { TerminalPane } from './terminal-pane.js'

/** To ask costs nothing within the machine. */
const LIST_MS = 1_000

/** The project that always exists. */
const DEFAULT_PROJECT = 'default'
/** Below this the terminals need all the room. */
const WIDE_PX = 900

export function Workspace({ client, where }: { client: HubClient; where: Where }): VNode {
  const connection = useObserved(client.connection)
  const { status } = useStatus()
  const { terminals, refresh } = useTerminals(client, LIST_MS)
  const [front, setFront] = useState<string>()
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set())
  const [titles, setTitles] = useState<ReadonlyMap<string, string>>(new Map())
  const [audiences, setAudiences] = useState<ReadonlyMap<string, readonly ViewerInfo[]>>(new Map())
  const [pairing, setPairing] = useState(false)
  const [projectId, setProjectId] = useState(DEFAULT_PROJECT)
  const [panel, setPanel] = useState(() => window.innerWidth >= WIDE_PX)
  const { notice, show } = useNotice()
  /** What the panes have room for, so that a program starts with its size. */
  const room = useRef<Size>(undefined)

  const shown = (terminals ?? []).filter((terminal) => !closed.has(lifeOf(terminal)))
  const find = (wanted: string | undefined): TerminalInfo | undefined =>
    shown.find(({ sessionId }) => sessionId === wanted)
  // What was asked for may not be in the list yet; until then nothing else comes to the front.
  const previous = useRef<string>(undefined)
  const current = find(front) ?? find(previous.current) ?? shown.at(-1)
  previous.current = current?.sessionId

  const open = (): void => {
    const sessionId = freshId(terminals ?? [])
    register({ sessionId, projectId, ...room.current }).then(
      () => {
        setFront(sessionId)
        refresh()
      },
      (error: unknown) => show(HubError.from(error).message),
    )
  }
  /** Brings a terminal to the front, also one whose tab was closed; the panel goes with it. */
  const select = (sessionId: string): void => {
    const terminal = terminals?.find((each) => each.sessionId === sessionId)
    if (terminal === undefined) return
    const life = lifeOf(terminal)
    setClosed((before) => new Set([...before].filter((other) => other !== life)))
    setFront(sessionId)
    setProjectId(terminal.projectId)
  }
  const close = (terminal: TerminalInfo): void => {
    const life = lifeOf(terminal)
    const at = shown.indexOf(terminal)
    if (terminal === current) setFront((shown[at + 1] ?? shown[at - 1])?.sessionId)
    setClosed((before) => new Set(before).add(life))
    if (!terminal.running) return
    client.kill(terminal.sessionId).catch((error: unknown) => {
      // It runs on, so it is shown again.
      setClosed((before) => new Set([...before].filter((other) => other !== life)))
      show(HubError.from(error).message)
    })
  }
  const again = ({ sessionId, title, command, args, cwd, projectId }: TerminalInfo): void => {
    register({ sessionId, title, command, args, cwd, projectId, ...room.current }).then(refresh, (error: unknown) =>
      show(HubError.from(error).message),
    )
  }

  // Whoever opens the application wants a terminal.
  const first = useRef(true)
  useEffect(() => {
    if (terminals === undefined || !first.current) return
    first.current = false
    if (!terminals.some(({ running }) => running)) open()
  }, [terminals])

  useShortcuts({
    t: open,
    w: () => current !== undefined && close(current),
    p: () => setPairing(true),
    b: () => setPanel(!panel),
  })

  const othersOf = (sessionId: string): readonly ViewerInfo[] => audiences.get(sessionId) ?? []
  const tabs = shown.map((terminal): Tab => {
    const { sessionId, title } = terminal
    return { terminal, title: titles.get(sessionId) ?? title, others: othersOf(sessionId) }
  })
  return (
    <div class="window">
      {/* What is clicked here must not take the keyboard from the terminal. */}
      <header class="bar" onMouseDown={(event) => event.preventDefault()}>
        <Icon name="logo" />
        <Tabs tabs={tabs} current={current?.sessionId} onSelect={select} onClose={close} onOpen={open} />
        <button
          class="round"
          aria-label="Sessions and tasks"
          title="Sessions and tasks (Ctrl+Shift+B)"
          aria-pressed={panel}
          onClick={() => setPanel(!panel)}
        >
          <Icon name="panel" />
        </button>
        <button class="primary" title="Ctrl+Shift+P" onClick={() => setPairing(true)}>
          <Icon name="phone" /> Pair a phone
        </button>
      </header>
      <Problems problems={status?.problems ?? []} />
      <div class="middle">
        <main class="panes">
          {shown.map((terminal) => (
            <TerminalPane
              key={terminal.sessionId}
              client={client}
              terminal={terminal}
              inFront={terminal === current}
              focused={terminal === current && !pairing}
              onTitle={(title) => setTitles((before) => new Map(before).set(terminal.sessionId, title))}
              onRoom={(size) => (room.current = size)}
              onAudience={(others) => setAudiences((before) => new Map(before).set(terminal.sessionId, others))}
              onChange={refresh}
              onNotice={show}
              onAgain={() => again(terminal)}
            />
          ))}
          {terminals !== undefined && shown.length === 0 && (
            <div class="nothing">
              <p>No terminal is open.</p>
              <button onClick={open}>New terminal</button>
            </div>
          )}
        </main>
        {panel && (
          <Panel
            {...{ where, client, projectId, onProject: setProjectId, onSelect: select, onNotice: show }}
            connected={connection.status === 'connected'}
            terminals={terminals ?? []}
            front={current?.sessionId}
          />
        )}
      </div>
      <p class="toast" role="alert" hidden={notice === undefined}>
        {notice}
      </p>
      <StatusBar
        connection={connection}
        status={status}
        terminal={current}
        others={current === undefined ? [] : othersOf(current.sessionId)}
      />
      {pairing && <PairDialog status={status} onClose={() => setPairing(false)} />}
    </div>
  )
}

/** A number that none has, not even one that has ended: phones may still be looking at that. */
function freshId(terminals: readonly TerminalInfo[]): string {
  const taken = new Set(terminals.map(({ sessionId }) => sessionId))
  let number = 1
  while (taken.has(`shell-${number}`)) number += 1
  return `shell-${number}`
}

/** Ctrl+Shift with a letter, as desktop terminals have it: Ctrl alone belongs to the program. */
function useShortcuts(actions: Readonly<Record<string, () => void>>): void {
  const latest = useRef(actions)
  latest.current = actions
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const action = event.ctrlKey && event.shiftKey ? latest.current[event.key.toLowerCase()] : undefined
      if (action === undefined) return
      event.preventDefault()
      event.stopPropagation()
      action()
    }
    // Before xterm.js sees it.
    window.addEventListener('keydown', onKey, { capture: true })
    return () => window.removeEventListener('keydown', onKey, { capture: true })
  }, [])
}
