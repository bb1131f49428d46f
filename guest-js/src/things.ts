// The things of one kind: what the hub says of them, and what has been changed here and is not
// confirmed yet. Pure: knows no events, no sockets, no HTTP.

export interface Thing {
  readonly id: string
  /** Grows with each change of its own fields; a thing that never changes has none. */
  readonly version?: number
}

interface Draft<T> {
  readonly id: string
  readonly change: (thing: T) => T
}

export class Things<T extends Thing> {
  /** What is older than this place in the log is known. */
  #since = 0
  readonly #known = new Map<string, T>()
  /** The last event about each, also about what is gone: what is older than that is old news. */
  readonly #heard = new Map<string, number>()
  #drafts: Draft<T>[] = []
  #list: readonly T[] | undefined
  readonly #keepLinks: (thing: T, held: T) => T

  /** `keepLinks` gives `thing` the links of `held`: they change without a new version. */
  constructor(keepLinks: (thing: T, held: T) => T = (thing) => thing) {
    this.#keepLinks = keepLinks
  }

  /** All of them, in the order in which they came, with the changes that are under way. */
  get list(): readonly T[] {
    this.#list ??= [...this.#known.values()].map((thing) => this.#drafted(thing))
    return this.#list
  }

  /** One, with the changes that are under way. */
  get(id: string): T | undefined {
    const thing = this.#known.get(id)
    return thing && this.#drafted(thing)
  }

  /** These and no others, as of a place in the log; 0 when it is not known. */
  replace(things: readonly T[], seq = 0): void {
    this.#since = seq
    this.#known.clear()
    this.#heard.clear()
    for (const thing of things) this.#known.set(thing.id, thing)
    this.#changed()
  }

  /** An event says how it is. */
  put(thing: T, seq: number): void {
    const held = this.#known.get(thing.id)
    const newest = versionOf(thing) > versionOf(held)
    if (this.#hear(thing.id, seq)) {
      // An answer to a request of our own may have come before the events.
      if (held === undefined || newest || versionOf(thing) === versionOf(held)) this.#set(thing)
    } else if (held !== undefined && newest) {
      // Overtaken by an event about its links.
      this.#set(this.#keepLinks(thing, held))
    }
  }

  /** An event says that it is gone. */
  remove(id: string, seq: number): void {
    if (!this.#hear(id, seq)) return
    this.#known.delete(id)
    this.#changed()
  }

  /** An event says that its links have changed. */
  link(id: string, seq: number, change: (thing: T) => T): void {
    if (!this.#hear(id, seq)) return
    const held = this.#known.get(id)
    if (held !== undefined) this.#set(change(held))
  }

  /** The answer to a request says how it is; events may have told something newer already. */
  confirm(thing: T): void {
    const held = this.#known.get(thing.id)
    const gone = held === undefined && this.#heard.has(thing.id)
    if (!gone && versionOf(thing) > versionOf(held)) this.#set(thing)
  }

  /** Shows a change before the hub has made it, until the returned function is called. */
  draft(id: string, change: (thing: T) => T): () => void {
    const draft = { id, change }
    this.#drafts.push(draft)
    this.#changed()
    return () => {
      this.#drafts = this.#drafts.filter((other) => other !== draft)
      this.#changed()
    }
  }

  /** False for what has been heard before. */
  #hear(id: string, seq: number): boolean {
    if (seq <= (this.#heard.get(id) ?? this.#since)) return false
    this.#heard.set(id, seq)
    return true
  }

  #set(thing: T): void {
    this.#known.set(thing.id, thing)
    this.#changed()
  }

  #drafted(thing: T): T {
    return this.#drafts.reduce((so, { id, change }) => (id === so.id ? change(so) : so), thing)
  }

  #changed(): void {
    this.#list = undefined
  }
}

/** Less than any, for what is not there. */
function versionOf(thing: Thing | undefined): number {
  return thing === undefined ? -1 : (thing.version ?? 0)
}
