// Numbers that look random and are the same for the same seed (mulberry32).

export class Dice {
  constructor(private seed: number) {}

  /** From 0 up to 1. */
  next(): number {
    this.seed = (this.seed + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.seed ^ (this.seed >>> 15), this.seed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1))
  }

  pick<const T extends readonly [unknown, ...unknown[]]>(choices: T): T[number] {
    return choices[Math.floor(this.next() * choices.length)] ?? choices[0]
  }

  /** True in `share` of all throws. */
  chance(share: number): boolean {
    return this.next() < share
  }
}
