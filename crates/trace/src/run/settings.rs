//! What the environment says of recording: the variables `BOUCLE_TRACE…`, and what is wrong with them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where the recording goes.
const TRACE: &str = "BOUCLE_TRACE";
/// How large it may become.
const SIZE: &str = "BOUCLE_TRACE_SIZE";
/// Only so many events are kept, in memory.
const LAST: &str = "BOUCLE_TRACE_LAST";
/// So long may a poll last.
const HANG: &str = "BOUCLE_TRACE_HANG";
/// Whether one may look at it while it runs.
const ATTACH: &str = "BOUCLE_TRACE_ATTACH";
/// The signal at which the last events are written.
const SIGNAL: &str = "BOUCLE_TRACE_SIGNAL";

/// How large a recording may become, if nothing is said.
const SIZE_IF_NOTHING_IS_SAID: u64 = 1 << 30;

/// A file is not begun again for less.
const LEAST_SIZE: u64 = 1 << 16;

/// How many events are kept for those who look while it runs, if nothing is said.
const LAST_IF_NOTHING_IS_SAID: usize = 100_000;

/// A signal that a program may use itself, and that ends it otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    /// `SIGUSR1`.
    Usr1,
    /// `SIGUSR2`.
    Usr2,
}

/// What the environment asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Settings {
    /// Where the recording goes, if it goes to a file.
    pub(super) file: Option<Pattern>,
    /// How large the files may become together.
    pub(super) size: Option<u64>,
    /// Whether only the last events are kept, and written when there is a reason to.
    pub(super) is_flight_recorder: bool,
    /// How many events are kept in memory.
    pub(super) last: usize,
    /// How long a poll may last.
    pub(super) hang: Option<Duration>,
    /// Whether one may look at it while it runs; none: if that is possible.
    pub(super) attach: Option<bool>,
    /// The signal at which the last events are written.
    pub(super) signal: Option<Signal>,
}

impl Settings {
    /// What the variables say; nothing if none asks for anything.
    ///
    /// # Errors
    ///
    /// What is wrong, and what could be said instead.
    pub(super) fn read(var: impl Fn(&str) -> Option<OsString>) -> Result<Option<Settings>, String> {
        let var = |name| var(name).filter(|it| !it.is_empty());
        let text = |name| var(name).map(|it| it.to_string_lossy().into_owned());
        let file = var(TRACE).map(|it| Pattern::new(Path::new(&it))).transpose()?;
        let attach = text(ATTACH).map(|it| yes_or_no(&it)).transpose()?;
        let size = text(SIZE).map(|it| size(&it)).transpose()?;
        let last = text(LAST).map(|it| last(&it)).transpose()?;
        let hang = text(HANG).map(|it| hang(&it)).transpose()?;
        let signal = text(SIGNAL).map(|it| signal(&it)).transpose()?;
        if file.is_none() {
            // What these are about goes to the file.
            for name in [SIZE, HANG, SIGNAL] {
                if var(name).is_some() {
                    return Err(format!(
                        "{name} is set, and {TRACE} is not: {TRACE} says where to"
                    ));
                }
            }
            if attach != Some(true) {
                if last.is_some() {
                    return Err(format!(
                        "{LAST} is set, and {TRACE} is not: {TRACE} says where to"
                    ));
                }
                return Ok(None);
            }
        }
        let is_flight_recorder = file.is_some() && last.is_some();
        if is_flight_recorder && size.is_some() {
            return Err(format!("{SIZE} and {LAST} are both set: {LAST} keeps events in memory"));
        }
        Ok(Some(Settings {
            size: size.unwrap_or(Some(SIZE_IF_NOTHING_IS_SAID)),
            is_flight_recorder,
            last: last.unwrap_or(LAST_IF_NOTHING_IS_SAID),
            hang,
            attach,
            signal: signal.unwrap_or(Some(Signal::Usr1)).filter(|_| is_flight_recorder),
            file,
        }))
    }
}

fn yes_or_no(said: &str) -> Result<bool, String> {
    match said {
        "1" => Ok(true),
        "0" => Ok(false),
        _ => Err(format!("{ATTACH}={said}: say 1 or 0")),
    }
}

