//! What it takes to come to a terminal that has printed a lot.

use std::time::Instant;

use serde_json::json;

use crate::client::Client;
use crate::hub::{HubProcess, TERMINAL};
use crate::material::{coloured, printer};
use crate::verdict::{Sample, Verdict, milliseconds};
use crate::viewer::{Viewer, WINDOW};
use crate::{Failure, proof};

/// Size of the terminal, in cells.
const SIZE: (u16, u16) = (200, 50);

const BURST: usize = 64 << 20;

/// Viewers that come, one after the other.
const COMERS: usize = 21;

pub(crate) async fn measure() -> Result<Vec<Verdict>, Failure> {
    let times = if proof() { 16 } else { 1 };
    let file = coloured(BURST)?;
    let hub = HubProcess::start(&printer(file.path(), times))?;
    let mut viewer = Viewer::watch(&hub).await?;
    viewer.resize(SIZE.0, SIZE.1).await?;
    viewer.burst((BURST * times) as u64).await?;
    let (mut waits, mut sizes) = (Sample::default(), Sample::default());
    for _ in 0..COMERS {
        let mut client = Client::connect(&hub.url, &hub.token).await;
        let watch = json!({"sessionId": TERMINAL, "encoding": "binary", "window": WINDOW});
        let begun = Instant::now();
        let (answer, attachments) = client
            .request_with_attachments("terminal:watch", watch)
            .await;
        waits.push(milliseconds(begun.elapsed()));
        if answer["cols"] != SIZE.0 || answer["offset"] != viewer.offset() {
            return Err(format!("not the terminal as it is: {answer}").into());
        }
        let attached: usize = attachments.iter().map(bytes::Bytes::len).sum();
        sizes.push((answer.to_string().len() + attached) as f64 / 1024.0);
    }
    waits.print("ms from the request to the answer");
    sizes.print("KiB on the wire");
    Ok(vec![
        Verdict::at_most(
            format!(
                "attach: ms from request to answer, after {} MiB",
                times * 64
            ),
            20.0,
            waits.median(),
        ),
        Verdict::at_most("attach: KiB on the wire, at most", 256.0, sizes.part(1.0)),
    ])
}
