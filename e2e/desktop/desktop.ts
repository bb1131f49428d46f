// The desktop example in its window, and what a user can do there. Knows the window's page and
// nothing of the hub.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { vi } from 'vitest'

import { childrenOf } from './processes.js'
import type { Stage } from './stage.js'
import { WebDriver } from './webdriver.js'

const BINARY = resolve(
  process.env['HUB_DESKTOP'] ?? join(import.meta.dirname, '../../target/debug/realtime-hub-desktop'),
)
const SHOTS = join(import.meta.dirname, '../shots')
const FRONT = '.pane:not([hidden])'

export class Desktop {
  private constructor(
    private readonly driver: WebDriver,
    readonly pid: number,
  ) {}

  /** Starts the application. */
  static async open(stage: Stage): Promise<Desktop> {
    if (!existsSync(BINARY)) {
      throw new Error(`${BINARY} is missing: cargo build -p realtime-hub-desktop, or set HUB_DESKTOP`)
    }
    const before = new Set(childrenOf(stage.driverPid))
    const driver = await WebDriver.start(stage.address, BINARY)
    const pid = childrenOf(stage.driverPid).find((child) => !before.has(child))
    if (pid === undefined) throw new Error('The driver has started no application')
    return new Desktop(driver, pid)
  }

  end(): Promise<void> {
    return this.driver.end()
  }

  /** Waits until the terminal in front shows what it really shows. */
  async live(): Promise<void> {
    await this.until(`a live terminal`, `return document.querySelector('${FRONT}[data-phase="live"]') !== null`)
  }

  /** The WebDriver's keys go where the focus is: into the terminal in front. */
  type(text: string): Promise<void> {
    return this.driver.type(text)
  }

  /** Loads the window's page anew. */
  async reload(): Promise<void> {
    await this.driver.script('window.beforeReload = true; location.reload()')
    await this.until('fresh page', 'return window.beforeReload === undefined')
  }

  resize(width: number, height: number): Promise<void> {
    return this.driver.resize(width, height)
  }

  /** Begins to count what the page's policy forbids. */
  async countViolations(): Promise<void> {
    await this.driver.script(
      `window.violations = []
       addEventListener('securitypolicyviolation', (event) => window.violations.push(event.violatedDirective))`,
    )
  }

  violations(): Promise<string[]> {
    return this.driver.script('return window.violations')
  }

  /** The size of the terminal in front, as the window tells it. */
  size(): Promise<string> {
    return this.driver.script(`return document.querySelector('.status > span:last-child').textContent`)
  }

  click(button: string): Promise<void> {
    return this.driver.click(`//button[normalize-space(.)='${button}' or @aria-label='${button}']`)
  }

  selectTab(sessionId: string): Promise<void> {
    return this.driver.click(`//*[@data-session='${sessionId}']//button[@role='tab']`)
  }

  closeTab(sessionId: string): Promise<void> {
    return this.driver.click(`//*[@data-session='${sessionId}']//button[starts-with(@aria-label, 'Close')]`)
  }

  /** The sessions in the tabs, from left to right. */
  tabs(): Promise<string[]> {
    return this.driver.script(`return [...document.querySelectorAll('.tab')].map((tab) => tab.dataset.session)`)
  }

  /** The session whose tab is selected. */
  front(): Promise<string> {
    return this.driver.script(`return document.querySelector('.tab[data-selected="true"]').dataset.session`)
  }

  /** Opens the dialog and gives the link that it shows. */
  async pairUrl(): Promise<string> {
    await this.click('Pair a phone')
    await this.until('a QR code', `return document.querySelector('dialog img')?.naturalWidth > 0`)
    return this.driver.script(`return document.querySelector('dialog .link code').textContent`)
  }

  /** Copies the link that the dialog shows. */
  async copyLink(): Promise<void> {
    await this.click('Copy the link')
    await this.until('“Copied”', `return document.querySelector('dialog [aria-label="Copied"]') !== null`)
  }

  /** Ctrl+Shift+V. */
  paste(): Promise<void> {
    return this.driver.withCtrlShift('v')
  }

  async closeDialog(): Promise<void> {
    await this.driver.click(`//dialog//button[@aria-label='Close']`)
    await this.until('no dialog', `return document.querySelector('dialog') === null`)
  }

  /** The lines that are drawn, as an eye would see them. */
  async rows(): Promise<string[]> {
    const rows = await this.driver.script<string[]>(
      `return [...document.querySelectorAll('${FRONT} .xterm-rows > div')].map((row) => row.textContent)`,
    )
    return rows.map((row) => row.replaceAll('\u00a0', ' ').trimEnd())
  }

  async see(what: string | RegExp): Promise<void> {
    await vi.waitFor(
      async () => {
        const rows = await this.rows()
        const seen = rows.some((row) => (typeof what === 'string' ? row === what : what.test(row)))
        if (!seen) throw new Error(`No line is ${String(what)} in:\n${rows.join('\n')}`)
      },
      { timeout: 15_000, interval: 20 },
    )
  }

  /** Types into a field, in place of the terminal. */
  async fill(label: string, text: string): Promise<void> {
    await this.driver.click(`//*[@aria-label='${label}']`)
    await this.driver.type(text)
  }

  /** Chooses from a list, as its pop-up would. */
  async choose(label: string, value: string): Promise<void> {
    await this.until(
      `“${value}” in “${label}”`,
      `const list = document.querySelector('[aria-label="' + arguments[0] + '"]')
       if (list?.querySelector('option[value="' + arguments[1] + '"]') == null) return false
       list.value = arguments[1]
       list.dispatchEvent(new Event('change', { bubbles: true }))
       return true`,
      ...[label, value],
    )
  }

  /** Waits for a text in the row of a session or a task. What is chosen in its lists counts, too. */
  async rowSays(row: string, text: string): Promise<void> {
    await this.until(
      `“${text}” in the row of “${row}”`,
      `return [...document.querySelectorAll('.row')].some((row) => {
         const chosen = [...row.querySelectorAll('select')].map((list) => list.selectedOptions[0]?.textContent)
         const says = [row.innerText, ...chosen].join(' ')
         return says.includes(arguments[0]) && says.includes(arguments[1])
       })`,
      ...[row, text],
    )
  }

  /** Waits for a text anywhere in the window. */
  async says(text: string): Promise<void> {
    await this.until(`“${text}”`, `return document.body.innerText.includes(arguments[0])`, text)
  }

  async saysNoMore(text: string): Promise<void> {
    await this.until(`end of “${text}”`, `return !document.body.innerText.includes(arguments[0])`, text)
  }

  async shot(name: string): Promise<void> {
    mkdirSync(SHOTS, { recursive: true })
    writeFileSync(join(SHOTS, `${name}.png`), await this.driver.screenshot())
  }

  private async until(what: string, condition: string, ...args: unknown[]): Promise<void> {
    await vi.waitFor(
      async () => {
        if (!(await this.driver.script<boolean>(condition, ...args))) throw new Error(`The window shows no ${what}`)
      },
      { timeout: 15_000, interval: 20 },
    )
  }
}
