//! The terminal that the parser drives: buffers, pen, modes. The handlers of its sequences are
//! in the files beside this one, by topic.

use super::buffer::{Buffer, Saved};
use super::cell::Pen;
use super::charset::Charsets;
use super::colors::Colors;
use super::links::Links;
use super::modes::{Lasting, Modes, Mouse, MouseEncoding};

pub(super) const NORMAL: usize = 0;
pub(super) const ALTERNATE: usize = 1;

#[derive(Debug, Clone)]
pub(super) struct Term {
    pub(super) cols: usize,
    pub(super) rows: usize,
    pub(super) buffers: [Buffer; 2],
    pub(super) active: usize,
    pub(super) pen: Pen,
    pub(super) charsets: Charsets,
    pub(super) modes: Modes,
    pub(super) lasting: Lasting,
    pub(super) mouse: Mouse,
    pub(super) mouse_encoding: MouseEncoding,
    pub(super) links: Links,
    pub(super) colors: Colors,
    pub(super) title: Option<String>,
    /// Width of the character that was printed last, 0 when something else came after it: what
    /// a combining mark joins, and what REP repeats.
    pub(super) preceding: u32,
    /// Characters are being printed; nothing else has come since the first of them.
    pub(super) in_run: bool,
}

impl Term {
    pub(super) fn new(cols: usize, rows: usize, history: usize, colors: Colors) -> Self {
        let mut term = Self {
            cols,
            rows,
            buffers: [Buffer::new(cols, rows, history), Buffer::new(cols, rows, 0)],
            active: NORMAL,
            pen: Pen::default(),
            charsets: Charsets::default(),
            modes: Modes::default(),
            lasting: Lasting::default(),
            mouse: Mouse::default(),
            mouse_encoding: MouseEncoding::default(),
            links: Links::default(),
            colors,
            title: None,
            preceding: 0,
            in_run: false,
        };
        term.buffers[NORMAL].fill(Pen::default());
        term
    }

    pub(super) fn buffer(&self) -> &Buffer {
        &self.buffers[self.active]
    }

    pub(super) fn buffer_mut(&mut self) -> &mut Buffer {
        &mut self.buffers[self.active]
    }

    pub(super) fn resize(&mut self, cols: usize, rows: usize) {
        (self.cols, self.rows) = (cols, rows);
        for buffer in &mut self.buffers {
            buffer.resize(cols, rows);
            buffer.extend_tabs();
        }
    }

    /// RIS. What xterm.js forgets to reset stays.
    pub(super) fn reset(&mut self) {
        let history = self.buffers[NORMAL].history;
        let colors = std::mem::take(&mut self.colors);
        let fresh = Self::new(self.cols, self.rows, history, colors);
        let old = std::mem::replace(self, fresh);
        self.lasting = old.lasting;
        self.title = old.title;
    }

    /// DECSTR.
    pub(super) fn soft_reset(&mut self) {
        self.lasting.cursor_hidden = false;
        self.pen = Pen::default();
        self.modes = Modes::default();
        self.charsets = Charsets::default();
        let rows = self.rows;
        let buffer = self.buffer_mut();
        (buffer.top, buffer.bottom) = (0, rows - 1);
        buffer.saved = Saved {
            row: buffer.base,
            ..Saved::default()
        };
    }

    pub(super) fn show_alternate(&mut self) {
        if self.active == ALTERNATE {
            return;
        }
        let (x, y) = (self.buffers[NORMAL].x, self.buffers[NORMAL].y);
        let alternate = &mut self.buffers[ALTERNATE];
        alternate.fill(self.pen.eraser());
        (alternate.x, alternate.y) = (x, y);
        self.active = ALTERNATE;
    }

    pub(super) fn show_normal(&mut self) {
        if self.active == NORMAL {
            return;
        }
        let (x, y) = (self.buffers[ALTERNATE].x, self.buffers[ALTERNATE].y);
        (self.buffers[NORMAL].x, self.buffers[NORMAL].y) = (x, y);
        self.buffers[ALTERNATE].clear();
        self.active = NORMAL;
    }

    pub(super) fn save_cursor(&mut self) {
        let (pen, charset) = (self.pen, self.charsets.active);
        let buffer = self.buffer_mut();
        buffer.saved = Saved {
            x: buffer.x,
            row: buffer.base + buffer.y,
            fg: pen.fg,
            bg: pen.bg,
            charset,
        };
    }

