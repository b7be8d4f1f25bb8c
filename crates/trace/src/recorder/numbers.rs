//! The tasks' numbers: boucle shows them, and keeps them to itself otherwise.

use std::collections::HashMap;
use std::fmt;
use std::fmt::Write;
use std::hash::{BuildHasherDefault, Hasher};

use boucle::TaskId;

use crate::event::TaskNo;

/// The numbers of the tasks that live.
#[derive(Default)]
pub(super) struct Numbers {
    /// The last one that was asked for: most events are about the same task as the one before.
    last: Option<(TaskId, TaskNo)>,
    /// All of them.
    numbers: HashMap<TaskId, TaskNo, BuildHasherDefault<Mix>>,
}

impl Numbers {
    pub(super) fn of(&mut self, task: TaskId) -> TaskNo {
        match self.last {
            Some((last, number)) if last == task => number,
            _ => {
                let number = *self.numbers.entry(task).or_insert_with(|| shown(task));
                self.last = Some((task, number));
                number
            }
        }
    }

    /// How many tasks there are.
    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Forgets a task that has ended: a million tasks need no room one after the other. Asked for
    /// once more, it has the same number.
    pub(super) fn forget(&mut self, task: TaskId) {
        self.numbers.remove(&task);
    }
}

/// The number that `{}` shows.
fn shown(task: TaskId) -> TaskNo {
    let mut digits = Digits(0);
    write!(digits, "{task}").expect("digits are taken");
    TaskNo::new(digits.0).expect("tasks are counted from 1")
}

/// Reads the digits of what is written to it.
struct Digits(u32);

impl fmt::Write for Digits {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for digit in text.bytes().filter(u8::is_ascii_digit) {
            self.0 = self.0.wrapping_mul(10).wrapping_add(u32::from(digit - b'0'));
        }
        Ok(())
    }
}

/// A quick hash of a number: tasks are no attackers.
#[derive(Default)]
struct Mix(u64);

impl Hasher for Mix {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(5) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
