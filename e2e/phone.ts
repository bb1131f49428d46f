// A phone-sized browser with the hub's page in it, and what a thumb can do there.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { type Browser, type BrowserContext, chromium, type Page, type Route } from 'playwright-core'
import { vi } from 'vitest'

const SHOTS = join(import.meta.dirname, 'shots')
/** For work on the page: a folder to take it from, in place of the page that the hub was built with. */
const PAGE = process.env['PHONE_DIST']

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // A page that did not come from the hub would not be allowed to talk to it.
      ...(PAGE === undefined ? [] : ['--disable-features=LocalNetworkAccessChecks']),
    ],
  })
}

export async function phoneContext(browser: Browser): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    isMobile: true,
    hasTouch: true,
    userAgent:
      'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1',
  })
  if (PAGE !== undefined) await context.route(/^http:\/\/[^/]+\/(?:[\w-]+\.\w+|assets\/.*)?(?:#.*)?$/, serveFrom(PAGE))
  return context
}

function serveFrom(folder: string): (route: Route) => Promise<void> {
  return async (route) => {
    const { pathname } = new URL(route.request().url())
    const headers: Record<string, string> = {}
    if (pathname === '/') {
      const served = await route.fetch()
      headers['content-security-policy'] = served.headers()['content-security-policy'] ?? ''
    }
    await route.fulfill({ path: join(folder, pathname === '/' ? 'index.html' : pathname), headers })
  }
}

export class Phone {
  /** What the browser complained about; a page that is right makes it complain about nothing. */
  readonly complaints: string[] = []

  private constructor(readonly page: Page) {}

  static async open(context: BrowserContext, url: string): Promise<Phone> {
    const phone = new Phone(await context.newPage())
    phone.page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') phone.complaints.push(message.text())
    })
    phone.page.on('pageerror', (error) => phone.complaints.push(String(error)))
    await phone.page.goto(url)
    return phone
  }

  async openTerminal(sessionId: string): Promise<void> {
    await this.page.locator(`[data-session="${sessionId}"]`).tap()
    await this.page.locator('[data-phase="live"]').waitFor()
  }

  /** Types as the on-screen keyboard does; the terminal takes the focus from a tap. */
  async type(text: string): Promise<void> {
    await this.page.locator('.screen').tap()
    await this.page.keyboard.type(text)
  }

  async key(label: string): Promise<void> {
    await this.page.getByRole('toolbar').getByRole('button', { name: label, exact: true }).tap()
  }

  /** The lines that are drawn, from xterm.js's rows: what an eye would see. */
  rows(): Promise<string[]> {
    return this.page.locator('.xterm-rows > div').allTextContents()
  }

  /** Waits until a line satisfies. */
  async see(what: string | RegExp): Promise<void> {
    await vi.waitFor(
      async () => {
        const rows = (await this.rows()).map((row) => row.replaceAll('\u00a0', ' ').trimEnd())
        const seen = rows.some((row) => (typeof what === 'string' ? row === what : what.test(row)))
        if (!seen) throw new Error(`No line is ${String(what)} in:\n${rows.join('\n')}`)
      },
      { timeout: 15_000, interval: 20 },
    )
  }

  async shot(name: string): Promise<void> {
    mkdirSync(SHOTS, { recursive: true })
    await this.page.screenshot({ path: join(SHOTS, `${name}.png`) })
  }
}
