// A random program: every sequence that xterm.js knows, in any order, at the margins, broken off, and with
// bytes that are no text. The same seed writes the same.

import { Dice } from './random.js'
import { alignedBefore, type Resize, type Size, type Stream } from './terminal.js'

const ESC = '\x1b'
const CSI = '\x1b['
const WORDS = ['hello', '日本語', 'a', 'e\u0301x', '│─', 'xyzzy lorem ipsum dolor sit', 'ｆｕｌｌ', 'ok ', 'lqqk', '#'.repeat(30), 'ünïcödé', '🚀', '👍🏽', ' ', 'x\u0336', '\u200d', '   '] as const
const SGR = [0, 1, 2, 3, 4, 5, 7, 8, 9, 21, 22, 23, 24, 25, 27, 28, 29, 31, 39, 42, 49, 53, 55, 59, 93, 104, '4:2', '4:3', '4:0', '58;5;9', '58:2::1:2:3', '38;5;99', '48;5;17', '38;2;1;2;3', '48:2::9:8:7', '38;5', '38;2;1'] as const
const MODES = [1, 9, 12, 25, 45, 66, 1000, 1002, 1003, 1004, 1005, 1006, 1015, 1016, 2004, 2026] as const

/** One thing that a program may write; `weight` of all. */
interface Kind {
  readonly weight: number
  write(dice: Dice, size: Size): string | Uint8Array
}

function kind(weight: number, write: Kind['write']): Kind {
  return { weight, write }
}

const few = (dice: Dice) => dice.between(1, 5)

