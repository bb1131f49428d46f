// A browser over a wire that is cut again and again, at any byte, while a terminal prints and keys
// are typed: every byte and every key once, and hardly ever a picture in place of the bytes.

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { Browser } from 'playwright-core'
import { build, type Rolldown } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { printed } from './cuts-page.js'
import { Hub } from './hub.js'
import { launchBrowser } from './phone.js'
import { Proxy } from './proxy.js'

const CUTS = process.env['HUB_PROOF'] === undefined ? 20 : 200
const SEED = 1
const SIZE = 4 * 1024 * 1024
// Waits for a key, then keeps what is typed and prints the file over and over until it is told to
// end: less during a lost connection than the hub keeps.
const FLOOD = [
  'stty raw -echo; head -c 1 > /dev/null; exec 3<&0; cat <&3 > "$HOME/typed" &',
  'while [ ! -e "$HOME/end" ]; do exec < "$HOME/printed";',
  `for n in $(seq ${SIZE / 4096}); do [ -e "$HOME/end" ] && break; head -c 4096; sleep 0.04; done; done`,
].join(' ')

let hub: Hub
let browser: Browser

beforeAll(async () => {
  hub = await Hub.start({ flood: `sh -c '${FLOOD}'` })
  await writeFile(join(hub.folder, 'printed'), printed(SEED, SIZE))
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser.close()
  await hub.stop()
})

/** The page's part, as a script. */
async function pageScript(): Promise<string> {
  const result = (await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: false,
      lib: { entry: join(import.meta.dirname, 'cuts-page.ts'), formats: ['iife'], name: 'cuts' },
    },
  })) as Rolldown.RolldownOutput[]
  const [script] = result[0]?.output ?? []
  if (script === undefined) throw new Error('nothing was built')
  return script.code
}

/** Numbers that look like chance and are the same each time. */
function chance(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

test(`${CUTS} cuts: every byte and every key once`, { timeout: 60_000 + CUTS * 3_000 }, async () => {
  const proxy = await Proxy.to(hub.ready.url)
  const context = await browser.newContext({ bypassCSP: true })
  try {
    const page = await context.newPage()
    await page.goto(proxy.url)
    await page.addScriptTag({ content: await pageScript() })
    const { token } = hub.ready
    await page.evaluate(([url, token, seed, size]) => globalThis.begin(url, token, seed, size), [proxy.url, token, SEED, SIZE] as const)
    await page.waitForFunction(() => globalThis.run.live)
    await page.evaluate(() => globalThis.run.start())
    const random = chance(7)
    for (let cut = 0; cut < CUTS; cut++) {
      // Most come soon, also in the middle of a handshake or a replay. Some leave time to catch up:
      // a replay of up to 192 KiB is one message, and would never be through.
      await proxy.cutAfter(cut % 5 < 4 ? 1 + random(60_000) : 250_000 + random(150_000))
      // As when the network is back: not after the client's own pauses.
      await page.evaluate(() => globalThis.run.wake())
    }
    await page.evaluate(() => globalThis.run.stopTyping())
    const { confirmed } = await page.evaluate(() => globalThis.run.books())
    const typed = join(hub.folder, 'typed')
    const expected = confirmed.map((number) => `${number};`).join('')
    await expect.poll(async () => (await readFile(typed, 'utf8')).length).toBeGreaterThanOrEqual(expected.length)
    await writeFile(join(hub.folder, 'end'), '')
    await page.waitForFunction(() => globalThis.run.books().ended)
    const books = await page.evaluate(() => globalThis.run.books())

    expect(await readFile(typed, 'utf8')).toBe(expected)
    expect(books).toMatchObject({ seams: [], wrong: [], failures: [] })
    expect(books.offset % 4096).toBe(0)
    expect(books.pictures.length).toBeLessThanOrEqual(CUTS / 5)
    expect(books.raw).toBeGreaterThan(books.offset * 0.8)
    console.log(
      `proof: ${CUTS} cuts, ${books.offset} bytes printed, ${books.raw} of them came raw, ${books.pictures.length} pictures;`,
      `${confirmed.length} keys once and in order, ${books.refused} refused for want of a connection`,
    )
  } finally {
    await context.close()
    await proxy.stop()
  }
})
