// What is typed into one life of one terminal, on its way to the hub: numbered, in order, in
// pieces, never more unanswered than the hub wants to hold, and sent again when a connection was
// lost before the answer came. The hub applies each number once (PROTOCOL, Typing). Knows
// nothing of sockets.

import { HubError } from './errors.js'
import { type Observable, Source } from './observable.js'

/** Well under the hub's limit for one message; more than this is a paste, and its progress is told. */
export const CHUNK_BYTES = 32 * 1024
/** How much may be unanswered (PROTOCOL 5.3). */
const UNANSWERED_BYTES = 64 * 1024
/** When the hub does not say after how long to ask again. */
const RETRY_MS = 1_000
/** What was typed so long ago must not arrive any more. As long as the hub keeps a terminal that has ended. */
const LONGEST_OUTAGE_MS = 120_000

/** What became of something typed. */
export type InputResult =
  /** The program's terminal has all of it. */
  | 'written'
  /** Something urgent came first, or it was cancelled: at most the beginning was written. */
  | 'dropped'

/** How far a long input has come, in bytes. */
export interface InputProgress {
  readonly written: number
  readonly total: number
}

export interface Piece {
  readonly seq: number
  readonly input: string
  readonly urgent: boolean
}

/** Sends one piece and calls `done` with the failure, or with whether it was dropped. */
export type SendPiece = (piece: Piece, done: (error: HubError | undefined, dropped: boolean) => void) => void

interface Job {
  readonly text: string
  readonly bytes: number
  readonly urgent: boolean
  readonly resolve: (result: InputResult) => void
  readonly reject: (error: HubError) => void
  /** Of `text`, in its own units. */
  sent: number
  unanswered: number
  written: number
  dropped: boolean
}

interface Unanswered extends Piece {
  readonly job: Job
  readonly bytes: number
}

const encoder = new TextEncoder()
const scratch = new Uint8Array(CHUNK_BYTES)

export class InputQueue {
  readonly #send: SendPiece
  readonly #progress = new Source<InputProgress | undefined>(undefined)
  #jobs: Job[] = []
  /** In the order of their numbers. */
  #unanswered: Unanswered[] = []
  #bytes = 0
  #seq = 0
  /** Failures of what was sent before the last time that all was sent again are old news. */
  #round = 0
  #connected = true
  #retry: ReturnType<typeof setTimeout> | undefined
  #outage: ReturnType<typeof setTimeout> | undefined
  #failed: HubError | undefined

  constructor(send: SendPiece) {
    this.#send = send
  }

  /** Of the first long input that is under way. */
  get progress(): Observable<InputProgress | undefined> {
    return this.#progress
  }

  /** Whether something has not been written yet. */
  get busy(): boolean {
    return this.#jobs.length > 0
  }

  /** Why nothing can be typed here any more; then a new queue takes over, under another name. */
  get failed(): HubError | undefined {
    return this.#failed
  }

  /** Resolves when all of `text` has been written to the terminal, or dropped. */
  push(text: string): Promise<InputResult> {
    if (text === '') return Promise.resolve('written')
    return this.#push(text, false)
  }

  /** Types something ahead of what has not been written, which is dropped. */
  pushUrgent(text: string): Promise<InputResult> {
    this.#dropUnsent()
    return this.#push(text, true)
  }

