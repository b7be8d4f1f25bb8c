//! Recordings of versions 1 to 3 are read, and played as they were.

use boucle_trace::{Ended, Life, On, Phase, Player, PollEnd, RunEnd, TaskNo, Trace};

/// Two tasks of stage 2 and, below, a sleep of boucle, as they were recorded then.
const STAGE: &str = r#"{"format":"boucle-trace","version":1,"clock":"virtual","program":"stage2"}
[0,{"added":{"task":1,"by":null,"place":null}}]
[0,{"poll_begins":{"task":1}}]
[0,{"printed":{"by":1,"error":false,"line":"Hello"}}]
[0,{"poll_ends":{"task":1,"how":"pending"}}]
[0,{"requeued":{"task":1}}]
[0,{"added":{"task":2,"by":null,"place":null}}]
[0,{"poll_begins":{"task":2}}]
[0,{"done":{"task":2,"how":"value"}}]
[0,{"poll_ends":{"task":2,"how":"ready"}}]
[0,{"poll_begins":{"task":1}}]
[0,{"printed":{"by":1,"error":false,"line":"World"}}]
[0,{"done":{"task":1,"how":"value"}}]
[0,{"poll_ends":{"task":1,"how":"ready"}}]
[0,{"run_ends":{"how":"complete"}}]
"#;

const BOUCLE: &str = r#"{"format":"boucle-trace","version":1,"clock":"virtual","program":"program"}
[0,{"added":{"task":1,"by":null,"place":{"file":"src/main.rs","line":7}}}]
[0,{"poll_begins":{"task":1}}]
[0,{"timer_set":{"timer":0,"by":1,"after":1000}}]
[0,{"waits":{"task":1,"on":{"time":1000}}}]
[0,{"poll_ends":{"task":1,"how":"pending"}}]
[1000,{"timer_fired":{"timer":0}}]
[1000,{"woken":{"task":1,"by":"timer"}}]
[1000,{"poll_begins":{"task":1}}]
[1000,{"done":{"task":1,"how":"value"}}]
[1000,{"poll_ends":{"task":1,"how":"ready"}}]
[1000,{"run_ends":{"how":"complete"}}]
"#;

/// A task that waits for an item and a time, of which the time comes first; then for another time, which it
/// takes back; as they were recorded in version 2.
const WAITS: &str = r#"{"format":"boucle-trace","version":2,"clock":"virtual","program":"program"}
[0,{"added":{"task":1,"by":null,"place":null}}]
[0,{"poll_begins":{"task":1}}]
[0,{"object_made":{"object":1,"kind":"queue","place":null}}]
[0,{"waits":{"task":1,"on":{"sync":"an item of a queue"},"object":1}}]
[0,{"timer_set":{"timer":0,"by":1,"after":1000}}]
[0,{"waits":{"task":1,"on":{"time":1000}}}]
[0,{"poll_ends":{"task":1,"how":"pending"}}]
[1000,{"timer_fired":{"timer":0}}]
[1000,{"woken":{"task":1,"by":"timer"}}]
[1000,{"poll_begins":{"task":1}}]
[1000,{"timer_set":{"timer":1,"by":1,"after":5000}}]
[1000,{"waits":{"task":1,"on":{"time":5000}}}]
[1000,{"poll_ends":{"task":1,"how":"pending"}}]
[2000,{"timer_unset":{"timer":1,"by":null}}]
"#;

/// Two tasks that are cancelled as their loop closes, one of them ready, as they were recorded in version 3.
const CLOSE: &str = r#"{"format":"boucle-trace","version":3,"clock":"virtual","program":"program"}
[0,{"added":{"task":1,"by":null,"place":null}}]
[0,{"poll_begins":{"task":1}}]
[0,{"timer_set":{"timer":0,"by":1,"after":1000}}]
[0,{"waits":{"task":1,"on":{"time":1000},"wait":0}}]
[0,{"poll_ends":{"task":1,"how":"pending"}}]
[0,{"added":{"task":2,"by":null,"place":null}}]
[0,{"run_ends":{"how":"stopped"}}]
[0,{"timer_unset":{"timer":0,"by":null}}]
[0,{"wait_ends":{"task":1,"wait":0}}]
[0,{"done":{"task":1,"how":"cancelled"}}]
[0,{"done":{"task":2,"how":"cancelled"}}]
"#;

