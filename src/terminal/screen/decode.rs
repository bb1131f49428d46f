//! UTF-8 as `write(Uint8Array)` of xterm.js decodes it when no chunk splits a character: what
//! is invalid is left out, and so is U+FEFF.
//!
//! Source: `Utf8ToUtf32` in `input/TextDecoder.ts` of xterm.js 6.0.0 (MIT).

/// What begins at the first byte, which is not ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decoded {
    /// A code point and its length.
    Code(u32, usize),
    /// So many bytes that stand for nothing.
    Dropped(usize),
    /// The end of the input comes first.
    Partial,
}

pub(super) fn decode(bytes: &[u8]) -> Decoded {
    let first = u32::from(bytes[0]);
    let (len, least, bits) = match first {
        0xc0..=0xdf => (2, 0x80, first & 0x1f),
        0xe0..=0xef => (3, 0x800, first & 0x0f),
        0xf0..=0xf7 => (4, 0x1_0000, first & 0x07),
        _ => return Decoded::Dropped(1),
    };
    let mut code = bits;
    for at in 1..len {
        match bytes.get(at) {
            None => return Decoded::Partial,
            Some(byte) if byte & 0xc0 != 0x80 => return Decoded::Dropped(at),
            Some(byte) => code = code << 6 | u32::from(byte & 0x3f),
        }
    }
    let surrogate = (0xd800..=0xdfff).contains(&code);
    if code < least || code > 0x10_ffff || surrogate || code == 0xfeff {
        return Decoded::Dropped(len);
    }
    Decoded::Code(code, len)
}

#[cfg(test)]
mod tests {
    use super::{Decoded, decode};

    #[test]
    fn table() {
        for (bytes, expected) in [
            (&b"\xc3\xa9"[..], Decoded::Code(0xe9, 2)),
            (b"\xe6\x97\xa5x", Decoded::Code(0x65e5, 3)),
            (b"\xf0\x9f\x8c\x8d", Decoded::Code(0x1f30d, 4)),
            (b"\xc2\x9b", Decoded::Code(0x9b, 2)),
            (b"\xc0\x80", Decoded::Dropped(2)),
            (b"\xe0\x82\x9b", Decoded::Dropped(3)),
            (b"\xed\xa0\x80", Decoded::Dropped(3)),
            (b"\xef\xbb\xbf", Decoded::Dropped(3)),
            (b"\xf7\xbf\xbf\xbf", Decoded::Dropped(4)),
            (b"\xf8\x80", Decoded::Dropped(1)),
            (b"\x80", Decoded::Dropped(1)),
            (b"\xc3x", Decoded::Dropped(1)),
            (b"\xe6\x97x", Decoded::Dropped(2)),
            (b"\xe6\x97", Decoded::Partial),
            (b"\xf0", Decoded::Partial),
        ] {
            assert_eq!(decode(bytes), expected, "{bytes:x?}");
        }
    }
}
