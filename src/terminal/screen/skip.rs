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

/// So much is looked through at once.
const WINDOW: usize = 16 << 10;

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
    while at < bytes.len() {
        let window = &bytes[at..bytes.len().min(at + WINDOW)];
        let text = text_len(window, &bytes[at + window.len()..]);
        let is_plain =
            |escape: &usize| matches!(control(&bytes[at + escape..]), Some((_, b'm' | b'K')));
        let odd = memchr_iter(0x1b, &window[..text]).find(|escape| !is_plain(escape));
        if let Some(odd) = odd.or((text < window.len()).then_some(text)) {
            return at + odd;
        }
        at += window.len();
    }
    at
}

/// How much of the beginning has no control characters but those that stay in a row or go to
/// the next, and ESC. Some of them take two bytes.
fn text_len(window: &[u8], after: &[u8]) -> usize {
    const BLOCK: usize = 64;
    let is_odd = |byte: u8| {
        (byte < 0x20) & !matches!(byte, 0x08 | b'\t' | b'\n' | b'\r' | 0x1b) | (byte == 0xc2)
    };
    let mut start = 0;
    for block in window.chunks(BLOCK) {
        // Simple enough to be done for a whole block at once.
        if block.iter().fold(false, |odd, byte| odd | is_odd(*byte)) {
            let next = |at: usize| window.get(at).or(after.get(at - window.len().min(at)));
            let odd = (start..start + block.len()).find(|at| {
                let byte = window[*at];
                let latin =
                    byte == 0xc2 && next(at + 1).is_some_and(|next| !(0x80..0xa0).contains(next));
                is_odd(byte) && !latin
            });
            if let Some(odd) = odd {
                return odd;
            }
        }
        start += block.len();
    }
    start
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
