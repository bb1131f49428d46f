//! Whether a terminal needs somebody: its program has rung or notified, and nobody has
//! answered yet. Pure: no clock, no lock; what it hears comes from the screen's model and from
//! whoever types.

use crate::config::NeedsInputWhen;
use crate::protocol::NeedsInput;

/// Longest message that is kept, in characters: what a list on a phone has room for.
const MESSAGE_MAX: usize = 200;

/// Between two events about one terminal that differ only in their message, in milliseconds: a
/// program may notify as often as it likes.
const AGAIN_AFTER: u64 = 1_000;

/// What there is to hear.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Heard<'a> {
    /// The program rang.
    Bell,
    /// The program notified.
    Notification {
        title: Option<&'a str>,
        body: &'a str,
    },
    /// Somebody typed.
    Typed,
    /// The program has ended, and needs nobody any more.
    Ended,
}

/// One terminal's need.
#[derive(Debug)]
pub(crate) struct Attention {
    when: NeedsInputWhen,
    needs: NeedsInput,
    /// When it was last told of.
    told: u64,
    ended: bool,
}

impl Attention {
    pub(crate) fn new(when: NeedsInputWhen) -> Self {
        Self {
            when,
            needs: NeedsInput::default(),
            told: 0,
            ended: false,
        }
    }

    pub(crate) fn needs(&self) -> &NeedsInput {
        &self.needs
    }

    /// Takes what was heard at `now`, in milliseconds since the epoch. What is to be told of
    /// it, if anything is.
    pub(crate) fn heard(&mut self, heard: Heard<'_>, now: u64) -> Option<NeedsInput> {
        let needs = match heard {
            Heard::Bell if self.when.bell => self.active(self.needs.message.clone(), now),
            Heard::Notification { title, body } if self.when.notifications => {
                self.active(message(title, body), now)
            }
            Heard::Bell | Heard::Notification { .. } => return None,
            Heard::Typed => NeedsInput::default(),
            Heard::Ended => {
                self.ended = true;
                NeedsInput::default()
            }
        };
        if needs == self.needs || (self.ended && needs.active) {
            return None;
        }
        let only_message = needs.active && self.needs.active;
        self.needs = needs;
        if only_message && now.saturating_sub(self.told) < AGAIN_AFTER {
            return None;
        }
        self.told = now;
        Some(self.needs.clone())
    }

    /// In need since the first time that nobody answered.
    fn active(&self, message: Option<String>, now: u64) -> NeedsInput {
        NeedsInput {
            active: true,
            message,
            since: self.needs.since.or(Some(now)),
        }
    }
}

/// One line of text, whatever the program put into it.
fn message(title: Option<&str>, body: &str) -> Option<String> {
    let words = title
        .into_iter()
        .chain([body])
        .map(|text| {
            let clean: String = text
                .chars()
                .map(|c| if c.is_control() { ' ' } else { c })
                .collect();
            clean.trim().to_owned()
        })
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(": ");
    let mut cut: String = words.chars().take(MESSAGE_MAX).collect();
    if cut.len() < words.len() {
        cut.pop();
        cut.push('…');
    }
    (!cut.is_empty()).then_some(cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: NeedsInputWhen = NeedsInputWhen {
        bell: true,
        notifications: true,
    };

    fn notifies(body: &str) -> Heard<'_> {
        Heard::Notification { title: None, body }
    }

    fn needs(message: Option<&str>, since: u64) -> NeedsInput {
        NeedsInput {
            active: true,
            message: message.map(str::to_owned),
            since: Some(since),
        }
    }

    #[test]
    fn table_of_what_is_told() {
        use Heard::{Bell, Ended, Typed};
        let none = NeedsInput::default;
        let only = |bell| NeedsInputWhen {
            bell,
            notifications: !bell,
        };
        type Steps<'a> = &'a [(Heard<'a>, u64, Option<NeedsInput>)];
        let cases: &[(NeedsInputWhen, Steps<'_>)] = &[
            // Off: nothing is ever told.
            (
                NeedsInputWhen::default(),
                &[(Bell, 1, None), (notifies("a"), 2, None), (Typed, 3, None)],
            ),
            (
                only(true),
                &[(notifies("a"), 1, None), (Bell, 2, Some(needs(None, 2)))],
            ),
            (
                only(false),
                &[
                    (Bell, 1, None),
                    (notifies("a"), 2, Some(needs(Some("a"), 2))),
                ],
            ),
            // Told once, until somebody types; typing tells only what had been told.
            (
                BOTH,
                &[
                    (Typed, 1, None),
                    (Bell, 2, Some(needs(None, 2))),
                    (Bell, 3, None),
                    (Typed, 4, Some(none())),
                    (Typed, 5, None),
                    (Bell, 6, Some(needs(None, 6))),
                ],
            ),
            // A message is kept by a bell, and replaced by another; it began when it began.
            (
                BOTH,
                &[
                    (Bell, 1_000, Some(needs(None, 1_000))),
                    (notifies("a"), 2_000, Some(needs(Some("a"), 1_000))),
                    (Bell, 3_000, None),
                    (notifies("a"), 4_000, None),
                    (notifies("b"), 5_000, Some(needs(Some("b"), 1_000))),
                ],
            ),
            // However often it notifies, it is told once a second.
            (
                BOTH,
                &[
                    (notifies("a"), 5_000, Some(needs(Some("a"), 5_000))),
                    (notifies("b"), 5_999, None),
                    (notifies("c"), 6_000, Some(needs(Some("c"), 5_000))),
                    (Typed, 6_001, Some(none())),
                    (notifies("d"), 6_002, Some(needs(Some("d"), 6_002))),
                ],
            ),
            // An ended program needs nobody; what it left in the background has no say.
            (
                BOTH,
                &[
                    (Bell, 1, Some(needs(None, 1))),
                    (Ended, 2, Some(none())),
                    (Bell, 3, None),
                ],
            ),
        ];
        for (when, steps) in cases {
            let mut attention = Attention::new(*when);
            for (step, (heard, now, told)) in steps.iter().enumerate() {
                assert_eq!(
                    attention.heard(*heard, *now),
                    *told,
                    "{when:?} step {step} {heard:?}"
                );
            }
        }
    }

    #[test]
    fn what_is_not_told_at_once_is_known_all_the_same() {
        let mut attention = Attention::new(BOTH);
        attention.heard(notifies("a"), 1_000);
        attention.heard(notifies("b"), 1_001);
        assert_eq!(*attention.needs(), needs(Some("b"), 1_000));
    }

    #[test]
    fn table_of_messages() {
        let long = "ü".repeat(MESSAGE_MAX + 1);
        let cut = format!("{}…", "ü".repeat(MESSAGE_MAX - 1));
        for (title, body, says) in [
            (None, "done", Some("done")),
            (Some("Agent"), "may I?", Some("Agent: may I?")),
            (Some(" "), "may I?", Some("may I?")),
            (Some("Agent"), "", Some("Agent")),
            (None, " \n\t", None),
            (None, "two\nlines\x1b[31m", Some("two lines [31m")),
            (None, long.as_str(), Some(cut.as_str())),
        ] {
            assert_eq!(message(title, body).as_deref(), says, "{title:?} {body:?}");
        }
    }
}
