//! Under which conditions something was measured. Nothing that names the machine.

use std::process::Command;

use serde_json::{Value, json};

use crate::Failure;

/// The commit, the machine's size, and how busy it is at this moment.
pub(crate) fn now() -> Result<Value, Failure> {
    let memory = std::fs::read_to_string("/proc/meminfo")?;
    let kib: u64 = memory
        .split_whitespace()
        .nth(1)
        .ok_or("no size of memory")?
        .parse()?;
    let load = std::fs::read_to_string("/proc/loadavg")?;
    Ok(json!({
        "commit": said_by("git", &["describe", "--always", "--dirty"]),
        "date": said_by("date", &["-u", "+%FT%TZ"]),
        "cores": std::thread::available_parallelism()?.get(),
        "memoryGiB": kib >> 20,
        "load": load.split(' ').next(),
    }))
}

fn said_by(program: &str, arguments: &[&str]) -> Option<String> {
    let said = Command::new(program).args(arguments).output().ok()?;
    Some(String::from_utf8(said.stdout).ok()?.trim().to_owned())
}
