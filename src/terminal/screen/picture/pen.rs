//! The pen of the viewer: the shortest sequences that make it what a cell was written with.

use std::fmt::Write;

use super::super::cell::{
    BLINK, BOLD, COLOR, COLOR_MODE, DIM, EXTENDED, Ext, INVERSE, INVISIBLE, ITALIC, LEFT_OVER,
    OVERLINE, PALETTE_16, PALETTE_256, PROTECTED, Pen, RGB, STRIKETHROUGH, UNDERLINE,
};
use super::super::row::Row;
use super::Painter;

/// Stands for any link, where a pen must have had one.
const SOME_LINK: u32 = u32::MAX;

/// All but bold are taken away by the code with a 2 before it.
const FG_FLAGS: [(u32, &str); 5] = [
    (BOLD, "1"),
    (BLINK, "5"),
    (INVERSE, "7"),
    (INVISIBLE, "8"),
    (STRIKETHROUGH, "9"),
];
const BG_FLAGS: [(u32, &str); 3] = [(DIM, "2"), (ITALIC, "3"), (OVERLINE, "53")];

/// What a cell was written with.
pub(super) fn of_cell(row: &Row, at: usize) -> Pen {
    let cell = row.get(at);
    Pen {
        fg: cell.fg,
        bg: cell.bg,
        ext: row.ext(at),
    }
}

/// Whether its parts agree, so that SGR and OSC 8 alone make it.
pub(super) fn is_plain(pen: Pen) -> bool {
    let underlined = pen.ext.style() > 0;
    (pen.fg & UNDERLINE != 0) == underlined
        && pen.is_extended() == (underlined || pen.ext.link != 0)
}

/// A plain pen with the same colours and flags in `fg` and `bg`, as far as there is one.
pub(super) fn plain_for(pen: Pen) -> Pen {
    let mut ext = Ext::default();
    if pen.fg & UNDERLINE != 0 {
        ext.set_style(1);
    } else if pen.is_extended() {
        ext.link = SOME_LINK;
    }
    let mut plain = Pen { ext, ..pen };
    plain.update_extended();
    plain
}

/// What comes nearest to a pen whose parts disagree.
pub(super) fn nearest_plain(pen: Pen) -> Pen {
    let mut near = plain_for(pen);
    near.ext.link = pen.ext.link;
    near.update_extended();
    near
}

/// Whether one can be made of the other by colours and flags alone.
pub(super) fn disagree_alike(one: Pen, other: Pen) -> bool {
    (one.fg ^ other.fg) & UNDERLINE == 0 && (one.bg ^ other.bg) & EXTENDED == 0
}

/// A plain pen with the same extras.
pub(super) fn carrier_of(ext: Ext) -> Pen {
    let mut pen = Pen {
        ext,
        ..Pen::default()
    };
    if ext.style() > 0 {
        pen.fg |= UNDERLINE;
    }
    pen.update_extended();
    pen
}

