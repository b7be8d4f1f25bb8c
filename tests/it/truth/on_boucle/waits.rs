//! Programs in which a task waits for several things, of which some come before the others.

use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use boucle::net::{TcpListener, TcpStream};
use boucle::sync::{Barrier, Event, Lock, Queue, Semaphore};
use boucle::{
    Loop, as_completed, gather, interrupt, race, sleep, spawn, task_group, timeout, to_thread,
};
use futures::future::{Either, join, join3, select};
use futures::stream::{FuturesUnordered, StreamExt};
use futures_lite::{AsyncReadExt, AsyncWriteExt};

use super::Program;

const SECOND: Duration = Duration::from_secs(1);

/// All of them.
pub(super) const WAITS: [Program; 8] = [
    ("several things at once", None, several_things),
    ("several polled as they are woken", None, unordered),
    ("the first of two", None, selected),
    ("a task that is awaited no longer", None, awaited_no_longer),
    ("a sleep that is kept", None, kept),
    ("one after the other", None, completed),
    ("children and more", None, children),
    ("sockets that are polled", None, sockets),
];

fn run<F: Future>(event_loop: &Loop, program: F) {
    drop(event_loop.run_until_complete(program));
}

fn several_things(event_loop: &Loop) {
    run(event_loop, async {
        let (queue, event) = (Rc::new(Queue::new(1)), Rc::new(Event::new()));
        let (lock, barrier) = (Rc::new(Lock::new(0)), Rc::new(Barrier::new(2)));
        let guard = lock.lock().await;
        let other = spawn({
            let (queue, event) = (Rc::clone(&queue), Rc::clone(&event));
            let (lock, barrier) = (Rc::clone(&lock), Rc::clone(&barrier));
            async move {
                let twice = join(queue.get(), queue.get());
                let all = join3(twice, event.wait(), async { *lock.lock().await += 1 });
                let ends = join(all, join3(sleep(3 * SECOND), sleep(SECOND), barrier.wait())).await;
                assert!(ends.1.2.is_ok());
            }
        });
        sleep(SECOND).await;
        queue.put(1).await.expect("it is open");
        sleep(SECOND).await;
        event.set();
        interrupt().await;
        drop(guard);
        interrupt().await;
        queue.put(2).await.expect("it is open");
        join(barrier.wait(), other).await.1.expect("it ends");
    });
}

fn unordered(event_loop: &Loop) {
    run(event_loop, async {
        let (queue, permits) = (Rc::new(Queue::new(1)), Rc::new(Semaphore::new(1)));
        let mut all = FuturesUnordered::<Pin<Box<dyn Future<Output = ()>>>>::new();
        for n in 1..4 {
            let (queue, permits) = (Rc::clone(&queue), Rc::clone(&permits));
            all.push(Box::pin(async move {
                let _permit = permits.acquire().await;
                sleep(n * SECOND).await;
                queue.put(n).await.expect("it is open");
            }));
            all.push(Box::pin(sleep(n * SECOND)));
            all.push(Box::pin(async move { spawn(sleep(n * SECOND)).await.expect("it ends") }));
            all.push(Box::pin(async move { drop(to_thread(move || n).await) }));
        }
        let mut left = 6;
        while left > 0 && all.next().await.is_some() {
            left -= 1;
            let _ = queue.try_get();
        }
        // The others are dropped.
        drop(all);
        sleep(SECOND).await;
    });
}

fn selected(event_loop: &Loop) {
    run(event_loop, async {
        let queue = Rc::new(Queue::new(1));
        let source = spawn({
            let queue = Rc::clone(&queue);
            async move {
                for n in 1..4 {
                    sleep(n * SECOND).await;
                    queue.put(n).await.expect("it is open");
                }
            }
        });
        let mut n_items = 0;
        while n_items < 3 {
            let (get, pause) = (Box::pin(queue.get()), sleep(SECOND + SECOND / 2));
            if let Either::Left(_) = select(get, pause).await {
                n_items += 1;
            }
        }
        source.await.expect("it ends");
        let _ = timeout(SECOND, spawn(sleep(5 * SECOND))).await;
        sleep(SECOND).await;
    });
}

