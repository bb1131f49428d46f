//! The palette that colour queries are answered from, and what programs have changed in it.
//!
//! Sources: `input/XParseColor.ts` and the colour events of xterm.js 6.0.0 (MIT); the theme is
//! the one of our clients.

use std::collections::BTreeMap;

pub(super) type Rgb = [u8; 3];

/// What OSC 10, 11 and 12 speak of.
pub(super) const FOREGROUND: usize = 0;
pub(super) const BACKGROUND: usize = 1;
pub(super) const CURSOR: usize = 2;

/// What a terminal looks like before a program changes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Theme {
    /// Foreground, background, cursor.
    pub(crate) special: [Rgb; 3],
    /// Black to white, then their bright kin.
    pub(crate) ansi: [Rgb; 16],
}

impl Default for Theme {
    /// That of the phone's page and of the desktop example.
    fn default() -> Self {
        Self {
            special: [[0xe8, 0xea, 0xee], [0x0f, 0x12, 0x16], [0x7c, 0xb3, 0xff]],
            ansi: [
                [0x20, 0x25, 0x2d],
                [0xff, 0x7b, 0x72],
                [0x6f, 0xd0, 0x8c],
                [0xe8, 0xc4, 0x6a],
                [0x7c, 0xb3, 0xff],
                [0xd2, 0xa8, 0xff],
                [0x6f, 0xd3, 0xd9],
                [0xc9, 0xcf, 0xd8],
                [0x6b, 0x74, 0x82],
                [0xff, 0xa1, 0x98],
                [0x8f, 0xe3, 0xa8],
                [0xf2, 0xd8, 0x8f],
                [0xa5, 0xcb, 0xff],
                [0xe2, 0xc5, 0xff],
                [0x9b, 0xe9, 0xee],
                [0xff, 0xff, 0xff],
            ],
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Colors {
    pub(super) theme: Theme,
    /// Changed by programs.
    pub(super) special: [Option<Rgb>; 3],
    pub(super) indexed: BTreeMap<u8, Rgb>,
}

impl Colors {
    pub(super) fn special(&self, which: usize) -> Rgb {
        self.special[which].unwrap_or(self.theme.special[which])
    }

    pub(super) fn indexed(&self, index: u8) -> Rgb {
        match self.indexed.get(&index) {
            Some(changed) => *changed,
            None => self.theme.indexed(index),
        }
    }
}

impl Theme {
    fn indexed(&self, index: u8) -> Rgb {
        match index {
            0..16 => self.ansi[usize::from(index)],
            16..232 => {
                let cube = index - 16;
                [cube / 36, cube / 6 % 6, cube % 6].map(|step| match step {
                    0 => 0,
                    step => 55 + step * 40,
                })
            }
            232.. => [8 + (index - 232) * 10; 3],
        }
    }
}

/// `rgb:h/h/h` to `rgb:hhhh/hhhh/hhhh`, `#rgb` to `#rrrrggggbbbb`; names are not known.
pub(super) fn parse(text: &str) -> Option<Rgb> {
    if let Some(parts) = strip_prefix_ignoring_case(text, "rgb:") {
        let parts: Vec<&str> = parts.split('/').collect();
        let digits = parts.first()?.len();
        let [red, green, blue] = parts.try_into().ok()?;
        let most = 16f64.powi(digits as i32) - 1.0;
        let part = |part: &str| {
            let value = hex(part).filter(|_| part.len() == digits && digits <= 4)?;
            Some((f64::from(value) / most * 255.0).round() as u8)
        };
        return Some([part(red)?, part(green)?, part(blue)?]);
    }
    let digits = text.strip_prefix('#')?;
    hex_digits(digits)?;
    let each = digits.len() / 3;
    if each * 3 != digits.len() || !(1..=4).contains(&each) {
        return None;
    }
    let part = |n: usize| {
        let value = hex(&digits[each * n..each * (n + 1)])?;
        Some(match each {
            1 => value << 4,
            2 => value,
            3 => value >> 4,
            _ => value >> 8,
        } as u8)
    };
    Some([part(0)?, part(1)?, part(2)?])
}

/// As terminals report it, 16 bits for each part.
pub(super) fn report([r, g, b]: Rgb) -> String {
    format!("rgb:{r:02x}{r:02x}/{g:02x}{g:02x}/{b:02x}{b:02x}")
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix)
        .then(|| &text[prefix.len()..])
}

fn hex_digits(text: &str) -> Option<()> {
    let all = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    all.then_some(())
}

fn hex(text: &str) -> Option<u32> {
    hex_digits(text)?;
    u32::from_str_radix(text, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::{Theme, parse, report};

    #[test]
    fn colours_as_xterm_reads_them() {
        for (text, expected) in [
            ("rgb:f/0/8", Some([255, 0, 136])),
            ("rgb:ff/00/80", Some([255, 0, 128])),
            ("RGB:fff/000/800", Some([255, 0, 128])),
            ("rgb:ffff/0000/8000", Some([255, 0, 128])),
            ("rgb:ff/0/80", None),
            ("rgb:ff/00", None),
            ("#f08", Some([240, 0, 128])),
            ("#ff0080", Some([255, 0, 128])),
            ("#fff000800", Some([255, 0, 128])),
            ("#ffff00008000", Some([255, 0, 128])),
            ("#ff00", None),
            ("#ff00gg", None),
            ("red", None),
            ("", None),
            ("?", None),
        ] {
            assert_eq!(parse(text), expected, "{text}");
        }
        assert_eq!(report([255, 0, 18]), "rgb:ffff/0000/1212");
    }

    #[test]
    fn cube_and_greys() {
        let theme = Theme::default();
        assert_eq!(theme.indexed(16), [0, 0, 0]);
        assert_eq!(theme.indexed(21), [0, 0, 255]);
        assert_eq!(theme.indexed(231), [255, 255, 255]);
        assert_eq!(theme.indexed(232), [8, 8, 8]);
        assert_eq!(theme.indexed(255), [238, 238, 238]);
    }
}
