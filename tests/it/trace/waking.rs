//! Stages 8 to 13 as traces: who woke whom, and the ready queue as the loop really has it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::poll_fn;
use std::mem;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

use boucle_trace::{
    By, Ended, Event, Player, PollEnd, Recorder, TaskNo, Trace, What, record_stage_with,
};

use crate::road;

/// The trace of what a stage from the eighth on does in `main`.
fn traced(main: impl FnOnce()) -> Trace {
    let recorder = Rc::new(Recorder::new());
    record_stage_with(&recorder, main);
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
                    let loops = if stage >= 9 { [By::Timer, By::Loop] } else { [By::Loop; 2] };
                    let is_its = running.map_or(loops.contains(&by), |it| by == By::Task(it));
                    assert!(is_its, "stage{stage}: {task} is woken by {by:?}");
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
fn a_task_that_is_woken_twice_is_told_once_and_after_its_end_stands_in_the_queue_again() {
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
    let [woken, itself] = [first, second].map(|task| What::Woken { task, by });
    assert_eq!(wakes, [woken.clone(), itself, woken]);
    // Its number is taken out, and means nobody.
    let [.., left, done, end] = &whats(&trace)[..] else { panic!("more happened") };
    assert_eq!(*left, What::PollEnds { task: second, how: PollEnd::Ready });
    assert_eq!(*done, What::Unqueued { task: first });
    assert!(matches!(end, What::RunEnds { .. }));
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
fn a_stage_without_wakers_stops_a_task_and_puts_it_back_in_one_event() {
    let trace = traced(road::DEMOS[3]);
    let task = number(1);
    let back = What::PollEnds { task, how: PollEnd::Requeued };
    let place = whats(&trace).iter().position(|it| *it == back).expect("it sleeps");
    assert_eq!(trace.state_at(place).ready.place(task), None);
    assert_eq!(trace.state_at(place + 1).ready.place(task), Some(1));
    let apart = |it: &What| matches!(it, What::Requeued { .. });
    assert!(!whats(&trace).iter().any(apart));
}

#[test]
fn a_loop_whose_queue_tells_nothing_is_believed_to_poll_who_is_woken() {
    struct Bell;

    impl Wake for Bell {
        fn wake(self: Arc<Bell>) {}
    }

    let trace = traced(|| {
        let bell = Waker::from(Arc::new(Bell));
        let mut task: Pin<Box<dyn Future<Output = ()>>> = Box::pin(stage8::interrupt());
        while world::step(&mut task, &bell).is_pending() {}
    });
    let task = number(1);
    let by = By::Task(task);
    let begins = What::PollBegins { task };
    let ends = |how| What::PollEnds { task, how };
    let expected = [
        What::Made { task, by: None },
        begins.clone(),
        What::Woken { task, by },
        ends(PollEnd::Pending),
        begins,
        What::Done { task, how: Ended::Value },
        ends(PollEnd::Ready),
    ];
    assert_eq!(whats(&trace)[..7], expected);
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
    assert!(whys.iter().any(|it| it.contains("was woken by a timer at ")), "{whys:#?}");
    assert!(!whys.iter().any(|it| it.contains("not tell") || it.contains("not seen")), "{whys:#?}");
}
