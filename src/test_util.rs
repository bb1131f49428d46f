//! What tests and tools of this repository need of the inside. Hidden, and no promise of any kind.

use crate::terminal::screen::{Deaf, Screen};
use crate::terminal::stream::Size;

/// The screen model of a terminal, with nobody listening to the program.
#[derive(Debug, Clone)]
pub struct ScreenModel(Screen);

impl ScreenModel {
    /// Sizes in cells; `history_lines` rows above the screen are kept.
    #[must_use]
    pub fn new(cols: u16, rows: u16, history_lines: usize) -> Self {
        Self(Screen::new(Size { cols, rows }, history_lines))
    }

    /// Output of the program.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.0.feed(bytes, &mut Deaf);
    }

    /// Another size in cells.
    pub fn resize(&mut self, cols: u16, rows: u16) {
        self.0.resize(Size { cols, rows });
    }

    /// Bytes that paint it, at most `max_bytes` of them where that can be.
    #[must_use]
    pub fn picture(&self, max_bytes: usize) -> Vec<u8> {
        self.0.picture(max_bytes)
    }
}

/// For a fuzzer: reads `data` as output in pieces, sizes and pictures. Must come back, whatever
/// `data` is.
pub fn exercise(data: &[u8]) {
    const HISTORY_LINES: usize = 50;
    let size = |byte: u8| Size {
        cols: u16::from(byte >> 3) * 3 + 1,
        rows: u16::from(byte & 7) * 2 + 1,
    };
    let mut now = size(data.first().copied().unwrap_or_default());
    let mut screen = Screen::new(now, HISTORY_LINES);
    // A piece ends where its first byte says, or at the end.
    let mut rest = data.get(1..).unwrap_or_default();
    while let Some((head, tail)) = rest.split_first() {
        let (piece, later) = tail.split_at(usize::from(*head).min(tail.len()));
        screen.feed(piece, &mut Deaf);
        if head & 3 == 0 {
            now = size(*head);
            screen.resize(now);
        }
        let mut late = Screen::new(now, HISTORY_LINES);
        late.feed(&screen.picture(usize::MAX), &mut Deaf);
        rest = later;
    }
}
