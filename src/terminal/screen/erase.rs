//! Erasing, and inserting and deleting of cells and rows.
//!
//! Source: `InputHandler.ts` of xterm.js 6.0.0 (MIT), odd results included.

use super::cell::Pen;
use super::params::Params;
use super::term::Term;

impl Term {
    /// ED; with `respect`, DECSED.
    pub(super) fn erase_in_display(&mut self, what: i32, respect: bool) {
        self.restrict(self.cols);
        let (cols, rows, pen) = (self.cols, self.rows, self.pen.eraser());
        let buffer = self.buffer_mut();
        let (x, y) = (buffer.x, buffer.y);
        match what {
            0 => {
                let row = buffer.cursor_row();
                row.erase(x, cols, pen, respect);
                if x == 0 {
                    row.wrapped = false;
                }
                (y + 1..rows).for_each(|y| self.erase_row(y, pen, respect));
            }
            1 => {
                let row = buffer.cursor_row();
                row.erase(0, x + 1, pen, respect);
                row.wrapped = false;
                if x + 1 >= cols {
                    self.unwrap_below(y);
                }
                (0..y).for_each(|y| self.erase_row(y, pen, respect));
            }
            2 => (0..rows).for_each(|y| self.erase_row(y, pen, respect)),
            3 => buffer.drop_history(),
            _ => {}
        }
    }

    /// xterm.js looks for the row below among all rows, the history included, and so do we.
    fn unwrap_below(&mut self, y: usize) {
        let buffer = self.buffer_mut();
        let at = if buffer.is_full() {
            (y + 1) % buffer.max
        } else {
            y + 1
        };
        if let Some(row) = buffer.lines.get_mut(at) {
            row.wrapped = false;
        }
    }

    fn erase_row(&mut self, y: usize, pen: Pen, respect: bool) {
        let cols = self.cols;
        let row = self.buffer_mut().row(y);
        if respect {
            row.erase(0, cols, pen, true);
        } else {
            row.fill(0, pen);
        }
        row.wrapped = false;
    }

    /// EL; with `respect`, DECSEL.
    pub(super) fn erase_in_line(&mut self, what: i32, respect: bool) {
        self.restrict(self.cols);
        let (cols, pen) = (self.cols, self.pen.eraser());
        let buffer = self.buffer_mut();
        let x = buffer.x;
        let row = buffer.cursor_row();
        match what {
            0 => {
                row.erase(x, cols, pen, respect);
                row.wrapped &= x != 0;
            }
            1 => row.erase(0, x + 1, pen, respect),
            2 => {
                row.erase(0, cols, pen, respect);
                row.wrapped = false;
            }
            _ => {}
        }
    }

    /// ECH.
    pub(super) fn erase_cells(&mut self, count: usize) {
        self.on_cells(|row, x, pen| row.erase(x, x.saturating_add(count), pen, false));
    }

    /// ICH.
    pub(super) fn insert_cells(&mut self, count: usize) {
        self.on_cells(|row, x, pen| row.insert(x, count, pen));
    }

    /// DCH.
    pub(super) fn delete_cells(&mut self, count: usize) {
        self.on_cells(|row, x, pen| row.delete(x, count, pen));
    }

    fn on_cells(&mut self, change: impl FnOnce(&mut super::row::Row, usize, Pen)) {
        self.restrict(self.cols - 1);
        let pen = self.pen.eraser();
        let buffer = self.buffer_mut();
        let x = buffer.x;
        change(buffer.cursor_row(), x, pen);
    }

    /// IL.
    pub(super) fn insert_rows(&mut self, count: usize) {
        self.restrict(self.cols - 1);
        if !self.in_region() {
            return;
        }
        let y = self.buffer().y;
        self.rotate_rows(count, |base, bottom| (base + bottom, base + y));
        self.buffer_mut().x = 0;
    }

    /// DL.
    pub(super) fn delete_rows(&mut self, count: usize) {
        self.restrict(self.cols - 1);
        if !self.in_region() {
            return;
        }
        let y = self.buffer().y;
        self.rotate_rows(count, |base, bottom| (base + y, base + bottom));
        self.buffer_mut().x = 0;
    }

    /// SU: nothing of it becomes history.
    pub(super) fn scroll_up(&mut self, count: usize) {
        let top = self.buffer().top;
        self.rotate_rows(count, |base, bottom| (base + top, base + bottom));
    }

    /// SD: what comes in at the top has no background.
    pub(super) fn scroll_down(&mut self, count: usize) {
        let buffer = self.buffer_mut();
        let (first, last) = (buffer.base + buffer.top, buffer.base + buffer.bottom);
        for _ in 0..count.min(buffer.rows) {
            buffer.rotate(last, first, Pen::default());
        }
    }

    fn rotate_rows(&mut self, count: usize, rows: impl Fn(usize, usize) -> (usize, usize)) {
        let pen = self.pen.eraser();
        let buffer = self.buffer_mut();
        let (from, to) = rows(buffer.base, buffer.bottom);
        // After as many rows as there are, nothing changes any more.
        for _ in 0..count.min(buffer.rows) {
            buffer.rotate(from, to, pen);
        }
    }

    fn in_region(&self) -> bool {
        let buffer = self.buffer();
        (buffer.top..=buffer.bottom).contains(&buffer.y)
    }

    /// SL, SR, DECIC and DECDC: cells of every row of the region, from a column on.
    pub(super) fn shift_columns(&mut self, params: &Params, at_cursor: bool, insert: bool) {
        if !self.in_region() {
            return;
        }
        let (count, pen) = (params.count(0), self.pen.eraser());
        let buffer = self.buffer_mut();
        let x = if at_cursor { buffer.x } else { 0 };
        for y in buffer.top..=buffer.bottom {
            let row = buffer.row(y);
            match insert {
                true => row.insert(x, count, pen),
                false => row.delete(x, count, pen),
            }
            row.wrapped = false;
        }
    }

    /// DECALN. With the history full, xterm.js goes on at its first row.
    pub(super) fn alignment_pattern(&mut self) {
        self.set_cursor(0, 0);
        let (rows, mut pen) = (self.rows, self.pen);
        pen.ext = super::cell::Ext::default();
        let buffer = self.buffer_mut();
        for n in 0..rows {
            let at = buffer.base + buffer.y + n;
            let at = if buffer.is_full() {
                at % buffer.max
            } else {
                at
            };
            if let Some(row) = buffer.lines.get_mut(at) {
                row.fill(u32::from('E'), pen);
                row.wrapped = false;
            }
        }
        self.set_cursor(0, 0);
    }
}
