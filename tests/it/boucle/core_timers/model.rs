//! The timers of a loop against a plain list, in programs that set, cancel, reset and wait.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use boucle::{Sleep, now, sleep, sleep_until};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::boucle::property::for_all;
use crate::boucle::transcript::run;

/// What a program does next. Times are so short that many deadlines are equal, and some are now.
#[derive(Clone, Debug)]
enum Step {
    /// Sets a timer, by `sleep`.
    Sleep(u32),
    /// Sets a timer, by `sleep_until`.
    SleepUntil(u32),
    Cancel(Index),
    /// Cancels all but one.
    Keep(Index),
    Reset(Index, u32),
    Wait(u32),
}

fn step() -> impl Strategy<Value = Step> {
    let after = || 0..8_u32;
    prop_oneof![
        80 => after().prop_map(Step::Sleep),
        40 => after().prop_map(Step::SleepUntil),
        30 => any::<Index>().prop_map(Step::Cancel),
        30 => (any::<Index>(), after()).prop_map(|(which, after)| Step::Reset(which, after)),
        10 => after().prop_map(Step::Wait),
        1 => any::<Index>().prop_map(Step::Keep),
    ]
}

/// Timers that fired: after how many milliseconds, and which.
type Fired = Vec<(u32, usize)>;

/// Timers as one would write them down.
#[derive(Default)]
struct Model {
    now: u32,
    /// By deadline, and those of one deadline as they were set: names after deadlines.
    timers: Vec<(u32, usize)>,
    fired: Fired,
}

impl Model {
    fn set(&mut self, name: usize, after: u32) {
        self.cancel(name);
        if after == 0 {
            self.fired.push((self.now, name));
            return;
        }
        let deadline = self.now + after;
        let place = self.timers.partition_point(|it| it.0 <= deadline);
        self.timers.insert(place, (deadline, name));
    }

    fn cancel(&mut self, name: usize) {
        self.timers.retain(|it| it.1 != name);
    }

    fn wait(&mut self, time: u32) {
        self.now += time;
        let n_due = self.timers.partition_point(|it| it.0 <= self.now);
        self.fired.extend(self.timers.drain(..n_due));
    }
}

/// A waker that is no task's: writes down when it is woken.
struct Fires {
    name: usize,
    start: Instant,
    fired: Arc<Mutex<Fired>>,
}

impl Wake for Fires {
    fn wake(self: Arc<Self>) {
        let time = (now() - self.start).as_millis() as u32;
        self.fired.lock().unwrap().push((time, self.name));
    }
}

/// A timer that was set, and whom it wakes; `None` once it is cancelled.
type Timer = Option<(Pin<Box<Sleep>>, Waker)>;

fn poll((sleep, waker): &mut (Pin<Box<Sleep>>, Waker)) -> Poll<()> {
    sleep.as_mut().poll(&mut Context::from_waker(waker))
}

/// What became of the timers of a program: the real ones.
async fn fired_by(program: &[Step]) -> Fired {
    let ms = Duration::from_millis(1);
    let (start, fired) = (now(), Arc::<Mutex<Fired>>::default());
    let mut timers: Vec<Timer> = Vec::new();
    for step in program {
        let mut set = |sleep: Sleep| {
            let fires = Fires { name: timers.len(), start, fired: Arc::clone(&fired) };
            let mut timer = (Box::pin(sleep), Waker::from(Arc::new(fires)));
            assert!(poll(&mut timer).is_pending());
            timers.push(Some(timer));
        };
        match step {
            Step::Sleep(after) => set(sleep(ms * *after)),
            Step::SleepUntil(after) => set(sleep_until(now() + ms * *after)),
            Step::Wait(time) => sleep(ms * *time).await,
            _ if timers.is_empty() => {}
            Step::Cancel(which) => *which.get_mut(&mut timers) = None,
            Step::Keep(which) => {
                let kept = which.index(timers.len());
                let others = timers.iter_mut().enumerate().filter(|(name, _)| *name != kept);
                others.for_each(|(_, timer)| *timer = None);
            }
            Step::Reset(which, after) => {
                if let Some(timer) = which.get_mut(&mut timers) {
                    timer.0.as_mut().get_mut().reset(now() + ms * *after);
                    assert!(poll(timer).is_pending());
                }
            }
        }
    }
    sleep(ms * 100).await;
    timers.iter_mut().flatten().for_each(|it| assert!(poll(it).is_ready()));

    std::mem::take(&mut *fired.lock().unwrap())
}

/// The same, of those of the model.
fn expected_of(program: &[Step]) -> Fired {
    let (mut model, mut is_there) = (Model::default(), Vec::new());
    for step in program {
        match step {
            Step::Sleep(after) | Step::SleepUntil(after) => {
                model.set(is_there.len(), *after);
                is_there.push(true);
            }
            Step::Wait(time) => model.wait(*time),
            _ if is_there.is_empty() => {}
            Step::Cancel(which) => {
                *which.get_mut(&mut is_there) = false;
                model.cancel(which.index(is_there.len()));
            }
            Step::Keep(which) => {
                let kept = which.index(is_there.len());
                is_there.iter_mut().enumerate().for_each(|(name, it)| *it &= name == kept);
                model.timers.retain(|it| it.1 == kept);
            }
            Step::Reset(which, after) => {
                if *which.get(&is_there) {
                    model.set(which.index(is_there.len()), *after);
                }
            }
        }
    }
    model.wait(100);
    model.fired
}

#[test]
fn timers_fire_by_deadline_then_by_when_they_were_set_whatever_is_cancelled_or_reset() {
    // Up to some hundreds of steps: so many that memory is given back in between.
    for_all(60, vec(step(), 0..400), |program| {
        prop_assert_eq!(run(fired_by(&program)), expected_of(&program));
        Ok(())
    });
}
