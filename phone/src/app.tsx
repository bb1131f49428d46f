// Which page is shown: pairing, what goes on in a project, or one terminal. Holds the credential and
// the connection; knows neither how pairing works nor how a terminal is drawn.

import type { VNode } from 'preact'
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks'
import { HubClient } from 'tauri-plugin-realtime-hub-api/client'

import type { Credential, CredentialStore } from './credential.js'
import { Home } from './home.js'
import { useWaking } from './hooks.js'
import { PairPage } from './pair-page.js'
import { takePairingCode } from './pairing.js'
import { useRoute } from './route.js'
import { TerminalPage } from './terminal-page.js'

/** Read once, before anything is drawn, so that the code leaves the address bar at once. */
const codeAtStart = takePairingCode()

export function App({ store }: { store: CredentialStore }): VNode {
  const [credential, setCredential] = useState(() => store.read())
  const [code, setCode] = useState(codeAtStart)
  const [reason, setReason] = useState<string>()

  useEffect(() => {
    // A scanned link opened in a tab that shows this page already.
    const onHash = (): void => {
      const scanned = takePairingCode()
      if (scanned !== undefined) setCode(scanned)
    }
    window.addEventListener('hashchange', onHash)
    return () => {
      window.removeEventListener('hashchange', onHash)
    }
  }, [])

  const onPaired = (paired: Credential): void => {
    store.write(paired)
    setCredential(paired)
    setCode(undefined)
    setReason(undefined)
  }
  const onUnpair = useCallback(
    (why?: string): void => {
      store.clear()
      setCredential(undefined)
      setReason(why)
    },
    [store],
  )

  if (code !== undefined || credential === undefined) {
    const cancel = credential === undefined ? {} : { onCancel: () => setCode(undefined) }
    return <PairPage key={code ?? ''} code={code} reason={reason} onPaired={onPaired} {...cancel} />
  }
  return <Paired key={credential.token} credential={credential} onUnpair={onUnpair} />
}

function Paired({ credential, onUnpair }: { credential: Credential; onUnpair: (why?: string) => void }): VNode {
  const { route, open, back } = useRoute()
  const client = useMemo(
    () => new HubClient({ url: window.location.origin, token: credential.token }),
    [credential.token],
  )
  useEffect(() => {
    client.connect()
    return () => {
      client.close()
    }
  }, [client])
  useWaking(client)

  if (route.page === 'terminal') {
    const { sessionId } = route
    return <TerminalPage key={sessionId} client={client} sessionId={sessionId} onBack={back} onUnpair={onUnpair} />
  }
  return <Home client={client} credential={credential} onOpen={open} onUnpair={onUnpair} />
}
