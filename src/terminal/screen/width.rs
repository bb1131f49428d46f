//! How many cells a character takes. Knows nothing but the table.

use super::widths::{WIDE, ZERO};

const BMP: usize = 0x1_0000;

/// Two bits for each code point of the basic plane.
static SMALL: [u8; BMP / 4] = small();

const fn small() -> [u8; BMP / 4] {
    let mut table = [0b0101_0101; BMP / 4];
    let mut n = 0;
    while n < ZERO.len() {
        fill(&mut table, ZERO[n], 0);
        n += 1;
    }
    n = 0;
    while n < WIDE.len() {
        fill(&mut table, WIDE[n], 2);
        n += 1;
    }
    table
}

const fn fill(table: &mut [u8; BMP / 4], range: (u32, u32), width: u8) {
    let mut code = range.0 as usize;
    while code <= range.1 as usize && code < BMP {
        let shift = code % 4 * 2;
        table[code / 4] = table[code / 4] & !(3 << shift) | width << shift;
        code += 1;
    }
}

/// 0, 1 or 2.
pub(super) fn width(code: u32) -> u32 {
    match SMALL.get(code as usize / 4) {
        Some(four) => u32::from(four >> (code % 4 * 2) & 3),
        None if within(ZERO, code) => 0,
        None if within(WIDE, code) => 2,
        None => 1,
    }
}

fn within(ranges: &[(u32, u32)], code: u32) -> bool {
    let after = ranges.partition_point(|(first, _)| *first <= code);
    after > 0 && code <= ranges[after - 1].1
}

#[cfg(test)]
mod tests {
    use super::width;

    #[test]
    fn table() {
        for (c, expected) in [
            ('\0', 0),
            ('a', 1),
            ('\u{7f}', 0),
            ('é', 1),
            ('\u{301}', 0),
            ('\u{200b}', 0),
            ('日', 2),
            ('│', 1),
            ('✅', 2),
            ('🌍', 2),
            ('🦀', 2),
            ('\u{e0100}', 0),
            ('\u{20000}', 2),
            ('\u{10ffff}', 1),
        ] {
            assert_eq!(width(u32::from(c)), expected, "{c:?}");
        }
    }
}
