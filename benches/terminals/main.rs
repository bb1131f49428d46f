//! What the hub costs, as ratios: each measurement is paired with the same thing without the
//! hub, in the same run, one after the other, and the median of five pairs counts. Ends with 1
//! when a ratio is below what is promised.
//!
//! The hub runs in a process of its own, as it does for its viewers.

#[path = "../../tests/hub/client.rs"]
#[allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod client;
mod hub;
mod raw;

use std::io::Write;
use std::time::Duration;

use serde_json::json;

use hub::{HubProcess, Viewer};

type Failure = Box<dyn std::error::Error>;

/// Pairs of which the median counts.
const PAIRS: usize = 5;

/// Bytes of the throughput measurement.
const BURST: usize = 32 << 20;

/// Keys of the echo measurement.
const KEYS: usize = 500;

/// A script that prints a file each time a line is typed.
fn printer(file: &std::path::Path) -> String {
    format!(
        "stty raw -echo; while dd bs=1 count=1 >/dev/null 2>&1; do cat '{}'; done",
        file.display()
    )
}

/// Coloured UTF-8 text in lines, exactly `bytes` long.
fn coloured(bytes: usize) -> Result<tempfile::NamedTempFile, Failure> {
    let mut text = String::with_capacity(bytes + 200);
    let mut line = 0u32;
    while text.len() < bytes {
        let colour = 31 + line % 7;
        text.push_str(&format!(
            "\x1b[{colour}m{line:>8}\x1b[0m \x1b[1;38;5;{}mмир 世界 🌍 ünïcödé\x1b[0m the quick brown fox\r\n",
            line % 256
        ));
        line += 1;
    }
    let mut bytes_of_text = text.into_bytes();
    bytes_of_text.truncate(bytes);
    let whole = std::str::from_utf8(&bytes_of_text).map_or_else(|e| e.valid_up_to(), str::len);
    bytes_of_text[whole..].fill(b'.');
    let mut file = tempfile::NamedTempFile::new()?;
    file.write_all(&bytes_of_text)?;
    Ok(file)
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

fn megabytes_per_second(bytes: usize, took: Duration) -> f64 {
    bytes as f64 / 1e6 / took.as_secs_f64()
}

/// What was measured and what was promised.
struct Verdict {
    what: &'static str,
    got: f64,
    promised: Promise,
}

enum Promise {
    AtLeast(f64),
    AtMost(f64),
}

impl Verdict {
    fn kept(&self) -> bool {
        match self.promised {
            Promise::AtLeast(least) => self.got >= least,
            Promise::AtMost(most) => self.got <= most,
        }
    }

    fn print(&self) {
        let (sign, bound) = match self.promised {
            Promise::AtLeast(least) => ("≥", least),
            Promise::AtMost(most) => ("≤", most),
        };
        let mark = if self.kept() { "ok  " } else { "FAIL" };
        println!(
            "{mark} {:<66} {:>8.3} (promised {sign} {bound})",
            self.what, self.got
        );
    }
}

/// One viewer against a raw reader of the same pseudo-terminal.
async fn throughput() -> Result<Verdict, Failure> {
    let file = coloured(BURST)?;
    let script = printer(file.path());
    let expected = std::fs::read(file.path())?;
    let hub = HubProcess::start(&script, "{}").await?;
    let mut viewer = Viewer::watch(&hub, 256 << 10).await?;
    let mut raw = raw::Terminal::start(&script)?;
    // Every byte is compared here, and their number and order when the time is taken: the raw
    // reader does not look at them either.
    viewer.burst(&expected).await?;
    raw.burst(expected.len())?;
    let mut ratios = Vec::new();
    for _ in 0..PAIRS {
        let plain = raw.burst(expected.len())?;
        let through = viewer.contiguous_burst(expected.len()).await?;
        let speeds = [plain, through].map(|took| megabytes_per_second(BURST, took));
        println!(
            "     raw {:7.1} MB/s   hub {:7.1} MB/s",
            speeds[0], speeds[1]
        );
        ratios.push(speeds[1] / speeds[0]);
    }
    Ok(Verdict {
        what: "32 MB to one viewer, byte for byte: speed against a raw reader",
        got: median(&ratios),
        promised: Promise::AtLeast(0.8),
    })
}

/// A key and its echo, against the same without the hub.
async fn echo() -> Result<Verdict, Failure> {
    let script = "stty raw -echo; exec cat";
    let hub = HubProcess::start(script, "{}").await?;
    let mut viewer = Viewer::watch(&hub, 256 << 10).await?;
    let mut raw = raw::Terminal::start(script)?;
    let mut added = Vec::new();
    for _ in 0..KEYS {
        let plain = raw.burst(1)?;
        let through = viewer.burst(b"g").await?;
        added.push((through.as_secs_f64() - plain.as_secs_f64()) * 1e3);
    }
    Ok(Verdict {
        what: "a key's echo: milliseconds that the hub adds, at the median",
        got: median(&added),
        promised: Promise::AtMost(1.0),
    })
}

/// One viewer with another that has stopped acknowledging, against one alone.
async fn stalled_neighbour() -> Result<[Verdict; 2], Failure> {
    let proof = std::env::var_os("HUB_PROOF").is_some();
    let burst = if proof { 200 << 20 } else { 64 << 20 };
    let file = coloured(burst)?;
    let script = printer(file.path());
    let hub = HubProcess::start(&script, "{}").await?;
    let mut viewer = Viewer::watch(&hub, 256 << 10).await?;
    // Once for warming up: the ring and the buffers have their size then.
    viewer.burst_unchecked(burst).await?;
    let (mut ratios, mut costs) = (Vec::new(), Vec::new());
    for _ in 0..PAIRS {
        hub.reset_peak()?;
        let alone = viewer.burst_unchecked(burst).await?;
        let memory_alone = hub.peak_memory()?;
        let mut stalled = Viewer::watch(&hub, 256 << 10).await?;
        hub.reset_peak()?;
        let beside = viewer.burst_unchecked(burst).await?;
        let memory_beside = hub.peak_memory()?;
        stalled.goes_on().await?;
        ratios.push(alone.as_secs_f64() / beside.as_secs_f64());
        costs.push((memory_beside - memory_alone) / f64::from(1 << 20));
        println!(
            "     alone {:6.1} MB/s {:6.1} MiB   beside a stalled one {:6.1} MB/s {:6.1} MiB",
            megabytes_per_second(burst, alone),
            memory_alone / f64::from(1 << 20),
            megabytes_per_second(burst, beside),
            memory_beside / f64::from(1 << 20),
        );
    }
    Ok([
        Verdict {
            what: "beside a viewer that does not acknowledge: speed against alone",
            got: median(&ratios),
            promised: Promise::AtLeast(0.95),
        },
        Verdict {
            what: "what that viewer costs the hub: MiB at the peak, at the median",
            got: median(&costs),
            promised: Promise::AtMost(2.0),
        },
    ])
}

// One thread, as a viewer has: two would wake each other for every message.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    // `cargo test --benches` and the like pass arguments that mean nothing here.
    if std::env::args().any(|argument| argument == "--list") {
        return Ok(());
    }
    let mut verdicts = vec![throughput().await?, echo().await?];
    verdicts.extend(stalled_neighbour().await?);
    println!(
        "{}",
        json!({"cores": std::thread::available_parallelism()?.get()})
    );
    for verdict in &verdicts {
        verdict.print();
    }
    if verdicts.iter().all(Verdict::kept) {
        Ok(())
    } else {
        Err("a promise is not kept".into())
    }
}
