// How far a long paste has come, and the way out of it.

import type { VNode } from 'preact'
import type { HubClient } from 'tauri-plugin-realtime-hub-api/client'

import { useObserved } from './hooks.js'

export function PasteBar({ client, sessionId }: { client: HubClient; sessionId: string }): VNode | null {
  const progress = useObserved(client.inputProgress(sessionId))
  if (progress === undefined) return null
  return (
    <div class="strip pasting" role="status">
      <span>Pasting…</span>
      <progress value={progress.written} max={progress.total} aria-label="Pasted" />
      <button onClick={() => client.dropInput(sessionId)}>Cancel</button>
    </div>
  )
}
