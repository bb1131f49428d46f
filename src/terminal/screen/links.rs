//! The links that cells name by number. Numbers are given out anew once many are no longer
//! named. Knows nothing of cells.

use std::collections::HashMap;

/// Links and bytes after which those that nobody names are dropped.
const SWEEP_LINKS: usize = 1024;
const SWEEP_BYTES: usize = 256 << 10;
/// Bytes of links that are named, beyond which no more are taken.
const MAX_BYTES: usize = 2 << 20;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Link {
    /// Given by the program, to tie separate parts together.
    pub(super) id: Option<String>,
    pub(super) uri: String,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Links {
    list: Vec<Link>,
    /// Only of those with an id; the others are never the same.
    by_id: HashMap<Link, u32>,
    bytes: usize,
    sweep_at: (usize, usize),
}

impl Links {
    pub(super) fn get(&self, number: u32) -> Option<&Link> {
        self.list.get((number as usize).checked_sub(1)?)
    }

    /// The number of a link, or 0 when there is no room for it.
    pub(super) fn number(&mut self, link: Link) -> u32 {
        if let Some(known) = self.by_id.get(&link) {
            return *known;
        }
        self.bytes += size(&link);
        if self.bytes > MAX_BYTES {
            self.bytes -= size(&link);
            return 0;
        }
        self.list.push(link.clone());
        let number = self.list.len() as u32;
        if link.id.is_some() {
            self.by_id.insert(link, number);
        }
        number
    }

    pub(super) fn wants_sweep(&self) -> bool {
        let (links, bytes) = self.sweep_at;
        self.list.len() > links.max(SWEEP_LINKS) || self.bytes > bytes.max(SWEEP_BYTES)
    }

    /// Keeps those that are `named`, and says how each number has changed. Looks again when there
    /// are twice as many.
    pub(super) fn sweep(&mut self, named: &[bool]) -> Vec<u32> {
        let old = std::mem::take(self);
        let mut numbers = vec![0];
        for (at, link) in old.list.into_iter().enumerate() {
            let keep = named.get(at + 1).copied().unwrap_or(false);
            numbers.push(if keep { self.number(link) } else { 0 });
        }
        self.sweep_at = (self.list.len() * 2, self.bytes * 2);
        numbers
    }
}

fn size(link: &Link) -> usize {
    link.uri.len() + link.id.as_ref().map_or(0, String::len) + 64
}
