//! For what a task waits, who wakes it, and how it ends: as an instrument hears it, and as the tree
//! shows it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::pending;
use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::panic::Location;
use std::rc::Rc;
use std::sync::mpsc;
use std::time::Duration;

use boucle::net::{TcpListener, TcpStream};
use boucle::sync::{Barrier, Condition, Event, Lock, Queue, Semaphore, Waiter};
use boucle::{
    Ended, Instrument, Loop, Object, Spawned, Task, TaskId, WaitsFor, WokenBy, all_tasks,
    as_completed, interrupt, quiescent, sleep, spawn, timeout, to_thread,
};

/// Keeps who woke whom, and how each ended.
#[derive(Default)]
struct Heard {
    wakes: RefCell<Vec<(TaskId, WokenBy)>>,
    ends: RefCell<Vec<(TaskId, Ended)>>,
}

impl Instrument for Heard {
    fn woken(&self, task: TaskId, by: WokenBy) {
        self.wakes.borrow_mut().push((task, by));
    }

    fn task_done(&self, task: TaskId, how: Ended) {
        self.ends.borrow_mut().push((task, how));
    }
}

impl Heard {
    /// Who woke this task, in order.
    fn wakes_of<T>(&self, task: &Task<T>) -> Vec<WokenBy> {
        let wakes = self.wakes.borrow();
        wakes.iter().filter(|(id, _)| *id == task.id()).map(|(_, by)| *by).collect()
    }
}

/// A loop, and what is heard of it.
fn heard_loop() -> (Loop, Rc<Heard>) {
    let heard = Rc::new(Heard::default());
    (Loop::builder().instrument(Rc::clone(&heard)).build(), heard)
}

#[test]
fn each_wake_says_who_it_was() {
    let (event_loop, heard) = heard_loop();
    let event = Rc::new(Event::new());
    let waiter = Rc::clone(&event);
    let by_task = event_loop.add_task(async move { waiter.wait().await });
    let sets = event_loop.add_task(async move { event.set() });
    let by_timer = event_loop.add_task(sleep(Duration::from_millis(1)));
    let (answer, question) = mpsc::channel::<()>();
    let by_thread = event_loop.add_task(to_thread(move || question.recv()));
    let by_quiet = event_loop.add_task(async move {
        quiescent().await;
        // Not before: who has its answer at once is not woken.
        drop(answer);
    });
    let by_outside = event_loop.add_task(pending::<()>());
    let by_socket = event_loop.add_task(async {
        let listener = TcpListener::bind("127.0.0.1", 0).await?;
        let client = TcpStream::connect_to(listener.local_addr()?).await?;
        let (server, _) = listener.accept().await?;
        let writes = spawn(async move { client.write_all(b"ping").await });
        let read = server.read(&mut [0; 16]).await;
        writes.await.expect("it does not panic")?;
        read
    });
    event_loop.run_until_complete(interrupt()).expect("it ends");
    by_outside.cancel();
    event_loop.run();

    assert_eq!(heard.wakes_of(&by_task), [WokenBy::Task(sets.id())]);
    assert_eq!(heard.wakes_of(&by_timer), [WokenBy::Timer]);
    assert_eq!(heard.wakes_of(&by_thread), [WokenBy::Thread]);
    assert_eq!(heard.wakes_of(&by_quiet), [WokenBy::Quiet]);
    assert_eq!(heard.wakes_of(&by_outside), [WokenBy::Outside]);
    let by_socket = heard.wakes_of(&by_socket);
    assert!(by_socket.iter().any(|by| matches!(by, WokenBy::Descriptor(it) if *it > 2)));
}

#[test]
fn each_end_says_how_it_was() {
    let (event_loop, heard) = heard_loop();
    let value = event_loop.add_task(async { 1 });
    let panics = event_loop.add_task(async { panic!("boom") });
    let cancelled = event_loop.add_task(pending::<()>());
    cancelled.cancel();
    event_loop.run();
    let closed = event_loop.add_task(pending::<()>());
    event_loop.close().expect("it does not run");
    assert!(panics.exception().expect("it has ended").is_some());
    let expected = [
        (value.id(), Ended::Value),
        (panics.id(), Ended::Panicked),
        (cancelled.id(), Ended::Cancelled),
        (closed.id(), Ended::Cancelled),
    ];
    assert_eq!(*heard.ends.borrow(), expected);
}

