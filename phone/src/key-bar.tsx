// The keys that an on-screen keyboard lacks. Says which was pressed; what they send is in keys.ts.

import type { ComponentChildren, TargetedEvent, VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

import { Icon } from './icon.js'
import type { BarKey, Modifiers } from './keys.js'

interface Props {
  readonly held: Modifiers
  readonly onHold: (held: Modifiers) => void
  readonly onKey: (key: BarKey) => void
  readonly onText: (text: string) => void
  readonly onPaste: () => void
}

export function KeyBar({ held, onHold, onKey, onText, onPaste }: Props): VNode {
  const key = (name: BarKey, label: string, face: ComponentChildren, repeat = false): VNode => (
    <Key label={label} repeat={repeat} onPress={() => onKey(name)}>
      {face}
    </Key>
  )
  const text = (value: string, label: string): VNode => (
    <Key label={label} onPress={() => onText(value)}>
      {value}
    </Key>
  )
  return (
    <div class="keys" role="toolbar" aria-label="Keys">
      {key('Escape', 'Escape', 'Esc')}
      {key('Tab', 'Tab', 'Tab')}
      {text('/', 'Slash')}
      {text('|', 'Pipe')}
      <Key label="Paste" onPress={onPaste}>
        <Icon name="paste" />
      </Key>
      {key('ArrowUp', 'Up', <Icon name="up" />, true)}
      <Key label="Control C" onPress={() => onText('\x03')}>
        ^C
      </Key>
      <Key label="Control" pressed={held.ctrl} onPress={() => onHold({ ...held, ctrl: !held.ctrl })}>
        Ctrl
      </Key>
      <Key label="Alt" pressed={held.alt} onPress={() => onHold({ ...held, alt: !held.alt })}>
        Alt
      </Key>
      {text('-', 'Minus')}
      {text('~', 'Tilde')}
      {key('ArrowLeft', 'Left', <Icon name="left" />, true)}
      {key('ArrowDown', 'Down', <Icon name="down" />, true)}
      {key('ArrowRight', 'Right', <Icon name="right" />, true)}
    </div>
  )
}

interface KeyProps {
  readonly label: string
  readonly children: ComponentChildren
  readonly onPress: () => void
  readonly pressed?: boolean
  /** Goes on while the finger stays. */
  readonly repeat?: boolean
}

const REPEAT_AFTER_MS = 400
const REPEAT_EVERY_MS = 70

function Key({ label, children, onPress, pressed, repeat = false }: KeyProps): VNode {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const press = useRef(onPress)
  press.current = onPress
  /** Whether holding has already pressed it, so that lifting the finger does not once more. */
  const repeated = useRef(false)

  const stop = (): void => clearTimeout(timer.current)
  const again = (): void => {
    repeated.current = true
    press.current()
    timer.current = setTimeout(again, REPEAT_EVERY_MS)
  }
  const start = (): void => {
    repeated.current = false
    stop()
    if (repeat) timer.current = setTimeout(again, REPEAT_AFTER_MS)
  }
  useEffect(() => stop, [])

  return (
    <button
      type="button"
      tabIndex={-1}
      aria-label={label}
      {...(pressed !== undefined && { 'aria-pressed': pressed })}
      // The focus stays in the terminal, or the keyboard would close.
      onMouseDown={keepFocus}
      onPointerDown={start}
      onPointerUp={stop}
      onPointerCancel={stop}
      onPointerLeave={stop}
      onContextMenu={keepFocus}
      onClick={() => {
        if (!repeated.current) onPress()
        repeated.current = false
      }}
    >
      {children}
    </button>
  )
}

function keepFocus(event: TargetedEvent<HTMLButtonElement>): void {
  event.preventDefault()
}
