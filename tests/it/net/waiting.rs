//! Who waits for a descriptor: many, those who only poll, those who move to another loop, those who must
//! try again.

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn};
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use boucle::net::{TcpStream, UnixDatagram, UnixListener, UnixStream};
use boucle::{
    Faults, Loop, Order, RunError, Situation, Step, SystemCall, Task, TaskId, interrupt, quiescent,
    spawn,
};
use futures_io::AsyncRead;

use super::reactor::drivers;
use super::watchdog::{begins_to_wait, run, run_in};
use super::{count_turns, pair, polled};

/// Counts the polls of a task that polls so, until it is ready.
fn count_polls<T: 'static>(
    n_polls: &Rc<Cell<usize>>,
    mut poll: impl FnMut(&mut Context<'_>) -> Poll<T> + 'static,
) -> Task<T> {
    let n_polls = Rc::clone(n_polls);
    spawn(poll_fn(move |cx| {
        n_polls.set(n_polls.get() + 1);
        poll(cx)
    }))
}

/// Reads a byte by the trait, which has no way to say that somebody stops to wait.
fn read_by_trait(stream: &TcpStream, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
    Pin::new(&mut &*stream).poll_read(cx, &mut [0])
}

#[test]
fn many_who_poll_a_silent_stream_come_to_rest_and_are_all_woken() {
    for driver in drivers() {
        // So many may poll, as a limit, and a few more each.
        for (n, most) in [(8, 8), (9, 29), (100, 150)] {
            let event_loop = Loop::builder().driver(driver).build();
            run_in(&event_loop, async {
                let (client, server) = pair().await;
                let (server, n_polls) = (Rc::new(server), Rc::new(Cell::new(0)));
                let readers: Vec<_> = (0..n)
                    .map(|_| {
                        let server = Rc::clone(&server);
                        count_polls(&n_polls, move |cx| read_by_trait(&server, cx))
                    })
                    .collect();
                for _ in 0..300 {
                    interrupt().await;
                }
                assert!(n_polls.get() <= most, "{} polls of {n} readers", n_polls.get());
                client.write_all(&vec![0; n]).await.expect("there is room");
                for reader in readers {
                    let read = reader.await.expect("it does not panic");
                    assert_eq!(read.expect("it is connected"), 1);
                }
            });
        }
    }
}

/// Wakes another one; each is told from the others.
struct Fresh(Waker);

impl Wake for Fresh {
    fn wake(self: Arc<Self>) {
        self.0.wake_by_ref();
    }
}

#[test]
fn one_who_polls_with_a_fresh_waker_each_time_comes_to_rest_and_is_woken() {
    for driver in drivers() {
        let event_loop = Loop::builder().driver(driver).build();
        run_in(&event_loop, async {
            let (client, server) = pair().await;
            let (n_polls, kept) = (Rc::default(), Rc::new(Cell::new(Waker::noop().clone())));
            let keep = Rc::clone(&kept);
            let reader = count_polls(&n_polls, move |cx| {
                keep.set(cx.waker().clone());
                let fresh = Waker::from(Arc::new(Fresh(cx.waker().clone())));
                read_by_trait(&server, &mut Context::from_waker(&fresh))
            });
            // Something else has it polled, again and again.
            for _ in 0..1_000 {
                interrupt().await;
                kept.replace(Waker::noop().clone()).wake();
            }
            let before = n_polls.get();
            assert!(before >= 1_000);
            for _ in 0..100 {
                interrupt().await;
            }
            let more = n_polls.get() - before;
            assert!(more <= 2, "{more} polls, and nothing happens");
            client.write_all(&[0]).await.expect("there is room");
            assert_eq!(reader.await.expect("it does not panic").expect("it is connected"), 1);
        });
    }
}

