//! What the tests of the loop share: a transcript that tasks write into, what says that it is
//! dropped, and loops whose time is virtual.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use boucle::{Loop, sleep};

/// What happened, one event a line.
#[derive(Clone, Default)]
pub(super) struct Transcript(Rc<RefCell<Vec<String>>>);

impl Transcript {
    pub(super) fn say(&self, line: impl ToString) {
        self.0.borrow_mut().push(line.to_string());
    }

    /// What was said since it was last taken; each line ends with a new line.
    pub(super) fn take(&self) -> String {
        self.0.take().into_iter().map(|line| line + "\n").collect()
    }

    /// The same, as a list.
    pub(super) fn lines(&self) -> Vec<String> {
        self.0.take()
    }

    /// The same, on one line.
    pub(super) fn words(&self) -> String {
        self.0.take().join(" ")
    }
}

/// Says its name when it is dropped.
pub(super) struct Says(pub(super) Transcript, pub(super) &'static str);

impl Drop for Says {
    fn drop(&mut self) {
        self.0.say(self.1);
    }
}

/// Says its name with a minus when it is dropped, and whether that is outside of any task.
pub(super) struct Held(pub(super) Transcript, pub(super) &'static str);

impl Drop for Held {
    fn drop(&mut self) {
        let place = if boucle::current_task().is_some() { "" } else { " outside" };
        self.0.say(format!("-{}{place}", self.1));
    }
}

/// Calls a function when it is dropped.
pub(super) struct OnDrop<F: FnMut()>(pub(super) F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// Runs `test` on a loop of its own, to its end, on virtual time.
pub(super) fn run<T>(test: impl Future<Output = T>) -> T {
    Loop::builder().virtual_time(true).build().run_until_complete(test).expect("the test ends")
}

pub(super) fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// A loop whose time is virtual, and what it reports.
pub(super) fn virtual_loop() -> (Loop, Transcript) {
    let reports = Transcript::default();
    let heard = reports.clone();
    let tell = move |report: &boucle::Report| heard.say(report.error().unwrap());
    (Loop::builder().virtual_time(true).exception_handler(tell).build(), reports)
}

/// Says when it begins and ends, in seconds since `start`; sleeps in between.
pub(super) async fn job(transcript: Transcript, start: Instant, name: &'static str, seconds: u64) {
    let since = || (boucle::now() - start).as_secs();
    transcript.say(format!("{} >>> {name}", since()));
    sleep(Duration::from_secs(seconds)).await;
    transcript.say(format!("{} <<< {name}", since()));
}

/// The present of a loop, that is not running.
pub(super) fn now_of(event_loop: &Loop) -> Instant {
    event_loop.run_until_complete(async { boucle::now() }).unwrap()
}

/// A future that is polled by a function, and owns what that owns, in any case.
pub(super) struct PollFn<F>(pub(super) F);

impl<T, F: FnMut(&mut Context<'_>) -> Poll<T> + Unpin> Future for PollFn<F> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        (self.0)(cx)
    }
}
