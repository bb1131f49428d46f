// A WebDriver session, by the W3C protocol, with the few commands that the tests need. Knows
// nothing of what the window shows.

import { vi } from 'vitest'

/** The W3C name under which an element's reference travels. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'
/** The WebDriver code point of a key that is no character. */
const ENTER = '\uE007'

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
    const actions = Array.from(text).flatMap((character) => {
      const value = character === '\n' ? ENTER : character
      return [
        { type: 'keyDown', value },
        { type: 'keyUp', value },
      ]
    })
    await request('POST', `${this.session}/actions`, { actions: [{ type: 'key', id: 'keyboard', actions }] })
  }

  async resize(width: number, height: number): Promise<void> {
    await request('POST', `${this.session}/window/rect`, { width, height })
  }

  async screenshot(): Promise<Buffer> {
    return Buffer.from(await request<string>('GET', `${this.session}/screenshot`), 'base64')
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
