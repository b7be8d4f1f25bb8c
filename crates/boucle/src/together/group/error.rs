//! `GroupError`: all that went wrong in a group.

use std::fmt;

use crate::data::TaskError;

/// What went wrong in a group: each panic of a child, and of the body last.
///
/// Every child has ended, and nothing of the group is left. A panic is a bug: mend it, or go on
/// panicking with one of them. `{}` names them all.
///
/// # Examples
///
/// ```
/// let error = boucle::run(boucle::task_group(async |group| {
///     group.spawn(async { panic!("boom") });
///     group.spawn(std::future::pending::<()>()); // cancelled
/// })).unwrap_err();
/// assert_eq!(error.to_string(), "1 task of the group failed: the task panicked: boom");
/// ```
#[doc(alias = "ExceptionGroup")]
#[derive(Debug)]
pub struct GroupError {
    /// Not empty, unless a child was cancelled by somebody else.
    pub(super) errors: Vec<TaskError>,
}

impl GroupError {
    /// The errors, in the order in which the children were spawned.
    ///
    /// # Examples
    ///
    /// ```
    /// let error = boucle::run(boucle::task_group(async |group| {
    ///     for word in ["one", "two"] {
    ///         group.spawn(async move { panic!("{word}") });
    ///     }
    /// })).unwrap_err();
    /// let words: Vec<_> = error.errors().iter().map(ToString::to_string).collect();
    /// assert_eq!(words, ["the task panicked: one", "the task panicked: two"]);
    /// ```
    #[doc(alias = "exceptions")]
    #[must_use]
    pub fn errors(&self) -> &[TaskError] {
        &self.errors
    }

    /// The errors, for good: their payloads can be taken out.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::TaskError;
    ///
    /// let error = boucle::run(boucle::task_group(async |group| {
    ///     group.spawn(async { std::panic::panic_any(42) });
    /// })).unwrap_err();
    /// let Some(TaskError::Panicked(panic)) = error.into_errors().pop() else { unreachable!() };
    /// assert_eq!(panic.into_payload().downcast_ref(), Some(&42));
    /// ```
    #[must_use]
    pub fn into_errors(self) -> Vec<TaskError> {
        self.errors
    }
}

impl fmt::Display for GroupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tasks = if self.errors.len() == 1 { "task" } else { "tasks" };
        write!(f, "{} {tasks} of the group failed", self.errors.len())?;
        for (place, error) in self.errors.iter().enumerate() {
            write!(f, "{} {error}", if place == 0 { ":" } else { ";" })?;
        }
        Ok(())
    }
}

impl std::error::Error for GroupError {}
