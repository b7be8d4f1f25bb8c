//! Who watches is told the line that waits, wherever a task can wait, and the names of what it waits for.

use std::cell::{Cell, RefCell};
use std::future::{Future, pending};
use std::io;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use boucle::sync::{Barrier, Condition, Event, Lock, Queue, Semaphore, Waiter};
use boucle::{
    Builder, Instrument, Loop, Object, TaskGroup, TaskId, WaitsFor, as_completed, gather,
    interrupt, interval, sleep, spawn, task_group, timeout, to_thread,
};

/// Keeps the lines of waits, and what is told of names.
#[derive(Default)]
struct Told {
    waits: RefCell<Vec<(TaskId, Option<&'static Location<'static>>)>>,
    named: RefCell<Vec<String>>,
}

impl Instrument for Told {
    fn waits(
        &self,
        task: TaskId,
        _wait: u32,
        _on: WaitsFor,
        object: Option<Object>,
        at: Option<&'static Location<'static>>,
    ) {
        self.waits.borrow_mut().push((task, at));
        if let Some(object) = object {
            self.named.borrow_mut().push(format!("waits for {}", object.kind));
        }
    }
    fn object_named(&self, object: Object, name: &str) {
        self.named.borrow_mut().push(format!("{} {} is {name}", object.kind, object.id));
    }
    fn acquired(&self, _task: TaskId, object: Object) {
        self.named.borrow_mut().push(format!("has {}", object.kind));
    }
}

/// Something that waits.
struct Wait {
    name: &'static str,
    future: Pin<Box<dyn Future<Output = ()>>>,
    /// The line in which it stands.
    line: u32,
}

/// Lets `f` wait with what is shared, in the caller's line.
#[track_caller]
fn wait<T, R>(name: &'static str, shared: &Rc<T>, f: impl AsyncFnOnce(&T) -> R + 'static) -> Wait
where
    T: 'static,
{
    let shared = Rc::clone(shared);
    let future = Box::pin(async move { drop(f(&shared).await) });
    Wait { name, future, line: Location::caller().line() }
}

fn watched(builder: Builder) -> (Rc<Told>, Loop) {
    let told = Rc::new(Told::default());
    (Rc::clone(&told), builder.instrument(told).build())
}

/// Begins each of the waits, and asserts that its line is told, in this file; but for the end of a task.
fn assert_lines(make: impl AsyncFnOnce() -> Vec<Wait>) {
    let (told, event_loop) = watched(Loop::builder().virtual_time(true));
    let ended = event_loop.run_until_complete(async {
        for Wait { name, future, line } in make().await {
            told.waits.take();
            let task = spawn(future);
            // Not by `quiescent`: what sleeps has ended then.
            for _ in 0..5 {
                interrupt().await;
            }
            let mut lines = told.waits.take();
            lines.retain(|(waits, _)| *waits == task.id());
            assert!(!lines.is_empty(), "{name} waits for nothing");
            for (_, at) in lines {
                match at {
                    Some(at) => assert_eq!((at.file(), at.line()), (file!(), line), "{name}"),
                    None => assert_eq!(name, "task", "the line is known"),
                }
            }
            task.cancel();
            interrupt().await;
        }
    });
    ended.expect("it ends");
}

#[test]
fn whoever_waits_for_something_of_sync_is_told_with_its_line() {
    assert_lines(async || {
        let (empty, full) = (Rc::new(Queue::<u8>::new(1)), Rc::new(Queue::new(1)));
        full.try_put(0).expect("there is room");
        let (lock, semaphore) = (Rc::new(Lock::new(())), Rc::new(Semaphore::new(0)));
        std::mem::forget(lock.try_lock());
        let (event, waiter) = (Rc::new(Event::new()), Rc::new(Waiter::new(1)));
        let barrier = Rc::new(Barrier::new(2));
        let condition = Rc::new((Condition::new(), Lock::new(())));
        vec![
            wait("get", &empty, async |it| it.get().await),
            wait("put", &full, async |it| it.put(1).await),
            wait("join", &full, async |it| it.join().await),
            wait("lock", &lock, async |it| drop(it.lock().await)),
            wait("acquire", &semaphore, async |it| drop(it.acquire().await)),
            wait("event", &event, async |it| it.wait().await),
            wait("waiter", &waiter, async |it| it.wait().await),
            wait("barrier", &barrier, async |it| it.wait().await),
            wait("condition", &condition, async |it| drop(it.0.wait(it.1.lock().await).await)),
        ]
    });
}

