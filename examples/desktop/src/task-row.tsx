// A task: how far it is, how urgent, and who has it; and the line for a new one.

import type { TargetedSubmitEvent, VNode } from 'preact'
import { useState } from 'preact/hooks'
import { isOpen, PRIORITIES, PRIORITY_WORDS, TASK_STATUSES, TASK_WORDS, type Work } from 'realtime-hub-ui'
import type { Priority, Task, TaskStatus } from 'tauri-plugin-realtime-hub-api/domain'

import type { Doing } from './panel.js'

export function NewTask({ project, attempt }: Doing): VNode {
  const [title, setTitle] = useState('')
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    if (title.trim() === '') return
    void attempt(project.createTask({ title: title.trim() })).then((made) => made && setTitle(''))
  }
  return (
    <form onSubmit={submit}>
      <input value={title} maxLength={500} aria-label="New task" placeholder="New task, then Enter" onInput={(event) => setTitle(event.currentTarget.value)} />
    </form>
  )
}

interface Props extends Doing {
  readonly task: Task
  /** Who has it. */
  readonly owner: string | undefined
  /** Who would have it. */
  readonly taker: Work | undefined
}

export function TaskRow({ project, attempt, task, owner, taker }: Props): VNode {
  const { id, title, description, status, priority } = task
  return (
    <div class="row task" data-task={id} data-status={status} data-open={isOpen(task)}>
      <span class="title" title={description === '' ? title : description}>
        {title}
      </span>
      <Choice name={`Status of ${title}`} value={status} options={TASK_STATUSES} words={TASK_WORDS}
        onChange={(next: TaskStatus) => void attempt(project.updateTask(id, { status: next }))} />
      <Choice name={`Priority of ${title}`} value={priority} options={PRIORITIES} words={PRIORITY_WORDS}
        onChange={(next: Priority) => void attempt(project.updateTask(id, { priority: next }))} />
      {owner !== undefined && (
        <button class="owner" title="Take it back" onClick={() => void attempt(project.updateTask(id, { claimedBy: null }))}>
          {owner}
        </button>
      )}
      {owner === undefined && taker !== undefined && isOpen(task) && (
        <button aria-label={`Claim for ${taker.id}`} title={`Claim for ${taker.id}`} onClick={() => void attempt(project.claimTask(id, taker.id))}>
          Claim
        </button>
      )}
    </div>
  )
}

interface ChoiceProps<T extends string> {
  readonly name: string
  readonly value: T
  readonly options: readonly T[]
  readonly words: Readonly<Record<T, string>>
  readonly onChange: (value: T) => void
}

function Choice<T extends string>({ name, value, options, words, onChange }: ChoiceProps<T>): VNode {
  return (
    <select aria-label={name} data-value={value} value={value} onChange={(event) => onChange(event.currentTarget.value as T)}>
      {options.map((option) => (
        <option key={option} value={option}>
          {words[option]}
        </option>
      ))}
    </select>
  )
}
