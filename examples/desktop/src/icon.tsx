// The few drawings that the window needs, in line: nothing is loaded from elsewhere.

import type { VNode } from 'preact'

const PATHS = {
  logo: 'M5 7l5 5-5 5M12 17h7',
  add: 'M12 5v14M5 12h14',
  close: 'M7 7l10 10M17 7L7 17',
  phone: 'M8 3h8a1.5 1.5 0 0 1 1.5 1.5v15A1.5 1.5 0 0 1 16 21H8a1.5 1.5 0 0 1-1.5-1.5v-15A1.5 1.5 0 0 1 8 3zM11 18h2',
  eye: 'M2 12s4-6 10-6 10 6 10 6-4 6-10 6-10-6-10-6zM12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z',
  alert: 'M12 4l9 16H3zM12 10v4M12 17h.01',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  check: 'M5 13l4 4L19 7',
  mail: 'M3 6h18v12H3zM3 7l9 7 9-7',
  stop: 'M7 7h10v10H7z',
  panel: 'M3 5h18v14H3zM15 5v14',
  refresh: 'M20 11a8 8 0 1 0-2.3 6.3M20 4v7h-7',
} as const

export type IconName = keyof typeof PATHS

export function Icon({ name }: { name: IconName }): VNode {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  )
}
