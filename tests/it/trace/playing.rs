//! A trace is played to the end and back, and every state on the way is the same both times.

use std::rc::Rc;
use std::sync::Arc;

use boucle::{interrupt, spawn};
use boucle_trace::{
    By, Clock, Event, Header, Life, Options, Phase, Player, PollEnd, Recorder, State, TaskNo,
    Trace, What, record, record_with,
};
use proptest::prelude::*;
use world::println;

use super::random;

#[test]
fn played_to_the_end_and_back_a_trace_shows_each_state_twice() {
    random::for_all(50, |trace| {
        let mut player = Player::new(trace.clone());
        let first = player.state().clone();
        let mut states = vec![first.clone()];
        while player.step() {
            states.push(player.state().clone());
        }
        prop_assert_eq!(player.position(), trace.len());
        prop_assert_eq!(player.state(), &trace.state_at(trace.len()));
        while player.step_back() {
            prop_assert_eq!(player.state(), &states[player.position()]);
        }
        prop_assert_eq!(player.position(), 0);
        prop_assert_eq!(player.state(), &first);
        Ok(())
    });
}

#[test]
fn a_state_holds_together_after_each_event() {
    random::for_all(50, |trace| {
        let mut state = State::default();
        for event in trace.events() {
            state.apply(event);
            // Who is in the queue knows it, is there once, and has not ended.
            let queued: Vec<_> =
                state.tasks.iter().filter(|(_, it)| it.is_ready).map(|(task, _)| *task).collect();
            let mut ready: Vec<_> = state.ready.iter().copied().collect();
            ready.sort_unstable();
            prop_assert_eq!(&ready, &queued);
            for task in ready {
                prop_assert!(matches!(state.life(task), Life::Ready | Life::Running));
            }
            prop_assert!(state.running.len() <= 1, "boucle polls one task at a time");
            // The one that is taken is the first: boucle has no other order here.
            if let What::PollBegins { task } = event.what {
                let choice = state.choice.expect("there was one");
                prop_assert_eq!((choice.task, choice.place), (task, Some(0)));
            }
        }
        prop_assert!(state.running.is_empty());
        Ok(())
    });
}

