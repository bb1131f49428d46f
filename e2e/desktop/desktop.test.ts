// The main job from the desktop's side: its terminals in the window and on a phone at once, and
// nothing left behind when it ends.

import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Browser } from 'playwright-core'
import { HubApi } from 'tauri-plugin-realtime-hub-api/domain'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'

import { launchBrowser, Phone, phoneContext } from '../phone.js'
import { Desktop } from './desktop.js'
import { isRunning, withEnvironment } from './processes.js'
import { setStage, type Stage } from './stage.js'
import { closeWindows } from './x11.js'

let folder: string
let stage: Stage
let browser: Browser

/** A user's home of its own, without the habits of whoever runs the tests. */
function homeIn(home: string): Record<string, string> {
  return {
    HOME: home,
    XDG_DATA_HOME: join(home, 'data'),
    XDG_CACHE_HOME: join(home, 'cache'),
    XDG_CONFIG_HOME: join(home, 'config'),
    LANG: 'C.UTF-8',
    HISTFILE: '',
    LS_COLORS: 'di=01;34:ex=01;32',
    // By this the processes of its terminals are known.
    HUB_E2E: home,
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-desktop-'))
  stage = await setStage(homeIn(folder))
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser.close()
  await stage.end()
  await rm(folder, { recursive: true, force: true })
})

async function openDesktop(on: Stage): Promise<Desktop> {
  const desktop = await Desktop.open(on)
  onTestFinished(() => desktop.end())
  return desktop
}

/** The application, with its first terminal. */
async function startDesktop(): Promise<Desktop> {
  const desktop = await openDesktop(stage)
  await desktop.live()
  return desktop
}

/** One more display for an application beside, or with something else in its environment. */
async function anotherStage(env: Readonly<Record<string, string>>): Promise<Stage> {
  const another = await setStage({ ...homeIn(folder), ...env })
  onTestFinished(() => another.end())
  return another
}

async function eventually(check: () => unknown): Promise<void> {
  await vi.waitFor(check, { timeout: 15_000, interval: 20 })
}

async function pairPhone(url: string): Promise<Phone> {
  const context = await phoneContext(browser)
  onTestFinished(() => context.close())
  return Phone.open(context, url)
}

/** Both draw the same lines. The desktop's are the measure. */
async function sameOnBoth(desktop: Desktop, phone: Phone): Promise<void> {
  await eventually(async () => {
    const rows = (await phone.rows()).map((row) => row.replaceAll('\u00a0', ' ').trimEnd())
    expect(rows).toEqual(await desktop.rows())
  })
}

test('the terminal in the window is driven from a phone, and the other way round', async () => {
  const desktop = await startDesktop()
  await desktop.type('mkdir work && cd work && mkdir folder && install -m 755 /dev/null script && echo ready\n')
  await desktop.see('ready')
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
  await desktop.says('Safari on iPhone watches')

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
  // What is typed before vim has ended is vim's.
  await desktop.see(/vim -u NONE/)
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
  await eventually(async () => expect(await desktop.tabs()).toHaveLength(2))
  await desktop.live()
  const [, second = ''] = await desktop.tabs()
  await desktop.type('exit 3\n')
  await desktop.says('Failed with exit code 3')
  await desktop.shot('desktop-ended')
  await desktop.click('Start again')
  await desktop.saysNoMore('Failed with exit code 3')
  await desktop.type('echo "again: $((1+1))"\n')
  await desktop.see('again: 2')

  await desktop.selectTab(first)
  await desktop.click('New terminal')
  await eventually(async () => expect(await desktop.tabs()).toHaveLength(3))
  const [, , third = ''] = await desktop.tabs()
  await eventually(async () => expect(await desktop.front()).toBe(third))
  await desktop.closeTab(third)
  await eventually(async () => expect(await desktop.tabs()).toEqual([first, second]))
  await desktop.closeTab(second)
  await eventually(async () => expect(await desktop.tabs()).toEqual([first]))
  await desktop.see('the first one')
})

test('the terminals outlive their page, and every one fits the window', async () => {
  const desktop = await startDesktop()
  await desktop.countViolations()
  await desktop.type('echo "still: $((4+4))"\n')
  await desktop.see('still: 8')
  await desktop.click('New terminal')
  await eventually(async () => expect(await desktop.tabs()).toHaveLength(2))
  await desktop.live()
  const [first = '', second = ''] = await desktop.tabs()
  const link = await desktop.pairUrl()
  await desktop.copyLink()
  await desktop.closeDialog()
  await desktop.paste()
  await desktop.see(new RegExp(link))
  expect(await desktop.violations()).toEqual([])

  await desktop.reload()
  await desktop.live()
  expect(await desktop.tabs()).toEqual([first, second])
  const before = await desktop.size()
  await desktop.resize(800, 500)
  await eventually(async () => expect(await desktop.size()).not.toBe(before))
  const small = await desktop.size()
  // It was not in front, so nobody told it.
  await desktop.selectTab(first)
  await desktop.see('still: 8')
  await eventually(async () => expect(await desktop.size()).toBe(small))
  await desktop.shot('desktop-small')
})

