// One xterm.js terminal in the window, and the size in cells that its place has room for. Knows
// nothing of the hub; it never changes its own size, which follows the terminal's.

import { FitAddon } from '@xterm/addon-fit'
import { Unicode11Addon } from '@xterm/addon-unicode11'
import { Terminal } from '@xterm/xterm'

const FONT = 'ui-monospace, "SF Mono", Menlo, "Cascadia Mono", "JetBrains Mono", "DejaVu Sans Mono", monospace'
const FONT_SIZE = 14
const SCROLLBACK_LINES = 10_000

const THEME = {
  background: '#0f1216',
  foreground: '#e8eaee',
  cursor: '#7cb3ff',
  cursorAccent: '#0f1216',
  selectionBackground: '#33507a',
  black: '#20252d',
  brightBlack: '#6b7482',
  red: '#ff7b72',
  green: '#6fd08c',
  yellow: '#e8c46a',
  blue: '#7cb3ff',
  magenta: '#d2a8ff',
  cyan: '#6fd3d9',
  white: '#c9cfd8',
  brightRed: '#ffa198',
  brightGreen: '#8fe3a8',
  brightYellow: '#f2d88f',
  brightBlue: '#a5cbff',
  brightMagenta: '#e2c5ff',
  brightCyan: '#9be9ee',
  brightWhite: '#ffffff',
}

export interface Size {
  readonly cols: number
  readonly rows: number
}

export interface Screen {
  readonly term: Terminal
  dispose(): void
}

/** `onRoom` is told the size that fits, at first and whenever the place changes while it is seen. */
export function createScreen(host: HTMLElement, onRoom: (size: Size) => void): Screen {
  const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches
  const term = new Terminal({
    allowProposedApi: true, // the unicode addon
    cursorBlink: !calm,
    fontFamily: FONT,
    fontSize: FONT_SIZE,
    lineHeight: 1.15,
    scrollback: SCROLLBACK_LINES,
    theme: THEME,
  })
  const fit = new FitAddon()
  term.loadAddon(fit)
  term.loadAddon(new Unicode11Addon())
  term.unicode.activeVersion = '11'
  term.open(host)
  term.textarea?.setAttribute('aria-label', 'Terminal input')
  term.attachCustomKeyEventHandler((event) => !copies(event, term))

  const measure = (): void => {
    // A pane that is not in front has no size.
    if (host.clientWidth === 0 || host.clientHeight === 0) return
    const room = fit.proposeDimensions()
    if (room !== undefined && room.cols > 0 && room.rows > 0) onRoom(room)
  }
  const watching = new ResizeObserver(measure)
  watching.observe(host)
  return {
    term,
    dispose: () => {
      watching.disconnect()
      term.dispose()
    },
  }
}

/** Ctrl+Shift+C: Ctrl+C belongs to the program. */
function copies(event: KeyboardEvent, term: Terminal): boolean {
  if (!(event.ctrlKey && event.shiftKey && event.code === 'KeyC')) return false
  event.preventDefault()
  if (event.type === 'keydown' && term.hasSelection()) {
    // Where it is not allowed, the window's own menu still copies.
    navigator.clipboard.writeText(term.getSelection()).catch(() => undefined)
  }
  return true
}
