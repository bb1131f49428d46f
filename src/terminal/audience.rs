//! Who watches a terminal: what each of them shows, who types, and whose size it therefore has.
//!
//! A [`Seat`] is one viewer's place among them, taken until dropped. What a viewer gets is
//! [`super::viewer`]'s; who may do what is told from outside, in [`Who`].

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::watch;
use tokio::time::Instant;

use crate::protocol::{Rate, Role, SizePolicy, ViewerInfo, ViewerKind};
use crate::secret::random_code;
use crate::time::millis_since_epoch;

use super::session::Session;
use super::size_policy::Views;
use super::stream::Size;

/// So long after a key somebody still counts as typing: longer than the pauses in it.
const TYPING: Duration = Duration::from_secs(2);

/// What is known of one who watches.
#[derive(Debug, Clone)]
pub(crate) struct Who {
    pub(crate) kind: ViewerKind,
    pub(crate) name: Option<String>,
    pub(crate) role: Role,
    pub(crate) may_resize: bool,
    /// Whether it may know what others are called.
    pub(crate) sees_names: bool,
}

/// Everybody who watches one terminal.
#[derive(Debug)]
pub(crate) struct Audience {
    /// Held from a decision about the size until it is set, so that the last decision is also
    /// the last one that is set. Setting may call the host application, so the state is free
    /// meanwhile.
    sizing: Mutex<()>,
    state: Mutex<State>,
    /// Bumped when there is something to tell about who watches.
    changed: watch::Sender<()>,
}

#[derive(Debug)]
struct State {
    views: Views,
    /// In the order in which they came.
    watchers: BTreeMap<u64, Watcher>,
    next: u64,
}

#[derive(Debug)]
struct Watcher {
    /// What others know it by. It says nothing of its connection.
    id: String,
    who: Who,
    since: SystemTime,
    typed: Option<(SystemTime, Instant)>,
    rate: watch::Sender<Rate>,
}

impl Watcher {
    /// Until when it counts as typing, if it does `now`.
    fn types_until(&self, now: Instant) -> Option<Instant> {
        let until = self.typed?.1 + TYPING;
        (until > now).then_some(until)
    }
}

/// Who is there, as one of them may know it.
#[derive(Debug)]
pub(crate) struct Present {
    pub(crate) viewers: Vec<ViewerInfo>,
    /// When it will have changed without anybody doing anything.
    pub(crate) until: Option<Instant>,
}

impl Audience {
    pub(crate) fn new(policy: SizePolicy) -> Self {
        Self {
            sizing: Mutex::default(),
            state: Mutex::new(State {
                views: Views::new(policy),
                watchers: BTreeMap::new(),
                next: 0,
            }),
            changed: watch::Sender::new(()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that runs under this lock leaves the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.state().watchers.len()
    }

    fn typed(&self, key: u64, now: Instant) {
        let mut state = self.state();
        let Some(watcher) = state.watchers.get_mut(&key) else {
            return;
        };
        let began = watcher.types_until(now).is_none();
        watcher.typed = Some((SystemTime::now(), now));
        drop(state);
        // One event for the first key; the others are seen when its time is over.
        if began {
            self.changed.send_replace(());
        }
    }

    /// Everybody; with names when `names`, otherwise with that of `own` alone.
    fn present(&self, own: Option<u64>, names: bool, now: Instant) -> Present {
        let state = self.state();
        let watchers = || state.watchers.iter();
        Present {
            viewers: watchers()
                .map(|(key, watcher)| ViewerInfo {
                    name: watcher
                        .who
                        .name
                        .clone()
                        .filter(|_| names || own == Some(*key)),
                    ..state.info(*key, watcher, now)
                })
                .collect(),
            until: watchers()
                .filter_map(|(_, watcher)| watcher.types_until(now))
                .min(),
        }
    }
}

impl State {
    /// A viewer, without its name.
    fn info(&self, key: u64, watcher: &Watcher, now: Instant) -> ViewerInfo {
        let view = self.views.get(key);
        let size = view.and_then(|view| view.size);
        ViewerInfo {
            id: watcher.id.clone(),
            kind: watcher.who.kind,
            name: None,
            role: watcher.who.role,
            visible: view.is_some_and(|view| view.visible),
            cols: size.map(|size| size.cols),
            rows: size.map(|size| size.rows),
            since: millis_since_epoch(watcher.since),
            typed_at: watcher.typed.map(|(at, _)| millis_since_epoch(at)),
            typing: watcher.types_until(now).is_some(),
        }
    }
}

impl Session {
    /// Sets a size, whatever anybody shows.
    pub(crate) fn set_size(&self, size: Size) -> std::io::Result<bool> {
        self.sized(Some(size), |_| Some(size))
    }

    /// Sets a size for somebody who does not watch, if the policy lets it. True when the
    /// terminal has that size.
    pub(crate) fn ask_size(&self, kind: ViewerKind, size: Size) -> std::io::Result<bool> {
        self.sized(Some(size), |state| {
            let admitted = state.views.admits(kind == ViewerKind::Desktop);
            admitted.then_some(size)
        })
    }

    /// Everybody who watches, in the order in which they came.
    pub(crate) fn viewers(&self) -> Vec<ViewerInfo> {
        self.audience.present(None, true, Instant::now()).viewers
    }

    /// Sets what `decide` says. True when the terminal has the size `wanted` then.
    fn sized(
        &self,
        wanted: Option<Size>,
        decide: impl FnOnce(&mut State) -> Option<Size>,
    ) -> std::io::Result<bool> {
        let sizing = &self.audience.sizing;
        let _turn = sizing.lock().unwrap_or_else(PoisonError::into_inner);
        let decided = decide(&mut self.audience.state());
        // A program that has ended is not told, and its last screen stays as it was.
        let set = decided.filter(|_| self.running());
        if let Some(size) = set {
            self.resize(size)?;
        }
        Ok(wanted.is_some_and(|wanted| wanted == self.size()))
    }
}

/// One viewer's place among those who watch, taken until dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    session: Arc<Session>,
    key: u64,
    id: String,
    sees_names: bool,
}

impl Seat {
    pub(crate) fn take(session: Arc<Session>, who: Who) -> Self {
        let id = random_code();
        let sees_names = who.sees_names;
        let mut state = session.audience.state();
        let key = state.next;
        state.next += 1;
        // Whoever comes asks for no size yet, so there is none to set.
        let desktop = who.kind == ViewerKind::Desktop;
        state.views.enter(key, desktop, who.may_resize);
        let watcher = Watcher {
            id: id.clone(),
            who,
            since: SystemTime::now(),
            typed: None,
            rate: watch::Sender::default(),
        };
        state.watchers.insert(key, watcher);
        drop(state);
        session.audience.changed.send_replace(());
        Self {
            session,
            key,
            id,
            sees_names,
        }
    }