#[test]
fn a_condition_that_asks_for_its_lock_again_waits_in_the_line_of_its_caller() {
    let (told, event_loop) = watched(Loop::builder());
    let (condition, lock) = (Condition::new(), Lock::new(0));
    let mut line = 0;
    event_loop
        .run_until_complete(async {
            let waits = async {
                let guard = lock.lock().await;
                line = line!() + 1;
                drop(condition.wait_for(guard, |n| *n > 0).await);
            };
            let notifies = async {
                let mut guard = lock.lock().await;
                *guard = 1;
                condition.notify_one();
                interrupt().await;
            };
            futures::future::join(waits, notifies).await;
        })
        .expect("it ends");
    let lines: Vec<_> =
        told.waits.take().into_iter().map(|(_, at)| at.expect("it is known").line()).collect();
    // For the condition, and for the lock, which the other one has.
    assert_eq!(lines, [line, line]);
}

#[test]
fn whoever_waits_for_a_time_tasks_or_a_thread_is_told_with_its_line() {
    const HOUR: Duration = Duration::from_secs(3600);

    assert_lines(async || {
        let nothing = Rc::new(());
        let mut ticks = interval(HOUR);
        // The first one comes at once.
        ticks.tick().await;
        let ticks = Rc::new(Cell::new(Some(ticks)));
        let completed = Rc::new(Cell::new(Some(as_completed([pending::<()>()]))));
        let task = Rc::new(Cell::new(Some(spawn(pending::<()>()))));
        vec![
            wait("sleep", &nothing, async |_| sleep(HOUR).await),
            wait("timeout", &nothing, async |_| timeout(HOUR, pending::<()>()).await),
            wait("gather", &nothing, async |_| gather([pending::<()>()]).await),
            wait("group", &nothing, async |_| task_group(with_child).await),
            wait("thread", &nothing, async |_| to_thread(|| ()).await),
            wait("next", &completed, async |it| drop(it.take().expect("it is full").next().await)),
            wait("task", &task, async |it| it.take().expect("it is full").await),
            wait("tick", &ticks, async |it| it.take().expect("it is full").tick().await),
        ]
    });
}

/// The body of a group with a child that does not end.
async fn with_child(group: &TaskGroup) {
    drop(group.spawn(pending::<()>()));
}

#[cfg(unix)]
#[test]
fn whoever_waits_for_a_socket_is_told_with_its_line() {
    use boucle::AsyncFd;
    use boucle::net::{AIOSocket, Server, TcpListener, TcpStream};
    use boucle::net::{UdpSocket, UnixDatagram, UnixStream};

    /// More bytes than a socket takes at once.
    static MUCH: [u8; 64 << 20] = [0; 64 << 20];

    fn blocks() -> io::Result<()> {
        Err(io::ErrorKind::WouldBlock.into())
    }

    async fn make() -> io::Result<Vec<Wait>> {
        let listener = TcpListener::bind("127.0.0.1", 0).await?;
        let stream = TcpStream::connect_to(listener.local_addr()?).await?;
        let stream = Rc::new((stream, listener.accept().await?));
        let udp = Rc::new(UdpSocket::bind("127.0.0.1", 0).await?);
        let (unix, datagrams) = (Rc::new(UnixStream::pair()?), Rc::new(UnixDatagram::pair()?));
        let (here, there) = std::os::unix::net::UnixStream::pair()?;
        here.set_nonblocking(true)?;
        let fd = Rc::new((AsyncFd::new(here), there));
        let aio = Rc::new(AIOSocket::new(std::net::TcpListener::bind("127.0.0.1:0")?)?);
        let free = TcpListener::bind("127.0.0.1", 0).await?;
        let server = Rc::new(Server::start(free, 1, async |_, _| pending().await));
        let client = Rc::new(AIOSocket::new(std::net::TcpStream::connect(server.local_addr()?)?)?);
        let listener = Rc::new(listener);
        Ok(vec![
            wait("accept", &listener, async |it| it.accept().await),
            wait("read", &stream, async |it| it.0.read(&mut [0; 8]).await),
            wait("read_exact", &stream, async |it| it.0.read_exact(&mut [0; 8]).await),
            wait("peek", &stream, async |it| it.0.peek(&mut [0; 8]).await),
            wait("write_all", &stream, async |it| it.0.write_all(&MUCH).await),
            wait("write", &stream, async |it| while it.0.write(&MUCH).await.is_ok() {}),
            wait("recv_from", &udp, async |it| it.recv_from(&mut [0; 8]).await),
            wait("recv", &udp, async |it| it.recv(&mut [0; 8]).await),
            wait("peek_from", &udp, async |it| it.peek_from(&mut [0; 8]).await),
            wait("unix read", &unix, async |it| it.0.read(&mut [0; 8]).await),
            wait("unix write_all", &unix, async |it| it.0.write_all(&MUCH).await),
            wait("unix recv", &datagrams, async |it| it.0.recv(&mut [0; 8]).await),
            wait("unix recv_from", &datagrams, async |it| it.0.recv_from(&mut [0; 8]).await),
            wait("readable", &fd, async |it| it.0.readable().await),
            wait("read_with", &fd, async |it| it.0.read_with(|_| blocks()).await),
            wait("write_with", &fd, async |it| it.0.write_with(|_| blocks()).await),
            wait("aio accept", &aio, async |it| it.accept().await),
            wait("aio recv", &client, async |it| it.recv(8).await),
            wait("wait_closed", &server, async |it| it.wait_closed().await),
        ])
    }

    assert_lines(async || make().await.expect("the system has sockets"));
}

