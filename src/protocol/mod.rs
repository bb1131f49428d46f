//! Every type that crosses the wire, and nothing that acts on one.
//!
//! `guest-js/src/protocol.gen.ts` is generated from these; a test regenerates it and compares
//! (`make types` writes it). The names and meanings are those of `docs/PROTOCOL.md`.

mod attention;
mod changes;
mod entities;
mod events;
mod handshake;
mod relay;
mod rest;
mod terminal;
#[cfg(test)]
mod typescript;
mod viewers;

pub use attention::{
    AttentionEvent, BellEvent, NeedsInput, NotificationEvent, StartedEvent, TitleEvent,
};
pub use changes::{
    ListQuery, Modal, NeedsInputPatch, NewMail, NewProject, NewSession, NewTask, NewTeamMember,
    NewTimelineEntry, ProjectPatch, Report, SessionPatch, TaskPatch, TeamMemberPatch,
};
pub use entities::{
    Entity, EntityKind, EntityRef, Mail, Priority, Project, Session, SessionStatus, Task,
    TaskSessionStatus, TaskStatus, TeamMember, TeamMemberStatus, TimelineEntry,
};
pub use events::{Envelope, EventName, EventScope};
pub use handshake::{ErrorCode, Failure, HubErrorEvent, HubHello, ServerShutdown};
pub use relay::{
    RelayExit, RelayInputEvent, RelayKillEvent, RelayOutput, RelayRequest, RelayResizeEvent,
    RelayResponse,
};
pub use rest::{
    Connection, Device, EngineStatus, HubStatus, Namespaces, PairRequest, Paired, Pairing,
    PairingRequest, Role, StorageStatus, TerminalNamespaceStatus,
};
pub use terminal::{
    AckRequest, Encoding, ExitReason, InputRequest, InputResponse, ListResponse, OutputEvent,
    Payload, RegisterRequest, Replay, ResetEvent, ResizeRequest, ResizeResponse, ResizedEvent,
    Resume, SessionRequest, Success, TerminalExit, TerminalInfo, WatchRequest, WatchResponse,
};
pub use viewers::{Rate, SizePolicy, ViewRequest, ViewerInfo, ViewerKind, ViewersEvent};

/// Version of the wire protocol, sent in `hub:hello`.
pub const PROTOCOL_VERSION: u32 = 1;
