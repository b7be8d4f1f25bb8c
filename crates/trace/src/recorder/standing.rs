//! Where each task stands as a run comes to nothing: the last thing that is recorded of it.

use boucle::{Loop, TaskStack};

use super::Recorder;
use crate::event::{Await, Place, What};
use crate::file::bounds::{NAME, cut};

/// Of more tasks than this nobody is asked: to look at each takes some 20 µs.
const MOST: usize = 1000;

impl Recorder {
    /// Asks the loop that this thread is in where its tasks stand, if that is to be recorded.
    pub(super) fn tell_where_all_stand(&self) {
        let n_tasks = {
            let inner = self.inner.borrow();
            if inner.tells_awaits { inner.numbers.len() } else { return }
        };
        if n_tasks > MOST {
            return;
        }
        // Nothing is borrowed: a future that is not boucle's may go on meanwhile, and that is told as ever.
        let Ok(event_loop) = Loop::current() else { return };
        let stacks = event_loop.task_stacks();
        let inner = &mut *self.inner.borrow_mut();
        inner.tick();
        for TaskStack { info, awaits, .. } in stacks {
            if awaits.is_empty() {
                continue;
            }
            let task = inner.number(info.id);
            let awaits = awaits.into_iter().map(|it| Await {
                level: u32::try_from(it.level).unwrap_or(u32::MAX),
                what: cut(&it.what, NAME),
                place: it
                    .file
                    .zip(it.line)
                    .map(|(file, line)| Place { file: cut(&file, NAME), line }),
            });
            inner.keep(What::Stands { task, awaits: awaits.collect() });
        }
    }
}