impl Painter<'_> {
    pub(super) fn set_pen(&mut self, pen: Pen) {
        if self.pen == pen {
            return;
        }
        if is_plain(pen) {
            self.set_link(pen.ext.link);
            self.set_attributes(pen);
        } else {
            self.set_odd_pen(pen);
        }
    }

    /// A pen as only restoring a cursor makes it: colours and flags from before, the rest from
    /// now.
    fn set_odd_pen(&mut self, pen: Pen) {
        self.set_pen(plain_for(pen));
        if pen.fg & UNDERLINE != 0 && !pen.is_extended() {
            self.raw("\x1b7");
            self.set_pen(Pen::default());
            // Closing a link finds nothing that has to be kept.
            self.raw("\x1b8\x1b]8;;\x1b\\");
        }
        self.raw("\x1b7");
        self.set_pen(carrier_of(pen.ext));
        self.raw("\x1b8");
        self.pen = pen;
        self.slot_used = true;
    }

    /// The background alone, for erasing.
    pub(super) fn set_background(&mut self, color: u32) {
        if self.pen.bg & COLOR == color {
            return;
        }
        let mut codes = String::new();
        push_color(&mut codes, 4, self.pen.bg & COLOR, color);
        self.sgr(&codes);
        self.pen.bg = self.pen.bg & !COLOR | color;
    }

    fn set_link(&mut self, link: u32) {
        if self.pen.ext.link == link {
            return;
        }
        let link_of = self
            .term
            .links
            .get(link)
            .map(|link| (link.id.as_deref(), &*link.uri));
        let (id, uri) = match link {
            0 => (None, ""),
            _ => link_of.unwrap_or((None, "-")),
        };
        self.raw("\x1b]8;");
        if let Some(id) = id {
            self.raw("id=");
            self.raw(id);
        }
        self.raw(";");
        self.raw(uri);
        self.raw("\x1b\\");
        self.pen.ext.link = link;
        self.pen.update_extended();
    }

    fn set_attributes(&mut self, pen: Pen) {
        let mut codes = String::new();
        let (mut now, flags) = (self.pen, !COLOR & !EXTENDED & !PROTECTED);
        let lost = now.fg & !COLOR & !pen.fg | now.bg & flags & !pen.bg;
        let colored = now.ext.color() != 0 && pen.ext.color() == 0;
        if lost != 0 || colored || !is_plain(now) {
            codes.push_str("0;");
            now.plain();
        }
        if pen.ext.style() != now.ext.style() {
            match pen.ext.style() {
                1 => codes.push_str("4;"),
                style => {
                    let _ = write!(codes, "4:{style};");
                }
            }
        }
        if pen.ext.color() != now.ext.color() {
            push_color(&mut codes, 5, now.ext.color(), pen.ext.color());
        }
        self.add_attributes(now, pen, codes);
    }

    /// From a pen whose parts disagree to one where they do so in the same way: one by one,
    /// without what brings them together.
    pub(super) fn adjust_pen(&mut self, pen: Pen) {
        let mut codes = String::new();
        let mut now = self.pen;
        if now.fg & BOLD & !pen.fg | now.bg & DIM & !pen.bg != 0 {
            codes.push_str("22;");
            now.fg &= !BOLD;
            now.bg &= !DIM;
        }
        for (flag, code) in FG_FLAGS {
            // Bold has gone already.
            if now.fg & !pen.fg & flag != 0 {
                let _ = write!(codes, "2{code};");
            }
        }
        if now.bg & !pen.bg & ITALIC != 0 {
            codes.push_str("23;");
        }
        if now.bg & !pen.bg & OVERLINE != 0 {
            codes.push_str("55;");
        }
        self.add_attributes(now, pen, codes);
    }

    /// Flags that are added, colours and protection.
    fn add_attributes(&mut self, now: Pen, pen: Pen, mut codes: String) {
        for (flag, code) in FG_FLAGS {
            if pen.fg & !now.fg & flag != 0 {
                let _ = write!(codes, "{code};");
            }
        }
        for (flag, code) in BG_FLAGS {
            if pen.bg & !now.bg & flag != 0 {
                let _ = write!(codes, "{code};");
            }
        }
        if pen.fg & COLOR != now.fg & COLOR {
            push_color(&mut codes, 3, now.fg & COLOR, pen.fg & COLOR);
        }
        if pen.bg & COLOR != now.bg & COLOR {
            push_color(&mut codes, 4, now.bg & COLOR, pen.bg & COLOR);
        }
        if !codes.is_empty() {
            self.sgr(&codes);
        }
        if (pen.bg ^ now.bg) & PROTECTED != 0 {
            let protected = pen.bg & PROTECTED != 0;
            self.csi(if protected { "1\"q" } else { "0\"q" });
        }
        self.pen = pen;
    }

    fn sgr(&mut self, codes: &str) {
        let codes = codes.trim_end_matches(';');
        self.csi(if codes == "0" { "" } else { codes });
        self.raw("m");
    }
}

/// From one colour to another. `kind`: 3 foreground, 4 background, 5 underline.
fn push_color(codes: &mut String, kind: u32, now: u32, color: u32) {
    let [red, green, blue] = [16, 8, 0].map(|shift| color >> shift & 0xff);
    let palette = matches!(color & COLOR_MODE, PALETTE_16 | PALETTE_256);
    if palette && (now ^ color) & LEFT_OVER != 0 {
        // The viewer keeps bits of an earlier colour beside the index.
        let _ = write!(codes, "{kind}8;2;{red};{green};0;");
    }
    let _ = match color & COLOR_MODE {
        PALETTE_16 if blue < 8 => write!(codes, "{};", kind * 10 + blue),
        PALETTE_16 => write!(codes, "{};", kind * 10 + 60 + (blue & 7)),
        PALETTE_256 => write!(codes, "{kind}8;5;{blue};"),
        RGB => write!(codes, "{kind}8;2;{red};{green};{blue};"),
        _ => write!(codes, "{kind}9;"),
    };
}
