//! What a session's lock guards: the stream, who is where in it, and what must be kept for whom.
//!
//! Knows no threads and wakes nobody; it says whom the session has to wake.

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;

use crate::protocol::ExitReason;

use super::keeper::Kept;
use super::model::Meant;
use super::ring::BLOCK;
use super::stream::{Cursor, Happening, Size, Start, Stream};

/// How long a viewer that takes nothing still counts as moving, and may hold more output than
/// the ring. Short: at the speed of a pseudo-terminal one that has stalled holds a megabyte or
/// two for this long.
const MOVING: Duration = Duration::from_millis(10);

/// The same for what records a terminal: a disk takes its time, and what is lost is lost for
/// ever. There is one of it at most.
const WRITING: Duration = Duration::from_secs(1);

/// With so much to give to viewers that could take it, in bytes and all of them together, they
/// starve: one alone rarely is so far behind, and of fifty each has not had its turn.
const STARVING: u64 = 1 << 20;

/// So long after a program asked for the cursor's position, what may be an answer is taken for
/// one: a viewer's emulator on a slow line may answer that late.
const ANSWERING: Duration = Duration::from_secs(2);

/// So much output, in bytes, is sent at once even while it flows. Waking a viewer and its
/// client costs as much as carrying tens of kilobytes; with half of this a viewer of a flood
/// got a twentieth less, and twice as much gained nothing.
pub(crate) const LOT: u64 = 2 * BLOCK as u64;

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) stream: Stream,
    pub(crate) places: HashMap<u64, Place>,
    /// How many viewers there have been.
    pub(crate) next_viewer: u64,
    /// The viewer that records.
    recorder: Option<u64>,
    /// Somebody has seen all there is and waits for more.
    pub(crate) wanted: bool,
    /// How many [`LOT`]s there have been.
    lots: u64,
    /// When each [`LOT`] that is held was complete, and the offset after it.
    stamps: VecDeque<(u64, Instant)>,
    pub(crate) kept: Kept,
    /// The title that the program gave itself.
    pub(crate) title: Option<String>,
    /// Where the program says that it is.
    pub(crate) cwd: Option<PathBuf>,
    /// When the program last asked where the cursor is.
    position_asked: Option<Instant>,
    pub(crate) last_output_at: Option<SystemTime>,
    pub(crate) reason: ExitReason,
    ring_bytes: u64,
    burst_bytes: u64,
}

/// Where a viewer is, for deciding what must be kept.
#[derive(Debug)]
pub(crate) struct Place {
    offset: u64,
    moved: Instant,
    /// Since then it has been waiting for its connection or for credit.
    held_up: bool,
    pub(crate) exit_told: bool,
}

/// Whom the session has to wake.
#[derive(Debug, Clone, Copy, Default)]
#[must_use]
pub(crate) struct Wakes {
    /// Viewers that have seen all there was.
    pub(crate) viewers: bool,
    /// Viewers that gather.
    pub(crate) gatherers: bool,
    /// The keeper of the screen.
    pub(crate) keeper: bool,
    /// Viewers that could take more and fall behind: it is processor time that they lack, and
    /// the reader may have it.
    pub(crate) starving: bool,
}

impl Place {
    pub(crate) fn at(cursor: &Cursor) -> Self {
        Self {
            offset: cursor.offset,
            moved: Instant::now(),
            held_up: false,
            exit_told: cursor.exit_given(),
        }
    }
}

impl State {
    /// `ring` bytes are kept for everybody, and up to `burst` for those that are moving.
    pub(crate) fn new(size: Size, ring: u64, burst: u64) -> Self {
        Self {
            stream: Stream::new(size),
            places: HashMap::new(),
            next_viewer: 0,
            recorder: None,
            wanted: false,
            lots: 0,
            stamps: VecDeque::new(),
            kept: Kept::new(),
            title: None,
            cwd: None,
            position_asked: None,
            last_output_at: None,
            reason: ExitReason::Exited,
            ring_bytes: ring,
            burst_bytes: burst,
        }
    }

