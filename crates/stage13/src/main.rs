//! The course's queues: a producer and a consumer; and eight jobs, of which four may work at once.

use std::cell::Cell;
use std::rc::Rc;

use stage13::{Loop, Queue, sleep};
use world::println;
use world::time::Duration;

/// Puts a tick every second, as long as the loop runs.
async fn producer(queue: Rc<Queue<String>>) {
    for count in 1.. {
        queue.put(format!("tick{count}")).await.expect("nobody shuts the queue down");
        sleep(Duration::from_secs(1)).await;
    }
}

/// Says what it gets.
async fn consumer(queue: Rc<Queue<String>>) {
    while let Ok(received) = queue.get().await {
        println!("got {received}");
    }
}

/// Stops the loop after `delay`: the course presses Ctrl-C there.
async fn stop_after(delay: Duration) {
    sleep(delay).await;
    Loop::current().expect("a task runs in a loop").stop();
}

/// How many jobs work now, and how many have worked at once.
#[derive(Default)]
struct AtWork {
    /// Now.
    now: Cell<usize>,
    /// The most so far.
    peak: Cell<usize>,
}

/// Works for one, two or three seconds, once there is room in the window.
async fn job(i: u64, window: Rc<Queue<()>>, at_work: Rc<AtWork>) {
    // Takes a place.
    window.put(()).await.expect("nobody shuts the window down");
    at_work.now.set(at_work.now.get() + 1);
    at_work.peak.set(at_work.peak.get().max(at_work.now.get()));

    let duration = i % 3 + 1;
    println!(">>> job{i} - duration {duration}");
    sleep(Duration::from_secs(duration)).await;
    println!("<<< job{i} - duration {duration}");

    at_work.now.set(at_work.now.get() - 1);
    // Gives it back.
    window.get().await.expect("its own place, at least, is there");
}

/// A producer and a consumer, and room for one tick between them.
fn ticks() {
    println!("-- ticks");
    let event_loop = Loop::new();
    let queue = Rc::new(Queue::new(1));
    event_loop.add_task(producer(Rc::clone(&queue)));
    event_loop.add_task(consumer(queue));
    event_loop.add_task(stop_after(Duration::from_millis(3500)));
    event_loop.run_forever();
    println!("bye");
}

/// Eight jobs, and a queue with room for four.
fn window() {
    println!("-- window");
    let event_loop = Loop::new();
    let window = Rc::new(Queue::new(4));
    let at_work = Rc::new(AtWork::default());
    for i in 0..8 {
        event_loop.add_task(job(i, Rc::clone(&window), Rc::clone(&at_work)));
    }
    event_loop.run();
    println!("at most {} at once", at_work.peak.get());
}

/// Runs the two.
pub fn main() {
    ticks();
    window();
}
