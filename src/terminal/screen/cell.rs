//! One cell and the pen that writes it: the bits that xterm.js keeps, in the same places, so
//! that its rules can be followed word for word. Knows nothing of rows.
//!
//! Source: `buffer/Constants.ts` and `buffer/AttributeData.ts` of xterm.js 6.0.0 (MIT).

/// The code point of a cell that holds a single one.
pub(super) const CODE: u32 = 0x1f_ffff;
/// The text of the cell is longer than a code point and kept beside the row.
pub(super) const COMBINED: u32 = 0x20_0000;
/// Either of the above.
pub(super) const CONTENT: u32 = 0x3f_ffff;
pub(super) const WIDTH_SHIFT: u32 = 22;
pub(super) const WIDTH: u32 = 3 << WIDTH_SHIFT;

/// How a colour is given, in `fg`, `bg` and [`Ext::bits`].
pub(super) const COLOR_MODE: u32 = 0x300_0000;
pub(super) const PALETTE_16: u32 = 0x100_0000;
pub(super) const PALETTE_256: u32 = 0x200_0000;
pub(super) const RGB: u32 = 0x300_0000;
/// Bits of a value that an index does not use.
pub(super) const LEFT_OVER: u32 = 0xff_ff00;
/// Mode and value.
pub(super) const COLOR: u32 = 0x3ff_ffff;

/// Flags in `fg`.
pub(super) const INVERSE: u32 = 0x400_0000;
pub(super) const BOLD: u32 = 0x800_0000;
pub(super) const UNDERLINE: u32 = 0x1000_0000;
pub(super) const BLINK: u32 = 0x2000_0000;
pub(super) const INVISIBLE: u32 = 0x4000_0000;
pub(super) const STRIKETHROUGH: u32 = 0x8000_0000;

/// Flags in `bg`.
pub(super) const ITALIC: u32 = 0x400_0000;
pub(super) const DIM: u32 = 0x800_0000;
/// The cell has an [`Ext`], kept beside the row.
pub(super) const EXTENDED: u32 = 0x1000_0000;
pub(super) const PROTECTED: u32 = 0x2000_0000;
pub(super) const OVERLINE: u32 = 0x4000_0000;

const STYLE_SHIFT: u32 = 26;
const STYLE: u32 = 7 << STYLE_SHIFT;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell {
    /// Code point, [`COMBINED`], and the width in cells (0 for the second half of a wide one).
    pub(super) content: u32,
    pub(super) fg: u32,
    pub(super) bg: u32,
}

impl Cell {
    /// Nothing was ever written here. Not the same as a space.
    pub(super) const NULL: Self = Self {
        content: 1 << WIDTH_SHIFT,
        fg: 0,
        bg: 0,
    };

    pub(super) fn width(self) -> u32 {
        self.content >> WIDTH_SHIFT
    }

    pub(super) fn has_content(self) -> bool {
        self.content & CONTENT != 0
    }

    /// A cell without content whose attributes are at most a background: what erasing leaves.
    pub(super) fn is_erased(self) -> bool {
        self.content == Self::NULL.content && self.fg == 0 && self.bg & !COLOR == 0
    }
}

/// What few cells have: another underline than a plain one, its colour, a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Ext {
    /// Colour of the underline, and its style above.
    pub(super) bits: u32,
    /// Number of the link, 0 for none.
    pub(super) link: u32,
}

impl Ext {
    /// 0 none, 1 single, 2 double, 3 curly, 4 dotted, 5 dashed.
    pub(super) fn style(self) -> u32 {
        (self.bits & STYLE) >> STYLE_SHIFT
    }

    pub(super) fn set_style(&mut self, style: u32) {
        self.bits = self.bits & !STYLE | (style << STYLE_SHIFT) & STYLE;
    }

    pub(super) fn color(self) -> u32 {
        self.bits & COLOR
    }

    pub(super) fn set_color(&mut self, color: u32) {
        self.bits = self.bits & !COLOR | color & COLOR;
    }

    /// Nothing that a cell must keep. A colour alone counts for nothing.
    fn is_empty(self) -> bool {
        self.style() == 0 && self.link == 0
    }
}

/// What the next character is written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Pen {
    pub(super) fg: u32,
    pub(super) bg: u32,
    /// Goes into a cell only when `bg` says [`EXTENDED`]; the two can disagree after a cursor
    /// has been restored, which brings back `fg` and `bg` alone.
    pub(super) ext: Ext,
}

impl Pen {
    pub(super) fn update_extended(&mut self) {
        if self.ext.is_empty() {
            self.bg &= !EXTENDED;
        } else {
            self.bg |= EXTENDED;
        }
    }

    pub(super) fn is_extended(self) -> bool {
        self.bg & EXTENDED != 0
    }

    /// DECSCA: erasing that asks first spares what is written with it.
    pub(super) fn is_protected(self) -> bool {
        self.bg & PROTECTED != 0
    }

    /// What erased cells are filled with: the background alone.
    pub(super) fn eraser(self) -> Self {
        Self {
            bg: self.bg & COLOR,
            ..Self::default()
        }
    }

    pub(super) fn cell(self, code: u32, width: u32) -> Cell {
        Cell {
            content: code | width << WIDTH_SHIFT,
            fg: self.fg,
            bg: self.bg,
        }
    }

    pub(super) fn null(self) -> Cell {
        self.cell(0, 1)
    }
}
