// A session in the list: what it is doing, and the answer when it needs somebody.

import type { TargetedSubmitEvent, VNode } from 'preact'
import { useState } from 'preact/hooks'
import { answer, needOf, stateOf, toneOf, type Work } from 'realtime-hub-ui'
import type { HubClient } from 'tauri-plugin-realtime-hub-api/client'
import type { ProjectClient } from 'tauri-plugin-realtime-hub-api/domain'

import { commandLine } from './format.js'
import { Icon } from './icon.js'

interface Props {
  readonly work: Work
  readonly client: HubClient
  readonly project: ProjectClient
  readonly mayAct: boolean
  readonly attempt: (change: Promise<unknown>) => Promise<boolean>
  readonly onOpen: () => void
  readonly onMore: () => void
}

export function SessionCard(props: Props): VNode {
  const { work, mayAct, onOpen, onMore } = props
  const { id, name, terminal } = work
  const need = needOf(work)
  return (
    <div class="card" data-tone={toneOf(work)} data-session={id}>
      <button class="body" onClick={onOpen}>
        <span class="title">
          <span class="lamp" aria-hidden="true" />
          {name}
          {/* Several have one name; the id tells them apart. */}
          {name !== id && <small>{id}</small>}
        </span>
        <span class="state">{need === undefined ? stateOf(work, Date.now()) : <strong>Needs you</strong>}</span>
        {need?.message !== undefined && <span class="message">{need.message}</span>}
        {terminal !== undefined && need === undefined && (
          <>
            <code>{commandLine(terminal.command, terminal.args)}</code>
            <span class="where">
              <bdi>{terminal.cwd}</bdi>
            </span>
            <span class="size" aria-label={`${terminal.cols} columns, ${terminal.rows} rows`}>
              {terminal.cols}×{terminal.rows}
            </span>
          </>
        )}
      </button>
      <button class="round more" aria-label={`More about ${name}`} onClick={onMore}>
        <Icon name="more" />
      </button>
      {need !== undefined && mayAct && <Reply {...props} />}
    </div>
  )
}

/** What a program that asks most often wants to hear. */
const QUICK = [
  ['Yes', 'yes\r'],
  ['No', 'no\r'],
  ['Continue', 'continue\r'],
  ['Enter', '\r'],
] as const

function Reply({ work, client, project, attempt }: Props): VNode {
  const [text, setText] = useState('')
  const [busy, setBusy] = useState(false)
  const send = async (input: string): Promise<void> => {
    setBusy(true)
    if (await attempt(answer(client, project, work, input))) setText('')
    setBusy(false)
  }
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    void send(`${text}\r`)
  }
  if (work.terminal?.running !== true) {
    // Nobody reads there; mail reaches whoever works elsewhere.
    return (
      <div class="reply">
        <button disabled={busy} onClick={() => void send('')}>
          Mark as answered
        </button>
      </div>
    )
  }
  return (
    <form class="reply" onSubmit={submit} aria-label={`Answer ${work.name}`}>
      <div class="quick">
        {QUICK.map(([label, input]) => (
          <button key={label} type="button" disabled={busy} onClick={() => void send(input)}>
            {label}
          </button>
        ))}
      </div>
      <input
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        aria-label="Answer"
        placeholder="Answer…"
        autocomplete="off"
        autocapitalize="off"
        enterkeyhint="send"
      />
      <button class="primary" aria-label="Send" disabled={busy || text === ''}>
        <Icon name="send" />
      </button>
    </form>
  )
}
