// Says something to somebody, one thing at a time: while one is under way only the latest of what
// comes matters. Knows nothing of what is said.

export class Latest<T> {
  readonly #say: (value: T) => Promise<unknown>
  readonly #pauseMs: number
  #waiting: { readonly value: T } | undefined
  #busy = false

  /** `say` may fail, and then that was it. `pauseMs` is the least time from one to the next. */
  constructor(say: (value: T) => Promise<unknown>, pauseMs: number) {
    this.#say = say
    this.#pauseMs = pauseMs
  }

  push(value: T): void {
    this.#waiting = { value }
    if (!this.#busy) void this.#run()
  }

  async #run(): Promise<void> {
    this.#busy = true
    while (this.#waiting !== undefined) {
      const { value } = this.#waiting
      this.#waiting = undefined
      const pause = new Promise((resolve) => setTimeout(resolve, this.#pauseMs))
      await this.#say(value).catch(() => undefined)
      await pause
    }
    this.#busy = false
  }
}