#[test]
fn a_wait_that_goes_on_in_another_loop_is_one_of_that_loop_and_no_more_of_the_first() {
    let (here, there) = UnixStream::pair().expect("the system has sockets");
    let here = Arc::new(here);
    let (first, second) = (Loop::new(), Loop::new());
    let reader = Arc::clone(&here);
    let mut moves = Box::pin(async move {
        let mut byte = [0];
        reader.read(&mut byte).await.expect("it is connected");
        byte[0]
    });
    let begun = first.run_until_complete(polled(1, &mut moves)).expect("it ends");
    assert!(begun.is_none());
    run_in(&second, async {
        let reader = Arc::clone(&here);
        // In this loop it has what the other one has in the first: the first place.
        let stays = spawn(async move {
            let mut byte = [0];
            reader.read(&mut byte).await.expect("it is connected");
            byte[0]
        });
        interrupt().await;
        let moves = spawn(moves);
        interrupt().await;
        interrupt().await;
        there.write_all(b"12").await.expect("there is room");
        let mut read = [moves.await, stays.await].map(|it| it.expect("it does not panic"));
        read.sort_unstable();
        assert_eq!(read, *b"12");
    });
    let never = first.run_until_complete(pending::<()>());
    assert_eq!(never, Err(RunError::Deadlock), "nobody waits there any more");
}

#[test]
fn of_a_herd_each_is_polled_once_for_an_event_and_may_leave_in_any_order() {
    const N: usize = 2_000;
    for driver in drivers() {
        let event_loop = Loop::builder().driver(driver).build();
        run_in(&event_loop, async {
            let (sender, receiver) = UnixDatagram::pair().expect("the system has sockets");
            let (receiver, n_polls) = (Rc::new(receiver), Rc::new(Cell::new(0)));
            let tasks: Vec<_> = (0..N)
                .map(|_| {
                    let receiver = Rc::clone(&receiver);
                    let mut receives = Box::pin(async move { receiver.recv(&mut [0; 8]).await });
                    count_polls(&n_polls, move |cx| receives.as_mut().poll(cx))
                })
                .collect();
            interrupt().await;
            assert_eq!(n_polls.get(), N);
            sender.send(b"x").await.expect("there is room");
            while n_polls.get() == N {
                interrupt().await;
            }
            interrupt().await;
            assert_eq!(n_polls.get(), 2 * N);
            assert_eq!(tasks.iter().filter(|it| it.done()).count(), 1, "one has got it");
            // Those in the middle, then the last, then the first.
            for n in (N / 2..N).rev().chain(0..N / 2).skip(7) {
                tasks[n].cancel();
            }
            interrupt().await;
            interrupt().await;
            assert!(tasks.iter().filter(|it| !it.done()).count() <= 7);
            for _ in 0..7 {
                sender.send(b"x").await.expect("there is room");
            }
            for task in tasks {
                let _ = task.await;
            }
        });
        let never = event_loop.run_until_complete(pending::<()>());
        assert_eq!(never, Err(RunError::Deadlock), "nobody waits any more");
    }
}

#[test]
fn who_sends_and_connects_at_a_path_without_waiting_lets_the_others_have_their_turns() {
    let path = |name| std::env::temp_dir().join(format!("boucle-{}-{name}", std::process::id()));
    run(async {
        let (n_turns, counts) = count_turns();
        let receiver = UnixDatagram::bind(path("takes")).expect("the path is free");
        let sender = UnixDatagram::unbound().expect("the system has sockets");
        for _ in 0..1_000 {
            sender.send_to(b"x", path("takes")).await.expect("somebody is there");
            rustix::io::read(&receiver, &mut [0; 8]).expect("it was sent");
        }
        assert!(n_turns.replace(0) >= 7, "1,000 calls, 128 in a poll");
        let listener = UnixListener::bind(path("listens")).expect("the path is free");
        for _ in 0..500 {
            UnixStream::connect(path("listens")).await.expect("somebody listens");
            rustix::net::accept(&listener).expect("a client has come");
        }
        assert!(n_turns.get() >= 3, "500 calls, 128 in a poll");
        counts.cancel();
    });
}

/// Interrupts calls of a kind, so many times.
struct Interrupts(SystemCall, Cell<usize>);

