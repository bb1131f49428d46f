//! A buffer takes another size: rows come and go, and lines that wrapped are laid out anew.
//! Odd results are kept where xterm.js has them. Knows buffers and rows only.
//!
//! Source: `buffer/Buffer.ts` and `buffer/BufferReflow.ts` of xterm.js 6.0.0 (MIT).

use std::collections::VecDeque;

use super::buffer::Buffer;
use super::cell::Pen;
use super::row::Row;

/// New rows that go before the row `at` of the old numbering.
struct Insertion {
    at: usize,
    rows: Vec<Row>,
}

impl Buffer {
    /// `cols` at least 2, `rows` at least 1.
    pub(super) fn resize(&mut self, cols: usize, rows: usize) {
        let max = rows + self.history;
        if !self.lines.is_empty() {
            if self.cols < cols {
                self.lines.iter_mut().for_each(|row| row.resize(cols));
            }
            self.max = self.max.max(max);
            let added = self.change_height(cols, rows);
            self.trim(max);
            self.x = self.x.min(cols - 1);
            self.y = self.y.min(rows - 1) + added;
            self.saved.x = self.saved.x.min(cols - 1);
            self.top = 0;
        }
        self.max = max;
        self.bottom = rows - 1;
        if self.history > 0 && !self.lines.is_empty() {
            self.reflow(cols, rows);
        }
        if self.cols > cols {
            self.lines.iter_mut().for_each(|row| row.resize(cols));
        }
        (self.cols, self.rows) = (cols, rows);
        self.settle();
    }

    /// Returns by how many rows the cursor has moved down.
    fn change_height(&mut self, cols: usize, rows: usize) -> usize {
        let mut added = 0;
        for _ in self.rows..rows {
            if self.lines.len() >= rows + self.base {
                continue;
            }
            if self.base > 0 && self.lines.len() <= self.base + self.y + added + 1 {
                self.base -= 1;
                added += 1;
            } else {
                self.lines.push_back(Row::new(cols, Pen::default()));
            }
        }
        for _ in rows..self.rows {
            if self.lines.len() <= rows + self.base {
                continue;
            }
            if self.lines.len() > self.base + self.y + 1 {
                self.lines.pop_back();
            } else {
                self.base += 1;
            }
        }
        added
    }

    fn trim(&mut self, max: usize) {
        if max >= self.max {
            return;
        }
        let surplus = self.lines.len().saturating_sub(max);
        self.lines.drain(..surplus);
        self.base = self.base.saturating_sub(surplus);
        self.saved.row = self.saved.row.saturating_sub(surplus);
    }

    /// What xterm.js leaves to luck: every row of the screen is there, of the right width.
    fn settle(&mut self) {
        let cols = self.cols;
        if self.lines.is_empty() {
            return;
        }
        self.base = self.base.min(self.max - self.rows);
        while self.lines.len() < self.base + self.rows {
            self.lines.push_back(Row::new(cols, Pen::default()));
        }
        for row in self.lines.iter_mut().filter(|row| row.len() != cols) {
            row.resize(cols);
        }
        self.y = self.y.min(self.rows - 1);
    }

    fn reflow(&mut self, cols: usize, rows: usize) {
        match cols.cmp(&self.cols) {
            std::cmp::Ordering::Greater => self.reflow_larger(cols, rows),
            std::cmp::Ordering::Less => self.reflow_smaller(cols, rows),
            std::cmp::Ordering::Equal => {}
        }
    }

    /// The cursor's line is left alone: the program will repaint it.
    fn holds_cursor(&self, first: usize, count: usize) -> bool {
        (first..first + count).contains(&(self.base + self.y))
    }

