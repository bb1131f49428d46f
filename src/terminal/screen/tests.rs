//! Properties of the model: it holds whatever it is fed, pieces make no difference, and a
//! picture shows what it was made from.

use proptest::prelude::*;

use super::super::stream::Size;
use super::term::Term;
use super::{Deaf, Heard, Screen};

const SIZE: Size = Size { cols: 20, rows: 6 };
const HISTORY: usize = 30;
const EVERYTHING: usize = usize::MAX;

fn screen_of(size: Size, bytes: &[u8]) -> Screen {
    let mut screen = Screen::new(size, HISTORY);
    screen.feed(bytes, &mut Deaf);
    screen
}

/// What is always so, whatever a program does.
fn check(term: &Term) {
    let buffer = term.buffer();
    assert!(buffer.y < term.rows && buffer.bottom < term.rows && buffer.top <= buffer.bottom);
    assert_eq!(buffer.lines.len(), buffer.base + term.rows);
    for buffer in &term.buffers {
        assert!(buffer.lines.len() <= buffer.max);
        assert!(buffer.lines.iter().all(|row| row.len() == term.cols));
    }
}

/// Pieces of output that meet most of what there is, and each other.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let number = 0..9u32;
    prop_oneof![
        4 => "[ -~]{1,30}".prop_map(String::into_bytes),
        2 => "[a日e\u{301}│🌍\u{300}]{1,12}".prop_map(String::into_bytes),
        3 => "[\r\n\t\u{8}\u{b}\u{e}\u{f}]{1,3}".prop_map(String::into_bytes),
        4 => (number, 0..25u32, "[@A-HJ-MPSTXZ`abdefgrsuI]")
            .prop_map(|(a, b, last)| format!("\x1b[{a};{b}{last}").into_bytes()),
        3 => "(0|1|2|3|4|4:3|7|21|24|31|45|92|103|38;5;200|48;2;1;2;3|58;5;9|59|53)"
            .prop_map(|sgr| format!("\x1b[{sgr}m").into_bytes()),
        2 => "(6|7|25|45|47|1047|1048|1049|1000|1006|2004|2026|12)[hl]"
            .prop_map(|mode| format!("\x1b[?{mode}").into_bytes()),
        1 => "(4|20)[hl]".prop_map(|mode| format!("\x1b[{mode}").into_bytes()),
        1 => "[78DEHMc=>no|}~]".prop_map(|last| format!("\x1b{last}").into_bytes()),
        1 => r"([()*+][0AB4K]|#8|\[!p|\[1.q|\[0.q|\[\?J|\[\?1K|\[2 @|\[2 A|\[2'\}|\[2'~)"
            .prop_map(|rest| format!("\x1b{rest}").into_bytes()),
        1 => "(2;title|8;;http://a|8;id=x;http://b|8;;|4;1;#fff|11;rgb:0/0/0|104)"
            .prop_map(|osc| format!("\x1b]{osc}\x07").into_bytes()),
        1 => any::<Vec<u8>>(),
    ]
}

fn output() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(piece(), 0..60).prop_map(|pieces| pieces.concat())
}

fn size() -> impl Strategy<Value = Size> {
    (1..40u16, 1..12u16).prop_map(|(cols, rows)| Size { cols, rows })
}

#[derive(Default)]
struct Notes(Vec<String>);

impl Heard for Notes {
    fn reply(&mut self, answer: &[u8]) {
        self.0.push(format!("reply {}", answer.escape_ascii()));
    }

    fn title(&mut self, title: &str) {
        self.0.push(format!("title {title}"));
    }

    fn bell(&mut self) {
        self.0.push("bell".into());
    }

    fn notification(&mut self, title: Option<&str>, body: &str) {
        self.0.push(format!("notification {title:?} {body}"));
    }

    fn cwd(&mut self, path: &str) {
        self.0.push(format!("cwd {path}"));
    }
}

fn heard_of(bytes: &[u8]) -> Vec<String> {
    let mut notes = Notes::default();
    Screen::new(SIZE, HISTORY).feed(bytes, &mut notes);
    notes.0
}

#[test]
fn what_is_heard() {
    for (bytes, expected) in [
        ("\x07", "bell"),
        ("\x1b]0;a title\x07", "title a title"),
        ("\x1b]2;ünï\x1b\\", "title ünï"),
        ("\x1b]9;done\x07", "notification None done"),
        ("\x1b]777;notify;a;b\x07", "notification Some(\"a\") b"),
        ("\x1b]7;file://host/tmp/x%20y\x07", "cwd /tmp/x y"),
        ("\x1b[c", r"reply \x1b[?1;2c"),
        ("\x1b[>c", r"reply \x1b[>0;276;0c"),
        ("\x1b[5n", r"reply \x1b[0n"),
        ("abc\x1b[2;5H\x1b[6n", r"reply \x1b[2;5R"),
        ("\x1b[?6n", r"reply \x1b[?1;1R"),
        ("\x1b[?2004h\x1b[?2004$p", r"reply \x1b[?2004;1$y"),
        ("\x1b[?2026$p", r"reply \x1b[?2026;2$y"),
        ("\x1b[?9999$p", r"reply \x1b[?9999;0$y"),
        ("\x1b[4$p", r"reply \x1b[4;2$y"),
        ("\x1b[2;4r\x1bP$qr\x1b\\", r"reply \x1bP1$r2;4r\x1b\\"),
        ("\x1bP$qm\x1b\\", r"reply \x1bP1$r0m\x1b\\"),
        ("\x1bP$qx\x1b\\", r"reply \x1bP0$r\x1b\\"),
        ("\x1b]11;?\x07", r"reply \x1b]11;rgb:0f0f/1212/1616\x1b\\"),
        (
            "\x1b]11;#123456\x07\x1b]11;?\x07",
            r"reply \x1b]11;rgb:1212/3434/5656\x1b\\",
        ),
        ("\x1b]4;1;?\x07", r"reply \x1b]4;1;rgb:ffff/7b7b/7272\x1b\\"),
    ] {
        assert_eq!(heard_of(bytes.as_bytes()), [expected], "{bytes:?}");
    }
    for silent in [
        "\x1b]52;c;?\x07",
        "\x1b[?u",
        "\x1b[>q",
        "\x1b[18t",
        "\x1b]2;cut\x18",
        "\x1b]9;4;1;50\x07",
    ] {
        assert!(heard_of(silent.as_bytes()).is_empty(), "{silent:?}");
    }
}

