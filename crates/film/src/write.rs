//! Writing what was made: to a file that is not there yet, to stdout or to stderr. A terminal may be at
//! either of these: what goes there is printable by its type.

use std::fs::OpenOptions;
use std::io;
use std::io::{ErrorKind, Write};
use std::path::Path;

use boucle_trace::Printable;

use crate::run::printable_path;

/// Writes `text` to a file that is not there yet; with `replace`, also if it is.
pub(crate) fn file(path: &Path, text: &str, replace: bool) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).truncate(replace).create(replace).create_new(!replace);
    let told = |error: io::Error| {
        let path = printable_path(path);
        io::Error::new(error.kind(), format!("cannot write the file {path}: {error}"))
    };
    let mut file = options.open(path).map_err(told)?;
    file.write_all(text.as_bytes()).map_err(told)
}

/// Writes `text` to stdout; that nobody reads to its end is no error.
pub(crate) fn stdout(text: &Printable) -> io::Result<()> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

/// Writes `text` to stdout; that nobody reads on is an error.
pub(crate) fn stdout_or_end(text: &Printable) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// Writes `text` to stderr. If that cannot be done, there is nobody to tell.
pub(crate) fn stderr(text: &Printable) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
