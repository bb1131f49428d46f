// What the phone's page and the desktop example have in common: words for what there is, and
// small bridges between the clients and the components. Knows no page.

export { useNotice, useObserved, usePageVisible, useRecent } from './hooks.js'
export { PasteBar } from './paste-bar.js'
export { useProject, useProjects } from './project.js'
export { byUrgency, isOpen, PRIORITIES, PRIORITY_WORDS, TASK_STATUSES, TASK_WORDS } from './tasks.js'
export { useTerminals } from './terminals.js'
export { age, ago, ending } from './words.js'
export { answer, isOver, needOf, stateOf, stop, toneOf, type Tone, type Work, workOf } from './work.js'
