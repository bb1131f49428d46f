// From a pairing link to a credential. Knows the link's form and `POST /api/pair`; draws nothing.

import type { Paired, PairRequest } from 'tauri-plugin-realtime-hub-api/client'
import { HubError } from 'tauri-plugin-realtime-hub-api/client'

import type { Credential } from './credential.js'

/**
 * The code of the link that this page was opened with. It is taken out of the address and of the
 * history: whoever looks at this browser later must not find it, though it works only once.
 */
export function takePairingCode(location: Location = window.location, history: History = window.history): string | undefined {
  const code = codeInFragment(location.hash)
  if (code !== undefined) history.replaceState(null, '', location.pathname)
  return code
}

/** The code in what somebody pasted: a link, or the code alone. */
export function pairingCodeFrom(pasted: string): string | undefined {
  const text = pasted.trim()
  const fragment = text.indexOf('#')
  if (fragment >= 0) return codeInFragment(text.slice(fragment))
  return /^[\w.-]{8,256}$/.test(text) ? text : undefined
}

function codeInFragment(fragment: string): string | undefined {
  const code = new URLSearchParams(fragment.replace(/^#/, '')).get('pair')
  return code === null || code === '' ? undefined : code
}

/** Redeems a code, which works once. */
export async function pair(code: string, name: string, send: typeof fetch = fetch): Promise<Credential> {
  const request: PairRequest = { code, name }
  let response: Response
  try {
    response = await send('/api/pair', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    })
  } catch {
    throw new HubError('DISCONNECTED', 'The hub could not be reached. Is this phone online?')
  }
  const answer: unknown = await response.json().catch(() => undefined)
  if (!response.ok) {
    throw answer === undefined
      ? new HubError('INTERNAL', `The hub answered with status ${response.status}`)
      : HubError.from(answer)
  }
  const { token, device } = answer as Paired
  return { token, name: device.name, role: device.role }
}
