// Asks the hub for a terminal's size, one request at a time: while a window's border is dragged,
// only the latest wish matters. Knows neither xterm.js nor the page.

import type { Size } from './screen.js'

export class Sizer {
  readonly #ask: (size: Size) => Promise<unknown>
  #wanted: Size | undefined
  #asking = false

  constructor(ask: (size: Size) => Promise<unknown>) {
    this.#ask = ask
  }

  want(size: Size): void {
    this.#wanted = size
    if (!this.#asking) void this.#run()
  }

  async #run(): Promise<void> {
    this.#asking = true
    while (this.#wanted !== undefined) {
      const size = this.#wanted
      this.#wanted = undefined
      // Refused when the terminal has ended or the connection is gone; asked again with the next wish.
      await this.#ask(size).catch(() => undefined)
    }
    this.#asking = false
  }
}
