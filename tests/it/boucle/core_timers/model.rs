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

/// What a program does next. Times are so short that many deadlines are equal, and some are now. An
/// index is one of those that are not cancelled.
#[derive(Clone, Debug)]
enum Step {
    /// Sets a timer, by `sleep`.
    Sleep(u32),
    /// Sets a timer, by `sleep_until`.
    SleepUntil(u32),
    /// Sets a hundred: so many that memory is given back when most of them are gone.
    Many(u32),
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
        2 => after().prop_map(Step::Many),
        2 => any::<Index>().prop_map(Step::Keep),
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

/// A timer that was set, and whom it wakes.
struct Timer {
    sleep: Pin<Box<Sleep>>,
    waker: Waker,
}

impl Timer {
    fn poll(&mut self) -> Poll<()> {
        self.sleep.as_mut().poll(&mut Context::from_waker(&self.waker))
    }
}

/// What became of the timers of a program: the real ones.
async fn fired_by(program: &[Step]) -> Fired {
    let ms = Duration::from_millis(1);
    let (start, fired) = (now(), Arc::<Mutex<Fired>>::default());
    let (mut timers, mut names) = (Vec::new(), 0..);
    let mut set = |timers: &mut Vec<Timer>, sleep: Sleep| {
        let name = names.next().expect("names do not end");
        let waker = Waker::from(Arc::new(Fires { name, start, fired: Arc::clone(&fired) }));
        let mut timer = Timer { sleep: Box::pin(sleep), waker };
        assert!(timer.poll().is_pending());
        timers.push(timer);
    };
    for step in program {
        match step {
            Step::Sleep(after) => set(&mut timers, sleep(ms * *after)),
            Step::SleepUntil(after) => set(&mut timers, sleep_until(now() + ms * *after)),
            Step::Many(after) => {
                (0..100).for_each(|n| set(&mut timers, sleep(ms * (after + n % 3))));
            }
            Step::Wait(time) => sleep(ms * *time).await,
            _ if timers.is_empty() => {}
            Step::Cancel(which) => drop(timers.remove(which.index(timers.len()))),
            Step::Keep(which) => {
                let kept = timers.remove(which.index(timers.len()));
                timers.clear();
                timers.push(kept);
            }
            Step::Reset(which, after) => {
                let timer = which.get_mut(&mut timers);
                timer.sleep.as_mut().get_mut().reset(now() + ms * *after);
                assert!(timer.poll().is_pending());
            }
        }
    }
    sleep(ms * 100).await;
    timers.iter_mut().for_each(|it| assert!(it.poll().is_ready()));
    let fired = fired.lock().unwrap();
    fired.clone()
}

/// The same, of those of the model.
fn expected_of(program: &[Step]) -> Fired {
    let (mut model, mut timers, mut names) = (Model::default(), Vec::new(), 0..);
    for step in program {
        let mut set = |after| {
            let name = names.next().expect("names do not end");
            timers.push(name);
            model.set(name, after);
        };
        match step {
            Step::Sleep(after) | Step::SleepUntil(after) => set(*after),
            Step::Many(after) => (0..100).for_each(|n| set(after + n % 3)),
            Step::Wait(time) => model.wait(*time),
            _ if timers.is_empty() => {}
            Step::Cancel(which) => model.cancel(timers.remove(which.index(timers.len()))),
            Step::Keep(which) => {
                let kept = timers.remove(which.index(timers.len()));
                timers = vec![kept];
                model.timers.retain(|it| it.1 == kept);
            }
            Step::Reset(which, after) => model.set(*which.get(&timers), *after),
        }
    }
    model.wait(100);
    model.fired
}

#[test]
fn timers_fire_by_deadline_then_by_when_they_were_set_whatever_is_cancelled_or_reset() {
    for_all(80, vec(step(), 0..200), |program| {
        prop_assert_eq!(run(fired_by(&program)), expected_of(&program));
        Ok(())
    });
}
