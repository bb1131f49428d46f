// Shows a one-time code for pairing a phone, how long it is good, and a fresh one when asked.

import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { HubError, type HubStatus, type Pairing, type Role, startPairing } from 'tauri-plugin-realtime-hub-api'

import { countdown } from './format.js'
import { useNow } from './hooks.js'
import { Icon } from './icon.js'

interface Props {
  readonly status: HubStatus | undefined
  readonly onClose: () => void
}

export function PairDialog({ status, onClose }: Props): VNode {
  const [role, setRole] = useState<Role>('operator')
  const { pairing, error, fresh } = usePairing(role)
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} class="pair" aria-labelledby="pair-title" onClose={onClose}>
      <header>
        {/* Has the focus at first: nothing is to be done here but to look. */}
        <h2 id="pair-title" tabIndex={-1} autoFocus>
          Pair a phone
        </h2>
        <button class="round" aria-label="Close" onClick={() => dialog.current?.close()}>
          <Icon name="close" />
        </button>
      </header>
      {error !== undefined && (
        <p class="notice bad" role="alert">
          {error.message}
        </p>
      )}
      {pairing !== undefined && <Code pairing={pairing} onFresh={fresh} />}
      <label class="choice">
        <input
          type="checkbox"
          checked={role === 'operator'}
          onChange={(event) => setRole(event.currentTarget.checked ? 'operator' : 'viewer')}
        />
        <span>This phone may type, not only watch</span>
      </label>
      {status?.external === null && (
        <p class="notice">
          This link works on this computer only. For a phone, give the hub an address that reaches it: start the
          application with <code>EXTERNAL_URL</code> set to your tunnel’s.
        </p>
      )}
    </dialog>
  )
}

function Code({ pairing, onFresh }: { pairing: Pairing; onFresh: () => void }): VNode {
  const now = useNow(250)
  const expired = now >= pairing.expiresAt
  return (
    <div class="code" data-expired={expired}>
      <img src={`data:image/svg+xml,${encodeURIComponent(pairing.qr)}`} alt="QR code of the pairing link" />
      <p role="timer">
        {expired ? 'This code is too old to be used.' : `Works once, for another ${countdown(pairing.expiresAt, now)}`}
      </p>
      <div class="link">
        <code>{pairing.url}</code>
        <CopyButton key={pairing.url} text={pairing.url} />
      </div>
      <button class={expired ? 'primary' : ''} onClick={onFresh}>
        <Icon name="refresh" /> Fresh code
      </button>
    </div>
  )
}

function CopyButton({ text }: { text: string }): VNode {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle')
  const label = { idle: 'Copy the link', copied: 'Copied', failed: 'Not copied: select it and copy it yourself' }[state]
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => setState('copied'),
      () => setState('failed'),
    )
  }
  return (
    <button class="round" aria-label={label} title={label} onClick={copy}>
      <Icon name={state === 'copied' ? 'check' : 'copy'} />
    </button>
  )
}

interface PairingState {
  readonly pairing: Pairing | undefined
  readonly error: HubError | undefined
  readonly fresh: () => void
}

/** A code for `role`; another role needs another code. */
function usePairing(role: Role): PairingState {
  const [state, setState] = useState<Omit<PairingState, 'fresh'>>({ pairing: undefined, error: undefined })
  const [wish, setWish] = useState(0)
  useEffect(() => {
    let wanted = true
    startPairing({ role }).then(
      (pairing) => wanted && setState({ pairing, error: undefined }),
      (error: unknown) => wanted && setState({ pairing: undefined, error: HubError.from(error) }),
    )
    return () => {
      wanted = false
    }
  }, [role, wish])
  return { ...state, fresh: () => setWish((count) => count + 1) }
}
