//! The folder of recordings: names for files, and how many of what size there may be. Blocks.
//!
//! Only files that are named as it names them count, and only such are deleted; of these, never
//! one that is being written.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use crate::config::Recording;
use crate::ids::SessionId;
use crate::lock::lock;
use crate::time::millis_since_epoch;

/// What a file's name ends with.
const SUFFIX: &str = ".cast";

/// Digits of the time that a file's name begins with: enough until the year 2286, and of one
/// length, so that names sort by age.
const STAMP: usize = 13;

/// Longest part of an id in a file's name.
const ID_MAX: usize = 40;

/// The folder, as one hub has it.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    limits: Recording,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// By name, and so the oldest first.
    files: BTreeMap<String, Kept>,
    bytes: u64,
    /// Held as long as the folder is in use.
    lock: Option<File>,
}

#[derive(Debug)]
struct Kept {
    bytes: u64,
    /// It is being written.
    open: bool,
    /// Whose it is; known of the files of this launch.
    of: Option<(SessionId, String)>,
}

/// A file of the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordingFile {
    /// Where it is.
    pub path: PathBuf,
    /// How large it is.
    pub bytes: u64,
    /// Whether it is being written.
    pub open: bool,
    /// The terminal and the life of it that it holds; known of the files of this launch.
    pub of: Option<(SessionId, String)>,
}