const KINDS: readonly Kind[] = [
  kind(20, (dice) => dice.pick(WORDS)),
  kind(2, (dice, { cols }) => dice.pick(['w', '日', 'é', '. ']).repeat(dice.between(1, cols))),
  kind(3, (dice, { cols, rows }) => `${CSI}${dice.between(0, rows + 2)};${dice.between(0, cols + 2)}${dice.pick(['H', 'f'])}`),
  // At the right margin, where wraps wait.
  kind(3, (dice, { cols, rows }) => `${CSI}${dice.between(1, rows)};${dice.between(cols - 2, cols)}H${dice.pick(['x', '日', 'xy', 'xyz', 'x日', 'xe\u0301', '\t', 'x\t', 'x\b', 'x\r', 'x\n'])}`),
  kind(4, (dice) => dice.pick(['\r\n', '\n', '\r', '\b', '\t', '\v', '\f', `${ESC}M`, `${ESC}D`, `${ESC}E`, '\x07', '\0', '\x7f'])),
  kind(4, (dice) => `${CSI}${dice.pick(SGR)}m`),
  kind(1, (dice) => `${CSI}${Array.from({ length: few(dice) }, () => dice.pick(SGR)).join(';')}m`),
  kind(1, () => `${CSI}m`),
  kind(1, (dice) => `${CSI}${dice.pick(['', '?'])}${dice.pick(['0J', '2J', '3J', '0K', '1K', '2K', '3K'])}`),
  // Only at the first column: at the last of the last row xterm.js 6.0.0 throws.
  kind(1, (dice) => `\r${CSI}${dice.pick(['1J', '?1J'])}`),
  kind(2, (dice) => `${CSI}${few(dice)}${dice.pick(['L', 'M', '@', 'P', 'X', 'S', 'T', ' @', ' A', "'}", "'~"])}`),
  kind(2, (dice) => `${CSI}${few(dice)}${dice.pick(['A', 'B', 'C', 'D', 'E', 'F', 'G', 'd', '`', 'e', 'a', 'I', 'Z'])}`),
  kind(2, (dice, { rows }) => `${CSI}${dice.pick(['r', `${dice.between(0, rows)};${dice.between(0, rows + 1)}r`, `${dice.between(1, rows - 1)}r`])}`),
  kind(2, (dice) => dice.pick([`${ESC}7`, `${ESC}8`, `${CSI}s`, `${CSI}u`, `${CSI}?1048h`, `${CSI}?1048l`])),
  kind(2, (dice) => dice.pick([`${ESC}(0`, `${ESC}(B`, `${ESC}(A`, '\x0e', '\x0f', `${ESC})0`, `${ESC})B`, `${ESC}*0`, `${ESC}n`, `${ESC}o`, `${ESC}%G`, `${ESC}%@`])),
  kind(1, (dice) => `${dice.pick(['z', '日', 'e\u0301', ''])}${CSI}${dice.between(0, 9)}b`),
  kind(1, (dice) => `${CSI}${dice.pick(['4h', '4l', '20h', '20l', '?7h', '?6h', '?6l', '?3h', '?3l', '?5h'])}`),
  // Narrow ones only: how a wide character ends there depends on where xterm.js's input is cut into writes.
  kind(1, (dice, { cols }) => `${CSI}?7l${dice.pick(['narrow ', 'é', '#']).repeat(dice.between(1, cols))}${CSI}?7h`),
  kind(2, (dice) => `${CSI}?${dice.pick(MODES)}${dice.pick(['h', 'l'])}`),
  kind(1, (dice) => dice.pick([`${CSI}?1000;1006h`, `${CSI}?1;25;2004l`, `${ESC}=`, `${ESC}>`])),
  kind(1, (dice, { cols }) => dice.pick([`${ESC}H`, `${CSI}g`, `${CSI}3g`, `${CSI}${dice.between(1, cols)}G${ESC}H`])),
  kind(1, (dice) => `${CSI}${dice.between(0, 7)} q`),
  kind(1, (dice) => `${ESC}]8;${dice.pick(['', 'id=a', 'id=b'])};${dice.pick(['', '', 'http://x.y', 'file:///a%20b'])}${dice.pick(['\x07', `${ESC}\\`])}`),
  kind(1, (dice) => `${ESC}]${dice.pick(['0', '1', '2'])};title ${dice.pick(WORDS)}${dice.pick(['\x07', `${ESC}\\`])}`),
  kind(1, (dice) => `${ESC}]${dice.pick(['4;1;#123456', '4;300;red', '4;2;rgb:11/22/33;3;#fff', '10;#abcdef', '11;rgb:0/0/0', '12;#f00', '104', '104;1', '110', '111', '112', '10;?', '777;notify;a;b', '52;c;aGk='])}\x07`),
  kind(1, (dice) => `${CSI}?${dice.pick([47, 1047, 1049])}${dice.pick(['h', 'l'])}`),
  kind(1, (dice) => `${CSI}${dice.pick(['0', '1', '2'])}"q`),
  kind(1, (dice) => (dice.chance(0.1) ? dice.pick([`${ESC}c`, `${CSI}!p`, `${ESC}#8`]) : '')),
  kind(1, (dice) => dice.pick([`${CSI}c`, `${CSI}6n`, `${CSI}?25$p`, `${ESC}P$qm${ESC}\\`, `${CSI}18t`, `${CSI}>0q`, `${ESC}Pq#0~${ESC}\\`, `${ESC}_app${ESC}\\`, `${ESC}^pm${ESC}\\`, `${ESC}Xsos${ESC}\\`])),
  // Broken off, cancelled, with controls inside, too long, unknown.
  kind(1, (dice) => dice.pick([`${CSI}3`, `${CSI}?10\x18`, `${CSI}2\r5m`, `${ESC}${ESC}[1m`, `${ESC}]2;open`, `${CSI}1;2;3\x1a`, `${CSI}999999999999C`, `${CSI}${'1;'.repeat(40)}m`, `${CSI}<1u`, `${CSI}>4;2m`, `${CSI}=1;1u`, `${CSI}?1$`, `${ESC}[`, `${ESC}(`, `${CSI}:3m`, `${CSI}1:2:3H`])),
  // C1 controls as characters, and bytes that are no UTF-8.
  kind(1, (dice) => dice.pick(['\u009b1m', '\u009d2;c1\u009c', '\u0085', '\u008d', '\u0090q\u009c', '\u0084'])),
  kind(1, (dice) => Buffer.from(dice.pick(['80', 'c3', 'e697', 'f09f98', 'ff', 'c0af', 'eda080', 'f4908080', 'e2', '9b316d']), 'hex')),
]

const TOTAL = KINDS.reduce((sum, { weight }) => sum + weight, 0)

function choose(dice: Dice): Kind {
  let left = dice.between(1, TOTAL)
  for (const choice of KINDS) {
    left -= choice.weight
    if (left <= 0) return choice
  }
  throw new Error('the weights do not add up')
}

/** As long as the streams of the ratchet are. */
export const TORTURE_LENGTH = 1500
/** Changes of size in each of those that have any. */
export const TORTURE_RESIZES = 6

/** A stream of `count` things; with `resizes`, the terminal changes its size so often meanwhile. */
export function torture(seed: number, count: number, resizes = 0): Stream {
  const dice = new Dice(seed)
  const first: Size = dice.pick([{ cols: 80, rows: 24 }, { cols: 20, rows: 6 }, { cols: 44, rows: 30 }, { cols: 9, rows: 4 }])
  const parts: Uint8Array[] = []
  const sizes: Resize[] = []
  let size = first
  let length = 0
  for (let index = 0; index < count; index++) {
    const written = choose(dice).write(dice, size)
    const bytes = typeof written === 'string' ? Buffer.from(written) : written
    parts.push(bytes)
    length += bytes.length
    if (dice.chance(resizes / count) && alignedBefore(Buffer.concat(parts), length) === length && length > 0) {
      size = { cols: dice.between(4, 90), rows: dice.between(2, 30) }
      sizes.push({ at: length, ...size })
    }
  }
  return { ...first, bytes: Buffer.concat(parts), resizes: sizes.filter(({ at }, index) => at !== sizes[index + 1]?.at) }
}
