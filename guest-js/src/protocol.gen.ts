// Generated from src/protocol by `make types`: do not edit.
// The wire types of the hub. This file knows nothing of who sends or receives them.

/**
 * A session, and the terminal that belongs to it.
 */
export type SessionId = string;

/**
 * A project: what sessions and terminals belong to, and what access is granted on.
 */
export type ProjectId = string;

/**
 * One hub, for as long as its data folder lives.
 */
export type HubId = string;

/**
 * A paired phone or browser.
 */
export type DeviceId = string;

/**
 * What a client calls itself when it numbers its input.
 */
export type ClientId = string;

/**
 * A task.
 */
export type TaskId = string;

/**
 * A member of a project's team.
 */
export type TeamMemberId = string;

/**
 * A mail.
 */
export type MailId = string;

/**
 * What a principal may do, each more than the one before.
 */
export type Role = "viewer" | "operator" | "admin";

/**
 * What kind of failure a request met.
 */
export type ErrorCode = "UNAUTHENTICATED" | "FORBIDDEN" | "NOT_FOUND" | "INVALID" | "CONFLICT" | "RATE_LIMITED" | "TOO_LARGE" | "UNAVAILABLE" | "INTERNAL";

/**
 * The acknowledgement of a request that failed.
 */
export type Failure = { 
/**
 * Always false.
 */
success: false, 
/**
 * A sentence for people.
 */
error: string, 
/**
 * For programs.
 */
code: ErrorCode, 
/**
 * Milliseconds after which it makes sense to try again.
 */
retryAfterMs?: number, };

/**
 * `hub:error`: the failure of a request that asked for no acknowledgement.
 */
export type HubErrorEvent = { 
/**
 * Name of the event that failed.
 */
event: string, 
/**
 * A sentence for people.
 */
error: string, 
/**
 * For programs.
 */
code: ErrorCode, 
/**
 * Milliseconds after which it makes sense to try again.
 */
retryAfterMs?: number, };

/**
 * `hub:hello`, sent to each socket when it has connected.
 */
export type HubHello = { 
/**
 * Version of the wire protocol.
 */
protocol: number, 
/**
 * Which hub this is.
 */
hub: HubId, 
/**
 * Version of the crate.
 */
version: string, 
/**
 * Names of optional abilities; none yet.
 */
features: Array<string>, };

/**
 * `auth:refresh`: goes on with another token of the same holder.
 */
export type RefreshRequest = { 
/**
 * The token.
 */
token: string, };

/**
 * `server:shutdown`, sent before the hub closes its connections.
 */
export type ServerShutdown = { 
/**
 * Milliseconds since the epoch.
 */
timestamp: number, };

export type TerminalData = string | Uint8Array | ArrayBuffer;

/**
 * How a viewer wants terminal bytes.
 */
export type Encoding = "text" | "binary";

/**
 * What `scrollback` is.
 */
export type Replay = "resume" | "screen";

/**
 * Where a viewer wants to go on.
 */
export type Resume = { 
/**
 * The life of the terminal that the offset belongs to.
 */
epoch: string, 
/**
 * Bytes of that life that the viewer has.
 */
offset: number, };

/**
 * `terminal:watch`.
 */
export type WatchRequest = { 
/**
 * Which terminal.
 */
sessionId: SessionId, 
/**
 * Where to go on, for a viewer that has seen part of it.
 */
resume?: Resume, 
/**
 * How to send bytes; text when absent.
 */
encoding?: Encoding, 
/**
 * Bytes that may be under way unacknowledged; clamped to 4 KiB..4 MiB. Without it the
 * viewer is paced by what its connection takes.
 */
window?: number, 
/**
 * Whether to be told who else watches (`terminal:viewers`); no when absent.
 */
viewers?: boolean, };

/**
 * The acknowledgement of `terminal:watch`.
 */
export type WatchResponse = { 
/**
 * Always true.
 */
success: true, 
/**
 * Which terminal.
 */
sessionId: SessionId, 
/**
 * Its width in cells.
 */
cols: number, 
/**
 * Its height in cells.
 */
rows: number, 
/**
 * What to write before the output that follows.
 */
scrollback: TerminalData, 
/**
 * The life of the terminal that offsets belong to.
 */
epoch: string, 
/**
 * Bytes of that life up to the end of `scrollback`.
 */
offset: number, 
/**
 * What `scrollback` is.
 */
replay: Replay, 
/**
 * What the principal may do.
 */
role: Role, 
/**
 * The terminal's title.
 */
title: string, 
/**
 * False when its program has ended.
 */
running: boolean, 
/**
 * The window in force, when one was asked for.
 */
window?: number, } & Partial<TerminalExit>;

/**
 * `terminal:output`: bytes that the program wrote.
 */
export type OutputEvent = { 
/**
 * Which terminal.
 */
sessionId: SessionId, 
/**
 * The bytes.
 */
data: TerminalData, 
/**
 * Bytes of this life after `data`.
 */
offset: number, 
/**
 * The life.
 */
epoch: string, 
/**
 * True when `data` replaces everything before it (it then begins with `CAN`, `ESC c`).
 */
reset?: boolean, };

/**
 * `terminal:reset`: the viewer fell too far behind; it resets, writes this and goes on.
 */
