// The tabs. Draws what it is given and says what was clicked.

import type { VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { TerminalInfo, ViewerInfo } from 'tauri-plugin-realtime-hub-api/client'

import { audience } from './format.js'
import { Icon } from './icon.js'

export interface Tab {
  readonly terminal: TerminalInfo
  readonly title: string
  readonly others: readonly ViewerInfo[]
}

interface Props {
  readonly tabs: readonly Tab[]
  readonly current: string | undefined
  readonly onSelect: (sessionId: string) => void
  readonly onClose: (terminal: TerminalInfo) => void
  readonly onOpen: () => void
}

export function Tabs({ tabs, current, onSelect, onClose, onOpen }: Props): VNode {
  return (
    <div class="tabs">
      <div role="tablist" aria-label="Terminals">
        {tabs.map((tab) => (
          <OneTab
            key={tab.terminal.sessionId}
            tab={tab}
            selected={tab.terminal.sessionId === current}
            onSelect={() => onSelect(tab.terminal.sessionId)}
            onClose={() => onClose(tab.terminal)}
          />
        ))}
      </div>
      <button class="round" aria-label="New terminal" title="New terminal (Ctrl+Shift+T)" onClick={onOpen}>
        <Icon name="add" />
      </button>
    </div>
  )
}

interface OneProps {
  readonly tab: Tab
  readonly selected: boolean
  readonly onSelect: () => void
  readonly onClose: () => void
}

function OneTab({ tab: { terminal, title, others }, selected, onSelect, onClose }: OneProps): VNode {
  const { sessionId, running, needsInput } = terminal
  const name = title === '' ? sessionId : title
  const self = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (selected) self.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [selected])
  return (
    <div ref={self} class="tab" data-selected={selected} data-running={running} data-session={sessionId} title={name}>
      <button class="name" role="tab" aria-selected={selected} onClick={onSelect}>
        <span class="lamp" aria-hidden="true" />
        <span class="text">{name}</span>
        {needsInput.active && (
          <span class="needs" role="img" aria-label="Needs you" title={needsInput.message ?? 'Needs you'}>
            <Icon name="alert" />
          </span>
        )}
        {others.length > 0 && (
          <span class="others" title={audience(others)} aria-label={audience(others)}>
            <Icon name="eye" /> {others.length}
          </span>
        )}
      </button>
      <button class="round" aria-label={`Close ${name}`} title="Close (Ctrl+Shift+W)" onClick={onClose}>
        <Icon name="close" />
      </button>
    </div>
  )
}
