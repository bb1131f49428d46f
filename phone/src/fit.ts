// Which font size shows a terminal of a given width on a screen of a given width, and which size
// of a terminal would fill the screen with letters that can be read. Pure.

/** `fit`: all columns on the screen, as far as they can be read. `readable`: larger, to be panned. */
export type FitMode = 'fit' | 'readable'

/** Below this, letters are no longer told apart on a phone; wider terminals are panned. */
export const SMALLEST_FONT_PX = 6.5
/** A narrow terminal is not blown up beyond this. */
export const LARGEST_FONT_PX = 18
export const READABLE_FONT_PX = 13
/** xterm.js rounds the width of a line up to whole pixels; steps finer than this gain nothing. */
const STEP_PX = 0.05

/** In pixels. */
export interface Room {
  readonly width: number
  readonly height: number
}

/** How large letters are: the width of a character in a font of 1 px, and the height of a line in a font of so many. */
export interface Letters {
  readonly advance: number
  readonly line: (font: number) => number
}

/** In a screen that is wide and low, `fit` prefers more lines to letters that are larger than they need be. */
export function fontSize(
  mode: FitMode,
  { width, height }: Room,
  { cols, rows }: { readonly cols: number; readonly rows: number },
  letters: Letters,
): number {
  if (width <= 0 || cols <= 0 || letters.advance <= 0) return READABLE_FONT_PX
  const fitting = Math.floor(width / (cols * letters.advance) / STEP_PX) * STEP_PX
  const allRows = (READABLE_FONT_PX * height) / (rows * letters.line(READABLE_FONT_PX))
  const size =
    mode === 'fit' ? Math.min(fitting, Math.max(allRows, READABLE_FONT_PX)) : Math.max(fitting, READABLE_FONT_PX)
  return Math.round(Math.min(LARGEST_FONT_PX, Math.max(SMALLEST_FONT_PX, size)) * 100) / 100
}

/** The terminal that fills a screen, in letters that can be read. */
export function roomFor(
  { width, height }: Room,
  letters: Letters,
): { readonly cols: number; readonly rows: number } | undefined {
  const cols = Math.floor(width / (READABLE_FONT_PX * letters.advance))
  // The letters are then as large as the width allows, and so are the lines.
  const font = fontSize('fit', { width, height: Infinity }, { cols, rows: 1 }, letters)
  const rows = Math.floor(height / letters.line(font))
  return cols >= 1 && rows >= 1 && Number.isFinite(cols) && Number.isFinite(rows) ? { cols, rows } : undefined
}
