//! In a flood of plain text, what will have left the history by the end of a piece need not be
//! painted: only the pen is followed through it.
//!
//! What may be skipped can do three things: print in a row, go to the next one, change the pen.
//! So all that it leaves, once as many line feeds have followed as there are rows, is the pen.

use memchr::{memchr_iter, memrchr_iter};

use super::Screen;
use super::cell::Pen;
use super::feed::control;
use super::heard::Heard;
use super::params::Params;
use super::term::Term;

/// Pieces from here on are looked through. Shorter ones are hardly longer than what is painted.
pub(super) const WORTH: usize = 256 << 10;
/// As much is painted before looking again, where nothing can be skipped.
const STEP: usize = 64 << 10;

/// What a byte may be in text that is skipped.
const PLAIN: u8 = 0;
const ESCAPE: u8 = 1;
/// May begin a control character of two bytes.
const LATIN: u8 = 2;
const OTHER: u8 = 3;

static KINDS: [u8; 256] = kinds();

const fn kinds() -> [u8; 256] {
    let mut kinds = [PLAIN; 256];
    let mut byte = 0;
    while byte < 0x20 {
        kinds[byte] = match byte as u8 {
            0x08 | b'\t' | b'\n' | b'\r' => PLAIN,
            0x1b => ESCAPE,
            _ => OTHER,
        };
        byte += 1;
    }
    kinds[0xc2] = LATIN;
    kinds
}

impl Screen {
    /// As if all of it were painted.
    pub(super) fn feed_skipping(&mut self, bytes: &[u8], worth: usize, heard: &mut dyn Heard) {
        let mut rest = bytes;
        while rest.len() >= worth.max(1) {
            let plain = if self.may_skip() { plain_len(rest) } else { 0 };
            let now = match resume_at(&rest[..plain], &self.term) {
                Some(resume) => {
                    self.skip(&rest[..resume]);
                    resume..plain
                }
                None => 0..plain.max(STEP.min(worth)).min(rest.len()),
            };
            self.feed_all(&rest[now.clone()], heard);
            rest = &rest[now.end..];
        }
        self.feed_all(rest, heard);
    }

    fn may_skip(&self) -> bool {
        let buffer = self.term.buffer();
        self.parser.is_ground()
            && self.parser.partial.is_empty()
            && (buffer.top, buffer.bottom) == (0, buffer.rows - 1)
            // A backspace may go up then.
            && !self.term.modes.reverse_wraparound
    }

    /// To the end of plain text whose last bytes are CR and LF and that reaches the last row.
    fn skip(&mut self, bytes: &[u8]) {
        self.term.pen = pen_after(self.term.pen, bytes);
        self.term.ends_run();
        let buffer = self.term.buffer_mut();
        (buffer.x, buffer.y) = (0, buffer.rows - 1);
    }
}

/// Where to begin to paint so that nothing of what was before is left at the end.
fn resume_at(bytes: &[u8], term: &Term) -> Option<usize> {
    let buffer = term.buffer();
    let mut feeds = memrchr_iter(b'\n', bytes).skip(buffer.max + buffer.rows);
    let at = feeds.find(|at| *at > 0 && bytes[at - 1] == b'\r')?;
    let reaches_last_row = memchr_iter(b'\n', &bytes[..at]).nth(buffer.rows).is_some();
    reaches_last_row.then_some(at + 1)
}

/// How much of the beginning is text and controls that may be skipped.
fn plain_len(bytes: &[u8]) -> usize {
    let mut at = 0;
    loop {
        at += plain_run(&bytes[at..]);
        let Some(byte) = bytes.get(at) else {
            return at;
        };
        match KINDS[usize::from(*byte)] {
            ESCAPE => match control(&bytes[at..]) {
                Some((params, b'm' | b'K')) => at += params.len() + 3,
                _ => return at,
            },
            LATIN
                if bytes
                    .get(at + 1)
                    .is_some_and(|next| !(0x80..0xa0).contains(next)) =>
            {
                at += 1
            }
            _ => return at,
        }
    }
}

fn plain_run(bytes: &[u8]) -> usize {
    const BLOCK: usize = 32;
    let is_plain = |byte: &u8| KINDS[usize::from(*byte)] == PLAIN;
    let blocks = bytes.chunks_exact(BLOCK).take_while(|block| {
        // Simple enough to be done for the whole block at once.
        let odd = block.iter().fold(false, |odd, byte| {
            odd | (*byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')) | (*byte == 0xc2)
        });
        !odd
    });
    let start = blocks.count() * BLOCK;
    let rest = &bytes[start..];
    start
        + rest
            .iter()
            .position(|byte| !is_plain(byte))
            .unwrap_or(rest.len())
}

fn pen_after(mut pen: Pen, bytes: &[u8]) -> Pen {
    let colors = |at: usize| match control(&bytes[at..]) {
        Some((params, b'm')) => Some(params),
        _ => None,
    };
    let is_reset = |at: &usize| matches!(colors(*at), Some(b"" | b"0"));
    // What was before a reset makes no difference.
    let start = memrchr_iter(0x1b, bytes).find(is_reset).unwrap_or(0);
    let mut params = Params::default();
    for at in memchr_iter(0x1b, &bytes[start..]) {
        if let Some(bytes) = colors(start + at) {
            params.reset();
            bytes.iter().for_each(|byte| params.put(*byte));
            pen.apply(&params);
        }
    }
    pen
}
