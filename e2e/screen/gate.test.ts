// The gate itself: it passes what is right, and a gate that cannot fail is worth nothing.

import { expect, test } from 'vitest'

import { byAspect, chooseCuts, judge, type Options } from './gate.js'
import { allBytes, spoilt, type Pictures } from './pictures.js'
import { load, RECORDINGS } from './recordings.js'
import type { Stream } from './terminal.js'

const FRESH: Options = { followEvery: 1, usedEvery: Infinity }

function stream(text: string): Stream {
  return { bytes: Buffer.from(text), cols: 20, rows: 5, resizes: [] }
}

/** The aspects in which a picture of everything before the cut differs once it is spoilt. */
function seen(before: string, spoil: (picture: string) => string, rest = ''): string[] {
  const cut = Buffer.byteLength(before)
  return Object.keys(byAspect(judge(stream(before + rest), [cut], spoilt(spoil), FRESH).findings)).sort()
}

test.each(RECORDINGS.map((about) => [about.name, about] as const))('all bytes before a cut are a right picture: %s', (name, about) => {
  const recording = load(about)
  const short = { ...recording, bytes: recording.bytes.subarray(0, 40_000) }
  const cuts = chooseCuts(short.bytes.length, 20_000, 6, name.length)
  expect(judge(short, cuts, allBytes, FRESH)).toMatchObject({ findings: [], unsteady: 0 })
})

test.each([
  ['a cell', 'abc', ['cells'], (picture: string) => picture.replace('b', 'x')],
  ['a colour', '\x1b[31mred\x1b[m', ['cells'], (picture: string) => picture.replace('31', '32')],
  ['the background of a blank', '\x1b[41m \x1b[m', ['cells'], (picture: string) => picture.replace('41', '42')],
  ['a space that was never written', 'a b', ['cells'], (picture: string) => picture.replace(' ', '\x1b[C')],
  ['a curly underline', '\x1b[4:3mx\x1b[m', ['cells'], (picture: string) => picture.replace('4:3', '4')],
  ["an underline's colour", '\x1b[4;58;5;9mx\x1b[m', ['cells'], (picture: string) => picture.replace('58;5;9', '58;5;8')],
  ['an overline', '\x1b[53mx\x1b[m', ['cells'], (picture: string) => picture.replace('53', '55')],
  ['a link', '\x1b]8;;http://a\x07x\x1b]8;;\x07', ['cells'], (picture: string) => picture.replace('http://a', 'http://b')],
  ['a combining mark', 'xe\u0301x', ['cells'], (picture: string) => picture.replace('\xcc\x81', '')],
  ['a wrapped line', 'y'.repeat(22), ['cells'], (picture: string) => picture.replace(/^y{20}/, '$&\r\n')],
  ['the pen', 'a\x1b[1m', ['hidden'], (picture: string) => picture.replace('\x1b[1m', '')],
  ['the cursor', 'a\x1b[3;3H', ['cursor'], (picture: string) => picture.replace('3;3', '3;4')],
  ['a pending wrap', 'z'.repeat(20), ['cursor', 'hidden'], (picture: string) => picture + '\x1b[20G'],
  ['a hidden cursor', '\x1b[?25l', ['modes'], () => ''],
  ['a mouse mode', '\x1b[?1003h', ['modes'], (picture: string) => picture.replace('1003', '1002')],
  ['a mouse encoding', '\x1b[?1006h', ['modes'], () => ''],
  ['bracketed paste', '\x1b[?2004h', ['modes'], () => ''],
  ['a cursor shape', '\x1b[4 q', ['modes'], () => ''],
  ['a title', '\x1b]2;title\x07', ['modes'], () => ''],
  ['LNM', '\x1b[20h', ['modes'], () => ''],
  ['a tab stop', '\x1b[4G\x1bH\r', ['hidden'], () => ''],
  ['a scroll region', '\x1b[2;3r', ['hidden'], () => ''],
  ['a charset', '\x1b)0', ['hidden'], () => ''],
  ['a saved cursor', '\x1b[3;3H\x1b7\x1b[H', ['hidden'], () => ''],
  ['a colour of the palette', '\x1b]4;1;#123456\x07', ['hidden'], () => ''],
  ['a begun sequence', '\x1b[3', ['hidden'], () => ''],
  ['the alternate screen', '\x1b[?1049h', ['buffer'], () => ''],
  ['the screen behind the alternate one', 'x\x1b[?1047h', ['buffer'], (picture: string) => picture.replace('x', 'y')],
  ['the history', `old\r\n${'\n'.repeat(8)}`, ['history'], (picture: string) => picture.replace('old', 'odd')],
  ["the history's length", '\n'.repeat(8), ['history'], (picture: string) => picture + '\n'],
] as const)('sees that %s is wrong', (_, before, aspects, spoil) => {
  expect(seen(before, spoil)).toEqual(expect.arrayContaining([...aspects]))
  expect(seen(before, (picture) => picture)).toEqual([])
})

test('sees a picture that lost the last colour', () => {
  const recording = load(RECORDINGS.find(({ name }) => name === 'bash') ?? expect.fail('no recording of bash'))
  const lost = spoilt((picture) => {
    const at = picture.lastIndexOf('\x1b[0')
    return picture.slice(0, at) + picture.slice(at).replace(/^.\[[0-9;]*m/, '')
  })
  const { findings } = judge(recording, chooseCuts(recording.bytes.length, 500, 0, 1), lost, FRESH)
  expect(byAspect(findings).cells).toBeGreaterThan(0)
})

test('sees that the bytes of a begun character are missing, and takes them when they are there', () => {
  const text = stream('a日本b')
  const dropped: Pictures = (whole, cuts) => cuts.map((cut) => whole.bytes.subarray(0, Math.min(cut, 1)))
  expect(judge(text, [2, 3], allBytes, FRESH).findings).toEqual([])
  expect(judge(text, [2, 3], dropped, FRESH).findings.length).toBeGreaterThan(0)
})

test('follows resizes on both sides', () => {
  const resized: Stream = { ...stream('first\r\n\x1b[15Gx\r\nfourth'), resizes: [{ at: 13, cols: 9, rows: 4 }] }
  // Only the cut before the resize can be answered by the bytes alone.
  expect(judge(resized, [4], allBytes, FRESH).findings).toEqual([])
  expect(judge(resized, [17], allBytes, FRESH).findings.length).toBeGreaterThan(0)
})
