//! A key and its echo, against the same without the hub.
//!
//! The program echoes what is typed, so the way is: client, hub, pseudo-terminal, program and
//! back. Keys come alone, as keys do: everything has gone to sleep in between.

use std::time::Duration;

use crate::hub::HubProcess;
use crate::material::ECHO;
use crate::verdict::{Sample, Verdict, milliseconds};
use crate::viewer::Viewer;
use crate::{Failure, raw};

/// Keys that count.
const KEYS: usize = 500;

/// Keys before, which warm up.
const WARM_UP: usize = 20;

/// Between keys.
const PAUSE: Duration = Duration::from_millis(5);

pub(crate) async fn measure() -> Result<Vec<Verdict>, Failure> {
    let hub = HubProcess::start(ECHO)?;
    let mut viewer = Viewer::watch(&hub).await?;
    let mut raw = raw::Terminal::start(ECHO)?;
    let (mut plain, mut through, mut added) =
        (Sample::default(), Sample::default(), Sample::default());
    for key in 0..KEYS + WARM_UP {
        tokio::time::sleep(PAUSE).await;
        let without = milliseconds(raw.burst(1)?);
        tokio::time::sleep(PAUSE).await;
        let with = viewer.exact_burst(b"g").await?.ok_or("no echo")?;
        let with = milliseconds(with);
        if key >= WARM_UP {
            plain.push(without);
            through.push(with);
            added.push(with - without);
        }
    }
    plain.print("ms to an echo without the hub");
    through.print("ms to an echo through the hub");
    Ok(vec![
        Verdict::at_most(
            "echo: ms from a key to its echo, at the median",
            0.5,
            through.median(),
        ),
        Verdict::at_most(
            "echo: ms from a key to its echo, for 99 of 100",
            2.0,
            through.part(0.99),
        ),
        Verdict::at_most(
            "echo: ms that the hub adds, at the median",
            1.0,
            added.median(),
        ),
    ])
}
