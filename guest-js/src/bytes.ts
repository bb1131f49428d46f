// Terminal bytes: one representation of what arrives, and characters kept whole. Knows nothing
// of the wire's events or of any terminal.

import type { TerminalData } from './protocol.gen.js'

const encoder = new TextEncoder()

/** The bytes of a payload, without copying binary ones. */
export function toBytes(data: TerminalData): Uint8Array {
  if (typeof data === 'string') return encoder.encode(data)
  return data instanceof Uint8Array ? data : new Uint8Array(data)
}

/**
 * Gives out only whole UTF-8 characters and keeps the beginning of one for the next chunk.
 *
 * The hub already cuts between characters. xterm.js loses a character when one is split (its
 * issue 6003), so what comes from elsewhere must not be able to trigger that.
 */
export class Utf8Joiner {
  #kept: Uint8Array = new Uint8Array()

  push(chunk: Uint8Array): Uint8Array {
    const all = this.#kept.length === 0 ? chunk : concat(this.#kept, chunk)
    const whole = all.length - unfinished(all)
    this.#kept = all.slice(whole)
    return all.subarray(0, whole)
  }

  /** Forgets what is kept: what follows does not continue it. */
  clear(): void {
    this.#kept = new Uint8Array()
  }
}

/** How many bytes at the end begin a character that is not complete. */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte < 0x80) return 0
    if (byte >= 0xc0) return back < sequenceLength(byte) ? back : 0
  }
  return 0
}

function sequenceLength(lead: number): number {
  if (lead >= 0xf8) return 1 // never valid: nothing to wait for
  if (lead >= 0xf0) return 4
  return lead >= 0xe0 ? 3 : 2
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length)
  joined.set(a)
  joined.set(b, a.length)
  return joined
}
