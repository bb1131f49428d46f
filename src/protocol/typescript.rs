//! Generates the TypeScript of the wire types, and holds the file in the repository to it.

use ts_rs::{Config, TS};

use super::*;
use crate::ids::{
    ClientId, DeviceId, HubId, MailId, ProjectId, PtyId, SessionId, TaskId, TeamMemberId,
};

const FILE: &str = "guest-js/src/protocol.gen.ts";

const HEAD: &str = "\
// Generated from src/protocol by `make types`: do not edit.
// The wire types of the hub. This file knows nothing of who sends or receives them.

";

macro_rules! declarations {
    ($config:expr, $($wire:ty),* $(,)?) => {
        [$(declaration::<$wire>($config)),*].join("\n")
    };
}

fn declaration<T: TS>(config: &Config) -> String {
    let docs = T::docs()
        .map(|docs| docs.trim_end().to_owned() + "\n")
        .unwrap_or_default();
    let declaration = T::decl(config);
    // An optional part that is flattened is more than ts-rs can say.
    let declaration = match T::ident(config).as_str() {
        "WatchResponse" | "TerminalInfo" => {
            format!(
                "{} & Partial<TerminalExit>;",
                declaration.trim_end_matches(';')
            )
        }
        _ => declaration,
    };
    format!("{docs}export {declaration}\n")
}

fn generated() -> String {
    let config = Config::new().with_large_int("number");
    let body = declarations!(
        &config,
        SessionId,
        ProjectId,
        HubId,
        DeviceId,
        ClientId,
        TaskId,
        TeamMemberId,
        MailId,
        Role,
        ErrorCode,
        Failure,
        HubErrorEvent,
        HubHello,
        RefreshRequest,
        ServerShutdown,
        Payload,
        Encoding,
        Replay,
        Resume,
        WatchRequest,
        WatchResponse,
        OutputEvent,
        ResetEvent,
        ResizedEvent,
        ExitReason,
        TerminalExit,
        NeedsInput,
        Project,
        TaskStatus,
        TaskSessionStatus,
        Priority,
        Task,
        SessionStatus,
        TimelineEntry,
        Session,
        TeamMemberStatus,
        TeamMember,
        Mail,
        EventScope,
        EmitRequest,
        Envelope,
        NewProject,
        ProjectPatch,
        NewTask,
        TaskPatch,
        NewSession,
        NeedsInputPatch,
        SessionPatch,
        HeartbeatRequest,
        Report,
        NewTimelineEntry,
        Modal,
        SessionEvent,
        ClaimRequest,
        NewTeamMember,
        TeamMemberPatch,
        NewMail,
        SubscribeRequest,
        Subscribed,
        Timestamped,
        Following,
        ProjectRequest,
        Include,
        SyncRequest,
        SyncedState,
        SyncedEvents,
        SyncResponse,
        SendMailRequest,
        MailResponse,
        ClaimTaskRequest,
        TaskResponse,
        SpawnRequest,
        ReplyInputRequest,
        SessionResponse,
        StartedEvent,
        TitleEvent,
        BellEvent,
        NotificationEvent,
        AttentionEvent,
        AckRequest,
        InputRequest,
        InputResponse,
        ResizeRequest,
        ResizeResponse,
        Rate,
        ViewRequest,
        SizePolicy,
        ViewerKind,
        ViewerInfo,
        ViewersEvent,
        SessionRequest,
        Success,
        TerminalInfo,
        ListResponse,
        RegisterRequest,
        PtyId,
        RelayRequest,
        RelayResponse,
        RelayOutput,
        RelayExit,
        RelayInputEvent,
        RelayResizeEvent,
        RelayKillEvent,
        Connection,
        PairingRequest,
        Pairing,
        PairRequest,
        Paired,
        Device,
        StorageStatus,
        EngineStatus,
        NamespaceStatus,
        TerminalNamespaceStatus,
        Namespaces,
        AgentPresence,
        HubStatus,
        ListPage<Project>,
        RestFailure,
    );
    format!("{HEAD}{body}")
}

/// `make types` sets `UPDATE_TYPES` to write the file.
#[test]
fn the_file_is_what_the_types_say() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let generated = generated();
    if std::env::var_os("UPDATE_TYPES").is_some() {
        std::fs::write(&path, &generated).unwrap();
    }
    let present = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        present == generated,
        "{FILE} is out of date: run `make types`"
    );
}
