//! The state that events led to which have been given up: it forgets what nobody needs any more, and so
//! it is as large as the program is now, however long that runs.

use std::sync::Arc;

use crate::event::{Event, PollEnd, TaskNo, What};
use crate::state::{State, TaskState};

/// So many lines of output are kept of what was given up.
const N_LINES: usize = 1000;

/// The state before the first event that is kept.
#[derive(Default)]
pub(crate) struct Base {
    /// Shared with whoever looks at it: it is copied if it goes on meanwhile.
    state: Arc<State>,
    /// Tasks that have ended, and whose last poll has not.
    ended: Vec<TaskNo>,
}

impl Base {
    /// A state that goes on from this one.
    pub(crate) fn from(state: Arc<State>) -> Base {
        Base { state, ended: Vec::new() }
    }

    /// The state now.
    pub(crate) fn state(&self) -> Arc<State> {
        Arc::clone(&self.state)
    }

    /// Plays events, and forgets the tasks that have ended by then, and all but the last lines. It looks
    /// at no other task: there may be a million of them.
    pub(crate) fn play(&mut self, events: &[Event]) {
        let Base { state, ended } = self;
        let state = Arc::make_mut(state);
        for event in events {
            state.apply(event);
            if let What::Done { task, .. } | What::PollEnds { task, .. } = event.what {
                let is_over = |it: &TaskState| {
                    it.done.is_some() || !matches!(it.last_poll, None | Some(PollEnd::Pending))
                };
                if state.tasks.get(&task).is_some_and(|it| is_over(it)) {
                    ended.push(task);
                }
            }
        }
        ended.retain(|task| {
            if state.running.contains(task) {
                return true;
            }
            if state.tasks.get(task).is_some_and(|it| !it.is_ready) {
                state.tasks.remove(task);
            }
            false
        });
        let surplus = state.output.len().saturating_sub(N_LINES);
        state.output.drain(..surplus);
    }
}

#[cfg(test)]
mod tests {
    use super::{Base, N_LINES};
    use crate::record;

    #[test]
    fn a_base_forgets_tasks_that_have_ended_and_lines_that_are_old() {
        let trace = record(|| async {
            for n in 0..2 * N_LINES {
                boucle::spawn(async move { world::println!("{n}") }).await.expect("it prints");
            }
        });
        let mut base = Base::default();
        let n_alive = trace.len() - 3;
        for events in trace.events()[..n_alive].chunks(100) {
            base.play(events);
            let state = base.state();
            assert!(state.tasks.len() <= 60 && state.output.len() <= N_LINES);
        }
        let (state, whole) = (base.state(), trace.state_at(n_alive));
        assert_eq!(state.running, whole.running);
        assert_eq!(state.position, whole.position);
        assert_eq!(state.output.last(), whole.output.last());
    }
}
