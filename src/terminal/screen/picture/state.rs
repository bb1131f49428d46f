//! Everything of a terminal that is not a cell: modes, tab stops, regions, saved cursors,
//! colours, the cursor.

use super::super::buffer::{Buffer, Saved};
use super::super::cell::Pen;
use super::super::charset::{Charset, Charsets};
use super::super::colors;
use super::super::row::Row;
use super::super::term::Term;
use super::Painter;
use super::pen::{carrier_of, disagree_alike, is_plain, nearest_plain, of_cell, plain_for};
use super::rows::WIDE;

/// A mark of no width that joins nothing.
const LONE_MARK: &str = "\x1b\\\u{300}";

impl Painter<'_> {
    /// What no reset brings back, so that a viewer that was used before may have it, too.
    pub(super) fn lasting(&mut self) {
        let term = self.term;
        // Out of whatever sequence the viewer's parser is in.
        self.raw("\x18\x1b[?25h\x1b[20l");
        self.raw("\x1b]104\x1b\\\x1b]110\x1b\\\x1b]111\x1b\\\x1b]112\x1b\\");
        for (index, color) in &term.colors.indexed {
            self.raw(&format!("\x1b]4;{index};{}\x1b\\", colors::report(*color)));
        }
        for (which, color) in term.colors.special.iter().enumerate() {
            if let Some(color) = color {
                let color = colors::report(*color);
                self.raw(&format!("\x1b]{};{color}\x1b\\", which + 10));
            }
        }
        self.raw("\x1b]2;");
        self.raw(term.title.as_deref().unwrap_or_default());
        self.raw("\x1b\\");
    }

    pub(super) fn tabs(&mut self, buffer: &Buffer) {
        let cols = self.term.cols;
        if (0..cols).all(|at| buffer.is_tab(at) == (at % 8 == 0)) {
            return;
        }
        self.csi("3g");
        for at in (0..cols).filter(|at| buffer.is_tab(*at)) {
            self.csi(&format!("{}G", at + 1));
            self.raw("\x1bH");
        }
    }

    pub(super) fn region(&mut self, buffer: &Buffer) {
        if (buffer.top, buffer.bottom) != (0, self.term.rows - 1) {
            self.csi(&format!("{};{}r", buffer.top + 1, buffer.bottom + 1));
        }
    }

    /// The saved cursor of the buffer that is shown.
    pub(super) fn slot(&mut self, buffer: &Buffer) {
        let saved = buffer.saved;
        let (x, y) = (saved.x, buffer.saved_y().min(self.term.rows - 1));
        let fresh = Saved {
            row: saved.row,
            ..Saved::default()
        };
        if saved == fresh && y == 0 && !self.slot_used {
            return;
        }
        self.slot_used = true;
        self.set_pen(Pen::default());
        self.go(x.min(self.term.cols - 1), y);
        if x >= self.term.cols {
            self.go_to_margin(buffer, y);
        }
        let pen = Pen {
            fg: saved.fg,
            bg: saved.bg,
            ..Pen::default()
        };
        self.set_pen(plain_for(pen));
        self.designate(0, saved.charset);
        self.raw("\x1b7");
        if saved.charset.is_some() {
            self.designate(0, None);
        }
    }

    /// That of the alternate buffer while it is not shown; nothing else of it is kept.
    pub(super) fn hidden_slot(&mut self, alternate: &Buffer) {
        if alternate.saved == Saved::default() {
            return;
        }
        self.switch(true);
        self.slot(alternate);
        self.set_pen(Pen::default());
        self.switch(false);
        self.slot_used = false;
        self.go(0, 0);
    }

    fn designate(&mut self, level: usize, set: Option<Charset>) {
        if set.is_none() && self.charset.is_none() {
            return;
        }
        self.designate_always(level, set);
        self.charset = set;
    }

    fn designate_always(&mut self, level: usize, set: Option<Charset>) {
        let letter = char::from(set.map_or(b'B', |set| set.letter));
        let before = ["(", ")", "*", "+"][level];
        self.raw(&format!("\x1b{before}{letter}"));
    }

    /// Modes, cursor and pen, in the buffer that is shown.
    pub(super) fn finish(&mut self) {
        let term = self.term;
        let buffer = term.buffer();
        self.restored();
        self.modes();
        let x = buffer.x;
        let row = &buffer.lines[buffer.base + buffer.y];
        let last = last_printed(term, row);
        if term.modes.origin {
            self.csi("?6h");
        }
        self.go_in_region(x.min(term.cols - 1));
        if x >= term.cols && last.is_none() {
            self.go_to_margin(buffer, buffer.y);
            (term.cols..x).for_each(|_| self.raw(LONE_MARK));
            self.raw("\x1b\\");
        }
        self.final_pen();
        if !term.modes.wraparound {
            self.csi("?7l");
        }
        if term.modes.insert {
            self.csi("4h");
        }
        if let Some(at) = last {
            self.print_again(row, at);
        }
    }

    fn final_pen(&mut self) {
        let pen = self.term.pen;
        if is_plain(pen) {
            self.set_pen(pen);
        } else if self.pen.ext == pen.ext && disagree_alike(self.pen, pen) {
            self.adjust_pen(pen);
        } else {
            self.set_pen(nearest_plain(pen));
        }
    }

    /// What was printed last, where and as it was printed: for marks, and for REP.
    fn print_again(&mut self, row: &Row, at: usize) {
        let (cols, pen) = (self.term.cols, self.pen);
        let wide = self.term.preceding;
        let no_room = at + 1 == cols && (wide == 2 || row.width(at.saturating_sub(1)) == 2);
        if no_room && at > 0 && row.width(at - 1) == 2 {
            // It stands where a wide character was, which must not be broken.
            self.go_in_region(at - 1);
            self.set_pen(of_cell(row, at - 1));
            self.print(row, at - 1);
            self.set_pen(pen);
        } else {
            self.go_in_region(at);
            if self.term.modes.insert {
                self.csi(&format!("{wide}P"));
            }
        }
        if no_room {
            self.filler(WIDE, 0);
        }
        if wide == row.width(at) {
            self.print(row, at);
        }
    }

    fn go_in_region(&mut self, x: usize) {
        let buffer = self.term.buffer();
        let y = match self.term.modes.origin {
            true => buffer.y.saturating_sub(buffer.top),
            false => buffer.y,
        };
        self.go(x, y);
    }

    /// What only restoring the cursor brings about: a pen whose parts disagree, a character set
    /// that is not the one of its level. Then all that is designated.
    fn restored(&mut self) {
        let term = self.term;
        let saved = term.buffer().saved;
        let kept = Pen {
            fg: saved.fg,
            bg: saved.bg,
            ext: term.pen.ext,
        };
        let odd_pen = !is_plain(term.pen) && disagree_alike(kept, term.pen);
        let charsets = term.charsets;
        let odd_set = charsets.active != charsets.designated[charsets.level];
        if odd_pen {
            self.set_pen(carrier_of(kept.ext));
        }
        if odd_set {
            self.charsets(charsets);
        }
        if odd_pen || odd_set {
            self.raw("\x1b8");
            (self.pen.fg, self.pen.bg) = (saved.fg, saved.bg);
            self.charset = saved.charset;
        }
        if !odd_set {
            self.charsets(charsets);
        }
    }

    fn charsets(&mut self, charsets: Charsets) {
        for (level, set) in charsets.designated.into_iter().enumerate() {
            if set.is_some() {
                self.designate_always(level, set);
            }
        }
        match charsets.level {
            0 if self.charset == charsets.designated[0] => {}
            0 => self.raw("\x0f"),
            1 => self.raw("\x0e"),
            2 => self.raw("\x1bn"),
            _ => self.raw("\x1bo"),
        }
        self.charset = charsets.designated[charsets.level];
    }

    fn modes(&mut self) {
        let term = self.term;
        let modes = &term.modes;
        let (style, blink) = (modes.cursor_style, modes.cursor_blink);
        let steady = u8::from(blink == Some(false));
        match (style, blink) {
            (None, None) => {}
            // Styles that there are none of change the blinking alone.
            (None, Some(_)) => self.csi(&format!("{} q", 7 + steady)),
            (Some(style), _) => self.csi(&format!("{} q", style * 2 - 1 + steady)),
        }
        let keypad = modes.application_keypad;
        for (on, mode) in [
            (modes.application_cursor, "1"),
            (modes.reverse_wraparound, "45"),
            (modes.send_focus, "1004"),
            (modes.bracketed_paste, "2004"),
            (modes.synchronized, "2026"),
            (keypad, "66"),
        ] {
            if on {
                self.csi(&format!("?{mode}h"));
            }
        }
        let mouse = [term.mouse.mode(), term.mouse_encoding.mode()];
        for mode in mouse.into_iter().flatten() {
            self.csi(&format!("?{mode}h"));
        }
        match term.lasting.blink {
            Some(true) => self.csi("?12h"),
            Some(false) => self.csi("?12l"),
            None => {}
        }
        if term.lasting.convert_eol {
            self.csi("20h");
        }
        if term.lasting.cursor_hidden {
            self.csi("?25l");
        }
    }

    /// From the last column behind it, where the next character wraps: by printing what is
    /// there.
    fn go_to_margin(&mut self, buffer: &Buffer, y: usize) {
        let last = self.term.cols - 1;
        let row = buffer.lines.get(buffer.base + y);
        let wide = row.is_some_and(|row| row.is_spacer(last) && row.width(last - 1) == 2);
        let at = if wide { last - 1 } else { last };
        let broken = row.filter(|row| at == last && row.width(at - 1) == 2);
        if wide || broken.is_some() {
            // Neither CHA nor CUB: in origin mode xterm.js would change the row, too.
            self.raw("\x08");
            self.x = last - 1;
        }
        if let Some(row) = broken {
            return self.wide_before_margin(row, last - 1);
        }
        self.set_pen(row.map_or(Pen::default(), |row| of_cell(row, at)));
        match row.filter(|row| row.has_content(at)) {
            Some(row) => self.print(row, at),
            // Looks the same as a cell that was erased.
            None => self.filler(" ", 1),
        }
    }
}

/// Where the character is that was printed last, if nothing came after it and it is still so.
fn last_printed(term: &Term, row: &Row) -> Option<usize> {
    let (x, wide) = (term.buffer().x, term.preceding as usize);
    let skipped = wide == 2 && !term.modes.wraparound && x + 1 == term.cols;
    let at = x.checked_sub(wide).filter(|_| wide > 0)?;
    if row.has_content(at) && row.width(at) as usize == wide {
        return Some(at);
    }
    // A wide one that had no room was not printed.
    skipped.then_some(x)
}