    fn reflow_larger(&mut self, cols: usize, rows: usize) {
        let mut remove = vec![false; self.lines.len()];
        let mut y = 0;
        while y + 1 < self.lines.len() {
            let wrapped = self.lines.range(y + 1..).take_while(|row| row.wrapped);
            let count = 1 + wrapped.count();
            if count > 1 && !self.holds_cursor(y, count) {
                let kept = self.join_lines(y, count, cols);
                remove[y + kept..y + count].fill(true);
            }
            y += count;
        }
        let removed = remove.iter().filter(|remove| **remove).count();
        let mut remove = remove.into_iter();
        self.lines.retain(|_| !remove.next().unwrap_or(false));
        for _ in 0..removed {
            if self.base > 0 {
                self.base -= 1;
                continue;
            }
            self.y = self.y.saturating_sub(1);
            if self.lines.len() < rows {
                self.lines.push_back(Row::new(cols, Pen::default()));
            }
        }
        self.saved.row = self.saved.row.saturating_sub(removed);
    }

    /// Pulls the text of `count` rows from `first` on together; returns how many rows it takes.
    fn join_lines(&mut self, first: usize, count: usize, cols: usize) -> usize {
        let mut lines: Vec<Row> = self.lines.range(first..first + count).cloned().collect();
        let old = self.cols;
        let (mut to_line, mut to) = (0, wrapped_len(&lines, 0, old));
        let (mut from_line, mut from) = (1, 0);
        while from_line < count {
            let source_len = wrapped_len(&lines, from_line, old);
            let len = source_len.saturating_sub(from).min(cols - to);
            copy(&mut lines, (from_line, from), (to_line, to), len);
            to += len;
            if to == cols {
                (to_line, to) = (to_line + 1, 0);
            }
            from += len;
            if from >= source_len {
                (from_line, from) = (from_line + 1, 0);
            }
            if to == 0 && to_line > 0 && lines[to_line - 1].width(cols - 1) == 2 {
                copy(&mut lines, (to_line - 1, cols - 1), (to_line, to), 1);
                to += 1;
                lines[to_line - 1].set(cols - 1, 0, 1, Pen::default());
            }
        }
        if let Some(last) = lines.get_mut(to_line) {
            last.erase(to, cols, Pen::default(), false);
        }
        let kept = (1..count)
            .rev()
            .find(|at| *at <= to_line && lines[*at].trimmed_len() > 0);
        for (at, line) in lines.into_iter().enumerate() {
            self.lines[first + at] = line;
        }
        kept.map_or(1, |last| last + 1)
    }

    fn reflow_smaller(&mut self, cols: usize, rows: usize) {
        let mut insertions: Vec<Insertion> = Vec::new();
        let mut inserted = 0;
        let mut y = self.lines.len();
        while y > 0 {
            y -= 1;
            // Rows may have been taken away from the end meanwhile.
            let Some(last) = self.lines.get(y) else {
                continue;
            };
            if !last.wrapped && last.trimmed_len() <= cols {
                continue;
            }
            let end = y + 1;
            while y > 0 && self.lines[y].wrapped {
                y -= 1;
            }
            if self.holds_cursor(y, end - y) {
                continue;
            }
            let (rows_of_line, new) = self.split_line(y, end - y, cols);
            let added = new.len();
            for (at, row) in rows_of_line.into_iter().enumerate() {
                self.lines[y + at] = row;
            }
            let full = match self.base == 0 && self.y + 1 != self.lines.len() {
                true => self.y,
                false => self.lines.len(),
            };
            let trimmed = (full + added).saturating_sub(self.max);
            inserted += added;
            if added > 0 {
                insertions.push(Insertion { at: end, rows: new });
            }
            self.make_room(added.saturating_sub(trimmed), inserted, rows);
            self.saved.row = (self.saved.row + added).min(self.base + rows - 1);
        }
        self.insert_all(insertions);
    }

    /// Moves the screen down for rows that will be inserted above its end.
    fn make_room(&mut self, count: usize, inserted: usize, rows: usize) {
        for _ in 0..count {
            if self.base > 0 {
                let most = self.max.min(self.lines.len() + inserted);
                if self.base + rows < most {
                    self.base += 1;
                }
            } else if self.y + 1 < rows {
                self.y += 1;
                self.lines.pop_back();
            } else {
                self.base += 1;
            }
        }
    }

