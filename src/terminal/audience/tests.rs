//! Who watches, with a pseudo-terminal that counts how often it is resized.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::config::NeedsInputWhen;
use crate::ids::{HubId, ProjectId, SessionId};
use crate::terminal::input::InputQueue;
use crate::terminal::news::News;
use crate::terminal::program::Program;
use crate::terminal::pty::{Control, Ended};
use crate::terminal::session::Facts;

const START: Size = Size { cols: 80, rows: 24 };
const SMALL: Size = Size { cols: 45, rows: 30 };

/// Counts what the pseudo-terminal is told.
struct Counting(Arc<AtomicUsize>);

impl Control for Counting {
    fn resize(&self, _: Size) -> std::io::Result<()> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

fn terminal(policy: SizePolicy) -> (Arc<Session>, Arc<AtomicUsize>) {
    let facts = Facts {
        id: SessionId::new("t").unwrap(),
        project: ProjectId::default(),
        hub: HubId::random(),
        epoch: "e".into(),
        title: String::new(),
        command: String::new(),
        args: Vec::new(),
        cwd: PathBuf::new(),
        ring_bytes: 1,
        burst_bytes: 1,
        size_policy: policy,
        needs_input: NeedsInputWhen::default(),
        news: News::default(),
    };
    let resizes = Arc::new(AtomicUsize::new(0));
    let control = Box::new(Counting(resizes.clone()));
    let input = Arc::new(InputQueue::default());
    let session = Session::new(facts, Program::untouchable(), START, control, input);
    (Arc::new(session), resizes)
}

fn phone(sees_names: bool) -> Who {
    Who {
        kind: ViewerKind::Device,
        name: Some("Pixel".into()),
        role: Role::Operator,
        may_resize: true,
        sees_names,
    }
}

#[test]
fn one_change_is_one_resize_however_many_say_it() {
    let (session, resizes) = terminal(SizePolicy::Smallest);
    let seats: Vec<_> = (0..4)
        .map(|_| Seat::take(session.clone(), phone(false)))
        .collect();
    std::thread::scope(|scope| {
        for seat in &seats {
            scope.spawn(|| {
                for _ in 0..100 {
                    seat.show(true, Some(SMALL), Rate::Full).unwrap();
                    seat.ask(SMALL).unwrap();
                }
            });
        }
    });
    assert_eq!(session.size(), SMALL);
    assert_eq!(resizes.load(Ordering::SeqCst), 1);
    drop(seats);
    assert!(session.viewers().is_empty());
    assert_eq!(resizes.load(Ordering::SeqCst), 1);
}

#[test]
fn a_program_that_has_ended_keeps_its_last_screen() {
    let (session, resizes) = terminal(SizePolicy::Latest);
    let seat = Seat::take(session.clone(), phone(false));
    session.finish(Ended::unknown());
    assert!(!seat.ask(SMALL).unwrap());
    assert!(seat.ask(START).unwrap(), "which it has");
    assert_eq!(resizes.load(Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn typing_begins_at_the_first_key_and_is_over_after_the_last() {
    let (session, _) = terminal(SizePolicy::Owner);
    let types = Seat::take(session.clone(), phone(false));
    let sees = Seat::take(session.clone(), phone(false));
    let mut changes = sees.changes();
    let typing = || sees.present().viewers[0].typing;
    assert!(!typing() && sees.present().until.is_none());
    types.typed();
    assert!(typing() && changes.has_changed().unwrap());
    changes.borrow_and_update();
    tokio::time::advance(TYPING / 2).await;
    types.typed();
    assert!(!changes.has_changed().unwrap(), "one event for many keys");
    tokio::time::advance(TYPING / 2).await;
    assert!(typing());
    tokio::time::sleep_until(sees.present().until.unwrap()).await;
    assert!(!typing() && sees.present().until.is_none());
    assert!(sees.present().viewers[0].typed_at.is_some());
}

#[test]
fn names_are_for_whom_they_are_for() {
    let (session, _) = terminal(SizePolicy::Owner);
    let guest = Seat::take(session.clone(), phone(false));
    let desktop = Seat::take(session.clone(), phone(true));
    let names = |seat: &Seat| -> Vec<bool> {
        let viewers = seat.present().viewers;
        viewers.iter().map(|viewer| viewer.name.is_some()).collect()
    };
    assert_eq!(names(&guest), [true, false]);
    assert_eq!(names(&desktop), [true, true]);
    let ids: Vec<_> = session.viewers().into_iter().map(|v| v.id).collect();
    assert_eq!(ids, [guest.id(), desktop.id()]);
}
