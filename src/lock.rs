//! A folder that one hub at a time uses: a file in it that is locked, until dropped.

use std::fs::{File, OpenOptions, create_dir_all};
use std::io;
use std::path::Path;

use fs4::FileExt;

/// Locks `name` in `folder`, which is made if there is none. None when somebody else has it.
pub(crate) fn lock(folder: &Path, name: &str) -> io::Result<Option<File>> {
    create_dir_all(folder)?;
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join(name))?;
    match FileExt::try_lock(&file) {
        Ok(()) => Ok(Some(file)),
        Err(fs4::TryLockError::WouldBlock) => Ok(None),
        Err(fs4::TryLockError::Error(error)) => Err(error),
    }
}