/// Spawns one task for each thing that can be waited for, and lets all begin to wait.
async fn all_wait() -> io::Result<Vec<Task<()>>> {
    /// Spawns and names it.
    fn wait(name: &str, future: impl Future<Output = ()> + 'static) -> Task<()> {
        let task = spawn(future);
        task.set_name(name);
        task
    }
    let listener = TcpListener::bind("127.0.0.1", 0).await?;
    let client = TcpStream::connect_to(listener.local_addr()?).await?;
    let (server, _) = listener.accept().await?;
    let child = wait("child", pending());
    let tasks = vec![
        wait("accept", async move { drop(listener.accept().await) }),
        wait("barrier", async {
            let _ = Barrier::new(2).wait().await;
        }),
        wait("condition", async {
            let lock = Lock::new(());
            drop(Condition::new().wait(lock.lock().await).await);
        }),
        wait("event", async { Event::new().wait().await }),
        wait("get", async {
            let _ = Queue::<u8>::new(1).get().await;
        }),
        wait("join", async {
            let queue = Queue::new(1);
            queue.put(1).await.expect("it is open");
            queue.join().await;
        }),
        wait("lock", async {
            let lock = Lock::new(());
            let _first = lock.lock().await;
            drop(lock.lock().await);
        }),
        wait("parent", async move { drop(child.await) }),
        wait("put", async {
            let queue = Queue::new(1);
            queue.put(1).await.expect("it is open");
            let _ = queue.put(2).await;
        }),
        wait("read or time", async move {
            drop(timeout(Duration::from_secs(60), client.read(&mut [0; 8])).await);
            drop(server);
        }),
        wait("semaphore", async { drop(Semaphore::new(0).acquire().await) }),
        wait("waiter", async { Waiter::new(1).wait().await }),
    ];
    quiescent().await;
    Ok(tasks)
}

/// The tree, without numbers that change, the places and the chains of awaits.
fn tree(event_loop: &Loop) -> String {
    let tree = event_loop.task_tree();
    let lines = tree.lines().filter(|line| line.contains(", spawned"));
    let lines = lines.map(|line| {
        let line = line.split(", spawned").next().expect("there is one");
        let words = line.split(' ').map(|word| {
            let is_number = word.chars().all(|it| it.is_ascii_digit());
            if is_number { "N" } else { word }
        });
        words.collect::<Vec<_>>().join(" ") + "\n"
    });
    lines.collect()
}

#[test]
fn the_tree_says_for_what_each_task_waits() {
    let event_loop = Loop::builder().virtual_time(true).build();
    let tasks = event_loop.run_until_complete(all_wait()).expect("it ends").expect("it works");
    insta::assert_snapshot!("the_tree", tree(&event_loop));
    drop(tasks);

    // In debug mode it knows more, and counts the polls, which are left out here.
    let event_loop = Loop::builder().virtual_time(true).debug(true).build();
    let tasks = event_loop.run_until_complete(all_wait()).expect("it ends").expect("it works");
    let tree = tree(&event_loop);
    let lines = tree.lines().map(|line| line.split(", N polls").next().expect("there is one"));
    insta::assert_snapshot!("the_tree_in_debug_mode", lines.collect::<Vec<_>>().join("\n"));
    drop(tasks);
}

