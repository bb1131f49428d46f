//! asciicast v3 as text: a header, then events with the time since the one before. Pure.
//!
//! Source: <https://docs.asciinema.org/manual/asciicast/v3/>.

use std::time::Duration;

use serde::Serialize;

use crate::terminal::stream::Size;

/// The first line of a file.
#[derive(Debug, Serialize)]
pub(super) struct Header<'a> {
    version: u8,
    term: Term<'a>,
    /// Seconds since the epoch.
    timestamp: u64,
    #[serde(skip_serializing_if = "str::is_empty")]
    command: &'a str,
    title: String,
}

#[derive(Debug, Serialize)]
struct Term<'a> {
    cols: u16,
    rows: u16,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'a str>,
}

impl<'a> Header<'a> {
    pub(super) fn new(
        size: Size,
        kind: Option<&'a str>,
        timestamp: u64,
        command: &'a str,
        title: String,
    ) -> Self {
        let Size { cols, rows } = size;
        Self {
            version: 3,
            term: Term { cols, rows, kind },
            timestamp,
            command,
            title,
        }
    }

    pub(super) fn line(&self) -> Vec<u8> {
        // Strings and numbers only: there is nothing that could fail.
        let mut line = serde_json::to_vec(self).unwrap_or_default();
        line.push(b'\n');
        line
    }
}

/// What an event tells.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    /// Bytes that the program printed.
    Output(bytes::Bytes),
    /// What somebody typed.
    Input(Vec<u8>),
    Resized(Size),
    /// A remark.
    Marker(String),
    /// The program's exit code.
    Exit(i32),
}

/// An event, and how long after the beginning of the recording it happened.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Event {
    pub(super) at: Duration,
    pub(super) what: What,
}

impl Event {
    /// The event as a line, `since` an earlier time of the same recording. Times are rounded to
    /// microseconds before they are subtracted, so that rounding does not add up.
    pub(super) fn line(&self, since: Duration) -> Vec<u8> {
        let interval = self.at.as_micros().saturating_sub(since.as_micros());
        let (code, data) = match &self.what {
            What::Output(bytes) => ('o', String::from_utf8_lossy(bytes)),
            What::Input(bytes) => ('i', String::from_utf8_lossy(bytes)),
            What::Resized(Size { cols, rows }) => ('r', format!("{cols}x{rows}").into()),
            What::Marker(text) => ('m', text.as_str().into()),
            What::Exit(code) => ('x', code.to_string().into()),
        };
        let data = serde_json::Value::from(data);
        let (seconds, micros) = (interval / 1_000_000, interval % 1_000_000);
        format!("[{seconds}.{micros:06}, \"{code}\", {data}]\n").into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn line(at: u64, since: u64, what: What) -> String {
        let at = Duration::from_micros(at);
        let line = Event { at, what }.line(Duration::from_micros(since));
        String::from_utf8(line).unwrap()
    }

    #[test]
    fn table_of_events() {
        let size = Size { cols: 90, rows: 30 };
        for (at, since, what, expected) in [
            (
                0,
                0,
                What::Output("a\x1b[1m\"é".into()),
                "[0.000000, \"o\", \"a\\u001b[1m\\\"é\"]\n",
            ),
            (
                1_500_000,
                250,
                What::Input(b"ls\r".to_vec()),
                "[1.499750, \"i\", \"ls\\r\"]\n",
            ),
            (7, 7, What::Resized(size), "[0.000000, \"r\", \"90x30\"]\n"),
            (
                9,
                8,
                What::Marker("lost".into()),
                "[0.000001, \"m\", \"lost\"]\n",
            ),
            (
                60_000_000,
                0,
                What::Exit(-1),
                "[60.000000, \"x\", \"-1\"]\n",
            ),
            // A clock that goes back gives no negative time.
            (1, 2, What::Exit(0), "[0.000000, \"x\", \"0\"]\n"),
            (
                0,
                0,
                What::Output(b"\xff!"[..].into()),
                "[0.000000, \"o\", \"\u{fffd}!\"]\n",
            ),
        ] {
            assert_eq!(line(at, since, what), expected);
        }
    }

    #[test]
    fn the_header_says_what_is_known() {
        let size = Size { cols: 80, rows: 24 };
        let header = Header::new(
            size,
            Some("xterm-256color"),
            1_700_000_000,
            "sh",
            "sh".into(),
        );
        let line = header.line();
        assert_eq!(line.last(), Some(&b'\n'));
        assert_eq!(
            serde_json::from_slice::<Value>(&line).unwrap(),
            json!({
                "version": 3, "term": {"cols": 80, "rows": 24, "type": "xterm-256color"},
                "timestamp": 1_700_000_000, "command": "sh", "title": "sh",
            })
        );
        let bare = Header::new(size, None, 1, "", "t".into()).line();
        assert_eq!(
            serde_json::from_slice::<Value>(&bare).unwrap(),
            json!({"version": 3, "term": {"cols": 80, "rows": 24}, "timestamp": 1, "title": "t"})
        );
    }

    proptest! {
        #[test]
        fn any_text_is_one_line_that_reads_back(text in any::<String>(), at in 0u64..1 << 50) {
            let line = line(at, 0, What::Output(text.clone().into()));
            prop_assert_eq!(line.matches('\n').count(), 1);
            let read: (f64, String, String) = serde_json::from_str(&line).unwrap();
            prop_assert!((read.0 * 1e6 - at as f64).abs() < 1.0);
            prop_assert_eq!((read.1.as_str(), read.2), ("o", text));
        }
    }
}
