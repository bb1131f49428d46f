//! Streams of input under repeats, lost connections, urgent keys and the end: each is applied
//! at most once and in order, and every request is answered once.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Write};
use std::sync::mpsc;

use proptest::prelude::*;

use super::super::line::Line;
use super::super::writing;
use super::*;
use crate::ids::ClientId;
use crate::protocol::ErrorCode;

fn client(n: usize) -> Source {
    Source::Client(Arc::new(ClientKey {
        owner: "desktop".into(),
        client: ClientId::new(format!("c{n}")).unwrap(),
    }))
}

#[derive(Debug, Clone)]
enum Step {
    /// The next of a client, or, further back, one that it has sent before.
    Send {
        client: usize,
        back: u64,
        urgent: bool,
    },
    /// One too far ahead.
    Gap {
        client: usize,
    },
    Refused {
        client: usize,
    },
    Take,
    Finish,
    GiveWay,
    Close,
}

fn step() -> impl Strategy<Value = Step> {
    let client = 0..3usize;
    prop_oneof![
        10 => (client.clone(), prop_oneof![3 => Just(0), 1 => 1..6u64], prop::bool::weighted(0.2))
            .prop_map(|(client, back, urgent)| Step::Send { client, back, urgent }),
        1 => client.clone().prop_map(|client| Step::Gap { client }),
        1 => client.prop_map(|client| Step::Refused { client }),
        6 => Just(Step::Take),
        5 => Just(Step::Finish),
        2 => Just(Step::GiveWay),
        1 => prop::bool::weighted(0.05).prop_map(|close| if close { Step::Close } else { Step::Take }),
    ]
}

/// A queue, what was asked of it, and what it answered.
#[derive(Default)]
struct Bench {
    queue: InputQueue,
    sent: [u64; 3],
    urgents: HashMap<(usize, u64), bool>,
    requests: Vec<(usize, u64)>,
    answers: Arc<Mutex<BTreeMap<usize, Vec<Result<Typed>>>>>,
    in_hand: Option<Job>,
    applied: Vec<(usize, u64)>,
    closed: bool,
}

impl Bench {
    fn ask(&mut self, from: usize, seq: u64, urgent: bool, admit: Result<()>) {
        let number = self.requests.len();
        self.requests.push((from, seq));
        let answers = self.answers.clone();
        let input = Input {
            bytes: format!("{from} {seq}").into_bytes(),
            from: client(from),
            seq: Some(seq),
            urgent,
            done: Box::new(move |answer| {
                answers
                    .lock()
                    .unwrap()
                    .entry(number)
                    .or_default()
                    .push(answer);
            }),
        };
        self.queue.push(input, || admit);
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Send {
                client,
                back,
                urgent,
            } => {
                let seq = (self.sent[client] + 1).saturating_sub(back).max(1);
                let urgent = *self.urgents.entry((client, seq)).or_insert(urgent);
                self.ask(client, seq, urgent, Ok(()));
                if !self.closed {
                    self.sent[client] = self.sent[client].max(seq);
                }
            }
            Step::Gap { client } => self.ask(client, self.sent[client] + 2, false, Ok(())),
            Step::Refused { client } => {
                let refused = HubError::unavailable("as asked");
                self.ask(client, self.sent[client] + 1, false, Err(refused));
            }
            Step::Take if self.in_hand.is_none() && !self.is_empty() => {
                self.in_hand = self.queue.take();
            }
            Step::Finish => {
                if let Some(job) = self.in_hand.take() {
                    if !self.closed {
                        self.applied.push(place(&job.bytes));
                    }
                    self.queue.finish(Fate::Written);
                }
            }
            Step::GiveWay => {
                let gives = self.in_hand.as_ref().is_some_and(|job| !job.urgent);
                if gives && self.queue.interrupted() {
                    let job = self.in_hand.take().unwrap();
                    self.queue.give_way(job);
                }
            }
            Step::Close => {
                self.queue.close();
                self.closed = true;
            }
            Step::Take => {}
        }
    }

    fn is_empty(&self) -> bool {
        let state = self.queue.state();
        state.urgent.is_empty() && state.waiting.is_empty()
    }
}