    /// Takes what the program printed.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Wakes {
        self.stream.push(bytes);
        self.last_output_at = Some(SystemTime::now());
        self.forget();
        let lots = self.stream.end() / LOT;
        let another_lot = std::mem::replace(&mut self.lots, lots) != lots;
        if another_lot {
            self.stamps.push_back((self.stream.end(), Instant::now()));
        }
        Wakes {
            gatherers: another_lot,
            starving: another_lot && self.starves_somebody(),
            ..self.wakes()
        }
    }

    /// Whether there is much to give to viewers that move and wait for nothing but their turn.
    pub(crate) fn starves_somebody(&self) -> bool {
        let (end, now) = (self.stream.end(), Instant::now());
        let behind: u64 = self
            .places
            .values()
            .filter(|place| !place.held_up && now.duration_since(place.moved) < MOVING)
            .map(|place| end.saturating_sub(place.offset))
            .sum();
        behind >= STARVING
    }

    /// Whom to wake after a change.
    pub(crate) fn wakes(&mut self) -> Wakes {
        Wakes {
            viewers: std::mem::take(&mut self.wanted),
            gatherers: false,
            starving: false,
            keeper: self.kept.wants(&self.stream),
        }
    }

    /// Forgets what nobody needs any more.
    pub(crate) fn forget(&mut self) {
        let end = self.stream.end();
        // Whole blocks are forgotten, so there is something to decide once per block only.
        if self.stream.held() as u64 <= self.ring_bytes + BLOCK as u64 {
            return;
        }
        let now = Instant::now();
        let patience = |viewer| match self.recorder == Some(viewer) {
            true => WRITING,
            false => MOVING,
        };
        let viewers = self
            .places
            .iter()
            .filter(|(viewer, place)| now.duration_since(place.moved) < patience(**viewer))
            .map(|(_, place)| place.offset)
            .min()
            .unwrap_or(end)
            .max(end.saturating_sub(self.burst_bytes));
        // The model gets everything; the reader waits for it.
        let needed = viewers.min(self.kept.cursor.offset);
        self.stream.forget_before(needed.min(end - self.ring_bytes));
        let start = self.stream.start();
        while self.stamps.front().is_some_and(|(end, _)| *end <= start) {
            self.stamps.pop_front();
        }
    }

    /// How long ago the byte at `cursor` was printed, at least. Nothing for what came within
    /// the last [`LOT`].
    pub(crate) fn lag(&self, cursor: &Cursor) -> Duration {
        let after = self
            .stamps
            .partition_point(|(offset, _)| *offset <= cursor.offset);
        self.stamps
            .get(after)
            .map_or(Duration::ZERO, |(_, at)| at.elapsed())
    }

    pub(crate) fn position_asked(&self) -> bool {
        self.position_asked
            .is_some_and(|asked| asked.elapsed() < ANSWERING)
    }

    /// Takes in a new viewer, which gets its start later. Its number.
    pub(crate) fn new_viewer(&mut self) -> u64 {
        self.next_viewer += 1;
        let place = Place {
            offset: self.stream.end(),
            moved: Instant::now(),
            held_up: false,
            exit_told: false,
        };
        self.places.insert(self.next_viewer, place);
        self.next_viewer
    }

    /// Notes that a viewer waits for its connection or for credit, until it moves again.
    pub(crate) fn held_up(&mut self, viewer: u64) {
        if let Some(place) = self.places.get_mut(&viewer) {
            place.held_up = true;
        }
    }

    /// Takes in the viewer that records, at the first byte.
    pub(crate) fn enter_recorder(&mut self) -> (u64, Cursor) {
        let (viewer, cursor) = (self.new_viewer(), Cursor::at_start());
        self.places.insert(viewer, Place::at(&cursor));
        self.recorder = Some(viewer);
        (viewer, cursor)
    }

    /// Lets a viewer go on at `offset` when it can.
    pub(crate) fn resume(&mut self, viewer: u64, offset: u64) -> Option<Start> {
        let start = self.stream.resume(offset)?;
        self.places.insert(viewer, Place::at(&start.cursor));
        Some(start)
    }

    /// Gives a viewer its start: a picture as of `cursor`. It may have left meanwhile.
    pub(crate) fn start(
        &mut self,
        viewer: u64,
        picture: Bytes,
        cursor: &Cursor,
        size: Size,
    ) -> Start {
        let place = self.places.get_mut(&viewer);
        let exit_told = place.as_ref().is_some_and(|place| place.exit_told);
        let start = self.stream.start_with(picture, cursor, size, exit_told);
        if let Some(place) = place {
            *place = Place::at(&start.cursor);
        }
        start
    }

    /// Notes that the model has come to `cursor`, and what the output up to there meant.
    pub(crate) fn modelled(&mut self, cursor: &Cursor, meant: Meant) -> Wakes {
        self.kept.reached(cursor.clone());
        if meant.position_asked {
            self.position_asked = Some(Instant::now());
        }
        if let Some(cwd) = meant.cwd {
            self.cwd = Some(cwd.into());
        }
        for happening in meant.happenings {
            if let Happening::Title(title) = &happening {
                self.title = Some(title.clone()).filter(|title| !title.is_empty());
            }
            self.stream.happened(cursor.offset, happening);
        }
        self.forget();
        self.wakes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size { cols: 80, rows: 24 };

    /// What some viewers do that have not been given what was printed.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum They {
        Run,
        AreHeldUp,
        /// They were held up, and have taken a byte since.
        GoOn,
        CatchUp,
        /// They have taken nothing for long.
        Stall,
        Leave,
    }

    fn act(state: &mut State, viewer: u64, what: They) {
        let mut cursor = Cursor::at_start();
        match what {
            They::Run | They::Stall => {}
            They::AreHeldUp => state.held_up(viewer),
            They::GoOn => {
                state.held_up(viewer);
                cursor.offset = 1;
                state.places.insert(viewer, Place::at(&cursor));
            }
            They::CatchUp => {
                cursor.offset = state.stream.end();
                state.places.insert(viewer, Place::at(&cursor));
            }
            They::Leave => {
                state.places.remove(&viewer);
            }
        }
    }

    #[test]
    fn table_of_who_starves() {
        let much = STARVING as usize;
        for (viewers, bytes, they, starve) in [
            (0, 4 * much, They::Run, false),
            (1, much - 1, They::Run, false),
            (1, much, They::Run, true),
            (50, much / 50, They::Run, false),
            (50, much / 50 + 1, They::Run, true),
            (50, much, They::AreHeldUp, false),
            (1, much, They::GoOn, false),
            (1, much + 1, They::GoOn, true),
            (50, much, They::CatchUp, false),
            (50, much, They::Stall, false),
            (50, much, They::Leave, false),
        ] {
            let mut state = State::new(SIZE, 1 << 20, 8 << 20);
            let numbers: Vec<u64> = (0..viewers).map(|_| state.new_viewer()).collect();
            let _ = state.push(&vec![b'x'; bytes]);
            numbers.iter().for_each(|n| act(&mut state, *n, they));
            let now = Instant::now();
            // However slow the machine is that runs this.
            let moved = match they {
                They::Stall => now.checked_sub(MOVING).unwrap(),
                _ => now + MOVING * 1000,
            };
            for place in state.places.values_mut() {
                place.moved = moved;
            }
            let what = format!("{viewers} {bytes} {they:?}");
            assert_eq!(state.starves_somebody(), starve, "{what}");
        }
    }
}
