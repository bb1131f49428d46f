//! Where a session's viewers start, what comes next for each, and who waits. It does not know
//! what they do with it.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Session;
use crate::terminal::state::Place;
use crate::terminal::stream::{Cursor, Piece, Start};

impl Session {
    /// A number for a viewer that comes.
    pub(crate) fn new_viewer(&self) -> u64 {
        self.state().new_viewer()
    }

    /// Takes in the viewer that records, at the first byte.
    pub(in crate::terminal) fn enter_recorder(&self) -> (u64, Cursor) {
        self.recording.store(true, Ordering::Relaxed);
        self.state().enter_recorder()
    }

    pub(in crate::terminal) fn leave_recorder(&self, viewer: u64) {
        self.leave(viewer);
        self.recording.store(false, Ordering::Relaxed);
    }

    /// Lets a viewer go on at an offset of this life, when what it missed is held.
    pub(crate) fn resume(&self, viewer: u64, offset: u64) -> Option<Start> {
        self.state().resume(viewer, offset)
    }

    /// Gives a viewer a picture of the present to start with, of at most `most` bytes. Blocks
    /// while the model of the screen catches up.
    pub(crate) fn paint(&self, viewer: u64, most: usize) -> Start {
        self.keeper.paint(self, viewer, most)
    }

    /// Notes that a viewer waits for its connection or for credit, until it moves again.
    pub(crate) fn held_up(&self, viewer: u64) {
        self.state().held_up(viewer);
    }

    /// How long ago the byte at `cursor` was printed, at least.
    pub(crate) fn lag(&self, cursor: &Cursor) -> Duration {
        self.state().lag(cursor)
    }

    pub(crate) fn leave(&self, viewer: u64) {
        self.state().places.remove(&viewer);
        self.changed.send_replace(());
    }

    /// What comes after a viewer's cursor; see [`crate::terminal::stream::Stream::next`].
    pub(crate) fn next(&self, viewer: u64, cursor: &mut Cursor, max: usize) -> Option<Piece> {
        let mut state = self.state();
        let Some(piece) = state.stream.next(cursor, max) else {
            state.wanted = true;
            return None;
        };
        state.places.insert(viewer, Place::at(cursor));
        // What was kept for this viewer is given back while it catches up.
        state.forget();
        drop(state);
        if matches!(piece, Piece::Exit(_)) {
            // For whoever waits until everybody has been told.
            self.changed.send_replace(());
        }
        Some(piece)
    }

    /// How many bytes there are after `cursor`; none when there is nothing at all, and then the
    /// next change wakes whoever asked.
    pub(crate) fn backlog(&self, cursor: &Cursor) -> Option<u64> {
        let mut state = self.state();
        if state.stream.has_more(cursor) {
            return Some(state.stream.end().saturating_sub(cursor.offset));
        }
        state.wanted = true;
        None
    }
}