fn size(said: &str) -> Result<Option<u64>, String> {
    if said == "none" {
        return Ok(None);
    }
    let wrong = || format!("{SIZE}={said}: this is no size: say 100M, say, or none");
    let (number, shift) = match said.as_bytes().last() {
        Some(b'K' | b'k') => (&said[..said.len() - 1], 10),
        Some(b'M' | b'm') => (&said[..said.len() - 1], 20),
        Some(b'G' | b'g') => (&said[..said.len() - 1], 30),
        _ => (said, 0),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let size = number.checked_mul(1 << shift).ok_or_else(wrong)?;
    if size < LEAST_SIZE {
        return Err(format!("{SIZE}={said}: this is too small: say 64K or more"));
    }
    Ok(Some(size))
}

fn last(said: &str) -> Result<usize, String> {
    let number: usize = said
        .parse()
        .map_err(|_| format!("{LAST}={said}: this is no number of events: say 100000, say"))?;
    if number == 0 || number > 1_000_000_000 {
        return Err(format!("{LAST}={said}: say a number of events from 1 to 1000000000"));
    }
    Ok(number)
}

fn hang(said: &str) -> Result<Duration, String> {
    let wrong = || format!("{HANG}={said}: this is no duration: say 5s or 500ms, say");
    let at = said.find(|it: char| !it.is_ascii_digit()).ok_or_else(wrong)?;
    let number: u64 = said[..at].parse().map_err(|_| wrong())?;
    let milliseconds = match &said[at..] {
        "ms" => Some(number),
        "s" => number.checked_mul(1000),
        "m" => number.checked_mul(60_000),
        _ => None,
    };
    let duration = Duration::from_millis(milliseconds.ok_or_else(wrong)?);
    if duration < Duration::from_millis(10) {
        return Err(format!("{HANG}={said}: this is too short: say 10ms or more"));
    }
    Ok(duration)
}

fn signal(said: &str) -> Result<Option<Signal>, String> {
    match said.strip_prefix("SIG").unwrap_or(said) {
        "none" => Ok(None),
        "USR1" => Ok(Some(Signal::Usr1)),
        "USR2" => Ok(Some(Signal::Usr2)),
        _ => Err(format!("{SIGNAL}={said}: say USR1, USR2 or none")),
    }
}

/// The name of a file, in which `%p` stands for the number of the process, and `%t` for that of the
/// recording in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    /// As it was given.
    path: PathBuf,
}

impl Pattern {
    fn new(path: &Path) -> Result<Pattern, String> {
        let shown = path.display();
        let Some(name) = path.file_name() else {
            return Err(format!("{TRACE}={shown}: this names no file: say run.trace, say"));
        };
        if path.to_str().is_none() && name.as_encoded_bytes().contains(&b'%') {
            return Err(format!("{TRACE}={shown}: a pattern has to be UTF-8"));
        }
        if path.is_dir() {
            return Err(format!("{TRACE}={shown}: this is a directory: name a file in it"));
        }
        let mut rest = path.to_str().unwrap_or_default();
        while let Some((_, after)) = rest.split_once('%') {
            rest = after.strip_prefix(['p', 't', '%']).ok_or_else(|| {
                format!("{TRACE}={shown}: %p is the number of the process, %t that of the recording, %% is %")
            })?;
        }
        Ok(Pattern { path: path.to_owned() })
    }

    /// The file of the `number`th recording of a process, from 1. Where the pattern does not tell them
    /// apart, the second and those after it have their number before the extension.
    pub(super) fn file(&self, process: u32, number: u32) -> PathBuf {
        let Some(mut rest) = self.path.to_str() else {
            return numbered(&self.path, number);
        };
        let (mut path, mut tells_apart) = (String::new(), false);
        while let Some((before, after)) = rest.split_once('%') {
            path += before;
            match after.as_bytes().first() {
                Some(b'p') => path += &process.to_string(),
                Some(b't') => {
                    path += &number.to_string();
                    tells_apart = true;
                }
                _ => path.push('%'),
            }
            rest = after.get(1..).unwrap_or_default();
        }
        let path = PathBuf::from(path + rest);
        if tells_apart { path } else { numbered(&path, number) }
    }
}