export type ResetEvent = { 
/**
 * Which terminal.
 */
sessionId: SessionId, 
/**
 * The life.
 */
epoch: string, 
/**
 * Width in cells.
 */
cols: number, 
/**
 * Height in cells.
 */
rows: number, 
/**
 * What to write after the reset.
 */
scrollback: TerminalData, 
/**
 * Bytes of this life up to the end of `scrollback`.
 */
offset: number, };

/**
 * `terminal:resized`, in the stream where it happened.
 */
export type ResizedEvent = { 
/**
 * Which terminal.
 */
sessionId: SessionId, 
/**
 * Width in cells.
 */
cols: number, 
/**
 * Height in cells.
 */
rows: number, };

/**
 * Why a terminal has ended.
 */
export type ExitReason = "exited" | "killed" | "idle" | "server_shutdown" | "owner_disconnected";

/**
 * How a terminal ended: in `terminal:exit`, in lists and in the answer to a watch.
 */
export type TerminalExit = { 
/**
 * The program's exit code; null when a signal ended it or it is not known.
 */
exitCode: number | null, 
/**
 * Why.
 */
reason: ExitReason, 
/**
 * The signal that ended it, by name.
 */
signal?: string, };

/**
 * Whether a terminal, or a session, needs somebody.
 */
export type NeedsInput = { 
/**
 * Whether it does.
 */
active: boolean, 
/**
 * What the program said, when it said something.
 */
message?: string, 
/**
 * Milliseconds since the epoch.
 */
since?: number, };

/**
 * What sessions, tasks, team members and mail belong to, and what access is granted on.
 */
export type Project = { 
/**
 * Its id.
 */
id: ProjectId, 
/**
 * The hub that it lives on.
 */
hub: HubId, 
/**
 * What it is called.
 */
name: string, 
/**
 * Where its terminals start; empty when nowhere in particular.
 */
workingDir: string, 
/**
 * More words.
 */
description: string | null, 
/**
 * Grows with every change of it.
 */
version: number, 
/**
 * Milliseconds since the epoch.
 */
createdAt: number, 
/**
 * Milliseconds since the epoch.
 */
updatedAt: number, };

/**
 * How far a task is.
 */
export type TaskStatus = "todo" | "in_progress" | "in_review" | "completed" | "cancelled" | "blocked" | "archived";

/**
 * How far one session is with one task.
 */
export type TaskSessionStatus = "working" | "blocked" | "completed" | "failed" | "skipped";

/**
 * How urgent a task is.
 */
export type Priority = "low" | "medium" | "high";

/**
 * Something to be done.
 */
export type Task = { 
/**
 * Its id.
 */
id: TaskId, 
/**
 * The hub that it lives on.
 */
hub: HubId, 
/**
 * Where it belongs.
 */
projectId: ProjectId, 
/**
 * The task that it is a part of.
 */
parentId: TaskId | null, 
/**
 * In a few words.
 */
title: string, 
/**
 * In more.
 */
description: string, 
/**
 * How far it is.
 */
status: TaskStatus, 
/**
 * How far each session is with it.
 */
taskSessionStatuses: { [key in SessionId]: TaskSessionStatus }, 
/**
 * How urgent it is.
 */
priority: Priority, 
/**
 * The sessions that work on it.
 */
sessionIds: Array<SessionId>, 
/**
 * The session that has it for itself.
 */
claimedBy: SessionId | null, 
/**
 * What has to be done before.
 */
dependencies: Array<TaskId>, 
/**
 * Grows with every change of its own fields; sessions come and go without.
 */
version: number, 
/**
 * Milliseconds since the epoch.
 */
createdAt: number, 
/**
 * Milliseconds since the epoch.
 */
updatedAt: number, 
/**
 * When somebody first began, in milliseconds since the epoch.
 */
startedAt: number | null, 
/**
 * When it was done, in milliseconds since the epoch.
 */
completedAt: number | null, };

/**
 * What a session is doing.
 */
export type SessionStatus = "spawning" | "idle" | "working" | "completed" | "failed" | "stopped";

/**
 * One line of a session's history.
 */
export type TimelineEntry = { 
/**
 * What kind of thing happened, in the words of whoever reports it.
 */
type: string, 
/**
 * For people.
 */
message?: string, 
/**
 * Milliseconds since the epoch.
 */
timestamp: number, };

/**
 * Somebody at work: an agent or a person, mostly in a terminal of the same id.
 */
export type Session = { 
/**
 * Its id, and that of its terminal.
 */
id: SessionId, 
/**
 * The hub that it lives on.
 */
hub: HubId, 
/**
 * Where it belongs.
 */
projectId: ProjectId, 
/**
 * What it works on.
 */
taskIds: Array<TaskId>, 
/**
 * What it is called.
 */
name: string, 
/**
 * The names of what its terminal's environment was given; the values are never told.
 */
envKeys: Array<string>, 
/**
 * What it is doing.
 */
status: SessionStatus, 
/**
 * Milliseconds since the epoch.
 */
startedAt: number, 
/**
 * When it last changed, in milliseconds since the epoch.
 */
lastActivity: number, 
/**
 * When it ended, in milliseconds since the epoch.
 */
completedAt: number | null, 
/**
 * The machine.
 */
hostname: string | null, 
/**
 * Its operating system.
 */
platform: string | null, 
/**
 * The last things that happened, the oldest first.
 */
timeline: Array<TimelineEntry>, 
/**
 * Whether it waits for somebody.
 */
needsInput: NeedsInput, 
/**
 * What its agent said of itself last.
 */
agentStatus: string | null, 
/**
 * When its agent was last heard, in milliseconds since the epoch.
 */
lastHeartbeat: number | null, 
/**
 * Whatever the application keeps with it.
 */
metadata: Record<string, unknown>, 
/**
 * Grows with every change of its own fields; tasks come and go without.
 */
version: number, };

