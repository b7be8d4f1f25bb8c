//! What a recording claims is checked as it is read, and believed in no sum: files that once ended the
//! player.

use std::fs;
use std::path::{Path, PathBuf};

use boucle_trace::{By, Clock, Event, Header, Player, PollEnd, TaskNo, Trace, What};

use crate::looks::{Chance, look};

/// The files beside this one.
pub(crate) fn found() -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/found");
    let files = fs::read_dir(folder).expect("the folder is there");
    let mut paths: Vec<_> = files.map(|it| it.expect("it can be read").path()).collect();
    paths.sort();
    paths.into_iter().map(|it| (it.clone(), fs::read(it).expect("it can be read"))).collect()
}

#[test]
fn what_once_ended_the_player_is_looked_at_or_refused_in_words() {
    let mut told = String::new();
    for (path, bytes) in found() {
        let name = path.file_stem().expect("it has a name").to_string_lossy().into_owned();
        let (trace, error) = Trace::read_lossy(&bytes[..]);
        look(&trace.expect("the header is whole"), &mut Chance::new(1));
        let words = error.map_or_else(|| "is read".to_owned(), |it| it.to_string());
        told += &format!("{name}: {words}\n");
    }
    let base = "line 2: the state before the first event cannot be:";
    assert_eq!(
        told,
        format!(
            "base-choice0: {base} the last choice was made among fewer tasks, or later\n\
             base-npolls: {base} task 1 was woken by a later event\n\
             base-ordinal: {base} the last choice was made among fewer tasks, or later\n\
             base-position: {base} more events came before than can be counted\n\
             base-woken: {base} task 1 was woken by a later event\n\
             crash-2-197: {base} the last choice was made among fewer tasks, or later\n\
             crash-2-505: line 28: time goes back, from 18446744073709551614 ns to 0 ns\n\
             crash-2-79638: {base} more events came before than can be counted\n\
             crash-b0: is read\n"
        )
    );
}

/// A recording with this base, of which `from` is replaced by `to`.
fn with_base(from: &str, to: &str) -> String {
    let base = r#"{"base":{"position":50,"now":40,"tasks":{"1":{"name":null,"by":null,"place":null,"is_ready":true,"done":null,"woken":{"position":7,"at":5,"by":null},"waits":[{"position":4,"at":5,"on":"thread"},{"position":6,"at":5,"on":"thread"}],"waits_told":false,"n_polls":3,"poll_began":4,"last_poll":null,"busy":9}},"ready":[1],"running":[],"choice":{"position":8,"task":1,"place":0,"n_ready":1},"timers":[{"number":1,"at":50,"by":1},{"number":2,"at":60,"by":1}],"asleep":{"since":3,"until":null},"output":[{"at":3,"by":1,"error":false,"text":"a"}],"end":null}}"#;
    assert!(base.contains(from), "{from}");
    let header = r#"{"format":"boucle-trace","version":1,"clock":"virtual","program":"p"}"#;
    format!("{header}\n{}\n[40,{{\"poll_begins\":{{\"task\":1}}}}]\n", base.replacen(from, to, 1))
}

#[test]
fn a_base_that_cannot_be_true_is_refused_with_the_reason() {
    assert_eq!(Trace::read(with_base("", "").as_bytes()).expect("it can be true").len(), 1);
    let lies = [
        ("\"position\":50", "\"position\":9223372036854775807", "more events came before"),
        ("\"position\":8", "\"position\":50", "the last choice was made among fewer"),
        ("\"n_ready\":1", "\"n_ready\":0", "the last choice was made among fewer"),
        ("\"since\":3", "\"since\":41", "the loop sleeps since a later time"),
        ("[{\"at\":3", "[{\"at\":41", "a line was printed later"),
        ("\"ready\":[1]", "\"ready\":[]", "the ready queue does not hold"),
        ("\"ready\":[1]", "\"ready\":[2]", "the ready queue does not hold"),
        ("\"position\":7", "\"position\":50", "task 1 was woken by a later event"),
        ("\"position\":6", "\"position\":50", "task 1 waits since a later event"),
        ("\"n_polls\":3", "\"n_polls\":51", "task 1 was polled more often"),
        ("\"poll_began\":4", "\"poll_began\":41", "task 1 was polled for longer"),
        ("\"busy\":9", "\"busy\":41", "task 1 was polled for longer"),
        ("\"ready\":[1]", "\"ready\":[1,1]", "a task is ready twice"),
        ("\"position\":6", "\"position\":4", "the waits of a task are not in the order"),
        ("\"number\":1,\"at\":50", "\"number\":1,\"at\":70", "the timers are not in the order"),
    ];
    for (from, to, words) in lies {
        let error = Trace::read(with_base(from, to).as_bytes()).expect_err(to);
        assert_eq!(error.line, 2, "{to}");
        assert!(error.to_string().contains(words), "{to}: {error}");
    }
}

#[test]
fn times_at_the_end_of_what_can_be_counted_stay_there() {
    let task = TaskNo::new(u32::MAX).expect("it is not 0");
    let all = [
        What::Added { task, by: Some(task), place: None, future: None },
        What::TimerSet { timer: u32::MAX, by: Some(task), after: u64::MAX },
        What::PollBegins { task },
        What::Woken { task, by: By::Descriptor(i32::MIN) },
        What::LoopSleeps { timeout: Some(u64::MAX) },
        What::PollEnds { task, how: PollEnd::Pending },
        What::TimerUnset { timer: u32::MAX, by: None },
    ];
    let events = all.into_iter().map(|what| Event { at: u64::MAX, what }).collect();
    for clock in [Clock::Virtual, Clock::Real] {
        let trace = Trace::new(Header::new("late", clock), Vec::clone(&events));
        look(&trace, &mut Chance::new(2));
    }
}

#[test]
fn a_poll_that_is_left_by_another_is_taken_back_whole() {
    let [one, two] = [1, 2].map(|it| TaskNo::new(it).expect("it is not 0"));
    let all = [
        What::PollBegins { task: one },
        What::PollBegins { task: two },
        What::PollBegins { task: one },
        What::PollBegins { task: two },
        What::PollEnds { task: one, how: PollEnd::Pending },
        What::PollEnds { task: one, how: PollEnd::Pending },
        What::PollEnds { task: two, how: PollEnd::Over },
    ];
    let events = all.into_iter().map(|what| Event { at: 0, what }).collect();
    let trace = Trace::new(Header::new("odd", Clock::Virtual), events);
    let mut player = Player::new(trace.clone());
    let mut deep = Vec::new();
    while player.step() {
        deep.push(player.state().running.len());
    }
    assert_eq!(deep, [1, 2, 3, 4, 2, 0, 0]);
    look(&trace, &mut Chance::new(3));
}
