//! Stage 3: `interrupt`, `sleep_until`, `sleep`.

use stage3::{Coroutine, interrupt, run_tasks, sleep, sleep_until};
use world::println;
use world::time::{Duration, Instant};

/// How often one task is polled.
fn polls(task: impl Future<Output = ()> + 'static) -> usize {
    let polls = world::record(|| run_tasks([Box::pin(task)])).polls();
    polls[0]
}

/// Says its name, before each of its interrupts and after the last.
async fn says(name: &str, n_interrupts: usize) {
    println!("{name}");
    for _ in 0..n_interrupts {
        interrupt().await;
        println!("{name}");
    }
}

#[test]
fn interrupt_gives_the_turn_back_exactly_once() {
    assert_eq!(polls(async {}), 1);
    assert_eq!(polls(async { interrupt().await }), 2);
    let recording = world::record(|| run_tasks([Box::pin(says("a", 2)), Box::pin(says("b", 1))]));
    assert_eq!(recording.output(), "a\nb\na\nb\na\n");
}

#[test]
fn an_interrupt_that_is_not_awaited_does_nothing() {
    assert_eq!(polls(async { drop(interrupt()) }), 1);
}

#[test]
fn a_sleep_of_nothing_does_not_even_give_the_turn_back() {
    assert_eq!(polls(async { sleep(Duration::ZERO).await }), 1);
    assert_eq!(polls(async { sleep_until(Instant::now()).await }), 1);
}

#[test]
fn a_time_that_has_passed_is_not_waited_for() {
    let long_ago = async {
        let start = Instant::now();
        sleep(Duration::from_secs(1)).await;
        sleep_until(start).await;
        println!("after");
    };
    // The second sleep adds no poll to those of the first.
    assert_eq!(polls(long_ago), polls(async { sleep(Duration::from_secs(1)).await }));
}

#[test]
fn sleep_until_waits_for_a_moment_and_not_longer() {
    let recording = world::record(|| {
        let moment = Instant::now() + Duration::from_secs(5);
        let waits = |name| async move {
            sleep_until(moment).await;
            println!("{name}");
        };
        run_tasks([Box::pin(waits("one")), Box::pin(waits("two"))]);
    });
    // The two look in turn, a millisecond each; it is the second one's turn when the time comes.
    assert_eq!(recording.to_string(), "   5.001 two\n   5.002 one\n");
}

#[test]
fn a_sleep_is_polled_over_and_over_for_nothing() {
    // At every turn it looks at the clock, and a look takes a millisecond here.
    let n_polls = polls(async { sleep(Duration::from_secs(1)).await });
    assert_eq!(n_polls, 1000);
}

#[test]
fn sleeping_tasks_do_not_wait_for_one_another() {
    let sleeps = |name: &'static str, seconds| -> Coroutine {
        Box::pin(async move {
            sleep(Duration::from_secs(seconds)).await;
            println!("{name}");
        })
    };
    let recording =
        world::record(|| run_tasks([sleeps("3 s", 3), sleeps("1 s", 1), sleeps("2 s", 2)]));
    assert_eq!(recording.output(), "1 s\n2 s\n3 s\n");
}

#[test]
fn a_task_that_blocks_holds_up_all_others() {
    let recording = world::record(|| {
        run_tasks([
            Box::pin(async {
                sleep(Duration::from_millis(10)).await;
                println!("was due after 10 ms");
            }),
            Box::pin(async {
                world::thread::sleep(Duration::from_secs(1));
                println!("has blocked for 1 s");
            }),
        ]);
    });
    assert_eq!(
        recording.to_string(),
        "   1.002 has blocked for 1 s\n   1.003 was due after 10 ms\n"
    );
}
