//! Who watches a terminal, what each of them shows of it, and whose size it has.

use serde::{Deserialize, Serialize};

use crate::ids::SessionId;

use super::Role;

/// Whose size a terminal has when several show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum SizePolicy {
    /// The desktop's while it shows the terminal; otherwise that of whoever asked last.
    #[default]
    Owner,
    /// The smallest width and the smallest height that is shown.
    Smallest,
    /// That of whoever asked last.
    Latest,
}

/// How much a viewer wants of what flows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Rate {
    /// Everything, as fast as the viewer takes it.
    #[default]
    Full,
    /// Little: nobody is looking.
    Low,
}

/// `terminal:view`: what a viewer shows.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ViewRequest {
    /// Which terminal.
    pub session_id: SessionId,
    /// Whether anybody can see it.
    pub visible: bool,
    /// The width that has room, in cells, 1..=1000. Without a size the viewer shows whatever
    /// size the terminal has.
    #[cfg_attr(test, ts(optional))]
    pub cols: Option<u32>,
    /// The height that has room, in cells, 1..=1000.
    #[cfg_attr(test, ts(optional))]
    pub rows: Option<u32>,
    /// How much of the output it wants; full when absent.
    #[cfg_attr(test, ts(optional))]
    pub rate: Option<Rate>,
}

/// What kind of credential a viewer came with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum ViewerKind {
    /// The application itself.
    Desktop,
    /// A paired phone or browser.
    Device,
}

/// One who watches a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ViewerInfo {
    /// Random, and good for as long as it watches.
    pub id: String,
    /// What kind of credential it came with.
    pub kind: ViewerKind,
    /// What a device is called. Null for the desktop, and for a device when the one who asks is
    /// another device.
    pub name: Option<String>,
    /// What it may do.
    pub role: Role,
    /// Whether it says that anybody can see it. True until it says anything.
    pub visible: bool,
    /// The width that it asks for, in cells; null when it shows whatever size there is.
    pub cols: Option<u16>,
    /// The height that it asks for, in cells.
    pub rows: Option<u16>,
    /// Since when it watches, in milliseconds since the epoch.
    pub since: u64,
    /// When it last typed, in milliseconds since the epoch; null when it has not.
    pub typed_at: Option<u64>,
    /// Whether it typed a moment ago.
    pub typing: bool,
}

/// `terminal:viewers`: who watches has changed.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ViewersEvent {
    /// Which terminal.
    pub session_id: SessionId,
    /// Everybody who watches it, in the order in which they came.
    pub viewers: Vec<ViewerInfo>,
    /// The id of the one who is told.
    pub you: String,
}
