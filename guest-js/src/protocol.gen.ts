// The types that cross the wire. Generated from src/protocol/ of the crate by `make types`.

export type TerminalData = string | Uint8Array | ArrayBuffer;

export type Encoding = "text" | "binary";

export type Replay = "resume" | "tail";

export type ExitReason = "exited" | "killed" | "server_shutdown";

export type Role = "viewer" | "operator" | "admin";

export type ErrorCode = "UNAUTHENTICATED" | "FORBIDDEN" | "NOT_FOUND" | "INVALID" | "CONFLICT" | "RATE_LIMITED" | "TOO_LARGE" | "UNAVAILABLE" | "INTERNAL";

export type HubHello = { protocol: number, hub: string, version: string, features: Array<string>, };

export type ServerShutdown = { timestamp: number, };

export type Failure = { success: false, error: string, code: ErrorCode, retryAfterMs?: number, };

export type HubErrorEvent = { event: string, error: string, code: ErrorCode, retryAfterMs?: number, };

export type Resume = { epoch: string, offset: number, };

export type WatchRequest = { sessionId: string, resume?: Resume, encoding?: Encoding, window?: number, };

export type TerminalExit = { exitCode: number | null, reason: ExitReason, signal?: string, };

export type WatchResponse = { success: true, sessionId: string, cols: number, rows: number, scrollback: TerminalData, epoch: string, offset: number, replay: Replay, role: Role, title: string, running: boolean, window?: number, } & Partial<TerminalExit>;

export type OutputEvent = { sessionId: string, data: TerminalData, offset: number, epoch: string, reset?: boolean, };

export type ResetEvent = { sessionId: string, epoch: string, cols: number, rows: number, scrollback: TerminalData, offset: number, };

export type ResizedEvent = { sessionId: string, cols: number, rows: number, };

export type AckRequest = { sessionId: string, offset: number, epoch: string, };

export type InputRequest = { sessionId: string, input: string, epoch?: string, };

export type ResizeRequest = { sessionId: string, cols: number, rows: number, };

export type ResizeResponse = { success: true, applied: boolean, };

export type SessionRequest = { sessionId: string, };

export type Success = { success: true, };

export type TerminalInfo = { sessionId: string, projectId: string, hub: string, title: string, command: string, args: Array<string>, cwd: string, cols: number, rows: number, running: boolean, epoch: string, viewers: number, createdAt: number, lastOutputAt: number | null, } & Partial<TerminalExit>;

export type ListResponse = { success: true, terminals: Array<TerminalInfo>, };

export type RegisterRequest = { sessionId: string, projectId?: string, command?: string, args?: Array<string>, cwd?: string, env?: { [key in string]: string }, cols?: number, rows?: number, title?: string, };

export type Connection = { url: string, token: string, role: Role, };

export type PairingRequest = { role?: Role, projects?: Array<string>, };

export type Pairing = { code: string, url: string, expiresAt: number, qr: string, };

export type PairRequest = { code: string, name: string, };

export type Device = { id: string, name: string, role: Role, projects: Array<string> | null, createdAt: number, };

export type Paired = { token: string, device: Device, };

export type StorageStatus = "disk" | "memory";

export type EngineStatus = { totalClients: number, };

export type TerminalNamespaceStatus = { connected: number, activeSessions: number, };

export type Namespaces = { terminal: TerminalNamespaceStatus, };

export type HubStatus = { protocol: number, version: string, hub: string, address: string | null, external: string | null, problems: Array<string>, storage: StorageStatus, engine: EngineStatus, namespaces: Namespaces, };
