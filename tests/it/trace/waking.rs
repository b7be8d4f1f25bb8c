//! Stages 8 to 13 as traces: who woke whom, and the ready queue as the loop really has it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::poll_fn;
use std::mem;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::thread;

use boucle_trace::{
    By, Event, Player, PollEnd, Recorder, State, TaskNo, Trace, What, record_stage_with,
    record_waking_stage_with,
};

use crate::road;

/// The trace of what a stage from the eighth on does in `main`.
fn traced(main: impl FnOnce()) -> Trace {
    let recorder = Rc::new(Recorder::new());
    record_waking_stage_with(&recorder, main);
    recorder.trace()
}

/// What happened, one thing after another.
fn whats(trace: &Trace) -> Vec<What> {
    trace.events().iter().map(|it| it.what.clone()).collect()
}

fn number(task: u32) -> TaskNo {
    TaskNo::new(task).expect("tasks are counted from 1")
}

#[test]
fn the_ready_queue_of_a_trace_is_the_loops_in_every_waking_stage() {
    for stage in 8..=13 {
        let trace = traced(road::DEMOS[stage]);
        let mut state = State::default();
        let mut n_again = 0;
        for event in trace.events() {
            let is_new = |task: &TaskNo| state.tasks.get(task).is_none_or(|it| it.n_polls == 0);
            let expected = match &event.what {
                What::Requeued { task } => panic!("stage{stage}: {task} was not woken"),
                What::PollBegins { task } if is_new(task) => None,
                What::PollBegins { .. } => Some(0),
                _ => {
                    state.apply(event);
                    continue;
                }
            };
            state.apply(event);
            let choice = state.choice.expect("a poll has begun");
            let task = choice.task;
            assert_eq!(choice.place, expected, "stage{stage}, event {}: {task}", choice.position);
            if expected.is_some() {
                n_again += 1;
                let wake = state.tasks[&task].woken.expect("it was ready");
                assert!(wake.by.is_some(), "stage{stage}, event {}: {task}", choice.position);
            }
        }
        assert!(n_again > 0, "stage{stage}: nobody was polled twice");
        assert!(state.ready.is_empty(), "stage{stage}: {:?}", state.ready);
    }
}

#[test]
fn a_task_is_woken_once_a_turn_and_by_a_task_that_runs_or_by_the_loop() {
    for stage in 8..=13 {
        let trace = traced(road::DEMOS[stage]);
        let mut by_tasks = 0;
        let mut running = None;
        let mut woken: HashMap<TaskNo, bool> = HashMap::new();
        for Event { what, .. } in trace.events() {
            match *what {
                What::PollBegins { task } => {
                    running = Some(task);
                    woken.insert(task, false);
                }
                What::PollEnds { .. } => running = None,
                What::Woken { task, by } => {
                    assert_eq!(woken.insert(task, true), Some(false), "stage{stage}: {task}");
                    assert_eq!(by, running.map_or(By::Loop, By::Task), "stage{stage}: {task}");
                    by_tasks += usize::from(running.is_some());
                }
                _ => {}
            }
        }
        // In stage 12's program tasks only sleep.
        assert_eq!(by_tasks == 0, stage == 12, "stage{stage}: tasks woke {by_tasks} times");
    }
}

#[test]
fn the_lanes_of_stage8_show_who_wakes_whom() {
    road::check_snapshot("lanes_stage8", &traced(road::DEMOS[8]).named("stage8").lanes());
}

#[test]
fn the_lanes_of_stage9_show_tasks_that_the_loop_wakes() {
    road::check_snapshot("lanes_stage9", &traced(road::DEMOS[9]).named("stage9").lanes());
}

