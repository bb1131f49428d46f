// The recordings in tests/corpus. How they were made: record/.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

import type { Stream } from './terminal.js'

const CORPUS = join(import.meta.dirname, '../../tests/corpus')

/** What a recording's JSON holds. */
interface About {
  readonly name: string
  readonly cols: number
  readonly rows: number
  readonly program: string
  readonly version: string
  readonly bytes: number
}

export const RECORDINGS: readonly About[] = readdirSync(CORPUS)
  .filter((file) => file.endsWith('.json'))
  .map((file) => JSON.parse(readFileSync(join(CORPUS, file), 'utf8')) as About)

export function load(about: About): Stream {
  const bytes = gunzipSync(readFileSync(join(CORPUS, `${about.name}.raw.gz`)))
  if (bytes.length !== about.bytes) throw new Error(`${about.name}: ${bytes.length} bytes, ${about.bytes} promised`)
  return { bytes, cols: about.cols, rows: about.rows, resizes: [] }
}