/**
 * Whether a team member is still one.
 */
export type TeamMemberStatus = "active" | "archived";

/**
 * Somebody of a project's team: what an agent can be asked to be.
 */
export type TeamMember = { 
/**
 * Its id.
 */
id: TeamMemberId, 
/**
 * The hub that it lives on.
 */
hub: HubId, 
/**
 * Where it belongs.
 */
projectId: ProjectId, 
/**
 * What it is called.
 */
name: string, 
/**
 * What it is for.
 */
role: string, 
/**
 * A picture or sign of it.
 */
avatar: string, 
/**
 * Whether it still is one.
 */
status: TeamMemberStatus, 
/**
 * Grows with every change of it.
 */
version: number, 
/**
 * Milliseconds since the epoch.
 */
createdAt: number, 
/**
 * Milliseconds since the epoch.
 */
updatedAt: number, };

/**
 * A message to a session.
 */
export type Mail = { 
/**
 * Its id.
 */
id: MailId, 
/**
 * The hub that it lives on.
 */
hub: HubId, 
/**
 * Where it belongs.
 */
projectId: ProjectId, 
/**
 * Who sent it: a session, or `mobile:` or `ui:` and somebody.
 */
fromSessionId: string, 
/**
 * Who gets it.
 */
toSessionId: SessionId, 
/**
 * `directive`, `query`, `status` or another word.
 */
type: string, 
/**
 * In a few words.
 */
subject: string, 
/**
 * In more.
 */
body: string, 
/**
 * Milliseconds since the epoch.
 */
createdAt: number, };

/**
 * Whom an event of the application's own is for.
 */
export type EventScope = { "project": ProjectId } | { "session": { 
/**
 * The session's project.
 */
projectId: ProjectId, 
/**
 * The session.
 */
sessionId: SessionId, } } | "all";

/**
 * An event of the application's own, as a window tells it: `emit`.
 */
export type EmitRequest = { 
/**
 * Its name: at most 100 of `A-Z a-z 0-9 : _ . -`, the first a letter, and none that looks
 * like one of the hub's (`task:…`).
 */
name: string, 
/**
 * Whom it is for.
 */
scope: EventScope, 
/**
 * What it says; at most 64 KiB as JSON.
 */
data: Record<string, unknown>, 
/**
 * Makes it safe to repeat, for as long as the log holds it: the same one is told once.
 */
id?: string, };

/**
 * How an event travels.
 */
export type Envelope = { 
/**
 * Its name.
 */
type: string, 
/**
 * Its name again, as the design that this hub replaces has it.
 */
event: string, 
/**
 * What it says.
 */
data: Record<string, unknown>, 
/**
 * When it happened, in milliseconds since the epoch.
 */
timestamp: number, 
/**
 * Its place in the hub's log. Those that a client sees have gaps.
 */
seq: number, 
/**
 * The hub that it happened on.
 */
hub: HubId, 
/**
 * What `state:sync {since}` takes to go on after it.
 */
cursor: string, };

/**
 * A new project.
 */
export type NewProject = { 
/**
 * Its id; one is made when absent.
 */
id?: ProjectId, 
/**
 * What it is called, in 1 to 200 characters.
 */
name: string, 
/**
 * Where its terminals start: an absolute path.
 */
workingDir?: string, 
/**
 * More words, at most 64 KiB.
 */
description?: string, 
/**
 * Makes the request safe to repeat: the same one gives what the first one made.
 */
clientRequestId?: string, };

/**
 * A change of a project.
 */
export type ProjectPatch = { 
/**
 * See [`NewProject::name`].
 */
name?: string, 
/**
 * See [`NewProject::working_dir`].
 */
workingDir?: string, 
/**
 * See [`NewProject::description`]; null empties it.
 */
description?: string | null, };

/**
 * A new task.
 */
export type NewTask = { 
/**
 * Its id; one is made when absent.
 */
id?: TaskId, 
/**
 * Where it belongs.
 */
projectId: ProjectId, 
/**
 * The task of the same project that it is a part of.
 */
parentId?: TaskId, 
/**
 * In 1 to 500 characters.
 */
title: string, 
/**
 * At most 64 KiB.
 */
description?: string, 
/**
 * `todo` when absent.
 */
status?: TaskStatus, 
/**
 * `medium` when absent.
 */
priority?: Priority, 
/**
 * What has to be done before; at most 100 of the same project.
 */
dependencies?: Array<TaskId>, 
/**
 * The sessions that work on it; at most 100 of the same project.
 */
sessionIds?: Array<SessionId>, 
/**
 * Makes the request safe to repeat: the same one gives what the first one made.
 */
clientRequestId?: string, };

/**
 * A change of a task.
 */
export type TaskPatch = { 
/**
 * See [`NewTask::parent_id`]; null makes it a part of none.
 */
parentId?: TaskId | null, 
/**
 * See [`NewTask::title`].
 */
title?: string, 
/**
 * See [`NewTask::description`].
 */
description?: string, 
/**
 * How far it is.
 */
status?: TaskStatus, 
/**
 * How far these sessions are with it; others stay as they are.
 */
taskSessionStatuses?: { [key in SessionId]: TaskSessionStatus }, 
/**
 * How urgent it is.
 */
priority?: Priority, 
/**
 * See [`NewTask::dependencies`].
 */
dependencies?: Array<TaskId>, 
/**
 * Only null: whoever has it for itself has it no more. To claim is a request of its own.
 */
claimedBy?: null, };

