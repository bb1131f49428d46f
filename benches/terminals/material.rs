//! What the measured terminals print, and the scripts that print it.

use std::io::Write;
use std::path::Path;

use tempfile::NamedTempFile;

use crate::Failure;

/// What a script prints when it is ready, with the terminal as it will be.
pub(crate) const READY: &str = "stty raw -echo; printf ready; ";
pub(crate) const READY_BYTES: u64 = 5;

/// Prints what is typed.
pub(crate) const ECHO: &str = "exec cat";

/// A script that prints a file so many times each time a key is typed.
pub(crate) fn printer(file: &Path, times: usize) -> String {
    let files = format!("'{}' ", file.display()).repeat(times);
    format!("while dd bs=1 count=1 >/dev/null 2>&1; do cat {files}; done")
}

/// Coloured UTF-8 text in lines, exactly `bytes` long.
pub(crate) fn coloured(bytes: usize) -> Result<NamedTempFile, Failure> {
    let mut text = String::with_capacity(bytes + 200);
    let mut line = 0u32;
    while text.len() < bytes {
        let colour = 31 + line % 7;
        text.push_str(&format!(
            "\x1b[{colour}m{line:>8}\x1b[0m \x1b[1;38;5;{}mмир 世界 🌍 ünïcödé\x1b[0m the quick brown fox\r\n",
            line % 256
        ));
        line += 1;
    }
    let mut bytes_of_text = text.into_bytes();
    bytes_of_text.truncate(bytes);
    let whole = std::str::from_utf8(&bytes_of_text).map_or_else(|e| e.valid_up_to(), str::len);
    bytes_of_text[whole..].fill(b'.');
    let mut file = NamedTempFile::new()?;
    file.write_all(&bytes_of_text)?;
    Ok(file)
}
