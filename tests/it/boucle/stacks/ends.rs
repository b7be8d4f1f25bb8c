//! What stands at the end of a chain of awaits: what the task waits for.

use std::future::{pending, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use boucle::sync::{Barrier, Condition, Event, Lock, Queue, Semaphore, Waiter};
use boucle::{
    Loop, Object, TaskGroup, WaitsFor, as_completed, gather, interval, sleep, spawn, task_group,
    to_thread,
};

use super::{Leaf, assert_leaf, assert_stands, run, settle, stack};

/// This file.
pub(super) const FILE: (&str, &str) = (file!(), include_str!("ends.rs"));

/// The line that ends in this mark.
fn line_of(mark: &str) -> u32 {
    let mark = format!("// {mark}");
    let place = FILE.1.lines().position(|it| it.ends_with(&mark));
    place.unwrap_or_else(|| panic!("no line ends in {mark:?}")) as u32 + 1
}

#[test]
fn a_chain_goes_down_to_what_is_waited_for() {
    run(async || {
        let full = Queue::new(1);
        full.try_put(0).expect("there is room");
        let empty = Queue::<u8>::new(1);
        let get = Box::pin(async move {
            let _ = empty.get().await; // get
        });
        let expected = ["      {closure} at get", "        an item of a queue at get"];
        assert_leaf(get, &expected, Some(WaitsFor::Sync("an item of a queue"))).await;
        let put = Box::pin(async move {
            let _ = full.put(1).await; // put
        });
        let expected = ["      {closure} at put", "        room in a queue at put"];
        assert_leaf(put, &expected, Some(WaitsFor::Sync("room in a queue"))).await;
        let sleeps = Box::pin(sleep(Duration::from_secs(5))); // sleep
        let time = WaitsFor::Time(Duration::from_secs(5));
        assert_leaf(sleeps, &["      5.000s more at sleep"], Some(time)).await;
        let for_ever = Box::pin(sleep(Duration::MAX)); // for ever
        let never = WaitsFor::Sync("a time that never comes");
        assert_leaf(for_ever, &["      a time that never comes at for ever"], Some(never)).await;
    });
}

#[test]
fn whatever_of_sync_a_task_waits_for_is_seen() {
    /// A future that borrows from something shared.
    fn with<T: 'static>(shared: &Rc<T>, f: impl AsyncFnOnce(&T) + 'static) -> Leaf {
        let shared = Rc::clone(shared);
        Box::pin(async move { f(&shared).await })
    }
    async fn assert_waits(leaf: Leaf, what: &'static str) {
        let task = spawn(leaf);
        task.set_name("waits");
        settle().await;
        let stack = stack("waits");
        let last = stack.awaits.last().unwrap_or_else(|| panic!("{what} is seen"));
        assert_eq!((&*last.what, last.waits_for), (what, Some(WaitsFor::Sync(what))));
        assert_eq!(last.file.as_deref(), Some(file!()));
        task.cancel();
        settle().await;
    }

    run(async || {
        let lock = Rc::new(Lock::new(()));
        let held = lock.try_lock().expect("it is free");
        assert_waits(with(&lock, async |it| drop(it.lock().await)), "a lock").await;
        drop(held);
        let semaphore = Rc::new(Semaphore::new(0));
        let acquires = with(&semaphore, async |it| drop(it.acquire().await));
        assert_waits(acquires, "a permit of a semaphore").await;
        let event = Rc::new(Event::new());
        assert_waits(with(&event, async |it| it.wait().await), "an event").await;
        let waiter = Rc::new(Waiter::new(1));
        assert_waits(with(&waiter, async |it| it.wait().await), "a waiter to be set").await;
        let barrier = Rc::new(Barrier::new(2));
        let comes = with(&barrier, async |it| _ = it.wait().await);
        assert_waits(comes, "the others at a barrier").await;
        let both = Rc::new((Condition::new(), Lock::new(())));
        let waits = with(&both, async |it| drop(it.0.wait(it.1.lock().await).await));
        assert_waits(waits, "a condition").await;
        let queue = Rc::new(Queue::new(1));
        queue.try_put(0).expect("there is room");
        assert_waits(with(&queue, async |it| it.join().await), "the end of the work on a queue")
            .await;
    });
}

#[test]
fn a_chain_says_at_what_the_task_waits_and_what_that_is_called() {
    let lock = Rc::new(Lock::new(())); // made here
    lock.set_name("accounts");
    let same = Rc::clone(&lock);
    let held = lock.try_lock().expect("it is free");
    let (tree, line) = run(async || {
        let task = spawn(async move { drop(same.lock().await) }); // waits here
        settle().await;
        let last = stack(&task.name()).awaits.pop().expect("it waits");
        let Object { kind, made_at, .. } = last.object.expect("a lock is an object");
        assert_eq!((kind, made_at.line()), ("lock", line_of("made here")));
        assert_eq!(last.object_name.as_deref(), Some("accounts"));
        (Loop::current().expect("it runs").task_tree(), last.to_string())
    });
    drop(held);
    let (here, made) = (line_of("waits here"), line_of("made here"));
    let file = file!();
    let expected =
        format!("waits for a lock, {file}:{here} (lock \"accounts\", made at {file}:{made})");
    assert_eq!(line, expected);
    assert!(tree.contains(&format!(": waits for a lock, spawned at {file}:{here}\n")), "{tree}");
    assert!(tree.contains(&format!("    {expected}\n")), "{tree}");
}