fn read(text: &str) -> Trace {
    Trace::read(text.as_bytes()).expect("an old version is read")
}

#[test]
fn a_recording_of_version_1_is_read_written_and_played() {
    for text in [STAGE, BOUCLE] {
        let trace = read(text);
        assert_eq!(trace.header().version, 1);
        let mut written = Vec::new();
        trace.write(&mut written).expect("memory takes all");
        assert!(Trace::read(&written[..]).expect("it was just written") == trace);
        let mut player = Player::new(trace);
        let first = player.state().clone();
        player.seek_end();
        assert!(player.state().tasks.values().all(|it| it.done.is_some()));
        assert!(player.state().ready.is_empty());
        player.seek(0);
        assert_eq!(*player.state(), first);
    }
}

#[test]
fn a_stage_of_version_1_stops_and_is_put_back_in_two_events() {
    let trace = read(STAGE);
    let first = TaskNo::new(1).expect("it is not 0");
    let state = trace.state_at(4);
    assert_eq!(state.tasks[&first].last_poll, Some(PollEnd::Pending));
    assert_eq!(state.life(first), Life::Waiting);
    assert_eq!(trace.state_at(5).life(first), Life::Ready);
    assert_eq!(trace.output(), "Hello\nWorld\n");
}

#[test]
fn the_waits_of_version_2_end_with_the_poll_that_tells_of_others() {
    let trace = read(WAITS);
    assert_eq!(trace.header().version, 2);
    let first = TaskNo::new(1).expect("it is not 0");
    let mut player = Player::new(trace);
    let mut seen = Vec::new();
    while player.step() {
        let waits: Vec<_> = player.state().waits_for(first).map(|it| it.on.clone()).collect();
        if seen.last() != Some(&waits) {
            seen.push(waits);
        }
    }
    let item = On::Sync("an item of a queue".into());
    let (short, long) = (On::Time(1000), On::Time(5000));
    // The time of 1 µs has come, the item is forgotten, and the timer is taken back.
    let expected =
        [vec![], vec![item.clone()], vec![item.clone(), short], vec![item], vec![long], vec![]];
    assert_eq!(seen, expected);
    player.seek(0);
    assert_eq!(*player.state(), *player.trace().base());
}

#[test]
fn a_task_of_version_3_that_is_dropped_in_no_poll_stands_as_it_stood_until_it_is_done() {
    let trace = read(CLOSE);
    assert_eq!(trace.header().version, 3);
    let tasks = [1, 2].map(|it| TaskNo::new(it).expect("it is not 0"));
    let mut player = Player::new(trace);
    let mut lives = Vec::new();
    while player.step() {
        lives.push(tasks.map(|it| player.state().life(it)));
    }
    let (waits, ready, gone) = (Life::Waiting, Life::Ready, Life::Done(Ended::Cancelled));
    let expected = [
        [waits, ready],
        [waits, ready],
        [waits, ready],
        [waits, ready],
        [gone, ready],
        [gone, gone],
    ];
    assert_eq!(lives[5..], expected);
    assert!(player.state().ready.is_empty() && player.state().end == Some(RunEnd::Stopped));
    player.seek(0);
    assert_eq!(*player.state(), *player.trace().base());
}

/// The same as it is recorded now: it runs, and stands where it stood in the queue.
#[test]
fn a_task_that_is_dropped_in_no_poll_runs_until_it_is_done() {
    let text = CLOSE.replace("\"version\":3", "\"version\":4").replace(
        "[0,{\"done\":{\"task\":2",
        "[0,{\"drop_begins\":{\"task\":2}}]\n[0,{\"done\":{\"task\":2",
    );
    let mut player = Player::new(read(&text));
    let second = TaskNo::new(2).expect("it is not 0");
    player.seek(11);
    let state = player.state().clone();
    assert_eq!((state.life(second), &state.running[..]), (Life::Running, &[second][..]));
    assert!(state.ready.iter().eq([&second]) && state.tasks[&second].is_dropped);
    assert_eq!(
        (player.phase(), player.told()),
        (Phase::End, Some(("task 2".into(), "is being dropped".into())))
    );
    assert!(player.step());
    let last = player.state();
    assert_eq!(last.life(second), Life::Done(Ended::Cancelled));
    assert!(last.running.is_empty() && last.ready.is_empty() && last.tasks[&second].n_polls == 0);
    assert!(player.step_back() && *player.state() == state);
}
