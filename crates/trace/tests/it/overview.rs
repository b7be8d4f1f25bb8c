//! A run as a whole: its lanes, sums and changes agree with the states that one comes to by playing.

use std::collections::BTreeMap;
use std::time::Duration;

use allocation_counter::measure;
use boucle::{hold_up, interrupt, sleep, spawn};
use boucle_trace::overview::{Axis, Column, Overview, Window};
use boucle_trace::{Clock, Event, Header, Life, Player, PollEnd, TaskNo, Trace, What, record};

use crate::looks::Chance;

/// Tasks that sleep, look, compute, print and wait for each other, as chance has it.
fn run(seed: u64) -> Trace {
    record(|| async move {
        let tasks: Vec<_> = (0..4)
            .map(|number| {
                spawn(async move {
                    let mut chance = Chance::new(seed + number);
                    for round in 0..10 {
                        match chance.below(5) {
                            0 => sleep(Duration::from_millis(chance.below(90) as u64)).await,
                            1 => hold_up(Duration::from_millis(chance.below(90) as u64)),
                            2 => world::println!("{number}: {round}"),
                            3 => spawn(interrupt()).await.expect("it ends"),
                            _ => interrupt().await,
                        }
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
fn at_every_event_each_task_does_what_the_state_says() {
    for seed in 0..20 {
        let trace = run(seed);
        let overview = trace.overview();
        let mut player = Player::new(trace.clone());
        loop {
            let state = player.state();
            for task in overview.tasks() {
                let life = state.tasks.contains_key(task).then(|| state.life(*task));
                assert_eq!(overview.life(*task, player.position()), life, "{task}, seed {seed}");
            }
            if !player.step() {
                break;
            }
        }
        let names = overview.tasks().iter().map(|it| overview.name(*it).into_string());
        assert!(names.eq(player.state().tasks.keys().map(|it| player.state().name(*it))));
    }
}

/// What each task did, found out by playing event after event.
fn played(trace: &Trace, from: usize, to: usize) -> BTreeMap<TaskNo, [u64; 4]> {
    let mut sums: BTreeMap<TaskNo, [u64; 4]> = BTreeMap::new();
    let mut player = Player::new(trace.clone());
    for (place, event) in trace.events().iter().enumerate().take(to) {
        let passed = event.at - player.state().now.min(event.at);
        for task in player.state().tasks.keys().filter(|_| place >= from) {
            let kind = match player.state().life(*task) {
                Life::Running => 1,
                Life::Ready => 2,
                Life::Waiting => 3,
                Life::Done(_) => continue,
            };
            sums.entry(*task).or_default()[kind] += passed;
        }
        player.step();
        if let What::PollBegins { task } = event.what {
            if place >= from {
                sums.entry(task).or_default()[0] += 1;
            }
        }
    }
    sums
}

#[test]
fn the_sums_of_any_selection_are_those_that_one_adds_up_by_hand() {
    for seed in 0..10 {
        let trace = run(seed);
        let overview = trace.overview();
        let mut chance = Chance::new(seed);
        let mut selections = vec![(0, trace.len())];
        selections.extend((0..20).map(|_| {
            let from = chance.below(trace.len());
            (from, from + chance.below(trace.len() - from + 1))
        }));
        for (from, to) in selections {
            let summary = overview.sum(from..to);
            // Here no task polls another one by hand.
            assert_eq!(summary.busy, summary.tasks.iter().map(|it| it.ran).sum::<u64>());
            let mut by_hand = played(&trace, from, to);
            by_hand.retain(|_, it| *it != [0; 4]);
            let told = summary
                .tasks
                .iter()
                .map(|it| (it.task, [it.n_polls as u64, it.ran, it.ready, it.waited]));
            let told: BTreeMap<_, _> = told.filter(|(_, it)| *it != [0; 4]).collect();
            assert_eq!(told, by_hand, "{from}..{to}, seed {seed}");
            let lines = trace.events()[from..to].iter();
            let n_lines = lines.filter(|it| matches!(it.what, What::Printed { .. })).count();
            assert_eq!((summary.n_lines, summary.n_events), (n_lines, to - from));
        }
    }
}

/// How many polls of a lane are counted, and how many are drawn.
fn polls(columns: &[Column]) -> (usize, usize) {
    let n_folded = columns.iter().map(|it| it.n_folded).sum();
    let runs = |it: &Column| it.life == Some(Life::Running);
    let groups = columns.chunk_by(|one, other| runs(one) == runs(other));
    (n_folded, groups.filter(|it| runs(&it[0])).count())
}

#[test]
fn every_poll_is_drawn_or_counted() {
    for seed in 0..20 {
        let overview = run(seed).overview();
        for (axis, n_columns) in [(Axis::Time, 7), (Axis::Time, 80), (Axis::Event, 40)] {
            let window = overview.whole(axis);
            let width = window.span().div_ceil(n_columns as u64);
            for task in overview.tasks() {
                let columns = overview.columns(*task, &window, n_columns);
                assert_eq!(columns.len(), n_columns);
                let turns = overview.turns(*task);
                let at = |place: usize| match turns.get(place) {
                    Some(turn) => overview.at(turn.position, axis),
                    None => window.to,
                };
                let polls_of = |is_long: bool| {
                    let is_it = |it: &usize| {
                        turns[*it].life == Life::Running
                            && (at(it + 1) - at(*it) >= width) == is_long
                    };
                    (0..turns.len()).filter(is_it).count()
                };
                let (n_folded, n_drawn) = polls(&columns);
                assert_eq!(n_folded, polls_of(false), "{task} {axis:?} seed {seed}");
                // Two long ones that follow each other at once look like one.
                assert!(n_drawn <= polls_of(true), "{task} {axis:?} seed {seed}");
                assert_eq!(n_drawn == 0, polls_of(true) == 0, "{task} {axis:?} seed {seed}");
            }
        }
    }
}

#[test]
fn three_busy_tasks_do_not_look_as_if_all_of_them_ran() {
    let trace = record(|| async {
        let busy = || async {
            for _ in 0..1000 {
                hold_up(Duration::from_millis(1));
                interrupt().await;
            }
        };
        let tasks = [(); 3].map(|()| spawn(busy()));
        for task in tasks {
            task.await.expect("it ends");
        }
    });
    let overview = trace.overview();
    for task in &overview.tasks()[1..] {
        let columns = overview.columns(*task, &overview.whole(Axis::Time), 50);
        assert!(columns.iter().all(|it| it.life != Some(Life::Running) && it.n_folded >= 19));
        assert_eq!(polls(&columns), (1001, 0));
    }
    let close = Window { axis: Axis::Time, from: 6_000_000, to: 12_000_000 };
    let drawn = overview.tasks()[1..].iter().map(|it| polls(&overview.columns(*it, &close, 60)));
    assert!(drawn.eq([(0, 2); 3]));
}

#[test]
fn from_change_to_change_nothing_is_left_out_but_polls_that_change_nothing() {
    for seed in 0..20 {
        let trace = run(seed);
        let overview = trace.overview();
        let mut forwards = Vec::new();
        let mut position = 0;
        while let Some(next) = overview.next_change(position) {
            for event in &trace.events()[position..next - 1] {
                let is_idle = matches!(
                    event.what,
                    What::PollBegins { .. }
                        | What::Woken { .. }
                        | What::WokenInVain { .. }
                        | What::PollEnds { .. }
                );
                assert!(is_idle, "{event:?}");
            }
            position = next;
            forwards.push(position);
        }
        let mut backwards = vec![position];
        while let Some(previous) = overview.previous_change(position) {
            position = previous;
            backwards.insert(0, position);
        }
        assert_eq!(backwards, forwards, "seed {seed}");
    }
}

const MILLION: usize = 1_000_000;

fn task(number: usize) -> TaskNo {
    TaskNo::new(number as u32 + 1).expect("it is not 0")
}

/// A million events: so many tasks take turns, a millisecond each.
fn turns(n_tasks: usize) -> Trace {
    let added =
        (0..n_tasks).map(|it| What::Added { task: task(it), by: None, place: None, future: None });
    let polls = (0..).flat_map(|it| {
        let task = task(it % n_tasks);
        [What::PollBegins { task }, What::PollEnds { task, how: PollEnd::Requeued }]
    });
    let events = (0..).zip(added.chain(polls)).take(MILLION);
    let events = events.map(|(at, what)| Event { at: at * 1_000_000, what }).collect();
    Trace::new(Header::new("large", Clock::Virtual), events)
}

#[test]
fn what_is_kept_of_a_million_events_is_in_proportion_to_them() {
    for n_tasks in [2, 10, 100_000] {
        let trace = turns(n_tasks);
        let mut overview: Option<Overview> = None;
        let bytes = measure(|| overview = Some(trace.overview()));
        // Forty bytes an event; and a hundred a task, for its name.
        let most = 40 * MILLION + 100 * n_tasks;
        assert!(bytes.bytes_current < most as i64, "{n_tasks}: {bytes:?}");
        assert!(bytes.bytes_max < 5 * most as u64, "{n_tasks}: {bytes:?}");

        let overview = overview.expect("it was made");
        let window = overview.whole(Axis::Time);
        let bytes = measure(|| {
            let columns = overview.columns(task(0), &window, 200);
            assert!(columns.iter().all(|it| it.life != Some(Life::Running)));
        });
        assert!(bytes.count_total < 4 && bytes.bytes_total < 16_384, "{n_tasks}: {bytes:?}");
        // All that follows changes nothing.
        assert_eq!(overview.next_change(n_tasks), None);
        assert_eq!(overview.previous_change(MILLION), n_tasks.checked_sub(1).map(|it| it + 1));
    }
}
