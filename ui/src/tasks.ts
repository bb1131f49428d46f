// Tasks in words and in order.

import type { Priority, Task, TaskStatus } from 'tauri-plugin-realtime-hub-api/domain'

export const TASK_WORDS: Readonly<Record<TaskStatus, string>> = {
  todo: 'To do',
  in_progress: 'In progress',
  in_review: 'In review',
  blocked: 'Blocked',
  completed: 'Completed',
  cancelled: 'Cancelled',
  archived: 'Archived',
}

export const TASK_STATUSES = Object.keys(TASK_WORDS) as readonly TaskStatus[]

export const PRIORITY_WORDS: Readonly<Record<Priority, string>> = { high: 'High', medium: 'Medium', low: 'Low' }

export const PRIORITIES = Object.keys(PRIORITY_WORDS) as readonly Priority[]

/** Whether something is still to be done. */
export function isOpen({ status }: Task): boolean {
  return status !== 'completed' && status !== 'cancelled' && status !== 'archived'
}

/** What waits for somebody, what is under way, what is to be done, what is done. */
const ORDER: Readonly<Record<TaskStatus, number>> = {
  blocked: 0,
  in_review: 1,
  in_progress: 2,
  todo: 3,
  completed: 4,
  cancelled: 5,
  archived: 6,
}

/** Those that are not archived, the most urgent first; of what is done, the last. */
export function byUrgency(tasks: readonly Task[]): Task[] {
  return tasks
    .filter(({ status }) => status !== 'archived')
    .sort((one, other) => ORDER[one.status] - ORDER[other.status] || (isOpen(one) ? urgency(one, other) : other.updatedAt - one.updatedAt))
}

function urgency(one: Task, other: Task): number {
  return PRIORITIES.indexOf(one.priority) - PRIORITIES.indexOf(other.priority) || one.createdAt - other.createdAt
}
