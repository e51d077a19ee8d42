//! One at a time: two runs would install, build and serve into the same folders.

use std::fs;
use std::fs::File;
use std::fs::TryLockError;

use anyhow::Result;

const LOCK: &str = "target/xtask/lock";

/// Waits until no other `cargo xtask` works in this repository. None begins until what this returns is dropped.
pub(crate) fn exclusive() -> Result<File> {
    fs::create_dir_all("target/xtask")?;
    let lock = File::create(LOCK)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            eprintln!("waiting for another `cargo xtask` in this repository");
            lock.lock()?;
        }
        Err(TryLockError::Error(error)) => return Err(error.into()),
    }
    Ok(lock)
}
