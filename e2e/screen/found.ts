// What random programs have found wrong, in the fewest bytes. How many of these still differ is held in
// ratchet.json; one that is right again moves to cases.ts.

import type { Case } from './cases.js'

export const FOUND: readonly Case[] = [
  { name: 'an underline survives restoring a pen without one', bytes: '\x1b[4m\x1b[?1048l\x1b[8;5mx' },
  { name: 'the same by ESC 8', bytes: '\x1b[4m\x1b8\x1b[104mx' },
  { name: 'the same with a double underline', bytes: '\x1b[21m\x1b8\x1b[3mx' },
  { name: 'an underline is restored without its style', bytes: '\x1b[4m\x1b[s\x1b[m\x1b[u\x1b[5mx' },
  { name: 'the same across screens', bytes: '\x1b[4;5m\x1b[?1049h\x1b[m\x1b[?1049l\x1b[8;5mx' },
  { name: 'a link is restored that was closed', bytes: '\x1b]8;;h\x1b\\\x1b7\x1b]8;;\x1b\\\x1b8\x1b[7ma' },
  { name: 'a link that was open survives restoring', bytes: '\x1b]8;;h\x1b\\\x1b[u\x1b[2mx' },
  { name: 'a link is closed while the pen was restored', bytes: '\x1b]8;;h\x1b\\\x1b[?1049l\x1b[2mx\x1b]8;;\x1b\\y' },
  { name: 'a link is followed to the other screen and back', bytes: '\x1b]8;;h\x1b\\\x1b[?1049h\x1b[?47lx\x1b[?1049h' },
  { name: 'a saved character set, G2 and the other screen', bytes: '\x1b(A\x1b[?1048h\x1bn\x1b8\x1b[?1049h' },
  { name: 'a wrap that waits in origin mode, after a sequence that does nothing', bytes: `\x1b[?6h\x1b[3r${'#'.repeat(20)}\x1bm` },
  { name: 'a wide character that waits in origin mode', bytes: `\x1b[?6h\x1b[3r${'#'.repeat(18)}日\x1bm` },
  { name: 'narrower with a repeated wide character at the margin', bytes: '\x1b[6H\x1bJnïcödéok yzzy lorem ipsum dolor sig日\x1b[2b', cols: 44, rows: 30, resizes: [{ at: 51, cols: 40, rows: 3 }] },
  { name: 'narrower with the cursor above what wraps', bytes: `\x1b[6flqqkhello${'日'.repeat(25)}\x1b[3H`, cols: 58, rows: 4, resizes: [{ at: 92, cols: 40, rows: 3 }] },
]
