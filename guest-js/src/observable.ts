// A value that can be watched. Knows nothing of what it holds.

/** Something that has a state now and says when it changes. */
export interface Observable<T> {
  readonly value: T
  /** Calls `listener` with the present value at once and then with each new one. Returns the way to stop. */
  subscribe(listener: (value: T) => void): () => void
}

/** The side of an Observable that its owner holds. */
export class Source<T> implements Observable<T> {
  #value: T
  readonly #listeners = new Set<(value: T) => void>()

  constructor(value: T) {
    this.#value = value
  }

  get value(): T {
    return this.#value
  }

  set(value: T): void {
    this.#value = value
    // A copy: a listener may unsubscribe itself or others.
    for (const listener of [...this.#listeners]) {
      // A listener may also set: then all have heard the newer value, and this one is the past.
      if (this.#value !== value) return
      listener(value)
    }
  }

  subscribe(listener: (value: T) => void): () => void {
    this.#listeners.add(listener)
    listener(this.#value)
    return () => {
      this.#listeners.delete(listener)
    }
  }
}
