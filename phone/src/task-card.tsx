// A task in the list.

import type { VNode } from 'preact'
import { isOpen, PRIORITY_WORDS, TASK_WORDS, type Work } from 'realtime-hub-ui'
import type { Task } from 'tauri-plugin-realtime-hub-api/domain'

interface Props {
  readonly task: Task
  readonly work: readonly Work[]
  readonly onOpen: () => void
}

export function TaskCard({ task, work, onOpen }: Props): VNode {
  const { id, title, status, priority, claimedBy } = task
  const owner = work.find((each) => each.id === claimedBy)?.name ?? claimedBy
  return (
    <div class="card task" data-task={id} data-status={status} data-open={isOpen(task)}>
      <button class="body" onClick={onOpen}>
        <span class="title">{title}</span>
        <span class="state">{TASK_WORDS[status]}</span>
        <span class="where">{owner === null ? 'Nobody has it' : `With ${owner}`}</span>
        {priority !== 'medium' && (
          <span class="priority" data-priority={priority}>
            {PRIORITY_WORDS[priority]}
          </span>
        )}
      </button>
    </div>
  )
}