/// Some ten thousand events.
fn long() -> Trace {
    record(|| async {
        let tasks: Vec<_> = (0..20)
            .map(|n| {
                spawn(async move {
                    for round in 0..200 {
                        if round % 50 == n {
                            println!("{n} in round {round}");
                        }
                        interrupt().await;
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("it ends");
        }
    })
}

#[test]
fn a_jump_lands_where_stepping_does() {
    let trace = long();
    let n = trace.len();
    assert!(n > 10_000);
    let mut player = Player::new(trace.clone());
    // Near and far, forwards and backwards, over the states that are kept and between them.
    for position in [n, 0, 4095, 4096, 4097, n - 1, 4096, 9000, 8999, 3, n + 7, 8192, 8191] {
        player.seek(position);
        assert_eq!(player.position(), position.min(n));
        assert_eq!(*player.state(), trace.state_at(position), "{position}");
    }
    assert!(!player.seek(8191), "it is there already");
    // Step by step back, over states that are kept far from each other and near.
    player.seek(9000);
    for position in (6500..9000).rev() {
        player.step_back();
        if position % 127 == 0 {
            assert_eq!(*player.state(), trace.state_at(position), "{position}");
        }
    }
}

#[test]
fn the_next_and_the_previous_one_of_something_are_found() {
    let trace = long();
    let third = trace.state_at(trace.len()).tasks.keys().nth(2).copied().expect("there are more");
    let mut player = Player::new(trace.clone());
    let mut found = Vec::new();
    while player.next_of(third) {
        found.push(player.position() - 1);
    }
    let is_of = |event: &Event| event.what.task() == Some(third);
    let expected: Vec<_> =
        (0..trace.len()).filter(|place| is_of(&trace.events()[*place])).collect();
    assert_eq!(found, expected);
    // The last one is where the player stands; those before it come in turn.
    found.pop();
    while player.previous_of(third) {
        assert_eq!(Some(player.position() - 1), found.pop());
    }
    assert!(found.is_empty());

    player.seek(0);
    let mut n_lines = 0;
    while player.next_output() {
        n_lines += 1;
        assert_eq!(player.state().output.len(), n_lines);
    }
    assert_eq!(n_lines, trace.output().lines().count());
}

#[test]
fn a_timer_that_is_taken_back_is_gone_at_once_and_so_is_the_wait_for_it() {
    let second = std::time::Duration::from_secs(1);
    let trace = record(|| async move {
        boucle::timeout(5 * second, boucle::sleep(second)).await.expect("it is quick");
        boucle::sleep(10 * second).await;
        interrupt().await;
    });
    let mut player = Player::new(trace);
    let times = |player: &Player| -> Vec<_> {
        player.state().timers.iter().map(|it| it.at / 1_000_000_000).collect()
    };
    let mut seen = vec![times(&player)];
    while player.step() {
        if seen.last() != Some(&times(&player)) {
            seen.push(times(&player));
        }
    }
    // The one of a second is set first.
    assert_eq!(seen, [vec![], vec![1], vec![1, 5], vec![5], vec![], vec![11], vec![]]);

    player.seek(0);
    let is_taken_back = |player: &Player| {
        matches!(player.last(), Some(Event { what: What::TimerUnset { .. }, .. }))
    };
    while !is_taken_back(&player) {
        assert!(player.step());
    }
    let first = TaskNo::new(1).expect("it is not 0");
    let waits = |it: &Player| it.state().waits_for(first).count();
    // The end of the wait is told next.
    assert_eq!(waits(&player), 1, "the time of five seconds has not come");
    assert!(player.step());
    assert!(matches!(player.last(), Some(Event { what: What::WaitEnds { .. }, .. })));
    assert_eq!(waits(&player), 0);
    player.step_back();
    assert_eq!(waits(&player), 1);
}

#[test]
fn the_loop_sleeps_until_it_is_awake() {
    let mut state = State::default();
    for what in [What::LoopSleeps { timeout: None }, What::LoopWakes] {
        let sleeps = matches!(what, What::LoopSleeps { .. });
        state.apply(&Event { at: 3, what });
        assert_eq!(state.asleep.is_some(), sleeps);
    }
}

#[test]
fn why_a_task_runs_follows_from_the_trace() {
    let trace = record(|| async {
        let child = spawn(async {
            boucle::sleep(std::time::Duration::from_secs(1)).await;
        });
        child.set_name("child");
        let other = spawn(interrupt());
        other.set_name("other");
        child.await.expect("it ends");
        other.await.expect("it ends");
    });
    let mut player = Player::new(trace);
    let mut reasons = Vec::new();
    while player.next_poll() {
        reasons.extend(player.why());
    }
    assert_eq!(
        reasons,
        [
            "task 1 runs for the first time: it was added at 0.000 s; it was the only one that was ready.",
            "child runs for the first time: task 1 added it at 0.000 s; it was the first of 2 that were ready, before other.",
            "other runs for the first time: task 1 added it at 0.000 s; it was the only one that was ready.",
            "other runs since it woke itself at 0.000 s; it was the only one that was ready.",
            "child runs since it was woken by a timer at 1.000 s; it was the only one that was ready.",
            "task 1 runs since it was woken by child at 1.000 s; it was the only one that was ready.",
        ]
    );
    player.seek_end();
    assert_eq!(player.why(), None);
    assert_eq!(player.phase(), Phase::Over);
}

#[test]
fn a_ring_buffer_is_played_from_the_state_that_it_begins_with() {
    random::for_all_scripts(30, |script| {
        let all = random::run(script);
        let recorder = Recorder::with(Options::new().last(10)).expect("memory is there");
        let recorder = Rc::new(recorder);
        record_with(&recorder, || random::program(script.clone()));
        let ring = recorder.trace();
        prop_assert!(ring.len() >= all.len().min(10) && ring.len() < 20);
        // The places in the source differ: the program was called from another line.
        let n_given_up = all.len() - ring.len();
        prop_assert_eq!(ring.base().position, n_given_up as u64);
        prop_assert_eq!(&ring.events()[1..], &all.events()[n_given_up + 1..]);
        let (mut base, mut expected) = (ring.base().clone(), all.state_at(n_given_up));
        // Who has ended is given up, and where the first task comes from is another line.
        expected.tasks.retain(|_, it| it.done.is_none());
        for state in [&mut base, &mut expected] {
            state.tasks.retain(|_, it| it.done.is_none());
            state.tasks.values_mut().for_each(|it| Arc::make_mut(it).place = None);
        }
        prop_assert_eq!(base, expected);
        let mut bytes = Vec::new();
        ring.write(&mut bytes).expect("memory takes all");
        prop_assert_eq!(&Trace::read(&bytes[..]).expect("it was written here"), &ring);
        let mut player = Player::new(ring.clone());
        player.seek_end();
        prop_assert_eq!(&player.state().end, &all.state_at(all.len()).end);
        player.seek(0);
        prop_assert_eq!(player.state(), ring.base());
        Ok(())
    });
}

#[test]
fn a_move_in_a_long_trace_plays_a_few_thousand_events_at_the_most() {
    // Three tasks in turn that print, a hundred thousand events.
    let task = |n: usize| TaskNo::new(1 + u32::try_from(n % 3).expect("it is small"));
    let events = (0..100_000).map(|n| {
        let task = task(n / 4).expect("it is not 0");
        let what = match n % 4 {
            0 => What::PollBegins { task },
            1 => What::Printed { by: Some(task), error: false, line: n.to_string().into() },
            2 => What::Woken { task, by: By::Task(task) },
            _ => What::PollEnds { task, how: PollEnd::Pending },
        };
        Event { at: n as u64, what }
    });
    let trace = Trace::new(Header::new("long", Clock::Virtual), events.collect());
    let n = trace.len();
    let first = TaskNo::new(1).expect("it is not 0");
    let mut player = Player::new(trace.clone());
    player.seek_end();
    assert_eq!(player.n_played(), 100_000);

    let mut played = |what: &str, most: u64, go: &mut dyn FnMut(&mut Player)| {
        let before = player.n_played();
        go(&mut player);
        let played = player.n_played() - before;
        assert!(played <= most, "{what}: {played} events are played");
        assert_eq!(*player.state(), trace.state_at(player.position()), "{what}");
    };
    played("back from the end", 4096, &mut |it| assert!(it.step_back()));
    played("back again", 128, &mut |it| assert!(it.step_back()));
    played("back a thousand times", 1000 * 128, &mut |it| {
        assert!((0..1000).all(|_| it.step_back()));
    });
    played("to the middle", 4096, &mut |it| assert!(it.seek(n / 2)));
    played("the line before", 128, &mut |it| assert!(it.previous_output()));
    played("the poll before", 128, &mut |it| assert!(it.previous_poll()));
    played("the task's event before", 128, &mut |it| assert!(it.previous_of(first)));
    played("to the start", 0, &mut |it| assert!(it.seek(0)));
    played("to the end", 4096, &mut |it| assert!(it.seek_end()));
    played("nothing is printed after it", 0, &mut |it| assert!(!it.next_output()));
    played("to the first line", 4096, &mut |it| assert!(it.seek(2)));
    played("the next line", 4, &mut |it| assert!(it.next_output()));
}
