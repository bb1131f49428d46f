// One xterm.js terminal on the page: created, fitted to the screen, panned by a finger. Knows
// nothing of the hub; the size in cells comes from outside, and this only says what would fit.

import { Unicode11Addon } from '@xterm/addon-unicode11'
import { Terminal } from '@xterm/xterm'

import { type FitMode, fontSize, type Letters, type Room, roomFor } from './fit.js'
import { followFinger } from './pan.js'

const FONT = 'ui-monospace, "SF Mono", Menlo, "Roboto Mono", "Noto Sans Mono", "DejaVu Sans Mono", monospace'
/** How much of the surroundings is shown beside the cursor. */
const MARGIN_CELLS = 2
/** History kept on the phone: what a thumb will scroll through. */
const SCROLLBACK_LINES = 2_000

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
  /** The size that would fill the screen in letters that can be read, once there is one. */
  room(): Size | undefined
  setMode(mode: FitMode): void
  /** Opens the on-screen keyboard; only within a tap does a browser allow that. */
  focus(): void
  dispose(): void
}

interface Events {
  /** What a finger makes of keys. */
  readonly type: (data: string) => void
  /** The phone was turned. Not when its keyboard comes or goes: that takes only height, and passes. */
  readonly onTurn: () => void
}

/** Puts a terminal into `host`, which scrolls when the terminal is larger. */
export function createScreen(host: HTMLElement, initialMode: FitMode, { type, onTurn }: Events): Screen {
  const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches
  const term = new Terminal({
    allowProposedApi: true, // the unicode addon
    cursorBlink: !calm,
    fontFamily: FONT,
    scrollback: SCROLLBACK_LINES,
    theme: THEME,
  })
  term.loadAddon(new Unicode11Addon())
  term.unicode.activeVersion = '11'
  term.open(host)
  const { textarea } = term
  textarea?.setAttribute('aria-label', 'Terminal input')
  textarea?.setAttribute('enterkeyhint', 'enter')

  let mode = initialMode
  const letters = measuredLetters()
  const fit = (): void => {
    term.options.fontSize = fontSize(mode, inside(host), term, letters)
    follow()
  }
  const room = (): Size | undefined => roomFor(inside(host), letters)
  /** Whether the cursor is kept in sight; a finger may lead away from it, typing leads back. */
  let following = true
  const follow = (): void => {
    if (!following) return
    for (const { edge, extent, start, length } of cursorPlace(host, term)) {
      // A cell of slack: what is drawn differs from what is reckoned by fractions of a pixel each.
      const [first, last] = [host[edge] + length, host[edge] + host[extent] - length]
      if (start < first) host[edge] = Math.max(0, start - MARGIN_CELLS * length)
      else if (start + length > last) host[edge] = start + (1 + MARGIN_CELLS) * length - host[extent]
    }
  }
  const lookAgain = (): void => {
    following = cursorPlace(host, term).every(
      ({ edge, extent, start, length }) => start >= host[edge] && start + length <= host[edge] + host[extent],
    )
  }
  const followTyping = (): void => {
    following = true
    follow()
  }

  let width = host.clientWidth
  const watching = new ResizeObserver(() => {
    fit()
    if (host.clientWidth === width) return
    width = host.clientWidth
    onTurn()
  })
  watching.observe(host)
  host.addEventListener('touchend', lookAgain, { passive: true })
  const parts = [
    term.onResize(fit),
    term.onCursorMove(follow),
    term.onData(followTyping),
    followFinger(host, term, type),
  ]
  fit()
  return {
    term,
    room,
    setMode: (next) => {
      mode = next
      fit()
    },
    focus: () => term.focus(),
    dispose: () => {
      watching.disconnect()
      host.removeEventListener('touchend', lookAgain)
      for (const part of parts) part.dispose()
      term.dispose()
    },
  }
}

/** The room inside of an element. */
function inside(host: HTMLElement): Room {
  const style = getComputedStyle(host)
  return {
    width: host.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight),
    height: host.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom),
  }
}

interface Place {
  readonly edge: 'scrollLeft' | 'scrollTop'
  readonly extent: 'clientWidth' | 'clientHeight'
  readonly start: number
  readonly length: number
}

/** Where the cursor is inside `host`, in pixels, on both axes. */
function cursorPlace(host: HTMLElement, term: Terminal): readonly Place[] {
  const screen = host.querySelector<HTMLElement>('.xterm-screen')
  if (screen === null) return []
  const [width, height] = [screen.offsetWidth / term.cols, screen.offsetHeight / term.rows]
  const { cursorX, cursorY } = term.buffer.active
  // Where the screen begins inside what is scrolled: there is a margin around it.
  const [inner, outer] = [screen.getBoundingClientRect(), host.getBoundingClientRect()]
  const left = inner.left - outer.left + host.scrollLeft
  const top = inner.top - outer.top + host.scrollTop
  return [
    { edge: 'scrollLeft', extent: 'clientWidth', start: left + cursorX * width, length: width },
    { edge: 'scrollTop', extent: 'clientHeight', start: top + cursorY * height, length: height },
  ]
}

/** As xterm.js measures and rounds them: in small fonts, a line is less high in proportion. */
function measuredLetters(): Letters {
  const context = document.createElement('canvas').getContext('2d')
  if (context === null) return { advance: 0.6, line: (font) => 1.3 * font }
  const measure = (font: number): TextMetrics => {
    context.font = `${font}px ${FONT}`
    return context.measureText('W')
  }
  return {
    advance: measure(100).width / 100,
    line: (font) => {
      const { fontBoundingBoxAscent, fontBoundingBoxDescent } = measure(font)
      return Math.ceil((fontBoundingBoxAscent + fontBoundingBoxDescent) * devicePixelRatio) / devicePixelRatio
    },
  }
}
