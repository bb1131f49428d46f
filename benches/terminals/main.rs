//! What the hub costs, and what it promises: `make bench`, or `cargo bench … -- flood echo` for
//! some of it. Ends with 1 when something is below what is promised.
//!
//! The hub runs in a process of its own, as it does for its viewers. Speeds are ratios: each
//! measurement is paired with the same thing without the hub (or without the neighbour, or with
//! a server in Node), one right after the other in the same run, and the median of at least
//! five pairs counts; see [`verdict::ratios`]. `HUB_PROOF=1` runs the long forms.

mod attach;
#[path = "../../tests/hub/client.rs"]
#[allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod client;
mod conditions;
mod crowd;
mod echo;
mod events;
mod flood;
mod frames;
mod hub;
mod material;
mod memory;
mod node;
mod process;
mod raw;
mod spectator;
mod stalled;
mod verdict;
mod viewer;

use verdict::Verdict;

type Failure = Box<dyn std::error::Error>;

const ALL: [&str; 7] = [
    "flood", "echo", "crowd", "stalled", "memory", "attach", "events",
];

/// Whether the long forms are wanted.
fn proof() -> bool {
    std::env::var_os("HUB_PROOF").is_some()
}

async fn measure(name: &str) -> Result<Vec<Verdict>, Failure> {
    println!("{name}");
    match name {
        "flood" => flood::measure().await,
        "echo" => echo::measure().await,
        "crowd" => crowd::measure().await,
        "stalled" => stalled::measure().await,
        "memory" => memory::measure().await,
        "attach" => attach::measure().await,
        "events" => events::measure().await,
        _ => Err(format!("there is no {name}; there is {}", ALL.join(", ")).into()),
    }
}

// One thread, as a viewer has: two would wake each other for every message.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    // `cargo test --benches` and the like pass arguments that mean nothing here.
    if std::env::args().any(|argument| argument == "--list") {
        return Ok(());
    }
    let mut names: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    if names.is_empty() {
        names = ALL.map(str::to_owned).to_vec();
    }
    println!("{}", conditions::now()?);
    let (mut verdicts, mut failed) = (Vec::new(), Vec::new());
    for name in names {
        match measure(&name).await {
            Ok(more) => verdicts.extend(more),
            Err(error) => failed.push(format!("FAIL {name} could not be measured: {error}")),
        }
    }
    println!("{}", conditions::now()?);
    let told = verdicts
        .iter()
        .map(Verdict::to_string)
        .chain(failed.clone());
    // `make proof` keeps the lines that begin so.
    let begins = if proof() { "proof: " } else { "" };
    told.for_each(|line| println!("{begins}{line}"));
    if failed.is_empty() && verdicts.iter().all(Verdict::kept) {
        Ok(())
    } else {
        Err("a promise is not kept".into())
    }
}
