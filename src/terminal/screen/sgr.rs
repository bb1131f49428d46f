//! SGR: what changes the pen.
//!
//! Source: `charAttributes` in `InputHandler.ts` of xterm.js 6.0.0 (MIT).

use super::cell::{
    BLINK, BOLD, COLOR, DIM, INVERSE, INVISIBLE, ITALIC, LEFT_OVER, OVERLINE, PALETTE_16,
    PALETTE_256, Pen, RGB, STRIKETHROUGH, UNDERLINE,
};
use super::params::Params;

impl Pen {
    pub(super) fn apply(&mut self, params: &Params) {
        let mut at = 0;
        while at < params.len() {
            let value = params.get(at);
            match value {
                0 => self.plain(),
                4 => {
                    let style = params.sub(at).first().copied().unwrap_or(1);
                    self.underline(style);
                }
                38 | 48 | 58 => at += self.extended_color(params, at),
                value => self.attribute(value),
            }
            at += 1;
        }
    }

    /// SGR 0, which leaves a link open.
    pub(super) fn plain(&mut self) {
        self.fg = 0;
        self.bg = 0;
        self.ext.bits = 0;
        self.update_extended();
    }

    fn attribute(&mut self, value: i32) {
        match value {
            1 => self.fg |= BOLD,
            2 => self.bg |= DIM,
            3 => self.bg |= ITALIC,
            5 => self.fg |= BLINK,
            7 => self.fg |= INVERSE,
            8 => self.fg |= INVISIBLE,
            9 => self.fg |= STRIKETHROUGH,
            21 => self.underline(2),
            22 => {
                self.fg &= !BOLD;
                self.bg &= !DIM;
            }
            23 => self.bg &= !ITALIC,
            24 => self.underline(0),
            25 => self.fg &= !BLINK,
            27 => self.fg &= !INVERSE,
            28 => self.fg &= !INVISIBLE,
            29 => self.fg &= !STRIKETHROUGH,
            30..=37 => indexed(&mut self.fg, value - 30),
            39 => self.fg &= !COLOR,
            40..=47 => indexed(&mut self.bg, value - 40),
            49 => self.bg &= !COLOR,
            53 => self.bg |= OVERLINE,
            55 => self.bg &= !OVERLINE,
            59 => {
                // xterm.js writes -1 here, which reads as white.
                self.ext.set_color(COLOR);
                self.update_extended();
            }
            90..=97 => indexed(&mut self.fg, value - 90 + 8),
            100..=107 => indexed(&mut self.bg, value - 100 + 8),
            _ => {}
        }
    }

    fn underline(&mut self, style: i32) {
        let style = if (0..=5).contains(&style) { style } else { 1 };
        self.ext.set_style(style as u32);
        self.fg &= !UNDERLINE;
        if style > 0 {
            self.fg |= UNDERLINE;
        }
        self.update_extended();
    }

    /// Colours by number, in either notation. Returns how many parameters it has taken beside
    /// its own.
    fn extended_color(&mut self, params: &Params, at: usize) -> usize {
        // [target, mode, colour space, red or index, green, blue]
        let mut found = [0, 0, -1, 0, 0, 0];
        let (mut space, mut taken) = (0, 0);
        loop {
            found[taken + space] = params.get(at + taken);
            let sub = params.sub(at + taken);
            if !sub.is_empty() {
                for (n, value) in sub.iter().enumerate() {
                    if found[1] == 5 {
                        space = 1;
                    }
                    let Some(place) = found.get_mut(taken + n + 1 + space) else {
                        break;
                    };
                    *place = *value;
                }
                break;
            }
            if found[1] == 5 && taken + space >= 2 || found[1] == 2 && taken + space >= 5 {
                break;
            }
            if found[1] != 0 {
                space = 1;
            }
            taken += 1;
            if taken + at >= params.len() || taken + space >= found.len() {
                break;
            }
        }
        let [target, mode, _, c1, c2, c3] = found.map(|value| if value == -1 { 0 } else { value });
        let mix = |color: u32| mixed(color, mode, [c1, c2, c3]);
        match target {
            38 => self.fg = self.fg & !COLOR | mix(self.fg & COLOR),
            48 => self.bg = self.bg & !COLOR | mix(self.bg & COLOR),
            58 => self.ext.set_color(mix(self.ext.color())),
            _ => {}
        }
        taken
    }
}

/// One of the 16 colours.
fn indexed(word: &mut u32, index: i32) {
    *word = *word & (!COLOR | LEFT_OVER) | PALETTE_16 | index as u32;
}

/// An index leaves bits of an earlier colour where nobody looks at them.
fn mixed(color: u32, mode: i32, parts: [i32; 3]) -> u32 {
    let [c1, c2, c3] = parts.map(|part| part as u32 & 255);
    match mode {
        2 => RGB | c1 << 16 | c2 << 8 | c3,
        5 => color & LEFT_OVER | PALETTE_256 | c1,
        _ => color,
    }
}
