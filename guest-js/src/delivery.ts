// Hands steps to a consumer in order and knows which are done. Knows nothing of what a step does.
//
// Writes may overlap: a terminal emulator queues them itself and is slower when each has to wait
// for the one before. A reset or a resize must not overlap: it would overtake the bytes queued
// before it.

/** Something to be done in its turn. */
export interface Step {
  /** Starts it. A promise means that it is done when that resolves. */
  readonly run: () => void | Promise<void>
  /** Waits for all before it, and all after it wait for it. */
  readonly alone: boolean
  /** Called when this step and all before it are done. */
  readonly done?: () => void
}

interface Started {
  readonly step: Step
  finished: boolean
}

export class Delivery {
  readonly #fail: (error: unknown) => void
  #waiting: Step[] = []
  #started: Started[] = []
  #pumping = false
  #ended = false

  /** `fail` is called at most once, when a step throws; nothing is delivered after that. */
  constructor(fail: (error: unknown) => void) {
    this.#fail = fail
  }

  push(step: Step): void {
    if (this.#ended) return
    this.#waiting.push(step)
    this.#pump()
  }

  /** Delivers nothing any more. */
  end(): void {
    this.#ended = true
    this.#waiting = []
  }

  #pump(): void {
    // A step that is done at once comes back here; the loop below goes on with the next.
    if (this.#pumping) return
    this.#pumping = true
    for (let next = this.#waiting[0]; next !== undefined && this.#mayStart(next); next = this.#waiting[0]) {
      this.#waiting.shift()
      this.#start(next)
    }
    this.#pumping = false
  }

  #mayStart(step: Step): boolean {
    return this.#started.length === 0 || !(step.alone || this.#started.some((entry) => entry.step.alone))
  }

  #start(step: Step): void {
    const entry: Started = { step, finished: false }
    this.#started.push(entry)
    const stop = (error: unknown): void => {
      if (this.#ended) return
      this.end()
      this.#fail(error)
    }
    try {
      const running = step.run()
      if (running === undefined) this.#finish(entry)
      else
        running.then(() => {
          this.#finish(entry)
        }, stop)
    } catch (error) {
      stop(error)
    }
  }

  #finish(entry: Started): void {
    entry.finished = true
    if (this.#ended) return
    for (let first = this.#started[0]; first?.finished === true; first = this.#started[0]) {
      this.#started.shift()
      first.step.done?.()
    }
    this.#pump()
  }
}
