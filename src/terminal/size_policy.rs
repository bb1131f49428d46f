//! Whose size a terminal has when several show it. Pure: what viewers show and ask for goes in,
//! the size to set comes out. Knows neither sockets nor the pseudo-terminal.
//!
//! A size is set when the *decision* changes and not when an event comes in, so whatever
//! happens beside it (another viewer, the same wish once more) resizes nothing.

use std::collections::BTreeMap;

use crate::protocol::SizePolicy;

use super::stream::Size;

/// What one viewer shows of a terminal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View {
    /// It is the desktop's.
    desktop: bool,
    /// Whoever may not resize has no say, whatever the policy.
    has_say: bool,
    pub(crate) visible: bool,
    /// The size that it asks for; none when it shows whatever size there is.
    pub(crate) size: Option<Size>,
    /// When it asked, as a number that grows.
    asked: u64,
}

/// What all viewers of a terminal show, and whose size that makes it.
#[derive(Debug)]
pub(crate) struct Views {
    policy: SizePolicy,
    by_viewer: BTreeMap<u64, View>,
    asks: u64,
    decided: Option<Size>,
}

impl Views {
    pub(crate) fn new(policy: SizePolicy) -> Self {
        Self {
            policy,
            by_viewer: BTreeMap::new(),
            asks: 0,
            decided: None,
        }
    }

    /// A viewer comes. Until it says anything it counts as showing whatever size there is: of a
    /// desktop that says nothing, nobody else must change the size.
    pub(crate) fn enter(&mut self, viewer: u64, desktop: bool, has_say: bool) -> Option<Size> {
        let view = View {
            desktop,
            has_say,
            visible: true,
            size: None,
            asked: 0,
        };
        self.by_viewer.insert(viewer, view);
        self.settle()
    }

    /// A viewer has a say from now on, or none.
    pub(crate) fn may(&mut self, viewer: u64, has_say: bool) -> Option<Size> {
        self.by_viewer.get_mut(&viewer)?.has_say = has_say;
        self.settle()
    }

    /// A viewer goes.
    pub(crate) fn leave(&mut self, viewer: u64) -> Option<Size> {
        self.by_viewer.remove(&viewer);
        self.settle()
    }

    /// A viewer says what it shows.
    pub(crate) fn show(&mut self, viewer: u64, visible: bool, size: Option<Size>) -> Option<Size> {
        let view = self.by_viewer.get_mut(&viewer)?;
        if (view.visible, view.size) != (visible, size) {
            self.asks += 1;
            (view.visible, view.size, view.asked) = (visible, size, self.asks);
        }
        self.settle()
    }

    /// A viewer asks for a size. When it is the one that decides, it has it, also when somebody
    /// else has set another since it asked last.
    pub(crate) fn ask(&mut self, viewer: u64, size: Size) -> Option<Size> {
        let view = self.by_viewer.get_mut(&viewer)?;
        self.asks += 1;
        (view.size, view.asked) = (Some(size), self.asks);
        self.settle()
            .or_else(|| self.decided.filter(|decided| *decided == size))
    }

    /// Whether somebody who shows nothing may set a size once.
    pub(crate) fn admits(&self, desktop: bool) -> bool {
        match self.policy {
            SizePolicy::Owner => desktop || !self.counting().any(|view| view.desktop),
            SizePolicy::Smallest => self.counting().all(|view| view.size.is_none()),
            SizePolicy::Latest => true,
        }
    }

    pub(crate) fn get(&self, viewer: u64) -> Option<&View> {
        self.by_viewer.get(&viewer)
    }

    /// Decides anew; the size to set, when the decision is another one.
    fn settle(&mut self) -> Option<Size> {
        let decided = self.decide();
        let before = std::mem::replace(&mut self.decided, decided);
        decided.filter(|_| decided != before)
    }

    /// The views that count.
    fn counting(&self) -> impl Iterator<Item = &View> {
        self.by_viewer
            .values()
            .filter(|view| view.has_say && view.visible)
    }