/// `run.trace`, `run-2.trace`, `run-3.trace`.
fn numbered(path: &Path, number: u32) -> PathBuf {
    if number == 1 {
        return path.to_owned();
    }
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{number}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::path::Path;
    use std::time::Duration;

    use super::{Pattern, Settings, Signal};

    fn read(vars: &[(&str, &str)]) -> Result<Option<Settings>, String> {
        let vars: HashMap<_, _> = vars.iter().copied().collect();
        Settings::read(|name| vars.get(name).map(|it| (*it).into()))
    }

    #[test]
    fn without_a_variable_nothing_is_asked_for() {
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&[("BOUCLE_TRACE", ""), ("BOUCLE_TRACE_ATTACH", "0")]), Ok(None));
    }

    #[test]
    fn each_variable_says_one_thing() {
        let plain = read(&[("BOUCLE_TRACE", "run.trace")])
            .expect("it makes sense, and asks for something")
            .expect("it makes sense, and asks for something");
        assert!(!plain.is_flight_recorder && plain.signal.is_none() && plain.attach.is_none());
        assert_eq!((plain.size, plain.hang), (Some(1 << 30), None));
        let asked = [("BOUCLE_TRACE", "a"), ("BOUCLE_TRACE_SIZE", "100M")];
        assert_eq!(
            read(&asked)
                .expect("it makes sense, and asks for something")
                .expect("it makes sense, and asks for something")
                .size,
            Some(100 << 20)
        );
        let asked = [("BOUCLE_TRACE", "a"), ("BOUCLE_TRACE_SIZE", "none")];
        assert_eq!(
            read(&asked)
                .expect("it makes sense, and asks for something")
                .expect("it makes sense, and asks for something")
                .size,
            None
        );
        let flight =
            [("BOUCLE_TRACE", "a"), ("BOUCLE_TRACE_LAST", "7"), ("BOUCLE_TRACE_HANG", "5s")];
        let flight = read(&flight)
            .expect("it makes sense, and asks for something")
            .expect("it makes sense, and asks for something");
        assert!(flight.is_flight_recorder);
        assert_eq!((flight.last, flight.signal), (7, Some(Signal::Usr1)));
        assert_eq!(flight.hang, Some(Duration::from_secs(5)));
        let attach = read(&[("BOUCLE_TRACE_ATTACH", "1")])
            .expect("it makes sense, and asks for something")
            .expect("it makes sense, and asks for something");
        assert_eq!((attach.file, attach.attach), (None, Some(true)));
    }

    #[test]
    fn what_is_wrong_is_said_and_what_to_say_instead() {
        let file = ("BOUCLE_TRACE", "a");
        let cases: [(&[(&str, &str)], &str); 14] = [
            (&[file, ("BOUCLE_TRACE_SIZE", "big")], "say 100M, say, or none"),
            (&[file, ("BOUCLE_TRACE_SIZE", "99999999999G")], "this is no size"),
            (&[file, ("BOUCLE_TRACE_SIZE", "1K")], "say 64K or more"),
            (&[file, ("BOUCLE_TRACE_SIZE", "é")], "this is no size"),
            (&[file, ("BOUCLE_TRACE_LAST", "-1")], "this is no number of events"),
            (&[file, ("BOUCLE_TRACE_LAST", "0")], "from 1 to"),
            (&[file, ("BOUCLE_TRACE_HANG", "5")], "say 5s or 500ms, say"),
            (&[file, ("BOUCLE_TRACE_HANG", "5 s")], "this is no duration"),
            (&[file, ("BOUCLE_TRACE_HANG", "1ms")], "say 10ms or more"),
            (&[file, ("BOUCLE_TRACE_ATTACH", "yes")], "say 1 or 0"),
            (&[file, ("BOUCLE_TRACE_SIGNAL", "KILL")], "say USR1, USR2 or none"),
            (&[("BOUCLE_TRACE", "a%x")], "%p is the number of the process"),
            (&[("BOUCLE_TRACE", "/")], "this names no file"),
            (&[("BOUCLE_TRACE_LAST", "5")], "BOUCLE_TRACE says where to"),
        ];
        for (vars, words) in cases {
            let error = read(vars).unwrap_err();
            assert!(error.contains(words), "{vars:?}: {error}");
        }
    }

    #[test]
    fn a_pattern_tells_processes_and_recordings_apart() {
        let file = |pattern: &str, number| {
            let file = Pattern::new(Path::new(pattern)).expect("it is a pattern").file(42, number);
            file.to_str().expect("a plain name").to_owned()
        };
        assert_eq!(file("run.trace", 1), "run.trace");
        assert_eq!(file("a/run.trace", 3), "a/run-3.trace");
        assert_eq!(file("run-%p.trace", 1), "run-42.trace");
        assert_eq!(file("run-%p.trace", 2), "run-42-2.trace");
        assert_eq!(file("%t/run-%p%%", 2), "2/run-42%");
        assert_eq!(file("run", 2), "run-2");
    }
}