#[test]
fn a_task_that_is_woken_while_it_is_polled_is_ready_behind_those_that_were() {
    let trace = traced(|| {
        let event_loop = stage8::Loop::new();
        event_loop.add_task(stage8::interrupt());
        event_loop.add_task(stage8::interrupt());
        event_loop.run();
    });
    let ready: Vec<_> = (0..=trace.len())
        .map(|it| trace.state_at(it))
        .filter(|it| it.running.is_empty() && it.ready.len() == 2)
        .map(|it| it.ready.into_iter().map(TaskNo::get).collect::<Vec<_>>())
        .collect();
    assert_eq!(ready.first(), Some(&vec![1, 2]));
    let last = trace.state_at(trace.len());
    assert!(last.ready.is_empty());
    assert!(last.tasks.values().all(|it| it.n_polls == 2));
}

#[test]
fn a_task_that_is_woken_twice_or_after_its_end_is_told_once_or_not() {
    let trace = traced(|| {
        let bell = Rc::new(RefCell::new(None));
        let left = Rc::clone(&bell);
        let event_loop = stage8::Loop::new();
        event_loop.add_task(async move {
            let leave = |cx: &mut Context<'_>| left.replace(Some(cx.waker().clone()));
            poll_fn(|cx| match leave(cx) {
                None => Poll::Pending,
                Some(_) => Poll::Ready(()),
            })
            .await;
        });
        event_loop.add_task(async move {
            let ring = || bell.borrow().clone().expect("it was left").wake();
            ring();
            ring();
            stage8::interrupt().await;
            ring();
        });
        event_loop.run();
    });
    let (first, second) = (number(1), number(2));
    let wakes: Vec<_> =
        whats(&trace).into_iter().filter(|it| matches!(it, What::Woken { .. })).collect();
    let by = By::Task(second);
    assert_eq!(wakes, [What::Woken { task: first, by }, What::Woken { task: second, by }]);
}

#[test]
fn a_task_that_another_thread_wakes_is_told_before_it_is_polled() {
    let trace = traced(|| {
        stage10::Loop::new().run_task(async {
            let mut is_rung = false;
            poll_fn(|cx| {
                if mem::replace(&mut is_rung, true) {
                    return Poll::Ready(());
                }
                let bell = cx.waker().clone();
                thread::spawn(move || bell.wake());
                Poll::Pending
            })
            .await;
        });
    });
    let task = number(1);
    let whats = whats(&trace);
    let woken = What::Woken { task, by: By::Thread };
    assert_eq!(whats.iter().filter(|it| **it == woken).count(), 1);
    let last = &trace.state_at(trace.len()).tasks[&task];
    assert_eq!((last.n_polls, last.woken.and_then(|it| it.by)), (2, Some(By::Thread)));
}

#[test]
fn a_stage_that_polls_a_task_nobody_woke_is_told_to_have_put_it_back() {
    let trace = traced(road::DEMOS[3]);
    let task = number(1);
    assert!(
        whats(&trace)
            .windows(2)
            .any(|it| { *it == [What::Requeued { task }, What::PollBegins { task }] })
    );
    let pending = What::PollEnds { task, how: PollEnd::Pending };
    assert!(whats(&trace).contains(&pending));
}

#[test]
fn a_stage_without_wakers_tells_of_no_wake() {
    let recorder = Rc::new(Recorder::new());
    record_stage_with(&recorder, road::DEMOS[6]);
    assert!(!whats(&recorder.trace()).iter().any(|it| matches!(it, What::Woken { .. })));
    let recording = world::record(road::DEMOS[6]);
    let is_wake = |it: &world::Moment| matches!(it.event, world::Event::Woken { .. });
    assert!(!recording.moments().iter().any(is_wake));
}

#[test]
fn why_a_task_of_a_waking_stage_runs_is_known() {
    let mut player = Player::new(traced(road::DEMOS[9]));
    let mut whys = Vec::new();
    while player.next_poll() {
        whys.extend(player.why());
    }
    assert!(whys.iter().any(|it| it.contains("was woken by the loop at ")), "{whys:#?}");
    assert!(!whys.iter().any(|it| it.contains("not tell") || it.contains("not seen")), "{whys:#?}");
}
