//! Events on their way to a client of the old protocol: the first after a pause is sent at
//! once, and what comes shortly after it is sent together. Pure: it is told what time it is.

use std::time::Duration;

use tokio::time::Instant;

/// How long events gather.
pub(super) const GATHER: Duration = Duration::from_millis(50);

#[derive(Debug, Default)]
pub(super) struct Batch {
    events: Vec<String>,
    sent: Option<Instant>,
}

impl Batch {
    pub(super) fn push(&mut self, event: String) {
        self.events.push(event);
    }

    /// When what has gathered is to be sent; none when nothing has. At once when no more can
    /// gather, because the client is `full`.
    pub(super) fn due(&self, now: Instant, full: bool) -> Option<Instant> {
        let next = self.sent.map(|sent| sent + GATHER).filter(|_| !full);
        (!self.events.is_empty()).then_some(next.unwrap_or(now))
    }

    /// What has gathered, as it is sent: one event, or an array of several. And how many.
    pub(super) fn take(&mut self, now: Instant) -> Option<(String, usize)> {
        let events = std::mem::take(&mut self.events);
        let text = match events.as_slice() {
            [] => return None,
            [event] => event.clone(),
            several => format!("[{}]", several.join(",")),
        };
        self.sent = Some(now);
        Some((text, events.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_goes_at_once_and_the_next_ones_together() {
        let start = Instant::now();
        let mut batch = Batch::default();
        assert_eq!((batch.due(start, true), batch.take(start)), (None, None));
        batch.push("1".into());
        assert_eq!(batch.due(start, false), Some(start));
        assert_eq!(batch.take(start), Some(("1".into(), 1)));
        batch.push("2".into());
        batch.push("3".into());
        let soon = start + GATHER / 2;
        assert_eq!(batch.due(soon, false), Some(start + GATHER));
        assert_eq!(batch.due(soon, true), Some(soon));
        assert_eq!(batch.take(start + GATHER), Some(("[2,3]".into(), 2)));
        assert_eq!(batch.due(start + GATHER, false), None);
        // After a pause it is as it was in the beginning.
        let later = start + 10 * GATHER;
        batch.push("4".into());
        assert!(batch.due(later, false).is_some_and(|due| due <= later));
        assert_eq!(batch.take(later), Some(("4".into(), 1)));
    }
}
