// A value that can be watched, also by those who change it.

import { expect, test } from 'vitest'

import { Source } from '../src/observable.js'

test('says the present value at once, then each new one, until told to stop', () => {
  const source = new Source(1)
  const seen: number[] = []
  const stop = source.subscribe((value) => seen.push(value))
  source.set(2)
  stop()
  source.set(3)
  expect(seen).toEqual([1, 2])
})

test('a listener that sets leaves nobody with an older value', () => {
  const source = new Source('idle')
  source.subscribe((value) => {
    if (value === 'asked') source.set('answered')
  })
  const seen: string[] = []
  source.subscribe((value) => seen.push(value))
  source.set('asked')
  expect(seen).toEqual(['idle', 'answered'])
})
