//! Programs of boucle as lanes: one line in a test.

use std::time::Duration;

use boucle::sync::Lock;
use boucle::{gather, interrupt, race, sleep, spawn};
use boucle_trace::{lanes, record};
use insta::assert_snapshot;
use proptest::prelude::prop_assert;
use world::println;

use super::random;

async fn say(word: &str, delay: Duration) {
    sleep(delay).await;
    println!("{word}");
}

#[test]
fn two_that_sleep_are_gathered() {
    assert_snapshot!(lanes(|| async {
        let one = say("one", Duration::from_secs(1));
        let two = say("two", Duration::from_secs(2));
        gather([one, two]).await.expect("they end");
    }));
}

#[test]
fn a_lock_is_handed_on() {
    assert_snapshot!(lanes(|| async {
        let lock = std::rc::Rc::new(Lock::new(0));
        let tasks = ["a", "b"].map(|name| {
            let lock = std::rc::Rc::clone(&lock);
            let task = spawn(async move {
                let _guard = lock.lock().await;
                println!("{name} has it");
                interrupt().await;
            });
            task.set_name(name);
            task
        });
        for task in tasks {
            task.await.expect("it ends");
        }
    }));
}

#[test]
fn a_task_is_cancelled_and_another_one_panics() {
    assert_snapshot!(lanes(|| async {
        let sleeper = spawn(sleep(Duration::from_secs(10)));
        sleeper.set_name("sleeper");
        let fragile = spawn(async { panic!("boom") });
        fragile.set_name("fragile");
        interrupt().await;
        sleeper.cancel();
        assert!(sleeper.await.is_err() && fragile.await.is_err());
    }));
}

#[test]
fn the_first_of_two_wins() {
    assert_snapshot!(lanes(|| async {
        race([("slow", 2), ("quick", 1)].map(|(it, s)| say(it, Duration::from_secs(s)))).await
    }));
}

#[test]
fn a_program_that_waits_for_ever_has_lanes() {
    assert_snapshot!(lanes(|| async {
        let lock = Lock::new(());
        let _guard = lock.lock().await;
        let _never = lock.lock().await;
    }));
}

#[test]
fn four_polls_that_change_nothing_are_told_in_one_line_and_three_are_not() {
    let folded = |n_polls| {
        let lanes = lanes(|| async move {
            for _ in 0..n_polls {
                interrupt().await;
            }
        });
        lanes.lines().find(|line| line.contains('⋮')).map(|it| it.trim_start().to_owned())
    };
    assert_eq!(folded(3), None);
    assert_eq!(folded(4).as_deref(), Some("⋮ 4 polls that change nothing: 4 of task 1"));
}

#[test]
fn the_lines_say_everything() {
    let lines = record(|| async {
        let child = spawn(interrupt());
        child.set_name("child");
        sleep(Duration::from_millis(1)).await;
        world::eprintln!("late");
    });
    let lines = lines.lines();
    let (_, lines) = lines.split_once('\n').expect("the first one says where");
    let lines = lines.replace(&format!("{}:", file!()), "here:");
    let (before, after) = lines.split_once("here:").expect("the child says where");
    let after = after.trim_start_matches(|it: char| it.is_ascii_digit());
    assert_snapshot!(format!("{before}here{after}"));
}

#[test]
fn ten_traces_of_a_program_are_the_same_bytes() {
    random::for_all_scripts(15, |script| {
        let bytes = || {
            let mut bytes = Vec::new();
            random::run(script).write(&mut bytes).expect("memory takes all");
            bytes
        };
        let first = bytes();
        for _ in 1..10 {
            prop_assert!(bytes() == first);
        }
        Ok(())
    });
}

#[test]
fn a_trace_says_where_the_program_came_from() {
    let trace = record(|| async {});
    let place = trace.state_at(1).tasks.values().next().and_then(|it| it.place.clone());
    assert_eq!(place.expect("it is known").file.as_ref(), file!());
}
