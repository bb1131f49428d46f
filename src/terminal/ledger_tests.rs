//! The ledger's own decisions; what becomes of whole streams is in `input_tests.rs`.

use super::*;

fn key(owner: &str, client: &str) -> Arc<ClientKey> {
    Arc::new(ClientKey {
        owner: owner.into(),
        client: ClientId::new(client).unwrap(),
    })
}

#[test]
fn new_repeated_and_missing() {
    let mut ledger = Ledger::default();
    let (one, other) = (key("desktop", "c"), key("device:d", "c"));
    assert_eq!(ledger.offer(&one, 2, 'a'), Offer::Gap('a', 1));
    assert_eq!(ledger.offer(&one, 1, 'b'), Offer::New);
    assert_eq!(ledger.offer(&one, 1, 'c'), Offer::Waiting(None));
    assert_eq!(ledger.offer(&one, 3, 'd'), Offer::Gap('d', 2));
    // The same name of somebody else is somebody else.
    assert_eq!(ledger.offer(&other, 1, 'e'), Offer::New);
    assert!(ledger.is_next(&one, 2) && ledger.is_next(&other, 2));
    assert_eq!(ledger.settle(&one, 1, Fate::Written), ['b', 'c']);
    assert_eq!(ledger.offer(&one, 1, 'f'), Offer::Known('f', Fate::Written));
    assert!(ledger.settle(&one, 1, Fate::Written).is_empty());
}

#[test]
fn what_was_not_written_stays_known_as_that() {
    let mut ledger = Ledger::default();
    let one = key("desktop", "c");
    for seq in 1..=6 {
        ledger.offer(&one, seq, ());
    }
    for (seq, fate) in [
        (1, Fate::Written),
        (2, Fate::Dropped),
        (3, Fate::Dropped),
        (4, Fate::Written),
        (5, Fate::Ended),
    ] {
        ledger.settle(&one, seq, fate);
    }
    let fates: Vec<_> = (1..=6).map(|seq| ledger.offer(&one, seq, ())).collect();
    assert_eq!(
        fates,
        [
            Offer::Known((), Fate::Written),
            Offer::Known((), Fate::Dropped),
            Offer::Known((), Fate::Dropped),
            Offer::Known((), Fate::Written),
            Offer::Known((), Fate::Ended),
            Offer::Waiting(None),
        ]
    );
}

#[test]
fn what_asks_too_often_gives_way() {
    let mut ledger = Ledger::default();
    let one = key("desktop", "c");
    assert_eq!(ledger.offer(&one, 1, 0), Offer::New);
    for ask in 1..ASKS {
        assert_eq!(ledger.offer(&one, 1, ask), Offer::Waiting(None));
    }
    assert_eq!(ledger.offer(&one, 1, 99), Offer::Waiting(Some(0)));
    assert_eq!(ledger.settle(&one, 1, Fate::Written).len(), ASKS);
}

#[test]
fn the_idle_one_used_longest_ago_is_forgotten() {
    let mut ledger = Ledger::default();
    let client = |n: usize| key("desktop", &format!("c{n}"));
    let foreign = key("device:d", "c");
    ledger.offer(&foreign, 1, ());
    ledger.settle(&foreign, 1, Fate::Written);
    for n in 0..CLIENTS_PER_OWNER {
        assert_eq!(ledger.offer(&client(n), 1, ()), Offer::New);
    }
    // None of them is idle.
    assert_eq!(ledger.offer(&client(1000), 1, ()), Offer::Full(()));
    for n in [0, 1, 2] {
        ledger.settle(&client(n), 1, Fate::Written);
    }
    ledger.offer(&client(0), 1, ());
    assert_eq!(ledger.offer(&client(1000), 1, ()), Offer::New);
    // 1 was idle for longest; 0 has been used since, and the other's is no business of ours.
    assert!(ledger.is_next(&client(1), 1));
    assert!(ledger.is_next(&client(0), 2) && ledger.is_next(&foreign, 2));
    // Whoever was forgotten and goes on is told where it stands.
    assert_eq!(ledger.offer(&client(1), 2, ()), Offer::Gap((), 1));
}
