// One terminal: its screen, its state in words, and the keys to drive it. Knows neither how bytes
// arrive (use-terminal.ts) nor how they are drawn (screen.ts).

import type { VNode } from 'preact'
import { useRef, useState } from 'preact/hooks'
import { ending, PasteBar, useNotice } from 'realtime-hub-ui'
import { type HubClient, HubError, type WatchState } from 'tauri-plugin-realtime-hub-api/client'

import { ConnectionBanner, ConnectionDot } from './connection.js'
import type { FitMode } from './fit.js'
import { audience } from './format.js'
import { Icon } from './icon.js'
import { KeyBar } from './key-bar.js'
import { type BarKey, isOneCharacter, modify, type Modifiers, NO_MODIFIERS, sequence } from './keys.js'
import { PasteDialog, readClipboard } from './paste-dialog.js'
import { useTerminal } from './use-terminal.js'

interface Props {
  readonly client: HubClient
  readonly sessionId: string
  readonly onBack: () => void
  readonly onUnpair: (why?: string) => void
}

export function TerminalPage({ client, sessionId, onBack, onUnpair }: Props): VNode {
  const [mode, setMode] = useState<FitMode>('fit')
  const [held, setHeld] = useState(NO_MODIFIERS)
  const [pasting, setPasting] = useState(false)
  const { notice, show } = useNotice()
  // What was typed may come before the next render.
  const heldNow = useRef<Modifiers>(held)
  const hold = (next: Modifiers): void => {
    heldNow.current = next
    setHeld(next)
  }

  const { host, state, screen, input, restart, others, fitted, fit, release } = useTerminal(client, sessionId, {
    mode,
    transformInput: (data) => {
      if (heldNow.current === NO_MODIFIERS || !isOneCharacter(data)) return data
      const modified = modify(data, heldNow.current)
      hold(NO_MODIFIERS)
      return modified
    },
    onInputError: (error) => show(inputFailure(error)),
  })
  const { phase, terminal } = state
  const title = terminal === undefined || terminal.title === '' ? sessionId : terminal.title
  const mayType = terminal !== undefined && terminal.role !== 'viewer'
  const typing = mayType && terminal.exit === undefined

  const press = (key: BarKey): void => {
    input(sequence(key, heldNow.current, screen()?.term.modes.applicationCursorKeysMode ?? false))
    hold(NO_MODIFIERS)
  }
  const type = (text: string): void => {
    input(modify(text, heldNow.current))
    hold(NO_MODIFIERS)
  }
  const resize = async (): Promise<void> => {
    if (fitted) {
      release()
      return
    }
    try {
      if (!(await fit())) show('Others show this terminal, and its size stays theirs.')
    } catch (error) {
      show(`The size is what it was: ${HubError.from(error).message}`)
    }
  }
  const paste = async (): Promise<void> => {
    const text = await readClipboard()
    if (text === undefined) setPasting(true)
    else if (text === '') show('The clipboard holds no text.')
    else screen()?.term.paste(text)
  }

  return (
    <div class="page terminal" data-phase={phase} data-may-type={typing}>
      <header>
        <button class="round" aria-label="Back to the list" onClick={onBack}>
          <Icon name="back" />
        </button>
        <h1>
          {title}
          {title !== sessionId && <small>{sessionId}</small>}
          <small class="audience" aria-live="polite">
            {audience(others)}
          </small>
        </h1>
        <ConnectionDot client={client} />
        <button
          class="round"
          aria-label={mode === 'fit' ? 'Larger text' : 'Fit the width'}
          onClick={() => setMode(mode === 'fit' ? 'readable' : 'fit')}
        >
          <Icon name={mode === 'fit' ? 'zoom' : 'wide'} />
        </button>
        {typing && (
          <button
            class="round"
            aria-label="Fit the terminal to this phone, for everybody"
            aria-pressed={fitted}
            onClick={() => void resize()}
          >
            <Icon name="phone" />
          </button>
        )}
        {typing && (
          <button class="round" aria-label="Keyboard" onClick={() => screen()?.focus()}>
            <Icon name="keyboard" />
          </button>
        )}
      </header>
      <ConnectionBanner client={client} onUnpair={onUnpair} />
      <TerminalStrip state={state} onRestart={restart} />
      <PasteBar client={client} sessionId={sessionId} />
      {/* xterm.js listens on what it draws; below the last line there is room to tap, too. */}
      <main ref={host} class="screen" aria-label={`Terminal ${sessionId}`} onClick={() => typing && screen()?.focus()} />
      <p class="toast" role="alert" hidden={notice === undefined}>
        {notice}
      </p>
      {typing && <KeyBar held={held} onHold={hold} onKey={press} onText={type} onPaste={() => void paste()} />}
      {pasting && <PasteDialog onPaste={(text) => screen()?.term.paste(text)} onClose={() => setPasting(false)} />}
    </div>
  )
}

/** What there is to say about the terminal itself; the banner speaks of the connection. */
function TerminalStrip({ state, onRestart }: { state: WatchState; onRestart: () => void }): VNode | null {
  const { phase, terminal, error } = state
  if (phase === 'failed') {
    return (
      <div class="strip bad" role="status">
        <span>{error?.code === 'NOT_FOUND' ? 'This terminal is not there any more.' : error?.message}</span>
        <button onClick={onRestart}>Try again</button>
      </div>
    )
  }
  if (phase === 'pending') {
    return (
      <div class="strip" role="status">
        Opening…
      </div>
    )
  }
  if (terminal?.exit !== undefined) {
    return (
      <div class="strip" role="status">
        <span>{ending(terminal.exit)}</span>
        {phase === 'live' && <button onClick={onRestart}>Look again</button>}
      </div>
    )
  }
  if (terminal?.role === 'viewer') {
    return (
      <div class="strip" role="status">
        <Icon name="eye" /> Watch only: this phone may not type.
      </div>
    )
  }
  return null
}

function inputFailure(error: HubError): string {
  switch (error.code) {
    case 'DISCONNECTED':
      return 'Not sent: there is no connection. Type it again when it is back.'
    case 'TIMEOUT':
      return 'The hub did not confirm what was typed. Look before typing it again.'
    case 'FORBIDDEN':
      return 'Not sent: this phone may not type.'
    default:
      return `Not sent: ${error.message}`
  }
}