fn place(bytes: &[u8]) -> (usize, u64) {
    let text = std::str::from_utf8(bytes).unwrap();
    let (from, seq) = text.split_once(' ').unwrap();
    (from.parse().unwrap(), seq.parse().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    #[test]
    fn once_in_order_and_every_request_answered_once(
        steps in prop::collection::vec(step(), 0..120),
    ) {
        let mut bench = Bench::default();
        for step in steps {
            bench.step(step);
        }
        bench.step(Step::Finish);
        bench.step(Step::Close);
        let answers = bench.answers.lock().unwrap();
        for from in 0..3 {
            let seqs: Vec<_> = bench.applied.iter().filter(|(c, _)| *c == from).collect();
            prop_assert!(seqs.is_sorted_by(|a, b| a.1 < b.1), "client {from}: {seqs:?}");
        }
        for (number, place) in bench.requests.iter().enumerate() {
            let answer = answers.get(&number).map_or(&[][..], Vec::as_slice);
            prop_assert_eq!(answer.len(), 1, "request {} of {:?}", number, place);
            let applied = bench.applied.contains(place);
            match &answer[0] {
                Ok(Typed::Written) => prop_assert!(applied, "{place:?}"),
                Ok(Typed::Dropped) => prop_assert!(!applied, "{place:?}"),
                Err(error) if error.code == ErrorCode::Conflict => {}
                Err(error) => prop_assert_eq!(error.code, ErrorCode::Unavailable),
            }
        }
    }
}

/// Keeps what is written.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A queue that is written by a thread of its own until it is closed.
fn served(writer: impl Write + Send + 'static) -> (Arc<InputQueue>, std::thread::JoinHandle<()>) {
    let queue = Arc::new(InputQueue::default());
    let serving = queue.clone();
    let (line, _) = Line::new(Box::new(writer), None);
    let thread = std::thread::spawn(move || writing::serve(&serving, line));
    (queue, thread)
}

/// Numbers that look like chance and are the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % n
    }
}

/// A client over a connection that is cut 10,000 times: of what it sends a part arrives, and of
/// the answers it hears a part.
#[test]
fn every_input_once_and_in_order_over_ten_thousand_cuts() {
    const CUTS: u64 = 10_000;
    let sink = Sink::default();
    let (queue, thread) = served(sink.clone());
    let mut chance = Chance(7);
    let (mut begun, mut confirmed) = (0, 0);
    let (answer, answers) = mpsc::channel();
    for connection in 0..CUTS {
        // Sends again what is not confirmed, then goes on; the cut is somewhere in it.
        begun = (confirmed + chance.below(12)).max(begun);
        let arrives = confirmed + chance.below(begun - confirmed + 1);
        for seq in confirmed + 1..=arrives {
            let answer = answer.clone();
            let input = Input {
                bytes: format!("{seq};").into_bytes(),
                from: client(0),
                seq: Some(seq),
                urgent: false,
                done: Box::new(move |result| {
                    let _ = answer.send((connection, seq, result));
                }),
            };
            queue.push(input, || Ok(()));
        }
        let mut hears = chance.below(arrives - confirmed + 1);
        while hears > 0 {
            let (over, seq, result) = answers.recv().unwrap();
            if over == connection {
                assert_eq!(result, Ok(Typed::Written));
                confirmed = confirmed.max(seq);
                hears -= 1;
            }
        }
    }
    assert!(confirmed > CUTS, "it went on: {confirmed}");
    let (last, finished) = mpsc::channel();
    let done = Box::new(move |_| last.send(()).unwrap());
    queue.push(Input::by_host(Vec::new(), done), || Ok(()));
    finished.recv().unwrap();
    queue.close();
    thread.join().unwrap();
    let written = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
    let seqs: Vec<u64> = written
        .split_terminator(';')
        .map(|seq| seq.parse().unwrap())
        .collect();
    assert!(seqs.iter().copied().eq(1..=seqs.len() as u64));
    assert!(seqs.len() as u64 >= confirmed);
}

/// Takes a byte at a time, and types something urgent when it has taken so many.
struct Interrupting {
    queue: Arc<InputQueue>,
    after: usize,
    urgent: Option<Input>,
    sink: Sink,
}

