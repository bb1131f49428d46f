//! What the hub holds: for a terminal, for a viewer, in a flood and after it. Resident memory
//! of its process.

use std::time::Duration;

use crate::hub::HubProcess;
use crate::material::{coloured, printer};
use crate::spectator::{Crowd, Style};
use crate::verdict::{MIB, Verdict};
use crate::viewer::Viewer;
use crate::{Failure, proof};

const TERMINALS: usize = 40;
const VIEWERS: usize = 200;

/// Viewers before, so that what the first of all costs is not theirs.
const FIRST_VIEWERS: usize = 10;

/// Bytes of a flood.
const FLOOD: usize = 64 << 20;
const FLOODS: usize = 4;

/// What may remain of a flood.
const REMAINS: f64 = 8.0;

pub(crate) async fn measure() -> Result<Vec<Verdict>, Failure> {
    let mut verdicts = vec![silent_terminals()?, idle_viewers().await?];
    verdicts.extend(flood().await?);
    Ok(verdicts)
}

fn silent_terminals() -> Result<Verdict, Failure> {
    let few = HubProcess::with_silent_terminals(1)?.process().memory()?;
    let many = HubProcess::with_silent_terminals(1 + TERMINALS)?
        .process()
        .memory()?;
    println!("     {:.1} MiB with one terminal", few / MIB);
    Ok(Verdict::at_most(
        "memory: MiB of a terminal that has printed nothing",
        2.0,
        (many - few) / TERMINALS as f64 / MIB,
    ))
}

async fn idle_viewers() -> Result<Verdict, Failure> {
    let hub = HubProcess::start("exec sleep 1000")?;
    let _first = Crowd::join(hub.address(), Style::Credit, FIRST_VIEWERS).await?;
    let before = hub.process().memory()?;
    let _crowd = Crowd::join(hub.address(), Style::Credit, VIEWERS).await?;
    let after = hub.process().memory()?;
    Ok(Verdict::at_most(
        "memory: KiB of an idle viewer",
        64.0,
        (after - before) / VIEWERS as f64 / 1024.0,
    ))
}

/// A terminal floods a viewer that reads, and one that does not acknowledge.
async fn flood() -> Result<Vec<Verdict>, Failure> {
    let file = coloured(FLOOD)?;
    let bytes = (FLOOD * FLOODS) as u64;
    let hub = HubProcess::start(&printer(file.path(), FLOODS))?;
    let mut viewer = Viewer::watch(&hub).await?;
    let mut stalled = Viewer::watch(&hub).await?;
    let idle = hub.process().memory()?;
    hub.process().reset_peak()?;
    tokio::select! {
        taken = viewer.burst(bytes) => taken?,
        failure = stalled.only_reads() => return Err(failure),
    };
    let peak = hub.process().peak_memory()?;
    let (goal, patience) = match proof() {
        true => (0.0, Duration::from_secs(30)),
        false => (idle + REMAINS * MIB, Duration::from_secs(5)),
    };
    let after = hub.process().memory_settled(goal, patience).await?;
    println!(
        "     {:.1} MiB idle, {:.1} at the peak, {:.1} after it",
        idle / MIB,
        peak / MIB,
        after / MIB
    );
    Ok(vec![
        Verdict::at_most(
            "memory: MiB more than idle at the peak of a flood",
            32.0,
            (peak - idle) / MIB,
        ),
        Verdict::at_most(
            "memory: MiB more than idle after it",
            REMAINS,
            (after - idle) / MIB,
        ),
    ])
}
