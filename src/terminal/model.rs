//! The model of a session's screen, and the place in the stream that it stands for.
//!
//! It reads the stream like a viewer and can paint at any time what a viewer would see there.
//! It knows no lock and no clock; [`super::keeper`] keeps it up to date.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;

use super::memory::Memory;
use super::screen::{Heard, Screen};
use super::stream::{Cursor, Happening, Piece, Size, Stream};

/// Lines of history that a picture can hold.
const HISTORY_LINES: usize = 1_000;

/// Most bytes of a picture. What a phone's patience has room for; a screen that alone needs
/// more is painted whole, without history.
pub(crate) const PICTURE_MAX: usize = 192 << 10;

/// What the model takes from the stream at once. More lets it skip more of a flood
/// ([`super::screen`]), less gives the stream's lock back sooner.
pub(crate) const BATCH: usize = 2 << 20;

/// The screen as of a place in the stream.
pub(crate) struct Model {
    screen: Screen,
    size: Size,
    cursor: Cursor,
    /// Where batches are joined, as long as output flows.
    scratch: Option<Memory>,
    /// The last picture, with its bound; good until the cursor moves.
    painted: Option<(usize, Bytes)>,
}

/// Part of the stream, taken for the model. A resize comes after the bytes.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    blocks: Vec<Bytes>,
    resized: Option<Size>,
}

/// What the output of a batch meant beside what it shows.
#[derive(Debug, Default)]
pub(crate) struct Meant {
    /// The terminal's answers to what the program asked.
    pub(crate) replies: Vec<u8>,
    /// One of them says where the cursor is.
    pub(crate) position_asked: bool,
    /// In order, without those that a later one of the batch makes void.
    pub(crate) happenings: Vec<Happening>,
    /// Where the program says that it is.
    pub(crate) cwd: Option<String>,
}

impl Model {
    pub(crate) fn new(size: Size) -> Self {
        Self {
            screen: Screen::new(size, HISTORY_LINES),
            size,
            cursor: Cursor::at_start(),
            scratch: None,
            painted: None,
        }
    }

    /// The place in the stream up to which everything is in the picture.
    pub(crate) fn cursor(&self) -> &Cursor {
        &self.cursor
    }

    pub(crate) fn size(&self) -> Size {
        self.size
    }

    /// Takes what comes next from the stream, up to a resize. Nothing when there is nothing.
    pub(crate) fn batch(&mut self, stream: &mut Stream) -> Option<Batch> {
        let mut batch = Batch::default();
        let (mut room, mut any) = (BATCH, false);
        while room > 0 {
            match stream.next(&mut self.cursor, room) {
                Some(Piece::Bytes(bytes)) => {
                    room = room.saturating_sub(bytes.len());
                    batch.blocks.push(bytes);
                }
                Some(Piece::Resized(size)) => {
                    batch.resized = Some(size);
                    room = 0;
                }
                // The model is where these come from, or has no use for them.
                Some(Piece::Happened(_) | Piece::Exit(_)) => {}
                // Nothing is forgotten before the model has it; see `session`.
                Some(Piece::Lost) | None => break,
            }
            any = true;
        }
        any.then_some(batch)
    }

    /// Brings the screen to where [`Model::batch`] took it.
    pub(crate) fn take(&mut self, batch: Batch) -> Meant {
        self.painted = None;
        let mut meant = Meant::default();
        let bytes = match &batch.blocks[..] {
            [] => &[][..],
            [one] => one,
            many => join(many, &mut self.scratch),
        };
        let mut screen = AssertUnwindSafe((&mut self.screen, &mut meant));
        let fed = catch_unwind(move || {
            let (screen, meant) = &mut *screen;
            screen.feed(bytes, *meant);
            if let Some(size) = batch.resized {
                screen.resize(size);
            }
        });
        self.size = batch.resized.unwrap_or(self.size);
        if fed.is_err() {
            self.begin_anew();
        }
        meant
    }

    /// A fault of the model must cost a picture and not the terminal.
    fn begin_anew(&mut self) {
        tracing::error!("the model of a terminal's screen failed and begins anew");
        self.screen = Screen::new(self.size, HISTORY_LINES);
    }

    /// Output does not flow any more: gives back what that needed.
    pub(crate) fn calm(&mut self) {
        self.scratch = None;
    }

    /// What paints the screen into a terminal that was just reset: `most` bytes, or as many as
    /// the screen itself needs.
    pub(crate) fn picture(&mut self, most: usize) -> Bytes {
        if let Some((bound, picture)) = &self.painted
            && *bound == most
        {
            return picture.clone();
        }
        let screen = AssertUnwindSafe(&self.screen);
        let picture = catch_unwind(|| screen.picture(most)).unwrap_or_else(|_| {
            self.begin_anew();
            Vec::new()
        });
        let picture = Bytes::from(picture);
        self.painted = Some((most, picture.clone()));
        picture
    }
}

/// The blocks in one piece, since only what is seen whole can be skipped.
fn join<'a>(blocks: &[Bytes], scratch: &'a mut Option<Memory>) -> &'a [u8] {
    let needed = blocks.iter().map(Bytes::len).sum();
    let memory = match scratch
        .take()
        .filter(|scratch| scratch.bytes().len() >= needed)
    {
        Some(enough) => enough,
        None => Memory::new(BATCH.max(needed)),
    };
    let memory = scratch.insert(memory);
    let mut rest = memory.bytes_mut();
    for block in blocks {
        let (now, later) = rest.split_at_mut(block.len());
        now.copy_from_slice(block);
        rest = later;
    }
    &memory.bytes()[..needed]
}

impl Heard for Meant {
    fn reply(&mut self, bytes: &[u8]) {
        self.position_asked |= bytes.ends_with(b"R");
        self.replies.extend_from_slice(bytes);
    }

    fn title(&mut self, title: &str) {
        self.happenings
            .retain(|happening| !matches!(happening, Happening::Title(_)));
        self.happenings.push(Happening::Title(title.to_owned()));
    }

    fn bell(&mut self) {
        if !self.happenings.contains(&Happening::Bell) {
            self.happenings.push(Happening::Bell);
        }
    }

    fn notification(&mut self, title: Option<&str>, body: &str) {
        self.happenings.push(Happening::Notification {
            title: title.map(str::to_owned),
            body: body.to_owned(),
        });
    }

    fn cwd(&mut self, path: &str) {
        self.cwd = Some(path.to_owned());
    }
}
