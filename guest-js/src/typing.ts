// Everything that one client types: a queue for each life of each terminal, and the name under
// which the hub knows whose numbers they are. Knows no socket, only how to ask for something.

import { HubError } from './errors.js'
import { type InputProgress, InputQueue, type InputResult } from './input.js'
import { type Observable, Source } from './observable.js'
import type { InputRequest, InputResponse } from './protocol.gen.js'

/** Asks the hub, and calls `done` with its failure or its answer. */
export type Ask = (request: InputRequest, done: (error: HubError | undefined, answer: unknown) => void) => void

interface Lane {
  readonly epoch: string
  readonly queue: InputQueue
  readonly stop: () => void
}

export class Typing {
  readonly #ask: Ask
  /** Nobody else's by chance: it is what keeps two clients of one credential apart. */
  readonly #name = randomName()
  #names = 0
  readonly #lanes = new Map<string, Lane>()
  readonly #progress = new Map<string, Source<InputProgress | undefined>>()

  constructor(ask: Ask) {
    this.#ask = ask
  }

  push(sessionId: string, epoch: string, text: string, urgent: boolean): Promise<InputResult> {
    const { queue } = this.#lane(sessionId, epoch)
    return urgent ? queue.pushUrgent(text) : queue.push(text)
  }

  /** Whether something has not been written yet. */
  busy(sessionId: string): boolean {
    return this.#lanes.get(sessionId)?.queue.busy === true
  }

  progress(sessionId: string): Observable<InputProgress | undefined> {
    return this.#progressOf(sessionId)
  }

  /** Drops what has not been written, and closes the paste that it may have begun. */
  drop(sessionId: string): void {
    const lane = this.#lanes.get(sessionId)
    // Whether it works is told to whoever typed what is dropped.
    if (lane?.queue.busy === true) lane.queue.pushUrgent('').catch(() => undefined)
  }

  connected(): void {
    for (const { queue } of [...this.#lanes.values()]) queue.connected()
  }

  disconnected(): void {
    for (const { queue } of [...this.#lanes.values()]) queue.disconnected()
  }

  /** Nothing is sent any more. */
  fail(error: HubError): void {
    const lanes = [...this.#lanes.values()]
    this.#lanes.clear()
    for (const lane of lanes) end(lane, error)
  }

  #lane(sessionId: string, epoch: string): Lane {
    const present = this.#lanes.get(sessionId)
    if (present?.epoch === epoch && present.queue.failed === undefined) return present
    if (present !== undefined) end(present, new HubError('CONFLICT', 'The terminal has begun another life'))
    const lane = this.#begin(sessionId, epoch)
    this.#lanes.set(sessionId, lane)
    return lane
  }

  #begin(sessionId: string, epoch: string): Lane {
    // Numbers begin at 1 under each name. After a failure nobody is sure of the old ones.
    const clientId = `${this.#name}.${++this.#names}`
    const queue = new InputQueue(({ seq, input, urgent }, done) => {
      const request = { sessionId, input, epoch, clientId, seq, ...(urgent && { urgent }) }
      this.#ask(request, (error, answer) => {
        done(error, (answer as InputResponse | undefined)?.dropped === true)
      })
    })
    const progress = this.#progressOf(sessionId)
    const stop = queue.progress.subscribe((value) => {
      if (value !== progress.value) progress.set(value)
    })
    return { epoch, queue, stop }
  }

  #progressOf(sessionId: string): Source<InputProgress | undefined> {
    let progress = this.#progress.get(sessionId)
    if (progress === undefined) {
      progress = new Source<InputProgress | undefined>(undefined)
      this.#progress.set(sessionId, progress)
    }
    return progress
  }
}

function end({ queue, stop }: Lane, error: HubError): void {
  if (queue.failed === undefined) queue.fail(error)
  stop()
}

/** An id of the protocol; `randomUUID` would need a secure context. */
function randomName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12))
  return `c${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
