// The few drawings that the page needs, in line: nothing is loaded from elsewhere.

import type { VNode } from 'preact'

const PATHS = {
  back: 'M15 5l-7 7 7 7',
  refresh: 'M20 11a8 8 0 1 0-2.3 6.3M20 4v7h-7',
  keyboard: 'M3 7h18v11H3zM7 11h.01M11 11h.01M15 11h.01M8 15h8',
  wide: 'M4 9V5h4M20 9V5h-4M4 15v4h4M20 15v4h-4',
  phone: 'M8 3h8a1.5 1.5 0 0 1 1.5 1.5v15A1.5 1.5 0 0 1 16 21H8a1.5 1.5 0 0 1-1.5-1.5v-15A1.5 1.5 0 0 1 8 3zM11 18h2',
  zoom: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l5 5M8 11h6M11 8v6',
  eye: 'M2 12s4-6 10-6 10 6 10 6-4 6-10 6-10-6-10-6zM12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z',
  up: 'M6 14l6-6 6 6',
  down: 'M6 10l6 6 6-6',
  left: 'M14 6l-6 6 6 6',
  right: 'M10 6l6 6-6 6',
  paste: 'M9 4h6v3H9zM9 5H6v15h12V5h-3M9 12h6M9 16h4',
  more: 'M12 6h.01M12 12h.01M12 18h.01',
  send: 'M5 12h14M13 6l6 6-6 6',
  close: 'M7 7l10 10M17 7L7 17',
  add: 'M12 5v14M5 12h14',
  task: 'M4 6l1.5 1.5L8 5M11 6h9M4 12.5L5.5 14 8 11.5M11 13h9M11 19h9M5 19h2',
  logo: 'M5 7l5 5-5 5M12 17h7',
} as const

export type IconName = keyof typeof PATHS

export function Icon({ name }: { name: IconName }): VNode {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  )
}
