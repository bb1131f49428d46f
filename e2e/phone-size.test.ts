// Phone and desktop on one terminal: whose size it has, and who knows of whom.

import type { Browser } from 'playwright-core'
import { HubClient, type TerminalSink, type TerminalSize, type TerminalWatch } from 'tauri-plugin-realtime-hub-api/client'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'

import { Hub } from './hub.js'
import { launchBrowser, Phone, phoneContext } from './phone.js'

const DESKTOP = { cols: 120, rows: 40 }
/** Counts on a line of its own how often it was told that its size has changed. */
const COUNTS = `bash --norc --noprofile -c 'n=0; trap "n=\\$((n + 1))" WINCH; while :; do read a && echo "told $n: $(stty size)"; done'`

let hub: Hub
let browser: Browser

beforeAll(async () => {
  hub = await Hub.start({ owner: COUNTS, alone: COUNTS })
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser.close()
  await hub.stop()
})

/** What the desktop's window does, without a window. */
function desktop(sessionId: string): { watch: TerminalWatch; sizes: string[]; type: (text: string) => Promise<unknown> } {
  const { url, token } = hub.ready
  const client = new HubClient({ url, token })
  onTestFinished(() => client.close())
  const sizes: string[] = []
  // After a resize comes a picture, of the same size.
  const note = ({ cols, rows }: TerminalSize): void => {
    if (sizes.at(-1) !== `${cols}×${rows}`) sizes.push(`${cols}×${rows}`)
  }
  const sink: TerminalSink = { reset: note, resize: note, write: () => undefined }
  const watch = client.watch(sessionId, sink)
  return { watch, sizes, type: (text) => client.input(sessionId, text) }
}

/** What of the terminal has no room on the phone's screen, in pixels. */
function overflow(phone: Phone): Promise<{ x: number; y: number }> {
  return phone.page.locator('main.screen').evaluate((host) => ({
    x: host.scrollWidth - host.clientWidth,
    y: host.scrollHeight - host.clientHeight,
  }))
}

test('a phone never reflows the desktop, has its size when nobody is there, and gives it back', async () => {
  const { watch, sizes, type } = desktop('owner')
  watch.show({ visible: true, size: DESKTOP })
  await expect.poll(() => sizes.at(-1)).toBe('120×40')
  const before = sizes.length

  const context = await phoneContext(browser)
  onTestFinished(() => context.close())
  const phone = await Phone.open(context, await hub.freshPairUrl())
  await phone.openTerminal('owner')
  const fit = phone.page.getByRole('button', { name: 'Fit the terminal to this phone, for everybody' })
  await phone.page.getByText('desktop watches').waitFor()
  await expect.poll(() => watch.audience.value.others.map(({ name }) => name)).toEqual(['Safari on iPhone'])

  await fit.tap()
  await phone.page.getByRole('alert').getByText('its size stays theirs').waitFor()
  expect(await fit.getAttribute('aria-pressed')).toBe('false')
  await phone.type('\n')
  await phone.see('told 1: 40 120')
  await expect.poll(() => watch.audience.value.others[0]?.typedAt).toBeGreaterThan(0)
  expect(sizes).toHaveLength(before)
  await phone.shot('size-desktop')

  // Nobody is at the desktop. What was not given then does not come now.
  watch.show({ visible: false, size: DESKTOP })
  await expect.poll(() => watch.audience.value.you?.visible).toBe(false)
  expect(sizes).toHaveLength(before)
  await fit.tap()
  await phone.page.locator('[aria-pressed="true"]').waitFor()
  await phone.type('\n')
  await phone.see(/^told 2: \d+ \d\d$/)
  const font = await phone.page.locator('.xterm-rows').evaluate((rows) => parseFloat(getComputedStyle(rows).fontSize))
  expect(font).toBeGreaterThanOrEqual(13)
  expect(await overflow(phone)).toEqual({ x: 0, y: 0 })
  await phone.shot('size-phone')
  expect(sizes).toHaveLength(before + 1)

  // Turned on its side, it asks for that; its keyboard changes nothing.
  await phone.page.setViewportSize({ width: 390, height: 440 })
  await phone.page.setViewportSize({ width: 844, height: 390 })
  await phone.type('\n')
  await phone.see(/^told 3: \d+ 1\d\d$/)
  await phone.shot('size-turned')

  watch.show({ visible: true, size: DESKTOP })
  await expect.poll(() => sizes.slice(before + 2)).toEqual(['120×40'])
  await type('\n')
  await phone.see('told 4: 40 120')
  expect(await fit.getAttribute('aria-pressed')).toBe('false')
  expect(phone.complaints).toEqual([])
})

// How high a line is, is no fixed share of the font: what is asked for must not depend on the font before.
test.each([
  ['upright', { width: 390, height: 844 }],
  ['on its side', { width: 844, height: 390 }],
])('the size that a phone asks for fills its screen %s, and no more', async (_, viewport) => {
  const context = await phoneContext(browser)
  onTestFinished(() => context.close())
  const phone = await Phone.open(context, await hub.freshPairUrl())
  await phone.page.setViewportSize(viewport)
  await phone.openTerminal('alone')
  await phone.page.getByRole('button', { name: 'Fit the terminal to this phone, for everybody' }).tap()
  await phone.page.locator('[aria-pressed="true"]').waitFor()
  await expect.poll(() => overflow(phone)).toEqual({ x: 0, y: 0 })
  // The padding of the screen, and less than a line.
  const left = await phone.page.locator('main.screen').evaluate((host) => {
    const height = (part: string): number => host.querySelector<HTMLElement>(part)?.offsetHeight ?? NaN
    return (host.clientHeight - 8 - height('.xterm-screen')) / height('.xterm-rows > div')
  })
  expect(left).toBeLessThan(1)
})