#[test]
fn what_a_task_waits_for_is_known_as_data() {
    let event_loop = Loop::builder().debug(true).build();
    let ended = event_loop.run_until_complete(async {
        let listener = TcpListener::bind("127.0.0.1", 0).await?;
        let client = Rc::new(TcpStream::connect_to(listener.local_addr()?).await?);
        let (_server, _) = listener.accept().await?;
        let (reader, writer) = (Rc::clone(&client), Rc::clone(&client));
        let (answer, question) = mpsc::channel::<()>();
        let child = spawn(pending::<()>());
        let descriptor = client.as_fd().as_raw_fd();
        let expected = [
            WaitsFor::Task(child.id()),
            WaitsFor::Sync("an event"),
            WaitsFor::Readable(descriptor),
            WaitsFor::Writable(descriptor),
            WaitsFor::Thread,
        ];
        assert!(expected.iter().all(|it| !matches!(it, WaitsFor::Time(_))), "the tree has those");
        let tasks = [
            spawn(async move { drop(child.await) }),
            spawn(async { Event::new().wait().await }),
            spawn(async move { drop(reader.read(&mut [0; 8]).await) }),
            // More than the system keeps for one that does not read.
            spawn(async move { drop(writer.write_all(&vec![0; 64 << 20]).await) }),
            spawn(async move { drop(to_thread(move || question.recv()).await) }),
        ];
        quiescent().await;
        for (task, expected) in tasks.iter().zip(expected) {
            let infos = all_tasks();
            let info = infos.iter().find(|it| it.id == task.id()).expect("it waits");
            assert_eq!(info.waits_for, [expected]);
        }
        drop(answer);
        io::Result::Ok(())
    });
    ended.expect("it ends").expect("it works");
}

/// Keeps what is told of the first task's waits, of its polls, and of drops; each with its time.
#[derive(Default)]
struct Told {
    lines: RefCell<Vec<String>>,
    first: Cell<Option<TaskId>>,
    open: RefCell<BTreeMap<u32, String>>,
}

impl Told {
    fn say(&self, task: TaskId, line: &str) {
        if self.first.get() == Some(task) {
            self.lines.borrow_mut().push(line.to_owned());
        }
    }
}

impl Instrument for Told {
    fn task_spawned(&self, task: TaskId, _spawned: Spawned) {
        self.first.set(self.first.get().or(Some(task)));
    }

    fn before_poll(&self, task: TaskId) {
        self.say(task, "runs");
    }

    fn before_drop(&self, task: TaskId) {
        self.say(task, "is being dropped");
    }

    fn task_done(&self, task: TaskId, _how: Ended) {
        self.say(task, "is done");
    }

    fn waits(
        &self,
        task: TaskId,
        wait: u32,
        on: WaitsFor,
        _object: Option<Object>,
        _at: Option<&'static Location<'static>>,
    ) {
        self.say(task, &format!("waits for {on}"));
        self.open.borrow_mut().insert(wait, on.to_string());
    }

    fn wait_ended(&self, task: TaskId, wait: u32) {
        let on = self.open.borrow_mut().remove(&wait).expect("it was told that it began");
        self.say(task, &format!("no longer waits for {on}"));
    }
}

/// What is told of a program.
fn told(program: impl FnOnce(&Loop)) -> String {
    let told = Rc::new(Told::default());
    let event_loop = Loop::builder().virtual_time(true).instrument(Rc::clone(&told)).build();
    program(&event_loop);
    event_loop.close().expect("it is over");
    told.lines.take().join("\n")
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn between_two_of_several_tasks_nobody_waits_for_them_and_they_wake_nobody() {
    let told = told(|event_loop| {
        let ended = event_loop.run_until_complete(async {
            let mut children = as_completed([1, 2, 4].map(|n| sleep(n * SECOND)));
            children.next().await;
            // One ends meanwhile.
            sleep(2 * SECOND).await;
            children.next().await;
            // It gives up: nobody is woken by the one that is left.
            assert!(timeout(SECOND / 2, children.next()).await.is_err());
            sleep(2 * SECOND).await;
            children.next().await;
        });
        ended.expect("it ends");
    });
    insta::assert_snapshot!("between_two_of_several_tasks", told);
}

#[test]
fn who_waits_for_quiet_or_for_ever_says_so_and_who_is_dropped_in_no_poll() {
    let told = told(|event_loop| {
        let ended = event_loop.run_until_complete(async {
            quiescent().await;
            assert!(timeout(SECOND, sleep(Duration::MAX)).await.is_err());
            sleep(Duration::MAX).await;
        });
        assert!(ended.is_err(), "nothing can wake it");
    });
    insta::assert_snapshot!("for_quiet_and_for_ever", told);
}
