// A WebDriver session, by the W3C protocol, with the few commands that the tests need. Knows
// nothing of what the window shows.

import { vi } from 'vitest'

/** The W3C name under which an element's reference travels. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'
/** The WebDriver code points of keys that are no characters. */
const [ENTER, SHIFT, CONTROL] = ['\uE007', '\uE008', '\uE009']
const down = (value: string): object => ({ type: 'keyDown', value })
const up = (value: string): object => ({ type: 'keyUp', value })

export class WebDriver {
  private constructor(private readonly session: string) {}

  /** Starts `binary` through the driver at `address`. */
  static async start(address: string, binary: string): Promise<WebDriver> {
    const capabilities = {
      alwaysMatch: { browserName: 'wry', 'webkitgtk:browserOptions': { binary, args: [] } },
    }
    const { sessionId } = await request<{ sessionId: string }>('POST', `${address}/session`, { capabilities })
    return new WebDriver(`${address}/session/${sessionId}`)
  }

  /** Ends the session; the application may have ended before. */
  async end(): Promise<void> {
    await request('DELETE', this.session).catch(() => undefined)
  }

  /** Runs a function's body in the page. */
  script<T>(body: string, ...args: readonly unknown[]): Promise<T> {
    return request<T>('POST', `${this.session}/execute/sync`, { script: body, args })
  }

  /** Clicks the element that the XPath leads to, as soon as there is one. */
  async click(xpath: string): Promise<void> {
    const element = await this.find(xpath)
    await request('POST', `${this.session}/element/${element}/click`, {})
  }

  /** Presses keys, one after the other, wherever the focus is. */
  async type(text: string): Promise<void> {
    const keys = Array.from(text, (character) => (character === '\n' ? ENTER : character))
    await this.keyboard(keys.flatMap((key) => [down(key), up(key)]))
  }

  async withCtrlShift(key: string): Promise<void> {
    await this.keyboard([down(CONTROL), down(SHIFT), down(key), up(key), up(SHIFT), up(CONTROL)])
  }

  async resize(width: number, height: number): Promise<void> {
    await request('POST', `${this.session}/window/rect`, { width, height })
  }

  async screenshot(): Promise<Buffer> {
    return Buffer.from(await request<string>('GET', `${this.session}/screenshot`), 'base64')
  }

  private async keyboard(actions: readonly object[]): Promise<void> {
    await request('POST', `${this.session}/actions`, { actions: [{ type: 'key', id: 'keyboard', actions }] })
  }

  private find(xpath: string): Promise<string> {
    return vi.waitFor(
      async () => {
        const found = await request<Record<string, string>>('POST', `${this.session}/element`, {
          using: 'xpath',
          value: xpath,
        })
        return found[ELEMENT] ?? ''
      },
      { timeout: 15_000, interval: 20 },
    )
  }
}

async function request<T>(method: string, url: string, body?: object): Promise<T> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const { value } = (await response.json()) as { value: unknown }
  if (!response.ok) {
    const { error, message } = value as { error: string; message: string }
    throw new Error(`${method} ${url}: ${error}: ${message}`)
  }
  return value as T
}
