//! Answers to what programs ask: word for word those of xterm.js.
//!
//! Source: `InputHandler.ts` of xterm.js 6.0.0 (MIT). Neither XTVERSION nor the keyboard
//! protocol of kitty nor window reports are among what it answers by default.

use super::heard::Heard;
use super::modes::{Mouse, MouseEncoding};
use super::params::Params;
use super::term::{ALTERNATE, Term};

/// Values of a mode report (DECRPM).
const UNKNOWN: u8 = 0;
const SET: u8 = 1;
const RESET: u8 = 2;
const ALWAYS_SET: u8 = 3;
const ALWAYS_RESET: u8 = 4;

impl Term {
    /// DA1.
    pub(super) fn primary_attributes(&self, params: &Params, heard: &mut dyn Heard) {
        if params.get(0) <= 0 {
            heard.reply(b"\x1b[?1;2c");
        }
    }

    /// DA2.
    pub(super) fn secondary_attributes(&self, params: &Params, heard: &mut dyn Heard) {
        if params.get(0) <= 0 {
            heard.reply(b"\x1b[>0;276;0c");
        }
    }

    /// DSR.
    pub(super) fn status(&self, params: &Params, private: bool, heard: &mut dyn Heard) {
        let (row, column) = (self.buffer().y + 1, self.buffer().x + 1);
        match (params.get(0), private) {
            (5, false) => heard.reply(b"\x1b[0n"),
            (6, false) => heard.reply(format!("\x1b[{row};{column}R").as_bytes()),
            (6, true) => heard.reply(format!("\x1b[?{row};{column}R").as_bytes()),
            _ => {}
        }
    }

    /// DECRQM.
    pub(super) fn mode_report(&self, params: &Params, private: bool, heard: &mut dyn Heard) {
        let mode = params.get(0);
        let (mark, value) = match private {
            true => ("?", self.private_mode(mode)),
            false => ("", self.ansi_mode(mode)),
        };
        heard.reply(format!("\x1b[{mark}{mode};{value}$y").as_bytes());
    }

    fn ansi_mode(&self, mode: i32) -> u8 {
        match mode {
            2 => ALWAYS_RESET,
            4 => value(self.modes.insert),
            12 => ALWAYS_SET,
            20 => value(self.lasting.convert_eol),
            _ => UNKNOWN,
        }
    }

    fn private_mode(&self, mode: i32) -> u8 {
        let modes = &self.modes;
        match mode {
            1 => value(modes.application_cursor),
            6 => value(modes.origin),
            7 => value(modes.wraparound),
            8 => ALWAYS_SET,
            9 => value(self.mouse == Mouse::X10),
            12 => value(self.lasting.blink == Some(true)),
            25 => value(!self.lasting.cursor_hidden),
            45 => value(modes.reverse_wraparound),
            47 | 1047 | 1049 => value(self.active == ALTERNATE),
            66 => value(modes.application_keypad),
            67 | 1005 | 1015 => ALWAYS_RESET,
            1000 => value(self.mouse == Mouse::Vt200),
            1002 => value(self.mouse == Mouse::Drag),
            1003 => value(self.mouse == Mouse::Any),
            1004 => value(modes.send_focus),
            1006 => value(self.mouse_encoding == MouseEncoding::Sgr),
            1016 => value(self.mouse_encoding == MouseEncoding::SgrPixels),
            1048 => SET,
            2004 => value(modes.bracketed_paste),
            2026 => value(modes.synchronized),
            _ => UNKNOWN,
        }
    }

    /// DECRQSS.
    pub(super) fn setting_report(&self, what: &str, heard: &mut dyn Heard) {
        let buffer = self.buffer();
        let answer = match what {
            "\"q" => format!("1$r{}\"q", u8::from(self.pen.is_protected())),
            "\"p" => "1$r61;1\"p".to_owned(),
            "r" => format!("1$r{};{}r", buffer.top + 1, buffer.bottom + 1),
            // xterm.js reports no attributes and no style that a program has set.
            "m" => "1$r0m".to_owned(),
            " q" => format!("1$r{} q", 2 - u8::from(self.lasting.blink == Some(true))),
            _ => "0$r".to_owned(),
        };
        heard.reply(format!("\x1bP{answer}\x1b\\").as_bytes());
    }
}

fn value(set: bool) -> u8 {
    if set { SET } else { RESET }
}
