//! The picture: a screen as bytes that paint it. Reads the model, never changes it.
//!
//! Order matters. First what no reset brings back; the saved cursor of the alternate buffer;
//! history and rows of the normal buffer, its tab stops, region and saved cursor; the same for
//! the alternate buffer when it is shown; modes; the cursor; the pen. Last the character that
//! was printed last, once more, so that a combining mark or REP finds it, and the beginning of
//! a sequence that is not complete yet.

mod pen;
mod rows;
mod state;

use super::buffer::Buffer;
use super::cell::Pen;
use super::charset::Charset;
use super::parser::Parser;
use super::row::Row;
use super::term::{ALTERNATE, NORMAL, Term};

/// What a picture that begins elsewhere in the history may be longer by.
const SLACK: usize = 256;

pub(super) fn paint(term: &Term, parser: &Parser, max_bytes: usize) -> Vec<u8> {
    let (picture, starts) = Painter::new(term).paint(parser, 0);
    if picture.len() <= max_bytes || starts.len() < 2 {
        return picture;
    }
    let surplus = picture.len() + SLACK - max_bytes;
    let lines = &term.buffers[NORMAL].lines;
    let last = starts.len() - 1;
    let first = (1..last)
        .find(|at| starts[*at] - starts[0] >= surplus && !lines[*at].wrapped)
        .unwrap_or(last);
    Painter::new(term).paint(parser, first).0
}

/// Writes bytes and knows what they have made of the viewer's terminal.
struct Painter<'a> {
    term: &'a Term,
    out: Vec<u8>,
    pen: Pen,
    x: usize,
    y: usize,
    charset: Option<Charset>,
    /// A mark that is printed now would join the character before it.
    joins: bool,
    /// The viewer's saved cursor is not what it was after the reset.
    slot_used: bool,
}

impl<'a> Painter<'a> {
    fn new(term: &'a Term) -> Self {
        Self {
            term,
            out: Vec::new(),
            pen: Pen::default(),
            x: 0,
            y: 0,
            charset: None,
            joins: false,
            slot_used: false,
        }
    }

    /// With rows of the normal buffer from `first` on; also says where each row of history
    /// begins, and the screen after them.
    fn paint(mut self, parser: &Parser, first: usize) -> (Vec<u8>, Vec<usize>) {
        let [normal, alternate] = &self.term.buffers;
        self.lasting();
        if self.term.active == NORMAL {
            self.hidden_slot(alternate);
        }
        let rows: Vec<&Row> = normal.lines.iter().skip(first).collect();
        let mut starts = self.rows(&rows);
        starts.truncate(normal.base.saturating_sub(first) + 1);
        self.layout(normal);
        if self.term.active == ALTERNATE {
            self.go(normal.x.min(self.term.cols - 1), normal.y);
            self.set_pen(Pen::default());
            self.switch(true);
            self.go(0, 0);
            let rows: Vec<&Row> = alternate.lines.iter().collect();
            self.rows(&rows);
            self.layout(alternate);
        }
        self.finish();
        self.out.extend(parser.pending());
        (self.out, starts)
    }

    /// Tab stops, region and saved cursor of the buffer that is shown.
    fn layout(&mut self, buffer: &Buffer) {
        self.tabs(buffer);
        self.region(buffer);
        self.slot(buffer);
    }

    fn raw(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
        self.joins = false;
    }

    /// A control sequence: parameters and final byte.
    fn csi(&mut self, rest: &str) {
        self.raw("\x1b[");
        self.raw(rest);
    }

    fn switch(&mut self, alternate: bool) {
        // Not 1049, which would save the cursor.
        self.csi(if alternate { "?1047h" } else { "?1047l" });
    }

    /// The cursor to a place on the screen, wherever it is. Not for origin mode.
    fn go(&mut self, x: usize, y: usize) {
        self.csi(&format!("{};{}H", y + 1, x + 1));
        (self.x, self.y) = (x, y);
    }

    /// The cursor to a column of its row.
    fn go_to_column(&mut self, x: usize) {
        if self.x == x {
            return;
        }
        match x.checked_sub(self.x) {
            _ if x == 0 => self.raw("\r"),
            Some(1) => self.csi("C"),
            Some(right) if self.x < self.term.cols => self.csi(&format!("{right}C")),
            _ => self.csi(&format!("{}G", x + 1)),
        }
        self.x = x;
    }

    /// The text of a cell with the pen as it is.
    fn print(&mut self, row: &Row, at: usize) {
        let mut text = String::new();
        row.push_text(at, &mut text);
        let width = row.width(at) as usize;
        if width == 0 && self.joins {
            // Nothing, but it parts the mark from what was printed before.
            self.raw("\x1b\\");
        }
        if let Some(charset) = self.charset {
            text = text.chars().map(|c| charset.unmap(c)).collect();
        }
        self.raw(&text);
        self.joins = width > 0;
        self.x += width.max(1);
    }

    /// A character that will be overwritten.
    fn filler(&mut self, text: &str, width: usize) {
        self.raw(text);
        self.joins = true;
        self.x += width;
    }
}
