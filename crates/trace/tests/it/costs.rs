//! What it costs to look at a large recording: steps and bytes are counted. Where nothing is counted, a
//! cost that grows with the square of the recording would take hours.

use std::rc::Rc;

use allocation_counter::measure;
use boucle_trace::{
    Clock, Ended, Event, Header, Life, Lint, On, Options, Player, PollEnd, Recorder, RunEnd,
    TaskNo, Trace, What, record_with,
};
use world::println;

const MILLION: u32 = 1_000_000;

fn task(number: u32) -> TaskNo {
    TaskNo::new(number + 1).expect("it is not 0")
}

fn trace(all: impl IntoIterator<Item = What>) -> Trace {
    let events = (0..).zip(all).map(|(at, what)| Event { at, what }).collect();
    Trace::new(Header::new("large", Clock::Virtual), events)
}

/// So many tasks are added.
fn added(n: u32) -> impl Iterator<Item = What> {
    (0..n).map(|it| What::Added { task: task(it), by: None, place: None, future: None })
}

/// Each is polled once, and is done, in turn.
fn polled(task: TaskNo) -> [What; 3] {
    let (how, end) = (Ended::Value, PollEnd::Ready);
    [What::PollBegins { task }, What::Done { task, how }, What::PollEnds { task, how: end }]
}

#[test]
fn a_step_back_among_a_million_tasks_undoes_one_event() {
    let all = trace(added(MILLION).chain((0..MILLION / 4).flat_map(|it| polled(task(it)))));
    let n = all.len();
    let mut player = Player::new(all);
    player.seek_end();
    assert_eq!(player.n_played(), n as u64);
    for position in [n, MILLION as usize, n - 300_001] {
        player.seek(position);
        // A way back that begins anew is no longer than the quarter of the state.
        let mut before = player.n_played();
        assert!(player.step_back());
        assert!(player.n_played() - before <= 500_000 + 1, "{}", player.n_played() - before);
        before = player.n_played();
        let bytes = measure(|| (0..1000).for_each(|_| assert!(player.step_back())));
        assert_eq!(player.n_played() - before, 1000);
        assert!(bytes.bytes_max < 1 << 20, "{bytes:?}");
        assert_eq!(player.position(), position - 1001);
    }
    let (n_parts, n_undos) = player.n_kept();
    assert!(n_parts <= 4 * n && n_undos <= 1 << 17, "{n_parts} parts, {n_undos} events");
    player.seek(0);
    assert!(player.state().tasks.is_empty());
}

#[test]
fn a_million_tasks_leave_the_ready_queue_from_its_end() {
    let how = Ended::Cancelled;
    let ends = (0..MILLION).rev().map(|it| What::Done { task: task(it), how });
    let state_at = trace(added(MILLION).chain(ends));
    assert!(state_at.state_at(state_at.len()).ready.is_empty());
    // From the middle as well, and their places are known.
    let middle = MILLION / 2;
    let polls = (middle..MILLION).map(|it| What::PollBegins { task: task(it) });
    let state = trace(added(MILLION).chain(polls));
    let state = state.state_at(state.len());
    let choice = state.choice.expect("there was one");
    assert_eq!((choice.place, choice.n_ready), (Some(500_000), 500_001));
    assert_eq!(state.life(task(MILLION - 1)), Life::Running);
}

#[test]
fn polls_within_one_another_are_left_at_once() {
    let n = MILLION / 5;
    let begin = (0..n).map(|it| What::PollBegins { task: task(it) });
    let wake =
        (0..n).map(|it| What::Woken { task: task(it), by: boucle_trace::By::Task(task(it)) });
    let end = (0..n).map(|it| What::PollEnds { task: task(it), how: PollEnd::Pending });
    let all = trace(begin.chain(wake).chain(end));
    assert!(all.state_at(all.len()).running.is_empty());
    assert_eq!(all.lint(), []);
    let mut player = Player::new(all);
    player.seek_end();
    player.seek(2 * n as usize + 1);
    assert!(player.state().running.is_empty() && player.step_back());
    assert_eq!(player.state().running.len(), n as usize);
}

#[test]
fn hundreds_of_thousands_of_waits_and_timers_of_one_task_come_and_go() {
    let first = task(0);
    let n = MILLION / 4;
    let after = 10 * u64::from(MILLION);
    let set = |timer| {
        let on = On::Time(after);
        [
            What::TimerSet { timer, by: Some(first), after },
            What::Waits { task: first, on, object: None, place: None, wait: None },
        ]
    };
    let unset = (0..n).rev().map(|timer| What::TimerUnset { timer, by: Some(first) });
    let begin = What::PollBegins { task: first };
    let all = trace(std::iter::once(begin).chain((0..n).flat_map(set)).chain(unset));
    let mut player = Player::new(all.clone());
    player.seek(2 * n as usize + 1);
    assert_eq!(player.waits(first).count(), n as usize);
    assert_eq!(player.state().timers.len(), n as usize);
    player.seek_end();
    assert!(player.state().timers.is_empty() && player.state().tasks[&first].waits.is_empty());
    assert!(player.n_kept().0 <= 4 * all.len());
    let bytes = measure(|| assert!(player.step_back() && player.step_back()));
    assert!(bytes.bytes_max < 1 << 16, "{bytes:?}");
    assert_eq!(player.state().timers.len(), 2);
}

