//! A sleep without an end. It sets no timer; where somebody watches it has the key of none, by which its wait is
//! noted.

use std::task::{Context, Poll};

use super::{Sleep, State};
use crate::context;
use crate::context::Core;
use crate::context::survey::is_survey;
use crate::data::Spot;

impl Sleep {
    /// Sets none, and lets those who watch know that it waits for ever.
    #[cold]
    pub(super) fn arm_endless(&mut self, core: &Core, cx: &Context<'_>) {
        if !core.host.is_observed() {
            return;
        }
        if is_survey(cx.waker()) {
            self.state = State::Ahead;
            let _ = self.stand(core, cx.waker());
            return;
        }
        self.state = State::Endless;
        let key = core.timers.borrow_mut().key_of_none();
        self.timer = Some((core.id(), key));
        let wakes = context::task_of(cx.waker());
        core.wait_begins(|| Spot::Timer(key.number()), wakes, || self.wait(core));
    }

    /// It waits for ever, and is polled again: perhaps by another task, or in another loop.
    #[cold]
    pub(super) fn go_on_endless(&mut self, core: &Core, cx: &Context<'_>) -> Poll<()> {
        match self.timer {
            _ if is_survey(cx.waker()) => return self.stand(core, cx.waker()),
            None if !core.host.is_observed() => {}
            Some((event_loop, key)) if event_loop == core.id() => {
                let wakes = context::task_of(cx.waker());
                core.wait_goes_on(|| Spot::Timer(key.number()), wakes, || self.wait(core));
            }
            _ => {
                self.disarm();
                self.state = State::Waiting;
                self.arm(core, cx);
            }
        }
        Poll::Pending
    }
}
