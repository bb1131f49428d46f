//! The modes a program can set, and which of them a reset brings back. Data only.
//!
//! Source: `services/CoreService.ts` and `services/CoreMouseService.ts` of xterm.js 6.0.0 (MIT).

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Mouse {
    #[default]
    None,
    X10,
    Vt200,
    Drag,
    Any,
}

impl Mouse {
    /// The private mode that sets it.
    pub(super) fn mode(self) -> Option<u16> {
        match self {
            Self::None => None,
            Self::X10 => Some(9),
            Self::Vt200 => Some(1000),
            Self::Drag => Some(1002),
            Self::Any => Some(1003),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum MouseEncoding {
    #[default]
    Default,
    Sgr,
    SgrPixels,
}

impl MouseEncoding {
    /// The private mode that sets it.
    pub(super) fn mode(self) -> Option<u16> {
        match self {
            Self::Default => None,
            Self::Sgr => Some(1006),
            Self::SgrPixels => Some(1016),
        }
    }
}

/// Modes that both resets, soft and full, bring back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Modes {
    pub(super) insert: bool,
    pub(super) application_cursor: bool,
    pub(super) application_keypad: bool,
    pub(super) bracketed_paste: bool,
    pub(super) origin: bool,
    pub(super) reverse_wraparound: bool,
    pub(super) send_focus: bool,
    pub(super) synchronized: bool,
    pub(super) wraparound: bool,
    /// 1 block, 2 underline, 3 bar; nothing for the viewer's own.
    pub(super) cursor_style: Option<u8>,
    /// Nothing for the viewer's own.
    pub(super) cursor_blink: Option<bool>,
}

impl Default for Modes {
    fn default() -> Self {
        Self {
            insert: false,
            application_cursor: false,
            application_keypad: false,
            bracketed_paste: false,
            origin: false,
            reverse_wraparound: false,
            send_focus: false,
            synchronized: false,
            wraparound: true,
            cursor_style: None,
            cursor_blink: None,
        }
    }
}

/// What xterm.js keeps as options of the terminal or forgets to reset: no reset touches it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Lasting {
    /// A line feed returns the carriage too (LNM).
    pub(super) convert_eol: bool,
    /// By mode 12; nothing as long as no program has touched it.
    pub(super) blink: Option<bool>,
    pub(super) cursor_hidden: bool,
}
