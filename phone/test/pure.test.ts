// The parts of the page that only compute: keys, names, links, words, sizes.

import { age, ending } from 'realtime-hub-ui'
import { describe, expect, test } from 'vitest'

import { deviceName } from '../src/device-name.js'
import { fontSize, LARGEST_FONT_PX, type Letters, READABLE_FONT_PX, roomFor, SMALLEST_FONT_PX } from '../src/fit.js'
import { audience, commandLine } from '../src/format.js'
import { modify, sequence } from '../src/keys.js'
import { routeOf } from '../src/route.js'

const none = { ctrl: false, alt: false }
const ctrl = { ctrl: true, alt: false }
const alt = { ctrl: false, alt: true }
const both = { ctrl: true, alt: true }

describe('keys', () => {
  test.each([
    ['Escape', none, false, '\x1b'],
    ['Escape', alt, false, '\x1b\x1b'],
    ['Tab', none, false, '\t'],
    ['ArrowUp', none, false, '\x1b[A'],
    ['ArrowUp', none, true, '\x1bOA'],
    ['ArrowLeft', ctrl, true, '\x1b[1;5D'],
    ['ArrowRight', alt, false, '\x1b[1;3C'],
    ['ArrowDown', both, false, '\x1b[1;7B'],
  ] as const)('%s with %o, application cursor %s', (key, held, application, expected) => {
    expect(sequence(key, held, application)).toBe(expected)
  })

  test.each([
    ['c', ctrl, '\x03'],
    ['C', ctrl, '\x03'],
    ['[', ctrl, '\x1b'],
    [' ', ctrl, '\x00'],
    ['/', ctrl, '\x1f'],
    ['?', ctrl, '\x7f'],
    ['é', ctrl, 'é'],
    ['b', alt, '\x1bb'],
    ['c', both, '\x1b\x03'],
    ['😀', alt, '\x1b😀'],
    ['x', none, 'x'],
    ['word', ctrl, 'word'],
    ['\x1b[<0;1;1M', both, '\x1b[<0;1;1M'],
    ['', ctrl, ''],
  ])('%j with %o is %j', (typed, held, expected) => {
    expect(modify(typed, held)).toBe(expected)
  })
})

test.each([
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1', 5, 'Safari on iPhone'],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/156.0 Mobile/15E148 Safari/604.1', 5, 'Chrome on iPhone'],
  ['Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36', 5, 'Chrome on Android'],
  ['Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/30.0 Chrome/150.0.0.0 Mobile Safari/537.36', 5, 'Samsung Internet on Android'],
  ['Mozilla/5.0 (Android 16; Mobile; rv:150.0) Gecko/150.0 Firefox/150.0', 5, 'Firefox on Android'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15', 5, 'Safari on iPad'],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0', 0, 'Edge on Windows'],
  ['curl/8', 0, 'Browser'],
])('%s', (userAgent, touchPoints, expected) => {
  expect(deviceName(userAgent, touchPoints)).toBe(expected)
})

const letters: Letters = { advance: 0.6, line: (font) => 1.2 * font }

test.each([
  ['fit', 390, 700, 80, 24, 8.1],
  ['fit', 390, 700, 200, 24, SMALLEST_FONT_PX],
  ['fit', 390, 700, 10, 24, LARGEST_FONT_PX],
  ['readable', 390, 700, 80, 24, READABLE_FONT_PX],
  ['readable', 390, 700, 40, 24, 16.25],
  // On its side: no larger than all lines have room for, and not too small to read.
  ['fit', 844, 432, 80, 24, 15],
  ['fit', 844, 280, 80, 24, READABLE_FONT_PX],
  ['readable', 844, 280, 80, 24, 17.55],
  ['fit', 0, 700, 80, 24, READABLE_FONT_PX],
] as const)('%s: %d by %d px, %d columns and %d rows', (mode, width, height, cols, rows, expected) => {
  expect(fontSize(mode, { width, height }, { cols, rows }, letters)).toBeCloseTo(expected, 2)
})

test.each([
  [390, 700, 50, 44],
  [844, 300, 108, 19],
  [0, 700, undefined, undefined],
  [390, 5, undefined, undefined],
])('%d by %d px have room for %s columns and %s rows', (width, height, cols, rows) => {
  const room = roomFor({ width, height }, letters)
  expect(room).toEqual(cols === undefined ? undefined : { cols, rows })
  if (room === undefined) return
  const font = fontSize('fit', { width, height }, room, letters)
  expect(font).toBeGreaterThanOrEqual(READABLE_FONT_PX)
  expect(room.rows * letters.line(font)).toBeLessThanOrEqual(height)
})

test('a font that has not been measured has no room', () => {
  expect(roomFor({ width: 390, height: 700 }, { ...letters, line: () => NaN })).toBeUndefined()
})

test.each([
  [[], undefined],
  [['desktop'], 'desktop watches'],
  [['device'], 'another device watches'],
  [['desktop', 'device'], 'desktop and 1 more watch'],
  [['device', 'device'], '2 other devices watch'],
  [['desktop typing', 'device'], 'desktop is typing'],
  [['desktop typing', 'device typing hidden'], 'desktop and 1 more are typing'],
  [['desktop hidden'], undefined],
])('%j: %s', (others, expected) => {
  const viewers = others.map((words) => ({
    ...{ id: words, name: null, role: 'operator', cols: null, rows: null, since: 0, typedAt: null } as const,
    kind: words.startsWith('desktop') ? ('desktop' as const) : ('device' as const),
    visible: !words.includes('hidden'),
    typing: words.includes('typing'),
  }))
  expect(audience(viewers)).toBe(expected)
})

test('words', () => {
  const now = 10_000_000_000
  expect([null, now + 99_999, now - 30_000, now - 120_000, now - 7_200_000, now - 200_000_000].map((then) => age(then, now))).toEqual([
    'no output yet',
    'active now',
    '30 s ago',
    '2 min ago',
    '2 h ago',
    '2 d ago',
  ])
  expect(ending({ exitCode: 0, reason: 'exited' })).toBe('Finished')
  expect(ending({ exitCode: 2, reason: 'exited' })).toBe('Failed with exit code 2')
  expect(ending({ exitCode: null, reason: 'exited', signal: 'SIGSEGV' })).toBe('Ended by SIGSEGV')
  expect(ending({ exitCode: null, reason: 'killed', signal: 'SIGHUP' })).toBe('Killed (SIGHUP)')
  expect(ending({ exitCode: null, reason: 'server_shutdown' })).toBe('Ended: the hub was shut down')
  expect(ending({ exitCode: null, reason: 'exited' })).toBe('Ended')
  expect(commandLine('/usr/bin/env', ['a b', ''])).toBe('env "a b" ""')
})

test('the address names a terminal, or nothing', () => {
  expect(routeOf('#/terminal/a%3Ab')).toEqual({ page: 'terminal', sessionId: 'a:b' })
  for (const hash of ['', '#', '#/terminal/', '#/terminal/%', '#pair=x']) expect(routeOf(hash)).toEqual({ page: 'list' })
})
