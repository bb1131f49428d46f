//! What was measured against what is promised, and how values of several rounds become one.

use std::fmt;
use std::time::{Duration, Instant};

use crate::Failure;

/// Rounds that count, at least.
pub(crate) const ROUNDS: usize = 5;

/// Rounds that are taken when the values lie far apart, as long as [`PATIENCE`] lasts.
const MOST_ROUNDS: usize = 15;
const PATIENCE: Duration = Duration::from_secs(30);

/// Quartiles further apart than this part of the median are far apart: something else was
/// running. More rounds are taken then, whatever the median says.
const STEADY: f64 = 0.1;

pub(crate) const MIB: f64 = (1 << 20) as f64;

/// What was measured and what was promised.
pub(crate) struct Verdict {
    pub(crate) what: String,
    pub(crate) got: f64,
    pub(crate) promised: Promise,
}

pub(crate) enum Promise {
    AtLeast(f64),
    AtMost(f64),
}

impl Verdict {
    pub(crate) fn at_least(what: impl Into<String>, least: f64, got: f64) -> Self {
        Self {
            what: what.into(),
            got,
            promised: Promise::AtLeast(least),
        }
    }

    pub(crate) fn at_most(what: impl Into<String>, most: f64, got: f64) -> Self {
        Self {
            what: what.into(),
            got,
            promised: Promise::AtMost(most),
        }
    }

    pub(crate) fn kept(&self) -> bool {
        match self.promised {
            Promise::AtLeast(least) => self.got >= least,
            Promise::AtMost(most) => self.got <= most,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, bound) = match self.promised {
            Promise::AtLeast(least) => ("≥", least),
            Promise::AtMost(most) => ("≤", most),
        };
        let mark = if self.kept() { "ok  " } else { "FAIL" };
        write!(
            f,
            "{mark} {:<73} {:>8.3} (promised {sign} {bound})",
            self.what, self.got
        )
    }
}

/// Values of the same thing.
#[derive(Default)]
pub(crate) struct Sample(Vec<f64>);

impl Sample {
    pub(crate) fn of(value: f64) -> Self {
        Self(vec![value])
    }

    pub(crate) fn push(&mut self, value: f64) {
        self.0.push(value);
    }

    pub(crate) fn median(&self) -> f64 {
        self.part(0.5)
    }

    /// The value below which this part of the values lies (the nearest of them).
    pub(crate) fn part(&self, part: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let at = (part * (sorted.len().saturating_sub(1)) as f64).round() as usize;
        sorted.get(at).copied().unwrap_or(f64::NAN)
    }

    fn steady(&self) -> bool {
        self.part(0.75) - self.part(0.25) <= STEADY * self.median()
    }

    pub(crate) fn print(&self, what: &str) {
        println!(
            "     {what}: median {:.3}, quartiles {:.3} and {:.3}, least {:.3}, most {:.3}, of {}",
            self.median(),
            self.part(0.25),
            self.part(0.75),
            self.part(0.0),
            self.part(1.0),
            self.0.len()
        );
    }
}

/// Which half of a pair is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// What it is measured against.
    Base,
    /// What is measured.
    Hub,
}

/// Measures both sides one right after the other, since what else the machine does changes
/// slowly. The ratio, hub to base.
pub(crate) async fn ratio(
    what: &str,
    first: Side,
    measure: &mut impl AsyncFnMut(Side) -> Result<f64, Failure>,
) -> Result<f64, Failure> {
    let (base, hub) = if first == Side::Base {
        let base = measure(Side::Base).await?;
        (base, measure(Side::Hub).await?)
    } else {
        let hub = measure(Side::Hub).await?;
        (measure(Side::Base).await?, hub)
    };
    let ratio = hub / base;
    println!("     {what}: {base:.1} to {hub:.1}, ratio {ratio:.3}");
    Ok(ratio)
}

/// Measures pairs of which each side goes first in turn. The first pair warms up and does not
/// count.
pub(crate) async fn ratios(
    what: &str,
    mut measure: impl AsyncFnMut(Side) -> Result<f64, Failure>,
) -> Result<Sample, Failure> {
    ratio(what, Side::Base, &mut measure).await?;
    let mut ratios = Sample::default();
    let begun = Instant::now();
    for round in 1..=MOST_ROUNDS {
        let first = [Side::Base, Side::Hub][round % 2];
        ratios.push(ratio(what, first, &mut measure).await?);
        if round >= ROUNDS && (ratios.steady() || begun.elapsed() >= PATIENCE) {
            break;
        }
    }
    ratios.print(what);
    Ok(ratios)
}

pub(crate) fn megabytes_per_second(bytes: u64, took: Duration) -> f64 {
    bytes as f64 / 1e6 / took.as_secs_f64()
}

pub(crate) fn milliseconds(took: Duration) -> f64 {
    took.as_secs_f64() * 1e3
}
