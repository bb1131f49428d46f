// More about a session: its tasks and its mail, and how to write to it or end it.

import type { TargetedSubmitEvent, VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { ago, needOf, stateOf, stop, TASK_WORDS, type Work } from 'realtime-hub-ui'
import type { HubClient } from 'tauri-plugin-realtime-hub-api/client'
import type { Mail, ProjectClient, ProjectView, Session } from 'tauri-plugin-realtime-hub-api/domain'

import { Sheet } from './sheet.js'

interface Props {
  readonly client: HubClient
  readonly project: ProjectClient
  readonly view: ProjectView
  /** Undefined when it has gone meanwhile. */
  readonly work: Work | undefined
  readonly mayAct: boolean
  readonly attempt: (change: Promise<unknown>) => Promise<boolean>
  readonly onOpen: (sessionId: string) => void
  readonly onClose: () => void
}

/** More would be a history, and this is a glance. */
const SHOWN = 5

export function SessionSheet(props: Props): VNode {
  const { client, project, view, work, mayAct, attempt, onOpen, onClose } = props
  const id = work?.session?.id
  useEffect(() => {
    // What cannot be had now comes as it is sent.
    if (id !== undefined && view.phase === 'live') project.loadMail(id).catch(() => undefined)
  }, [project, id, view.phase])
  if (work === undefined) {
    return (
      <Sheet title="Gone" onClose={onClose}>
        <p class="hint">This session is not there any more.</p>
      </Sheet>
    )
  }
  const { session, terminal, name } = work
  const need = needOf(work)
  const tasks = view.tasks.filter(({ sessionIds }) => sessionIds.includes(work.id))
  const mail = view.mail.filter(({ toSessionId }) => toSessionId === work.id)
  return (
    <Sheet title={name} onClose={onClose}>
      <p class="facts">{need === undefined ? stateOf(work, Date.now()) : `Needs you${need.message === undefined ? '' : `: ${need.message}`}`}</p>
      {terminal !== undefined && <button onClick={() => onOpen(work.id)}>Open the terminal</button>}
      {tasks.length > 0 && (
        <>
          <h3>Works on</h3>
          <ul class="lines">
            {tasks.map((task) => (
              <li key={task.id}>
                <span>{task.title}</span>
                <small>{TASK_WORDS[task.status]}</small>
              </li>
            ))}
          </ul>
        </>
      )}
      {session !== undefined && <Timeline session={session} />}
      {mail.length > 0 && <MailList mail={mail} />}
      {session !== undefined && mayAct && <MailForm project={project} to={session.id} attempt={attempt} />}
      {mayAct && (terminal?.running === true || session?.status === 'working' || session?.status === 'idle') && (
        <StopButton onStop={() => void attempt(stop(client, project, work)).then((done) => done && onClose())} />
      )}
    </Sheet>
  )
}

function Timeline({ session: { timeline } }: { session: Session }): VNode | null {
  if (timeline.length === 0) return null
  return (
    <>
      <h3>What happened</h3>
      <ul class="lines">
        {timeline.slice(-SHOWN).reverse().map(({ type, message, timestamp }) => (
          <li key={timestamp}>
            <span>{message ?? type}</span>
            <small>{ago(timestamp, Date.now())}</small>
          </li>
        ))}
      </ul>
    </>
  )
}

function MailList({ mail }: { mail: readonly Mail[] }): VNode {
  return (
    <>
      <h3>Mail to it</h3>
      <ul class="lines">
        {mail.slice(-SHOWN).reverse().map(({ id, subject, body, createdAt }) => (
          <li key={id}>
            <span>
              {/* A mail without a heading of its own has its first line for one. */}
              {body.startsWith(subject) ? body : subject}
              {!body.startsWith(subject) && body !== '' && <em>{body}</em>}
            </span>
            <small>{ago(createdAt, Date.now())}</small>
          </li>
        ))}
      </ul>
    </>
  )
}

interface MailProps {
  readonly project: ProjectClient
  readonly to: string
  readonly attempt: (change: Promise<unknown>) => Promise<boolean>
}

function MailForm({ project, to, attempt }: MailProps): VNode {
  const [body, setBody] = useState('')
  const [sent, setSent] = useState(false)
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault()
    if (!(await attempt(project.sendMail({ toSessionId: to, subject: subjectOf(body), body })))) return
    setBody('')
    setSent(true)
  }
  return (
    <form onSubmit={(event) => void submit(event)}>
      <label for="mail">Write to it</label>
      <textarea
        id="mail"
        rows={2}
        value={body}
        placeholder={sent ? 'Sent. Anything else?' : 'What should it do?'}
        onInput={(event) => setBody(event.currentTarget.value)}
      />
      <button class="primary" disabled={body.trim() === ''}>
        Send mail
      </button>
    </form>
  )
}

/** The first line, as long as a subject may be. */
function subjectOf(body: string): string {
  const [line = ''] = body.trim().split('\n', 1)
  return Array.from(line).slice(0, 120).join('')
}

/** Asks once more: what is ended is lost. */
function StopButton({ onStop }: { onStop: () => void }): VNode {
  const [asked, setAsked] = useState(false)
  return (
    <button class={asked ? 'danger' : 'quiet'} onClick={asked ? onStop : () => setAsked(true)}>
      {asked ? 'End it and everything that runs in it' : 'Stop this session'}
    </button>
  )
}
