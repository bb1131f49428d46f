//! A session and a viewer whose connection is cut again and again, with all that was under way:
//! what it got is what was printed, without gap or overlap, and its screen is right in the end.
//!
//! The viewer is a model of the screen of its own. No sockets; `e2e/cuts.test.ts` has those.

use std::sync::Arc;

use crate::ids::{HubId, ProjectId, SessionId};
use crate::protocol::{Replay, SizePolicy};

use super::input::InputQueue;
use super::model::PICTURE_MAX;
use super::news::News;
use super::program::Program;
use super::pty::Control;
use super::screen::{Deaf, Screen};
use super::session::{Facts, Session};
use super::stream::{Cursor, Piece, Size, Start};

const SIZE: Size = Size { cols: 60, rows: 20 };
const HISTORY: usize = 1_000;

/// Cuts in `make proof`; a twentieth of it otherwise.
const CUTS: usize = 10_000;

struct NoTerminal;

impl Control for NoTerminal {
    fn resize(&self, _: Size) -> std::io::Result<()> {
        Ok(())
    }
}

fn session() -> Arc<Session> {
    let facts = Facts {
        id: SessionId::new("t").unwrap(),
        project: ProjectId::default(),
        hub: HubId::random(),
        epoch: "life".into(),
        title: String::new(),
        command: String::new(),
        args: Vec::new(),
        cwd: "/".into(),
        ring_bytes: 256 << 10,
        burst_bytes: 512 << 10,
        size_policy: SizePolicy::default(),
        needs_input: crate::config::NeedsInputWhen::default(),
        news: News::default(),
    };
    let input = Arc::new(InputQueue::default());
    let program = Program::untouchable();
    Arc::new(Session::new(
        facts,
        program,
        SIZE,
        Box::new(NoTerminal),
        input,
    ))
}

/// Numbers that look random and are the same in each run (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % n as u64).unwrap()
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// Something that programs print.
    fn output(&mut self) -> String {
        let words = [
            "hello ",
            "日本語",
            "e\u{301}x",
            "\r\n",
            "\r\nline after line",
            "\x1b[1;33m",
            "\x1b[m",
            "\x1b[3;7H",
            "\x1b[K",
            "\x1b[2J\x1b[H",
            "\x1b[?1049h",
            "\x1b[?1049l",
            "\x1b[?2004h",
            "\x1b]2;title\x07",
            "🌍",
            "\t",
        ];
        let n = if self.one_in(60) {
            40_000
        } else {
            self.below(120)
        };
        (0..n).map(|_| words[self.below(words.len())]).collect()
    }
}

/// What somebody sees who is cut off now and then.
struct Viewer {
    screen: Screen,
    /// Bytes that reached it.
    offset: u64,
    connected: Option<(u64, Cursor)>,
    resumed: usize,
    pictures: usize,
}

impl Viewer {
    fn connect(&mut self, session: &Session, all: &[u8]) {
        let number = session.new_viewer();
        let start = session
            .resume(number, self.offset)
            .unwrap_or_else(|| session.paint(number, PICTURE_MAX));
        match start.kind {
            Replay::Resume => self.resumed += 1,
            Replay::Screen => self.pictures += 1,
        }
        self.begin(number, &start, all);
    }

    fn begin(&mut self, number: u64, start: &Start, all: &[u8]) {
        match start.kind {
            Replay::Resume => self.take(&start.bytes, all),
            Replay::Screen => {
                assert!(start.cursor.offset >= self.offset, "back in time");
                self.screen = Screen::new(start.size, HISTORY);
                self.screen.feed(&start.bytes, &mut Deaf);
            }
        }
        self.offset = start.cursor.offset;
        self.connected = Some((number, start.cursor.clone()));
    }

    fn take(&mut self, bytes: &[u8], all: &[u8]) {
        let from = usize::try_from(self.offset).unwrap();
        assert!(
            bytes == &all[from..from + bytes.len()],
            "other bytes at {from}"
        );
        self.screen.feed(bytes, &mut Deaf);
        self.offset += bytes.len() as u64;
    }

