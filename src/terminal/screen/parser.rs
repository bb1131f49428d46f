//! Where the parser is in a sequence, what it has gathered, and the raw bytes that would bring
//! another parser to the same place. Knows nothing of what sequences do.
//!
//! Source: `parser/EscapeSequenceParser.ts`, `OscParser.ts` and `DcsParser.ts` of xterm.js 6.0.0
//! (MIT).

use super::params::Params;
use super::table::{DCS, ESCAPE, GROUND, OSC, STRING};

/// Longest text of a command that is listened to. Titles and links are shorter; a picture or a
/// clipboard of a hundred megabytes must not fill memory.
const DATA_MAX: usize = 16 << 10;
/// Longest beginning of a sequence that is kept word for word.
const PENDING_MAX: usize = 16 << 10;

/// What a sequence has been cut down to once it is longer than that: it goes on, and whoever
/// reads it from here ignores it to its end.
const IGNORED_OSC: &[u8] = b"\x1b]!";
const IGNORED_DCS: &[u8] = b"\x1bPz";

/// The text of an operating system command or a device control string.
#[derive(Debug, Clone, Default)]
pub(super) struct Data {
    text: String,
    too_long: bool,
}

impl Data {
    fn clear(&mut self) {
        // What a long one took is given back.
        self.text = String::new();
        self.too_long = false;
    }

    fn put(&mut self, code: u32) {
        let Some(c) = char::from_u32(code).filter(|_| !self.too_long) else {
            return;
        };
        self.text.push(c);
        if self.text.len() > DATA_MAX {
            self.clear();
            self.too_long = true;
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum OscPart {
    #[default]
    Outside,
    Number,
    Text,
    Ignored,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Parser {
    pub(super) state: u8,
    pub(super) params: Params,
    /// Prefix and intermediates.
    pub(super) collect: u32,
    osc_part: OscPart,
    osc_number: Option<u64>,
    osc: Data,
    /// What the control string is.
    dcs_id: u32,
    dcs: Data,
    /// Raw bytes of the sequence that has begun, without what had an effect already.
    pending: Vec<u8>,
    /// The first bytes of a character.
    pub(super) partial: Vec<u8>,
}

impl Parser {
    pub(super) fn is_ground(&self) -> bool {
        self.state == GROUND
    }

    /// What another parser needs to be where this one is.
    pub(super) fn pending(&self) -> impl Iterator<Item = u8> {
        self.pending.iter().chain(&self.partial).copied()
    }

    pub(super) fn begin(&mut self) {
        self.params.reset();
        self.collect = 0;
    }

    pub(super) fn id(&self, last: u32) -> u32 {
        self.collect << 8 | last
    }

    /// Goes to `state`, and remembers `raw` if another parser needs it to get there.
    pub(super) fn enter(&mut self, state: u8, raw: &[u8], keep: bool) {
        let changed = std::mem::replace(&mut self.state, state) != state;
        let begins = raw == b"\x1b" || matches!(raw, [0xc2, 0x80..=0x9f]);
        if state == GROUND || begins {
            self.pending.clear();
            self.pending.shrink_to(PENDING_MAX);
        }
        if state == GROUND || !(keep || changed || begins) {
            return;
        }
        if self.pending.len() < PENDING_MAX {
            self.pending.extend_from_slice(raw);
        } else if matches!(state, OSC | DCS) {
            let ignored = if state == OSC {
                IGNORED_OSC
            } else {
                IGNORED_DCS
            };
            self.pending.clear();
            self.pending.extend_from_slice(ignored);
            // What comes now is ignored at the other end, so it need not be kept.
            self.osc_part = OscPart::Ignored;
            self.dcs_id = 0;
        }
    }

    pub(super) fn osc_start(&mut self) {
        self.osc_part = OscPart::Number;
        self.osc_number = None;
        self.osc.clear();
    }

    pub(super) fn osc_put(&mut self, code: u32) {
        match self.osc_part {
            OscPart::Number => match u8::try_from(code) {
                Ok(b';') => self.osc_part = OscPart::Text,
                Ok(digit @ b'0'..=b'9') => {
                    let number = self.osc_number.unwrap_or(0);
                    let digit = u64::from(digit - b'0');
                    self.osc_number = Some(number.saturating_mul(10).saturating_add(digit));
                }
                _ => self.osc_part = OscPart::Ignored,
            },
            OscPart::Text => self.osc.put(code),
            OscPart::Outside | OscPart::Ignored => {}
        }
    }

    /// Number and text of the command that has ended, if it is to be obeyed.
    pub(super) fn osc_end(&mut self, code: u32) -> Option<(u64, String)> {
        let part = std::mem::take(&mut self.osc_part);
        let data = std::mem::take(&mut self.osc);
        self.begin();
        let whole = matches!(part, OscPart::Number | OscPart::Text);
        let obeyed = whole && !data.too_long && !is_cancel(code);
        Some((self.osc_number.take()?, data.text)).filter(|_| obeyed)
    }

    pub(super) fn dcs_hook(&mut self, id: u32) {
        self.dcs_id = id;
        self.dcs.clear();
    }

    pub(super) fn dcs_put(&mut self, code: u32) {
        if self.dcs_id != 0 {
            self.dcs.put(code);
        }
    }

    /// Name and text of the control string that has ended, if it is to be obeyed.
    pub(super) fn dcs_unhook(&mut self, code: u32) -> Option<(u32, String)> {
        let data = std::mem::take(&mut self.dcs);
        self.begin();
        let obeyed = !data.too_long && !is_cancel(code);
        obeyed.then_some((std::mem::take(&mut self.dcs_id), data.text))
    }

    /// Whether every byte of the sequence is needed by another parser. Of strings that nobody
    /// listens to, only that they have begun.
    pub(super) fn keeps_text(&self) -> bool {
        match self.state {
            STRING => false,
            OSC => self.osc_part != OscPart::Ignored,
            DCS => self.dcs_id != 0,
            _ => true,
        }
    }
}

/// CAN and SUB end a string without its being obeyed.
fn is_cancel(code: u32) -> bool {
    matches!(code, 0x18 | 0x1a)
}

/// The state after the terminator of a string: ESC begins the next sequence.
pub(super) fn after_string(code: u32) -> u8 {
    if code == 0x1b { ESCAPE } else { GROUND }
}