    pub(crate) fn session(&self) -> &Arc<Session> {
        &self.session
    }

    /// What others know it by.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Takes what it shows. True when the terminal has the size that it names.
    pub(crate) fn show(
        &self,
        visible: bool,
        size: Option<Size>,
        rate: Rate,
    ) -> std::io::Result<bool> {
        self.sized(size, |state| {
            if let Some(watcher) = state.watchers.get(&self.key) {
                watcher.rate.send_replace(rate);
            }
            state.views.show(self.key, visible, size)
        })
    }

    /// Asks for a size. True when the terminal has it.
    pub(crate) fn ask(&self, size: Size) -> std::io::Result<bool> {
        self.sized(Some(size), |state| state.views.ask(self.key, size))
    }

    fn sized(
        &self,
        wanted: Option<Size>,
        decide: impl FnOnce(&mut State) -> Option<Size>,
    ) -> std::io::Result<bool> {
        let has_it = self.session.sized(wanted, decide);
        self.session.audience.changed.send_replace(());
        has_it
    }

    /// Whoever sits here has other rights from now on.
    pub(crate) fn may(&self, role: Role, may_resize: bool) -> std::io::Result<()> {
        let settled = self.sized(None, |state| {
            if let Some(watcher) = state.watchers.get_mut(&self.key) {
                (watcher.who.role, watcher.who.may_resize) = (role, may_resize);
            }
            state.views.may(self.key, may_resize)
        });
        settled.map(drop)
    }

    /// Notes that it types.
    pub(crate) fn typed(&self) {
        self.session.audience.typed(self.key, Instant::now());
    }

    /// How much it wants of what flows, from now on.
    pub(crate) fn rate(&self) -> watch::Receiver<Rate> {
        let state = self.session.audience.state();
        state.watchers.get(&self.key).map_or_else(
            || watch::Sender::default().subscribe(),
            |watcher| watcher.rate.subscribe(),
        )
    }

    /// Who is there, as it may know it.
    pub(crate) fn present(&self) -> Present {
        self.session
            .audience
            .present(Some(self.key), self.sees_names, Instant::now())
    }

    /// Wakes whoever waits for a change of who is there.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.session.audience.changed.subscribe()
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let left = self.sized(None, |state| {
            state.watchers.remove(&self.key);
            state.views.leave(self.key)
        });
        if let Err(error) = left
            && error.kind() != std::io::ErrorKind::Unsupported
        {
            tracing::warn!(%error, "a terminal could not be given the size of who is left");
        }
    }
}

#[cfg(test)]
mod tests;
