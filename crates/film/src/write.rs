//! Writing what was made: to a file that is not there yet, or to stdout.

use std::fs::OpenOptions;
use std::io;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// Writes `text` to a file that is not there yet; with `replace`, also if it is.
pub(crate) fn file(path: &Path, text: &str, replace: bool) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).truncate(replace).create(replace).create_new(!replace);
    let told = |error: io::Error| {
        io::Error::new(error.kind(), format!("cannot write the file {}: {error}", path.display()))
    };
    let mut file = options.open(path).map_err(told)?;
    file.write_all(text.as_bytes()).map_err(told)
}

/// Writes `text` to stdout; that nobody reads to its end is no error.
pub(crate) fn stdout(text: &str) -> io::Result<()> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}
