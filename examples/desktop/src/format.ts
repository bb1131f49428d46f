// Facts about terminals, in words.

import type { TerminalInfo, ViewerInfo } from 'tauri-plugin-realtime-hub-api/client'

/** Who watches a terminal beside this window, or who types into it. */
export function audience(others: readonly ViewerInfo[]): string {
  const typing = others.filter((viewer) => viewer.typing)
  if (typing.length > 0) return sentenceOf(typing, 'is typing', 'are typing')
  const watching = others.filter((viewer) => viewer.visible)
  if (watching.length > 0) return sentenceOf(watching, 'watches', 'watch')
  if (others.length > 0) return sentenceOf(others, 'is away', 'are away')
  return 'Nobody else is watching'
}

function nameOf({ kind, name }: ViewerInfo): string {
  return name ?? (kind === 'desktop' ? 'another window' : 'a device')
}

function sentenceOf(viewers: readonly ViewerInfo[], one: string, several: string): string {
  // A phone may have the terminal open twice.
  const [first = '', second, ...more] = new Set(viewers.map(nameOf))
  if (second === undefined) return sentence(`${first} ${one}`)
  return sentence(`${first} and ${more.length === 0 ? second : `${more.length + 1} others`} ${several}`)
}

/** Minutes and seconds until `then`. */
export function countdown(then: number, now: number): string {
  const left = Math.max(0, Math.ceil((then - now) / 1_000))
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`
}

/** The hub's sentences begin small, to be told within others. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** One life of a terminal: its id may be used again after it has ended. */
export function lifeOf({ sessionId, epoch }: Pick<TerminalInfo, 'sessionId' | 'epoch'>): string {
  return `${sessionId} ${epoch}`
}