impl Write for Interrupting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.sink.write(&bytes[..1])?;
        self.after = self.after.saturating_sub(1);
        if let Some(urgent) = self.urgent.take_if(|_| self.after == 0) {
            self.queue.push(urgent, || Ok(()));
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn typed(from: u64, text: &str, urgent: bool, tell: &mpsc::Sender<(String, Typed)>) -> Input {
    let (tell, told) = (tell.clone(), text.to_owned());
    Input {
        bytes: text.into(),
        from: Source::Connection(from),
        seq: None,
        urgent,
        done: Box::new(move |typed| {
            let _ = tell.send((told, typed.unwrap()));
        }),
    }
}

/// What is written when connection 1 types `texts`, and `urgent` of connection `by` comes when
/// `after` bytes have been written; and which were dropped.
fn interrupted(texts: &[&str], after: usize, by: u64) -> (String, BTreeSet<String>) {
    let queue = Arc::<InputQueue>::default();
    let sink = Sink::default();
    let (tell, told) = mpsc::channel();
    for text in texts {
        queue.push(typed(1, text, false, &tell), || Ok(()));
    }
    let writer = Interrupting {
        queue: queue.clone(),
        after,
        urgent: Some(typed(by, "^C", true, &tell)),
        sink: sink.clone(),
    };
    drop(tell);
    let serving = queue.clone();
    let (line, _) = Line::new(Box::new(writer), None);
    let thread = std::thread::spawn(move || writing::serve(&serving, line));
    let dropped = told
        .iter()
        .take(texts.len() + 1)
        .filter(|(_, typed)| *typed == Typed::Dropped)
        .map(|(text, _)| text)
        .collect();
    queue.close();
    thread.join().unwrap();
    let written = sink.0.lock().unwrap().clone();
    (String::from_utf8(written).unwrap(), dropped)
}

#[test]
fn something_urgent_comes_between_and_leaves_no_paste_open() {
    const PASTE: &str = "\x1b[200~one\rtwo\x1b[201~";
    for (texts, after, by, written, dropped) in [
        // One's own is dropped, begun or not.
        (
            &["abcdef", "later"][..],
            3,
            1,
            "abc^C",
            &["abcdef", "later"][..],
        ),
        (&["abc", "later"], 3, 1, "abc^C", &["later"]),
        // What is somebody else's goes on.
        (&["abcdef", "later"], 3, 2, "abc^Cdeflater", &[]),
        // No half characters, no half markers.
        (&["a😀b"], 2, 1, "a😀^C", &["a😀b"]),
        (&["a😀b"], 2, 2, "a😀^Cb", &[]),
        // A paste is closed; somebody else's goes on as a paste.
        (
            &[PASTE, "x"],
            9,
            1,
            "\x1b[200~one\x1b[201~^C",
            &[PASTE, "x"],
        ),
        (&[PASTE, "x"], 2, 1, "\x1b[200~\x1b[201~^C", &[PASTE, "x"]),
        (
            &[PASTE, "x"],
            15,
            1,
            "\x1b[200~one\rtwo\x1b[201~^C",
            &[PASTE, "x"],
        ),
        (
            &[PASTE, "x"],
            9,
            2,
            "\x1b[200~one\x1b[201~^C\x1b[200~\rtwo\x1b[201~x",
            &[],
        ),
        // Also one that came in pieces.
        (
            &["\x1b[200~one", "two", "\x1b[201~"],
            9,
            1,
            "\x1b[200~one\x1b[201~^C",
            &["two", "\x1b[201~"],
        ),
        (
            &["\x1b[200~one", "two", "\x1b[201~"],
            9,
            2,
            "\x1b[200~one\x1b[201~^C\x1b[200~two\x1b[201~",
            &[],
        ),
        (&[PASTE, "x"], 19, 1, "\x1b[200~one\rtwo\x1b[201~^C", &["x"]),
    ] {
        let (seen, lost) = interrupted(texts, after, by);
        assert_eq!(seen, written, "{texts:?} after {after} by {by}");
        let dropped = dropped.iter().map(|text| (*text).to_owned()).collect();
        assert_eq!(lost, dropped, "{texts:?} after {after} by {by}");
    }
}
