// Holds pictures against the reference: for each cut, a fresh terminal that got the picture and the rest
// must equal one that got every byte, at the cut, a little later and at the end.

import { compare, type Aspect, type Difference } from './compare.js'
import type { Pictures } from './pictures.js'
import { Dice } from './random.js'
import { alignedBefore, sizeAt, Terminal, type Stream } from './terminal.js'

export interface Finding extends Difference {
  readonly cut: number
  /** Where it was seen: at the cut, `later` within {@link LATER} bytes, at the end, or after the probe. */
  readonly when: 'cut' | 'later' | 'end' | 'probe'
}

export interface Verdict {
  readonly cuts: number
  /** Cuts that were followed to the end of the stream and probed. */
  readonly followed: number
  /** Of all pictures, and of the largest. */
  readonly pictureBytes: number
  readonly largest: number
  /**
   * Cuts where xterm.js differs from itself: how some things end depends on where its input is cut into
   * writes, as without wrapping at a wide character. They are not counted as findings.
   */
  readonly unsteady: number
  readonly findings: readonly Finding[]
}

/** So far each cut is followed at least; most mistakes that do not show at once show here. */
const LATER = 2048

/** So many pictures are held at once; they may be large. */
const BATCH = 500

/** Makes invisible state visible: the pen, charsets, tabs, margins, the saved cursor, the other screen. */
const PROBE = Buffer.from(
  ['probe q\u0301\x1b[3b', '\t|\t|', '\r\nnext', '\x0elqk\x0f', '\x1b8restored', '\x1b[999;1H\n\n\x1bM', '\x1b[H\x1bM\x1b[2;3Hhome', '\x1b[?1049lback', '\x1b8again', '\x1b[?1049h\x1b8other', '\x1b[?1049l\n'].join(''),
)

/** A mess that a viewer may be in when the picture comes: it begins with a reset in band then. */
const MESS = Buffer.from('mess\x1b[?1049h\x1b[?6h\x1b[3;5r\x1b[?1003;1006;1004;2004;1;25l\x1b[?1003h\x1b[?1006h\x1b[?25l\x1b[3g\x1b(0\x1b[4h\x1b[?7l\x1b[20h\x1b[7;31;44m\x1b[3 q\x1b]2;mess\x07text\x1b]11;#123456\x07')
const RESET = Buffer.from('\x18\x1bc')

export interface Options {
  /** Every how many cuts one is followed to the end, which costs the most. */
  readonly followEvery: number
  /** Every how many cuts the picture is written, after a reset, into a terminal that was used. */
  readonly usedEvery: number
}

export function judge(stream: Stream, cuts: readonly number[], pictures: Pictures, options: Options): Verdict {
  const verdict = new Gate(stream, cuts, pictures, options).run()
  if (verdict.findings.length === 0) return verdict
  const itself = new Gate(stream, cuts, undefined, options).run()
  const unsteady = new Set(itself.findings.map(({ cut }) => cut))
  return { ...verdict, unsteady: unsteady.size, findings: verdict.findings.filter(({ cut }) => !unsteady.has(cut)) }
}

/** The aspects that a verdict found wrong, with the number of cuts for each. */
export function byAspect(findings: readonly Finding[]): Partial<Record<Aspect, number>> {
  const cuts = new Map<Aspect, Set<number>>()
  for (const { aspect, cut } of findings) cuts.set(aspect, (cuts.get(aspect) ?? new Set()).add(cut))
  return Object.fromEntries([...cuts].map(([aspect, at]) => [aspect, at.size]))
}

interface Viewer {
  readonly cut: number
  readonly terminal: Terminal
  readonly followed: boolean
  /** Everything before was written. */
  at: number
}

class Gate {
  private readonly findings: Finding[] = []
  private readonly reference: Terminal
  private readonly final: Terminal
  private readonly probed: Terminal
  private readonly end: number
  private followed = 0
  private pictureBytes = 0
  private largest = 0
  private batch: readonly Uint8Array[] = []