impl Faults for Interrupts {
    fn before(&self, call: SystemCall) -> Option<io::Error> {
        if call != self.0 || self.1.get() == 0 {
            return None;
        }
        self.1.set(self.1.get() - 1);
        Some(rustix::io::Errno::INTR.into())
    }
}

#[test]
fn who_is_interrupted_again_and_again_lets_the_others_have_their_turns() {
    for call in [SystemCall::Read, SystemCall::Write, SystemCall::Connect] {
        let faults = Interrupts(call, Cell::new(1_000));
        let event_loop = Loop::builder().faults(faults).build();
        run_in(&event_loop, async {
            let (n_turns, counts) = count_turns();
            let (client, server) = pair().await;
            client.write_all(b"x").await.expect("there is room");
            server.read_exact(&mut [0]).await.expect("it was sent");
            assert!(n_turns.get() >= 7, "{call:?}: {} turns", n_turns.get());
            counts.cancel();
        });
    }
    let event_loop =
        Loop::builder().faults(Interrupts(SystemCall::Write, Cell::new(1_000))).build();
    run_in(&event_loop, async {
        let (n_turns, counts) = count_turns();
        let path = std::env::temp_dir().join(format!("boucle-{}-again", std::process::id()));
        let receiver = UnixDatagram::bind(&path).expect("the path is free");
        let sender = UnixDatagram::unbound().expect("the system has sockets");
        sender.send_to(b"x", &path).await.expect("somebody is there");
        assert_eq!(receiver.recv(&mut [0; 8]).await.expect("it was sent"), 1);
        assert!(n_turns.get() >= 7, "{} turns", n_turns.get());
        counts.cancel();
    });
}

/// Says that this call of a kind would block, the how-many-th, from 1.
struct WouldBlock(SystemCall, Cell<usize>);

impl Faults for WouldBlock {
    fn before(&self, call: SystemCall) -> Option<io::Error> {
        let n_left = self.1.get().saturating_sub(usize::from(call == self.0));
        let fails = call == self.0 && self.1.replace(n_left) == 1;
        fails.then(|| io::ErrorKind::WouldBlock.into())
    }
}

#[test]
fn who_is_told_falsely_that_a_call_would_block_tries_again() {
    for (call, nth) in [(SystemCall::Read, 2), (SystemCall::Write, 1)] {
        let event_loop = Loop::builder().faults(WouldBlock(call, Cell::new(nth))).build();
        run_in(&event_loop, async {
            let (client, server) = pair().await;
            // Both are watched from now on, and the system tells each change once.
            assert!(begins_to_wait(server.read(&mut [0])).await);
            client.write_all(b"x").await.expect("there is room");
            quiescent().await;
            server.read_exact(&mut [0]).await.expect("it was sent");
        });
    }
}

/// Looks at descriptors at its third step, and notes how many tasks can go on before each.
struct Looks(Rc<RefCell<Vec<usize>>>);

impl Order for Looks {
    fn choose(&mut self, _: &[TaskId]) -> usize {
        unreachable!("`step` does not ask")
    }

    fn step(&mut self, at: &Situation<'_>) -> Step {
        let mut n_ready = self.0.borrow_mut();
        n_ready.push(at.ready.len());
        assert!(!at.works_abroad);
        if n_ready.len() == 3 { Step::Look } else { Step::first(at) }
    }
}

#[test]
fn whom_a_socket_wakes_can_be_known_before_the_next_choice() {
    let n_ready = Rc::new(RefCell::new(Vec::new()));
    let looks = Looks(Rc::clone(&n_ready));
    let event_loop = Loop::builder().virtual_time(true).order(looks).build();
    let (here, there) = UnixStream::pair().expect("the system has sockets");
    let reads = event_loop.add_task(async move { here.read(&mut [0]).await });
    let writes = event_loop.add_task(async move {
        there.write_all(b"x").await.expect("there is room");
        interrupt().await;
        interrupt().await;
    });
    event_loop.run();
    assert!(writes.done() && reads.result().is_ok_and(|it| it.is_ok()));
    // The reader and the writer; the writer, before and after it has written; both.
    assert_eq!(n_ready.borrow()[..4], [2, 1, 1, 2]);
}
