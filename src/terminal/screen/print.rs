//! Printing: characters and marks into cells, with what that does to the halves of wide
//! characters, and the fast way for plain text.
//!
//! Source: `print` and `repeatPrecedingCharacter` in `InputHandler.ts` of xterm.js 6.0.0 (MIT).

use std::iter::Peekable;

use super::term::Term;
use super::width::width;

/// Most characters that one REP prints. More than a screen of them is no use to anybody.
const REPEAT_MAX: usize = 1 << 16;

impl Term {
    /// Printable ASCII.
    pub(super) fn print_ascii(&mut self, mut text: &[u8]) {
        if self.charsets.active.is_some() || self.modes.insert {
            self.print(text.iter().map(|byte| u32::from(*byte)));
            return;
        }
        self.begin_run();
        while !text.is_empty() {
            let (cols, pen) = (self.cols, self.pen);
            let buffer = &mut self.buffers[self.active];
            if buffer.x >= cols {
                if self.modes.wraparound {
                    self.wrap();
                } else {
                    // All but the last of them are overwritten in the last column.
                    buffer.x = cols - 1;
                    text = &text[text.len() - 1..];
                }
                continue;
            }
            let (now, later) = text.split_at(text.len().min(cols - buffer.x));
            let x = buffer.x;
            buffer.cursor_row().set_ascii(x, now, pen);
            buffer.x += now.len();
            text = later;
        }
        self.preceding = 1;
        self.end_run();
    }

    pub(super) fn print_if_any(&mut self, mut codes: Peekable<impl Iterator<Item = u32>>) {
        if codes.peek().is_some() {
            self.print(codes);
        }
    }

    pub(super) fn print(&mut self, mut codes: impl Iterator<Item = u32>) {
        self.begin_run();
        while let Some(code) = self.print_fitting(&mut codes) {
            self.put(code);
        }
        self.end_run();
    }

    /// The short way for characters that need nothing but a place in the row. Returns the first
    /// that needs more.
    fn print_fitting(&mut self, codes: &mut impl Iterator<Item = u32>) -> Option<u32> {
        if self.charsets.active.is_some() || self.modes.insert {
            return codes.next();
        }
        let (cols, pen) = (self.cols, self.pen);
        let buffer = &mut self.buffers[self.active];
        let mut x = buffer.x;
        let row = buffer.cursor_row();
        let odd = codes.find(|code| {
            let wide = width(*code);
            if wide == 0 || x + wide as usize > cols {
                return true;
            }
            row.set(x, *code, wide, pen);
            if wide == 2 {
                row.set(x + 1, 0, 0, pen);
            }
            x += wide as usize;
            self.preceding = wide;
            false
        });
        buffer.x = x;
        odd
    }

    /// A run that begins in the middle of a wide character breaks it.
    fn begin_run(&mut self) {
        if std::mem::replace(&mut self.in_run, true) {
            return;
        }
        let pen = self.pen;
        let buffer = &mut self.buffers[self.active];
        let x = buffer.x;
        if x > 0 && buffer.cursor_row().width(x - 1) == 2 {
            buffer.cursor_row().set(x - 1, 0, 1, pen);
        }
    }

    /// So does one that ends there.
    fn end_run(&mut self) {
        let pen = self.pen;
        let buffer = &mut self.buffers[self.active];
        let x = buffer.x;
        if buffer.cursor_row().is_spacer(x) {
            buffer.cursor_row().set(x, 0, 1, pen);
        }
    }

    fn put(&mut self, code: u32) {
        let code = match self.charsets.active {
            Some(set) if code < 127 => set.map(code),
            _ => code,
        };
        let (cols, pen) = (self.cols, self.pen);
        let own = width(code);
        // A mark joins what was printed before it and takes over its width.
        let joins = own == 0 && self.preceding > 0;
        let wide = if joins { self.preceding } else { own } as usize;
        let old = if joins { wide } else { 0 };
        self.preceding = wide as u32;
        if self.buffer().x + wide - old > cols {
            if self.modes.wraparound {
                self.wrap_for(old);
            } else {
                self.buffer_mut().x = cols - 1;
                if wide == 2 {
                    return;
                }
            }
        }
        let insert = self.modes.insert;
        let buffer = &mut self.buffers[self.active];
        let x = buffer.x;
        let row = buffer.cursor_row();
        if joins && x > 0 {
            let back = if row.width(x - 1) > 0 { 1 } else { 2 };
            if x >= back {
                row.join(x - back, code, wide as u32);
            }
            return;
        }
        if insert && x < cols {
            row.insert(x, wide - old, pen);
            if row.width(cols - 1) == 2 {
                row.set(cols - 1, 0, 1, pen);
            }
        }
        row.set(x, code, wide as u32, pen);
        if wide == 2 {
            row.set(x + 1, 0, 0, pen);
        }
        buffer.x += wide.max(1);
    }

    fn wrap(&mut self) {
        self.wrap_for(0);
    }

    /// Goes on in the next row. A character of `old` cells that a mark has made wider would be
    /// taken along; widths of Unicode 11 never do that.
    fn wrap_for(&mut self, old: usize) {
        let (cols, rows, pen) = (self.cols, self.rows, self.pen);
        let buffer = &mut self.buffers[self.active];
        let left = buffer.x.saturating_sub(old);
        let gap = buffer.base + buffer.y;
        // Before the row moves: a wide character that did not fit leaves a gap.
        for at in left..cols {
            buffer.lines[gap].set(at, 0, 1, pen);
        }
        buffer.x = old;
        if buffer.y == buffer.bottom {
            buffer.scroll(pen.eraser(), true);
        } else {
            buffer.y = (buffer.y + 1).min(rows - 1);
            buffer.cursor_row().wrapped = true;
        }
    }

    /// REP.
    pub(super) fn repeat(&mut self, count: usize) {
        let wide = self.preceding as usize;
        if wide == 0 {
            return;
        }
        let buffer = self.buffer();
        let mut text = String::new();
        if buffer.x >= wide {
            buffer.lines[buffer.base + buffer.y].push_text(buffer.x - wide, &mut text);
        }
        let codes: Vec<u32> = text.chars().map(u32::from).collect();
        if codes.is_empty() {
            return;
        }
        self.in_run = false;
        let count = count.min(REPEAT_MAX);
        self.print(codes.iter().copied().cycle().take(codes.len() * count));
    }
}
