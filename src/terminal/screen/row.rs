//! One row of cells, and what few of them need beside it. Knows nothing of the screen.
//!
//! Source: `buffer/BufferLine.ts` of xterm.js 6.0.0 (MIT), whose rules for the halves of wide
//! characters are kept, odd ones included. A column outside of the row is read as empty and
//! written to no effect, as a typed array does.

use std::collections::BTreeMap;

use super::cell::{CODE, COMBINED, Cell, EXTENDED, Ext, PROTECTED, Pen, WIDTH, WIDTH_SHIFT};

/// Most bytes of one cell's text. No script needs as much; a hostile program could fill memory.
const CELL_TEXT_MAX: usize = 128;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Marks {
    combined: BTreeMap<usize, String>,
    ext: BTreeMap<usize, Ext>,
}

#[derive(Debug, Clone)]
pub(super) struct Row {
    cells: Vec<Cell>,
    /// The row goes on where the one above it ended.
    pub(super) wrapped: bool,
    /// Entries are valid only where the cell's bits say so; others are left over.
    marks: Option<Box<Marks>>,
}

impl Row {
    pub(super) fn new(cols: usize, pen: Pen) -> Self {
        Self {
            cells: vec![pen.null(); cols],
            wrapped: false,
            marks: None,
        }
    }

    /// As new, in the same memory.
    pub(super) fn renew(&mut self, cols: usize, pen: Pen) {
        self.cells.clear();
        self.cells.resize(cols, pen.null());
        self.wrapped = false;
        self.marks = None;
    }

    pub(super) fn cells(&self) -> &[Cell] {
        &self.cells
    }

    pub(super) fn len(&self) -> usize {
        self.cells.len()
    }

    pub(super) fn get(&self, at: usize) -> Cell {
        self.cells.get(at).copied().unwrap_or(Cell {
            content: 0,
            fg: 0,
            bg: 0,
        })
    }

    pub(super) fn width(&self, at: usize) -> u32 {
        self.get(at).width()
    }

    pub(super) fn has_content(&self, at: usize) -> bool {
        self.get(at).has_content()
    }

    /// The second half of a wide character, or what is left of one.
    pub(super) fn is_spacer(&self, at: usize) -> bool {
        at < self.len() && self.width(at) == 0 && !self.has_content(at)
    }

    /// What is beside the cell, where its bits say that there is something.
    pub(super) fn ext(&self, at: usize) -> Ext {
        let marks = self.marks.as_ref();
        match marks {
            Some(marks) if self.get(at).bg & EXTENDED != 0 => {
                marks.ext.get(&at).copied().unwrap_or_default()
            }
            _ => Ext::default(),
        }
    }

    /// The text of a cell: empty when nothing was written.
    pub(super) fn push_text(&self, at: usize, text: &mut String) {
        let content = self.get(at).content;
        if content & COMBINED != 0 {
            let combined = self.marks.as_ref().and_then(|m| m.combined.get(&at));
            text.push_str(combined.map_or("", String::as_str));
        } else if let Some(c) = char::from_u32(content & CODE).filter(|c| *c != '\0') {
            text.push(c);
        }
    }

    pub(super) fn set(&mut self, at: usize, code: u32, width: u32, pen: Pen) {
        let Some(cell) = self.cells.get_mut(at) else {
            return;
        };
        *cell = pen.cell(code, width);
        if pen.is_extended() {
            self.marks_mut().ext.insert(at, pen.ext);
        }
    }

    /// Characters of one cell each, from `at` on; they must fit.
    pub(super) fn set_ascii(&mut self, at: usize, text: &[u8], pen: Pen) {
        for (cell, byte) in self.cells[at..].iter_mut().zip(text) {
            *cell = pen.cell(u32::from(*byte), 1);
        }
        if pen.is_extended() {
            let marks = self.marks_mut();
            marks
                .ext
                .extend((at..at + text.len()).map(|at| (at, pen.ext)));
        }
    }

    /// Joins a mark to the character in a cell.
    pub(super) fn join(&mut self, at: usize, code: u32, width: u32) {
        let Some(cell) = self.cells.get_mut(at) else {
            return;
        };
        let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        let mut content = cell.content;
        let base = content & CODE;
        if content & COMBINED == 0 && base == 0 {
            content = code | 1 << WIDTH_SHIFT;
        } else {
            content = content & !CODE | COMBINED;
        }
        if width > 0 {
            content = content & !WIDTH | width << WIDTH_SHIFT;
        }
        let before = std::mem::replace(&mut cell.content, content).to_owned();
        if content & COMBINED == 0 {
            return;
        }
        let combined = &mut self.marks_mut().combined;
        if before & COMBINED == 0 {
            let base = char::from_u32(base).unwrap_or(char::REPLACEMENT_CHARACTER);
            combined.insert(at, String::from_iter([base, c]));
        } else if let Some(text) = combined.get_mut(&at)
            && text.len() < CELL_TEXT_MAX
        {
            text.push(c);
        }
    }

