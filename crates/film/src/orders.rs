//! A program of the road, or an example of boucle, in every order of its ready tasks: which outputs are
//! possible, and which never. `args` calls it, for `film orders`.
//!
//! A stage knows nothing of it: the queue that it has from [`world`] asks who is next, as boucle's loops ask
//! their `Order`. For programs of one's own there is `boucle-explore`, which knows what a step uses and needs to
//! run only the orders that matter; here each order is run.

mod can;
mod choice;
mod facts;
mod parts;
mod report;
mod search;
mod subject;
mod watch;

use boucle_trace::{Printable, Trace};

pub use self::can::Answer;
use self::choice::Choices;
pub use self::search::Found;
pub(crate) use self::subject::Chosen;
pub use self::subject::Subject;
use self::watch::{Misfit, Policy};
use crate::programs;

/// The orders of a program cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OrdersError {
    /// There is no program of that name. The message names the programs.
    #[error("there is no program `{name}`; these programs there are:\n{}", programs::list())]
    Unknown {
        /// The name that was given.
        name: Printable,
    },
    /// The order of the program is not the loop's alone to choose. The message says why.
    #[error("cannot choose the order of `{name}`: {why}")]
    Unordered {
        /// Its name.
        name: Printable,
        /// Why.
        why: &'static str,
    },
    /// The program has no such part. The message names those that it has.
    #[error("`{name}` has no part `{part}`; its parts are: {parts}")]
    NoPart {
        /// The name of the program.
        name: Printable,
        /// The part that was asked for.
        part: Printable,
        /// Those that it has.
        parts: Printable,
    },
    /// Nobody said which part is meant. The message names those that the program has.
    #[error("`{name}` has several parts; say with --part which one is meant: {parts}")]
    WhichPart {
        /// The name of the program.
        name: Printable,
        /// Those that it has.
        parts: Printable,
    },
    /// The program does not do the same each time that it is run in the same order.
    #[error(
        "`{name}` is not the same each time: at step {step} there were {first} to choose from, and {then} \
         when it was run again in the same order; so nothing can be said of its orders"
    )]
    Unsteady {
        /// The name of the program.
        name: Printable,
        /// The step at which that was noticed.
        step: usize,
        /// How many could be next there.
        first: usize,
        /// How many could the second time.
        then: usize,
    },
    /// The choices to be replayed cannot be read, or do not fit the program.
    #[error("{0}")]
    Choices(String),
}

impl Subject {
    /// Looks at each part of the program in as many orders as `executions` allow, or at one part alone: by its
    /// number from 1, or by its heading.
    ///
    /// # Errors
    ///
    /// If it has no such part, or is not the same each time.
    pub fn search(&self, part: Option<&str>, executions: usize) -> Result<Vec<Found>, OrdersError> {
        let parts = search::parts(self);
        let chosen = part.map(|it| self.part(&parts, it)).transpose()?;
        if parts.len() < 2 {
            return Ok(vec![search::search(self, None, None, executions)?]);
        }
        let parts = parts.into_iter().enumerate().filter(|it| chosen.is_none_or(|i| i == it.0));
        parts.map(|(i, heading)| search::search(self, Some(i), heading, executions)).collect()
    }

    /// Whether a part of the program can print these lines; `part` is needed if it has several.
    ///
    /// # Errors
    ///
    /// If it has no such part, or several of which none is named.
    pub fn can(
        &self,
        part: Option<&str>,
        output: &str,
        executions: usize,
    ) -> Result<Answer, OrdersError> {
        let parts = search::parts(self);
        let part = match part {
            Some(part) => Some(self.part(&parts, part)?),
            None if parts.len() < 2 => None,
            None => {
                let (name, parts) = (self.name.clone(), listed(&parts));
                return Err(OrdersError::WhichPart { name, parts });
            }
        };
        let lines: Vec<_> = output.lines().map(|it| it.trim_end().to_owned()).collect();
        Ok(can::can(self, part, &lines, executions))
    }

    /// What the program prints in this order: `12:7,15:3` lets task 7 have step 12 and task 3 step 15, and the
    /// first in the queue all others. Nothing is the program's own order.
    ///
    /// # Errors
    ///
    /// If the choices cannot be read, or one of them cannot be made: it says which, and who was there instead.
    pub fn replay(&self, choices: &str) -> Result<String, OrdersError> {
        let choices = Choices::read(choices).map_err(OrdersError::Choices)?;
        let execution = programs::quietly(|| self.run(Policy::Tasks(choices.clone()), None));
        let watch = execution.watch;
        let n_steps = watch.n_next.len();
        if let Some(Misfit { choice, instead }) = watch.misfit {
            let instead: Vec<_> = instead.iter().map(|it| format!("task {it}")).collect();
            return Err(OrdersError::Choices(format!(
                "`{choice}` does not fit: task {} cannot be next at step {}; instead there can: {}",
                choice.task,
                choice.step,
                instead.join(", ")
            )));
        }
        if let Some(choice) = choices.0.iter().find(|it| it.step > n_steps) {
            return Err(OrdersError::Choices(format!(
                "`{choice}` does not fit: the program has ended after {n_steps} steps"
            )));
        }
        let mut lines = watch.lines.into_iter().map(|it| it.0).collect::<Vec<_>>();
        if execution.is_cut {
            lines.push(format!("(cut after {n_steps} steps)"));
        }
        Ok(lines.iter().map(|it| format!("{it}\n")).collect())
    }

    /// The same as something to be played.
    ///
    /// # Errors
    ///
    /// As [`replay`](Subject::replay).
    pub fn film(&self, choices: &str) -> Result<Trace, OrdersError> {
        self.replay(choices)?;
        Ok(self.record(&Choices::read(choices).map_err(OrdersError::Choices)?))
    }

    /// The place of a part among these.
    fn part(&self, parts: &[Option<String>], part: &str) -> Result<usize, OrdersError> {
        let by_number = part.parse().ok().filter(|it| (1..=parts.len()).contains(it));
        let by_name = || parts.iter().position(|it| it.as_deref() == Some(part));
        by_number.map(|it: usize| it - 1).or_else(by_name).ok_or_else(|| OrdersError::NoPart {
            name: self.name.clone(),
            part: part.into(),
            parts: listed(parts),
        })
    }
}

/// The parts by their numbers, and by their headings if they have some.
fn listed(parts: &[Option<String>]) -> Printable {
    let named = parts.iter().enumerate().map(|(i, heading)| match heading {
        Some(heading) => format!("{} ({heading})", i + 1),
        None => (i + 1).to_string(),
    });
    Printable::line(named.collect::<Vec<_>>().join(", "))
}
