//! An order that fails and one that passes as recordings, to be played beside each other; and the files that
//! `BOUCLE_EXPLORE_FILM` asks for.

use std::collections::HashMap;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::{Mutex, PoisonError};
use std::thread;

use boucle_trace::{FORMAT, Page, Trace};

use crate::report::Report;

/// Names the directory that the films go to.
const FILM: &str = "BOUCLE_EXPLORE_FILM";

/// How often each name was used in this process.
static USED: Mutex<Option<HashMap<String, u32>>> = Mutex::new(None);

/// A failure as two recordings: of the order that leads to it, and of the nearest one that passes.
///
/// # Examples
///
/// ```
/// use std::rc::Rc;
/// use boucle::shared::Cell;
/// use boucle::{interrupt, spawn};
///
/// let report = boucle_explore::explore(|| async {
///     let is_set = Rc::new(Cell::new(false));
///     let sets = Rc::clone(&is_set);
///     drop(spawn(async move { sets.set(true) }));
///     interrupt().await;
///     assert!(is_set.get(), "too early");
/// });
/// let film = report.films().next().unwrap();
/// assert_eq!(film.failure(), "panicked: too early");
/// assert!(film.passes().is_some_and(|it| it.len() > film.fails().len()));
/// ```
#[derive(Clone, Debug)]
pub struct Film {
    /// What the one comes to.
    failure: String,
    /// The order that fails.
    fails: Trace,
    /// The nearest one that passes, if one was found.
    passes: Option<Trace>,
}

impl Film {
    pub(crate) fn new(failure: &str, fails: Trace, passes: Option<Trace>) -> Film {
        Film { failure: failure.to_owned(), fails, passes }
    }

    /// The failure, as [`Report::failures`] has it.
    ///
    /// # Examples
    ///
    /// ```
    /// let report = boucle_explore::explore(std::future::pending::<()>);
    /// assert_eq!(report.films().next().unwrap().failure(), "deadlock");
    /// ```
    #[must_use]
    pub fn failure(&self) -> &str {
        &self.failure
    }

    /// The order that fails.
    ///
    /// # Examples
    ///
    /// ```
    /// let report = boucle_explore::explore(std::future::pending::<()>);
    /// assert!(!report.films().next().unwrap().fails().is_empty());
    /// ```
    #[must_use]
    pub fn fails(&self) -> &Trace {
        &self.fails
    }

    /// The nearest order that passes; none if none was found near it.
    ///
    /// # Examples
    ///
    /// ```
    /// // This one never passes.
    /// let report = boucle_explore::explore(std::future::pending::<()>);
    /// assert!(report.films().next().unwrap().passes().is_none());
    /// ```
    #[must_use]
    pub fn passes(&self) -> Option<&Trace> {
        self.passes.as_ref()
    }

    /// Both beside each other as a page: one file, to be opened in any browser.
    ///
    /// # Examples
    ///
    /// ```
    /// let report = boucle_explore::explore(std::future::pending::<()>);
    /// assert!(report.films().next().unwrap().html().starts_with("<!doctype html>"));
    /// ```
    #[must_use]
    pub fn html(&self) -> String {
        let fails = Page::new(&self.fails)
            .fact("name", "fails")
            .fact("idea", self.failure.lines().next().unwrap_or_default());
        match &self.passes {
            Some(passes) => {
                let passes = Page::new(passes)
                    .fact("name", "passes")
                    .fact("idea", "the nearest order that passes");
                fails.html_beside(&passes)
            }
            None => fails.html(),
        }
    }

    /// Writes the recordings and the page into a directory; returns where the page is.
    fn write(&self, into: &Path, name: &str) -> io::Result<PathBuf> {
        let mut all = vec![("-fails.trace", recorded(&self.fails)?)];
        if let Some(passes) = &self.passes {
            all.push(("-passes.trace", recorded(passes)?));
        }
        all.push((".html", self.html().into_bytes()));
        let mut last = PathBuf::new();
        for (kind, bytes) in all {
            last = into.join(format!("{name}{kind}"));
            write(&last, &bytes)
                .map_err(|it| io::Error::new(it.kind(), format!("{}: {it}", last.display())))?;
        }
        Ok(last)
    }
}

fn recorded(trace: &Trace) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    trace.write(&mut bytes)?;
    Ok(bytes)
}

