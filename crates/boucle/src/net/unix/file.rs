//! The file that a Unix socket makes when it is bound.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path;
use std::path::{Path, PathBuf};
use std::process;

/// The file of a bound socket; removed when this is dropped, which must come before the socket is
/// closed: as long as the socket is open, no other file is given the same number.
#[derive(Debug)]
pub(super) struct SocketFile {
    /// Where it is, whatever becomes of the working directory.
    path: PathBuf,
    /// On which device, and which number there: tells it from a file that has taken its place.
    identity: (u64, u64),
    /// The process that made it. A forked child removes nothing.
    process: u32,
    /// Whether it outlives this.
    is_kept: bool,
}

impl SocketFile {
    /// The file at `path`, just bound; `None` for a name that makes no file.
    pub(super) fn at(path: &Path) -> Option<SocketFile> {
        let path = path::absolute(path).ok()?;
        let identity = identity(&path)?;
        Some(SocketFile { path, identity, process: process::id(), is_kept: false })
    }

    /// Leaves the file where it is.
    pub(super) fn keep(mut self) {
        self.is_kept = true;
    }
}

/// Which file this is.
fn identity(path: &Path) -> Option<(u64, u64)> {
    fs::symlink_metadata(path).ok().map(|it| (it.dev(), it.ino()))
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let is_ours = !self.is_kept && self.process == process::id();
        if is_ours && identity(&self.path) == Some(self.identity) {
            // Somebody else may have removed it in this instant: nothing is left to do.
            let _ = fs::remove_file(&self.path);
        }
    }
}