  constructor(
    private readonly stream: Stream,
    private readonly cuts: readonly number[],
    /** Without any, a viewer is led through the stream from its beginning. */
    private readonly pictures: Pictures | undefined,
    private readonly options: Options,
  ) {
    this.end = alignedBefore(stream.bytes, stream.bytes.length)
    this.reference = new Terminal(stream)
    this.final = new Terminal(stream)
    this.probed = new Terminal(stream)
    for (const terminal of [this.final, this.probed]) terminal.follow(stream, 0, this.end)
    this.probed.write(PROBE)
  }

  run(): Verdict {
    let reached = 0
    let viewers: Viewer[] = []
    this.cuts.forEach((cut, index) => {
      const at = alignedBefore(this.stream.bytes, cut)
      this.reference.follow(this.stream, reached, at)
      reached = at
      viewers = viewers.filter((viewer) => this.keepFor(viewer, at))
      viewers.push(this.join(cut, at, index))
    })
    for (const viewer of viewers) this.toTheEnd(viewer)
    const { followed, pictureBytes, largest, findings } = this
    return { cuts: this.cuts.length, followed, pictureBytes, largest, unsteady: 0, findings }
  }

  /** A new viewer at a cut; its picture alone must already look right. */
  private join(cut: number, at: number, index: number): Viewer {
    if (!this.pictures) return this.replay(cut, at, index)
    const terminal = new Terminal(sizeAt(this.stream, cut))
    if (index % this.options.usedEvery === this.options.usedEvery - 1) {
      terminal.write(MESS)
      terminal.write(RESET)
    }
    const picture = this.picture(this.pictures, index)
    // What the cut leaves of a character is kept back and comes again with the rest, in one piece.
    const split = this.stream.bytes.subarray(at, cut)
    const joined = split.length === 0 || Buffer.from(picture.subarray(picture.length - split.length)).equals(split)
    terminal.write(joined ? picture.subarray(0, picture.length - split.length) : picture)
    const viewer = { cut, terminal, followed: this.isFollowed(index), at: joined ? at : cut }
    // A picture without that part may be right in a string that is ignored; the rest will tell.
    if (joined) this.note(viewer, 'cut', this.reference)
    return viewer
  }

  private replay(cut: number, at: number, index: number): Viewer {
    const viewer = { cut, terminal: new Terminal(this.stream), followed: this.isFollowed(index), at: 0 }
    this.advance(viewer, at)
    this.note(viewer, 'cut', this.reference)
    return viewer
  }

  private isFollowed(index: number): boolean {
    return index % this.options.followEvery === 0
  }

  private picture(pictures: Pictures, index: number): Uint8Array {
    const within = index % BATCH
    if (within === 0) this.batch = pictures(this.stream, this.cuts.slice(index, index + BATCH))
    const picture = this.batch[within]
    if (!picture) throw new Error(`no picture for cut ${index}`)
    this.pictureBytes += picture.length
    this.largest = Math.max(this.largest, picture.length)
    return picture
  }

  /** Leads a viewer on to where the reference is, once that is far enough; false when it was seen to the end of its way. */
  private keepFor(viewer: Viewer, at: number): boolean {
    if (at - viewer.cut < LATER) return true
    this.advance(viewer, at)
    this.note(viewer, 'later', this.reference)
    if (viewer.followed) this.toTheEnd(viewer)
    return false
  }

  private toTheEnd(viewer: Viewer): void {
    this.followed += 1
    this.advance(viewer, this.end)
    this.note(viewer, 'end', this.final)
    viewer.terminal.write(PROBE)
    this.note(viewer, 'probe', this.probed)
  }

  private advance(viewer: Viewer, to: number): void {
    if (to <= viewer.at) return
    viewer.terminal.follow(this.stream, viewer.at, to)
    viewer.at = to
  }

  private note(viewer: Viewer, when: Finding['when'], expected: Terminal): void {
    for (const difference of compare(viewer.terminal, expected)) this.findings.push({ cut: viewer.cut, when, ...difference })
  }
}

/** Every `step` bytes, and `random` offsets besides; ascending, each once. */
export function chooseCuts(length: number, step: number, random: number, seed: number): number[] {
  const dice = new Dice(seed)
  const cuts = new Set<number>([0, length])
  for (let at = step; at < length; at += step) cuts.add(at)
  for (let count = 0; count < random; count++) cuts.add(dice.between(0, length))
  return [...cuts].sort((a, b) => a - b)
}
