// The main job from a phone's side: pair, see the terminals, open one, work in it, survive a cut.

import { chmodSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'

import { Hub } from './hub.js'
import { launchBrowser, Phone, phoneContext } from './phone.js'

const SHELL = 'bash --norc --noprofile'
/** Reads nothing until it is interrupted. */
const BUSY = `bash --norc --noprofile -c 'trap "echo interrupted" INT; sleep 1000; cat'`

let hub: Hub
let browser: Browser

beforeAll(async () => {
  hub = await Hub.start({ shell: SHELL, vim: SHELL, watched: SHELL, busy: BUSY, busier: BUSY, short: 'sh -c "exit 3"' })
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

async function paired(context?: BrowserContext): Promise<Phone> {
  const phone = await Phone.open(context ?? (await newContext()), await hub.freshPairUrl())
  await phone.page.getByRole('heading', { name: 'Sessions' }).waitFor()
  return phone
}

test('without a credential the page says how to pair, and takes a pasted link', async () => {
  const phone = await Phone.open(await newContext(), hub.ready.url)
  await phone.page.getByRole('heading', { name: 'Pair this phone' }).waitFor()
  await phone.shot('pair')
  const field = phone.page.getByLabel('Or paste the pairing link or code here')
  await field.fill('not a code')
  await phone.page.getByRole('button', { name: 'Pair', exact: true }).tap()
  await phone.page.getByText('neither a pairing link nor a code').waitFor()
  await field.fill(hub.ready.pairUrl)
  await phone.page.getByRole('button', { name: 'Pair', exact: true }).tap()
  await phone.page.locator('[data-session="shell"]').waitFor()
  expect(phone.complaints).toEqual([])
})

test('a scanned link pairs, leaves no code behind, and works once', async () => {
  const context = await newContext()
  const link = await hub.freshPairUrl()
  const phone = await Phone.open(context, link)
  await phone.page.locator('[data-session="shell"]').waitFor()
  expect(phone.page.url()).not.toContain('pair')
  await phone.page.getByText('Paired as “Safari on iPhone”').waitFor()
  await phone.shot('list')

  // The credential is kept for the next visit.
  await phone.page.reload()
  await phone.page.locator('[data-session="shell"]').waitFor()
  expect(phone.complaints).toEqual([])

  const second = await Phone.open(await newContext(), link)
  await second.page.getByRole('alert').getByText('This code does not work').waitFor()
  await second.shot('pair-refused')
})

test('an ended terminal says how it ended', async () => {
  const phone = await paired()
  await phone.page.locator('[data-session="short"]').getByText('Failed with exit code 3').waitFor()
  await phone.openTerminal('short')
  await phone.page.getByRole('status').getByText('Failed with exit code 3').waitFor()
  expect(await phone.page.getByRole('toolbar').count()).toBe(0)
  await phone.shot('ended')
})

test('typing, colours, the key bar, and back to the list', async () => {
  await writeFile(join(hub.folder, 'run-me.sh'), '')
  chmodSync(join(hub.folder, 'run-me.sh'), 0o755)
  const phone = await paired()
  await phone.openTerminal('shell')
  // Before it has been touched.
  await phone.page.locator('.xterm-cursor').waitFor()
  await phone.type('echo "sum: $((40+2))"\n')
  await phone.see('sum: 42')
  await phone.type(`ls --color ${hub.folder}\n`)
  await phone.see(/run-me\.sh/)
  const colour = await phone.page
    .locator('.xterm-rows span', { hasText: 'run-me.sh' })
    .last()
    .evaluate((span) => getComputedStyle(span).color)
  // The bright green of the page's palette: ls prints executables bold and green.
  expect(colour).toBe('rgb(143, 227, 168)')
  await phone.shot('shell')

  // Held Ctrl, from the key bar, with a letter from the keyboard.
  await phone.type('cat\n')
  await phone.see('$ cat')
  await phone.key('Control')
  await phone.shot('ctrl-held')
  // The bar leaves the focus in the terminal, or the on-screen keyboard would close.
  expect(await phone.page.evaluate(() => document.activeElement?.className)).toContain('xterm-helper-textarea')
  await phone.type('d')
  await phone.type('echo ended\n')
  await phone.see('ended')
  // The shell's history, by the bar's arrow.
  await phone.key('Up')
  await phone.key('Up')
  await phone.key('Up')
  await phone.see(/ls --color/)
  await phone.key('Control C')
  await phone.see(/\^C/)

  await phone.page.goBack()
  await phone.page.getByRole('heading', { name: 'Sessions' }).waitFor()
  await phone.openTerminal('shell')
  await phone.see('sum: 42')
  expect(phone.complaints).toEqual([])
})

test('vim: insert, Escape from the key bar, arrows, save and quit', async () => {
  const phone = await paired()
  await phone.openTerminal('vim')
  await phone.type(`vim -u NONE -N ${join(hub.folder, 'note.txt')}\n`)
  await phone.see(/note\.txt/)
  await phone.type('ihello from a phone')
  await phone.see('hello from a phone')
  await phone.see(/-- INSERT --/)
  await phone.shot('vim')
  await phone.key('Escape')
  await phone.key('Left')
  await phone.type('iX')
  await phone.key('Escape')
  await phone.see('hello from a phoXne')
  await phone.type(':wq\n')
  await phone.type(`clear; wc -c < ${join(hub.folder, 'note.txt')}\n`)
  await phone.see('20')
  expect(phone.complaints).toEqual([])
})

test('a key of the bar goes on while it is held', async () => {
  const phone = await paired()
  await phone.openTerminal('vim')
  await phone.type('clear; cat -v\n')
  const box = await phone.page.getByRole('button', { name: 'Left', exact: true }).boundingBox()
  if (box === null) throw new Error('there is no such key')
  const touch = await phone.page.context().newCDPSession(phone.page)
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [at] })
  await phone.see(/(?:\^\[\[D){4}/)
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
  await phone.key('Escape')
  await phone.see(/D\^\[$/)
  await phone.key('Control C')
})

test('a link that does not work leaves the present pairing alone', async () => {
  const context = await newContext()
  const link = await hub.freshPairUrl()
  const phone = await Phone.open(context, link)
  await phone.page.locator('[data-session="shell"]').waitFor()
  const again = await Phone.open(context, link)
  await again.page.getByRole('alert').waitFor()
  await again.page.getByRole('button', { name: 'Keep the present pairing' }).tap()
  await again.page.locator('[data-session="shell"]').waitFor()
})

test('goes on after the connection was cut', async () => {
  const context = await newContext()
  const phone = await paired(context)
  await phone.openTerminal('shell')
  await phone.type('clear\n')
  await phone.type('for i in 1 2 3 4 5 6 7 8; do echo "tick $i"; sleep 0.5; done\n')
  await phone.see('tick 1')
  await context.setOffline(true)
  await phone.page.getByRole('status').getByText('This phone is offline').waitFor()
  // What is typed meanwhile is not kept, and the page says so.
  await phone.key('Escape')
  await phone.page.getByRole('alert').getByText('Not sent').waitFor()
  await phone.shot('offline')
  await context.setOffline(false)
  await phone.see('tick 8')
  const ticks = (await phone.rows()).map((row) => row.trim()).filter((row) => row.startsWith('tick'))
  expect(ticks).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((n) => `tick ${n}`))
})

test('a viewer watches and cannot type', async () => {
  const response = await fetch(`${hub.ready.url}/api/pairings`, {
    method: 'POST',
    headers: { authorization: `Bearer ${hub.ready.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ role: 'viewer' }),
  })
  const { url } = (await response.json()) as { url: string }
  const viewer = await Phone.open(await newContext(), url)
  const operator = await paired()
  await viewer.openTerminal('watched')
  await viewer.page.getByText('Watch only').waitFor()
  expect(await viewer.page.getByRole('toolbar').count()).toBe(0)
  await operator.openTerminal('watched')
  await operator.type('echo seen by both\n')
  await viewer.see('seen by both')
  await viewer.page.locator('.screen').tap()
  await viewer.page.keyboard.type('echo not me\n')
  await operator.type('echo done\n')
  await viewer.see('done')
  expect((await viewer.rows()).join('\n')).not.toContain('not me')
  await viewer.shot('viewer')
})

test('pasting without access to the clipboard, in brackets where the program wants them', async () => {
  const phone = await paired()
  await phone.openTerminal('shell')
  await phone.type('clear\n')
  await phone.key('Paste')
  await phone.page.getByRole('textbox', { name: 'Text to paste' }).fill('echo one-$((1))\necho two-$((2))')
  await phone.shot('paste')
  await phone.page.getByRole('dialog').getByRole('button', { name: 'Paste' }).tap()
  // The shell asked for brackets, so the end of the first line does not run it.
  await phone.see('echo two-$((2))')
  expect((await phone.rows()).map((row) => row.trim())).not.toContain('one-1')
  await phone.type('\n')
  await phone.see('one-1')
  await phone.see('two-2')
})

test.each([
  ['busy', 'cancelled, and its end interrupted', true],
  ['busier', 'interrupted', false],
])('a long paste into %s says how far it is, and can be %s', async (sessionId, _, cancels) => {
  const phone = await paired()
  await phone.openTerminal(sessionId)
  const bar = phone.page.getByRole('progressbar', { name: 'Pasted' })
  await phone.key('Paste')
  // To fill it in as by typing takes the browser half a minute.
  await phone.page.getByRole('textbox', { name: 'Text to paste' }).evaluate((field: HTMLTextAreaElement) => {
    field.value = 'a line of a long paste\n'.repeat(20_000)
  })
  await phone.page.getByRole('dialog').getByRole('button', { name: 'Paste' }).tap()
  await bar.waitFor()
  await phone.see(/^a line of a long paste/)
  await phone.shot('pasting')
  if (cancels) {
    await phone.page.getByRole('button', { name: 'Cancel' }).tap()
    await bar.waitFor({ state: 'detached' })
  }
  // Cancelled or not, the program's terminal is full.
  await phone.key('Control C')
  await bar.waitFor({ state: 'detached' })
  await phone.see(/interrupted$/)
  expect(phone.complaints).toEqual([])
})

test('a wide terminal is panned, and larger text can be asked for', async () => {
  const phone = await paired()
  await phone.openTerminal('shell')
  const width = (): Promise<number> => phone.page.locator('.xterm-screen').evaluate((screen) => screen.clientWidth)
  expect(await width()).toBeLessThanOrEqual(390)
  await phone.page.getByRole('button', { name: 'Larger text' }).tap()
  await expect.poll(width).toBeGreaterThan(500)
  await phone.shot('readable')
  await phone.page.getByRole('button', { name: 'Fit the width' }).tap()
  await expect.poll(width).toBeLessThanOrEqual(390)
})

test('everything that is touched is large enough', async () => {
  const phone = await paired()
  const small = (): Promise<string[]> =>
    phone.page.locator('button:visible').evaluateAll((buttons) =>
      buttons
        .map((button) => ({ name: button.getAttribute('aria-label') ?? button.textContent, box: button.getBoundingClientRect() }))
        .filter(({ box }) => box.width < 44 || box.height < 44)
        .map(({ name }) => name),
    )
  expect(await small()).toEqual([])
  await phone.openTerminal('shell')
  expect(await small()).toEqual([])
})

test('a hub that ends is said', async () => {
  const own = await Hub.start({ shell: SHELL })
  onTestFinished(() => own.stop())
  const phone = await Phone.open(await newContext(), own.ready.pairUrl)
  await phone.openTerminal('shell')
  await own.stop()
  await phone.page.getByRole('status').getByText('Waiting for it to come back').waitFor()
  await phone.shot('hub-closed')
})
