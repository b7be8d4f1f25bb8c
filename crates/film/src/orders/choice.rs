//! Which order: the choices in which it departs from that of the queue.

use std::fmt;

/// Somebody had the turn who was not first: at this step of the program this task.
///
/// `{}` shows it as `12:7`, and `from_str` of [`Choices`] reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    /// The step, counted from the program's first: each time that a task leaves the queue is one.
    pub(super) step: usize,
    /// The task, by its number in the player.
    pub(super) task: u64,
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.step, self.task)
    }
}

/// All choices of an order, the steps ascending. None at all is the queue's own order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Choices(pub(super) Vec<Choice>);

impl Choices {
    /// Reads them as they are shown: `12:7,15:3`; nothing is the queue's own order.
    pub(super) fn read(text: &str) -> Result<Choices, String> {
        let mut choices: Vec<Choice> = Vec::new();
        for part in text.split(',').map(str::trim).filter(|it| !it.is_empty()) {
            let number = |it: &str| it.trim().parse::<u32>().ok();
            let read = part.split_once(':').and_then(|(a, b)| Some((number(a)?, number(b)?)));
            let Some((step, task)) = read.filter(|it| it.0 > 0) else {
                return Err(format!("`{part}` is no choice: one is STEP:TASK, as in 12:7,15:3"));
            };
            let choice = Choice { step: step as usize, task: u64::from(task) };
            if let Some(before) = choices.last().filter(|it| it.step >= choice.step) {
                return Err(format!("`{choice}` cannot follow `{before}`: the steps ascend"));
            }
            choices.push(choice);
        }
        Ok(Choices(choices))
    }
}

impl fmt::Display for Choices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, choice) in self.0.iter().enumerate() {
            write!(f, "{}{choice}", if i == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}
