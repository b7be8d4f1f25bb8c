//! Nobody who is always ready keeps the others from their turn, on sockets as well.

use std::cell::Cell;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use boucle::net::UnixStream;
use boucle::sync::Event;
use boucle::{Loop, Task, hold_up, interrupt, sleep, spawn, timeout};

use super::pair;

#[test]
fn an_endless_stream_lets_another_client_be_served() {
    boucle::run(async {
        let (source, sink) = pair().await;
        let n_read = Rc::new(Cell::new(0_usize));
        let (counter, goes_on) = (Rc::clone(&n_read), Rc::new(Cell::new(true)));
        let flag = Rc::clone(&goes_on);
        let pours = spawn(async move {
            let drops = [0; 65_536];
            while flag.get() {
                source.write_all(&drops).await?;
            }
            io::Result::Ok(())
        });
        let drinks = spawn(async move {
            let mut cup = [0; 64];
            loop {
                match sink.read(&mut cup).await? {
                    0 => return io::Result::Ok(()),
                    n => counter.set(counter.get() + n),
                }
            }
        });
        let (client, server) = pair().await;
        let echo = spawn(async move {
            let mut buffer = [0; 16];
            for _ in 0..100 {
                let n = server.read(&mut buffer).await?;
                server.write_all(&buffer[..n]).await?;
            }
            io::Result::Ok(())
        });
        let mut longest = 0;
        for _ in 0..100 {
            let before = n_read.get();
            client.write_all(b"ping").await?;
            let mut answer = [0; 16];
            assert_eq!(client.read(&mut answer).await?, 4);
            longest = longest.max(n_read.get() - before);
        }
        goes_on.set(false);
        echo.await.expect("it does not panic")?;
        pours.await.expect("it does not panic")?;
        drinks.await.expect("it does not panic")?;
        assert!(n_read.get() > 0, "the stream did not flow");
        // Four turns of the loop at most: a poll of the drinker takes 128 cups.
        assert!(longest <= 8 * 128 * 64, "{longest} bytes went by between question and answer");
        io::Result::Ok(())
    })
    .expect("the loopback works");
}

#[test]
fn a_task_that_is_always_ready_lets_a_socket_be_seen() {
    boucle::run(async {
        let (client, server) = pair().await;
        let n_turns = Rc::new(Cell::new(0_usize));
        let counter = Rc::clone(&n_turns);
        let busy = spawn(async move {
            for _ in 0..1_000_000 {
                counter.set(counter.get() + 1);
                interrupt().await;
            }
        });
        let echo = spawn(async move {
            let mut buffer = [0; 16];
            let n = server.read(&mut buffer).await?;
            server.write_all(&buffer[..n]).await
        });
        // Both wait by now.
        interrupt().await;
        let before = n_turns.get();
        client.write_all(b"ping").await?;
        let mut answer = [0; 16];
        assert_eq!(client.read(&mut answer).await?, 4);
        let n_turns = n_turns.get() - before;
        // Seen after 61 polls at the latest, there and back.
        assert!(n_turns <= 2 * 61 + 4, "{n_turns} turns of the other task");
        assert!(busy.cancel(), "it has ended before, and let nobody else run");
        echo.await.expect("it does not panic")
    })
    .expect("the loopback works");
}

#[test]
fn timers_that_are_always_due_let_a_socket_be_seen() {
    boucle::run(async {
        let (client, server) = pair().await;
        let busy = spawn(async {
            loop {
                // Has passed when the loop looks at it.
                sleep(Duration::from_nanos(1)).await;
            }
        });
        let read = timeout(Duration::from_secs(10), async {
            interrupt().await;
            client.write_all(b"ping").await?;
            let mut buffer = [0; 16];
            server.read(&mut buffer).await
        });
        assert_eq!(read.await.expect("the socket is not seen")?, 4);
        busy.cancel();
        io::Result::Ok(())
    })
    .expect("the loopback works");
}

/// A task that always goes on, and works for `length` in each turn; counts its turns.
fn works(length: Duration) -> (Rc<Cell<usize>>, Task<()>) {
    let n_turns = Rc::new(Cell::new(0));
    let counter = Rc::clone(&n_turns);
    let works = spawn(async move {
        loop {
            hold_up(length);
            counter.set(counter.get() + 1);
            interrupt().await;
        }
    });
    (n_turns, works)
}

#[test]
fn turns_that_are_long_let_a_time_and_a_socket_be_seen_after_few() {
    const MILLISECOND: Duration = Duration::from_millis(1);
    let event_loop = Loop::builder().virtual_time(true).build();
    let seen = event_loop.run_until_complete(async {
        let (n_turns, busy) = works(MILLISECOND);
        sleep(5 * MILLISECOND).await;
        let time = n_turns.get();
        // Nobody waits for a time.
        let (here, there) = UnixStream::pair()?;
        let read = spawn(async move { here.read(&mut [0; 1]).await });
        interrupt().await;
        let before = n_turns.get();
        there.write_all(&[1]).await?;
        assert_eq!(read.await.expect("it does not panic")?, 1);
        let socket = n_turns.get() - before;
        busy.cancel();
        io::Result::Ok((time, socket))
    });
    let (time, socket) = seen.expect("it ends").expect("it works");
    assert!(time <= 6, "{time} turns of a millisecond for 5 milliseconds");
    assert!(socket <= 4, "{socket} turns of a millisecond for a socket that is ready");
}

#[test]
fn polls_that_use_up_what_they_may_do_let_a_socket_be_seen_after_few() {
    // No time passes in any of them.
    let event_loop = Loop::builder().virtual_time(true).build();
    let n_waits = event_loop.run_until_complete(async {
        let n_waits = Rc::new(Cell::new(0));
        let counter = Rc::clone(&n_waits);
        let busy = spawn(async move {
            let event = Event::new();
            event.set();
            loop {
                event.wait().await;
                counter.set(counter.get() + 1);
            }
        });
        let (here, there) = UnixStream::pair()?;
        let read = spawn(async move { here.read(&mut [0; 1]).await });
        interrupt().await;
        let before = n_waits.get();
        there.write_all(&[1]).await?;
        assert_eq!(read.await.expect("it does not panic")?, 1);
        busy.cancel();
        io::Result::Ok(n_waits.get() - before)
    });
    let n_waits = n_waits.expect("it ends").expect("it works");
    assert!(n_waits <= 4 * 128, "{n_waits} waits that are over at once, 128 in a poll");
}
