//! Rows one after the other, as a program would print them: what scrolls out becomes history,
//! and a row that goes on in the next is made to wrap there.

use super::super::cell::{COLOR, Cell, Pen};
use super::super::row::Row;
use super::Painter;
use super::pen::{is_plain, of_cell};

/// A wide character that will be overwritten.
pub(super) const WIDE: &str = "\u{3000}";

/// A row while it is painted.
#[derive(Clone, Copy, Default)]
struct Place {
    /// The columns before this are painted already.
    from: usize,
    /// Background of what is not painted yet.
    blank: u32,
}

impl Painter<'_> {
    /// Paints rows from the top of an empty screen on, the cursor being there. Says where in
    /// the output each begins.
    pub(super) fn rows(&mut self, rows: &[&Row]) -> Vec<usize> {
        let mut starts = Vec::with_capacity(rows.len());
        let screen = self.term.rows;
        let shown = match rows
            .iter()
            .rposition(|row| row.wrapped || !shows_nothing(row))
        {
            // The rest of the screen is blank anyway.
            last if rows.len() <= screen => last.map_or(0, |last| last + 1),
            _ => rows.len(),
        };
        let mut place = Place::default();
        if shown > 0 && rows[0].wrapped {
            self.begin_wrapped();
        }
        for (at, row) in rows.iter().enumerate().take(shown) {
            starts.push(self.out.len());
            let next = rows.get(at + 1).filter(|_| at + 1 < shown);
            let wraps = next.filter(|next| next.wrapped);
            let gap = wraps.is_some_and(|next| leaves_gap(row, next));
            self.cells(row, place, self.term.cols - usize::from(gap));
            place = match (wraps, next) {
                (Some(next), _) => self.wrap_into(row, next, gap),
                (None, Some(_)) => self.line_feed(),
                (None, None) => place,
            };
        }
        starts.resize(rows.len(), self.out.len());
        starts
    }

    /// Makes the first row of the screen one that goes on from above.
    fn begin_wrapped(&mut self) {
        if self.term.rows < 2 {
            return;
        }
        self.go(self.term.cols - 1, 0);
        self.filler("xx", 0);
        self.go(0, 0);
        // The row above goes; what has wrapped moves up and is emptied.
        self.csi("M");
        self.csi("X");
    }

    fn line_feed(&mut self) -> Place {
        if self.y + 1 >= self.term.rows {
            self.set_background(0);
        }
        self.raw("\r\n");
        self.x = 0;
        self.y = (self.y + 1).min(self.term.rows - 1);
        Place::default()
    }

    /// The cells of a row before `end`, the cursor being in it.
    fn cells(&mut self, row: &Row, place: Place, end: usize) {
        let halves = self.lone_halves(row, place);
        let mut at = place.from;
        while at < end {
            let cell = row.get(at);
            if halves.contains(&at) {
                at += 1;
            } else if is_blank(row, at) {
                let same = |at: &usize| {
                    is_blank(row, *at) && !halves.contains(at) && row.get(*at).bg == cell.bg
                };
                let until = at + (at..end).take_while(same).count();
                if cell.bg & COLOR != place.blank {
                    self.erase(at, until, cell.bg & COLOR);
                }
                at = until;
            } else if !cell.has_content() {
                self.empty_with_attributes(row, at, place.blank);
                at += 1;
            } else if at + 1 == row.len() && cell.width() == 2 {
                // A narrower size has cut it in half. Nothing that is written does that.
                at += 1;
            } else if at + 2 == row.len() && cell.width() == 2 && !row.is_spacer(at + 1) {
                self.wide_before_margin(row, at);
                at += 2;
            } else {
                self.go_to_column(at);
                self.set_pen(of_cell(row, at));
                self.print(row, at);
                at += cell.width().max(1) as usize;
            }
        }
    }

    /// Second halves of wide characters that have lost the first: what inserting cells in the
    /// middle of one leaves. Made in the same way, before the rest of the row. Returns where
    /// they are.
    fn lone_halves(&mut self, row: &Row, place: Place) -> Vec<usize> {
        let mut made: Vec<usize> = Vec::new();
        for at in 1..row.len() {
            let free = made.last().map_or(place.from, |last| last + 1);
            let lone = row.is_spacer(at) && row.width(at - 1) != 2 && is_blank(row, at - 1);
            if !lone || at < free + 2 {
                continue;
            }
            self.go_to_column(at - 2);
            self.set_pen(of_cell(row, at));
            self.filler(WIDE, 2);
            self.go_to_column(at - 1);
            self.set_background(place.blank);
            self.csi("@");
            made.push(at);
        }
        made
    }

    /// Without wrapping, a wide character in front of the last column stays when another that
    /// has no room, or what follows that, takes its second half.
    pub(super) fn wide_before_margin(&mut self, row: &Row, at: usize) {
        self.go_to_column(at);
        self.set_pen(of_cell(row, at));
        self.print(row, at);
        self.set_pen(of_cell(row, at + 1));
        self.csi("?7l");
        self.filler(WIDE, 0);
        self.x = at + 1;
        if row.has_content(at + 1) {
            self.print(row, at + 1);
        }
        self.csi("?7h");
    }

    fn erase(&mut self, from: usize, to: usize, color: u32) {
        self.go_to_column(from);
        self.set_background(color);
        match to - from {
            // At the first column EL would part the row from the one above.
            _ if to == self.term.cols && from > 0 => self.csi("K"),
            1 => self.csi("X"),
            count => self.csi(&format!("{count}X")),
        }
    }

    /// A cell without content but with attributes: what is left of a wide character that was
    /// half overwritten.
    fn empty_with_attributes(&mut self, row: &Row, at: usize, blank: u32) {
        let pen = of_cell(row, at);
        if at + 1 < self.term.cols {
            self.go_to_column(at);
            self.filler(WIDE, 2);
            self.go_to_column(at + 1);
            self.set_pen(pen);
            self.filler(" ", 1);
            self.go_to_column(at + 1);
            self.set_background(blank);
            self.csi("X");
            return;
        }
        self.go_to_column(at - 1);
        self.filler(WIDE, 2);
        self.go_to_column(at - 1);
        self.set_pen(pen);
        self.filler(" ", 1);
        // What was there before has to be painted once more.
        let from = at
            - if at > 1 && row.width(at - 2) == 2 {
                2
            } else {
                1
            };
        self.go_to_column(from);
        self.set_background(blank);
        self.csi(&format!("{}X", at - from));
        self.cells(row, Place { from, blank }, at);
    }

    /// From the end of `row` into `next`, and its first character.
    fn wrap_into(&mut self, row: &Row, next: &Row, gap: bool) -> Place {
        let cols = self.term.cols;
        let full = gap || self.x >= cols;
        if gap {
            self.go_to_column(cols - 1);
        } else if !full {
            self.go_to_column(cols - 1);
            self.set_pen(Pen::default());
            self.filler("x", 1);
        }
        let first = next.get(0);
        // Making a pen whose parts disagree moves the cursor off the margin.
        let pen = of_cell(next, 0);
        let at_hand = gap || is_plain(pen) || pen == self.pen;
        let real = first.has_content() && first.width() > 0 && at_hand;
        self.x = 0;
        if real {
            self.set_pen(pen);
            self.print(next, 0);
        } else {
            self.set_pen(Pen::default());
            self.filler(" ", 1);
        }
        let scrolled = self.y + 1 >= self.term.rows;
        let blank = if scrolled { self.pen.bg & COLOR } else { 0 };
        self.y = (self.y + 1).min(self.term.rows - 1);
        let (x, y) = (self.x, self.y);
        if !full && y > 0 {
            self.go(cols - 1, y - 1);
            self.end_of(row);
            self.go(x, y);
        }
        if !real {
            self.go(0, y);
            self.set_background(blank);
            self.csi("X");
        }
        let from = if real { self.x } else { 0 };
        Place { from, blank }
    }

    /// The last cell of a row, which something else was written to.
    fn end_of(&mut self, row: &Row) {
        let last = self.term.cols - 1;
        let cell = row.get(last);
        self.set_background(cell.bg & COLOR);
        self.csi("X");
        if cell.content == Cell::NULL.content && !cell.is_erased() {
            self.empty_with_attributes(row, last, 0);
        }
    }
}

fn shows_nothing(row: &Row) -> bool {
    row.cells().iter().all(|cell| *cell == Cell::NULL)
}

/// Whether a cell is as erasing leaves it, or a half that is shown as if it was.
fn is_blank(row: &Row, at: usize) -> bool {
    let cell = row.get(at);
    !cell.has_content() && (cell.is_erased() || cell.width() != 1)
}

/// Whether a wide character at the beginning of `next` leaves just the gap at the end of `row`
/// that is there.
fn leaves_gap(row: &Row, next: &Row) -> bool {
    let last = row.len() - 1;
    let end = row.get(last);
    end.content == Cell::NULL.content
        && next.width(0) == 2
        && next.has_content(0)
        && of_cell(row, last) == of_cell(next, 0)
        && (end.fg, end.bg) == (next.get(0).fg, next.get(0).bg)
}
