//! The stages' programs as traces: their lanes, and that a trace is the same each time.

use boucle_trace::{PollEnd, Trace, What, record_stage};

use crate::road;

/// The trace of a stage's program.
fn trace(stage: usize) -> Trace {
    record_stage(road::DEMOS[stage]).named(&format!("stage{stage}"))
}

#[test]
fn the_lanes_of_stage2_show_tasks_in_turn() {
    road::check_snapshot("lanes_stage2", &trace(2).lanes());
}

#[test]
fn the_lanes_of_stage3_show_tasks_that_sleep_by_looking() {
    road::check_snapshot("lanes_stage3", &trace(3).lanes());
}

#[test]
fn the_lanes_of_stage5_show_a_task_that_adds_others() {
    road::check_snapshot("lanes_stage5", &trace(5).lanes());
}

#[test]
fn the_lanes_of_stage6_show_a_task_that_gathers_others() {
    road::check_snapshot("lanes_stage6", &trace(6).lanes());
}

#[test]
fn ten_traces_of_a_stage_are_the_same_bytes() {
    let bytes = |trace: &Trace| {
        let mut bytes = Vec::new();
        trace.write(&mut bytes).expect("memory takes all");
        bytes
    };
    // Stage 7 asks the system for its sockets.
    for stage in 0..7 {
        let first = trace(stage);
        for _ in 1..9 {
            assert!(trace(stage) == first, "stage{stage}");
        }
        assert!(bytes(&trace(stage)) == bytes(&first), "stage{stage}");
    }
}

#[test]
fn a_trace_of_a_stage_holds_what_its_recording_holds() {
    for stage in 0..7 {
        let (trace, recording) = (trace(stage), world::record(road::DEMOS[stage]));
        assert_eq!(trace.output(), recording.output(), "stage{stage}");
        let last = trace.state_at(trace.len());
        let polls: Vec<_> = last.tasks.values().map(|it| it.n_polls).collect();
        let expected: Vec<_> = recording.polls().into_iter().map(|it| it as u64).collect();
        assert_eq!(polls, expected, "stage{stage}");
    }
}

#[test]
fn a_stage_that_talks_over_sockets_has_a_trace_too() {
    let trace = trace(7);
    let twice = "Received from client b\"Hello World!\"\nReceived from server b\"!dlroW olleH\"\n";
    assert_eq!(trace.output(), twice);
    assert!(
        trace
            .events()
            .iter()
            .any(|it| matches!(it.what, What::PollEnds { how: PollEnd::Requeued, .. }))
    );
}
