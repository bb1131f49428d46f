// The main job from the desktop's side: its terminals in the window and on a phone at once, and
// nothing left behind when it ends.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'

import { launchBrowser, Phone, phoneContext } from '../phone.js'
import { Desktop } from './desktop.js'
import { isRunning, withEnvironment } from './processes.js'
import { setStage, type Stage } from './stage.js'
import { closeWindows } from './x11.js'

let folder: string
let stage: Stage
let browser: Browser

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-desktop-'))
  stage = await setStage({
    HOME: folder,
    XDG_DATA_HOME: join(folder, 'data'),
    XDG_CACHE_HOME: join(folder, 'cache'),
    XDG_CONFIG_HOME: join(folder, 'config'),
    // By this the processes of its terminals are known.
    HUB_E2E: folder,
    LANG: 'C.UTF-8',
    HISTFILE: '',
    LS_COLORS: 'di=01;34:ex=01;32',
  })
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser.close()
  await stage.end()
  await rm(folder, { recursive: true, force: true })
})

async function startDesktop(): Promise<Desktop> {
  const desktop = await Desktop.start(stage)
  onTestFinished(() => desktop.end())
  return desktop
}

async function pairPhone(url: string): Promise<Phone> {
  const context = await phoneContext(browser)
  onTestFinished(() => context.close())
  return Phone.open(context, url)
}

/** Both draw the same lines. The desktop's are the measure. */
async function sameOnBoth(desktop: Desktop, phone: Phone): Promise<void> {
  await vi.waitFor(
    async () => {
      const rows = (await phone.rows()).map((row) => row.replaceAll('\u00a0', ' ').trimEnd())
      expect(rows).toEqual(await desktop.rows())
    },
    { timeout: 15_000, interval: 50 },
  )
}

test('the terminal in the window is driven from a phone, and the other way round', async () => {
  const desktop = await startDesktop()
  await desktop.type('mkdir work && cd work && mkdir folder && touch script && chmod +x script\n')
  await desktop.type('echo "from the desktop: $((40+2))"\n')
  await desktop.see('from the desktop: 42')
  await desktop.shot('desktop-start')

  const url = await desktop.pairUrl()
  await desktop.shot('desktop-pair')
  await desktop.closeDialog()
  const [session = ''] = await desktop.tabs()

  const phone = await pairPhone(url)
  await phone.openTerminal(session)
  await phone.see('from the desktop: 42')
  await desktop.says('1 other is watching')

  await phone.type('clear; ls --color\n')
  await phone.see(/folder +script/)
  await desktop.see(/folder +script/)
  await sameOnBoth(desktop, phone)
  await desktop.shot('desktop-ls')
  await phone.shot('phone-ls')

  await phone.type('vim -u NONE -N note.txt\n')
  await desktop.see(/note\.txt/)
  await phone.type('ityped on the phone\n')
  await desktop.see('typed on the phone')
  await desktop.type('typed on the desktop')
  await phone.see('typed on the desktop')
  await phone.see(/-- INSERT --/)
  await sameOnBoth(desktop, phone)
  await desktop.shot('desktop-vim')
  await phone.shot('phone-vim')

  await phone.key('Escape')
  await phone.type(':wq\n')
  await desktop.type('clear; cat note.txt\n')
  await phone.see('typed on the desktop')
  await sameOnBoth(desktop, phone)
  expect(phone.complaints).toEqual([])
})

test('tabs open and close, and an ended program can be started again', async () => {
  const desktop = await startDesktop()
  const [first = ''] = await desktop.tabs()
  await desktop.type('echo the first one\n')
  await desktop.see('the first one')

  await desktop.click('New terminal')
  await vi.waitFor(async () => expect(await desktop.tabs()).toHaveLength(2), { timeout: 15_000, interval: 20 })
  await desktop.live()
  const [, second = ''] = await desktop.tabs()
  await desktop.type('exit 3\n')
  await desktop.says('Failed with exit code 3')
  await desktop.shot('desktop-ended')
  await desktop.click('Start again')
  await desktop.saysNoMore('Failed with exit code 3')
  await desktop.type('echo "again: $((1+1))"\n')
  await desktop.see('again: 2')

  await desktop.closeTab(second)
  await vi.waitFor(async () => expect(await desktop.tabs()).toEqual([first]), { timeout: 15_000, interval: 20 })
  await desktop.see('the first one')
})

const endings: readonly (readonly [string, (desktop: Desktop) => unknown])[] = [
  ['closing the window', async () => expect(await closeWindows(stage.display)).toBeGreaterThan(0)],
  ['SIGTERM', ({ pid }) => process.kill(pid, 'SIGTERM')],
  ['SIGINT', ({ pid }) => process.kill(pid, 'SIGINT')],
  ['SIGHUP', ({ pid }) => process.kill(pid, 'SIGHUP')],
]

test.each(endings)('%s leaves no process of a terminal behind', async (_, end) => {
  const desktop = await startDesktop()
  await desktop.type("sleep 1001 & (trap '' HUP TERM; sleep 1002) & (trap '' HUP; sleep 1003)\n")
  const inTerminals = (): string[] =>
    withEnvironment(`HUB_E2E=${folder}`)
      .filter(({ command }) => /^(sleep|.*bash)\b/.test(command))
      .map(({ command }) => command)
  await vi.waitFor(
    () => expect(inTerminals()).toEqual(expect.arrayContaining(['sleep 1001', 'sleep 1002', 'sleep 1003'])),
    { timeout: 15_000, interval: 20 },
  )
  await end(desktop)
  await vi.waitFor(() => expect(isRunning(desktop.pid)).toBe(false), { timeout: 15_000, interval: 20 })
  // Not a moment later: nobody is there any more who could end them.
  expect(inTerminals()).toEqual([])
})