fn awaited_no_longer(event_loop: &Loop) {
    run(event_loop, async {
        // It goes on, and would wake who has awaited it.
        let mut task = spawn(sleep(5 * SECOND));
        assert!(timeout(SECOND, &mut task).await.is_err());
        race([sleep(2 * SECOND), sleep(SECOND)]).await;
        drop(task);
        sleep(SECOND).await;
    });
}

fn kept(event_loop: &Loop) {
    run(event_loop, async {
        // As the ticks of an interval: it is looked at now and then, and set anew.
        let mut tick = Box::pin(sleep(2 * SECOND));
        for n in 1..5 {
            select(tick.as_mut(), sleep(SECOND)).await;
            sleep(SECOND / 4).await;
            if n == 2 {
                tick.as_mut().reset(boucle::now() + 3 * SECOND);
            }
        }
        sleep(SECOND).await;
    });
}

fn completed(event_loop: &Loop) {
    run(event_loop, async {
        let mut children = as_completed([3, 1, 2, 2].map(|n| sleep(n * SECOND)));
        assert!(timeout(SECOND / 2, children.next()).await.is_err());
        children.next().await;
        // Two end meanwhile.
        sleep(SECOND + SECOND / 2).await;
        children.next().await;
        let rest = spawn(async move { while children.next().await.is_some() {} });
        sleep(SECOND).await;
        rest.await.expect("it ends");
        let mut children = as_completed([5, 1].map(|n| sleep(n * SECOND)));
        join(children.next(), sleep(2 * SECOND)).await;
        drop(children);
        sleep(SECOND).await;
    });
}

fn children(event_loop: &Loop) {
    run(event_loop, async {
        let all = gather([3, 1].map(|n| sleep(n * SECOND)));
        let _ = timeout(2 * SECOND, join(all, sleep(SECOND))).await;
        interrupt().await;
        let group = task_group(async |group| {
            for n in 1..4 {
                drop(group.spawn(sleep(n * SECOND)));
                sleep(SECOND / 2).await;
            }
            let value = group.spawn(async { 7 });
            join(value.value(), sleep(SECOND)).await;
        });
        join(group, sleep(SECOND)).await.0.expect("they end");
        let fails = gather([1, 2].map(|n| async move {
            sleep(n * SECOND).await;
            assert!(n > 1, "boom");
        }));
        let _ = join(fails, sleep(3 * SECOND)).await;
        let mut of_children = FuturesUnordered::from_iter(
            [2, 1].map(|n| Box::pin(gather([sleep(n * SECOND), sleep(SECOND)]))),
        );
        while of_children.next().await.is_some() {}
    });
}

fn sockets(event_loop: &Loop) {
    run(event_loop, async {
        let listener = TcpListener::bind("127.0.0.1", 0).await.expect("a port is free");
        let address = listener.local_addr().expect("it has one");
        let server = spawn(async move {
            let (stream, _) = listener.accept().await.expect("somebody comes");
            let mut stream = stream;
            let mut buffer = [0; 5];
            AsyncReadExt::read_exact(&mut stream, &mut buffer).await.expect("it can be read");
            AsyncWriteExt::write_all(&mut stream, &buffer).await.expect("it can be written");
            stream
        });
        let stream = TcpStream::connect("127.0.0.1", address.port()).await.expect("it listens");
        let mut stream = stream;
        let mut buffer = [0; 5];
        // It polls, and does something else.
        let _ = timeout(SECOND, AsyncReadExt::read_exact(&mut stream, &mut buffer)).await;
        sleep(SECOND).await;
        {
            let early = select(Box::pin(stream.read(&mut buffer)), sleep(SECOND));
            assert!(matches!(early.await, Either::Right(_)));
        }
        AsyncWriteExt::write_all(&mut stream, b"hello").await.expect("it can be written");
        let read = AsyncReadExt::read_exact(&mut stream, &mut buffer);
        join(read, sleep(SECOND)).await.0.expect("it can be read");
        let other = server.await.expect("it ends");
        // One that polls is gone with its socket.
        let _ = timeout(SECOND, AsyncReadExt::read_exact(&mut stream, &mut buffer)).await;
        drop(stream);
        interrupt().await;
        drop(other);
        sleep(SECOND).await;
    });
}
