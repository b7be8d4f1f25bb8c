//! How what tasks share is used, as those are told who explore orders. Without the feature `explore` all of this
//! is nothing.

use std::panic::Location;

use super::Identity;
#[cfg(feature = "explore")]
use super::with_entered;
use crate::data::{How, TaskId};
#[cfg(feature = "explore")]
use crate::data::{Part, Shared};

/// Tells who watches how the present step uses something, and in which line of its program.
#[cfg(feature = "explore")]
fn touch(shared: Shared, how: How, at: Option<&'static Location<'static>>) {
    // A line of our own says nothing to anybody: it uses things for one that is not known.
    let own = file!().strip_suffix("context/touch.rs").unwrap_or(file!());
    let at = at.filter(|it| !it.file().starts_with(own));
    with_entered(|core| core.host.show_use(shared, how, at));
}

impl Identity {
    #[cfg(feature = "explore")]
    fn touch(&self, how: How, at: &'static Location<'static>) {
        let id = self.object().id;
        if id.is_known() {
            touch(Shared::Object(id), how, Some(at));
        }
    }

    /// The object is used so, in the line of the caller.
    #[inline(always)]
    #[cfg_attr(feature = "explore", track_caller)]
    pub(crate) fn uses(&self, _how: How) {
        #[cfg(feature = "explore")]
        self.touch(_how, Location::caller());
    }

    /// The same, in that line.
    #[inline(always)]
    pub(crate) fn uses_at(&self, _how: How, _at: &'static Location<'static>) {
        #[cfg(feature = "explore")]
        self.touch(_how, _at);
    }

    /// The object is looked at, in the line of the caller.
    #[inline(always)]
    #[cfg_attr(feature = "explore", track_caller)]
    pub(crate) fn reads(&self) {
        self.uses(How::Read);
    }

    /// The object is changed, in the line of the caller.
    #[inline(always)]
    #[cfg_attr(feature = "explore", track_caller)]
    pub(crate) fn writes(&self) {
        self.uses(How::Write);
    }

    /// An end of the object is looked at, or changed: also by one that is busy there, and leaves the rest as it is.
    #[cfg(feature = "explore")]
    pub(crate) fn touch_part(&self, part: Part, how: How, at: &'static Location<'static>) {
        let id = self.object().id;
        if id.is_known() {
            touch(Shared::Part(id, part), how, Some(at));
        }
    }
}

/// Somebody asks whether a task has ended, or what came of it.
#[inline(always)]
pub(crate) fn reads_end(_task: TaskId) {
    #[cfg(feature = "explore")]
    touch(Shared::End(_task), How::Read, None);
}

/// The ends of many are looked at, or one is added: those of a listener of this number.
#[inline(always)]
pub(crate) fn writes_ends(_listener: u32) {
    #[cfg(feature = "explore")]
    touch(Shared::Ends(_listener), How::Write, None);
}

/// One of those has ended whose number a task waits for: it is woken by the last one, for all of them.
#[cfg(feature = "explore")]
pub(crate) fn adds_end(listener: u32, waiting: Option<TaskId>, is_last: bool) {
    let shared = Shared::Ends(listener);
    match waiting {
        Some(task) => drop(with_entered(|core| core.host.show_count(shared, task, is_last))),
        None => touch(shared, How::Add, None),
    }
}

/// Somebody asks which tasks there are.
#[inline(always)]
pub(crate) fn reads_tasks() {
    #[cfg(feature = "explore")]
    touch(Shared::Tasks, How::Read, None);
}

/// The loop's time is asked for.
#[inline(always)]
pub(crate) fn reads_clock() {
    #[cfg(feature = "explore")]
    touch(Shared::Clock, How::Read, None);
}

/// The loop's time is moved, and with it what is due.
#[inline(always)]
pub(crate) fn writes_clock() {
    #[cfg(feature = "explore")]
    for shared in [Shared::Clock, Shared::Timers] {
        touch(shared, How::Write, None);
    }
}

/// A timer is set, or taken out.
#[inline(always)]
pub(crate) fn adds_timer() {
    #[cfg(feature = "explore")]
    touch(Shared::Timers, How::Add, None);
}

/// A waker is called that is none of the loop's: who has it may do anything.
#[inline(always)]
pub(crate) fn writes_wakers() {
    #[cfg(feature = "explore")]
    touch(Shared::Wakers, How::Write, None);
}