#[test]
fn the_end_of_a_task_a_thread_and_a_tick_are_seen() {
    run(async || {
        let child = spawn(pending::<()>());
        child.set_name("child");
        let id = child.id();
        let awaits = Box::pin(async move { drop(child.await) }); // awaits
        let expected = ["      {closure} at awaits", "        child"];
        assert_leaf(awaits, &expected, Some(WaitsFor::Task(id))).await;
        let ticks = Box::pin(async {
            let mut ticks = interval(Duration::from_secs(9));
            ticks.tick().await;
            ticks.tick().await; // tick
        });
        let expected = ["      {closure} at tick", "        9.000s more at tick"];
        assert_leaf(ticks, &expected, Some(WaitsFor::Time(Duration::from_secs(9)))).await;
        let (go_on, waits) = std::sync::mpsc::channel::<()>();
        let thread = Box::pin(async move {
            drop(to_thread(move || waits.recv()).await); // thread
        });
        let expected = ["      {closure} at thread", "        another thread at thread"];
        assert_leaf(thread, &expected, Some(WaitsFor::Thread)).await;
        drop(go_on);
    });
}

#[cfg(unix)]
#[test]
fn who_waits_for_a_socket_is_seen_with_its_descriptor() {
    use std::os::fd::{AsFd, AsRawFd};

    use boucle::net::{TcpListener, TcpStream};
    use futures::AsyncRead;

    let event_loop = Loop::new();
    let ended = event_loop.run_until_complete(async {
        let listener = TcpListener::bind("127.0.0.1", 0).await?;
        let stream = TcpStream::connect_to(listener.local_addr()?).await?;
        let peer = listener.accept().await?;
        let number = |fd: &dyn AsFd| fd.as_fd().as_raw_fd();
        let on = WaitsFor::Readable(number(&listener));
        let waits = format!("        {on} at accept");
        let accepts = Box::pin(async move { drop(listener.accept().await) }); // accept
        assert_leaf(accepts, &["      {closure} at accept", &waits], Some(on)).await;
        let on = WaitsFor::Readable(number(&stream));
        let waits = format!("        {on} at read");
        let stream = Rc::new(stream);
        let same = Rc::clone(&stream);
        let reads = Box::pin(async move { drop(same.read(&mut [0; 8]).await) }); // read
        assert_leaf(reads, &["      {closure} at read", &waits], Some(on)).await;
        // By the traits of `futures-io` nobody says in which line.
        let waits = format!("      {on}");
        let reads = Box::pin(async move {
            let mut buffer = [0; 8];
            let mut stream = &*stream;
            let read = poll_fn(|cx| {
                AsyncRead::poll_read(Pin::new(&mut stream), cx, &mut buffer) // by its trait
            });
            drop(read.await); // reads
        });
        let task = spawn(reads);
        task.set_name("waits");
        settle().await;
        assert_stands(
            "waits",
            &["{closure} at reads", "  {closure} at by its trait", "    poll_read", &waits],
        );
        assert_eq!(stack("waits").info.waits_for, [on]);
        drop(peer);
        std::io::Result::Ok(())
    });
    ended.expect("it ends").expect("the system has sockets");
}

/// A function: what an async closure is called, each build tells in its own way.
async fn body(group: &TaskGroup) {
    group.spawn(pending::<()>());
    sleep(Duration::from_secs(1)).await; // in the body
}

#[test]
fn who_waits_for_children_is_seen() {
    run(async || {
        let children = Box::pin(async {
            drop(gather([pending::<()>(), pending()]).await); // gather
        });
        let expected = ["      {closure} at gather", "        the ends of 2 tasks at gather"];
        assert_leaf(children, &expected, None).await;
        let first = Box::pin(async {
            drop(as_completed([pending::<()>()]).next().await); // next
        });
        let expected = ["      {closure} at next", "        the end of 1 task at next"];
        assert_leaf(first, &expected, None).await;
        let body_is_over = Box::pin(async {
            let group = task_group(async |group| drop(group.spawn(pending::<()>()))); // group
            drop(group.await); // awaits the group
        });
        let expected =
            ["      {closure} at awaits the group", "        the end of 1 task at group"];
        assert_leaf(body_is_over, &expected, None).await;
        let in_body = Box::pin(async {
            drop(task_group(body).await); // awaits its body
        });
        let expected = [
            "      {closure} at awaits its body",
            "        body at in the body",
            "          1.000s more at in the body",
        ];
        assert_leaf(in_body, &expected, Some(WaitsFor::Time(Duration::from_secs(1)))).await;
    });
}
