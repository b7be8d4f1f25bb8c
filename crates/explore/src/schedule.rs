//! An order of steps as a short text: whose step is next, wherever there is a choice.
//!
//! `M` is the program itself, `A` to `Z` are the tasks that it spawns, in their order; any other is called by its
//! path, in brackets: `(1.2.1)`. A number behind it says how many times it is chosen.
//!
//! What is done to the program has a sign: `~A` cancels A, `^A` wakes it for no reason, `%A` lets it give its turn
//! back in its next poll where it need not, `+` lets time pass, `$` closes the loop. `!read:connection-reset:A` lets a
//! system call of A's next poll fail: which call, and with which error, of `std::io::ErrorKind` or by its number, as
//! `os24`; `!read2:…` is the second read of the poll. Up to the last of these each step is written, also where there
//! is no choice: only so it is known when they come.

use std::fmt;
use std::str::FromStr;

use crate::world::failing;
use crate::world::failing::Failing;

/// Whom a schedule can call by a letter.
const LETTERS: std::ops::RangeInclusive<u32> = 1..=26;

/// What a task is called, by its path.
pub(crate) fn name(path: &str) -> String {
    let letter = || {
        let number = path.strip_prefix("1.")?.parse().ok().filter(|it| LETTERS.contains(it))?;
        char::from_u32(u32::from(b'A') + number - 1)
    };
    match letter() {
        _ if path == "1" => "M".to_owned(),
        Some(letter) => letter.to_string(),
        None => format!("({path})"),
    }
}

/// Whose step is next, wherever there is a choice, from the beginning on. What comes after is as without a
/// schedule: the task that is ready longest is next.
///
/// # Examples
///
/// ```
/// use boucle_explore::Schedule;
///
/// let schedule: Schedule = "A2M(1.2.1)".parse().unwrap();
/// assert_eq!(schedule.to_string(), "A2M(1.2.1)");
/// assert!("A0".parse::<Schedule>().is_err());
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Schedule(pub(crate) Vec<String>);

/// Whether it is what is done to the program, or that time passes.
pub(crate) fn is_fault(name: &str) -> bool {
    name.starts_with(['~', '^', '%', '+', '$', failing::SIGN])
}

impl Schedule {
    /// How many steps there are from the beginning on of which each is written.
    pub(crate) fn n_explicit(&self) -> usize {
        let last = self.0.iter().rposition(|it| is_fault(it));
        // Who gives up does so in the poll that comes next, and there calls fail.
        last.map_or(0, |it| it + 1 + usize::from(self.0[it].starts_with(['%', failing::SIGN])))
    }
}

/// A text that is no schedule. The message says where, and what a schedule is.
///
/// # Examples
///
/// ```
/// use boucle_explore::Schedule;
///
/// let error = "A2?".parse::<Schedule>().unwrap_err();
/// assert!(error.to_string().contains("at 2"), "{error}");
/// ```
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "no schedule, at {at} of `{text}`: a schedule is tasks, M, A to Z or (path), each with how many times it is next, as in A2M(1.2.1), and what is done to them, ~A ^A %A !read:connection-reset:A + $"
)]
pub struct ParseScheduleError {
    /// How many letters before it can be read.
    at: usize,
    /// The text.
    text: String,
}

/// No task is chosen more often than this in a row, in a text.
const MOST: usize = 1_000_000;

impl FromStr for Schedule {
    type Err = ParseScheduleError;

    fn from_str(text: &str) -> Result<Schedule, ParseScheduleError> {
        let mut names = Vec::new();
        let mut left = text;
        while let Some(first) = left.chars().next() {
            let at = text.len() - left.len();
            let error = || ParseScheduleError { at, text: text.to_owned() };
            let n_signs = match first {
                failing::SIGN => Failing::read(left).ok_or_else(error)?.1,
                _ => usize::from(matches!(first, '~' | '^' | '%')),
            };
            let victim = &left[n_signs..];
            let n_bytes = n_signs
                + match victim.chars().next() {
                    Some('A'..='Z') => 1,
                    Some('(') => victim.find(')').ok_or_else(error)? + 1,
                    Some('+' | '$') if n_signs == 0 => 1,
                    _ => return Err(error()),
                };
            let (task, rest) = left.split_at(n_bytes);
            let n_digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (digits, rest) = rest.split_at(n_digits);
            let times = if digits.is_empty() { Some(1) } else { digits.parse().ok() };
            let times = times.filter(|it| (1..=MOST).contains(it)).ok_or_else(error)?;
            names.extend(std::iter::repeat_n(task.to_owned(), times));
            left = rest;
        }
        Ok(Schedule(names))
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for same in self.0.chunk_by(|one, other| one == other) {
            f.write_str(&same[0])?;
            if same.len() > 1 {
                write!(f, "{}", same.len())?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Schedule, name};

    #[test]
    fn a_task_is_called_by_a_letter_or_by_its_path() {
        let names = ["1", "1.1", "1.26", "1.27", "1.2.1", "2"].map(name);
        assert_eq!(names, ["M", "A", "Z", "(1.27)", "(1.2.1)", "(2)"]);
    }

    #[test]
    fn a_text_is_read_as_it_was_written_and_what_is_none_says_where() {
        for text in [
            "",
            "A",
            "A2B18A",
            "M3(1.2.1)12Z",
            "A~B^(1.2.1)+2%A3A$",
            "!read:connection-reset:A!write12:os11:(1.2.1)(1.2.1)2",
        ] {
            let schedule: Schedule = text.parse().expect("it is one");
            assert_eq!(schedule.to_string(), text);
        }
        for (text, at) in [
            ("a", 0),
            ("A0", 0),
            ("AB(1.2", 2),
            ("A 2", 1),
            ("A~", 1),
            ("~+", 0),
            ("^(1", 0),
            ("A!read:A", 1),
            ("A!reed:timed-out:A", 1),
            ("!read:timed-out:", 0),
            ("!read:timed-out:+", 0),
            ("A99999999999999999999", 0),
        ] {
            let error = text.parse::<Schedule>().expect_err("it is none");
            assert!(error.to_string().contains(&format!("at {at} of `{text}`")), "{error}");
        }
    }
}
