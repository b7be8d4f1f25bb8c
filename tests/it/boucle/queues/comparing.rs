//! Priority queues whose items use the queue while they are compared.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use boucle::sync::{Queue, ShutDown, TryGetError, TryPutError};

use crate::boucle::transcript::Transcript;

type Hook = Rc<RefCell<Option<Box<dyn FnMut()>>>>;

/// An item that calls a function whenever it is compared; not while that runs.
struct Job(u32, Hook);

impl Job {
    fn call(&self) {
        if let Some(mut hook) = self.1.take() {
            let result = panic::catch_unwind(AssertUnwindSafe(&mut hook));
            self.1.replace(Some(hook));
            if let Err(payload) = result {
                panic::resume_unwind(payload);
            }
        }
    }
}

impl Ord for Job {
    fn cmp(&self, other: &Job) -> Ordering {
        self.call();
        self.0.cmp(&other.0)
    }
}

impl PartialOrd for Job {
    fn partial_cmp(&self, other: &Job) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Job {
    fn eq(&self, other: &Job) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Job {}

/// A future of an item.
type Get = Pin<Box<dyn Future<Output = Result<Job, ShutDown>>>>;

/// A queue with these items, and what they call as soon as it is set.
fn queue(maxsize: usize, items: &[u32]) -> (Rc<Queue<Job>>, Hook) {
    let (queue, hook) = (Rc::new(Queue::priority(maxsize)), Hook::default());
    for item in items {
        queue.try_put(Job(*item, Rc::clone(&hook))).unwrap();
    }
    (queue, hook)
}

/// Sets what the items of `queue` call.
fn set(hook: &Hook, queue: &Rc<Queue<Job>>, mut f: impl FnMut(&Queue<Job>) + 'static) {
    let queue = Rc::downgrade(queue);
    hook.replace(Some(Box::new(move || f(&queue.upgrade().expect("it compares")))));
}

/// What is left, in order.
fn rest(queue: &Queue<Job>, hook: &Hook) -> Vec<u32> {
    hook.take();
    std::iter::from_fn(|| queue.try_get().ok()).map(|it| it.0).collect()
}

/// Polls once, as nobody who can be woken.
fn poll<T>(future: &mut Pin<Box<dyn Future<Output = T> + '_>>) -> Poll<T> {
    future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn a_comparison_finds_all_items_and_gets_none() {
    let log = Transcript::default();
    let (jobs, hook) = queue(4, &[3, 1, 2]);
    let says = log.clone();
    set(&hook, &jobs, move |queue| {
        assert_eq!(queue.try_get().err(), Some(TryGetError::Empty));
        says.say(format!("{} {} {}", queue.len(), queue.is_empty(), queue.is_full()));
    });
    // With the one that is put, or got.
    jobs.try_put(Job(0, Rc::clone(&hook))).unwrap();
    let compared = log.lines();
    assert!(!compared.is_empty() && compared.iter().all(|it| it == "4 false true"));
    assert_eq!(jobs.try_get().map(|it| it.0), Ok(0));
    let compared = log.lines();
    assert!(!compared.is_empty() && compared.iter().all(|it| it == "4 false true"));
    assert_eq!(rest(&jobs, &hook), [1, 2, 3]);
}

#[test]
fn what_a_comparison_puts_is_in_the_queue_in_its_order() {
    for maxsize in [4, usize::MAX] {
        let (jobs, hook) = queue(maxsize, &[5, 6]);
        let mut next = 0;
        let same = Rc::clone(&hook);
        set(&hook, &jobs, move |queue| {
            next += 1;
            if next <= 3 {
                let put = queue.try_put(Job(next, Rc::clone(&same)));
                assert!(put.is_ok() || matches!(put, Err(TryPutError::Full(_))));
                assert_eq!(queue.len(), maxsize.min(3 + next as usize));
            }
        });
        jobs.try_put(Job(4, Rc::clone(&hook))).unwrap();
        assert!(jobs.len() <= maxsize);
        // What was put while the others are compared comes before them.
        assert_eq!(jobs.try_get().map(|it| it.0), Ok(1));
        let expected: &[u32] = if maxsize == 4 { &[4, 5, 6] } else { &[2, 3, 4, 5, 6] };
        assert_eq!(rest(&jobs, &hook), expected);
    }
}

#[test]
fn equal_items_keep_their_order_also_if_one_is_put_by_a_comparison() {
    // Told apart by their hooks.
    let (jobs, hook) = queue(usize::MAX, &[2]);
    let [first, second] = [(); 2].map(|()| Hook::default());
    let mut late = Some(Job(2, Rc::clone(&first)));
    set(&hook, &jobs, move |queue| {
        late.take().into_iter().for_each(|it| assert!(queue.try_put(it).is_ok()));
    });
    jobs.try_put(Job(1, Rc::clone(&hook))).unwrap();
    jobs.try_put(Job(2, Rc::clone(&second))).unwrap();
    hook.take();
    let order: Vec<_> = std::iter::from_fn(|| jobs.try_get().ok()).collect();
    let is = |place: usize, hook| Rc::ptr_eq(&order[place].1, hook);
    assert!(is(0, &hook) && is(1, &hook) && is(2, &first) && is(3, &second));
}

#[test]
fn who_begins_to_wait_in_a_comparison_gets_an_item_when_that_is_over() {
    let (jobs, hook) = queue(usize::MAX, &[1, 2]);
    let waiting: Rc<RefCell<Vec<Get>>> = Rc::default();
    let (same, others) = (Rc::clone(&jobs), Rc::clone(&waiting));
    set(&hook, &jobs, move |_| {
        let mine = Rc::clone(&same);
        let mut get: Get = Box::pin(async move { mine.get().await });
        assert!(poll(&mut get).is_pending());
        others.borrow_mut().push(get);
    });
    jobs.try_put(Job(0, Rc::clone(&hook))).unwrap();
    hook.take();
    let n_waiting = waiting.borrow().len();
    assert!((1..=3).contains(&n_waiting));
    let got: Vec<_> = waiting.take().iter_mut().map(poll).collect();
    for (place, got) in got.into_iter().enumerate() {
        let Poll::Ready(Ok(job)) = got else { panic!("{place} waits beside an item") };
        assert_eq!(job.0 as usize, place);
    }
    assert_eq!(jobs.len(), 3 - n_waiting);
}

#[test]
fn one_who_was_promised_an_item_and_is_polled_by_a_comparison_gets_it_later() {
    let (jobs, hook) = queue(usize::MAX, &[]);
    let same = Rc::clone(&jobs);
    let mut get: Get = Box::pin(async move { same.get().await });
    assert!(poll(&mut get).is_pending());
    jobs.try_put(Job(1, Rc::clone(&hook))).unwrap();
    jobs.try_put(Job(2, Rc::clone(&hook))).unwrap();
    let promised = Rc::new(RefCell::new(get));
    let polled = Rc::clone(&promised);
    set(&hook, &jobs, move |_| assert!(poll(&mut polled.borrow_mut()).is_pending()));
    jobs.try_put(Job(0, Rc::clone(&hook))).unwrap();
    hook.take();
    let Poll::Ready(Ok(job)) = poll(&mut promised.borrow_mut()) else { panic!("it is lost") };
    assert_eq!((job.0, rest(&jobs, &hook)), (0, vec![1, 2]));
}

#[test]
fn a_comparison_may_shut_the_queue_down() {
    for (immediate, by_get) in [(false, false), (false, true), (true, false), (true, true)] {
        let (jobs, hook) = queue(usize::MAX, &[2, 1, 3]);
        set(&hook, &jobs, move |queue| queue.shutdown(immediate));
        let got = if by_get {
            jobs.try_get().map(|it| it.0)
        } else {
            jobs.try_put(Job(0, Rc::clone(&hook))).map_err(|_| TryGetError::Empty).map(|()| 0)
        };
        let left = rest(&jobs, &hook);
        match (immediate, by_get) {
            (false, false) => assert_eq!((got, left), (Ok(0), vec![0, 1, 2, 3])),
            (false, true) => assert_eq!((got, left), (Ok(1), vec![2, 3])),
            (true, false) => assert_eq!((got, left), (Ok(0), vec![])),
            (true, true) => assert_eq!((got, left), (Err(TryGetError::ShutDown), vec![])),
        }
        assert!(jobs.is_empty());
        // Those that were dropped are done.
        let mut join: Pin<Box<dyn Future<Output = ()>>> = Box::pin(jobs.join());
        assert_eq!(poll(&mut join).is_ready(), immediate);
    }
}

#[test]
fn a_comparison_that_panics_leaves_the_queue_in_use() {
    let (jobs, hook) = queue(usize::MAX, &[2, 1]);
    let same = Rc::clone(&jobs);
    let mut join: Pin<Box<dyn Future<Output = ()>>> = Box::pin(same.join());
    assert!(poll(&mut join).is_pending());
    set(&hook, &jobs, |_| panic::panic_any("printed on stderr, once a run of the tests"));
    let put = panic::catch_unwind(AssertUnwindSafe(|| jobs.try_put(Job(3, Rc::clone(&hook)))));
    assert!(put.is_err());
    hook.take();
    // It is in the queue, and counts.
    assert_eq!(jobs.len(), 3);
    let mut items = rest(&jobs, &hook);
    items.sort_unstable();
    assert_eq!(items, [1, 2, 3]);
    for _ in 0..3 {
        assert!(poll(&mut join).is_pending());
        jobs.task_done();
    }
    assert!(poll(&mut join).is_ready());
}

/// An item that uses the queue as it is dropped.
struct Last(Rc<Queue<Last>>, Transcript);

impl Drop for Last {
    fn drop(&mut self) {
        let get = self.0.try_get().is_ok();
        self.1.say(format!("{} {get}", self.0.len()));
        self.0.shutdown(true);
    }
}

#[test]
fn items_that_a_shutdown_drops_may_use_the_queue() {
    let log = Transcript::default();
    for queue in [Queue::new(8), Queue::lifo(8)] {
        let queue = Rc::new(queue);
        for _ in 0..3 {
            assert!(queue.try_put(Last(Rc::clone(&queue), log.clone())).is_ok());
        }
        queue.shutdown(true);
        assert_eq!(log.lines(), ["0 false"; 3]);
    }
}
