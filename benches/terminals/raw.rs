//! A pseudo-terminal with nothing around it: what the hub is measured against.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::Failure;
use crate::material::{READY, READY_BYTES};

pub(crate) struct Terminal {
    reader: Box<dyn Read + Send>,
    writer: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    buffer: Vec<u8>,
    _master: Box<dyn MasterPty + Send>,
}

impl Terminal {
    pub(crate) fn start(script: &str) -> Result<Self, Failure> {
        let size = PtySize {
            rows: 24,
            cols: 80,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size)?;
        let mut command = CommandBuilder::new("sh");
        command.args(["-c", &format!("{READY}{script}")]);
        let child = pair.slave.spawn_command(command)?;
        let mut terminal = Self {
            reader: pair.master.try_clone_reader()?,
            writer: pair.master.take_writer()?,
            child,
            buffer: vec![0; 64 << 10],
            _master: pair.master,
        };
        terminal.read(READY_BYTES)?;
        Ok(terminal)
    }

    /// Types a key and reads `bytes`, 64 KiB at a time and doing nothing else.
    pub(crate) fn burst(&mut self, bytes: u64) -> Result<Duration, Failure> {
        let begun = Instant::now();
        self.writer.write_all(b"g")?;
        self.read(bytes)?;
        Ok(begun.elapsed())
    }

    fn read(&mut self, bytes: u64) -> Result<(), Failure> {
        let mut left = bytes;
        while left > 0 {
            match self.reader.read(&mut self.buffer)? {
                0 => return Err("the terminal ended".into()),
                n => left = left.checked_sub(n as u64).ok_or("more than was expected")?,
            }
        }
        Ok(())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It is being measured, not tested: whether it ends well does not matter.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