    /// None: the size stays what it is.
    fn decide(&self) -> Option<Size> {
        match self.policy {
            SizePolicy::Owner => {
                let desktop = self.counting().any(|view| view.desktop);
                latest(self.counting().filter(|view| view.desktop == desktop))
            }
            SizePolicy::Smallest => {
                self.counting()
                    .filter_map(|view| view.size)
                    .reduce(|a, b| Size {
                        cols: a.cols.min(b.cols),
                        rows: a.rows.min(b.rows),
                    })
            }
            SizePolicy::Latest => latest(self.counting()),
        }
    }
}

fn latest<'a>(views: impl Iterator<Item = &'a View>) -> Option<Size> {
    views
        .filter_map(|view| Some((view.asked, view.size?)))
        .max_by_key(|(asked, _)| *asked)
        .map(|(_, size)| size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use SizePolicy::{Latest, Owner, Smallest};

    const DESKTOP: u64 = 0;
    const PHONE: u64 = 1;
    const TABLET: u64 = 2;
    /// A phone that may not resize.
    const GUEST: u64 = 3;

    type Cells = (u16, u16);

    #[derive(Debug, Clone, Copy)]
    enum Step {
        Enter(u64),
        Leave(u64),
        /// Visible, with this size or with none.
        Show(u64, Option<Cells>),
        Hide(u64, Option<Cells>),
        Ask(u64, Cells),
        /// The host sets a size, whatever the policy.
        Force(Cells),
        /// Somebody who does not watch asks; the desktop's or not.
        Pass(bool, Cells),
    }
    use Step::{Ask, Enter, Force, Hide, Leave, Pass, Show};

    const BIG: Cells = (120, 40);
    const WIDE: Cells = (200, 20);
    const SMALL: Cells = (45, 30);
    const START: Cells = (80, 24);

    fn size((cols, rows): Cells) -> Size {
        Size { cols, rows }
    }

    fn apply(views: &mut Views, step: Step) -> Option<Size> {
        match step {
            Enter(viewer) => views.enter(viewer, viewer == DESKTOP, viewer != GUEST),
            Leave(viewer) => views.leave(viewer),
            Show(viewer, cells) => views.show(viewer, true, cells.map(size)),
            Hide(viewer, cells) => views.show(viewer, false, cells.map(size)),
            Ask(viewer, cells) => views.ask(viewer, size(cells)),
            Force(cells) => Some(size(cells)),
            Pass(desktop, cells) => views.admits(desktop).then(|| size(cells)),
        }
    }

    /// What it shows, the policy, and after each step the size of a terminal that began with
    /// [`START`].
    type Case = (&'static str, SizePolicy, Vec<(Step, Cells)>);

    fn cases() -> Vec<Case> {
        vec![
            (
                "watching never resizes",
                Owner,
                vec![(Enter(DESKTOP), START), (Enter(PHONE), START)],
            ),
            (
                "the desktop's size rules while it shows the terminal, and again when it is back",
                Owner,
                vec![
                    (Enter(DESKTOP), START),
                    (Show(DESKTOP, Some(BIG)), BIG),
                    (Enter(PHONE), BIG),
                    (Show(PHONE, Some(SMALL)), BIG),
                    (Ask(PHONE, SMALL), BIG),
                    (Hide(DESKTOP, Some(BIG)), SMALL),
                    (Show(DESKTOP, Some(BIG)), BIG),
                    (Leave(DESKTOP), SMALL),
                    (Enter(DESKTOP), SMALL),
                    (Show(DESKTOP, Some(WIDE)), WIDE),
                    (Leave(PHONE), WIDE),
                ],
            ),
            (
                "without the desktop whoever asked last has it",
                Owner,
                vec![
                    (Enter(PHONE), START),
                    (Ask(PHONE, SMALL), SMALL),
                    (Enter(TABLET), SMALL),
                    (Show(TABLET, Some(WIDE)), WIDE),
                    (Show(PHONE, Some(SMALL)), WIDE),
                    (Leave(TABLET), SMALL),
                    (Leave(PHONE), SMALL),
                ],
            ),
            (
                "nobody changes the size of a desktop that says nothing",
                Owner,
                vec![
                    (Enter(DESKTOP), START),
                    (Enter(PHONE), START),
                    (Ask(PHONE, SMALL), START),
                    (Pass(false, WIDE), START),
                    (Hide(DESKTOP, None), SMALL),
                ],
            ),
            (
                "whoever may not resize has no say",
                Owner,
                vec![(Enter(GUEST), START), (Show(GUEST, Some(SMALL)), START)],
            ),
            (
                "nor under the others",
                Smallest,
                vec![
                    (Enter(DESKTOP), START),
                    (Ask(DESKTOP, BIG), BIG),
                    (Enter(GUEST), BIG),
                    (Show(GUEST, Some(SMALL)), BIG),
                ],
            ),
            (
                "smallest width and smallest height",
                Smallest,
                vec![
                    (Enter(DESKTOP), START),
                    (Show(DESKTOP, Some(WIDE)), WIDE),
                    (Enter(PHONE), WIDE),
                    (Show(PHONE, None), WIDE),
                    (Show(PHONE, Some(SMALL)), (45, 20)),
                    // It could be larger; the other holds it.
                    (Ask(PHONE, BIG), (120, 20)),
                    (Pass(true, WIDE), (120, 20)),
                    (Hide(PHONE, Some(BIG)), WIDE),
                    (Leave(PHONE), WIDE),
                ],
            ),
            (
                "the latest, and the one before when it goes",
                Latest,
                vec![
                    (Enter(DESKTOP), START),
                    (Show(DESKTOP, Some(BIG)), BIG),
                    (Enter(PHONE), BIG),
                    (Show(PHONE, Some(SMALL)), SMALL),
                    // Said again, it is no new wish; asked for again, it is.
                    (Show(DESKTOP, Some(BIG)), SMALL),
                    (Ask(DESKTOP, BIG), BIG),
                    (Leave(DESKTOP), SMALL),
                    (Hide(PHONE, Some(SMALL)), SMALL),
                ],
            ),
            (
                "what the host sets stays until somebody asks for something else",
                Owner,
                vec![
                    (Enter(DESKTOP), START),
                    (Show(DESKTOP, Some(BIG)), BIG),
                    (Force(WIDE), WIDE),
                    (Enter(PHONE), WIDE),
                    (Show(DESKTOP, Some(BIG)), WIDE),
                    (Ask(PHONE, SMALL), WIDE),
                    (Leave(PHONE), WIDE),
                    (Ask(DESKTOP, BIG), BIG),
                ],
            ),
            (
                "who does not watch has the size when nobody else counts",
                Owner,
                vec![
                    (Pass(false, SMALL), SMALL),
                    (Enter(PHONE), SMALL),
                    (Pass(false, BIG), BIG),
                    (Enter(DESKTOP), BIG),
                    (Pass(true, WIDE), WIDE),
                ],
            ),
            (
                "or always, when the latest wins",
                Latest,
                vec![
                    (Enter(DESKTOP), START),
                    (Show(DESKTOP, Some(BIG)), BIG),
                    (Pass(false, SMALL), SMALL),
                    (Enter(PHONE), SMALL),
                ],
            ),
        ]
    }

    #[test]
    fn the_table() {
        for (name, policy, steps) in cases() {
            let mut views = Views::new(policy);
            let mut present = size(START);
            for (n, (step, expected)) in steps.into_iter().enumerate() {
                if let Some(set) = apply(&mut views, step) {
                    present = set;
                }
                assert_eq!(present, size(expected), "{name}: step {n}, {step:?}");
            }
        }
    }

    #[test]
    fn who_has_gone_asks_for_nothing() {
        let mut views = Views::new(Latest);
        assert_eq!(views.show(PHONE, true, Some(size(SMALL))), None);
        assert_eq!(views.ask(PHONE, size(SMALL)), None);
        assert_eq!(views.leave(PHONE), None);
    }
}
