// Which font size shows a terminal of a given width on a screen of a given width. The terminal's
// own size belongs to the desktop and is never changed from here. Pure.

/** `fit`: all columns on the screen, as far as they can be read. `readable`: larger, to be panned. */
export type FitMode = 'fit' | 'readable'

/** Below this, letters are no longer told apart on a phone; wider terminals are panned. */
export const SMALLEST_FONT_PX = 6.5
/** A narrow terminal is not blown up beyond this. */
export const LARGEST_FONT_PX = 18
export const READABLE_FONT_PX = 13
/** xterm.js rounds the width of a line up to whole pixels; steps finer than this gain nothing. */
const STEP_PX = 0.05

/** `advance`: width of a character in a font of 1 px. */
export function fontSize(mode: FitMode, width: number, cols: number, advance: number): number {
  if (width <= 0 || cols <= 0 || advance <= 0) return READABLE_FONT_PX
  const fitting = Math.floor(width / (cols * advance) / STEP_PX) * STEP_PX
  const size = mode === 'fit' ? fitting : Math.max(fitting, READABLE_FONT_PX)
  return Math.round(Math.min(LARGEST_FONT_PX, Math.max(SMALLEST_FONT_PX, size)) * 100) / 100
}