#[test]
fn a_long_command_fills_no_memory_and_says_nothing() {
    let mut screen = Screen::new(SIZE, HISTORY);
    let mut notes = Notes::default();
    screen.feed(b"\x1b]2;", &mut notes);
    for _ in 0..1000 {
        screen.feed(&[b'x'; 1000], &mut notes);
    }
    let picture = screen.picture(EVERYTHING);
    assert!(picture.len() < 200, "{}", picture.len());
    let mut late = screen_of(SIZE, &picture);
    late.feed(b"more\x07shown", &mut notes);
    screen.feed(b"more\x07shown", &mut notes);
    assert!(notes.0.is_empty());
    assert_eq!(late.picture(EVERYTHING), screen.picture(EVERYTHING));
}

#[test]
fn history_is_cut_and_the_screen_is_not() {
    let lines: String = (0..40).map(|n| format!("line {n}\r\n")).collect();
    let screen = screen_of(SIZE, lines.as_bytes());
    let text = |max| String::from_utf8(screen.picture(max)).unwrap();
    assert!(text(EVERYTHING).contains("line 5\r\n"));
    for max in [0, 100, 200, 300, 400] {
        assert!(text(max).contains("line 35\r\n"), "{max}");
    }
    let all = text(EVERYTHING).len();
    let cut = text(all - 50);
    assert!(cut.len() <= all - 50 && !cut.contains("line 5\r\n"));
}

/// Lines as in a flood, now and then something else.
fn flood() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        20 => ("[ -~]{0,50}", 30..38u32)
            .prop_map(|(text, sgr)| format!("\x1b[{sgr}m{text}\t\x1b[K\r\n").into_bytes()),
        20 => "(\x1b\\[m|\x1b\\[1;44m|)[a日é\u{301}│\u{a7}🌍\u{8}]{0,30}\r\n".prop_map(String::into_bytes),
        1 => piece(),
    ];
    prop::collection::vec(line, 0..300).prop_map(|lines| lines.concat())
}

proptest! {
    #[test]
    fn skipping_makes_no_difference(before in output(), bytes in flood()) {
        let mut whole = screen_of(SIZE, &before);
        let mut skipped = whole.clone();
        whole.feed_all(&bytes, &mut Deaf);
        skipped.feed_skipping(&bytes, 1 << 10, &mut Deaf);
        let state = |screen: &Screen| format!("{:?}", (&screen.term.buffers, screen.term.pen));
        prop_assert_eq!(whole.picture(EVERYTHING), skipped.picture(EVERYTHING));
        prop_assert_eq!(state(&whole), state(&skipped));
    }

    #[test]
    fn pieces_make_no_difference(bytes in output(), at in any::<prop::sample::Index>()) {
        let whole = screen_of(SIZE, &bytes);
        let mut pieces = Screen::new(SIZE, HISTORY);
        let at = at.index(bytes.len() + 1);
        pieces.feed(&bytes[..at], &mut Deaf);
        pieces.feed(&bytes[at..], &mut Deaf);
        prop_assert_eq!(whole.picture(EVERYTHING), pieces.picture(EVERYTHING));
        prop_assert_eq!(&whole.term.buffer().lines, &pieces.term.buffer().lines);
    }

    #[test]
    fn it_holds_through_any_output_and_any_size(
        sizes in prop::collection::vec((output(), size()), 1..5),
    ) {
        let mut screen = Screen::new(SIZE, HISTORY);
        for (bytes, size) in sizes {
            screen.feed(&bytes, &mut Deaf);
            check(&screen.term);
            screen.resize(size);
            check(&screen.term);
            let again = screen_of(size, &screen.picture(EVERYTHING));
            check(&again.term);
        }
    }

    #[test]
    fn a_picture_gives_the_same_picture(bytes in output()) {
        let screen = screen_of(SIZE, &bytes);
        let again = screen_of(SIZE, &screen.picture(EVERYTHING));
        prop_assert_eq!(screen.cursor(), again.cursor());
        prop_assert_eq!(screen.alternate(), again.alternate());
        prop_assert_eq!(screen.title().unwrap_or_default(), again.title().unwrap_or_default());
        prop_assert_eq!(screen.bracketed_paste(), again.bracketed_paste());
        prop_assert_eq!(&screen.term.modes, &again.term.modes);
    }
}
