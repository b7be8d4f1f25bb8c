//! [`TaskPath`]: which task, whatever ran before it.

use std::fmt;
use std::hash::{Hash, Hasher};

/// Which task, by its ancestors: the third child of the first task is `1.3`. Another order of the same
/// program gives the same tasks the same paths, as long as each does the same.
///
/// The tasks that no task has spawned are counted from 1, and so are the children of each. A path that
/// is longer than fifteen small numbers is kept as a digest, and shown so: it is as stable, and two that
/// differ have the same with a probability of one in some trillions.
///
/// # Examples
///
/// ```
/// use std::cell::RefCell;
/// use std::rc::Rc;
/// use boucle::{Instrument, Loop, Spawned, TaskId, spawn};
///
/// #[derive(Default)]
/// struct Paths(RefCell<Vec<String>>);
///
/// impl Instrument for Paths {
///     fn task_spawned(&self, _task: TaskId, spawned: Spawned) {
///         self.0.borrow_mut().push(spawned.path.to_string());
///     }
/// }
///
/// let paths = Rc::new(Paths::default());
/// let event_loop = Loop::builder().instrument(Rc::clone(&paths)).build();
/// event_loop.run_task(async {
///     drop(spawn(async { drop(spawn(async {})) }));
///     drop(spawn(async {}));
/// });
/// assert_eq!(*paths.0.borrow(), ["1", "1.1", "1.2", "1.1.1"]);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TaskPath {
    /// The numbers, each in as many bytes as it needs, seven bits in each; or a digest.
    bytes: [u8; N_BYTES],
    /// How many bytes are used; `DIGEST` if they are a digest.
    n_used: u8,
}

/// So many bytes a path has.
const N_BYTES: usize = 15;

/// Says that a path is kept as a digest.
const DIGEST: u8 = u8::MAX;

impl Hash for TaskPath {
    /// As one number: those who explore orders look paths up at each step.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let mut bytes = [self.n_used; N_BYTES + 1];
        bytes[..N_BYTES].copy_from_slice(&self.bytes);
        state.write_u128(u128::from_le_bytes(bytes));
    }
}

impl TaskPath {
    /// That of no task: of those who are outside of any.
    pub(crate) const OUTSIDE: TaskPath = TaskPath { bytes: [0; N_BYTES], n_used: 0 };

    /// The path of the child of this number.
    pub(crate) fn child(self, number: u32) -> TaskPath {
        let (digits, n_digits) = digits(number);
        let n_used = usize::from(self.n_used);
        if self.n_used == DIGEST || n_used + n_digits > N_BYTES {
            return self.digest(number);
        }
        let mut child = self;
        child.bytes[n_used..n_used + n_digits].copy_from_slice(&digits[..n_digits]);
        child.n_used += n_digits as u8;
        child
    }

    fn digest(self, number: u32) -> TaskPath {
        // FNV-1a, twice from other beginnings: it must be the same in each run and on each machine.
        let fed = self.bytes.into_iter().chain([self.n_used]).chain(number.to_le_bytes());
        let digest = |begin: u64| {
            let feed = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
            fed.clone().fold(begin, feed)
        };
        let (low, high) = (digest(0xcbf2_9ce4_8422_2325), digest(0x9ae1_6a3b_2f90_404f));
        let mut bytes = [0; N_BYTES];
        bytes[..8].copy_from_slice(&low.to_le_bytes());
        bytes[8..].copy_from_slice(&high.to_le_bytes()[..N_BYTES - 8]);
        TaskPath { bytes, n_used: DIGEST }
    }

    /// The numbers from the root on; `None` if the path is kept as a digest.
    fn numbers(&self) -> Option<impl Iterator<Item = u32> + '_> {
        let used = self.bytes.get(..usize::from(self.n_used))?;
        let numbers = used.split_inclusive(|byte| byte & MORE == 0);
        Some(numbers.map(|digits| {
            digits.iter().rev().fold(0, |sum, digit| sum << 7 | u32::from(digit & !MORE))
        }))
    }
}

/// Set in each byte of a number but the last.
const MORE: u8 = 1 << 7;

/// A number in bytes of seven bits, the lowest first, and how many they are.
fn digits(number: u32) -> ([u8; 5], usize) {
    let (mut digits, mut n_digits, mut left) = ([0; 5], 0, number);
    loop {
        digits[n_digits] = left as u8 & !MORE;
        left >>= 7;
        if left == 0 {
            return (digits, n_digits + 1);
        }
        digits[n_digits] |= MORE;
        n_digits += 1;
    }
}

impl fmt::Display for TaskPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.numbers() {
            Some(numbers) => {
                for (place, number) in numbers.enumerate() {
                    write!(f, "{}{number}", if place == 0 { "" } else { "." })?;
                }
                Ok(())
            }
            None => {
                f.write_str("~")?;
                self.bytes[..6].iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }
    }
}

impl fmt::Debug for TaskPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TaskPath({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::TaskPath;

    fn path(numbers: &[u32]) -> TaskPath {
        numbers.iter().fold(TaskPath::OUTSIDE, |path, number| path.child(*number))
    }

    #[test]
    fn a_path_is_shown_as_its_numbers() {
        assert_eq!(path(&[]).to_string(), "");
        assert_eq!(path(&[1, 127, 128, 300, 16_384]).to_string(), "1.127.128.300.16384");
        assert_eq!(path(&[u32::MAX, 1]).to_string(), format!("{}.1", u32::MAX));
    }

    #[test]
    fn a_path_that_is_too_long_is_told_from_others_and_the_same_each_time() {
        let long = path(&[7; 15]);
        assert_eq!(long.to_string().matches('7').count(), 15);
        let (first, second) = (long.child(1), long.child(2));
        assert!(first != second && first.child(1) != second.child(1));
        assert_eq!(first.child(1), path(&[7; 15]).child(1).child(1));
        assert!(first.to_string().starts_with('~'), "{first}");
    }
}