    /// Moves what is from `at` on to the right by `n` and fills the gap.
    pub(super) fn insert(&mut self, at: usize, n: usize, pen: Pen) {
        let len = self.len();
        let at = at % len;
        if at > 0 && self.width(at - 1) == 2 {
            self.set(at - 1, 0, 1, pen);
        }
        let n = n.min(len - at);
        self.shift(at, at + n, len - at - n);
        self.blank(at, at + n, pen);
        if self.width(len - 1) == 2 {
            self.set(len - 1, 0, 1, pen);
        }
    }

    /// Removes `n` cells from `at` on and fills up the end.
    pub(super) fn delete(&mut self, at: usize, n: usize, pen: Pen) {
        let len = self.len();
        let at = at % len;
        let n = n.min(len - at);
        self.shift(at + n, at, len - at - n);
        self.blank(len - n, len, pen);
        if at > 0 && self.width(at - 1) == 2 {
            self.set(at - 1, 0, 1, pen);
        }
        if self.is_spacer(at) {
            self.set(at, 0, 1, pen);
        }
    }

    /// Erases `start..end`; with `respect`, only cells that are not protected.
    pub(super) fn erase(&mut self, start: usize, end: usize, pen: Pen, respect: bool) {
        let spared = |row: &Self, at: usize| respect && row.get(at).bg & PROTECTED != 0;
        if start > 0 && self.width(start - 1) == 2 && !spared(self, start - 1) {
            self.set(start - 1, 0, 1, pen);
        }
        if end > 0 && end < self.len() && self.width(end - 1) == 2 && !spared(self, end) {
            self.set(end, 0, 1, pen);
        }
        let end = end.min(self.len());
        if respect {
            for at in start..end {
                if !spared(self, at) {
                    self.set(at, 0, 1, pen);
                }
            }
        } else if start < end {
            self.blank(start, end, pen);
        }
    }

    /// Fills the whole row with one cell.
    pub(super) fn fill(&mut self, code: u32, pen: Pen) {
        self.marks = None;
        self.cells.fill(pen.cell(code, 1));
        if pen.is_extended() {
            let len = self.len();
            self.marks_mut()
                .ext
                .extend((0..len).map(|at| (at, pen.ext)));
        }
    }

    /// Columns up to the last one with content.
    pub(super) fn trimmed_len(&self) -> usize {
        let last = self.cells.iter().rposition(|cell| cell.has_content());
        last.map_or(0, |at| at + self.cells[at].width() as usize)
    }

    pub(super) fn resize(&mut self, cols: usize) {
        self.cells.resize(cols, Cell::NULL);
        if let Some(marks) = &mut self.marks {
            marks.combined.retain(|at, _| *at < cols);
            marks.ext.retain(|at, _| *at < cols);
        }
    }

    /// Copies `len` cells of another row, and every longer text from there on, as xterm.js does.
    pub(super) fn copy_from(&mut self, source: &Self, from: usize, to: usize, len: usize) {
        for n in 0..len {
            let (Some(cell), true) = (source.cells.get(from + n), to + n < self.len()) else {
                break;
            };
            self.cells[to + n] = *cell;
            if cell.bg & EXTENDED != 0 {
                let ext = source.ext(from + n);
                self.marks_mut().ext.insert(to + n, ext);
            }
        }
        if let Some(marks) = &source.marks {
            for (at, text) in marks.combined.range(from..) {
                let combined = &mut self.marks_mut().combined;
                combined.insert(at - from + to, text.clone());
            }
        }
    }

    /// The links that the row's cells name.
    pub(super) fn links_mut(&mut self) -> impl Iterator<Item = &mut u32> {
        let marks = self.marks.iter_mut();
        marks.flat_map(|marks| marks.ext.values_mut().map(|ext| &mut ext.link))
    }

    fn blank(&mut self, start: usize, end: usize, pen: Pen) {
        self.cells[start..end].fill(pen.null());
        if pen.is_extended() {
            let marks = self.marks_mut();
            marks.ext.extend((start..end).map(|at| (at, pen.ext)));
        }
    }

    fn shift(&mut self, from: usize, to: usize, len: usize) {
        if let Some(marks) = &mut self.marks {
            let moved = |at: &usize| *at - from + to;
            let cells = &self.cells;
            let texts: Vec<_> = marks
                .combined
                .range(from..from + len)
                .filter(|(at, _)| cells[**at].content & COMBINED != 0)
                .map(|(at, text)| (moved(at), text.clone()))
                .collect();
            let exts: Vec<_> = marks
                .ext
                .range(from..from + len)
                .filter(|(at, _)| cells[**at].bg & EXTENDED != 0)
                .map(|(at, ext)| (moved(at), *ext))
                .collect();
            marks.combined.extend(texts);
            marks.ext.extend(exts);
        }
        self.cells.copy_within(from..from + len, to);
    }

    fn marks_mut(&mut self) -> &mut Marks {
        self.marks.get_or_insert_default()
    }
}

/// Rows are equal when they show the same; what is left over beside them does not count.
impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        let text = |row: &Self, at| {
            let mut text = String::new();
            row.push_text(at, &mut text);
            text
        };
        self.wrapped == other.wrapped
            && self.cells == other.cells
            && (0..self.len()).all(|at| {
                self.ext(at).bits == other.ext(at).bits && text(self, at) == text(other, at)
            })
    }
}
