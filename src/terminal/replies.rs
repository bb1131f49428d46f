//! Telling a terminal emulator's answers from what a person types.
//!
//! The hub answers a program's questions (what are you, where is the cursor), and so does the
//! emulator of every viewer that does not know that; the program would read those as keys. Sources: ECMA-48
//! and the control sequences of xterm (DA, DSR, DECRPM, OSC 4/10/11/12 and DCS reports).

/// Whether `input` is nothing but answers of an emulator. Keys, mouse and focus reports are
/// not answers. A report of the cursor's position that may be a modified F3 (`CSI 1 ; 2..8 R`)
/// is an answer if the program has just asked for it.
pub(crate) fn is_reply(input: &str, position_asked: bool) -> bool {
    let mut rest = input;
    while let Some(after) = strip_reply(rest, position_asked) {
        if after.is_empty() {
            return true;
        }
        rest = after;
    }
    false
}

/// Whether a person made `input`: an emulator's answers and its reports of having gained or
/// lost the focus come by themselves, and of an answer that goes nowhere nothing is left.
pub(crate) fn is_typed(input: &str) -> bool {
    !is_reply(input, false) && !matches!(input, "" | "\x1b[I" | "\x1b[O")
}

fn strip_reply(input: &str, position_asked: bool) -> Option<&str> {
    let body = input.strip_prefix('\x1b')?;
    match body.as_bytes().first()? {
        b'[' => strip_csi(&body[1..], position_asked),
        b']' => strip_string(&body[1..], &["4;", "10;rgb:", "11;rgb:", "12;rgb:"]),
        b'P' => strip_string(&body[1..], &["1$r", "0$r", "1+r", "0+r", ">|", "!|"]),
        _ => None,
    }
}

fn strip_csi(body: &str, position_asked: bool) -> Option<&str> {
    let end = body.bytes().position(|b| (0x40..=0x7e).contains(&b))?;
    let (params, last, rest) = (&body[..end], body.as_bytes()[end], &body[end + 1..]);
    let numbers =
        |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b';');
    let reply = match last {
        // Device attributes: primary, secondary, tertiary.
        b'c' => params.strip_prefix(['?', '>', '=']).is_some_and(numbers),
        // Status, "I am well".
        b'n' => params == "0" || params.strip_prefix('?').is_some_and(numbers),
        // Cursor position, unless it may be a key.
        b'R' => match params.strip_prefix('?') {
            Some(params) => numbers(params),
            None => {
                let key = is_modified_f3(params) && !position_asked;
                numbers(params) && params.contains(';') && !key
            }
        },
        // Modes (DECRPM).
        b'y' => params
            .strip_suffix('$')
            .is_some_and(|params| numbers(params.strip_prefix('?').unwrap_or(params))),
        // Window size in cells or pixels.
        b't' => params.starts_with(['4', '6', '8']) && params.contains(';') && numbers(params),
        _ => false,
    };
    reply.then_some(rest)
}

fn is_modified_f3(params: &str) -> bool {
    matches!(
        params.strip_prefix("1;"),
        Some("2" | "3" | "4" | "5" | "6" | "7" | "8")
    )
}

/// An OSC or DCS string that begins with one of `kinds`, up to its terminator.
fn strip_string<'a>(body: &'a str, kinds: &[&str]) -> Option<&'a str> {
    if !kinds.iter().any(|kind| body.starts_with(kind)) {
        return None;
    }
    let end = body.find(['\x07', '\x1b'])?;
    let (text, after) = body.split_at(end);
    // Of the palette only an answer holds a colour.
    if text.starts_with("4;") && !text.contains("rgb:") {
        return None;
    }
    after
        .strip_prefix('\x07')
        .or_else(|| after.strip_prefix("\x1b\\"))
}

#[cfg(test)]
mod tests {
    use super::{is_reply, is_typed};

    #[test]
    fn table() {
        for reply in [
            "\x1b[?1;2c",
            "\x1b[>0;276;0c",
            "\x1b[0n",
            "\x1b[24;80R",
            "\x1b[?24;80R",
            "\x1b[?2026;2$y",
            "\x1b[4;2$y",
            "\x1b]10;rgb:ffff/ffff/ffff\x1b\\",
            "\x1b]11;rgb:0000/0000/0000\x07",
            "\x1b]4;1;rgb:cc/00/00\x07",
            "\x1bP1$r0m\x1b\\",
            "\x1bP>|xterm.js(6.0.0)\x1b\\",
            "\x1b[8;24;80t",
            "\x1b[?1;2c\x1b[0n",
        ] {
            assert!(is_reply(reply, false), "{reply:?}");
            assert!(!is_typed(reply), "{reply:?}");
        }
        for typed in [
            "",
            "a",
            "\x1b",
            "\x1b[A",
            "\x1bOA",
            "\x1b[1;5A",
            "\x1b[1;2R",
            "\x1b[1;8R",
            "\x1b[R",
            "\x1b[I",
            "\x1b[O",
            "\x1b[<0;1;1M",
            "\x1b[<0;1;1m",
            "\x1b[M !!",
            "\x1b[200~x\x1b[201~",
            "\x1b[3~",
            "\x1b[0na",
            "a\x1b[0n",
            "\x1b]10;rgb:ffff/ffff/ffff",
            "\x1b]52;c;eA==\x07",
            "\x1b[c",
            "\x1b[5n",
            "\x1b[é",
            "\x1b]4;1;?\x07",
            "\x1b[13;2u",
        ] {
            assert!(!is_reply(typed, false), "{typed:?}");
            let by_itself = matches!(typed, "" | "\x1b[I" | "\x1b[O");
            assert_eq!(is_typed(typed), !by_itself, "{typed:?}");
        }
        assert!(is_reply("\x1b[1;2R", true), "the program has asked");
        assert!(!is_reply("\x1b[A", true), "no answer to anything");
    }
}