impl Folder {
    /// Takes the folder for this hub; makes it when there is none.
    ///
    /// # Errors
    ///
    /// A sentence for people.
    pub(super) fn open(limits: &Recording) -> Result<Option<Self>, String> {
        let Some(path) = limits.dir.clone() else {
            return Ok(None);
        };
        let says = |error: io::Error| format!("the folder of recordings cannot be used: {error}");
        make(&path).map_err(says)?;
        let lock = lock(&path, "recordings.lock")
            .map_err(says)?
            .ok_or("another instance of the application uses the folder of recordings")?;
        let mut files = BTreeMap::new();
        for entry in std::fs::read_dir(&path).map_err(says)? {
            let entry = entry.map_err(says)?;
            let meta = entry.metadata().map_err(says)?;
            match entry.file_name().into_string() {
                Ok(name) if meta.is_file() && is_ours(&name) => {
                    let kept = Kept {
                        bytes: meta.len(),
                        open: false,
                        of: None,
                    };
                    files.insert(name, kept);
                }
                _ => {}
            }
        }
        Ok(Some(Self {
            state: Mutex::new(State {
                bytes: files.values().map(|file| file.bytes).sum(),
                files,
                lock: Some(lock),
            }),
            path,
            limits: limits.clone(),
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets another hub have the folder.
    pub(super) fn release(&self) {
        self.state().lock = None;
    }

    pub(super) fn files(&self) -> Vec<RecordingFile> {
        let state = self.state();
        let files = state.files.iter().map(|(name, kept)| RecordingFile {
            path: self.path.join(name),
            bytes: kept.bytes,
            open: kept.open,
            of: kept.of.clone(),
        });
        files.collect()
    }

    /// Begins a file for this life of a terminal.
    ///
    /// # Errors
    ///
    /// When it cannot be made, or there is no room for another.
    pub(super) fn create(self: &Arc<Self>, id: &SessionId, epoch: &str) -> io::Result<Reel> {
        let mut state = self.state();
        state.make_room(self, 0, 1)?;
        let (name, file) = loop {
            let name = name(SystemTime::now(), id, epoch);
            match open_new(&self.path.join(&name)) {
                Ok(file) => break (name, file),
                // Of the same millisecond.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    std::thread::yield_now();
                }
                Err(error) => return Err(error),
            }
        };
        let kept = Kept {
            bytes: 0,
            open: true,
            of: Some((id.clone(), epoch.to_owned())),
        };
        state.files.insert(name.clone(), kept);
        drop(state);
        Ok(Reel {
            folder: self.clone(),
            name,
            file,
            bytes: 0,
        })
    }
}

impl State {
    /// Deletes the oldest files until there is room for so many more bytes, in so many more
    /// files.
    fn make_room(&mut self, folder: &Folder, bytes: u64, files: usize) -> io::Result<()> {
        let limits = &folder.limits;
        while self.bytes + bytes > limits.total_bytes || self.files.len() + files > limits.files {
            let oldest = self.files.iter().find(|(_, kept)| !kept.open);
            let Some(name) = oldest.map(|(name, _)| name.clone()) else {
                return Err(io::Error::new(
                    io::ErrorKind::QuotaExceeded,
                    "the recordings that are being written take up all the room that they have",
                ));
            };
            match std::fs::remove_file(folder.path.join(&name)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => {}
            }
            if let Some(kept) = self.files.remove(&name) {
                self.bytes -= kept.bytes;
            }
        }
        Ok(())
    }
}

/// A file that is being written, until dropped.
#[derive(Debug)]
pub(super) struct Reel {
    folder: Arc<Folder>,
    name: String,
    file: File,
    bytes: u64,
}

impl Reel {
    /// Whether so many more bytes would make it too large. One that is new takes anything.
    pub(super) fn is_full(&self, more: usize) -> bool {
        self.bytes > 0 && self.bytes + more as u64 > self.folder.limits.file_bytes
    }

    /// Appends whole lines. When that fails, none of them is there.
    ///
    /// # Errors
    ///
    /// When there is no room, or the disk says so.
    pub(super) fn append(&mut self, lines: &[u8]) -> io::Result<()> {
        let folder = &self.folder;
        let more = lines.len() as u64;
        {
            let mut state = folder.state();
            state.make_room(folder, more, 0)?;
            // Counted before it is written, so that others see the room as taken.
            state.grow(&self.name, more);
        }
        match self.file.write_all(lines) {
            Ok(()) => {
                self.bytes += more;
                Ok(())
            }
            Err(error) => {
                folder.state().shrink(&self.name, more);
                // Half a line would make the rest of the file unreadable.
                self.file.set_len(self.bytes)?;
                Err(error)
            }
        }
    }
}

impl State {
    fn grow(&mut self, name: &str, bytes: u64) {
        self.bytes += bytes;
        if let Some(kept) = self.files.get_mut(name) {
            kept.bytes += bytes;
        }
    }

    fn shrink(&mut self, name: &str, bytes: u64) {
        self.bytes -= bytes;
        if let Some(kept) = self.files.get_mut(name) {
            kept.bytes -= bytes;
        }
    }
}

impl Drop for Reel {
    fn drop(&mut self) {
        let mut state = self.folder.state();
        if self.bytes == 0 {
            // Nothing could be written into it.
            let _ = std::fs::remove_file(self.folder.path.join(&self.name));
            state.files.remove(&self.name);
        } else if let Some(kept) = state.files.get_mut(&self.name) {
            kept.open = false;
        }
    }
}

/// A name for the recording of a terminal. The id is in it for people, in letters that every
/// file system keeps apart and none gives a meaning to; what tells ids and lives apart is the
/// hash.
fn name(time: SystemTime, id: &SessionId, epoch: &str) -> String {
    let shown: String = id
        .as_str()
        .chars()
        .take(ID_MAX)
        .map(|c| match c.to_ascii_lowercase() {
            c if c.is_ascii_alphanumeric() => c,
            _ => '-',
        })
        .collect();
    let hash = Sha256::digest(format!("{id}/{epoch}"));
    let hash: String = hash[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    let stamp = millis_since_epoch(time);
    format!("{stamp:0STAMP$}-{shown}-{hash}{SUFFIX}")
}

/// Whether a file is named as [`name`] names them.
fn is_ours(name: &str) -> bool {
    let parts = name.strip_suffix(SUFFIX).and_then(|stem| {
        let (stamp, rest) = stem.split_once('-')?;
        let (_, hash) = rest.rsplit_once('-')?;
        Some((stamp, hash))
    });
    parts.is_some_and(|(stamp, hash)| {
        stamp.len() == STAMP
            && stamp.bytes().all(|byte| byte.is_ascii_digit())
            && hash.len() == 8
            && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

/// For nobody else to read: a terminal shows secrets.
fn open_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn make(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests;
