//! The invoke commands: each asks the handle and answers. What a window may call is decided by
//! its capabilities before anything here runs, so what does run acts as the application itself.
//! Names and arguments are those of `guest-js/src/index.ts`; a test holds them together.

use serde::Deserialize;
use tauri::ipc::{CommandArg, CommandItem, InvokeError};
use tauri::{Runtime, State};

use super::Hub;
use crate::domain::NewEvent;
use crate::error::{HubError, Result};
use crate::ids::SessionId;
use crate::protocol::{
    Connection, EmitRequest, EventName, HubStatus, Pairing, PairingRequest, RegisterRequest, Role,
    TerminalInfo,
};

/// An argument. One that is missing or malformed is refused as `{code: "INVALID", message}`,
/// where Tauri itself would answer with a bare string.
pub(super) struct Given<T>(T);

impl<'de, R: Runtime, T: Deserialize<'de>> CommandArg<'de, R> for Given<T> {
    fn from_command(command: CommandItem<'de, R>) -> Result<Self, InvokeError> {
        let key = command.key;
        T::deserialize(command)
            .map(Self)
            .map_err(|error| HubError::invalid(format!("{key}: {error}")).into())
    }
}

#[tauri::command]
pub(super) async fn connection(hub: State<'_, Hub>) -> Result<Connection> {
    hub.0.connection(Role::Viewer)
}

#[tauri::command]
pub(super) async fn connection_operator(hub: State<'_, Hub>) -> Result<Connection> {
    hub.0.connection(Role::Operator)
}

#[tauri::command]
pub(super) async fn connection_admin(hub: State<'_, Hub>) -> Result<Connection> {
    hub.0.connection(Role::Admin)
}

#[tauri::command]
pub(super) async fn status(hub: State<'_, Hub>) -> Result<HubStatus> {
    hub.0.status()
}

#[tauri::command]
pub(super) async fn list(hub: State<'_, Hub>) -> Result<Vec<TerminalInfo>> {
    Ok(hub.0.list())
}

#[tauri::command]
pub(super) async fn register(
    hub: State<'_, Hub>,
    request: Given<RegisterRequest>,
) -> Result<TerminalInfo> {
    hub.0.register(request.0).await
}

#[tauri::command]
pub(super) async fn write(
    hub: State<'_, Hub>,
    session_id: Given<SessionId>,
    data: Given<String>,
) -> Result<()> {
    hub.0.write(&session_id.0, data.0).await
}

#[tauri::command]
pub(super) async fn resize(
    hub: State<'_, Hub>,
    session_id: Given<SessionId>,
    cols: Given<u32>,
    rows: Given<u32>,
) -> Result<()> {
    hub.0.resize(&session_id.0, cols.0, rows.0)
}

#[tauri::command]
pub(super) async fn kill(hub: State<'_, Hub>, session_id: Given<SessionId>) -> Result<()> {
    hub.0.kill(&session_id.0).await
}

#[tauri::command]
pub(super) async fn emit(hub: State<'_, Hub>, event: Given<EmitRequest>) -> Result<()> {
    let EmitRequest {
        name,
        scope,
        data,
        id,
    } = event.0;
    // A window does not say what has become of the domain, whoever keeps it.
    if EventName::parse(&name).is_some() {
        return Err(HubError::invalid(format!(
            "name: {name:?} is the hub's own"
        )));
    }
    let event = NewEvent {
        id,
        ..NewEvent::new(name, scope, data)
    };
    hub.0.emit(event).await
}

#[tauri::command]
pub(super) async fn start_pairing(
    hub: State<'_, Hub>,
    request: Given<Option<PairingRequest>>,
) -> Result<Pairing> {
    hub.0.start_pairing(request.0.unwrap_or_default())
}