    /// Takes the next thing; `arrives` says whether it still gets through. False when there is
    /// nothing.
    fn next(&mut self, session: &Session, max: usize, arrives: bool, all: &[u8]) -> bool {
        let Some((number, mut cursor)) = self.connected.take() else {
            return false;
        };
        let piece = session.next(number, &mut cursor, max);
        self.connected = Some((number, cursor));
        match piece {
            None => return false,
            Some(Piece::Bytes(bytes)) if arrives => self.take(&bytes, all),
            Some(Piece::Resized(_) | Piece::Lost) => {
                let start = session.paint(number, PICTURE_MAX);
                if arrives {
                    self.begin(number, &start, all);
                }
            }
            Some(Piece::Bytes(_) | Piece::Happened(_) | Piece::Exit(_)) => {}
        }
        true
    }

    fn cut(&mut self, session: &Session) {
        if let Some((number, _)) = self.connected.take() {
            session.leave(number);
        }
    }
}

#[test]
fn whatever_is_cut_everything_arrives_once_and_the_screen_is_right() {
    let proof = std::env::var_os("HUB_PROOF").is_some();
    let cuts = if proof { CUTS } else { CUTS / 20 };
    let session = session();
    let keeping = session.clone();
    let keeper = std::thread::spawn(move || keeping.keep_screen());
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let (mut all, mut whole) = (Vec::<u8>::new(), Screen::new(SIZE, HISTORY));
    let mut viewer = Viewer {
        screen: Screen::new(SIZE, HISTORY),
        offset: 0,
        connected: None,
        resumed: 0,
        pictures: 0,
    };
    viewer.connect(&session, &all);
    (viewer.resumed, viewer.pictures) = (0, 0);
    for cut in 0..cuts {
        for _ in 0..1 + dice.below(4) {
            let output = dice.output();
            all.extend_from_slice(output.as_bytes());
            whole.feed(output.as_bytes(), &mut Deaf);
            // As a pseudo-terminal gives it: cut anywhere.
            for part in output.as_bytes().chunks(1 + dice.below(5_000)) {
                session.output(part);
            }
            if dice.one_in(60) {
                let size = Size {
                    cols: 40 + u16::try_from(dice.below(40)).unwrap(),
                    ..SIZE
                };
                session.resize(size).unwrap();
                whole.resize(size);
            }
            for _ in 0..dice.below(4) {
                let max = 1 + dice.below(70_000);
                viewer.next(&session, max, true, &all);
            }
        }
        // What was under way is lost, and more is printed before it is back.
        for _ in 0..dice.below(3) {
            viewer.next(&session, 1 + dice.below(70_000), false, &all);
        }
        viewer.cut(&session);
        viewer.connect(&session, &all);
        if cut % 50 == 0 {
            while viewer.next(&session, 1 << 16, true, &all) {}
            assert_eq!(viewer.offset, all.len() as u64);
            let (got, expected) = (&viewer.screen, &whole);
            assert!(
                got.picture(1 << 20) == expected.picture(1 << 20),
                "after {cut} cuts"
            );
        }
    }
    while viewer.next(&session, 1 << 16, true, &all) {}
    assert_eq!(viewer.offset, all.len() as u64);
    assert!(
        viewer.screen.picture(1 << 20) == whole.picture(1 << 20),
        "in the end"
    );
    let Viewer {
        resumed, pictures, ..
    } = viewer;
    println!(
        "proof: {cuts} cuts of a session: {resumed} resumed, {pictures} with a picture, {} bytes",
        all.len()
    );
    assert_eq!(resumed + pictures, cuts);
    assert!(resumed * 5 >= cuts * 4, "only {resumed} of {cuts} resumed");
    session.end_of_output();
    keeper.join().unwrap();
}
