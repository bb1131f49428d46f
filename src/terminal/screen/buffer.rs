//! One of the two buffers: rows with their history, the cursor, the scroll region, tab stops and
//! the saved cursor. Knows nothing of modes and pens other than those it is given.
//!
//! Source: `buffer/Buffer.ts` and `services/BufferService.ts` of xterm.js 6.0.0 (MIT).

use std::collections::VecDeque;

use super::cell::Pen;
use super::charset::Charset;
use super::row::Row;

const TAB: usize = 8;
/// No stop is kept further to the right: no terminal is wider.
const TABS_MAX: usize = 1024;

/// What a cursor is saved with. The extras of the pen are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Saved {
    pub(super) x: usize,
    /// Counted from the first row of the history, not of the screen.
    pub(super) row: usize,
    pub(super) fg: u32,
    pub(super) bg: u32,
    pub(super) charset: Option<Charset>,
}

#[derive(Debug, Clone)]
pub(super) struct Buffer {
    /// History, then the screen. Empty while the alternate buffer is not shown.
    pub(super) lines: VecDeque<Row>,
    /// Most rows that `lines` holds.
    pub(super) max: usize,
    /// Rows of history that are kept; the alternate buffer keeps none.
    pub(super) history: usize,
    /// Where the screen begins in `lines`.
    pub(super) base: usize,
    /// Column, `cols` and more when the next character wraps.
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) top: usize,
    /// The last row of the region.
    pub(super) bottom: usize,
    pub(super) tabs: Vec<bool>,
    pub(super) saved: Saved,
    pub(super) cols: usize,
    pub(super) rows: usize,
}

impl Buffer {
    pub(super) fn new(cols: usize, rows: usize, history: usize) -> Self {
        let mut buffer = Self {
            lines: VecDeque::new(),
            max: rows + history,
            history,
            base: 0,
            x: 0,
            y: 0,
            top: 0,
            bottom: rows - 1,
            tabs: Vec::new(),
            saved: Saved::default(),
            cols,
            rows,
        };
        buffer.reset_tabs();
        buffer
    }

    /// Gives an empty buffer its rows.
    pub(super) fn fill(&mut self, pen: Pen) {
        if self.lines.is_empty() {
            self.lines = (0..self.rows).map(|_| Row::new(self.cols, pen)).collect();
        }
    }

    /// Everything but the saved cursor as in the beginning, without rows.
    pub(super) fn clear(&mut self) {
        let saved = self.saved;
        *self = Self::new(self.cols, self.rows, self.history);
        self.saved = saved;
    }

    /// The row of the screen at `y`.
    pub(super) fn row(&mut self, y: usize) -> &mut Row {
        let at = self.base + y;
        &mut self.lines[at]
    }

    pub(super) fn cursor_row(&mut self) -> &mut Row {
        self.row(self.y)
    }

    pub(super) fn is_full(&self) -> bool {
        self.lines.len() >= self.max
    }

    /// Moves the region up by a row; what leaves a region at the top of the screen becomes
    /// history.
    pub(super) fn scroll(&mut self, pen: Pen, wrapped: bool) {
        let (first, last) = (self.base + self.top, self.base + self.bottom);
        if self.top > 0 {
            self.rotate(first, last, pen);
        } else if self.is_full() {
            let recycled = self.lines.pop_front();
            let mut row = recycled.unwrap_or_else(|| Row::new(self.cols, pen));
            row.renew(self.cols, pen);
            // One row fewer in front: what was after `last` is at `last` now.
            self.lines.insert(last.min(self.lines.len()), row);
        } else {
            self.lines.insert(last + 1, Row::new(self.cols, pen));
            self.base += 1;
        }
        self.row(self.bottom).wrapped = wrapped;
    }

    /// Removes the row at `from` and puts a blank one at `to`; both count from the first row
    /// of the history.
    pub(super) fn rotate(&mut self, from: usize, to: usize, pen: Pen) {
        let Some(mut row) = self.lines.remove(from) else {
            return;
        };
        row.renew(self.cols, pen);
        self.lines.insert(to.min(self.lines.len()), row);
    }

    /// Forgets the history.
    pub(super) fn drop_history(&mut self) {
        let history = self.lines.len().saturating_sub(self.rows);
        self.lines.drain(..history);
        self.base = self.base.saturating_sub(history);
    }

    pub(super) fn reset_tabs(&mut self) {
        self.tabs.clear();
        self.tabs_from(0);
    }

    fn tabs_from(&mut self, mut at: usize) {
        if self.tabs.len() < self.cols {
            self.tabs.resize(self.cols, false);
        }
        while at < self.cols {
            self.tabs[at] = true;
            at += TAB;
        }
    }

    /// Stops for what a new width has added.
    pub(super) fn extend_tabs(&mut self) {
        let at = match self.is_tab(self.cols) {
            true => self.cols,
            false => self.previous_tab(self.cols),
        };
        self.tabs_from(at);
    }

    pub(super) fn is_tab(&self, at: usize) -> bool {
        self.tabs.get(at).copied().unwrap_or(false)
    }

    pub(super) fn set_tab(&mut self, at: usize, tab: bool) {
        if at < TABS_MAX {
            if self.tabs.len() <= at {
                self.tabs.resize(at + 1, false);
            }
            self.tabs[at] = tab;
        }
    }

    pub(super) fn next_tab(&self, x: usize) -> usize {
        let found = (x + 1..self.cols).find(|at| self.is_tab(*at));
        found.unwrap_or(self.cols - 1)
    }

    pub(super) fn previous_tab(&self, x: usize) -> usize {
        let found = (0..x).rev().find(|at| self.is_tab(*at));
        found.unwrap_or(0).min(self.cols - 1)
    }

    /// The row of the saved cursor on the screen.
    pub(super) fn saved_y(&self) -> usize {
        self.saved.row.saturating_sub(self.base)
    }
}
