// One task: how far it is, how urgent, and who has it; and a form for a new one.

import type { TargetedSubmitEvent, VNode } from 'preact'
import { useState } from 'preact/hooks'
import { PRIORITIES, PRIORITY_WORDS, TASK_STATUSES, TASK_WORDS, type Work } from 'realtime-hub-ui'
import type { Priority, ProjectClient, Task, TaskStatus } from 'tauri-plugin-realtime-hub-api/domain'

import { Sheet } from './sheet.js'

interface Common {
  readonly project: ProjectClient
  readonly mayAct: boolean
  readonly attempt: (change: Promise<unknown>) => Promise<boolean>
  readonly onClose: () => void
}

interface Props extends Common {
  /** Undefined when it has gone meanwhile. */
  readonly task: Task | undefined
  readonly work: readonly Work[]
}

export function TaskSheet({ project, task, work, mayAct, attempt, onClose }: Props): VNode {
  if (task === undefined) {
    return (
      <Sheet title="Gone" onClose={onClose}>
        <p class="hint">This task is not there any more.</p>
      </Sheet>
    )
  }
  const { id, title, description, status, priority } = task
  return (
    <Sheet title={title} onClose={onClose}>
      {description !== '' && <p class="facts">{description}</p>}
      <Field name="Status" value={status} words={TASK_WORDS} options={TASK_STATUSES} disabled={!mayAct}
        onChange={(next: TaskStatus) => void attempt(project.updateTask(id, { status: next }))} />
      <Field name="Priority" value={priority} words={PRIORITY_WORDS} options={PRIORITIES} disabled={!mayAct}
        onChange={(next: Priority) => void attempt(project.updateTask(id, { priority: next }))} />
      <Claim {...{ project, task, work, mayAct, attempt }} />
    </Sheet>
  )
}

interface FieldProps<T extends string> {
  readonly name: string
  readonly value: T
  readonly words: Readonly<Record<T, string>>
  readonly options: readonly T[]
  readonly disabled: boolean
  readonly onChange: (value: T) => void
}

function Field<T extends string>({ name, value, words, options, disabled, onChange }: FieldProps<T>): VNode {
  return (
    <label class="field">
      <span>{name}</span>
      <select value={value} disabled={disabled} onChange={(event) => onChange(event.currentTarget.value as T)}>
        {options.map((option) => (
          <option key={option} value={option}>
            {words[option]}
          </option>
        ))}
      </select>
    </label>
  )
}

/** Who has it: given to a session for itself, or given back. */
function Claim({ project, task, work, mayAct, attempt }: Omit<Props, 'onClose' | 'task'> & { task: Task }): VNode {
  const { id, claimedBy } = task
  if (claimedBy !== null) {
    const owner = work.find((each) => each.id === claimedBy)?.name ?? claimedBy
    return (
      <div class="field">
        <span>With {owner}</span>
        {mayAct && <button onClick={() => void attempt(project.updateTask(id, { claimedBy: null }))}>Take it back</button>}
      </div>
    )
  }
  const takers = work.filter(({ session, terminal }) => session !== undefined && terminal?.running !== false)
  if (!mayAct || takers.length === 0) return <p class="hint">Nobody has it.</p>
  return (
    <label class="field">
      <span>Nobody has it</span>
      <select value="" onChange={(event) => void attempt(project.claimTask(id, event.currentTarget.value))}>
        <option value="">Give it to…</option>
        {takers.map((taker) => (
          <option key={taker.id} value={taker.id}>
            {taker.name === taker.id ? taker.name : `${taker.name} (${taker.id})`}
          </option>
        ))}
      </select>
    </label>
  )
}

export function NewTaskSheet({ project, attempt, onClose }: Common): VNode {
  const [title, setTitle] = useState('')
  const [priority, setPriority] = useState<Priority>('medium')
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault()
    if (await attempt(project.createTask({ title: title.trim(), priority }))) onClose()
  }
  return (
    <Sheet title="New task" onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <input value={title} maxLength={500} aria-label="What is to be done" placeholder="What is to be done"
          enterkeyhint="done" onInput={(event) => setTitle(event.currentTarget.value)} />
        <Field name="Priority" value={priority} words={PRIORITY_WORDS} options={PRIORITIES} disabled={false} onChange={setPriority} />
        <button class="primary" disabled={title.trim() === ''}>
          Add
        </button>
      </form>
    </Sheet>
  )
}