test('a second instance beside the first says what it cannot do', async () => {
  await startDesktop()
  expect(await readdir(join(folder, 'data', 'dev.realtime-hub.desktop'))).not.toEqual([])
  const second = await openDesktop(await anotherStage({}))
  await second.live()
  await second.says('paired devices are forgotten when the application ends')
  await second.type('echo "works: $((2+3))"\n')
  await second.see('works: 5')
  await second.shot('desktop-second')
})

test('a wrong configuration is told in the window', async () => {
  const desktop = await openDesktop(await anotherStage({ EXTERNAL_URL: 'nonsense' }))
  await desktop.says('The hub is not running')
  await desktop.says('EXTERNAL_URL is not an address')
  await desktop.shot('desktop-wrong')
})

const endings: readonly (readonly [string, (desktop: Desktop) => unknown])[] = [
  ['closing the window', async () => expect(await closeWindows(stage.display)).toBeGreaterThan(0)],
  ['SIGTERM', ({ pid }) => process.kill(pid, 'SIGTERM')],
  ['SIGINT', ({ pid }) => process.kill(pid, 'SIGINT')],
  ['SIGHUP', ({ pid }) => process.kill(pid, 'SIGHUP')],
]

test.each(endings)('%s leaves no process of a terminal behind', async (_, end) => {
  const desktop = await startDesktop()
  // A background job, one that ignores what can be ignored, and a program that prints without end.
  await desktop.type("sleep 1001 & (trap '' HUP TERM; sleep 1002) & (trap '' HUP; sleep 1003) & yes\n")
  const inTerminals = (): string[] =>
    withEnvironment(`HUB_E2E=${folder}`)
      .filter(({ command }) => /^(sleep|yes|.*bash)\b/.test(command))
      .map(({ command }) => command)
  await eventually(() =>
    expect(inTerminals()).toEqual(expect.arrayContaining(['sleep 1001', 'sleep 1002', 'sleep 1003', 'yes'])),
  )
  await desktop.see('y')
  await end(desktop)
  await eventually(() => expect(isRunning(desktop.pid)).toBe(false))
  // Not a moment later: nobody is there any more who could end them.
  expect(inTerminals()).toEqual([])
})

/** What a paired device may do over HTTP. */
async function apiBy(pairUrl: string): Promise<HubApi> {
  const { origin, hash } = new URL(pairUrl)
  const response = await fetch(`${origin}/api/pair`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code: hash.replace('#pair=', ''), name: 'another' }),
  })
  const { token } = (await response.json()) as { token: string }
  return new HubApi({ url: origin, token })
}

test('the panel shows what goes on, live, and changes it', async () => {
  const desktop = await startDesktop()
  await desktop.countViolations()
  const api = await apiBy(await desktop.pairUrl())
  await desktop.closeDialog()
  const front = await desktop.front()
  await api.sessions.get(front).catch(() => api.sessions.create({ id: front, projectId: 'default' }))
  await api.sessions.create({ id: 'elsewhere', projectId: 'default', name: 'Agent elsewhere', status: 'working' })

  await desktop.fill('New task', 'Write the release notes\n')
  await desktop.rowSays('Write the release notes', 'To do')
  await desktop.click(`Claim for ${front}`)
  await desktop.rowSays('Write the release notes', front)
  const [task] = (await api.tasks.list({ projectId: 'default' })).items
  await eventually(async () => expect(await api.tasks.get(task?.id ?? '')).toMatchObject({ claimedBy: front, status: 'in_progress' }))
  await desktop.choose('Priority of Write the release notes', 'high')
  await eventually(async () => expect(await api.tasks.get(task?.id ?? '')).toMatchObject({ priority: 'high' }))
  await api.tasks.create({ projectId: 'default', title: 'Read the logs of last night' })
  await desktop.rowSays('Read the logs of last night', 'To do')

  await api.sessions.report('elsewhere', { type: 'needs_input', message: 'May I delete 14 files?' })
  await desktop.rowSays('Agent elsewhere', 'May I delete 14 files?')
  await desktop.click('Write to elsewhere')
  await desktop.fill('Subject', 'Yes, all of them')
  await desktop.shot('desktop-panel')
  await desktop.click('Send')
  await eventually(async () => expect((await api.mail.list({ toSessionId: 'elsewhere' })).items).toMatchObject([{ subject: 'Yes, all of them' }]))
  await desktop.click('Done')
  await eventually(async () => expect(await api.sessions.get('elsewhere')).toMatchObject({ needsInput: { active: false } }))
  await desktop.click('Stop elsewhere')
  await desktop.rowSays('Agent elsewhere', 'Stopped')

  await desktop.click('New project')
  await desktop.fill('Name of the new project', 'Another project\n')
  await desktop.saysNoMore('Write the release notes')
  await desktop.click('New terminal')
  await eventually(async () => expect(await desktop.front()).not.toBe(front))
  await desktop.live()
  await desktop.rowSays('bash', await desktop.front())
  await desktop.shot('desktop-project')
  const projects = (await api.projects.list()).items
  expect(projects.map(({ name }) => name)).toContain('Another project')
  // A tab of the other project takes the panel along.
  await desktop.selectTab(front)
  await desktop.says('Write the release notes')
  await desktop.click('Sessions and tasks')
  await desktop.saysNoMore('Write the release notes')
  expect(await desktop.violations()).toEqual([])
})
