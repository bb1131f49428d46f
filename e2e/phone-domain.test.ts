// What goes on in a project, on a phone: sessions that need somebody and are answered there, tasks,
// mail, the choice of a project, and what is shown when the hub is gone.

import type { Browser, BrowserContext } from 'playwright-core'
import { HubApi, type Session } from 'tauri-plugin-realtime-hub-api/domain'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'

import { Hub } from './hub.js'
import { launchBrowser, Phone, phoneContext } from './phone.js'

/** Says what it was told. */
const ASKS = `sh -c 'while read -r line; do echo "told: [$line]"; done'`

let hub: Hub
let api: HubApi
let browser: Browser

beforeAll(async () => {
  hub = await Hub.start({ agent: ASKS, quiet: ASKS, 'far@other': ASKS, short: 'sh -c "exit 3"' })
  api = new HubApi(hub.ready)
  if (!(await api.projects.list()).items.some(({ id }) => id === 'other')) await api.projects.create({ id: 'other', name: 'Other project' })
  for (const id of ['agent', 'quiet']) await sessionOf(id)
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser.close()
  await hub.stop()
})

/** The session of that id, made where there is none. */
async function sessionOf(id: string, projectId = 'default'): Promise<Session> {
  return api.sessions.get(id).catch(() => api.sessions.create({ id, projectId }))
}

async function newContext(): Promise<BrowserContext> {
  const context = await phoneContext(browser)
  onTestFinished(() => context.close())
  return context
}

async function paired(url?: string, context?: BrowserContext): Promise<Phone> {
  const phone = await Phone.open(context ?? (await newContext()), url ?? (await hub.freshPairUrl()))
  await phone.page.getByRole('heading', { name: 'Sessions' }).waitFor()
  return phone
}

function needs(id: string, message: string): Promise<Session> {
  return api.sessions.report(id, { type: 'needs_input', message })
}

/** The sessions in the list, from above. */
function order(phone: Phone): Promise<(string | null)[]> {
  return phone.page.locator('[data-session]').evaluateAll((cards) => cards.map((card) => card.getAttribute('data-session')))
}

test('a session that needs somebody comes first and is answered in the list', async () => {
  const phone = await paired()
  await phone.page.locator('[data-session="quiet"]').waitFor()
  await needs('quiet', 'Which branch?')
  await needs('agent', 'May I delete 14 files in build/?\nThey are all generated.')
  const card = phone.page.locator('[data-session="agent"]')
  await card.getByText('They are all generated.').waitFor()
  await expect.poll(async () => (await order(phone)).slice(0, 2)).toEqual(['agent', 'quiet'])
  await phone.page.getByLabel('2 need you').waitFor()
  await phone.shot('needs-you')

  await card.getByRole('button', { name: 'Yes' }).tap()
  await card.getByText('Needs you').waitFor({ state: 'detached' })
  await expect.poll(() => api.sessions.get('agent')).toMatchObject({ needsInput: { active: false } })

  const quiet = phone.page.locator('[data-session="quiet"]')
  await quiet.getByLabel('Answer', { exact: true }).fill('main, please')
  await phone.shot('answering')
  await quiet.getByRole('button', { name: 'Send' }).tap()
  await quiet.getByText('Needs you').waitFor({ state: 'detached' })
  await phone.page.getByLabel(/need you/).waitFor({ state: 'detached' })

  await phone.openTerminal('quiet')
  await phone.see('told: [main, please]')
  await phone.page.goBack()
  await phone.openTerminal('agent')
  await phone.see('told: [yes]')
  expect(phone.complaints).toEqual([])
})

test('tasks: added, given to a session, finished, and seen by others at once', async () => {
  const phone = await paired()
  await api.tasks.create({ projectId: 'default', title: 'Read the logs of last night', priority: 'low' })
  await phone.page.getByRole('button', { name: /^Tasks/ }).tap()
  await phone.page.getByText('Read the logs of last night').waitFor()
  await phone.page.getByRole('button', { name: 'New task' }).tap()
  await phone.page.getByLabel('What is to be done').fill('Write the release notes')
  await phone.page.getByLabel('Priority').selectOption('high')
  await phone.shot('task-new')
  await phone.page.getByRole('button', { name: 'Add', exact: true }).tap()
  const card = phone.page.locator('[data-task]', { hasText: 'Write the release notes' })
  await card.getByText('To do').waitFor()
  expect(await phone.page.locator('[data-task]').first().textContent()).toContain('release notes')

  await card.tap()
  await phone.page.getByLabel('Nobody has it').selectOption('agent')
  await phone.page.getByText(/^With/).last().waitFor()
  await phone.shot('task')
  await phone.page.getByRole('button', { name: 'Close' }).tap()
  await card.getByText('In progress').waitFor()
  const { items } = await api.tasks.list({ projectId: 'default' })
  const made = items.find(({ title }) => title === 'Write the release notes')
  expect(made).toMatchObject({ claimedBy: 'agent', priority: 'high', status: 'in_progress' })

  await api.tasks.update(made?.id ?? '', { status: 'completed' })
  await card.getByText('Completed').waitFor()
  await phone.shot('tasks')
  expect(phone.complaints).toEqual([])
})

