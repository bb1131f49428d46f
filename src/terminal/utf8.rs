//! Where a stretch of bytes may be cut without splitting a UTF-8 character.
//!
//! Bytes that are not UTF-8 at all may be cut anywhere: they are nobody's half.

/// Longest UTF-8 character, in bytes.
pub(crate) const MAX_CHAR: usize = 4;

/// How many bytes at the end begin a character that is not complete yet (0..=3).
pub(crate) fn incomplete_tail(bytes: &[u8]) -> usize {
    let window = &bytes[bytes.len().saturating_sub(MAX_CHAR - 1)..];
    (0..window.len())
        .map(|at| &window[at..])
        .find(|tail| {
            std::str::from_utf8(tail)
                .is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
        })
        .map_or(0, <[u8]>::len)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn cutting_text_anywhere_holds_back_exactly_the_begun_character(
            text in "\\PC{0,40}", at in 0usize..200,
        ) {
            let at = at.min(text.len());
            let boundary = (0..=at).rev().find(|i| text.is_char_boundary(*i)).unwrap();
            prop_assert_eq!(incomplete_tail(&text.as_bytes()[..at]), at - boundary);
        }

        #[test]
        fn any_bytes_hold_back_at_most_three(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            prop_assert!(incomplete_tail(&bytes) < MAX_CHAR);
        }
    }

    #[test]
    fn invalid_bytes_are_not_held_back() {
        for bytes in [
            &b"\xff"[..],
            b"a\x80",
            b"\xc3\xc3\x28",
            b"\xf8\x88",
            b"\xed\xa0",
        ] {
            assert_eq!(incomplete_tail(bytes), 0, "{bytes:?}");
        }
        assert_eq!(incomplete_tail(b"\xe2\x82"), 2);
        assert_eq!(incomplete_tail(b"\xf0\x9f\x98"), 3);
    }
}
