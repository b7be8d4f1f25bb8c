//! What a trace shows at an event is what the loop's own structures hold then: for the stages, and for boucle.

pub(crate) mod held;
mod on_boucle;
mod random;

use std::rc::Rc;
use std::thread;
use std::time::Duration;

use boucle_trace::{Options, Recorder, State, TaskNo, Trace, What, record_stage_with};

use self::held::Held;
use crate::road;

mod stages {
    include!(concat!(env!("OUT_DIR"), "/held.rs"));
}

/// The stages that have a queue, and their programs.
const PROGRAMS: [(usize, fn()); 12] = [
    (2, stages::stage2::demo::main),
    (3, stages::stage3::demo::main),
    (4, stages::stage4::demo::main),
    (5, stages::stage5::demo::main),
    (6, stages::stage6::demo::main),
    (7, stages::stage7::demo::main),
    (8, stages::stage8::demo::main),
    (9, stages::stage9::demo::main),
    (10, stages::stage10::demo::main),
    (11, stages::stage11::demo::main),
    (12, stages::stage12::demo::main),
    (13, stages::stage13::demo::main),
];

/// How a stage is recorded: those that sleep have exact times.
fn options(stage: usize) -> Options {
    let tick = if stage > 10 { Duration::ZERO } else { world::time::TICK };
    Options::new().program(&format!("stage{stage}")).tick(tick)
}

/// What a stage does in `main`, and what its structures held meanwhile. It has a thread of its own: a
/// thread keeps its last loop.
fn recorded(stage: usize, main: impl FnOnce() + Send) -> (Trace, Vec<Held>) {
    let record = || {
        let recorder = Rc::new(Recorder::with(options(stage)).expect("memory is always there"));
        let main = || {
            held::time_begins();
            main();
        };
        let noted = held::noted(&recorder, || record_stage_with(&recorder, main));
        (recorder.trace(), noted)
    };
    thread::scope(|it| it.spawn(record).join().expect("a recording keeps the panics"))
}

/// Compares the two at every event: how much stood in queues and maps.
fn assert_true(name: &str, trace: &Trace, noted: &[Held]) -> usize {
    let mut n_seen = 0;
    let mut noted = noted;
    let mut now = [Held::default()].to_vec();
    let mut state = State::default();
    for n_events in 0..=trace.len() {
        let last = n_events.checked_sub(1).map(|it| &trace.events()[it]);
        if let Some(event) = last {
            state.apply(event);
        }
        // Either the event is a change, and was noted; or all is as it was.
        let n_new = noted.iter().take_while(|it| it.n_events == n_events as u64).count();
        match noted.split_at(n_new) {
            ([], _) => now = now.split_off(now.len() - 1),
            (new, rest) => (now, noted) = ([&now[now.len() - 1..], new].concat(), rest),
        }
        let at = || format!("{name}, event {n_events}: {last:?}");
        for held in now[usize::from(n_new > 0)..].iter().filter(|it| !it.is_going) {
            assert_shown(&state, held, &at);
            n_seen += held.ready.len() + held.times.len();
        }
        // A task goes into the map, then into the queue, and so it goes out: the two are one event.
        if let [running] = &*state.running {
            let lives = state.tasks.iter().filter(|(_, it)| it.done.is_none());
            let lives = lives.map(|(task, _)| *task).filter(|it| it != running);
            let lives: Vec<_> = lives.map(TaskNo::get).collect();
            let is_kept = |it: &Held| it.kept.as_ref().is_none_or(|it| *it == lives);
            assert!(now.iter().any(is_kept), "{}: {lives:?} {now:?}", at());
        }
    }
    assert!(noted.is_empty(), "{name}: {:?}", noted[0]);
    n_seen
}

/// Compares the queue and the times.
fn assert_shown(state: &State, held: &Held, at: &impl Fn() -> String) {
    let ready: Vec<_> = state.ready.iter().map(|it| it.get()).collect();
    assert_eq!(ready, held.ready, "{}", at());
    let times: Vec<_> = state.timers.iter().map(|it| it.at).collect();
    assert_eq!(times.len(), held.times.len(), "{}", at());
    for (shown, held) in times.iter().zip(&held.times) {
        // Of a time that had passed when it was asked for, it is shown that it has.
        let are_over = *held < *shown && *shown <= state.now;
        assert!(shown == held || are_over, "{}: {shown} {held}", at());
    }
}

#[test]
fn what_is_shown_of_a_stage_is_what_its_structures_hold_at_every_event() {
    for (stage, main) in PROGRAMS {
        let (trace, noted) = recorded(stage, main);
        let n_seen = assert_true(&format!("stage{stage}"), &trace, &noted);
        assert!(n_seen > 0, "stage{stage}");
        let sets = trace.events().iter().any(|it| matches!(it.what, What::TimerSet { .. }));
        assert_eq!(sets, stage >= 9, "stage{stage}");
    }
}

#[test]
fn the_times_of_a_trace_are_those_of_the_transcript() {
    for (stage, main) in road::DEMOS.into_iter().enumerate() {
        if road::WITH_SOCKETS.contains(&stage) {
            continue;
        }
        let recording = road::recorder(stage).record(main);
        let said = recording.moments().iter().filter_map(|it| match &it.event {
            world::Event::Printed(line) => Some((it.at.as_nanos(), line.clone())),
            _ => None,
        });
        let trace = trace_of(stage, main);
        let shown = trace.events().iter().filter_map(|it| match &it.what {
            What::Printed { line, error: false, .. } => Some((it.at.into(), line.to_string())),
            _ => None,
        });
        assert_eq!(shown.collect::<Vec<_>>(), said.collect::<Vec<_>>(), "stage{stage}");
    }
}

/// The trace of a stage's program, as `film` records it.
fn trace_of(stage: usize, main: fn()) -> Trace {
    let recorder = Rc::new(Recorder::with(options(stage)).expect("memory is always there"));
    record_stage_with(&recorder, main);
    recorder.trace()
}