/**
 * A new session.
 */
export type NewSession = { 
/**
 * Its id; one is made when absent.
 */
id?: SessionId, 
/**
 * Where it belongs.
 */
projectId: ProjectId, 
/**
 * What it is called, in 1 to 200 characters; its id when absent.
 */
name?: string, 
/**
 * What it works on; at most 100 tasks of the same project.
 */
taskIds?: Array<TaskId>, 
/**
 * `idle` when absent.
 */
status?: SessionStatus, 
/**
 * The machine; at most 200 characters.
 */
hostname?: string, 
/**
 * Its operating system; at most 200 characters.
 */
platform?: string, 
/**
 * At most 64 KiB as JSON.
 */
metadata?: Record<string, unknown>, 
/**
 * Makes the request safe to repeat: the same one gives what the first one made.
 */
clientRequestId?: string, };

/**
 * Whether a session waits for somebody.
 */
export type NeedsInputPatch = { 
/**
 * Whether it does.
 */
active: boolean, 
/**
 * What for; at most 4,000 characters.
 */
message?: string, };

/**
 * A change of a session.
 */
export type SessionPatch = { 
/**
 * See [`NewSession::name`].
 */
name?: string, 
/**
 * What it is doing.
 */
status?: SessionStatus, 
/**
 * Whether it waits for somebody.
 */
needsInput?: NeedsInputPatch, 
/**
 * What its agent says of itself; at most 200 characters.
 */
agentStatus?: string, 
/**
 * Replaces these entries; null removes one. At most 64 KiB in all, as JSON.
 */
metadata?: Record<string, unknown>, };

/**
 * `heartbeat`: an agent is alive.
 */
export type HeartbeatRequest = { 
/**
 * What it says of itself, in at most 200 characters: `working`, `idle`, …
 */
status: string, 
/**
 * The task that it is at.
 */
taskId?: TaskId, };

/**
 * What a session says of itself: `session:report`, `POST /api/sessions/{id}/events`.
 */
export type Report = { 
/**
 * `needs_input`, `completed` and `failed` change the session; every other word is
 * progress. At most 100 characters.
 */
type: string, 
/**
 * At most 4,000 characters.
 */
message?: string, 
/**
 * The task that it is about.
 */
taskId?: TaskId, };

/**
 * A line for a session's history: `POST /api/sessions/{id}/timeline`.
 */
export type NewTimelineEntry = { 
/**
 * At most 100 characters.
 */
type: string, 
/**
 * At most 4,000 characters.
 */
message?: string, };

/**
 * What a session shows in a window of the application, and what becomes of it.
 */
export type Modal = { "type": "session:modal", 
/**
 * Tells it from others of the session; at most 128 characters.
 */
modalId: string, 
/**
 * At most 500 characters.
 */
title: string, 
/**
 * What it shows; at most 256 KiB. Whoever shows it must not trust it.
 */
html: string, 
/**
 * The file that it came from.
 */
filePath?: string, } | { "type": "session:modal_action", 
/**
 * Which.
 */
modalId: string, 
/**
 * What; at most 200 characters.
 */
action: string, 
/**
 * More of it; at most 64 KiB as JSON.
 */
data: unknown, } | { "type": "session:modal_closed", 
/**
 * Which.
 */
modalId: string, };

/**
 * What is told of a session at `POST /api/sessions/{id}/events`: its `type` says which.
 */
export type SessionEvent = Modal | Report;

/**
 * Gives a task to one session for itself: `POST /api/tasks/{id}/claim`.
 */
export type ClaimRequest = { 
/**
 * For whom.
 */
sessionId: SessionId, };

/**
 * A new team member.
 */
export type NewTeamMember = { 
/**
 * Its id; one is made when absent.
 */
id?: TeamMemberId, 
/**
 * Where it belongs.
 */
projectId: ProjectId, 
/**
 * What it is called, in 1 to 200 characters.
 */
name: string, 
/**
 * What it is for; at most 64 KiB.
 */
role?: string, 
/**
 * A picture or sign of it; at most 64 KiB.
 */
avatar?: string, 
/**
 * Makes the request safe to repeat: the same one gives what the first one made.
 */
clientRequestId?: string, };

/**
 * A change of a team member.
 */
export type TeamMemberPatch = { 
/**
 * See [`NewTeamMember::name`].
 */
name?: string, 
/**
 * See [`NewTeamMember::role`].
 */
role?: string, 
/**
 * See [`NewTeamMember::avatar`].
 */
avatar?: string, 
/**
 * Whether it still is one.
 */
status?: TeamMemberStatus, };

/**
 * A new mail. Who sends it is not for the sender to say.
 */
export type NewMail = { 
/**
 * Its id; one is made when absent.
 */
id?: MailId, 
/**
 * Where it belongs.
 */
projectId: ProjectId, 
/**
 * A session of that project.
 */
toSessionId: SessionId, 
/**
 * `directive` when absent; at most 100 characters.
 */
type?: string, 
/**
 * In 1 to 500 characters.
 */
subject: string, 
/**
 * At most 64 KiB.
 */
body: string, 
/**
 * Makes the request safe to repeat: the same one gives what the first one made.
 */
clientRequestId?: string, };

