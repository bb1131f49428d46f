//! Throughput to one viewer, against a raw reader of the same pseudo-terminal.
//!
//! Every byte is compared once, untimed; when the time is taken, that there is no gap. The raw
//! reader does not look at its bytes either. What a viewer is given as a picture, because it
//! was behind, does not count for its speed.

use crate::hub::HubProcess;
use crate::material::{coloured, printer};
use crate::verdict::{Sample, Side, Verdict, megabytes_per_second, ratio, ratios};
use crate::viewer::Viewer;
use crate::{Failure, proof, raw};

/// Bytes of a burst.
const BURST: usize = 64 << 20;

/// Bursts of which one has to arrive whole.
const TRIES: usize = 5;

/// Bursts of a sustained flood: 1 GiB.
const SUSTAINED: usize = 16;

pub(crate) async fn measure() -> Result<Vec<Verdict>, Failure> {
    let file = coloured(BURST)?;
    let mut burst = Flood::start(&printer(file.path(), 1), BURST).await?;
    burst.compare(&std::fs::read(file.path())?).await?;
    let ratios = ratios("64 MB, MB/s, raw to hub", async |side| {
        burst.run(side).await
    })
    .await?;
    let mut sustained = Flood::start(&printer(file.path(), SUSTAINED), BURST * SUSTAINED).await?;
    let long = sustained.sustained().await?;
    Ok(vec![
        Verdict::at_least(
            "flood: 64 MB to one viewer, byte for byte: speed against a raw reader",
            0.9,
            ratios.median(),
        ),
        Verdict::at_least(
            "flood: 1 GiB to one viewer: speed against a raw reader",
            0.5,
            long.median(),
        ),
    ])
}

/// The same program behind the hub and without it.
struct Flood {
    _hub: HubProcess,
    viewer: Viewer,
    raw: raw::Terminal,
    bytes: u64,
}

impl Flood {
    async fn start(script: &str, bytes: usize) -> Result<Self, Failure> {
        let hub = HubProcess::start(script)?;
        Ok(Self {
            viewer: Viewer::watch(&hub).await?,
            _hub: hub,
            raw: raw::Terminal::start(script)?,
            bytes: bytes as u64,
        })
    }

    /// Compares every byte of a burst.
    async fn compare(&mut self, expected: &[u8]) -> Result<(), Failure> {
        for _ in 0..TRIES {
            if self.viewer.exact_burst(expected).await?.is_some() {
                return Ok(());
            }
        }
        Err("the viewer always fell behind, and was given a picture".into())
    }

    /// Its speed, in MB/s.
    async fn run(&mut self, side: Side) -> Result<f64, Failure> {
        if side == Side::Base {
            return Ok(megabytes_per_second(
                self.bytes,
                self.raw.burst(self.bytes)?,
            ));
        }
        let taken = self.viewer.burst(self.bytes).await?;
        if taken.resets > 0 {
            println!("     {} pictures instead of bytes", taken.resets);
        }
        Ok(taken.speed())
    }

    /// Long enough that nothing can be put off until it is over. One pair, as it is so long,
    /// or as many as elsewhere in the long form.
    async fn sustained(&mut self) -> Result<Sample, Failure> {
        let what = "1 GiB, MB/s, raw to hub";
        let mut run = async |side| self.run(side).await;
        match proof() {
            true => ratios(what, run).await,
            false => ratio(what, Side::Base, &mut run).await.map(Sample::of),
        }
    }
}
