// The one error that everything in this package fails with. Knows the shapes in which the hub
// reports failures, and nothing of sockets, Tauri or terminals.

import type { ErrorCode } from './protocol.gen.js'

/** The hub's codes, and two for requests that never got an answer. */
export type HubErrorCode = ErrorCode | 'TIMEOUT' | 'DISCONNECTED'

const CODES: ReadonlySet<string> = new Set<HubErrorCode>([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'INVALID',
  'CONFLICT',
  'RATE_LIMITED',
  'TOO_LARGE',
  'UNAVAILABLE',
  'INTERNAL',
  'TIMEOUT',
  'DISCONNECTED',
])

/** A request that failed: `message` is for people, `code` for programs. */
export class HubError extends Error {
  override readonly name = 'HubError'
  readonly code: HubErrorCode
  /** After how many milliseconds it makes sense to try again, when the hub said so. */
  readonly retryAfterMs: number | undefined
  /** What the hub said besides, by name (`expected`, `epoch`). */
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: HubErrorCode, message: string, retryAfterMs?: number, details: Record<string, unknown> = {}) {
    super(message)
    this.code = code
    this.retryAfterMs = retryAfterMs
    this.details = details
  }

  /**
   * Whatever was thrown or answered, as a HubError. Socket.IO acknowledgements say `error`,
   * invoke commands and HTTP answers say `message`.
   */
  static from(value: unknown): HubError {
    if (value instanceof HubError) return value
    if (typeof value === 'string') return new HubError('INTERNAL', value)
    if (typeof value !== 'object' || value === null) return new HubError('INTERNAL', 'The hub gave no reason')
    const fields = value as Record<string, unknown>
    const said = fields['code']
    const code = typeof said === 'string' && CODES.has(said) ? (said as HubErrorCode) : 'INTERNAL'
    const message = [fields['message'], fields['error']].find((text) => typeof text === 'string')
    const retry = fields['retryAfterMs']
    const after = typeof retry === 'number' ? retry : undefined
    return new HubError(code, message ?? 'The hub gave no reason', after, detailsOf(fields))
  }
}

const KNOWN: ReadonlySet<string> = new Set(['success', 'error', 'message', 'code', 'retryAfterMs'])

/** Beside the rest in an acknowledgement; in HTTP answers under a name of their own. */
function detailsOf({ details, ...fields }: Record<string, unknown>): Record<string, unknown> {
  if (typeof details === 'object' && details !== null) return { ...details }
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !KNOWN.has(name)))
}