    /// Spreads the text of `count` rows from `first` on over more rows; returns those that were
    /// there and those that are new.
    fn split_line(&self, first: usize, count: usize, cols: usize) -> (Vec<Row>, Vec<Row>) {
        let mut lines: Vec<Row> = self.lines.range(first..first + count).cloned().collect();
        let old = self.cols;
        let last_len = lines[count - 1].trimmed_len();
        let lens = new_lens(&lines, old, cols);
        for _ in count..lens.len() {
            let mut row = Row::new(cols, Pen::default());
            row.wrapped = true;
            lines.push(row);
        }
        let place = |mut at: usize, mut col: usize| {
            if col == 0 && at > 0 {
                at -= 1;
                col = lens[at];
            }
            (at, col)
        };
        if let Some(last) = lens.len().checked_sub(1) {
            let (mut to_line, mut to) = place(last, lens[last]);
            let (mut from_line, mut from) = (count - 1, last_len);
            loop {
                let len = from.min(to);
                copy(
                    &mut lines,
                    (from_line, from - len),
                    (to_line, to - len),
                    len,
                );
                to -= len;
                from -= len;
                if to == 0 {
                    if to_line == 0 {
                        break;
                    }
                    (to_line, to) = place(to_line, to);
                }
                if from == 0 {
                    if from_line == 0 {
                        break;
                    }
                    from_line -= 1;
                    from = wrapped_len(&lines, from_line, old);
                }
            }
        }
        for (line, len) in lines.iter_mut().zip(&lens) {
            if *len < cols {
                line.set(*len, 0, 1, Pen::default());
            }
        }
        let new = lines.split_off(count);
        (lines, new)
    }

    /// Puts new rows where they belong; what does not fit leaves at the top.
    fn insert_all(&mut self, insertions: Vec<Insertion>) {
        if insertions.is_empty() {
            return;
        }
        let mut old = std::mem::take(&mut self.lines);
        let mut all = VecDeque::new();
        // They come in descending order.
        for insertion in insertions {
            let tail = old.split_off(insertion.at.min(old.len()));
            tail.into_iter().rev().for_each(|row| all.push_front(row));
            let rows = insertion.rows.into_iter().rev();
            rows.for_each(|row| all.push_front(row));
        }
        old.into_iter().rev().for_each(|row| all.push_front(row));
        let surplus = all.len().saturating_sub(self.max);
        all.drain(..surplus);
        self.lines = all;
    }
}

/// The columns of a row of a wrapped line that count: all, but for the last row, and but for a
/// gap that a wide character of the next row has left.
fn wrapped_len(lines: &[Row], at: usize, cols: usize) -> usize {
    let Some(next) = lines.get(at + 1) else {
        return lines[at].trimmed_len();
    };
    let ends_in_null = !lines[at].has_content(cols - 1) && lines[at].width(cols - 1) == 1;
    cols - usize::from(ends_in_null && next.width(0) == 2)
}

/// How long each row of a line becomes at a smaller width.
fn new_lens(lines: &[Row], old: usize, cols: usize) -> Vec<usize> {
    let needed: usize = (0..lines.len()).map(|at| wrapped_len(lines, at, old)).sum();
    let (mut lens, mut col, mut line, mut available) = (Vec::new(), 0, 0, 0);
    while available < needed {
        if needed - available < cols {
            lens.push(needed - available);
            break;
        }
        col += cols;
        let len = wrapped_len(lines, line, old);
        if col > len && line + 1 < lines.len() {
            col -= len;
            line += 1;
        }
        let ends_with_wide = lines[line].width(col - 1) == 2;
        col -= usize::from(ends_with_wide);
        let len = cols - usize::from(ends_with_wide);
        lens.push(len);
        available += len;
    }
    lens
}

/// Copies cells between rows of one line, or within one.
fn copy(lines: &mut [Row], from: (usize, usize), to: (usize, usize), len: usize) {
    let source = lines[from.0].clone();
    if let Some(target) = lines.get_mut(to.0) {
        target.copy_from(&source, from.1, to.1, len);
    }
}
