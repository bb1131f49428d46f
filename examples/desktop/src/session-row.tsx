// A session: what it is doing, whether it needs somebody, mail to it, and its end.

import type { TargetedSubmitEvent, VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { answer, needOf, stateOf, stop, toneOf, type Work } from 'realtime-hub-ui'
import type { HubClient } from 'tauri-plugin-realtime-hub-api/client'

import { Icon } from './icon.js'
import type { Doing } from './panel.js'

interface Props extends Doing {
  readonly client: HubClient
  readonly work: Work
  readonly inFront: boolean
  /** Brings its terminal to the front. */
  readonly onSelect: () => void
}

export function SessionRow({ client, project, attempt, work, inFront, onSelect }: Props): VNode {
  const { id, name, session, terminal } = work
  const [writing, setWriting] = useState(false)
  const need = needOf(work)
  const tone = toneOf(work)
  const runs = terminal?.running ?? (tone === 'works' || tone === 'idle' || tone === 'needs')
  return (
    <div class="row" data-tone={tone} data-work={id} data-front={inFront}>
      <button class="main" disabled={terminal === undefined} onClick={onSelect}>
        <span class="lamp" aria-hidden="true" />
        <span class="name">
          {name}
          {name !== id && <small>{id}</small>}
        </span>
        <span class="state">{need === undefined ? stateOf(work, Date.now()) : 'Needs you'}</span>
      </button>
      <span class="tools">
        {session !== undefined && (
          <button class="round" aria-label={`Write to ${id}`} title="Send mail" aria-pressed={writing} onClick={() => setWriting(!writing)}>
            <Icon name="mail" />
          </button>
        )}
        {runs && (
          <button class="round" aria-label={`Stop ${id}`} title="Stop" onClick={() => void attempt(stop(client, project, work))}>
            <Icon name="stop" />
          </button>
        )}
      </span>
      {need !== undefined && (
        <div class="need">
          {need.message !== undefined && <p>{need.message}</p>}
          <button onClick={() => void attempt(answer(client, project, work, ''))}>Done</button>
        </div>
      )}
      {writing && <MailForm {...{ project, attempt }} to={id} onSent={() => setWriting(false)} />}
    </div>
  )
}

function MailForm({ project, attempt, to, onSent }: Doing & { to: string; onSent: () => void }): VNode {
  const first = useRef<HTMLInputElement>(null)
  useEffect(() => first.current?.focus(), [])
  const [subject, setSubject] = useState('')
  const [body, setBody] = useState('')
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    void attempt(project.sendMail({ toSessionId: to, subject: subject.trim(), body })).then((sent) => sent && onSent())
  }
  return (
    <form class="mail" onSubmit={submit}>
      <input ref={first} value={subject} maxLength={500} aria-label="Subject" placeholder="Subject" onInput={(event) => setSubject(event.currentTarget.value)} />
      <textarea rows={3} value={body} aria-label="Message" placeholder="Message" onInput={(event) => setBody(event.currentTarget.value)} />
      <button class="primary" disabled={subject.trim() === ''}>
        Send
      </button>
    </form>
  )
}
