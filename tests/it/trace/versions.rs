//! Recordings of version 1 are read, and played as they were.

use boucle_trace::{Life, Player, PollEnd, TaskNo, Trace};

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

fn read(text: &str) -> Trace {
    let trace = Trace::read(text.as_bytes()).expect("version 1 is read");
    assert_eq!(trace.header().version, 1);
    trace
}

#[test]
fn a_recording_of_version_1_is_read_written_and_played() {
    for text in [STAGE, BOUCLE] {
        let trace = read(text);
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
