//! Which handler a control character or sequence has: the list of what xterm.js knows.
//!
//! Source: the constructor of `InputHandler.ts` of xterm.js 6.0.0 (MIT).

use super::cell::PROTECTED;
use super::charset::Charset;
use super::heard::Heard;
use super::modes::{Mouse, MouseEncoding};
use super::params::Params;
use super::term::Term;

/// Prefix or intermediate, then the final byte.
const fn id(before: u8, last: u8) -> u32 {
    (before as u32) << 8 | last as u32
}

impl Term {
    pub(super) fn execute(&mut self, code: u32, heard: &mut dyn Heard) {
        match code {
            0x07 => heard.bell(),
            0x08 => self.backspace(),
            0x09 => self.tab(),
            0x0a..=0x0c => self.line_feed(),
            0x0d => self.buffer_mut().x = 0,
            0x0e => self.charsets.shift(1),
            0x0f => self.charsets.shift(0),
            0x84 => self.index(),
            0x85 => self.next_line(),
            0x88 => self.set_tab(),
            _ => {}
        }
        self.ends_run();
    }

    /// What is not a character parts what comes from what was printed.
    pub(super) fn ends_run(&mut self) {
        self.preceding = 0;
        self.in_run = false;
    }

    /// `id` holds the intermediates and the final byte. RIS is the caller's, who resets the
    /// parser too.
    pub(super) fn esc(&mut self, id_of_sequence: u32) {
        let last = id_of_sequence as u8;
        match id_of_sequence >> 8 {
            0 => self.plain_esc(last),
            0x25 if matches!(last, b'@' | b'G') => {
                self.charsets.shift(0);
                self.charsets.designate(0, None);
            }
            0x23 if last == b'8' => self.alignment_pattern(),
            before => {
                let level = match u8::try_from(before) {
                    Ok(b'(') => 0,
                    Ok(b')' | b'-') => 1,
                    Ok(b'*' | b'.') => 2,
                    Ok(b'+') => 3,
                    _ => return,
                };
                if let Some(set) = Charset::designated(last) {
                    self.charsets.designate(level, set);
                }
            }
        }
    }

    fn plain_esc(&mut self, last: u8) {
        match last {
            b'7' => self.save_cursor(),
            b'8' => self.restore_cursor(),
            b'D' => self.index(),
            b'E' => self.next_line(),
            b'H' => self.set_tab(),
            b'M' => self.reverse_index(),
            b'=' => self.modes.application_keypad = true,
            b'>' => self.modes.application_keypad = false,
            b'n' | b'}' => self.charsets.shift(2),
            b'o' | b'|' => self.charsets.shift(3),
            b'~' => self.charsets.shift(1),
            _ => {}
        }
    }

    pub(super) fn csi(&mut self, sequence: u32, params: &Params, heard: &mut dyn Heard) {
        const QUESTION: u8 = b'?';
        if let Ok(last) = u8::try_from(sequence) {
            return self.plain_csi(last, params, heard);
        }
        match sequence {
            s if s == id(b' ', b'@') => self.shift_columns(params, false, false),
            s if s == id(b' ', b'A') => self.shift_columns(params, false, true),
            s if s == id(b'\'', b'}') => self.shift_columns(params, true, true),
            s if s == id(b'\'', b'~') => self.shift_columns(params, true, false),
            s if s == id(QUESTION, b'J') => self.erase_in_display(params.get(0), true),
            s if s == id(QUESTION, b'K') => self.erase_in_line(params.get(0), true),
            s if s == id(QUESTION, b'h') => self.private_modes(params, true),
            s if s == id(QUESTION, b'l') => self.private_modes(params, false),
            s if s == id(QUESTION, b'n') => self.status(params, true, heard),
            s if s == id(b'>', b'c') => self.secondary_attributes(params, heard),
            s if s == id(b'!', b'p') => self.soft_reset(),
            s if s == id(b' ', b'q') => self.cursor_style(params.get(0)),
            s if s == id(b'"', b'q') => self.protect(params.get(0)),
            s if s == id(b'$', b'p') => self.mode_report(params, false, heard),
            s if s == u32::from(QUESTION) << 16 | id(b'$', b'p') => {
                self.mode_report(params, true, heard);
            }
            _ => {}
        }
    }

    fn plain_csi(&mut self, last: u8, params: &Params, heard: &mut dyn Heard) {
        let first = params.get(0);
        let count = params.count(0);
        match last {
            b'@' => self.insert_cells(count),
            b'A'..=b'H' | b'`' | b'a' | b'd' | b'e' | b'f' => self.move_by(last, params),
            b'I' => self.forward_tabs(count),
            b'J' => self.erase_in_display(first, false),
            b'K' => self.erase_in_line(first, false),
            b'L' => self.insert_rows(count),
            b'M' => self.delete_rows(count),
            b'P' => self.delete_cells(count),
            b'S' => self.scroll_up(count),
            b'T' => self.scroll_down(count),
            b'X' => self.erase_cells(count),
            b'Z' => self.backward_tabs(count),
            b'b' => self.repeat(count),
            b'c' => self.primary_attributes(params, heard),
            b'g' => self.clear_tabs(first),
            b'h' => self.ansi_modes(params, true),
            b'l' => self.ansi_modes(params, false),
            b'm' => self.pen.apply(params),
            b'n' => self.status(params, false, heard),
            b'r' => self.set_region(params),
            b's' => self.save_cursor(),
            b'u' => self.restore_cursor(),
            _ => {}
        }
    }

