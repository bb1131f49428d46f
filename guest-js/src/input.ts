// What is typed into one terminal, on its way to the hub: in order, in pieces, and never more
// unanswered than the hub wants to hold. Knows nothing of sockets.
//
// What could not be delivered is reported, not kept: when the connection is back nobody can say
// what the program on the other side is waiting for, and a keystroke meant for an editor must
// not end in a shell.

import type { HubError } from './errors.js'

/** Well under the hub's limit for one message. */
const CHUNK_BYTES = 32 * 1024
/** How much may be unanswered (PROTOCOL 5.3). */
const UNANSWERED_BYTES = 64 * 1024

/** Sends one piece and calls `done` when the hub has written it to the terminal, or has not. */
export type SendPiece = (piece: string, epoch: string | undefined, done: (error: HubError | undefined) => void) => void

interface Job {
  readonly text: string
  readonly epoch: string | undefined
  readonly resolve: () => void
  readonly reject: (error: HubError) => void
  sent: number
  unanswered: number
  failed: boolean
}

const encoder = new TextEncoder()
const scratch = new Uint8Array(CHUNK_BYTES)

export class InputQueue {
  readonly #send: SendPiece
  #jobs: Job[] = []
  #unanswered = 0

  constructor(send: SendPiece) {
    this.#send = send
  }

  /** Resolves when all of `text` has been written to the terminal. */
  push(text: string, epoch: string | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      if (text === '') {
        resolve()
        return
      }
      this.#jobs.push({ text, epoch, resolve, reject, sent: 0, unanswered: 0, failed: false })
      this.#pump()
    })
  }

  #pump(): void {
    for (let job = this.#unsent(); job !== undefined && this.#unanswered < UNANSWERED_BYTES; job = this.#unsent()) {
      // encodeInto stops between characters: no surrogate pair is torn.
      const room = Math.min(CHUNK_BYTES, UNANSWERED_BYTES - this.#unanswered)
      const { read, written } = encoder.encodeInto(job.text.slice(job.sent), scratch.subarray(0, room))
      if (read === 0) return // not even one character fits: wait for an answer
      this.#sendPiece(job, job.text.slice(job.sent, job.sent + read), written)
    }
  }

  #unsent(): Job | undefined {
    return this.#jobs.find((job) => job.sent < job.text.length)
  }

  #sendPiece(job: Job, piece: string, bytes: number): void {
    job.sent += piece.length
    job.unanswered++
    this.#unanswered += bytes
    this.#send(piece, job.epoch, (error) => {
      job.unanswered--
      this.#unanswered -= bytes
      if (error !== undefined) this.#failAll(error)
      else if (!job.failed && job.unanswered === 0 && job.sent === job.text.length) {
        this.#jobs = this.#jobs.filter((other) => other !== job)
        job.resolve()
      }
      this.#pump()
    })
  }

  /** What was typed behind something lost must not arrive without it. */
  #failAll(error: HubError): void {
    const jobs = this.#jobs
    this.#jobs = []
    for (const job of jobs) {
      job.failed = true
      job.reject(error)
    }
  }
}
