//! Counting Socket.IO packets in the bytes of a WebSocket that the hub sends.
//!
//! Only as much of RFC 6455 as servers write: unmasked frames that are not fragmented. Of the
//! payload it looks at the first bytes: which Engine.IO and Socket.IO packet it is, and how
//! many binary attachments follow.

/// First bytes of a text frame that say what it is: `4`, the packet type, the number of
/// attachments (in digits), `-`.
const PEEK: usize = 8;

/// Follows outgoing bytes and counts the packets that are complete.
#[derive(Debug, Default)]
pub(crate) struct FrameTap {
    state: State,
    /// Attachments that belong to the packet before and are still to come.
    attachments: usize,
}

#[derive(Debug)]
enum State {
    /// In the header; what is there of it.
    Header { bytes: [u8; 10], have: usize },
    /// In a payload: what is left of it, and how it began.
    Payload {
        left: u64,
        text: bool,
        first: [u8; PEEK],
        have: usize,
    },
}

impl Default for State {
    fn default() -> Self {
        Self::Header {
            bytes: [0; 10],
            have: 0,
        }
    }
}

impl FrameTap {
    /// Bytes until the end of the frame that is under way; none when it is between frames, and
    /// nobody knows within a header.
    pub(crate) fn under_way(&self) -> Option<u64> {
        match self.state {
            State::Header { have: 0, .. } => Some(0),
            State::Header { .. } => None,
            State::Payload { left, .. } => Some(left),
        }
    }

    /// Takes bytes that are on their way and says how many event and acknowledgement packets,
    /// attachments included, they complete.
    pub(crate) fn feed(&mut self, mut bytes: &[u8]) -> usize {
        let mut complete = 0;
        while !bytes.is_empty() {
            match &mut self.state {
                State::Header {
                    bytes: header,
                    have,
                } => {
                    header[*have] = bytes[0];
                    *have += 1;
                    bytes = &bytes[1..];
                    if let Some((text, left)) = parse_header(&header[..*have]) {
                        self.state = State::Payload {
                            left,
                            text,
                            first: [0; PEEK],
                            have: 0,
                        };
                        complete += self.frame_end();
                    }
                }
                State::Payload {
                    left, first, have, ..
                } => {
                    let take = usize::try_from(*left).map_or(bytes.len(), |n| n.min(bytes.len()));
                    let peek = take.min(PEEK - *have);
                    first[*have..*have + peek].copy_from_slice(&bytes[..peek]);
                    *have += peek;
                    *left -= take as u64;
                    bytes = &bytes[take..];
                    complete += self.frame_end();
                }
            }
        }
        complete
    }

    /// When a frame is at its end: how many packets that completes (0 or 1).
    fn frame_end(&mut self) -> usize {
        let State::Payload {
            left: 0,
            text,
            first,
            have,
        } = self.state
        else {
            return 0;
        };
        self.state = State::default();
        if text {
            match packet_attachments(&first[..have]) {
                None => return 0,
                Some(attachments) => self.attachments = attachments,
            }
        } else {
            match self.attachments.checked_sub(1) {
                None => return 0,
                Some(left) => self.attachments = left,
            }
        }
        usize::from(self.attachments == 0)
    }
}

/// Whether it is a text frame, and the length of its payload, once the header is complete.
/// Control frames count as neither text nor attachment: they are short and rare, and a close
/// frame ends everything anyway.
fn parse_header(header: &[u8]) -> Option<(bool, u64)> {
    let (first, second) = (*header.first()?, *header.get(1)?);
    let text = first & 0x0f == 1;
    match second & 0x7f {
        126 => Some((
            text,
            u64::from(u16::from_be_bytes(header.get(2..4)?.try_into().ok()?)),
        )),
        127 => Some((
            text,
            u64::from_be_bytes(header.get(2..10)?.try_into().ok()?),
        )),
        short => Some((text, u64::from(short))),
    }
}

/// How long the frame is that `bytes` begin with, as far as its header is there.
pub(crate) fn frame_length(bytes: &[u8]) -> Option<u64> {
    let (_, payload) = parse_header(bytes)?;
    let header = match bytes.get(1)? & 0x7f {
        126 => 4,
        127 => 10,
        _ => 2,
    };
    Some(header + payload)
}

/// Begins a frame of `length` bytes as a server writes it.
pub(crate) fn begin_frame(text: bool, length: usize, out: &mut Vec<u8>) {
    out.push(if text { 0x81 } else { 0x82 });
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short @ ..126), _) => out.push(short),
        (_, Ok(medium)) => {
            out.push(126);
            out.extend_from_slice(&medium.to_be_bytes());
        }
        _ => {
            out.push(127);
            out.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
}

/// How many attachments follow an Engine.IO text packet that begins like this; none at all
/// when it is not a Socket.IO event or acknowledgement.
pub(crate) fn packet_attachments(first: &[u8]) -> Option<usize> {
    match first {
        [b'4', b'2' | b'3', ..] => Some(0),
        [b'4', b'5' | b'6', digits @ ..] => {
            let digits = &digits[..digits.iter().position(|b| *b == b'-')?];
            std::str::from_utf8(digits).ok()?.parse().ok()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn frame(text: bool, payload: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        begin_frame(text, payload.len(), &mut out);
        assert_eq!(frame_length(&out), Some((out.len() + payload.len()) as u64));
        out.extend_from_slice(payload);
        out
    }

    #[test]
    fn table_of_packets() {
        for (first, attachments) in [
            ("42/terminal,[\"x\"]", Some(0)),
            ("43/terminal,1[]", Some(0)),
            ("451-/terminal,", Some(1)),
            ("4612-/t,7[]", Some(12)),
            ("45x-", None),
            ("45", None),
            ("40/terminal,{}", None),
            ("41", None),
            ("44{}", None),
            ("2", None),
            ("0{}", None),
            ("", None),
        ] {
            let peek = &first.as_bytes()[..first.len().min(PEEK)];
            assert_eq!(packet_attachments(peek), attachments, "{first}");
        }
    }

    fn packet() -> impl Strategy<Value = (Vec<u8>, usize)> {
        let sizes = prop_oneof![0usize..300, Just(65_535usize), Just(65_536)];
        prop_oneof![
            Just((frame(true, b"2"), 0)),
            Just((frame(true, b"40/terminal,{}"), 0)),
            Just((frame(false, b""), 0)),
            sizes
                .clone()
                .prop_map(|n| (frame(true, format!("42{}", "x".repeat(n)).as_bytes()), 1)),
            (1usize..4, sizes).prop_map(|(attachments, n)| {
                let mut bytes = frame(true, format!("45{attachments}-/t,[]").as_bytes());
                for _ in 0..attachments {
                    bytes.extend(frame(false, &vec![0x81; n]));
                }
                (bytes, 1)
            }),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn however_the_bytes_are_cut_the_count_is_right(
            packets in proptest::collection::vec(packet(), 0..8),
            cut in 1usize..5000,
        ) {
            let expected: usize = packets.iter().map(|(_, n)| n).sum();
            let all: Vec<u8> = packets.into_iter().flat_map(|(bytes, _)| bytes).collect();
            let mut tap = FrameTap::default();
            prop_assert_eq!(all.chunks(cut).map(|part| tap.feed(part)).sum::<usize>(), expected);
        }
    }
}
