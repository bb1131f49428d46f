//! Every type that crosses the wire, and nothing that acts on one.
//!
//! `guest-js/src/protocol.gen.ts` is generated from these; a test regenerates it and compares
//! (`make types` writes it). The names and meanings are those of `docs/PROTOCOL.md`.

mod attention;
pub(crate) mod bounds;
mod changes;
mod entities;
mod events;
mod follow;
mod handshake;
mod lists;
mod relay;
mod reports;
mod rest;
mod terminal;
#[cfg(test)]
mod typescript;
mod viewers;

pub use attention::{
    AttentionEvent, BellEvent, NeedsInput, NotificationEvent, StartedEvent, TitleEvent,
};
pub use changes::{
    ClaimRequest, NeedsInputPatch, NewMail, NewProject, NewSession, NewTask, NewTeamMember,
    ProjectPatch, SessionPatch, SpawnRequest, TaskPatch, TeamMemberPatch,
};
pub use entities::{
    Entity, EntityKind, EntityRef, Mail, Priority, Project, Session, SessionStatus, Task,
    TaskSessionStatus, TaskStatus, TeamMember, TeamMemberStatus, TimelineEntry,
};
pub use events::{EmitRequest, Envelope, EventName, EventScope};
pub use follow::{
    ClaimTaskRequest, Following, Include, MailResponse, ProjectRequest, ReplyInputRequest,
    SendMailRequest, SessionResponse, SubscribeRequest, Subscribed, SyncRequest, SyncResponse,
    SyncedEvents, SyncedState, TaskResponse, Timestamped,
};
pub use handshake::{ErrorCode, Failure, HubErrorEvent, HubHello, RefreshRequest, ServerShutdown};
pub use lists::{ListPage, ListQuery};
pub use relay::{
    RelayExit, RelayInputEvent, RelayKillEvent, RelayOutput, RelayRequest, RelayResizeEvent,
    RelayResponse,
};
pub use reports::{HeartbeatRequest, Modal, NewTimelineEntry, Report, SessionEvent};
pub use rest::{
    AgentPresence, Connection, Device, EngineStatus, HubStatus, NamespaceStatus, Namespaces,
    PairRequest, Paired, Pairing, PairingRequest, RestFailure, Role, StorageStatus,
    TerminalNamespaceStatus,
};
pub use terminal::{
    AckRequest, Encoding, ExitReason, InputRequest, InputResponse, ListResponse, OutputEvent,
    Payload, RegisterRequest, Replay, ResetEvent, ResizeRequest, ResizeResponse, ResizedEvent,
    Resume, SessionRequest, Success, TerminalExit, TerminalInfo, WatchRequest, WatchResponse,
};
pub use viewers::{Rate, SizePolicy, ViewRequest, ViewerInfo, ViewerKind, ViewersEvent};

/// Version of the wire protocol, sent in `hub:hello`.
pub const PROTOCOL_VERSION: u32 = 1;
