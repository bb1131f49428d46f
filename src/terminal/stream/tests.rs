//! The whole stream, against a vector of everything that was printed.

use super::*;
use crate::protocol::ExitReason;
use proptest::prelude::*;

const SIZE: Size = Size { cols: 80, rows: 24 };

#[derive(Debug, Clone)]
enum Step {
    Push(Vec<u8>),
    Repeat(u8, usize),
    Resize(u16),
    Read(usize),
    Forget(u64),
    Bell,
    Exit,
    Enter(Option<u64>),
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        "\\PC{0,20}".prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..8),
        // What begins characters and does not end them.
        proptest::collection::vec(
            prop::sample::select(&[0xE2, 0x82, 0xF0, 0x9F, 0x41][..]),
            0..6
        ),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => bytes().prop_map(Step::Push),
        1 => (any::<u8>(), 60_000usize..66_000).prop_map(|(byte, n)| Step::Repeat(byte, n)),
        1 => (1u16..5).prop_map(Step::Resize),
        4 => prop_oneof![0usize..8, 0usize..200_000].prop_map(Step::Read),
        1 => any::<u64>().prop_map(Step::Forget),
        1 => Just(Step::Bell),
        1 => Just(Step::Exit),
        1 => proptest::option::of(any::<u64>()).prop_map(Step::Enter),
    ]
}

fn exit() -> TerminalExit {
    TerminalExit {
        exit_code: Some(0),
        reason: ExitReason::Exited,
        signal: None,
    }
}

/// Whether the last of these bytes may have been cut off the next.
fn splits(before: &[u8], after: &[u8]) -> bool {
    let cut = utf8::incomplete_tail(before);
    cut > 0
        && std::str::from_utf8(&[&before[before.len() - cut..], after].concat())
            .map_or_else(|error| error.valid_up_to() > 0, |_| true)
}

/// Brings what stands for the model of the screen to the end.
fn catch_up(stream: &mut Stream, (cursor, size): &mut (Cursor, Size)) {
    while let Some(piece) = stream.next(cursor, 1 << 20) {
        assert_ne!(
            piece,
            Piece::Lost,
            "nothing is forgotten before the model has it"
        );
        if let Piece::Resized(now) = piece {
            *size = now;
        }
    }
}

proptest! {
        #![proptest_config(ProptestConfig::default())]
        #[test]
        fn a_viewer_gets_everything_once_in_order_and_no_character_in_parts(
            steps in proptest::collection::vec(step(), 1..40),
        ) {
            let (mut stream, mut all) = (Stream::new(SIZE), Vec::<u8>::new());
            // Like the model of the screen: a place from which others can start.
            let mut model = (Cursor::at_start(), SIZE);
            let mut cursor = Cursor::at_start();
            let (mut seen_size, mut exits, mut bells, mut heard) = (SIZE, 0, 0, 0);
            let drain = [Step::Read(0), Step::Read(1 << 20)].into_iter().cycle().take(40);
            for step in steps.into_iter().chain(drain) {
                match step {
                    Step::Push(bytes) => {
                        stream.push(&bytes);
                        all.extend_from_slice(&bytes);
                    }
                    Step::Repeat(byte, n) => {
                        stream.push(&vec![byte; n]);
                        all.resize(all.len() + n, byte);
                    }
                    Step::Resize(cols) => {
                        stream.resize(Size { cols, rows: 24 });
                    }
                    Step::Forget(r) => {
                        catch_up(&mut stream, &mut model);
                        stream.forget_before(r % (model.0.offset + 1));
                    }
                    Step::Bell => {
                        catch_up(&mut stream, &mut model);
                        stream.happened(model.0.offset, Happening::Bell);
bells += 1;
                    }
                    Step::Exit => stream.finish(exit()),
                    Step::Enter(resume) => {
                        let resume = resume.map(|r| r % (all.len() as u64 + 1));
                        let start = match resume.and_then(|offset| stream.resume(offset)) {
                            Some(start) => {
                                let end = start.cursor.offset as usize;
                                let from = end - start.bytes.len();
                                prop_assert_eq!(&start.bytes[..], &all[from..end]);
                                prop_assert_eq!(Some(from as u64), resume);
                                start
                            }
                            None => {
                                catch_up(&mut stream, &mut model);
                                stream.start_with(Bytes::new(), &model.0, model.1, false)
                            }
                        };
                        (cursor, seen_size, exits) = (start.cursor, start.size, 0);
                        (bells, heard) = (0, 0);
                    }
                    Step::Read(max) => {
                        let before = cursor.clone();
                        match stream.next(&mut cursor, max) {
                            Some(Piece::Bytes(bytes)) => {
                                prop_assert!(bytes.len() <= max);
                                let from = before.offset as usize;
                                let to = cursor.offset as usize;
                                prop_assert_eq!(&bytes[..], &all[from..to]);
                                // Only the end of the program comes in the middle of one.
                                let begun = (to - utf8::incomplete_tail(&all[..to])) as u64;
                                let cut_by_exit = stream.exit.as_ref()
                                    .is_some_and(|(at, _)| (begun + 1..=to as u64).contains(at));
                                let rest = &all[to..all.len().min(to + 3)];
                                prop_assert!(cut_by_exit || !splits(&all[..to], rest));
                            }
                            Some(Piece::Resized(size)) => seen_size = size,
                            Some(Piece::Exit(_)) => exits += 1,
                            Some(Piece::Lost) => {
                                catch_up(&mut stream, &mut model);
                                let told = cursor.exit_given();
                                let start =
                                    stream.start_with(Bytes::new(), &model.0, model.1, told);
                                (cursor, seen_size) = (start.cursor, start.size);
                                (bells, heard) = (0, 0);
                            }
                            Some(Piece::Happened(_)) => heard += 1,
                            None if max >= utf8::MAX_CHAR => {
                                let left = &all[before.offset as usize..];
                                prop_assert_eq!(utf8::incomplete_tail(left), left.len(), "stuck");
                            }
                            None => {}
                        }
                    }
                }
            }
            prop_assert_eq!(seen_size, stream.size());
            prop_assert_eq!(heard, bells);
            prop_assert_eq!(exits, usize::from(stream.exit().is_some()));
        }
    }
