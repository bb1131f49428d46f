//! Whether a bracketed paste is open in what a terminal's program has been sent.
//!
//! Knows the two markers, `ESC [ 200 ~` and `ESC [ 201 ~` (xterm's bracketed paste), and
//! nothing of who writes.

/// Begins a bracketed paste.
pub(crate) const BEGIN: &[u8] = b"\x1b[200~";
/// Ends one.
pub(crate) const END: &[u8] = b"\x1b[201~";

/// Follows the bytes that were really written; `S` is who they are from.
#[derive(Debug, Clone)]
pub(crate) struct Pasting<S> {
    open: Option<S>,
    /// How much of a marker has been seen.
    matched: usize,
    begins: bool,
}

impl<S> Default for Pasting<S> {
    fn default() -> Self {
        Self {
            open: None,
            matched: 0,
            begins: false,
        }
    }
}

impl<S: Clone> Pasting<S> {
    /// Whose paste is open.
    pub(crate) fn open(&self) -> Option<&S> {
        self.open.as_ref()
    }

    /// These bytes were written.
    pub(crate) fn wrote(&mut self, from: &S, bytes: &[u8]) {
        for byte in bytes {
            self.matched = match (self.matched, byte) {
                (_, b'\x1b') => 1,
                (1, b'[') => 2,
                (2, b'2') => 3,
                (3, b'0') => 4,
                (4, b'0' | b'1') => {
                    self.begins = *byte == b'0';
                    5
                }
                (5, b'~') => {
                    self.open = self.begins.then(|| from.clone());
                    0
                }
                _ => 0,
            };
        }
    }

    /// How many bytes of `rest`, which comes next, finish what has been begun: a character or a
    /// marker. Something else must not be written before these.
    pub(crate) fn unfinished(&self, rest: &[u8]) -> usize {
        if self.matched > 0 {
            let rest_of_marker = BEGIN.len() - self.matched;
            return match rest.get(..rest_of_marker) {
                Some(end) if self.completes(end) => rest_of_marker,
                _ => 0,
            };
        }
        let continues = |byte: &&u8| (**byte & 0b1100_0000) == 0b1000_0000;
        rest.iter().take(3).take_while(continues).count()
    }

    fn completes(&self, end: &[u8]) -> bool {
        let seen = BEGIN.len() - end.len();
        match self.matched {
            // The digit that tells them apart has been seen.
            5 => end == b"~",
            _ => BEGIN[seen..] == *end || END[seen..] == *end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn after(text: &[u8]) -> Pasting<u8> {
        let mut pasting = Pasting::default();
        pasting.wrote(&7, text);
        pasting
    }

    #[test]
    fn table() {
        for (text, open) in [
            (&b""[..], false),
            (b"\x1b[200~", true),
            (b"\x1b[200~abc\x1b[201~", false),
            (b"\x1b[200~abc\x1b[201", true),
            (b"\x1b\x1b[200~", true),
            (b"\x1b[20\x1b[200~", true),
            (b"\x1b[202~", false),
            (b"\x1b[2000~", false),
            (b"\x1b[201~\x1b[200~x\x1b[A", true),
        ] {
            assert_eq!(after(text).open().is_some(), open, "{text:?}");
        }
        for (text, rest, unfinished) in [
            (&b""[..], &b"abc"[..], 0),
            (b"a\xf0\x9f", b"\x98\x80b", 2),
            (b"a\xf0", b"\x9f\x98\x80\x80", 3),
            (b"\x1b", b"[200~x", 5),
            (b"\x1b[20", b"1~x", 2),
            (b"\x1b[201", b"~x", 1),
            (b"\x1b[2", b"J", 0),
            (b"\x1b", b"[A", 0),
            (b"\x1b[20", b"1", 0),
        ] {
            assert_eq!(
                after(text).unfinished(rest),
                unfinished,
                "{text:?} {rest:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn pieces_make_no_difference(
            parts in prop::collection::vec(
                prop::sample::select(vec!["\x1b[200~", "\x1b[201~", "\x1b", "[20", "0~", "x", "é"]),
                0..20,
            ),
            cut in any::<prop::sample::Index>(),
        ) {
            let text = parts.concat().into_bytes();
            let (head, tail) = text.split_at(cut.index(text.len() + 1));
            let mut pieces = after(head);
            pieces.wrote(&7, tail);
            let whole = after(&text);
            prop_assert_eq!(pieces.open(), whole.open());
            // Whatever last marker there is decides.
            let text = String::from_utf8(text).unwrap();
            let open = match (text.rfind("\x1b[200~"), text.rfind("\x1b[201~")) {
                (Some(begin), Some(end)) => begin > end,
                (begin, _) => begin.is_some(),
            };
            prop_assert_eq!(whole.open().is_some(), open);
        }
    }
}