#[test]
fn what_is_named_is_told_with_its_name_before_it_is_told_of_again() {
    let (told, event_loop) = watched(Loop::builder());
    let outside = Queue::<u8>::new(1);
    outside.set_name("outside");
    event_loop
        .run_until_complete(async {
            let (lock, event) = (Lock::new(()), Event::new());
            lock.set_name("accounts");
            assert_eq!(told.named.take(), ["lock 1#1 is accounts"]);
            drop(lock.lock().await);
            assert_eq!(told.named.take(), ["has lock"], "the name is told once");
            lock.set_name("books");
            drop(lock.lock().await);
            assert_eq!(told.named.take(), ["lock 1#1 is books", "has lock"]);
            let get = Box::pin(outside.get());
            let wait = futures::future::select(get, Box::pin(event.wait()));
            let waits = futures::future::select(wait, Box::pin(interrupt()));
            waits.await;
            let told = told.named.take();
            assert!(told[0].starts_with("queue #") && told[0].ends_with(" is outside"), "{told:?}");
            assert_eq!(told[1..], ["waits for queue", "waits for event"]);
        })
        .expect("it ends");
    // Another loop's watcher does not know it.
    let (told, event_loop) = watched(Loop::builder());
    event_loop.add_task(async move { outside.get().await });
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| event_loop.run())).is_err());
    assert!(told.named.take()[0].ends_with(" is outside"));
}

#[test]
fn every_primitive_can_be_named_and_shows_its_name() {
    let (queue, lock, event) = (Queue::<u8>::new(1), Lock::new(0), Event::new());
    let (semaphore, barrier) = (Semaphore::new(1), Barrier::new(1));
    let (condition, waiter) = (Condition::new(), Waiter::new(1));
    queue.set_name("its name");
    lock.set_name("its name");
    event.set_name("its name");
    semaphore.set_name("its name");
    barrier.set_name("its name");
    condition.set_name("its name");
    waiter.set_name("its name");
    let shown = [
        format!("{queue:?}"),
        format!("{lock:?}"),
        format!("{event:?}"),
        format!("{semaphore:?}"),
        format!("{barrier:?}"),
        format!("{condition:?}"),
        format!("{waiter:?}"),
    ];
    for shown in shown {
        assert!(shown.contains("\"its name\""), "{shown}");
    }
}

#[test]
fn a_name_where_nobody_watches_is_not_kept() {
    boucle::run(async {
        let event = Event::new();
        event.set_name("nobody hears it");
        assert!(!format!("{event:?}").contains("nobody hears it"));
    });
    let event_loop = Loop::builder().debug(true).build();
    let kept = event_loop.run_until_complete(async {
        let event = Event::new();
        event.set_name("debug mode keeps it");
        format!("{event:?}").contains("debug mode keeps it")
    });
    assert_eq!(kept, Ok(true));
}
