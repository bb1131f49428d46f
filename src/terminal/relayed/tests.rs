//! A terminal and its owners, who come, go, are slow and are somebody else.

use proptest::prelude::*;

use super::*;
use crate::config::Timing;
use crate::ids::{ProjectId, SessionId};
use crate::protocol::{ErrorCode, ExitReason};
use crate::terminal::input::{Input, Typed};
use crate::terminal::pty::NativePty;
use crate::terminal::tests::registry_with;

const SIZE: Size = Size { cols: 80, rows: 24 };
const OTHER: Size = Size {
    cols: 100,
    rows: 30,
};

fn registry() -> Arc<Registry> {
    registry_with(NativePty, Timing::default())
}

fn request() -> AdoptRequest {
    AdoptRequest::new(SessionId::new("t").unwrap())
}

fn said(size: Size) -> Said {
    Said {
        name: "p".into(),
        size,
        kills: false,
    }
}

fn kills() -> Said {
    Said {
        kills: true,
        ..said(SIZE)
    }
}

fn own(registry: &Arc<Registry>, size: Size) -> Result<(Owned, Orders)> {
    registry.relay(request(), "desktop".into(), said(size))
}

fn code<T>(result: Result<T>) -> ErrorCode {
    result.err().expect("refused").code
}

/// Types, and says what became of it.
fn type_into(session: &Session, text: &str) -> oneshot::Receiver<Result<Typed>> {
    let (tell, told) = oneshot::channel();
    let done = Box::new(move |result| {
        let _ = tell.send(result);
    });
    session.input(Input::by_host(text.into(), done), || Ok(()));
    told
}

/// Takes what was typed, as long as it is not `all`.
async fn taken(orders: &mut Orders, all: &str) {
    let mut text = String::new();
    while text != all {
        match orders.next().await {
            Some(Order::Input(typed)) => {
                text.push_str(&typed.data);
                assert!(all.starts_with(&text), "{text:?}");
                typed.done.send(()).unwrap();
            }
            Some(_) => panic!("something else than input"),
            None => panic!("over"),
        }
    }
}

async fn resize(orders: &mut Orders) -> Size {
    match orders.next().await {
        Some(Order::Resize(size)) => size,
        _ => panic!("no size"),
    }
}

