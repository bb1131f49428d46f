// Where this device's token is kept between visits. Knows nothing of pairing or connections.

import type { Role } from 'tauri-plugin-realtime-hub-api/client'

export interface Credential {
  readonly token: string
  /** What this device is called. */
  readonly name: string
  /** What it was allowed when it was paired; unknown of an old pairing. The hub decides in any case. */
  readonly role?: Role
}

export interface CredentialStore {
  read(): Credential | undefined
  write(credential: Credential): void
  clear(): void
}

const KEY = 'realtime-hub.credential'

/** In the browser's storage; for this visit only where that is not allowed. */
export function browserStore(storage: () => Storage = () => window.localStorage): CredentialStore {
  let inMemory: Credential | undefined
  const attempt = (use: (storage: Storage) => void): void => {
    try {
      use(storage())
    } catch {
      // Blocked or full: what is in memory has to do.
    }
  }
  return {
    read: () => {
      attempt((kept) => (inMemory = parse(kept.getItem(KEY)) ?? inMemory))
      return inMemory
    },
    write: (credential) => {
      inMemory = credential
      attempt((kept) => kept.setItem(KEY, JSON.stringify(credential)))
    },
    clear: () => {
      inMemory = undefined
      attempt((kept) => kept.removeItem(KEY))
    },
  }
}

function parse(text: string | null): Credential | undefined {
  if (text === null) return undefined
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null) return undefined
  const { token, name, role } = value as Record<string, unknown>
  if (typeof token !== 'string' || typeof name !== 'string') return undefined
  return { token, name, ...(role === 'viewer' || role === 'operator' ? { role } : {}) }
}
