// A stretch of a terminal's stream between two answers to `terminal:watch`, and how far into it
// the viewer has come. Decides when the hub is told; knows neither sockets nor bytes.

/** How much is dealt with before the hub is told: an eighth of the default window. */
const ACK_EVERY_BYTES = 32 * 1024
/** A smaller remainder is acknowledged after this pause: a key's echo needs no message of its own. */
const ACK_IDLE_MS = 50

export class Leg {
  readonly #every: number
  readonly #send: (offset: number) => void
  #dealt = -1
  #acked = -1
  #timer: ReturnType<typeof setTimeout> | undefined
  #ended = false

  constructor(window: number, send: (offset: number) => void) {
    this.#every = Math.min(ACK_EVERY_BYTES, window / 4)
    this.#send = send
  }

  /** Everything up to `offset` has been dealt with. */
  dealt(offset: number): void {
    if (this.#ended || offset <= this.#acked) return
    this.#dealt = offset
    clearTimeout(this.#timer)
    // The first one opens the stream: the hub sends nothing before it.
    if (this.#acked < 0 || this.#dealt - this.#acked >= this.#every) this.#acknowledge()
    else this.#timer = setTimeout(() => this.#acknowledge(), ACK_IDLE_MS)
  }

  /** Nothing more is said about this stretch. */
  end(): void {
    this.#ended = true
    clearTimeout(this.#timer)
  }

  #acknowledge(): void {
    this.#acked = this.#dealt
    this.#send(this.#dealt)
  }
}
