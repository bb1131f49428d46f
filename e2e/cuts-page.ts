// Runs in a browser: watches a terminal and types into it over a wire that is cut again and again,
// and keeps the books: which bytes came, and what became of everything typed.

import { HubClient, HubError, type TerminalSink, type TerminalWatch } from 'tauri-plugin-realtime-hub-api/client'

/** What is to be true in the end. */
export interface Books {
  /** How far the bytes or pictures reach without a gap. */
  readonly offset: number
  /** Every place where a stretch did not begin where the one before had ended. */
  readonly seams: readonly string[]
  /** Offsets of bytes that are not what the terminal printed. */
  readonly wrong: readonly number[]
  /** Bytes that came as themselves, and how often it began anew with a picture. */
  readonly raw: number
  readonly pictures: readonly string[]
  /** Numbers typed that were confirmed, and those that were refused because there was no connection. */
  readonly confirmed: readonly number[]
  readonly refused: number
  /** Anything else. */
  readonly failures: readonly string[]
  readonly ended: boolean
}

/** Byte `offset` of what the terminal prints: the same on both sides. */
export function printed(seed: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  const words = new DataView(bytes.buffer)
  for (let at = 0, word = seed; at < size; at += 4) {
    word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0
    words.setUint32(at, word, true)
  }
  return bytes
}

class Bookkeeper implements TerminalSink {
  readonly seams: string[] = []
  readonly wrong: number[] = []
  offset = 0
  raw = 0
  readonly pictures: string[] = []
  readonly #expected: Uint8Array
  #picture = false

  constructor(expected: Uint8Array) {
    this.#expected = expected
  }

  reset(): void {
    this.#picture = true
  }

  resize(): void {
    // The bytes go on.
  }

  write(data: Uint8Array, offset: number): void {
    const from = offset - data.length
    if (this.#picture) {
      // It stands for everything up to its offset.
      this.#picture = false
      if (offset > 0) this.pictures.push(`${this.offset} to ${offset}`)
      if (offset < this.offset) this.seams.push(`a picture of ${offset} after ${this.offset}`)
      this.offset = offset
      return
    }
    if (from !== this.offset) this.seams.push(`${from} after ${this.offset}`)
    this.offset = offset
    this.raw += data.length
    for (const [at, byte] of data.entries()) {
      if (byte !== this.#expected[(from + at) % this.#expected.length] && this.wrong.length < 10) this.wrong.push(from + at)
    }
  }
}

/** As many keys as a fast typist's repeat rate, so that some are always under way. */
const KEY_MS = 5

class Run {
  readonly #client: HubClient
  readonly #sink: Bookkeeper
  readonly #watch: TerminalWatch
  readonly #confirmed: number[] = []
  readonly #failures: string[] = []
  #refused = 0
  #typed = 0
  #waiting = 0
  #timer: ReturnType<typeof setInterval> | undefined

  constructor(url: string, token: string, seed: number, size: number) {
    this.#client = new HubClient({ url, token })
    this.#sink = new Bookkeeper(printed(seed, size))
    this.#watch = this.#client.watch('flood', this.#sink)
  }

  get live(): boolean {
    return this.#watch.state.value.phase === 'live'
  }

  /** The first key has the terminal print; then numbers. */
  start(): void {
    this.#client.input('flood', 'x').catch((error: unknown) => this.#failures.push(String(error)))
    this.#timer = setInterval(() => this.#type(), KEY_MS)
  }

  wake(): void {
    this.#client.wake()
  }

  /** Types no more; resolves when it is known what became of everything. */
  async stopTyping(): Promise<void> {
    clearInterval(this.#timer)
    while (this.#waiting > 0) await new Promise((resolve) => setTimeout(resolve, KEY_MS))
  }

  books(): Books {
    const { offset, seams, wrong, raw, pictures } = this.#sink
    const ended = this.#watch.state.value.terminal?.exit !== undefined
    const [confirmed, refused, failures] = [this.#confirmed, this.#refused, this.#failures]
    return { offset, seams, wrong, raw, pictures, confirmed, refused, failures, ended }
  }

  #type(): void {
    const number = ++this.#typed
    this.#waiting++
    this.#client
      .input('flood', `${number};`)
      .then(
        (result) => {
          if (result === 'written') this.#confirmed.push(number)
          else this.#failures.push(`${number} was dropped`)
        },
        (error: unknown) => {
          // Nothing was sent; it is forgotten.
          if (HubError.from(error).code === 'DISCONNECTED') this.#refused++
          else this.#failures.push(`${number}: ${String(error)}`)
        },
      )
      .finally(() => this.#waiting--)
  }
}

declare global {
  var run: Run
  var begin: (url: string, token: string, seed: number, size: number) => void
}

globalThis.begin = (url, token, seed, size) => {
  globalThis.run = new Run(url, token, seed, size)
}
