//! Frames of a WebSocket as they come from a server, read as cheaply as they can be: what is
//! binary is counted and not kept.

/// A frame that is complete.
pub(crate) enum Frame<'a> {
    Text(&'a [u8]),
    /// So many bytes.
    Binary(u64),
}

/// Takes the bytes of a connection apart, however they are cut.
#[derive(Default)]
pub(crate) struct Frames {
    header: Vec<u8>,
    /// The frame whose payload is being read.
    payload: Option<Payload>,
    /// What there is of a text frame that was cut.
    text: Vec<u8>,
}

#[derive(Clone, Copy)]
struct Payload {
    text: bool,
    length: u64,
    left: u64,
}

impl Frames {
    pub(crate) fn feed(&mut self, mut bytes: &[u8], mut each: impl FnMut(Frame<'_>)) {
        while !bytes.is_empty() {
            let Some(payload) = &mut self.payload else {
                self.header.push(bytes[0]);
                bytes = &bytes[1..];
                self.payload = parse(&self.header);
                // A frame without a payload says nothing that matters here.
                if self.payload.is_some_and(|payload| payload.length == 0) {
                    self.end_of_frame();
                }
                continue;
            };
            let here = usize::try_from(payload.left).map_or(bytes.len(), |n| n.min(bytes.len()));
            let (part, rest) = bytes.split_at(here);
            payload.left -= here as u64;
            bytes = rest;
            let complete = payload.left == 0;
            match payload.text {
                true if complete && self.text.is_empty() => each(Frame::Text(part)),
                true => {
                    self.text.extend_from_slice(part);
                    if complete {
                        each(Frame::Text(&self.text));
                        self.text.clear();
                    }
                }
                false if complete => each(Frame::Binary(payload.length)),
                false => {}
            }
            if complete {
                self.end_of_frame();
            }
        }
    }

    fn end_of_frame(&mut self) {
        self.payload = None;
        self.header.clear();
    }
}

/// What an unmasked frame holds, once its header is complete.
fn parse(header: &[u8]) -> Option<Payload> {
    let (first, second) = (*header.first()?, *header.get(1)?);
    let length = match second {
        126 => u64::from(u16::from_be_bytes(header.get(2..4)?.try_into().ok()?)),
        127 => u64::from_be_bytes(header.get(2..10)?.try_into().ok()?),
        short => u64::from(short),
    };
    Some(Payload {
        text: first & 0x0f == 1,
        length,
        left: length,
    })
}

/// A text frame as a client sends it, masked with zeros.
pub(crate) fn masked(text: &str) -> Vec<u8> {
    let mut frame = vec![0x81];
    match text.len() {
        n @ 0..=125 => frame.push(0x80 | n as u8),
        n => {
            frame.push(0x80 | 126);
            frame.extend_from_slice(&(n as u16).to_be_bytes());
        }
    }
    frame.extend_from_slice(&[0; 4]);
    frame.extend_from_slice(text.as_bytes());
    frame
}