/**
 * `subscribe`: follows these sessions.
 */
export type SubscribeRequest = { 
/**
 * Which.
 */
sessionIds: Array<SessionId>, };

/**
 * `subscribed`: those that are followed of what was asked for.
 */
export type Subscribed = { 
/**
 * Which.
 */
sessionIds: Array<SessionId>, 
/**
 * Milliseconds since the epoch.
 */
timestamp: number, };

/**
 * `unsubscribed`, `pong`.
 */
export type Timestamped = { 
/**
 * Milliseconds since the epoch.
 */
timestamp: number, };

/**
 * The answer to a subscription.
 */
export type Following = { 
/**
 * Always true.
 */
success: true, 
/**
 * The sessions of the request that are followed now.
 */
sessionIds: Array<SessionId>, };

/**
 * `project:subscribe`, `project:unsubscribe`.
 */
export type ProjectRequest = { 
/**
 * Which.
 */
projectId: ProjectId, };

/**
 * What `state:sync` leaves out unless asked.
 */
export type Include = "archived";

/**
 * `state:sync`.
 */
export type SyncRequest = { 
/**
 * Which project: on `/ui`. A socket of `/mobile` has one.
 */
projectId?: ProjectId, 
/**
 * The cursor of an event or of another answer: only what has happened since.
 */
since?: string, 
/**
 * What is left out otherwise.
 */
include?: Array<Include>, 
/**
 * Most entries of each list, and most events; 1,000 when absent, and at most.
 */
limit?: number, };

/**
 * Everything of a project at one moment.
 */
export type SyncedState = { 
/**
 * Always true.
 */
success: true, 
/**
 * The project.
 */
project: Project, 
/**
 * Its sessions, the oldest first, as the other lists.
 */
sessions: Array<Session>, 
/**
 * Its tasks.
 */
tasks: Array<Task>, 
/**
 * Its team.
 */
teamMembers: Array<TeamMember>, 
/**
 * The moment, for `since`.
 */
cursor: string, 
/**
 * Something was left out for the answer's size; HTTP has it.
 */
truncated?: boolean, 
/**
 * Asked for since when, and answered with everything: what the client has is to be
 * replaced.
 */
full?: boolean, };

/**
 * What has happened in a project since a moment.
 */
export type SyncedEvents = { 
/**
 * Always true.
 */
success: true, 
/**
 * In order.
 */
events: Array<Envelope>, 
/**
 * The moment after them, for the next `since`.
 */
cursor: string, };

/**
 * The answer to `state:sync`.
 */
export type SyncResponse = SyncedState | SyncedEvents;

/**
 * `mail:send`. Who sends it is known.
 */
export type SendMailRequest = { 
/**
 * Who gets it.
 */
toSessionId: SessionId, 
/**
 * `directive` when absent; at most 100 characters.
 */
type?: string, 
/**
 * In 1 to 500 characters.
 */
subject: string, 
/**
 * At most 64 KiB.
 */
body: string, 
/**
 * Makes the request safe to repeat: the same one gives what the first one made.
 */
clientRequestId?: string, };

/**
 * The answer to `mail:send`.
 */
export type MailResponse = { 
/**
 * Always true.
 */
success: true, 
/**
 * What was sent.
 */
mail: Mail, };

/**
 * `task:claim`.
 */
export type ClaimTaskRequest = { 
/**
 * Which task.
 */
taskId: TaskId, 
/**
 * For whom.
 */
sessionId: SessionId, };

/**
 * The answer to `task:claim`.
 */
export type TaskResponse = { 
/**
 * Always true.
 */
success: true, 
/**
 * The task as it is now.
 */
task: Task, };

/**
 * A new session with a terminal of its id: `session:spawn`, `POST /api/sessions/spawn`.
 */
export type SpawnRequest = { 
/**
 * Its id; one is made when absent.
 */
id?: SessionId, 
/**
 * Where it belongs; on `/mobile` always the socket's project.
 */
projectId?: ProjectId, 
/**
 * See [`NewSession::name`]; the program's when absent.
 */
name?: string, 
/**
 * See [`NewSession::task_ids`].
 */
taskIds?: Array<TaskId>, 
/**
 * The program; the user's login shell when absent.
 */
command?: string, 
/**
 * Its arguments.
 */
args?: Array<string>, 
/**
 * Where it starts; where the project's terminals do when absent.
 */
cwd?: string, 
/**
 * Added to the environment of the hub. The values are kept nowhere.
 */
env?: { [key in string]: string }, 
/**
 * Width in cells, 1..=1000; 80 when absent.
 */
cols?: number, 
/**
 * Height in cells, 1..=1000; 24 when absent.
 */
rows?: number, 
/**
 * Makes the request safe to repeat: the same one gives what the first one made.
 */
clientRequestId?: string, };

/**
 * `session:reply-input`: answers a session that waits for somebody.
 */
export type ReplyInputRequest = { 
/**
 * Which.
 */
sessionId: SessionId, 
/**
 * Written to its terminal, as it is.
 */
input?: string, };

/**
 * The answer to `session:spawn`, `session:stop` and `session:reply-input`.
 */
export type SessionResponse = { 
/**
 * Always true.
 */
success: true, 
/**
 * The session as it is now.
 */
session: Session, };

