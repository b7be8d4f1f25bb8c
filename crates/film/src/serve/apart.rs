//! Work that is not done on the loop: reading, looking for what is suspicious, drawing, moving. While a
//! thread does it, the loop answers others.

use std::rc::Rc;

use boucle::sync::Semaphore;
use boucle::{spawn, to_thread};
use hyper::StatusCode;

use super::refusal::Refusal;

/// So many pieces of work wait at the most, those included that are being done.
const LONGEST: usize = 64;

/// What waits for a thread, and is being done by one.
pub(super) struct Queue(Semaphore);

impl Default for Queue {
    fn default() -> Queue {
        Queue(Semaphore::new(LONGEST))
    }
}

impl Queue {
    /// Has a thread do `work`, when its turn comes: `turns` has as many permits as threads may do this
    /// kind of work at once.
    ///
    /// Dropping the future does not stop the work, nor does it let others begin before the work is done:
    /// who asks and goes away again and again gains nothing.
    pub(super) async fn run<T: Send + 'static>(
        self: &Rc<Queue>,
        turns: &Rc<Semaphore>,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let (queue, turns) = (Rc::clone(self), Rc::clone(turns));
        let task = spawn(async move {
            let Some(_place) = queue.0.try_acquire() else {
                let why = "film has too much to do: wait for what you have asked for";
                return Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, why));
            };
            let _turn = turns.acquire().await;
            // Its panic was told on stderr; here is who waits for it.
            to_thread(work).await.map_err(|_| Refusal::failed())
        });
        task.await.unwrap_or_else(|_| Err(Refusal::failed()))
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;
    use std::sync::mpsc;
    use std::time::Duration;

    use boucle::sync::Semaphore;
    use boucle::{interrupt, quiescent, spawn};

    use super::{LONGEST, Queue};

    /// Who is not told to go on has held up who would have told it.
    const PATIENCE: Duration = Duration::from_secs(10);

    /// A queue, and turns for one at a time.
    fn queue() -> (Rc<Queue>, Rc<Semaphore>) {
        (Rc::default(), Rc::new(Semaphore::new(1)))
    }

    #[test]
    fn what_takes_long_does_not_hold_up_other_work() {
        boucle::run(async {
            let (queue, slow) = queue();
            let quick = Rc::new(Semaphore::new(1));
            let (go_on, wait) = mpsc::channel();
            let (asked, turns) = (Rc::clone(&queue), Rc::clone(&slow));
            let work = move || wait.recv_timeout(PATIENCE).expect("somebody says go on");
            let long = spawn(async move { asked.run(&turns, work).await });
            interrupt().await;
            // It ends while the other one cannot.
            assert_eq!(queue.run(&quick, || 42).await, Ok(42));
            go_on.send("the end").expect("it waits");
            assert_eq!(long.await.expect("it ends"), Ok("the end"));
        });
    }

    #[test]
    fn who_goes_away_does_not_make_room_before_the_work_is_done() {
        boucle::run(async {
            let (queue, turns) = queue();
            let (go_on, wait) = mpsc::channel();
            let (asked, its_turns) = (Rc::clone(&queue), Rc::clone(&turns));
            let work = move || wait.recv_timeout(PATIENCE).expect("somebody says go on");
            let gone = spawn(async move { asked.run(&its_turns, work).await });
            interrupt().await;
            interrupt().await;
            gone.cancel();
            quiescent().await;
            assert_eq!((turns.available(), queue.0.available()), (0, LONGEST - 1));
            go_on.send(()).expect("it waits");
            drop(turns.acquire().await);
            assert_eq!(queue.run(&turns, || 42).await, Ok(42));
        });
    }

    #[test]
    fn a_queue_that_is_full_and_work_that_panics_are_refused_in_words() {
        boucle::run(async {
            let (queue, turns) = queue();
            let failed = queue.run(&turns, || panic!("of a test")).await;
            assert_eq!(failed.map_err(|it: super::Refusal| it.status.as_u16()), Err::<(), _>(500));
            let places: Vec<_> = std::iter::from_fn(|| queue.0.try_acquire()).collect();
            let full = queue.run(&turns, || 42).await;
            assert_eq!(full.map_err(|it| it.status.as_u16()), Err(503));
            drop(places);
            assert_eq!(queue.run(&turns, || 42).await, Ok(42));
        });
    }
}
