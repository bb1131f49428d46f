//! Bytes into the parser and its actions to the terminal. In the ground state there are short
//! ways for plain text and for colours.

use super::Screen;
use super::decode::{Decoded, decode};
use super::heard::Heard;
use super::parser::after_string;
use super::table::{Action, transition};

/// Final byte of DECRQSS, after its intermediate.
const SETTING_REQUEST: u32 = (b'$' as u32) << 8 | b'q' as u32;
/// Longest sequence that the short way looks for.
const CONTROL_MAX: usize = 64;

impl Screen {
    /// Every byte, without skipping any of the work.
    pub(super) fn feed_all(&mut self, mut bytes: &[u8], heard: &mut dyn Heard) {
        while !bytes.is_empty() {
            let plain = self.parser.is_ground() && self.parser.partial.is_empty();
            let used = if plain {
                self.feed_ground(bytes, heard)
            } else {
                self.feed_one(bytes, heard)
            };
            bytes = &bytes[used..];
        }
    }

    /// As much as stays in the ground state, at least one byte; returns how much.
    fn feed_ground(&mut self, bytes: &[u8], heard: &mut dyn Heard) -> usize {
        match bytes[0] {
            0x20..=0x7e => {
                let end = bytes.iter().position(|byte| !(0x20..=0x7e).contains(byte));
                let text = &bytes[..end.unwrap_or(bytes.len())];
                self.term.print_ascii(text);
                text.len()
            }
            0x80.. => self.feed_unicode(bytes, heard),
            0x1b => match control(bytes) {
                Some((params, b'm')) => {
                    self.parser.begin();
                    params.iter().for_each(|byte| self.parser.params.put(*byte));
                    self.term.pen.apply(&self.parser.params);
                    self.term.ends_run();
                    params.len() + 3
                }
                _ => self.feed_one(bytes, heard),
            },
            _ => self.feed_one(bytes, heard),
        }
    }

    /// A run of characters other than ASCII.
    fn feed_unicode(&mut self, bytes: &[u8], heard: &mut dyn Heard) -> usize {
        let mut used = 0;
        let codes = std::iter::from_fn(|| {
            loop {
                let rest = &bytes[used..];
                if rest.first().is_none_or(u8::is_ascii) {
                    return None;
                }
                match decode(rest) {
                    Decoded::Code(code, len) if code >= 0xa0 => {
                        used += len;
                        return Some(code);
                    }
                    Decoded::Dropped(len) => used += len,
                    Decoded::Code(..) | Decoded::Partial => return None,
                }
            }
        });
        self.term.print_if_any(codes.peekable());
        match used {
            0 => self.feed_one(bytes, heard),
            used => used,
        }
    }

    /// One character, or its beginning at the end of the input.
    fn feed_one(&mut self, bytes: &[u8], heard: &mut dyn Heard) -> usize {
        let mut raw = std::mem::take(&mut self.parser.partial);
        let (before, first) = (raw.len(), bytes[0]);
        if before == 0 && first.is_ascii() {
            self.step(u32::from(first), &[first], heard);
            return 1;
        }
        // No character is longer than four bytes.
        raw.extend(bytes.iter().take(4 - before.min(3)));
        match decode(&raw) {
            Decoded::Code(code, len) => {
                self.step(code, &raw[..len], heard);
                len - before
            }
            // Bytes that were there before stand for nothing either.
            Decoded::Dropped(len) => len.saturating_sub(before),
            Decoded::Partial => {
                let used = raw.len() - before;
                self.parser.partial = raw;
                used
            }
        }
    }

    fn step(&mut self, code: u32, raw: &[u8], heard: &mut dyn Heard) {
        let (action, mut next) = transition(self.parser.state, code);
        let mut keep = false;
        match action {
            Action::Ignore | Action::Error => {}
            Action::Print => self.term.print(std::iter::once(code)),
            Action::Execute => self.term.execute(code, heard),
            Action::Clear => self.parser.begin(),
            Action::Param | Action::Collect => {
                keep = true;
                self.gather(action, code);
            }
            Action::CsiDispatch => {
                let id = self.parser.id(code);
                self.term.csi(id, &self.parser.params, heard);
                self.term.ends_run();
            }
            Action::EscDispatch => self.esc(code),
            Action::OscStart => self.parser.osc_start(),
            Action::OscPut => {
                keep = self.parser.keeps_text();
                self.parser.osc_put(code);
            }
            Action::OscEnd => {
                if let Some((number, text)) = self.parser.osc_end(code) {
                    self.term.osc(number, &text, heard);
                }
                next = after_string(code);
                self.term.ends_run();
            }
            Action::DcsHook => self.parser.dcs_hook(self.parser.id(code)),
            Action::DcsPut => {
                keep = self.parser.keeps_text();
                self.parser.dcs_put(code);
            }
            Action::DcsUnhook => {
                if let Some((SETTING_REQUEST, text)) = self.parser.dcs_unhook(code) {
                    self.term.setting_report(&text, heard);
                }
                next = after_string(code);
                self.term.ends_run();
            }
        }
        self.parser.enter(next, raw, keep);
    }

    fn gather(&mut self, action: Action, code: u32) {
        if action == Action::Param {
            self.parser.params.put(code as u8);
        } else {
            self.parser.collect = self.parser.id(code);
        }
    }

    fn esc(&mut self, code: u32) {
        let id = self.parser.id(code);
        if id == u32::from(b'c') {
            self.term.reset();
            self.parser = super::parser::Parser::default();
        } else {
            self.term.esc(id);
        }
        self.term.ends_run();
    }
}

/// Parameters and final byte of a control sequence without intermediates that is whole and
/// begins here, if it is not long.
pub(super) fn control(bytes: &[u8]) -> Option<(&[u8], u8)> {
    let rest = bytes.strip_prefix(b"\x1b[")?;
    let mut head = rest.iter().take(CONTROL_MAX);
    let end = head.position(|byte| !matches!(byte, b'0'..=b';'))?;
    Some((&rest[..end], rest[end]))
}