    fn move_by(&mut self, last: u8, params: &Params) {
        let count = params.count(0) as i64;
        let buffer = self.buffer();
        let (x, y) = (buffer.x as i64, buffer.y as i64);
        let (up, down) = (y - buffer.top as i64, buffer.bottom as i64 - y);
        // A region is not left from within.
        let within = |room: i64| if room >= 0 { count.min(room) } else { count };
        match last {
            b'A' | b'F' => self.move_cursor(0, -within(up)),
            b'B' | b'E' => self.move_cursor(0, within(down)),
            b'C' | b'a' => self.move_cursor(count, 0),
            b'D' => self.move_cursor(-count, 0),
            b'G' | b'`' => self.set_cursor(count - 1, y),
            b'd' => self.set_cursor(x, count - 1),
            b'e' => self.move_cursor(0, count),
            _ => self.set_cursor(params.count(1) as i64 - 1, count - 1),
        }
        if matches!(last, b'E' | b'F') {
            self.buffer_mut().x = 0;
        }
    }

    fn next_line(&mut self) {
        self.buffer_mut().x = 0;
        self.index();
    }

    fn set_tab(&mut self) {
        let buffer = self.buffer_mut();
        buffer.set_tab(buffer.x, true);
    }

    fn clear_tabs(&mut self, what: i32) {
        let buffer = self.buffer_mut();
        match what {
            0 => buffer.set_tab(buffer.x, false),
            3 => buffer.tabs.clear(),
            _ => {}
        }
    }

    fn forward_tabs(&mut self, count: usize) {
        for _ in 0..count.min(self.cols) {
            self.tab();
        }
    }

    fn backward_tabs(&mut self, count: usize) {
        let buffer = self.buffer_mut();
        if buffer.x < buffer.cols {
            for _ in 0..count.min(buffer.cols) {
                buffer.x = buffer.previous_tab(buffer.x);
            }
        }
    }

    /// DECSTBM.
    fn set_region(&mut self, params: &Params) {
        let rows = self.rows as i32;
        let top = params.get(0).max(1);
        let bottom = params.get(1);
        let bottom = if bottom == 0 || bottom > rows {
            rows
        } else {
            bottom
        };
        if bottom > top {
            let buffer = self.buffer_mut();
            (buffer.top, buffer.bottom) = (top as usize - 1, bottom as usize - 1);
            self.set_cursor(0, 0);
        }
    }

    /// DECSCA.
    fn protect(&mut self, what: i32) {
        match what {
            1 => self.pen.bg |= PROTECTED,
            0 | 2 => self.pen.bg &= !PROTECTED,
            _ => {}
        }
    }

    /// DECSCUSR.
    fn cursor_style(&mut self, style: i32) {
        if style == 0 {
            self.modes.cursor_style = None;
            self.modes.cursor_blink = None;
            return;
        }
        if (1..=6).contains(&style) {
            self.modes.cursor_style = Some((style as u8).div_ceil(2));
        }
        self.modes.cursor_blink = Some(style % 2 == 1);
    }

    fn ansi_modes(&mut self, params: &Params, set: bool) {
        for mode in params.values() {
            match mode {
                4 => self.modes.insert = set,
                20 => self.lasting.convert_eol = set,
                _ => {}
            }
        }
    }

    fn private_modes(&mut self, params: &Params, set: bool) {
        for mode in params.values() {
            self.private_mode_to(*mode, set);
        }
    }

    fn private_mode_to(&mut self, mode: i32, set: bool) {
        match mode {
            1 => self.modes.application_cursor = set,
            2 if set => (0..4).for_each(|level| self.charsets.designate(level, None)),
            6 => {
                self.modes.origin = set;
                self.set_cursor(0, 0);
            }
            7 => self.modes.wraparound = set,
            9 => self.mouse = if set { Mouse::X10 } else { Mouse::None },
            12 => self.lasting.blink = Some(set),
            25 => self.lasting.cursor_hidden = !set,
            45 => self.modes.reverse_wraparound = set,
            66 => self.modes.application_keypad = set,
            1000 => self.mouse = if set { Mouse::Vt200 } else { Mouse::None },
            1002 => self.mouse = if set { Mouse::Drag } else { Mouse::None },
            1003 => self.mouse = if set { Mouse::Any } else { Mouse::None },
            1004 => self.modes.send_focus = set,
            1006 if set => self.mouse_encoding = MouseEncoding::Sgr,
            1016 if set => self.mouse_encoding = MouseEncoding::SgrPixels,
            1006 | 1016 => self.mouse_encoding = MouseEncoding::Default,
            2004 => self.modes.bracketed_paste = set,
            2026 => self.modes.synchronized = set,
            47 | 1047..=1049 => self.screen_mode(mode, set),
            _ => {}
        }
    }

    /// The alternate screen and the cursor saved on the way.
    fn screen_mode(&mut self, mode: i32, set: bool) {
        if set && matches!(mode, 1048 | 1049) {
            self.save_cursor();
        }
        match (mode, set) {
            (1048, _) => {}
            (_, true) => self.show_alternate(),
            (_, false) => self.show_normal(),
        }
        if !set && matches!(mode, 1048 | 1049) {
            self.restore_cursor();
        }
    }
}
