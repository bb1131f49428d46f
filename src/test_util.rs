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
