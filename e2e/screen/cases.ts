// Short programs, each for one thing that a picture must restore; every cut of each is tried. What was
// found wrong once is kept here, in the fewest bytes.

import type { Resize } from './terminal.js'

export interface Case {
  readonly name: string
  readonly bytes: string
  readonly cols?: number
  readonly rows?: number
  readonly resizes?: readonly Resize[]
}

function each(prefix: string, cases: Record<string, string>): Case[] {
  return Object.entries(cases).map(([name, bytes]) => ({ name: `${prefix}: ${name}`, bytes }))
}

export const CASES: readonly Case[] = [
  ...each('text', {
    plain: 'hello\r\nworld',
    'wide characters': 'a日本b\r\n🚀x',
    'combining marks': 'e\u0301a\u0308\u0302 x\u0336',
    'a mark on a wide character': '日\u0301x',
    'a mark with nothing before it': '\u0301x',
    'a mark at the start of a line': 'a\r\n\u0301x',
    'a mark after a cursor movement': 'ab\x1b[1D\u0301c',
    'a wrapped line': 'x'.repeat(25),
    'a wrap that waits': 'x'.repeat(20),
    'a mark on a wrap that waits': `${'x'.repeat(20)}\u0301y`,
    'a wide character at the margin': `${'x'.repeat(19)}日`,
    'a wide character that waits at the margin': `${'x'.repeat(18)}日y`,
    'a wrap onto a coloured background': `\x1b[44m${'x'.repeat(25)}`,
    'a wrapped line that goes on blank': `${'x'.repeat(20)}\x1b[K y\b\b \r\n`,
    'a wrapped blank line': `${'x'.repeat(21)}\x1b[2K\r\nz`,
    'without wrapping': `\x1b[?7l${'x'.repeat(25)}日`,
    tabs: 'a\tb\tc\r\n\t\t\td',
    'half of a wide character overwritten': '日本\x1b[2Gx\x1b[3Gy',
    'blanks with attributes': '\x1b[4m  \x1b[7m  \x1b[9m  \x1b[53m  \x1b[m|',
    'a control picture': 'a\x07\x00\x7fb',
  }),
  ...each('erase', {
    'the background stays': '\x1b[41mx\x1b[K\r\n\x1b[2K\x1b[3C\x1b[1K\x1b[J',
    'to the left': 'hello\x1b[3D\x1b[41m\x1b[1K',
    'all, with a colour': 'x\x1b[42m\x1b[2J',
    'the history': `${'a\r\n'.repeat(9)}\x1b[3J`,
    'characters': 'hello\x1b[1G\x1b[43m\x1b[3X',
    'inserted and deleted characters': 'hello 日本\x1b[3G\x1b[45m\x1b[2@\x1b[8G\x1b[P',
    'inserted and deleted lines': '1\r\n2\r\n3\r\n4\x1b[2H\x1b[46m\x1b[L\x1b[4H\x1b[M',
    'DECALN': 'x\x1b[41m\x1b#8',
    'protected characters': '\x1b[1"qp\x1b[0"qu\x1b[?2K',
    'scrolled left and right': 'hello\r\nworld\x1b[42m\x1b[2 @\x1b[1 A',
    'columns': "hello\r\nworld\x1b[2G\x1b[2'}\x1b[1'~",
  }),
  ...each('attributes', {
    'colours of all kinds': '\x1b[31;42mA\x1b[91;102mB\x1b[38;5;7;48;5;8mC\x1b[38;5;200mD\x1b[38;2;1;2;3;48:2::4:5:6mE\x1b[m',
    flags: '\x1b[1ma\x1b[2mb\x1b[3mc\x1b[4md\x1b[5me\x1b[7mf\x1b[8mg\x1b[9mh\x1b[53mi\x1b[m',
    underlines: '\x1b[4:1ma\x1b[4:2mb\x1b[4:3mc\x1b[4:4md\x1b[4:5me\x1b[21mf\x1b[4:0mg',
    'underline colours': '\x1b[4;58;5;9ma\x1b[58;2;1;2;3mb\x1b[59mc\x1b[24;58;5;3md\x1b[4me',
    links: '\x1b]8;;http://a\x07a\x1b]8;id=1;http://b\x07b\x1b[4:3mc\x1b]8;;\x07d',
    'a link with an underline colour': '\x1b[58;5;9m\x1b]8;;http://a\x07a\x1b]8;;\x07\x1b[4mb',
    'a link over lines': '\x1b]8;id=x;http://a\x07a\r\nb\r\n',
    'the pen after a reset': '\x1b[1;4:3;31;58;5;1mx\x1b[m',
  }),
  ...each('cursor', {
    position: '\x1b[3;7H',
    'saved and restored': '\x1b[2;3H\x1b[1;31m\x1b7\x1b[m\x1b[H\x1b8x',
    'saved with a charset': '\x1b(0\x1b7\x1b(Bq\x1b8q',
    'saved on a wrap that waits': `${'x'.repeat(20)}\x1b7\x1b[H\x1b8y`,
    'saved, then scrolled': '\x1b[2;3H\x1b7\x1b[5H\n\n\x1b8x',
    'saved in both screens': '\x1b[2;3H\x1b7\x1b[?47h\x1b[4;5H\x1b7\x1b[H\x1b8a\x1b[?47l\x1b8b',
    'saved by 1048': '\x1b[2;3H\x1b[?1048h\x1b[H\x1b[?1048lx',
    shapes: '\x1b[1 qa\x1b[4 qb\x1b[6 qc\x1b[0 qd',
    hidden: 'a\x1b[?25lb\x1b[?25hc',
    blinking: 'a\x1b[?12hb\x1b[?12lc',
    'origin mode': '\x1b[2;4r\x1b[?6ha\x1b[2;2Hb\x1b[9;9Hc',
    'origin mode, waiting to wrap': `\x1b[2;4r\x1b[?6h\x1b[3H${'x'.repeat(20)}`,
    'below the region in origin mode': '\x1b[5H\x1b[2;3r\x1b[5Hx\x1b[?6h',
  }),
  ...each('screen', {
    '1049 and back': 'a\x1b[?1049hb\x1b[?1049lc',
    '1047 and back': 'a\x1b[?1047hb\x1b[?1047lc',
    '47 and back': 'a\x1b[?47hb\x1b[?47lc',
    'the alternate one is coloured': 'a\x1b[41m\x1b[?1049hb',
    'history behind the alternate one': `${'a\r\n'.repeat(8)}\x1b[?1049hb\r\nc`,
    'scroll regions of each': '\x1b[2;3r\x1b[?1049h\x1b[1;4rx\x1b[?1049ly',
    'a region that scrolls': '1\r\n2\r\n3\x1b[2;3r\x1b[3H\n\nx',
    'a region at the top makes history': '1\r\n2\r\n3\x1b[1;3r\x1b[3H\n\nx',
    'scrolling down and up': '1\r\n2\r\n3\x1b[42m\x1b[2T\x1b[S',
    'reverse index': '1\r\n2\x1b[H\x1bM\x1bMx',
    history: Array.from({ length: 12 }, (_, line) => `line ${line}\r\n`).join(''),
    'a wrapped line half in the history': `${'x'.repeat(50)}\r\n1\r\n2\r\n3\r\n4`,
    'tabs of each': '\x1b[3g\x1b[4G\x1bH\x1b[?1049h\x1b[7G\x1bH\r\tx\x1b[?1049l\r\ty',
  }),
  ...each('modes', {
    insert: 'abc\r\x1b[4hx日\x1b[4ly',
    'line feed': '\x1b[20ha\nb\x1b[20lc',
    'application keys': '\x1b[?1h\x1b=a\x1b[?1l\x1b>b\x1b[?66hc',
    'bracketed paste and focus': '\x1b[?2004h\x1b[?1004ha',
    mouse: '\x1b[?9ha\x1b[?1000hb\x1b[?1002hc\x1b[?1003hd\x1b[?1002le\x1b[?1000h',
    'mouse encodings': '\x1b[?1000h\x1b[?1006ha\x1b[?1016hb\x1b[?1006lc\x1b[?1006;1000h',
    'reverse wraparound': `\x1b[?45h${'x'.repeat(22)}\b\b\b\b`,
    'synchronised output': '\x1b[?2026ha\x1b[?2026lb',
    title: '\x1b]0;both\x07a\x1b]2;title 日本\x1b\\b\x1b]1;icon\x07',
    'an empty title': '\x1b]2;x\x07a\x1b]2;\x07b',
    'tab stops': '\x1b[3g\x1b[5G\x1bH\x1b[9G\x1bH\ra\tb\tc\x1b[5G\x1b[g\r\tx',
    'a palette': '\x1b]4;1;#123456\x07\x1b]4;2;rgb:1/2/3\x07a\x1b]104;1\x07b\x1b]104\x07c',
    'special colours': '\x1b]10;#111111\x07\x1b]11;#222222\x07\x1b]12;#333333\x07a\x1b]111\x07b',
    'a soft reset': '\x1b[2;3r\x1b[?6h\x1b[4h\x1b[?25l\x1b[31m\x1b(0\x1b[?1hx\x1b[!py',
    'a hard reset': `${'a\r\n'.repeat(8)}\x1b[2;3r\x1b[?25l\x1b[?1003h\x1b[20h\x1b]2;t\x07\x1b[3g\x1b(0\x1b[?1049hx\x1bcy\n`,
  }),
  ...each('charsets', {
    'line drawing': '\x1b(0lqk\x1b(Bx',
    'shifted out': '\x1b)0a\x0elqk\x0fb',
    'shifted out at the end': '\x1b)0a\x0eq',
    'G2 and G3': '\x1b*0\x1b+A\x1bnq\x1bo#',
    British: '\x1b(A#\x1b(B#',
    'UTF-8 again': '\x1b(0\x1b%Gq',
  }),
  ...each('repeat', {
    'a character': 'x\x1b[3b',
    'a wide one': '日\x1b[2b',
    'one with a mark': 'e\u0301\x1b[2b',
    'nothing, after a movement': 'x\x1b[1C\x1b[3b',
    'at the margin': `${'x'.repeat(19)}\x1b[3b`,
    'in line drawing': '\x1b(0q\x1b[3b',
  }),
  ...each('broken', {
    'off in the middle': 'a\x1b[3;1',
    'off in a title': 'a\x1b]2;tit',
    'by CAN': 'a\x1b[3\x18b',
    'by ESC': 'a\x1b[3\x1b[1mb',
    'by controls inside': 'a\x1b[3\r\nmb',
    'in a device control string': 'a\x1bP1$qm\x1b\\b',
    'with C1': 'a\u009b1mb\u009d2;t\u009cc\u0085d',
    'in an application command': 'a\x1b_hello\x1b\\b',
    'too many parameters': `a\x1b[${'1;'.repeat(40)}3mb`,
  }),
]