/**
 * `terminal:started`: a terminal has begun a new life. To every socket that may see it.
 */
export type StartedEvent = { 
/**
 * Which terminal.
 */
sessionId: SessionId, 
/**
 * The new life.
 */
epoch: string, };

/**
 * `terminal:title`: the program calls its terminal so from here on. In a viewer's stream.
 */
export type TitleEvent = { 
/**
 * Which terminal.
 */
sessionId: SessionId, 
/**
 * What to call it.
 */
title: string, };

/**
 * `terminal:bell`: the program rang. In a viewer's stream.
 */
export type BellEvent = { 
/**
 * Which terminal.
 */
sessionId: SessionId, };

/**
 * `terminal:notification`: the program asked its terminal to notify (OSC 9, 777, 99). In a
 * viewer's stream.
 */
export type NotificationEvent = { 
/**
 * Which terminal.
 */
sessionId: SessionId, 
/**
 * Its heading, when it has one.
 */
title?: string, 
/**
 * What it says.
 */
body: string, };

/**
 * `terminal:attention`: a terminal needs somebody, or does not any more. To every socket that
 * may see it.
 */
export type AttentionEvent = { 
/**
 * Which terminal.
 */
sessionId: SessionId, 
/**
 * Whether it does.
 */
active: boolean, 
/**
 * What the program said, when it said something.
 */
message?: string, 
/**
 * Milliseconds since the epoch.
 */
since?: number, };

/**
 * `terminal:ack`: how far the viewer has come.
 */
export type AckRequest = { 
/**
 * Which terminal.
 */
sessionId: SessionId, 
/**
 * Bytes of this life that the viewer has dealt with.
 */
offset: number, 
/**
 * The life.
 */
epoch: string, };

/**
 * `terminal:input`.
 */
export type InputRequest = { 
/**
 * Which terminal.
 */
sessionId: SessionId, 
/**
 * What is typed.
 */
input: string, 
/**
 * The life it is meant for; any when absent. Required with `client_id`.
 */
epoch?: string, 
/**
 * Who numbers it. With `seq` it is applied once, however often it is sent.
 */
clientId?: ClientId, 
/**
 * Its place in what this client types into this life of the terminal, from 1.
 */
seq?: number, 
/**
 * Drops what the client typed before and was not written, and goes first.
 */
urgent?: boolean, };

/**
 * The acknowledgement of `terminal:input`.
 */
export type InputResponse = { 
/**
 * Always true.
 */
success: true, 
/**
 * As it was sent.
 */
seq?: number, 
/**
 * True when something urgent of the same client came first: at most the beginning of the
 * input was written. Otherwise all of it has been.
 */
dropped?: boolean, };

/**
 * `terminal:resize`.
 */
export type ResizeRequest = { 
/**
 * Which terminal.
 */
sessionId: SessionId, 
/**
 * Wanted width in cells, 1..=1000.
 */
cols: number, 
/**
 * Wanted height in cells, 1..=1000.
 */
rows: number, };

/**
 * The acknowledgement of `terminal:resize` and of `terminal:view`.
 */
export type ResizeResponse = { 
/**
 * Always true.
 */
success: true, 
/**
 * Whether the terminal has the size that was named.
 */
applied: boolean, };

/**
 * How much a viewer wants of what flows.
 */
export type Rate = "full" | "low";

/**
 * `terminal:view`: what a viewer shows.
 */
export type ViewRequest = { 
/**
 * Which terminal.
 */
sessionId: SessionId, 
/**
 * Whether anybody can see it.
 */
visible: boolean, 
/**
 * The width that has room, in cells, 1..=1000. Without a size the viewer shows whatever
 * size the terminal has.
 */
cols?: number, 
/**
 * The height that has room, in cells, 1..=1000.
 */
rows?: number, 
/**
 * How much of the output it wants; full when absent.
 */
rate?: Rate, };

/**
 * Whose size a terminal has when several show it.
 */
export type SizePolicy = "owner" | "smallest" | "latest";

/**
 * What kind of credential a viewer came with.
 */
export type ViewerKind = "desktop" | "device";

/**
 * One who watches a terminal.
 */
export type ViewerInfo = { 
/**
 * Random, and good for as long as it watches.
 */
id: string, 
/**
 * What kind of credential it came with.
 */
kind: ViewerKind, 
/**
 * What a device is called. Null for the desktop, and for a device when the one who asks is
 * another device.
 */
name: string | null, 
/**
 * What it may do.
 */
role: Role, 
/**
 * Whether it says that anybody can see it. True until it says anything.
 */
visible: boolean, 
/**
 * The width that it asks for, in cells; null when it shows whatever size there is.
 */
cols: number | null, 
/**
 * The height that it asks for, in cells.
 */
rows: number | null, 
/**
 * Since when it watches, in milliseconds since the epoch.
 */
since: number, 
/**
 * When it last typed, in milliseconds since the epoch; null when it has not.
 */
typedAt: number | null, 
/**
 * Whether it typed a moment ago.
 */
typing: boolean, };

/**
 * `terminal:viewers`: who watches has changed.
 */
export type ViewersEvent = { 
/**
 * Which terminal.
 */
sessionId: SessionId, 
/**
 * Everybody who watches it, in the order in which they came.
 */
viewers: Array<ViewerInfo>, 
/**
 * The id of the one who is told.
 */
you: string, };

