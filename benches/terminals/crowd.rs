//! Fifty viewers of one terminal, against a Socket.IO room broadcast in Node of the same
//! stream: bytes that arrive at all of them together, per second.
//!
//! Node is taken in its best mode, and reads the pseudo-terminal itself. It keeps in memory
//! what its clients have not taken; the hub does not, and gives a picture to those who are too
//! far behind. Only bytes that came as they were printed count.

use std::time::Instant;

use crate::Failure;
use crate::hub::HubProcess;
use crate::material::{coloured, printer};
use crate::node::{MODES, Mode, NodeServer};
use crate::spectator::{Crowd, Style};
use crate::verdict::{Sample, Side, Verdict, ratios};
use crate::viewer::{Taken, Viewer};

const VIEWERS: usize = 50;

/// Bytes of a burst, which each viewer gets.
const BURST: usize = 16 << 20;

pub(crate) async fn measure() -> Result<Vec<Verdict>, Failure> {
    let file = coloured(BURST)?;
    let script = printer(file.path(), 1);
    let mode = best_mode(&script).await?;
    let credit = against_node(&script, mode, Style::Credit).await?;
    let stock = against_node(&script, mode, Style::Stock).await?;
    Ok(vec![
        Verdict::at_least(
            "crowd: 50 viewers, binary with credit: speed against a room in Node",
            2.0,
            credit,
        ),
        Verdict::at_least(
            "crowd: 50 stock text clients: speed against a room in Node",
            1.0,
            stock,
        ),
    ])
}

/// A server in Node with its viewers.
struct Room {
    server: NodeServer,
    crowd: Crowd,
}

impl Room {
    async fn open(mode: Mode, script: &str) -> Result<Self, Failure> {
        let server = NodeServer::start(mode, script)?;
        // Its clients are stock ones in either encoding: the server chooses.
        let crowd = Crowd::join(server.address(), Style::Stock, VIEWERS).await?;
        Ok(Self { server, crowd })
    }

    async fn burst(&mut self) -> Result<Taken, Failure> {
        let end = self.crowd.offset() + BURST as u64;
        let begun = Instant::now();
        self.server.press()?;
        self.crowd.take_until(end, begun).await
    }
}

async fn best_mode(script: &str) -> Result<Mode, Failure> {
    let mut best = (0.0, MODES[0]);
    for mode in MODES {
        let mut room = Room::open(mode, script).await?;
        room.burst().await?;
        let speed = room.burst().await?.speed();
        println!(
            "     Node, {}, by {}: {speed:.1} MB/s",
            mode.encoding, mode.gather
        );
        if speed > best.0 {
            best = (speed, mode);
        }
    }
    Ok(best.1)
}

async fn against_node(script: &str, mode: Mode, style: Style) -> Result<f64, Failure> {
    let mut room = Room::open(mode, script).await?;
    let hub = HubProcess::start(script)?;
    // Its script is ready when it returns.
    drop(Viewer::watch(&hub).await?);
    let mut crowd = Crowd::join(hub.address(), style, VIEWERS).await?;
    let processes = [room.server.process(), hub.process()];
    let (mut costs, mut resets) = ([Sample::default(), Sample::default()], 0);
    let ratios = ratios("MB/s, Node to hub", async |side| {
        let process = processes[side as usize];
        let before = process.processor_time()?;
        let taken = match side {
            Side::Base => room.burst().await?,
            Side::Hub => {
                let end = crowd.offset() + BURST as u64;
                let begun = Instant::now();
                crowd.press().await?;
                crowd.take_until(end, begun).await?
            }
        };
        let cost = (process.processor_time()? - before) * 1e9 / taken.bytes as f64;
        costs[side as usize].push(cost);
        resets += taken.resets;
        Ok(taken.speed())
    })
    .await?;
    costs[0].print("ns of processor time for a byte, Node");
    costs[1].print("ns of processor time for a byte, the hub");
    println!("     pictures instead of bytes, in all rounds together: {resets}");
    Ok(ratios.median())
}
