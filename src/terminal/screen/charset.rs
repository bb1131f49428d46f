//! The national and graphic character sets that a program can designate. Data and its lookup.
//!
//! Source: `data/Charsets.ts` and `services/CharsetService.ts` of xterm.js 6.0.0 (MIT).

/// A set other than US ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Charset {
    /// The byte that designates it.
    pub(super) letter: u8,
    map: &'static [(u8, char)],
}

#[rustfmt::skip]
const SETS: &[Charset] = &[
    set(b'0', &[
        (b'`', '◆'), (b'a', '▒'), (b'b', '␉'), (b'c', '␌'), (b'd', '␍'), (b'e', '␊'), (b'f', '°'),
        (b'g', '±'), (b'h', '␤'), (b'i', '␋'), (b'j', '┘'), (b'k', '┐'), (b'l', '┌'), (b'm', '└'),
        (b'n', '┼'), (b'o', '⎺'), (b'p', '⎻'), (b'q', '─'), (b'r', '⎼'), (b's', '⎽'), (b't', '├'),
        (b'u', '┤'), (b'v', '┴'), (b'w', '┬'), (b'x', '│'), (b'y', '≤'), (b'z', '≥'), (b'{', 'π'),
        (b'|', '≠'), (b'}', '£'), (b'~', '·'),
    ]),
    set(b'A', &[(b'#', '£')]),
    // xterm.js maps `[` to two letters and prints the first.
    set(b'4', &[
        (b'#', '£'), (b'@', '¾'), (b'[', 'i'), (b'\\', '½'), (b']', '|'), (b'{', '¨'), (b'|', 'f'),
        (b'}', '¼'), (b'~', '´'),
    ]),
    set(b'C', FINNISH),
    set(b'5', FINNISH),
    set(b'R', &[
        (b'#', '£'), (b'@', 'à'), (b'[', '°'), (b'\\', 'ç'), (b']', '§'), (b'{', 'é'), (b'|', 'ù'),
        (b'}', 'è'), (b'~', '¨'),
    ]),
    set(b'Q', &[
        (b'@', 'à'), (b'[', 'â'), (b'\\', 'ç'), (b']', 'ê'), (b'^', 'î'), (b'`', 'ô'), (b'{', 'é'),
        (b'|', 'ù'), (b'}', 'è'), (b'~', 'û'),
    ]),
    set(b'K', &[
        (b'@', '§'), (b'[', 'Ä'), (b'\\', 'Ö'), (b']', 'Ü'), (b'{', 'ä'), (b'|', 'ö'), (b'}', 'ü'),
        (b'~', 'ß'),
    ]),
    set(b'Y', &[
        (b'#', '£'), (b'@', '§'), (b'[', '°'), (b'\\', 'ç'), (b']', 'é'), (b'`', 'ù'), (b'{', 'à'),
        (b'|', 'ò'), (b'}', 'è'), (b'~', 'ì'),
    ]),
    set(b'E', NORWEGIAN),
    set(b'6', NORWEGIAN),
    set(b'Z', &[
        (b'#', '£'), (b'@', '§'), (b'[', '¡'), (b'\\', 'Ñ'), (b']', '¿'), (b'{', '°'), (b'|', 'ñ'),
        (b'}', 'ç'),
    ]),
    set(b'H', SWEDISH),
    set(b'7', SWEDISH),
    set(b'=', &[
        (b'#', 'ù'), (b'@', 'à'), (b'[', 'é'), (b'\\', 'ç'), (b']', 'ê'), (b'^', 'î'), (b'_', 'è'),
        (b'`', 'ô'), (b'{', 'ä'), (b'|', 'ö'), (b'}', 'ü'), (b'~', 'û'),
    ]),
];

#[rustfmt::skip]
const FINNISH: &[(u8, char)] = &[
    (b'[', 'Ä'), (b'\\', 'Ö'), (b']', 'Å'), (b'^', 'Ü'), (b'`', 'é'), (b'{', 'ä'), (b'|', 'ö'),
    (b'}', 'å'), (b'~', 'ü'),
];

#[rustfmt::skip]
const NORWEGIAN: &[(u8, char)] = &[
    (b'@', 'Ä'), (b'[', 'Æ'), (b'\\', 'Ø'), (b']', 'Å'), (b'^', 'Ü'), (b'`', 'ä'), (b'{', 'æ'),
    (b'|', 'ø'), (b'}', 'å'), (b'~', 'ü'),
];

#[rustfmt::skip]
const SWEDISH: &[(u8, char)] = &[
    (b'@', 'É'), (b'[', 'Ä'), (b'\\', 'Ö'), (b']', 'Å'), (b'^', 'Ü'), (b'`', 'é'), (b'{', 'ä'),
    (b'|', 'ö'), (b'}', 'å'), (b'~', 'ü'),
];

const fn set(letter: u8, map: &'static [(u8, char)]) -> Charset {
    Charset { letter, map }
}

impl Charset {
    /// The set that a final byte designates: `Some(None)` is US ASCII, `None` no set at all.
    pub(super) fn designated(letter: u8) -> Option<Option<Self>> {
        if letter == b'B' {
            return Some(None);
        }
        let found = SETS.iter().find(|set| set.letter == letter);
        found.map(|set| Some(*set))
    }

    pub(super) fn map(self, code: u32) -> u32 {
        let found = self.map.iter().find(|(from, _)| u32::from(*from) == code);
        found.map_or(code, |(_, to)| u32::from(*to))
    }

    /// The character that is shown as `c`, if there is one.
    pub(super) fn unmap(self, c: char) -> char {
        if self.map(u32::from(c)) == u32::from(c) {
            return c;
        }
        let found = self.map.iter().find(|(_, to)| *to == c);
        found.map_or(c, |(from, _)| char::from(*from))
    }
}

/// The four sets that are designated, and the one in use.
///
/// The one in use can be another than the designated one of its level: restoring a cursor
/// brings back the set alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Charsets {
    pub(super) active: Option<Charset>,
    pub(super) level: usize,
    pub(super) designated: [Option<Charset>; 4],
}

impl Charsets {
    pub(super) fn shift(&mut self, level: usize) {
        self.level = level;
        self.active = self.designated[level];
    }

    pub(super) fn designate(&mut self, level: usize, set: Option<Charset>) {
        self.designated[level] = set;
        if self.level == level {
            self.active = set;
        }
    }
}