/**
 * A request that names a terminal and nothing else (`terminal:unwatch`, `terminal:kill`).
 */
export type SessionRequest = { 
/**
 * Which terminal.
 */
sessionId: SessionId, };

/**
 * The acknowledgement of a request that answers nothing but success.
 */
export type Success = { 
/**
 * Always true.
 */
success: true, };

/**
 * A terminal, in a list.
 */
export type TerminalInfo = { 
/**
 * Its session.
 */
sessionId: SessionId, 
/**
 * The project that it belongs to.
 */
projectId: ProjectId, 
/**
 * The hub that it runs on.
 */
hub: HubId, 
/**
 * What to call it.
 */
title: string, 
/**
 * The program.
 */
command: string, 
/**
 * Its arguments.
 */
args: Array<string>, 
/**
 * Where it was started, or where its program says that it is (OSC 7).
 */
cwd: string, 
/**
 * Width in cells.
 */
cols: number, 
/**
 * Height in cells.
 */
rows: number, 
/**
 * False when its program has ended.
 */
running: boolean, 
/**
 * The present life.
 */
epoch: string, 
/**
 * Whether it needs somebody.
 */
needsInput: NeedsInput, 
/**
 * Whether it is being recorded.
 */
recording: boolean, 
/**
 * How many sockets watch it.
 */
viewers: number, 
/**
 * Milliseconds since the epoch.
 */
createdAt: number, 
/**
 * Milliseconds since the epoch; null when nothing was printed yet.
 */
lastOutputAt: number | null, } & Partial<TerminalExit>;

/**
 * The acknowledgement of `terminal:list`.
 */
export type ListResponse = { 
/**
 * Always true.
 */
success: true, 
/**
 * Those that the principal may see.
 */
terminals: Array<TerminalInfo>, };

/**
 * Starts a terminal.
 */
export type RegisterRequest = { 
/**
 * Its session.
 */
sessionId: SessionId, 
/**
 * The project that it belongs to.
 */
projectId?: ProjectId, 
/**
 * The program; the user's login shell when absent.
 */
command?: string, 
/**
 * Its arguments.
 */
args?: Array<string>, 
/**
 * Where it starts; the user's home when absent.
 */
cwd?: string, 
/**
 * Added to the environment of the hub.
 */
env?: { [key in string]: string }, 
/**
 * Width in cells, 1..=1000; 80 when absent.
 */
cols?: number, 
/**
 * Height in cells, 1..=1000; 24 when absent.
 */
rows?: number, 
/**
 * What to call it; the program's name when absent.
 */
title?: string, 
/**
 * Whose size it has when several show it; as configured when absent.
 */
sizePolicy?: SizePolicy, 
/**
 * Whether it is recorded; as configured when absent.
 */
record?: boolean, };

/**
 * What an owner calls a terminal of its own.
 */
export type PtyId = string;

/**
 * `terminal:register`: the socket owns this terminal, and sends what its program prints.
 */
export type RelayRequest = { 
/**
 * What the owner calls it.
 */
ptyId: PtyId, 
/**
 * Its session.
 */
sessionId: SessionId, 
/**
 * The project that it belongs to.
 */
projectId?: ProjectId, 
/**
 * Its width in cells, 1..=1000; 80 when absent.
 */
cols?: number, 
/**
 * Its height in cells, 1..=1000; 24 when absent.
 */
rows?: number, 
/**
 * What to call it; the command, or else the session's id, when absent.
 */
title?: string, 
/**
 * The program, for people.
 */
command?: string, 
/**
 * Whose size it has when several show it; as configured when absent.
 */
sizePolicy?: SizePolicy, 
/**
 * Whether it is recorded; as configured when absent.
 */
record?: boolean, 
/**
 * Whether the owner ends the program when it is told `terminal:kill`; no when absent.
 */
kills?: boolean, };

/**
 * The acknowledgement of `terminal:register`.
 */
export type RelayResponse = { 
/**
 * Always true.
 */
success: true, 
/**
 * What the owner calls it.
 */
ptyId: PtyId, 
/**
 * Its session.
 */
sessionId: SessionId, 
/**
 * Its life: the one before, when the owner has taken it up again.
 */
epoch: string, 
/**
 * Its width in cells. When it is not what the owner said, a `terminal:resize` says so too.
 */
cols: number, 
/**
 * Its height in cells.
 */
rows: number, };

/**
 * `terminal:output`, from the owner: what the program printed.
 */
export type RelayOutput = { 
/**
 * What the owner calls the terminal.
 */
ptyId: PtyId, 
/**
 * The text, escape sequences and all.
 */
data: string, };

/**
 * `terminal:exit`, from the owner: the program has ended.
 */
export type RelayExit = { 
/**
 * What the owner calls the terminal.
 */
ptyId: PtyId, 
/**
 * Its exit code, when there was one.
 */
exitCode?: number, };

/**
 * `terminal:input`, to the owner: to be written to the program, after what came before.
 */
export type RelayInputEvent = { 
/**
 * What the owner calls the terminal.
 */
ptyId: PtyId, 
/**
 * What was typed.
 */
data: string, };

/**
 * `terminal:resize`, to the owner: the size that the terminal has now.
 */
export type RelayResizeEvent = { 
/**
 * What the owner calls the terminal.
 */
ptyId: PtyId, 
/**
 * Width in cells.
 */
cols: number, 
/**
 * Height in cells.
 */
rows: number, };

