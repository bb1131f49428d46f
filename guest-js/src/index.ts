// The plugin's commands, typed. Knows Tauri's `invoke` and the names of the commands; terminals
// themselves are watched with `./client`, over the connection that these hand out.

import { invoke, type InvokeArgs } from '@tauri-apps/api/core'

import { HubError } from './errors.js'
import type {
  Connection,
  EmitRequest,
  HubStatus,
  Pairing,
  PairingRequest,
  RegisterRequest,
  TerminalInfo,
} from './protocol.gen.js'

export { HubError, type HubErrorCode } from './errors.js'
export type * from './protocol.gen.js'

async function call<T>(command: string, args?: InvokeArgs): Promise<T> {
  try {
    return await invoke<T>(`plugin:realtime-hub|${command}`, args)
  } catch (error) {
    throw refusal(error) ?? HubError.from(error)
  }
}

/** What Tauri says when no capability of the window allows a command: a bare string, without a code. */
const REFUSED = /\bnot allowed\b|\bexplicitly denied\b/

function refusal(error: unknown): HubError | undefined {
  return typeof error === 'string' && REFUSED.test(error) ? new HubError('FORBIDDEN', error) : undefined
}

/** The hub's address and a credential that may watch. */
export const connection = (): Promise<Connection> => call('connection')

/** The hub's address and a credential that may also type, resize and kill. */
export const connectionOperator = (): Promise<Connection> => call('connection_operator')

/** The hub's address and a credential that may do everything, also pair devices. */
export const connectionAdmin = (): Promise<Connection> => call('connection_admin')

/** How the hub is, and what keeps it from its full service. */
export const status = (): Promise<HubStatus> => call('status')

/** All terminals. */
export const list = (): Promise<TerminalInfo[]> => call('list')

/** Starts a terminal. */
export const register = (request: RegisterRequest): Promise<TerminalInfo> => call('register', { request })

/** Types into a terminal. */
export const write = (sessionId: string, data: string): Promise<void> => call('write', { sessionId, data })

/** Sets a terminal's size. */
export const resize = (sessionId: string, cols: number, rows: number): Promise<void> =>
  call('resize', { sessionId, cols, rows })

/** Ends every process of a terminal. */
export const kill = (sessionId: string): Promise<void> => call('kill', { sessionId })

/** Tells of something of the application's own, to those whom `scope` names. */
export const emit = (event: EmitRequest): Promise<void> => call('emit', { event })

/** A one-time code, with its QR, for pairing a phone. */
export const startPairing = (request: PairingRequest = {}): Promise<Pairing> => call('start_pairing', { request })
