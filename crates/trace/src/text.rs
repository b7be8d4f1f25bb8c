//! A trace as text: one line an event, or one lane a task.

pub(crate) mod folded;
mod lanes;
mod lines;
pub(crate) mod printable;
pub(crate) mod time;
pub(crate) mod width;
pub(crate) mod words;

use crate::trace::Trace;

impl Trace {
    /// What the program printed on stdout, each line ended.
    ///
    /// # Examples
    ///
    /// ```
    /// let trace = boucle_trace::record(|| async { world::println!("Hello") });
    /// assert_eq!(trace.output(), "Hello\n");
    /// ```
    #[must_use]
    pub fn output(&self) -> String {
        printed(self, false)
    }

    /// What the program printed on stderr, each line ended.
    ///
    /// # Examples
    ///
    /// ```
    /// let trace = boucle_trace::record(|| async { world::eprintln!("oh") });
    /// assert_eq!((trace.output(), trace.errors()), (String::new(), "oh\n".to_owned()));
    /// ```
    #[must_use]
    pub fn errors(&self) -> String {
        printed(self, true)
    }
}

fn printed(trace: &Trace, wanted: bool) -> String {
    let mut lines = String::new();
    for event in trace.events() {
        if let crate::event::What::Printed { error, line, .. } = &event.what {
            if *error == wanted {
                lines.push_str(line);
                lines.push('\n');
            }
        }
    }
    lines
}
