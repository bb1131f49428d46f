// A finger moved up or down on a terminal. xterm.js knows wheels but not fingers, so this makes
// of it what a wheel would do: scroll the screen, the history, or the program.

import type { Terminal } from '@xterm/xterm'

interface Disposable {
  dispose(): void
}

/** Speed kept from one frame to the next once the finger is off. */
const FRICTION = 0.94
/** Pixels in a frame below which it stands. */
const STILL_PX = 0.4

/** `type` sends keys, for programs on the full screen that want arrows in place of a wheel. */
export function followFinger(host: HTMLElement, term: Terminal, type: (data: string) => void): Disposable {
  const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches
  let finger: { readonly id: number; y: number } | undefined
  let speed = 0
  let rest = 0
  let frame = 0

  /** `distance` in pixels, positive towards newer lines. */
  const move = (distance: number): void => {
    const before = host.scrollTop
    host.scrollTop += distance
    rest += distance - (host.scrollTop - before)
    const line = (term.element?.querySelector<HTMLElement>('.xterm-screen')?.offsetHeight ?? 0) / term.rows
    if (line <= 0) return
    const lines = Math.trunc(rest / line)
    rest -= lines * line
    if (lines !== 0) scrollTerminal(term, lines, type)
  }
  const glide = (): void => {
    speed *= FRICTION
    if (Math.abs(speed) < STILL_PX) return
    move(speed)
    frame = requestAnimationFrame(glide)
  }

  const onStart = (event: TouchEvent): void => {
    cancelAnimationFrame(frame)
    const [touch] = event.touches
    // Two fingers are the browser's: zooming.
    finger = touch !== undefined && event.touches.length === 1 ? { id: touch.identifier, y: touch.clientY } : undefined
    speed = 0
    rest = 0
  }
  const onMove = (event: TouchEvent): void => {
    const touch = [...event.touches].find(({ identifier }) => identifier === finger?.id)
    if (finger === undefined || touch === undefined) return
    const distance = finger.y - touch.clientY
    finger.y = touch.clientY
    speed = distance
    move(distance)
  }
  const onEnd = (): void => {
    if (finger === undefined) return
    finger = undefined
    // In a program, gliding would send keys that nobody meant.
    if (!calm && term.buffer.active.type === 'normal') frame = requestAnimationFrame(glide)
  }
  const listening = new AbortController()
  const options = { passive: true, signal: listening.signal }
  host.addEventListener('touchstart', onStart, options)
  host.addEventListener('touchmove', onMove, options)
  host.addEventListener('touchend', onEnd, options)
  host.addEventListener('touchcancel', onEnd, options)
  return {
    dispose: () => {
      cancelAnimationFrame(frame)
      listening.abort()
    },
  }
}

function scrollTerminal(term: Terminal, lines: number, type: (data: string) => void): void {
  const { modes, buffer, element } = term
  if (modes.mouseTrackingMode !== 'none') {
    const screen = element?.querySelector('.xterm-screen')
    const box = screen?.getBoundingClientRect()
    const at = { clientX: (box?.left ?? 0) + 1, clientY: (box?.top ?? 0) + 1 }
    for (let n = 0; n < Math.abs(lines); n++) {
      const wheel = { deltaY: Math.sign(lines), deltaMode: WheelEvent.DOM_DELTA_LINE, bubbles: true, cancelable: true }
      screen?.dispatchEvent(new WheelEvent('wheel', { ...wheel, ...at }))
    }
  } else if (buffer.active.type === 'alternate') {
    const arrow = `${modes.applicationCursorKeysMode ? '\x1bO' : '\x1b['}${lines < 0 ? 'A' : 'B'}`
    type(arrow.repeat(Math.abs(lines)))
  } else {
    term.scrollLines(lines)
  }
}
