// Pairing: redeems the code that the page was opened with, or asks for one. Keeps no credential;
// what it gets is handed up.

import type { TargetedSubmitEvent, VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { HubError } from 'tauri-plugin-realtime-hub-api/client'

import type { Credential } from './credential.js'
import { deviceName } from './device-name.js'
import { Icon } from './icon.js'
import { pair, pairingCodeFrom } from './pairing.js'

interface Props {
  readonly code: string | undefined
  /** Why this device has to be paired (again). */
  readonly reason: string | undefined
  readonly onPaired: (credential: Credential) => void
  /** Back to what is paired already. */
  readonly onCancel?: () => void
}

interface Failure {
  readonly message: string
  /** Set when the same code may still work. */
  readonly code?: string
}

export function PairPage({ code, reason, onPaired, onCancel }: Props): VNode {
  const [busy, setBusy] = useState(code !== undefined)
  const [failure, setFailure] = useState<Failure>()

  const redeem = (secret: string): void => {
    setBusy(true)
    setFailure(undefined)
    pair(secret, deviceName(navigator.userAgent, navigator.maxTouchPoints)).then(onPaired, (error: unknown) => {
      setBusy(false)
      setFailure(explain(HubError.from(error), secret))
    })
  }
  useEffect(() => {
    if (code !== undefined) redeem(code)
    // The page is made anew for each code (its key), and a code is redeemed once.
  }, [])

  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const pasted = new FormData(event.currentTarget).get('link')
    const secret = typeof pasted === 'string' ? pairingCodeFrom(pasted) : undefined
    if (secret === undefined) setFailure({ message: 'This is neither a pairing link nor a code.' })
    else redeem(secret)
  }

  const retry = failure?.code
  return (
    <main class="page pair">
      <Icon name="logo" />
      <h1>{busy ? 'Pairing…' : 'Pair this phone'}</h1>
      {reason !== undefined && failure === undefined && !busy && <p class="notice">{reason}</p>}
      {failure !== undefined && (
        <p class="notice bad" role="alert">
          {failure.message}
        </p>
      )}
      {retry !== undefined && (
        <button class="primary" onClick={() => redeem(retry)}>
          Try again
        </button>
      )}
      {!busy && (
        <>
          <ol>
            <li>On the computer, open “Pair a phone”. It shows a QR code.</li>
            <li>Scan it with this phone’s camera and open the link.</li>
          </ol>
          <form onSubmit={submit}>
            <label for="link">Or paste the pairing link or code here</label>
            <input id="link" name="link" autocomplete="off" autocapitalize="off" autocorrect="off" spellcheck={false} enterkeyhint="go" />
            <button class={retry === undefined ? 'primary' : ''}>Pair</button>
          </form>
          <p class="hint">A code works once and for two minutes.</p>
        </>
      )}
      {onCancel !== undefined && !busy && (
        <button class="quiet" onClick={onCancel}>
          Keep the present pairing
        </button>
      )}
    </main>
  )
}

function explain(error: HubError, secret: string): Failure {
  switch (error.code) {
    case 'DISCONNECTED':
    case 'UNAVAILABLE':
      return { message: error.message, code: secret }
    case 'RATE_LIMITED':
      return { message: 'Too many wrong codes were tried. Wait a moment, then try again.', code: secret }
    case 'NOT_FOUND':
    case 'UNAUTHENTICATED':
    case 'INVALID':
    case 'CONFLICT':
    case 'FORBIDDEN':
      return { message: 'This code does not work: it was used already, or it is older than two minutes. Ask for a new one on the computer.' }
    default:
      return { message: error.message }
  }
}
