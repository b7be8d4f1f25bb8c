//! A future that goes on although it was only asked where it stands: nothing that it does is lost.

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn};
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

use boucle::sync::{Event, Queue};
use boucle::{Loop, RunError, Task, TaskState, current_task, interrupt, sleep, spawn, to_thread};

use super::{settle, stack};

/// Something of another crate: it is ready once this is set, and nobody is woken by that.
#[derive(Clone, Default)]
pub(super) struct Silent {
    pub(super) is_set: Rc<Cell<bool>>,
    pub(super) wakers: Rc<RefCell<Vec<Waker>>>,
}

impl Silent {
    async fn wait(&self) {
        poll_fn(|cx| {
            self.wakers.borrow_mut().push(cx.waker().clone());
            if self.is_set.get() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// A future that waits, and then does this.
    pub(super) fn then<T, F: AsyncFnOnce() -> T>(
        &self,
        f: F,
    ) -> impl Future<Output = T> + use<T, F> {
        let silent = self.clone();
        async move {
            silent.wait().await;
            f().await
        }
    }
}

/// Looks where the tasks of the loop stand that runs.
fn look() {
    drop(Loop::current().expect("it runs").task_stacks());
}

fn state(name: &str) -> TaskState {
    stack(name).info.state
}

#[test]
fn a_task_that_ends_as_it_is_looked_at_has_ended() {
    boucle::run(async {
        let silent = Silent::default();
        let ends = spawn(silent.then(async || current_task()));
        let id = ends.id();
        let awaits = spawn(async move { ends.await.expect("it ends") });
        settle().await;
        silent.is_set.set(true);
        assert!(!awaits.done());
        look();
        assert_eq!(awaits.await.expect("it ends"), Some(id));
    });
}

#[test]
fn a_task_that_goes_on_to_wait_for_boucle_is_polled_for_that_as_ever() {
    let event_loop = Loop::builder().virtual_time(true).build();
    let ended = event_loop.run_until_complete(async {
        let (silent, queue, event) =
            (Silent::default(), Rc::new(Queue::new(1)), Rc::new(Event::new()));
        let (items, child) = (Rc::clone(&queue), spawn(sleep(Duration::from_secs(9))));
        let same = Rc::clone(&event);
        let tasks: Vec<Task<u32>> = vec![
            spawn(silent.then(async move || items.get().await.expect("it is open"))),
            spawn(silent.then(async || after(sleep(Duration::from_secs(1)), 2).await)),
            spawn(
                silent.then(async move || after(async { child.await.expect("it ends") }, 3).await),
            ),
            spawn(silent.then(async || to_thread(|| 4).await.expect("it does not panic"))),
            spawn(silent.then(async || boucle::gather([async { 5 }]).await.expect("it ends")[0])),
            spawn(silent.then(async move || after(same.wait(), 6).await)),
            spawn(silent.then(async || after(interrupt(), 7).await)),
            spawn(silent.then(async || after(boucle::quiescent(), 8).await)),
        ];
        settle().await;
        silent.is_set.set(true);
        look();
        // All have come to what they wait for, and are polled for it.
        for task in &tasks {
            assert_eq!(state(&task.name()), TaskState::Ready, "{task:?}");
        }
        settle().await;
        queue.try_put(1).expect("there is room");
        event.set();
        let mut values = Vec::new();
        for task in tasks {
            values.push(task.await.expect("it ends"));
        }
        values
    });
    assert_eq!(ended, Ok(vec![1, 2, 3, 4, 5, 6, 7, 8]));
}

/// A number, when this is over.
async fn after(over: impl Future<Output = ()>, number: u32) -> u32 {
    over.await;
    number
}

#[cfg(unix)]
#[test]
fn a_task_that_goes_on_to_a_socket_reads_all_of_it() {
    use boucle::net::{TcpListener, TcpStream};

    let read = boucle::run(async {
        let listener = TcpListener::bind("127.0.0.1", 0).await?;
        let writer = TcpStream::connect_to(listener.local_addr()?).await?;
        let (reader, _) = listener.accept().await?;
        let silent = Silent::default();
        let reads = spawn(silent.then(async move || {
            let mut all = [0; 8];
            reader.read_exact(&mut all).await.map(|()| all)
        }));
        settle().await;
        writer.write_all(b"half").await?;
        silent.is_set.set(true);
        look();
        look();
        writer.write_all(b"half").await?;
        reads.await.expect("it ends")
    });
    assert_eq!(read.expect("the system has sockets"), *b"halfhalf");
}

#[test]
fn a_panic_stays_in_its_task_and_is_told() {
    let reports = Rc::new(RefCell::new(Vec::new()));
    let told = Rc::clone(&reports);
    let event_loop = Loop::builder()
        .exception_handler(move |report| told.borrow_mut().push(report.to_string()))
        .build();
    event_loop
        .run_until_complete(async {
            let silent = Silent::default();
            let read = spawn(silent.then(async || -> () { panic!("read") }));
            drop(spawn(silent.then(async || -> () { panic!("unread") })));
            let other = spawn(pending::<()>());
            settle().await;
            silent.is_set.set(true);
            look();
            assert_eq!(read.exception().expect("it has ended").expect("it has").message(), "read");
            assert!(!other.done() && state(&other.name()) == TaskState::Waiting);
        })
        .expect("it ends");
    let reports = reports.take();
    assert_eq!(reports.len(), 1, "{reports:?}");
    assert!(reports[0].contains("unread"), "{reports:?}");
}

#[test]
fn what_a_task_does_as_it_is_looked_at_counts() {
    boucle::run(async {
        let (silent, event) = (Silent::default(), Rc::new(Event::new()));
        let waits = Rc::clone(&event);
        let woken = spawn(async move { waits.wait().await });
        let cancelled = spawn(pending::<()>());
        let spawned: Rc<RefCell<Option<Task<u8>>>> = Rc::default();
        let slot = Rc::clone(&spawned);
        let goes_on = spawn(silent.then(async move || {
            event.set();
            cancelled.cancel();
            slot.replace(Some(spawn(async { 7 })));
            (cancelled, pending::<()>().await)
        }));
        settle().await;
        silent.is_set.set(true);
        look();
        assert_eq!(state(&woken.name()), TaskState::Ready);
        woken.await.expect("it ends");
        let child = spawned.take().expect("it was spawned");
        assert_eq!(child.await.expect("it ends"), 7);
        assert_eq!(boucle::all_tasks().len(), 2, "this one, and the one that goes on");
        drop(goes_on);
    });
}

#[test]
fn a_task_that_stops_its_loop_stops_it_and_none_is_run_or_closed_meanwhile() {
    let event_loop = Loop::new();
    let silent = Silent::default();
    let handle = event_loop.clone();
    let task = event_loop.add_task(silent.then(async move || {
        assert_eq!(Loop::new().run_until_complete(async {}), Err(RunError::AlreadyRunning));
        assert_eq!(handle.run_until_complete(async {}), Err(RunError::AlreadyRunning));
        assert_eq!(handle.close(), Err(RunError::AlreadyRunning));
        assert!(handle.is_running());
        handle.stop();
    }));
    event_loop.run_until_complete(settle()).expect("it ends");
    silent.is_set.set(true);
    drop(event_loop.task_stacks());
    assert!(task.done() && task.exception().expect("it has ended").is_none());
    assert!(!event_loop.is_running() && Loop::current().is_err());
    assert_eq!(event_loop.run_until_complete(pending::<()>()), Err(RunError::Stopped));
}

#[test]
fn a_look_within_a_look_sees_nobody() {
    boucle::run(async {
        let silent = Silent::default();
        let other = spawn(sleep(Duration::from_secs(3600)));
        let nested = spawn(silent.then(async || Loop::current().expect("it runs").task_stacks()));
        settle().await;
        silent.is_set.set(true);
        look();
        let seen = nested.await.expect("it does not panic");
        assert_eq!(seen.len(), 3);
        assert!(seen.iter().all(|it| it.awaits.is_empty() && !it.is_unseen));
        assert_eq!(stack(&other.name()).awaits.len(), 1);
    });
}

#[test]
fn a_loop_that_closes_is_not_looked_at() {
    struct LooksAtEnd(Rc<Cell<Option<usize>>>);
    impl Drop for LooksAtEnd {
        fn drop(&mut self) {
            let stacks = Loop::current().expect("it is current").task_stacks();
            assert!(stacks.iter().all(|it| it.awaits.is_empty()));
            self.0.set(Some(stacks.len()));
        }
    }

    let seen = Rc::new(Cell::new(None));
    let event_loop = Loop::new();
    let looks = LooksAtEnd(Rc::clone(&seen));
    drop(event_loop.add_task(async move {
        pending::<()>().await;
        drop(looks);
    }));
    let silent = Silent::default();
    let task = event_loop.add_task(silent.then(async || ()));
    event_loop.run_until_complete(settle()).expect("it ends");
    silent.is_set.set(true);
    drop(event_loop);
    assert_eq!(seen.get(), Some(2));
    assert!(task.cancelled(), "it was not polled again");
}
