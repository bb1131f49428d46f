//! A terminal without a window: it always knows what an xterm.js would show, and paints it.
//!
//! [`Screen::picture`] is a byte sequence that gives a freshly reset xterm.js of the same size
//! the same screen, cursor, modes and recent history, and leaves it such that the bytes that
//! follow do what they would have done had it seen everything.
//!
//! It follows xterm.js 6.0.0 (MIT) with its Unicode 11 addon, rule by rule; what differs from
//! other terminals, or looks like a mistake, is what our viewers do. Pure: no clock, no lock, no
//! session, no socket.

mod buffer;
mod cell;
mod charset;
mod colors;
mod decode;
mod dispatch;
mod erase;
mod feed;
mod heard;
mod links;
mod modes;
mod notify;
mod osc;
mod params;
mod parser;
mod picture;
mod print;
mod queries;
mod reflow;
mod row;
mod sgr;
mod skip;
mod table;
mod term;
#[cfg(test)]
mod tests;
mod width;
mod widths;

pub(crate) use colors::Theme;
#[cfg(any(test, feature = "test-util"))]
pub(crate) use heard::Deaf;
pub(crate) use heard::Heard;

use super::stream::Size;
use colors::Colors;
use parser::Parser;
use term::Term;

/// xterm.js has no narrower terminal.
const MIN_COLS: usize = 2;

/// What a terminal shows.
#[derive(Debug, Clone)]
pub(crate) struct Screen {
    term: Term,
    parser: Parser,
}

impl Screen {
    /// `history_lines`: rows kept above the screen.
    pub(crate) fn new(size: Size, history_lines: usize) -> Self {
        Self::with_theme(size, history_lines, Theme::default())
    }

    /// `theme`: what colour queries are answered with as long as no program changes it.
    pub(crate) fn with_theme(size: Size, history_lines: usize, theme: Theme) -> Self {
        let (cols, rows) = cells(size);
        let colors = Colors {
            theme,
            ..Colors::default()
        };
        Self {
            term: Term::new(cols, rows, history_lines, colors),
            parser: Parser::default(),
        }
    }

    /// Output of the program, in order. How it is cut into pieces makes no difference.
    pub(crate) fn feed(&mut self, bytes: &[u8], heard: &mut impl Heard) {
        self.feed_skipping(bytes, skip::WORTH, heard);
    }

    /// Lines that wrapped are laid out anew, as xterm.js does it.
    pub(crate) fn resize(&mut self, size: Size) {
        let (cols, rows) = cells(size);
        if (cols, rows) != (self.term.cols, self.term.rows) {
            self.term.resize(cols, rows);
        }
    }

    /// Bytes that show all of this in a freshly reset xterm.js. History is cut, oldest first, so
    /// that they are at most `max_bytes`, but the screen is always whole.
    pub(crate) fn picture(&self, max_bytes: usize) -> Vec<u8> {
        picture::paint(&self.term, &self.parser, max_bytes)
    }
}

/// What tests look at.
#[cfg(test)]
impl Screen {
    /// The program wants to be told where a paste begins and ends.
    pub(crate) fn bracketed_paste(&self) -> bool {
        self.term.modes.bracketed_paste
    }

    /// The program has taken the whole screen.
    pub(crate) fn alternate(&self) -> bool {
        self.term.active == term::ALTERNATE
    }

    pub(crate) fn title(&self) -> Option<&str> {
        self.term.title.as_deref()
    }

    /// Column and row, from 0; the column is the width when the next character wraps.
    pub(crate) fn cursor(&self) -> (usize, usize) {
        let buffer = self.term.buffer();
        (buffer.x, buffer.y)
    }
}

fn cells(size: Size) -> (usize, usize) {
    let (cols, rows) = (usize::from(size.cols), usize::from(size.rows));
    (cols.max(MIN_COLS), rows.max(1))
}