  /** Sends what is unanswered again: the connection stands. */
  connected(): void {
    clearTimeout(this.#outage)
    this.#connected = true
    this.#sendAgain()
  }

  /** Keeps what is unanswered for a connection that comes in time. */
  disconnected(): void {
    if (!this.#connected) return
    this.#connected = false
    clearTimeout(this.#retry)
    this.#outage = setTimeout(() => {
      this.fail(new HubError('DISCONNECTED', 'The connection was lost for too long'))
    }, LONGEST_OUTAGE_MS)
  }

  /** Nothing more is sent. What was sent and not answered may have arrived. */
  fail(error: HubError): void {
    clearTimeout(this.#retry)
    clearTimeout(this.#outage)
    this.#failed = error
    const jobs = this.#jobs
    this.#jobs = []
    this.#unanswered = []
    for (const job of jobs) {
      const unsure = job.sent > 0 && error.code === 'DISCONNECTED'
      job.reject(unsure ? new HubError('TIMEOUT', 'The connection was lost before the hub confirmed all of it') : error)
    }
    this.#tell()
  }

  #push(text: string, urgent: boolean): Promise<InputResult> {
    return new Promise((resolve, reject) => {
      const bytes = encoder.encode(text).length
      this.#jobs.push({ text, bytes, urgent, resolve, reject, sent: 0, unanswered: 0, written: 0, dropped: false })
      this.#tell()
      this.#pump()
    })
  }

  #pump(): void {
    while (this.#connected && this.#failed === undefined) {
      const job = this.#jobs.find((job) => job.sent < job.text.length || (job.urgent && job.unanswered === 0))
      if (job === undefined) return
      // What is urgent is a few bytes and waits for nothing.
      const room = job.urgent ? CHUNK_BYTES : Math.min(CHUNK_BYTES, UNANSWERED_BYTES - this.#bytes)
      // Whole chunks: with each answered key there would be room for a crumb.
      if (room <= 0 || (room < CHUNK_BYTES && job.text.length - job.sent > room)) return
      // encodeInto stops between characters: no surrogate pair is torn.
      const { read, written } = encoder.encodeInto(job.text.slice(job.sent), scratch.subarray(0, room))
      if (read === 0 && job.text !== '') return // not even one character fits: wait for an answer
      const input = job.text.slice(job.sent, job.sent + read)
      const piece = { seq: ++this.#seq, input, urgent: job.urgent, job, bytes: written }
      job.sent += read
      job.unanswered++
      this.#bytes += written
      this.#unanswered.push(piece)
      this.#sendPiece(piece)
    }
  }

  #sendPiece(piece: Unanswered): void {
    const round = this.#round
    const { seq, input, urgent } = piece
    this.#send({ seq, input, urgent }, (error, dropped) => {
      // An answer is an answer, whichever of the times it was sent for.
      if (error === undefined) this.#answered(piece, dropped)
      else if (round === this.#round) this.#refused(error)
    })
  }

  #answered(piece: Unanswered, dropped: boolean): void {
    const at = this.#unanswered.indexOf(piece)
    if (at < 0) return
    this.#unanswered.splice(at, 1)
    this.#bytes -= piece.bytes
    const { job } = piece
    job.unanswered--
    if (dropped) job.dropped = true
    else job.written += piece.bytes
    this.#settle(job)
    this.#tell()
    this.#pump()
  }

  #settle(job: Job): void {
    if (job.unanswered > 0 || (job.sent < job.text.length && !job.dropped)) return
    this.#jobs = this.#jobs.filter((other) => other !== job)
    job.resolve(job.dropped ? 'dropped' : 'written')
  }

  #refused(error: HubError): void {
    switch (error.code) {
      case 'DISCONNECTED':
        return // the next connection sends it again
      case 'TIMEOUT':
        this.#sendAgain()
        return
      case 'RATE_LIMITED':
      case 'UNAVAILABLE':
        // The hub is closing when it does not say after how long; then the connection ends, too.
        this.#sendLater(error.retryAfterMs ?? RETRY_MS)
        return
      case 'CONFLICT': {
        const first = this.#unanswered[0]?.seq ?? 0
        const { expected } = error.details
        if (typeof expected === 'number' && expected >= first) {
          this.#sendLater(RETRY_MS)
          return
        }
      }
    }
    this.fail(error)
  }

  #sendLater(ms: number): void {
    this.#round++
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => {
      if (this.#connected) this.#sendAgain()
    }, ms)
  }

  #sendAgain(): void {
    this.#round++
    clearTimeout(this.#retry)
    for (const piece of [...this.#unanswered]) this.#sendPiece(piece)
    this.#pump()
  }

  /** What has not been sent is dropped here; of what has been, the hub decides. */
  #dropUnsent(): void {
    for (const job of [...this.#jobs]) {
      if (job.urgent || job.sent === job.text.length) continue
      job.dropped = true
      job.sent = job.text.length
      this.#settle(job)
    }
  }

  #tell(): void {
    const long = this.#jobs.find((job) => job.bytes > CHUNK_BYTES && !job.dropped)
    const before = this.#progress.value
    const next = long && { written: long.written, total: long.bytes }
    if (before?.written !== next?.written || before?.total !== next?.total) this.#progress.set(next)
  }
}
