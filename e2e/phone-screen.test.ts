// The terminal on a small screen: fingers, the on-screen keyboard's space, wide terminals, and
// what the page says when the connection or the credential is gone.

import type { Browser, BrowserContext } from 'playwright-core'
import { HubClient } from 'tauri-plugin-realtime-hub-api/client'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'

import { Hub } from './hub.js'
import { launchBrowser, Phone, phoneContext } from './phone.js'
import { Proxy } from './proxy.js'

const SHELL = 'bash --norc --noprofile'

let hub: Hub
let browser: Browser

beforeAll(async () => {
  hub = await Hub.start({ scroll: SHELL, less: SHELL, wide: SHELL, small: SHELL, cut: SHELL, safe: SHELL })
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser.close()
  await hub.stop()
})

async function newContext(): Promise<BrowserContext> {
  const context = await phoneContext(browser)
  onTestFinished(() => context.close())
  return context
}

async function opened(sessionId: string): Promise<Phone> {
  const phone = await Phone.open(await newContext(), await hub.freshPairUrl())
  await phone.openTerminal(sessionId)
  return phone
}

/** A size that the desktop gave to a terminal. */
async function resize(sessionId: string, cols: number, rows: number): Promise<void> {
  const { url, token } = hub.ready
  const client = new HubClient({ url, token })
  onTestFinished(() => client.close())
  await expect.poll(() => client.connection.value.status).toBe('connected')
  await client.resize(sessionId, cols, rows)
}

/** Draws a finger over the terminal, in steps as a hand does. */
async function drag(phone: Phone, distance: number): Promise<void> {
  const touch = await phone.page.context().newCDPSession(phone.page)
  const x = 200
  const start = 250
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y: start }] })
  for (let step = 1; step <= 10; step++) {
    const y = start + (distance * step) / 10
    await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [{ x, y }] })
  }
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
  await touch.detach()
}

test('a finger scrolls back through the history, and typing returns', async () => {
  const phone = await opened('scroll')
  await phone.type('clear; seq 300\n')
  await phone.see('300')
  await drag(phone, 200)
  await phone.see('265')
  expect(await phone.rows()).not.toContain('300')
  await phone.shot('scrolled')
  await phone.type('echo back\n')
  await phone.see('back')
})

test('in a full-screen program a finger moves what the program shows', async () => {
  const phone = await opened('less')
  await phone.type('seq 500 | less\n')
  await phone.see('23')
  await drag(phone, -120)
  await phone.see('30')
  await phone.type('q')
})

test('with the keyboard open the key bar and the cursor stay in sight', async () => {
  await resize('small', 80, 50)
  const phone = await opened('small')
  await phone.type('seq 60\n')
  await phone.see('60')
  // What an on-screen keyboard leaves of this phone.
  await phone.page.setViewportSize({ width: 390, height: 440 })
  await phone.type('echo here\n')
  await phone.see('here')
  const inSight = async (selector: string): Promise<boolean> => {
    const box = await phone.page.locator(selector).boundingBox()
    return box !== null && box.y >= 0 && box.y + box.height <= 440
  }
  await expect.poll(() => inSight('.keys')).toBe(true)
  await expect.poll(() => inSight('.xterm-cursor')).toBe(true)
  const [cursor, keys] = await Promise.all(['.xterm-cursor', '.keys'].map((name) => phone.page.locator(name).boundingBox()))
  expect((cursor?.y ?? 0) + (cursor?.height ?? 0)).toBeLessThanOrEqual(keys?.y ?? 0)
  await phone.shot('keyboard')
})

test('a very wide terminal stays legible, is panned, and is never resized from here', async () => {
  await resize('wide', 200, 50)
  const phone = await opened('wide')
  await phone.type('clear; tput cols; printf "%0200d\\n" 7\n')
  await phone.see('200')
  const font = await phone.page.locator('.xterm-rows').evaluate((rows) => parseFloat(getComputedStyle(rows).fontSize))
  expect(font).toBeGreaterThanOrEqual(6.5)
  await phone.shot('wide')
  // Typing to the end of the line leads there.
  await phone.type('x'.repeat(150))
  await phone.see(/^\$ x{150}/)
  const rightOfCursor = async (): Promise<number> => {
    const box = await phone.page.locator('.xterm-cursor').boundingBox()
    return box === null ? Infinity : box.x + box.width
  }
  await expect.poll(rightOfCursor).toBeLessThanOrEqual(390)
  await phone.shot('wide-panned')
  await phone.page.setViewportSize({ width: 844, height: 390 })
  await phone.key('Control C')
  await phone.type('tput cols\n')
  await phone.see('200')
  await phone.shot('landscape')
})

test('what a program prints cannot reach the clipboard or make links', async () => {
  const phone = await opened('safe')
  await phone.type(String.raw`clear; printf '\e]52;c;c2VjcmV0\a\e]8;;https://example.com\aclick\e]8;;\a\n'` + '\n')
  await phone.see('click')
  expect(await phone.page.locator('.xterm-rows [style*="underline"], .xterm-rows .xterm-underline-5').count()).toBe(0)
  expect(phone.complaints).toEqual([])
})

test('says that the connection is lost, dims what is old, and comes back by itself', async () => {
  const proxy = await Proxy.to(hub.ready.url)
  onTestFinished(() => proxy.stop())
  const link = await hub.freshPairUrl()
  const phone = await Phone.open(await newContext(), proxy.url + link.slice(hub.ready.url.length))
  await phone.openTerminal('cut')
  await phone.type('echo first\n')
  await phone.see('first')
  proxy.refuse()
  await phone.page.getByRole('status').getByText('Connection lost').waitFor()
  await phone.page.locator('[data-phase="stale"]').waitFor()
  await phone.shot('lost')
  proxy.allow()
  await phone.page.getByRole('button', { name: 'Try now' }).tap()
  await phone.page.locator('[data-phase="live"]').waitFor()
  await phone.type('echo second\n')
  await phone.see('second')
  expect((await phone.rows()).filter((row) => row.trim() === 'first')).toHaveLength(1)
})

test('a credential that is no longer accepted leads to pairing', async () => {
  const context = await newContext()
  const phone = await Phone.open(context, await hub.freshPairUrl())
  await phone.page.locator('[data-session="cut"]').waitFor()
  await phone.page.evaluate(() => {
    for (const key of Object.keys(localStorage)) localStorage.setItem(key, '{"token":"revoked","name":"x"}')
  })
  await phone.page.reload()
  await phone.page.getByRole('status').getByText('no longer accepts this phone').waitFor()
  await phone.shot('refused')
  await phone.page.getByRole('button', { name: 'Pair again' }).tap()
  await phone.page.getByRole('heading', { name: 'Pair this phone' }).waitFor()
  await phone.page.goto(await hub.freshPairUrl())
  await phone.page.locator('[data-session="cut"]').waitFor()
})