test('mail to a session, which is stopped after that', async () => {
  await api.sessions.create({ id: 'elsewhere', projectId: 'default', name: 'Agent elsewhere', status: 'working' })
  await api.sessions.note('elsewhere', { type: 'log', message: 'Read 14 files' })
  const phone = await paired()
  const card = phone.page.locator('[data-session="elsewhere"]')
  await card.getByText('Agent elsewhere').tap()
  await phone.page.getByText('Read 14 files').waitFor()
  await phone.page.getByLabel('Write to it').fill('Look at the tests first\nthen at the rest')
  await phone.page.getByRole('button', { name: 'Send mail' }).tap()
  await phone.page.getByText('then at the rest').waitFor()
  const { items } = await api.mail.list({ toSessionId: 'elsewhere' })
  expect(items).toMatchObject([{ subject: 'Look at the tests first', type: 'directive' }])
  expect(items[0]?.fromSessionId).toMatch(/^mobile:/)
  await phone.shot('session')
  await phone.page.getByRole('button', { name: 'Stop this session' }).tap()
  await phone.page.getByRole('button', { name: 'End it' }).tap()
  await card.getByText('Stopped').waitFor()
  expect(phone.complaints).toEqual([])
})

test('each project by itself, remembered for the next visit', async () => {
  const context = await newContext()
  const phone = await paired(undefined, context)
  await phone.page.locator('[data-session="agent"]').waitFor()
  expect(await phone.page.locator('[data-session="far"]').count()).toBe(0)
  await phone.page.getByLabel('Project').selectOption('other')
  await phone.page.locator('[data-session="far"]').waitFor()
  await expect.poll(() => order(phone)).toEqual(['far'])
  await phone.shot('other-project')
  await phone.page.reload()
  await expect.poll(() => order(phone)).toEqual(['far'])
})

test('of what has long ended only the last are shown, until somebody wants to see all', async () => {
  await api.projects.create({ id: 'busy', name: 'Busy project' })
  for (let number = 1; number <= 12; number++) {
    await api.sessions.create({ id: `done-${number}`, projectId: 'busy', status: 'completed' })
  }
  await api.sessions.create({ id: 'goes-on', projectId: 'busy', status: 'working' })
  const phone = await paired()
  await phone.page.getByLabel('Project').selectOption('busy')
  await expect.poll(() => order(phone)).toHaveLength(9)
  expect((await order(phone))[0]).toBe('goes-on')
  await phone.page.getByRole('button', { name: 'Show 4 older' }).tap()
  await expect.poll(() => order(phone)).toHaveLength(13)
})

test('a viewer sees everything and does nothing', async () => {
  const response = await fetch(`${hub.ready.url}/api/pairings`, {
    method: 'POST',
    headers: { authorization: `Bearer ${hub.ready.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ role: 'viewer' }),
  })
  const { url } = (await response.json()) as { url: string }
  await needs('agent', 'Anybody there?')
  const phone = await paired(url)
  const card = phone.page.locator('[data-session="agent"]')
  await card.getByText('Anybody there?').waitFor()
  expect(await card.getByRole('textbox').count()).toBe(0)
  await card.getByRole('button', { name: 'More about' }).tap()
  await phone.page.getByRole('dialog').waitFor()
  expect(await phone.page.getByRole('dialog').getByRole('textbox').count()).toBe(0)
  expect(await phone.page.getByRole('dialog').getByRole('button', { name: 'Stop' }).count()).toBe(0)
  await phone.page.getByRole('button', { name: 'Close' }).tap()
  await phone.page.getByRole('button', { name: /^Tasks/ }).tap()
  expect(await phone.page.getByRole('button', { name: 'New task' }).count()).toBe(0)
  await api.sessions.update('agent', { needsInput: { active: false } })
})

test('everything that is touched is large enough', async () => {
  await needs('agent', 'Large enough?')
  const phone = await paired()
  await phone.page.getByText('Large enough?').waitFor()
  const small = (): Promise<string[]> =>
    phone.page.locator('button:visible, select:visible, input:visible').evaluateAll((all) =>
      all
        .map((each) => ({ name: each.getAttribute('aria-label') ?? each.textContent, box: each.getBoundingClientRect() }))
        .filter(({ box }) => box.width < 44 || box.height < 44)
        .map(({ name }) => name),
    )
  expect(await small()).toEqual([])
  await phone.page.locator('[data-session="agent"]').getByRole('button', { name: 'More about' }).tap()
  expect(await small()).toEqual([])
  await phone.page.getByRole('button', { name: 'Close' }).tap()
  const overhang = await phone.page.locator('main').evaluate((main) => main.scrollWidth - main.clientWidth)
  expect(overhang).toBe(0)
})

test('the last state stays, greyed, when the hub is gone, and what is missed comes after', async () => {
  const context = await newContext()
  const phone = await paired(undefined, context)
  await phone.page.locator('[data-session="quiet"]').waitFor()
  const main = phone.page.locator('main')
  await phone.page.locator('main[data-fresh="true"]').waitFor()
  await context.setOffline(true)
  await phone.page.locator('main[data-fresh="false"]').waitFor()
  expect(await phone.page.locator('[data-session="quiet"]').count()).toBe(1)
  await expect.poll(() => main.evaluate((element) => Number(getComputedStyle(element).opacity))).toBeLessThan(0.6)
  await phone.shot('home-offline')
  await needs('quiet', 'While you were away')
  await context.setOffline(false)
  await phone.page.getByText('While you were away').waitFor()
  await phone.page.locator('main[data-fresh="true"]').waitFor()
})