fn printed(session: &Session) -> String {
    String::from_utf8(session.first_bytes(1000)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn output_goes_in_and_input_comes_out() {
    let registry = registry();
    let (owned, mut orders) = own(&registry, SIZE).unwrap();
    let session = owned.session().clone();
    owned.output("$ ü".into()).await.unwrap();
    assert_eq!(printed(&session), "$ ü");
    // More than one piece, with characters across where it is cut.
    let text = "ä€😀x".repeat(2000);
    let done = type_into(&session, &text);
    taken(&mut orders, &text).await;
    assert_eq!(done.await.unwrap(), Ok(Typed::Written));
    session.set_size(OTHER).unwrap();
    assert_eq!(resize(&mut orders).await, OTHER);
    owned.exit(Some(3)).unwrap();
    session.finished().await;
    assert_eq!(session.info().exit.unwrap().exit_code, Some(3));
    assert!(orders.next().await.is_none());
    // Ended, so the id may begin another life.
    let (again, _orders) = own(&registry, SIZE).unwrap();
    assert_ne!(again.session().facts.epoch, session.facts.epoch);
}

#[tokio::test(flavor = "multi_thread")]
async fn its_owner_answers_the_programs_questions_itself() {
    let registry = registry();
    let (owned, mut orders) = own(&registry, SIZE).unwrap();
    owned.output("\x1b[c\x1b[6n".into()).await.unwrap();
    owned.session().understand();
    let done = type_into(owned.session(), "x");
    taken(&mut orders, "x").await;
    assert!(done.await.unwrap().is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn it_waits_for_its_owner_with_what_is_typed() {
    let registry = registry();
    let (owned, mut orders) = own(&registry, SIZE).unwrap();
    let session = owned.session().clone();
    owned.output("before".into()).await.unwrap();
    let first = type_into(&session, "first");
    // On its way, and not with the owner's connection yet.
    let on_its_way = orders.next().await;
    drop(owned);
    drop(on_its_way);
    assert!(orders.next().await.is_none());
    let second = type_into(&session, "second");
    session.set_size(Size { cols: 9, rows: 9 }).unwrap();

    // Nobody else may have it, nor its owner in another project.
    let theirs = registry.relay(request(), "device:d".into(), said(SIZE));
    assert_eq!(code(theirs), ErrorCode::Conflict);
    let mut elsewhere = request();
    elsewhere.project_id = ProjectId::new("other").unwrap();
    let elsewhere = registry.relay(elsewhere, "desktop".into(), said(SIZE));
    assert_eq!(code(elsewhere), ErrorCode::Conflict);

    let (back, mut orders) = own(&registry, OTHER).unwrap();
    back.sized(OTHER);
    assert!(Arc::ptr_eq(back.session(), &session));
    // There is nobody with a say, so it keeps its size, and the owner hears of it.
    assert_eq!(resize(&mut orders).await, Size { cols: 9, rows: 9 });
    taken(&mut orders, "firstsecond").await;
    assert_eq!(first.await.unwrap(), Ok(Typed::Written));
    assert_eq!(second.await.unwrap(), Ok(Typed::Written));
    back.output(" after".into()).await.unwrap();
    assert_eq!(printed(&session), "before after");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_connection_of_the_owner_takes_it_up_while_the_old_one_seems_alive() {
    let registry = registry();
    let (old, mut old_orders) = own(&registry, SIZE).unwrap();
    let done = type_into(old.session(), "x");
    // It takes it and is never heard of again.
    let _in_hand = old_orders.next().await.unwrap();
    let (new, mut orders) = own(&registry, SIZE).unwrap();
    assert!(old_orders.over().is_cancelled());
    assert_eq!(code(old.output("late".into()).await), ErrorCode::Conflict);
    drop(_in_hand);
    taken(&mut orders, "x").await;
    assert!(done.await.unwrap().is_ok());
    drop(old);
    new.output("fresh".into()).await.unwrap();
    assert_eq!(printed(new.session()), "fresh");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_behind_is_gone_on_with_by_its_name() {
    let registry = registry();
    let (owned, orders) = own(&registry, OTHER).unwrap();
    let left = |subject, name| registry.left_behind(subject, name);
    assert!(left("desktop", "p").is_none(), "it is not away");
    let id = owned.session().facts.id.clone();
    drop((owned, orders));
    assert!(left("device:d", "p").is_none() && left("desktop", "q").is_none());
    let session = left("desktop", "p").unwrap();
    assert_eq!(session.facts.id, id);
    let (owned, _orders) = registry.go_on(session.clone()).unwrap();
    assert_eq!(owned.relay.said().0.size, OTHER, "as it was");
    assert!(registry.go_on(session).is_none(), "somebody was first");
    drop(owned);
    // Another one that is called so, away or not: nobody can tell which is meant.
    let mut another = request();
    another.session_id = SessionId::new("u").unwrap();
    let another = registry.relay(another, "desktop".into(), said(SIZE));
    assert!(left("desktop", "p").is_none());
    drop(another);
    assert!(left("desktop", "p").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_that_does_not_come_back_ends_it() {
    let timing = Timing {
        recovery_window_ms: 1,
        ..Timing::default()
    };
    let registry = registry_with(NativePty, timing);
    let (owned, _orders) = own(&registry, SIZE).unwrap();
    let session = owned.session().clone();
    let typed = type_into(&session, "x");
    drop(owned);
    session.finished().await;
    let exit = session.info().exit.unwrap();
    assert_eq!(exit.reason, ExitReason::OwnerDisconnected);
    assert_eq!(exit.exit_code, None);
    assert_eq!(code(typed.await.unwrap()), ErrorCode::Conflict);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_of_the_hubs_own_has_no_owner() {
    let registry = registry();
    let (reader, _output) = io::pipe().unwrap();
    let (_input, writer) = io::pipe().unwrap();
    let session = registry
        .adopt(request(), Adopted::new(reader, writer))
        .unwrap();
    assert_eq!(code(own(&registry, SIZE)), ErrorCode::Conflict);
    assert!(session.running());
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_killed_by_its_owner_or_not_at_all() {
    let registry = registry();
    let grace = std::time::Duration::from_millis(1);
    let (owned, orders) = own(&registry, SIZE).unwrap();
    let session = owned.session().clone();
    let refused = session.kill(ExitReason::Killed, grace).await;
    assert_eq!(code(refused), ErrorCode::Conflict);
    drop((owned, orders));
    let refused = session.kill(ExitReason::Killed, grace).await;
    assert_eq!(code(refused), ErrorCode::Unavailable);
    let (owned, mut orders) = registry
        .relay(request(), "desktop".into(), kills())
        .unwrap();
    session.kill(ExitReason::Killed, grace).await.unwrap();
    assert!(matches!(orders.next().await, Some(Order::Kill)));
    assert!(session.running(), "until the owner says so");
    owned.exit(None).unwrap();
    session.finished().await;
    assert_eq!(session.info().exit.unwrap().reason, ExitReason::Killed);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_hub_ends_its_owner_is_let_go() {
    let registry = registry();
    let (owned, mut orders) = registry
        .relay(request(), "desktop".into(), kills())
        .unwrap();
    let session = owned.session().clone();
    let stuck = type_into(&session, "x");
    registry.end_all().await;
    assert_eq!(
        session.info().exit.unwrap().reason,
        ExitReason::ServerShutdown
    );
    assert!(orders.next().await.is_none(), "not told to kill anything");
    assert_eq!(code(stuck.await.unwrap()), ErrorCode::Conflict);
    assert_eq!(code(owned.output("x".into()).await), ErrorCode::Conflict);
}

/// What an owner does next.
#[derive(Debug, Clone, Copy)]
enum Deed {
    /// It takes so many pieces.
    Takes(usize),
    /// It takes a piece and goes before its connection has it.
    LosesOne,
    /// It goes.
    Goes,
    /// Another connection of it comes, whether the one before has gone or not.
    Comes,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        (1usize..4).prop_map(Deed::Takes),
        Just(Deed::LosesOne),
        Just(Deed::Goes),
        Just(Deed::Comes),
    ];
    proptest::collection::vec(deed, 0..40)
}

/// Takes pieces in order, as long as there are any and an owner to take them.
async fn takes(orders: &mut Orders, taken: &mut Vec<String>, most: usize, all: usize) {
    for _ in 0..most {
        if taken.len() == all {
            return;
        }
        let Some(Order::Input(typed)) = orders.next().await else {
            panic!("an owner that is there is told what is typed");
        };
        taken.push(typed.data);
        typed.done.send(()).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn whatever_owners_do_each_piece_is_taken_once_and_in_order(deeds in deeds()) {
        const PIECES: usize = 40;
        let (relay, mut orders, _ended) = Relay::new("desktop".into(), said(SIZE));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut taken = Vec::new();
        std::thread::scope(|scope| {
            let writing = relay.clone();
            scope.spawn(move || {
                for n in 0..PIECES {
                    writing.hand_over(&n.to_string()).unwrap();
                }
            });
            let (mut turn, mut here) = (FIRST_TURN, true);
            for deed in deeds.into_iter().chain([Deed::Comes, Deed::Takes(PIECES)]) {
                match deed {
                    Deed::Comes => {
                        (turn, orders) = relay.take_up(said(SIZE)).unwrap();
                        here = true;
                    }
                    Deed::Takes(most) if here => {
                        runtime.block_on(takes(&mut orders, &mut taken, most, PIECES));
                    }
                    Deed::LosesOne if here && taken.len() < PIECES => {
                        let lost = runtime.block_on(orders.next());
                        relay.leave(turn);
                        drop(lost);
                        here = false;
                    }
                    Deed::Goes if here => {
                        relay.leave(turn);
                        here = false;
                    }
                    Deed::Takes(_) | Deed::LosesOne | Deed::Goes => {}
                }
            }
        });
        let all: Vec<_> = (0..PIECES).map(|n| n.to_string()).collect();
        prop_assert_eq!(taken, all);
    }
}

proptest! {
    #[test]
    fn what_is_typed_arrives_as_it_was_however_it_is_cut(
        text in "\\PC{1,60}",
        cuts in proptest::collection::vec(1usize..5, 1..200),
    ) {
        let (relay, mut orders, _ended) = Relay::new("desktop".into(), said(SIZE));
        let mut writer = ToOwner { relay: relay.clone(), begun: Vec::new() };
        let arrived = std::thread::scope(|scope| {
            let reading = scope.spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                runtime.block_on(async {
                    let mut arrived = String::new();
                    while let Some(Order::Input(typed)) = orders.next().await {
                        arrived.push_str(&typed.data);
                        typed.done.send(()).unwrap();
                    }
                    arrived
                })
            });
            let mut rest = text.as_bytes();
            for cut in cuts.iter().cycle() {
                let (piece, later) = rest.split_at(*cut.min(&rest.len()));
                writer.write_all(piece).unwrap();
                rest = later;
                if rest.is_empty() {
                    break;
                }
            }
            relay.end(Ended::unknown());
            reading.join().unwrap()
        });
        prop_assert_eq!(arrived, text);
    }
}