    pub(super) fn restore_cursor(&mut self) {
        let buffer = self.buffer_mut();
        let saved = buffer.saved;
        (buffer.x, buffer.y) = (saved.x, buffer.saved_y());
        (self.pen.fg, self.pen.bg) = (saved.fg, saved.bg);
        self.charsets.active = saved.charset;
        self.restrict(self.cols - 1);
    }

    pub(super) fn line_feed(&mut self) {
        let (convert, rows, pen) = (self.lasting.convert_eol, self.rows, self.pen.eraser());
        let buffer = self.buffer_mut();
        if convert {
            buffer.x = 0;
        }
        if buffer.y == buffer.bottom {
            buffer.scroll(pen, false);
        } else if buffer.y + 1 < rows {
            buffer.y += 1;
            buffer.cursor_row().wrapped = false;
        }
        if buffer.x >= buffer.cols {
            buffer.x -= 1;
        }
    }

    /// IND: a line feed that knows nothing of LNM and clears no wrap.
    pub(super) fn index(&mut self) {
        self.restrict(self.cols - 1);
        let (rows, pen) = (self.rows, self.pen.eraser());
        let buffer = self.buffer_mut();
        if buffer.y == buffer.bottom {
            buffer.scroll(pen, false);
        } else if buffer.y + 1 < rows {
            buffer.y += 1;
        }
        self.restrict(self.cols - 1);
    }

    pub(super) fn reverse_index(&mut self) {
        self.restrict(self.cols - 1);
        let pen = self.pen.eraser();
        let buffer = self.buffer_mut();
        if buffer.y == buffer.top {
            let (first, last) = (buffer.base + buffer.top, buffer.base + buffer.bottom);
            buffer.rotate(last, first, pen);
        } else {
            buffer.y = buffer.y.saturating_sub(1);
            self.restrict(self.cols - 1);
        }
    }

    pub(super) fn backspace(&mut self) {
        if !self.modes.reverse_wraparound {
            self.restrict(self.cols - 1);
            let buffer = self.buffer_mut();
            buffer.x = buffer.x.saturating_sub(1);
            return;
        }
        self.restrict(self.cols);
        let cols = self.cols;
        let buffer = self.buffer_mut();
        if buffer.x > 0 {
            buffer.x -= 1;
        } else if buffer.y > buffer.top
            && buffer.y <= buffer.bottom
            && std::mem::take(&mut buffer.cursor_row().wrapped)
        {
            buffer.y -= 1;
            buffer.x = cols - 1;
            let row = buffer.cursor_row();
            if row.width(cols - 1) > 0 && !row.has_content(cols - 1) {
                buffer.x -= 1;
            }
        }
        self.restrict(self.cols - 1);
    }

    pub(super) fn tab(&mut self) {
        let buffer = self.buffer_mut();
        if buffer.x < buffer.cols {
            buffer.x = buffer.next_tab(buffer.x);
        }
    }

    /// Keeps the cursor on the screen, or in the region in origin mode.
    pub(super) fn restrict(&mut self, max_x: usize) {
        let (origin, rows) = (self.modes.origin, self.rows);
        let buffer = self.buffer_mut();
        buffer.x = buffer.x.min(max_x);
        buffer.y = match origin {
            true => buffer.y.max(buffer.top).min(buffer.bottom),
            false => buffer.y.min(rows - 1),
        };
    }

    /// Moves the cursor to a place, counted from the region in origin mode.
    pub(super) fn set_cursor(&mut self, x: i64, y: i64) {
        let origin = self.modes.origin;
        let buffer = self.buffer_mut();
        let y = if origin { y + buffer.top as i64 } else { y };
        buffer.x = x.max(0) as usize;
        buffer.y = y.max(0) as usize;
        self.restrict(self.cols - 1);
    }

    /// In origin mode xterm.js counts the row from the region twice; so do we.
    pub(super) fn move_cursor(&mut self, dx: i64, dy: i64) {
        self.restrict(self.cols - 1);
        let buffer = self.buffer();
        let (x, y) = (buffer.x as i64 + dx, buffer.y as i64 + dy);
        self.set_cursor(x, y);
    }
}