/// Writes the films of a report, if the environment asks for it. What goes wrong is told on stderr: the report is
/// there all the same.
pub(crate) fn write_films(report: &Report) {
    let Some(into) = env::var_os(FILM).filter(|it| !it.is_empty()) else { return };
    let into = Path::new(&into);
    for film in report.films() {
        match write_into(into, film) {
            Ok(page) => eprintln!("boucle-explore: {}: {}", film.failure(), page.display()),
            Err(error) => {
                eprintln!(
                    "boucle-explore: {FILM}={}: {error} (the failure is not filmed)",
                    into.display()
                );
                return;
            }
        }
    }
}

fn write_into(into: &Path, film: &Film) -> io::Result<PathBuf> {
    if fs::metadata(into).is_ok_and(|it| !it.is_dir()) {
        let words = "it is a file: name a directory that the films go to";
        return Err(io::Error::new(io::ErrorKind::NotADirectory, words));
    }
    fs::create_dir_all(into)?;
    film.write(into, &name())
}

/// What the next film of this thread is called: as its test, or as the program. The second has a number.
fn name() -> String {
    let thread = thread::current();
    let test = thread.name().filter(|it| *it != "main").map(str::to_owned);
    let program = || {
        let path = PathBuf::from(env::args_os().next().unwrap_or_default());
        path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    };
    let name = test.unwrap_or_else(program);
    let words = name.split(|it: char| !it.is_alphanumeric() && it != '_');
    let words: Vec<_> = words.filter(|it| !it.is_empty()).collect();
    let name = if words.is_empty() { "film".to_owned() } else { words.join("-") };
    let mut used = USED.lock().unwrap_or_else(PoisonError::into_inner);
    let n = used.get_or_insert_default().entry(name.clone()).or_default();
    *n += 1;
    if *n == 1 { name } else { format!("{name}-{n}") }
}

/// Writes a file all at once. One that is there is replaced if it is a recording, or a page of one.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match fs::read(path) {
        Ok(before) if !is_replaceable(&before) => {
            let words = "it is there, and is no recording: it is not replaced. Move it away, or name another directory";
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, words));
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut hidden = OsString::from(".");
    hidden.push(path.file_name().unwrap_or_default());
    hidden.push(format!(".{}", process::id()));
    let new = path.with_file_name(hidden);
    let moved = fs::write(&new, bytes).and_then(|()| fs::rename(&new, path));
    if moved.is_err() {
        // What was begun of it is of no use; the error says what has gone wrong.
        drop(fs::remove_file(&new));
    }
    moved
}

/// Whether nothing is lost if the file is replaced.
fn is_replaceable(bytes: &[u8]) -> bool {
    let recording = format!("{{\"format\":\"{FORMAT}\"");
    let page = b"<boucle-player";
    let is_page =
        || bytes.starts_with(b"<!doctype html>") && bytes.windows(page.len()).any(|it| it == page);
    bytes.is_empty() || bytes.starts_with(recording.as_bytes()) || is_page()
}

#[cfg(test)]
mod tests {
    use std::{env, fs};

    use super::{Film, write_into};
    use crate::explore;

    fn film() -> Film {
        let report = explore(std::future::pending::<()>);
        report.films().next().expect("it is a deadlock").clone()
    }

    #[test]
    fn films_replace_recordings_and_nothing_else() {
        let folder = env::temp_dir().join(format!("boucle-explore-{}", std::process::id()));
        let page = write_into(&folder, &film()).expect("the folder can be made");
        assert!(page.starts_with(&folder) && page.extension().is_some_and(|it| it == "html"));
        let trace = page
            .with_file_name("why-film-tests-films_replace_recordings_and_nothing_else-fails.trace");
        assert!(boucle_trace::Trace::load(&trace).is_ok());
        assert!(
            film()
                .write(&folder, "why-film-tests-films_replace_recordings_and_nothing_else")
                .is_ok()
        );
        fs::write(&trace, "mine").expect("the folder is there");
        let error = film()
            .write(&folder, "why-film-tests-films_replace_recordings_and_nothing_else")
            .expect_err("it is no recording");
        assert!(error.to_string().contains("it is there, and is no recording"), "{error}");
        assert_eq!(fs::read_to_string(&trace).expect("it is there"), "mine");
        let error = write_into(&trace, &film()).expect_err("it is a file");
        assert!(error.to_string().contains("name a directory"), "{error}");
        // The next one of the same test has a number.
        let page = write_into(&folder, &film()).expect("the folder is there");
        assert!(page.to_string_lossy().ends_with("-2.html"), "{}", page.display());
        fs::remove_dir_all(folder).expect("it is there");
    }
}
