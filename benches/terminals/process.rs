//! What a process holds and has used, as Linux tells.

use std::time::{Duration, Instant};

use crate::Failure;

/// Linux counts processor time in hundredths of a second, for programs, everywhere.
const TICK: f64 = 0.01;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Process(pub(crate) u32);

impl Process {
    /// Lets the peak of memory begin anew.
    pub(crate) fn reset_peak(self) -> Result<(), Failure> {
        Ok(std::fs::write(format!("/proc/{}/clear_refs", self.0), "5")?)
    }

    /// The largest resident set since, in bytes.
    pub(crate) fn peak_memory(self) -> Result<f64, Failure> {
        self.status("VmHWM:")
    }

    /// The resident set, in bytes.
    pub(crate) fn memory(self) -> Result<f64, Failure> {
        self.status("VmRSS:")
    }

    /// The resident set when it has come down to `bytes`, or after `patience`.
    pub(crate) async fn memory_settled(
        self,
        bytes: f64,
        patience: Duration,
    ) -> Result<f64, Failure> {
        let begun = Instant::now();
        loop {
            let memory = self.memory()?;
            if memory <= bytes || begun.elapsed() >= patience {
                return Ok(memory);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    fn status(self, name: &str) -> Result<f64, Failure> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0))?;
        let line = status
            .lines()
            .find(|line| line.starts_with(name))
            .ok_or("no such line in the status")?;
        let kib: f64 = line.split_whitespace().nth(1).ok_or("no number")?.parse()?;
        Ok(kib * 1024.0)
    }

    /// Seconds of processor time that it has used, the kernel's work for it included.
    pub(crate) fn processor_time(self) -> Result<f64, Failure> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0))?;
        // After the name, which may hold anything but ends with the last bracket.
        let (_, after) = stat.rsplit_once(')').ok_or("no name in the stat")?;
        let fields: Vec<&str> = after.split_whitespace().collect();
        let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok());
        let user_and_system = ticks(11).zip(ticks(12)).ok_or("no times in the stat")?;
        Ok((user_and_system.0 + user_and_system.1) * TICK)
    }
}
