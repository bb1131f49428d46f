//! What a viewer that has stopped costs the others and the hub, and how it goes on.

use std::time::{Duration, Instant};

use tauri_plugin_realtime_hub::test_util::ScreenModel;

use crate::hub::HubProcess;
use crate::material::{coloured, printer};
use crate::spectator::{Crowd, Style};
use crate::verdict::{MIB, Sample, Side, Verdict, milliseconds, ratios};
use crate::viewer::{Next, Viewer};
use crate::{Failure, proof};

/// Viewers that go on reading beside the one that does not.
const OTHERS: usize = 19;

/// The terminal's size, in cells.
const SIZE: (u16, u16) = (80, 24);

/// Most bytes of a picture that is compared. It has no history: a viewer with more of it than
/// a picture carries is right, too.
const PICTURE: usize = 192 << 10;

/// Bytes of a burst to all of them.
const BURST: usize = 32 << 20;

pub(crate) async fn measure() -> Result<Vec<Verdict>, Failure> {
    let mut verdicts = one_of_twenty().await?;
    verdicts.extend(does_not_acknowledge().await?);
    Ok(verdicts)
}

/// One of twenty stops reading.
async fn one_of_twenty() -> Result<Vec<Verdict>, Failure> {
    let file = coloured(BURST)?;
    let hub = HubProcess::start(&printer(file.path(), 1))?;
    // Its script is ready when it returns.
    drop(Viewer::watch(&hub).await?);
    let mut crowd = Crowd::join(hub.address(), Style::Credit, OTHERS).await?;
    let mut waits = Sample::default();
    let ratios = ratios("MB/s of 19, alone to beside a stalled one", async |side| {
        let stalled = match side {
            Side::Base => None,
            Side::Hub => Some(Viewer::watch(&hub).await?),
        };
        let end = crowd.offset() + BURST as u64;
        let begun = Instant::now();
        crowd.press().await?;
        let speed = crowd.take_until(end, begun).await?.speed();
        if let Some(stalled) = stalled {
            waits.push(milliseconds(reads_again(&hub, stalled, end).await?));
        }
        Ok(speed)
    })
    .await?;
    waits.print("ms until the stalled one has the present");
    Ok(vec![
        Verdict::at_least(
            "stalled: one of 20 does not read: speed of the others, against alone",
            0.95,
            ratios.median(),
        ),
        Verdict::at_most(
            "stalled: ms until it has the right picture when it reads again, at worst",
            100.0,
            waits.part(1.0),
        ),
    ])
}

/// How long it takes until a viewer that did not read has all of `end` bytes, as bytes or as
/// pictures. What it sees then must be what somebody sees who comes anew.
async fn reads_again(hub: &HubProcess, mut viewer: Viewer, end: u64) -> Result<Duration, Failure> {
    let begun = Instant::now();
    let given = viewer.catch_up(end).await?;
    let took = begun.elapsed();
    let mut seen = shown(&viewer.picture);
    for next in given {
        match next {
            Next::Bytes(bytes) => seen.feed(&bytes),
            Next::Picture(picture) => seen = shown(&picture),
        }
    }
    let fresh = shown(&Viewer::watch(hub).await?.picture);
    match seen.picture(PICTURE) == fresh.picture(PICTURE) {
        true => Ok(took),
        false => Err("what it sees is not what a new viewer sees".into()),
    }
}

/// What a viewer sees that writes this into an empty terminal.
fn shown(picture: &[u8]) -> ScreenModel {
    let (cols, rows) = SIZE;
    let mut screen = ScreenModel::new(cols, rows, 0);
    screen.feed(picture);
    screen
}

/// One of two reads, but does not acknowledge: for a minute, during 1 GiB, in the long form.
async fn does_not_acknowledge() -> Result<Vec<Verdict>, Failure> {
    let (times, stall) = match proof() {
        true => (16, Duration::from_secs(60)),
        false => (2, Duration::ZERO),
    };
    let file = coloured(BURST * 2)?;
    let bytes = (BURST * 2 * times) as u64;
    let hub = HubProcess::start(&printer(file.path(), times))?;
    let mut viewer = Viewer::watch(&hub).await?;
    let (mut peak_alone, mut costs) = (f64::NAN, Sample::default());
    let ratios = ratios("MB/s, alone to beside one without credit", async |side| {
        if side == Side::Base {
            hub.process().reset_peak()?;
            let speed = viewer.burst(bytes).await?.speed();
            peak_alone = hub.process().peak_memory()?;
            return Ok(speed);
        }
        let mut stalled = Viewer::watch(&hub).await?;
        hub.process().reset_peak()?;
        let begun = Instant::now();
        let speed = tokio::select! {
            taken = viewer.burst(bytes) => taken?.speed(),
            failure = stalled.only_reads() => return Err(failure),
        };
        let peak = hub.process().peak_memory()?;
        if let Some(rest) = stall.checked_sub(begun.elapsed()) {
            let rest = tokio::time::timeout(rest, stalled.only_reads()).await;
            rest.map_or(Ok(()), Err)?;
        }
        stalled.acknowledge().await;
        stalled.catch_up(viewer.offset()).await?;
        costs.push((peak - peak_alone) / MIB);
        Ok(speed)
    })
    .await?;
    costs.print("MiB more at the peak");
    Ok(vec![
        Verdict::at_least(
            "stalled: one of two does not acknowledge: speed of the other, against alone",
            0.95,
            ratios.median(),
        ),
        Verdict::at_most(
            "stalled: MiB that it costs the hub at the peak, at the median",
            2.0,
            costs.median(),
        ),
    ])
}
