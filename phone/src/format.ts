// Facts about terminals, in words.

import type { ViewerInfo } from 'tauri-plugin-realtime-hub-api/client'

/** Who watches beside this phone, or who types; nothing when nobody does. */
export function audience(others: readonly ViewerInfo[]): string | undefined {
  const typing = others.filter((viewer) => viewer.typing)
  if (typing.length > 0) return `${together(typing)} ${typing.length === 1 ? 'is' : 'are'} typing`
  const watching = others.filter((viewer) => viewer.visible)
  if (watching.length > 0) return `${together(watching)} ${watching.length === 1 ? 'watches' : 'watch'}`
  return undefined
}

/** Of other devices a phone is not told the names. */
function together(viewers: readonly ViewerInfo[]): string {
  const desktop = viewers.some(({ kind }) => kind === 'desktop')
  if (viewers.length === 1) return desktop ? 'desktop' : 'another device'
  return desktop ? `desktop and ${viewers.length - 1} more` : `${viewers.length} other devices`
}

/** A command line, for reading only. */
export function commandLine(command: string, args: readonly string[]): string {
  const program = command.slice(command.lastIndexOf('/') + 1)
  return [program, ...args].map((word) => (/[\s'"\\]/.test(word) || word === '' ? JSON.stringify(word) : word)).join(' ')
}
