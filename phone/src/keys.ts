// What the keys of the key bar send, and what a held Ctrl or Alt makes of a typed character. Pure.

export interface Modifiers {
  readonly ctrl: boolean
  readonly alt: boolean
}

export const NO_MODIFIERS: Modifiers = { ctrl: false, alt: false }

export type BarKey = 'Escape' | 'Tab' | 'ArrowUp' | 'ArrowDown' | 'ArrowRight' | 'ArrowLeft'

const ARROWS: Partial<Record<BarKey, string>> = { ArrowUp: 'A', ArrowDown: 'B', ArrowRight: 'C', ArrowLeft: 'D' }

/** `applicationCursor`: the program asked for the other form of arrows (DECCKM). */
export function sequence(key: BarKey, { ctrl, alt }: Modifiers, applicationCursor: boolean): string {
  const arrow = ARROWS[key]
  if (arrow !== undefined) {
    if (ctrl || alt) return `\x1b[1;${1 + (alt ? 2 : 0) + (ctrl ? 4 : 0)}${arrow}`
    return applicationCursor ? `\x1bO${arrow}` : `\x1b[${arrow}`
  }
  const plain = key === 'Tab' ? '\t' : '\x1b'
  return alt ? `\x1b${plain}` : plain
}

/**
 * Applies held modifiers to what was typed, if it is one character. Anything longer is a paste, a
 * word from the keyboard's suggestions or a report of the terminal: not something Ctrl applies to.
 */
export function modify(data: string, { ctrl, alt }: Modifiers): string {
  if (!isOneCharacter(data)) return data
  const held = ctrl ? control(data) : data
  return alt ? `\x1b${held}` : held
}

export function isOneCharacter(data: string): boolean {
  return data.length > 0 && data.length === String.fromCodePoint(data.codePointAt(0) ?? 0).length
}

/** As terminals map Ctrl: what has no control character stays as it is. */
function control(character: string): string {
  if (/^[a-z@[\\\]^_]$/i.test(character)) return String.fromCharCode(character.toUpperCase().charCodeAt(0) & 0x1f)
  switch (character) {
    case ' ':
    case '2':
      return '\x00'
    case '6':
      return '\x1e'
    case '-':
    case '/':
      return '\x1f'
    case '?':
      return '\x7f'
    default:
      return character
  }
}