/**
 * `terminal:kill`, to an owner that has said that it ends programs.
 */
export type RelayKillEvent = { 
/**
 * What the owner calls the terminal.
 */
ptyId: PtyId, };

/**
 * Where the hub is and a credential of this launch for it.
 */
export type Connection = { 
/**
 * Base address of the hub, `http://127.0.0.1:3000`.
 */
url: string, 
/**
 * For `auth.token`; valid until the application ends.
 */
token: string, 
/**
 * What it allows.
 */
role: Role, };

/**
 * Asks for a pairing code: `POST /api/pairings`, `start_pairing`.
 */
export type PairingRequest = { 
/**
 * What the device will be allowed: viewer or operator (the default).
 */
role?: Role, 
/**
 * The projects that the device may see; all when absent.
 */
projects?: Array<ProjectId>, };

/**
 * A pairing code: works once, for two minutes.
 */
export type Pairing = { 
/**
 * The secret.
 */
code: string, 
/**
 * What the QR code says: the phone page, with the code in the fragment.
 */
url: string, 
/**
 * Milliseconds since the epoch.
 */
expiresAt: number, 
/**
 * The QR code of `url`, as an SVG image.
 */
qr: string, };

/**
 * Redeems a pairing code: `POST /api/pair`.
 */
export type PairRequest = { 
/**
 * The code.
 */
code: string, 
/**
 * What the device calls itself, in 1 to 80 characters.
 */
name: string, };

/**
 * The answer to a redeemed pairing code.
 */
export type Paired = { 
/**
 * For `auth.token` and `Authorization: Bearer`, until the device is revoked.
 */
token: string, 
/**
 * The device as the hub knows it.
 */
device: Device, };

/**
 * A paired phone or browser.
 */
export type Device = { 
/**
 * Its id.
 */
id: DeviceId, 
/**
 * What it calls itself.
 */
name: string, 
/**
 * What it may do.
 */
role: Role, 
/**
 * The projects it may see; null means all.
 */
projects: Array<ProjectId> | null, 
/**
 * Milliseconds since the epoch.
 */
createdAt: number, };

/**
 * Where the hub keeps what it must remember.
 */
export type StorageStatus = "disk" | "memory";

/**
 * The connections of the hub.
 */
export type EngineStatus = { 
/**
 * Connections, whatever their namespaces.
 */
totalClients: number, 
/**
 * How many of them speak the raw WebSocket protocol; absent when that is not let in.
 */
legacyClients?: number, };

/**
 * A namespace that carries what happens in the domain.
 */
export type NamespaceStatus = { 
/**
 * Sockets connected.
 */
connected: number, 
/**
 * How many follow which project (`project:…`) or session (`session:…`).
 */
rooms: { [key in string]: number }, };

/**
 * `/terminal`.
 */
export type TerminalNamespaceStatus = { 
/**
 * Sockets connected.
 */
connected: number, 
/**
 * Terminals whose program runs.
 */
activeSessions: number, };

/**
 * The namespaces that are open.
 */
export type Namespaces = { 
/**
 * `/ui`.
 */
ui: NamespaceStatus, 
/**
 * `/mobile`.
 */
mobile: NamespaceStatus, 
/**
 * `/cli`.
 */
cli: NamespaceStatus, 
/**
 * `/terminal`.
 */
terminal: TerminalNamespaceStatus, };

/**
 * An agent that is there, or was a moment ago.
 */
export type AgentPresence = { 
/**
 * Whose agent it is.
 */
sessionId: SessionId, 
/**
 * Where that belongs.
 */
projectId: ProjectId, 
/**
 * Its sockets; 0 while it may still come back.
 */
sockets: number, 
/**
 * What it said of itself last.
 */
status: string | null, 
/**
 * When it was last heard, in milliseconds since the epoch.
 */
lastHeartbeat: number | null, };

/**
 * `GET /ws-status` and the `status` command.
 */
export type HubStatus = { 
/**
 * Version of the wire protocol.
 */
protocol: number, 
/**
 * Version of the crate.
 */
version: string, 
/**
 * Which hub this is.
 */
hub: HubId, 
/**
 * Where it listens, `127.0.0.1:3000`; null when it could not.
 */
address: string | null, 
/**
 * The address that phones use, when one is configured.
 */
external: string | null, 
/**
 * What keeps the hub from its full service, in sentences for people.
 */
problems: Array<string>, 
/**
 * Where paired devices are kept.
 */
storage: StorageStatus, 
/**
 * Agents on `/cli`.
 */
agents: Array<AgentPresence>, 
/**
 * The connections.
 */
engine: EngineStatus, 
/**
 * Who is connected to what.
 */
namespaces: Namespaces, };

/**
 * One page of a list: `GET /api/tasks` and the others.
 */
export type ListPage<T> = { 
/**
 * The things, the oldest first.
 */
items: Array<T>, 
/**
 * What `cursor` takes for the next page; absent when this was the last.
 */
next?: string, };

/**
 * How a request over HTTP fails.
 */
export type RestFailure = { 
/**
 * Always true.
 */
error: true, 
/**
 * For programs.
 */
code: ErrorCode, 
/**
 * A sentence for people.
 */
message: string, 
/**
 * Milliseconds after which it makes sense to try again.
 */
retryAfterMs?: number, 
/**
 * Facts by name, such as `claimedBy` and `version`.
 */
details?: Record<string, unknown>, };
