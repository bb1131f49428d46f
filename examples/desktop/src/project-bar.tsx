// Which project is looked at, and a way to make another.

import type { TargetedSubmitEvent, VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { TerminalInfo } from 'tauri-plugin-realtime-hub-api/client'
import { HubApi, type Project } from 'tauri-plugin-realtime-hub-api/domain'

import { Icon } from './icon.js'
import type { Where } from './panel.js'

interface Props {
  readonly where: Where
  readonly projects: readonly Project[] | undefined
  readonly projectId: string
  readonly terminals: readonly TerminalInfo[]
  readonly attempt: (change: Promise<unknown>) => Promise<boolean>
  readonly onProject: (id: string) => void
}

export function ProjectBar({ where, projects = [], projectId, terminals, attempt, onProject }: Props): VNode {
  const [making, setMaking] = useState(false)
  const needs = new Set(terminals.filter(({ needsInput }) => needsInput.active).map((terminal) => terminal.projectId))
  if (making) {
    const done = (id?: string): void => {
      if (id !== undefined) onProject(id)
      setMaking(false)
    }
    return <NewProject {...{ where, attempt }} onDone={done} />
  }
  // Until they are known, the one that is looked at is the one there is.
  const shown = projects.some(({ id }) => id === projectId) ? projects : [...projects, { id: projectId, name: projectId }]
  return (
    <div class="project">
      <select aria-label="Project" value={projectId} onChange={(event) => onProject(event.currentTarget.value)}>
        {shown.map(({ id, name }) => (
          <option key={id} value={id}>
            {needs.has(id) && id !== projectId ? `${name} (needs you)` : name}
          </option>
        ))}
      </select>
      <button class="round" aria-label="New project" title="New project" onClick={() => setMaking(true)}>
        <Icon name="add" />
      </button>
    </div>
  )
}

interface NewProps extends Pick<Props, 'where' | 'attempt'> {
  /** With the new one's id, or without when there is none. */
  readonly onDone: (id?: string) => void
}

function NewProject({ where, attempt, onDone }: NewProps): VNode {
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  const [name, setName] = useState('')
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    void attempt(new HubApi(where).projects.create({ name: name.trim() }).then(({ id }) => onDone(id)))
  }
  return (
    <form class="project" onSubmit={submit}>
      <input
        ref={field}
        value={name}
        maxLength={200}
        aria-label="Name of the new project"
        placeholder="New project"
        onInput={(event) => setName(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Escape' && onDone()}
      />
      <button disabled={name.trim() === ''}>Create</button>
    </form>
  )
}
