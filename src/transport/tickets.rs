//! Large packets that go past the engine, without being copied.
//!
//! The engine copies each packet into a string, and its WebSocket into a buffer. So it is given
//! a *ticket* in place of a large one: a small packet, which keeps the place among the others.
//! Where the stream of the connection meets a ticket, it writes what it stands for. It works
//! over WebSocket only, where all bytes pass that stream.

use std::collections::{HashMap, VecDeque};
use std::io::IoSlice;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

/// The event that is a ticket. No client ever sees it.
pub(crate) const TICKET: &str = "~";

/// How a ticket's frame goes on after its header of two bytes, up to its number.
const BEGINS: &[u8] = b"42/terminal,[\"~\",";

/// A packet as frames of a WebSocket: what comes before the terminal's bytes, and these.
#[derive(Debug, Clone)]
pub(crate) struct Frames {
    pub(crate) head: Bytes,
    pub(crate) body: Bytes,
}

/// The tickets of a connection that have not been met yet.
#[derive(Debug, Default)]
pub(crate) struct Tickets(Mutex<Issued>);

#[derive(Debug, Default)]
struct Issued {
    last: u64,
    packets: HashMap<u64, Frames>,
}

impl Tickets {
    fn issued(&self) -> MutexGuard<'_, Issued> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A ticket for this packet.
    pub(crate) fn issue(&self, frames: Frames) -> u64 {
        let mut issued = self.issued();
        issued.last += 1;
        let ticket = issued.last;
        issued.packets.insert(ticket, frames);
        ticket
    }

    /// For one that the engine did not take; and what it stands for, when it is met.
    pub(crate) fn redeem(&self, ticket: u64) -> Option<Frames> {
        self.issued().packets.remove(&ticket)
    }

    /// What the ticket stands for that `frames`, the bytes of whole frames, begin with, and
    /// the length of its frame.
    pub(crate) fn exchange(&self, frames: &[u8]) -> Option<(Frames, usize)> {
        let (ticket, length) = ticket(frames)?;
        Some((self.redeem(ticket)?, length))
    }
}

/// The number of the ticket that `frames` begin with, and the length of its frame.
pub(crate) fn ticket(frames: &[u8]) -> Option<(u64, usize)> {
    // Text, whole, unmasked and short.
    let (&[0x81, length @ ..126], rest) = frames.split_first_chunk()? else {
        return None;
    };
    let payload = rest.get(..usize::from(length))?;
    let number = payload.strip_prefix(BEGINS)?.strip_suffix(b"]")?;
    let number = std::str::from_utf8(number).ok()?.parse().ok()?;
    Some((number, 2 + usize::from(length)))
}

/// Most parts of one write.
const PARTS: usize = 16;

/// Frames that are being written past the engine.
#[derive(Debug, Default)]
pub(crate) struct Direct(VecDeque<Part>);

#[derive(Debug)]
struct Part {
    bytes: Bytes,
    /// A packet is complete with it.
    last: bool,
}

impl Direct {
    pub(crate) fn push(&mut self, frames: Frames) {
        for (bytes, last) in [(frames.head, false), (frames.body, true)] {
            self.0.push_back(Part { bytes, last });
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Its first parts, for writing them together.
    pub(crate) fn write<R>(&self, write: impl FnOnce(&[IoSlice<'_>]) -> R) -> R {
        let mut slices = [IoSlice::new(&[]); PARTS];
        let parts = self.0.len().min(PARTS);
        for (slice, part) in slices.iter_mut().zip(&self.0) {
            *slice = IoSlice::new(&part.bytes);
        }
        write(&slices[..parts])
    }

    /// Notes that so many bytes have been written, and says how many packets that completes.
    pub(crate) fn written(&mut self, mut bytes: usize) -> usize {
        let mut packets = 0;
        while let Some(part) = self.0.front_mut() {
            if part.bytes.len() > bytes {
                bytes::Buf::advance(&mut part.bytes, bytes);
                break;
            }
            bytes -= part.bytes.len();
            packets += usize::from(part.last);
            self.0.pop_front();
        }
        packets
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn frames(head: &'static [u8], body: &'static [u8]) -> Frames {
        Frames {
            head: Bytes::from_static(head),
            body: Bytes::from_static(body),
        }
    }

    fn framed(payload: &str) -> Vec<u8> {
        [&[0x81, payload.len() as u8], payload.as_bytes()].concat()
    }

    #[test]
    fn table_of_tickets() {
        let ticket_of = |payload: &str| ticket(&framed(payload)).map(|(number, _)| number);
        for (payload, number) in [
            (r#"42/terminal,["~",1]"#, Some(1)),
            (r#"42/terminal,["~",18446744073709551615]"#, Some(u64::MAX)),
            (r#"42/terminal,["~",18446744073709551616]"#, None),
            (r#"42/terminal,["~",-1]"#, None),
            (r#"42/terminal,["~",1,2]"#, None),
            (r#"42/terminal,["~"]"#, None),
            (r#"42/terminal,["~x",1]"#, None),
            (r#"43/terminal,["~",1]"#, None),
            (r#"42/ui,["~",1]"#, None),
            ("2", None),
            ("", None),
        ] {
            assert_eq!(ticket_of(payload), number, "{payload}");
        }
        let whole = framed(r#"42/terminal,["~",7]"#);
        assert_eq!(ticket(&whole), Some((7, whole.len())));
        assert_eq!(ticket(&[&whole[..], b"\x81\x00"].concat()), ticket(&whole));
        assert_eq!(ticket(&whole[..whole.len() - 1]), None);
        assert_eq!(ticket(&whole[..1]), None);
        let binary = [&[0x82], &whole[1..]].concat();
        assert_eq!(ticket(&binary), None);
    }

    #[test]
    fn a_ticket_is_good_once() {
        let tickets = Tickets::default();
        let number = tickets.issue(frames(b"head", b"body"));
        let frame = framed(&format!(r#"42/terminal,["{TICKET}",{number}]"#));
        let (given, length) = tickets.exchange(&frame).unwrap();
        assert_eq!((&given.head[..], length), (&b"head"[..], frame.len()));
        assert!(tickets.exchange(&frame).is_none());
        assert_ne!(tickets.issue(frames(b"", b"")), number);
    }

    proptest! {
        #[test]
        fn however_it_is_written_all_arrives_and_is_counted(
            packets in proptest::collection::vec((0usize..9, 0usize..40), 0..30),
            takes in proptest::collection::vec(1usize..60, 1..20),
        ) {
            const BYTES: &[u8] = b"0123456789012345678901234567890123456789";
            let (mut direct, mut expected) = (Direct::default(), Vec::new());
            for (head, body) in &packets {
                direct.push(frames(&BYTES[..*head], &BYTES[..*body]));
                expected.extend_from_slice(&BYTES[..*head]);
                expected.extend_from_slice(&BYTES[..*body]);
            }
            let (mut got, mut complete) = (Vec::new(), 0);
            let mut takes = takes.iter().cycle();
            while !direct.is_empty() {
                let all = direct.write(|slices| slices.iter().flat_map(|s| s.to_vec()).collect::<Vec<_>>());
                let take = all.len().min(*takes.next().unwrap());
                got.extend_from_slice(&all[..take]);
                complete += direct.written(take);
            }
            prop_assert_eq!(got, expected);
            prop_assert_eq!(complete, packets.len());
        }
    }
}