#[test]
fn a_chain_of_tasks_that_await_one_another_is_walked_once() {
    let n = MILLION / 4;
    let waits = (0..n).flat_map(|it| {
        let (how, on) = (PollEnd::Pending, On::Task(task(it + 1)));
        let task = task(it);
        [
            What::PollBegins { task },
            What::Waits { task, on, object: None, place: None, wait: None },
            What::PollEnds { task, how },
        ]
    });
    let last = [What::LoopSleeps { timeout: None }, What::RunEnds { how: RunEnd::Deadlock }];
    let findings = trace(added(n).chain(waits).chain(last)).lint();
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].lint, Lint::Deadlock);
    assert!(findings[0].message.ends_with("249980 more wait"), "{}", findings[0].message);
}

#[test]
fn panics_that_go_out_of_a_run_are_looked_for_once() {
    let n = MILLION / 4;
    let ends = (0..n).map(|it| What::Done { task: task(it), how: Ended::Panicked });
    let end = What::RunEnds { how: RunEnd::Panicked("boom".into()) };
    assert_eq!(trace(added(n).chain(ends).chain([end])).lint(), []);
}

#[test]
fn lanes_have_no_more_cells_than_they_say_and_tell_what_is_missing() {
    let n = 10_000;
    let all = trace(added(n).chain((0..n).flat_map(|it| polled(task(it)))));
    let mut lanes = String::new();
    let bytes = measure(|| lanes = all.lanes());
    let cells: usize = lanes.lines().map(|it| it.split_whitespace().count()).sum();
    assert!(cells <= 2 * (1 << 19), "{cells} cells");
    assert!(bytes.bytes_max < 128 << 20, "{bytes:?}");
    let head = lanes.lines().next().expect("there is a head");
    // 40,000 events: 13 lanes are left.
    assert_eq!(head.matches("task").count(), 13);
    let folded = "⋮ 9987 events of 9987 tasks without a lane";
    assert!(lanes.contains(folded), "{lanes}");
    let note = "⋮ 9987 tasks more have no lane: they are too many\n";
    assert!(lanes.contains(note));

    let rows = (0..150_000).map(|_| What::LoopWakes);
    let lanes = trace(added(1).chain(rows)).lanes();
    assert!(lanes.contains("⋮ 18929 events more have no row: they are too many\n"));
    assert_eq!(lanes.lines().count(), (1 << 17) + 4);
}

#[test]
fn a_picture_grows_with_the_events_and_not_with_the_tasks_beside_them() {
    let svg = |n| {
        let all = trace(added(n).chain((0..n).flat_map(|it| polled(task(it)))));
        let mut text = String::new();
        let bytes = measure(|| text = all.svg());
        (text.len() as u64, bytes.bytes_max)
    };
    let (small, large) = (svg(2_000), svg(20_000));
    assert!(large.0 < 12 * small.0 && large.1 < 12 * small.1, "{small:?}, {large:?}");
    // What the page and Perfetto are given as well.
    let all = trace(added(20_000));
    assert!(all.html().len() + all.chrome_json().len() < 20_000 * 400);
}

#[test]
fn polls_that_end_from_the_outermost_on_are_drawn_for_perfetto() {
    let begin = (0..MILLION / 50).map(|it| What::PollBegins { task: task(it) });
    let how = PollEnd::Pending;
    let end = (0..MILLION / 50).map(|it| What::PollEnds { task: task(it), how });
    let json = trace(begin.chain(end)).chrome_json();
    assert_eq!(json.matches(r#""ph":"X""#).count(), 20_000);
}

#[test]
fn a_ring_buffer_keeps_no_line_that_it_has_given_up() {
    let options = || Options::new().last(100);
    let bytes = |n: u32| {
        let recorder = Rc::new(Recorder::with(options()).expect("memory is always there"));
        let bytes = measure(|| {
            record_with(&recorder, || async move {
                for line in 0..n {
                    println!("line {line:06}");
                }
            });
        });
        assert!(recorder.trace().len() < 200);
        bytes.bytes_max
    };
    // A first one makes what lives as long as the thread.
    bytes(1);
    let (few, many) = (bytes(10_000), bytes(100_000));
    assert!(many < few + few / 2 && many < 1 << 20, "{few} and {many} bytes");
}

#[test]
fn a_ring_buffer_looks_at_no_other_task_when_it_gives_up_an_event() {
    let n = MILLION / 10;
    let recorder = Recorder::with(Options::new().last(4)).expect("memory is always there");
    let recorder = Rc::new(recorder);
    record_with(&recorder, || async move {
        let all: Vec<_> = (0..n).map(|_| boucle::spawn(async {})).collect();
        for one in all {
            one.await.expect("it ends");
        }
    });
    // Who has ended is given up, and nobody else was there.
    assert!(recorder.trace().base().tasks.len() < 10);
}
