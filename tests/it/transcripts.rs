//! Each stage's program, whole: what it prints, when, and how often its tasks were polled.

use crate::road;

/// The whole transcript of a stage's program is its snapshot.
fn check(stage: usize) {
    let recording = world::record(road::DEMOS[stage]);
    assert_eq!(recording.status(), 0);
    assert_eq!(recording.errors(), "");
    road::check_snapshot(&format!("stage{stage}"), &road::transcript(stage, &recording));
}

/// What a stage's program prints on stdout is these lines, and nothing else.
fn prints(stage: usize, lines: &str) {
    assert_eq!(world::record(road::DEMOS[stage]).output().replace('\n', " ").trim_end(), lines);
}

#[test]
fn stage0_steps_coroutines_by_hand() {
    check(0);
}

#[test]
fn stage1_runs_one_task_after_the_other() {
    check(1);
    prints(1, "Hello Hello World");
}

#[test]
fn stage2_runs_tasks_in_turn() {
    check(2);
    prints(2, "1 Hello 2 3 World start 0 1 2 3 4 finished");
}

#[test]
fn stage3_lets_tasks_sleep() {
    check(3);
    prints(3, "foo aaa bbb bar ccc baz");
}

#[test]
fn stage4_runs_a_loop() {
    check(4);
    prints(4, "foo bar baz");
}

#[test]
fn stage5_lets_a_task_reach_its_loop() {
    check(5);
}

#[test]
fn stage6_gathers_tasks() {
    check(6);
    prints(6, "foo aaa bbb bar ccc baz");
}

#[test]
fn stage7_lets_a_server_and_a_client_talk() {
    check(7);
    let twice = world::record(|| {
        road::DEMOS[7]();
        road::DEMOS[7]();
    });
    let once = "Received from client b\"Hello World!\"\nReceived from server b\"!dlroW olleH\"\n";
    assert_eq!(twice.output(), once.repeat(2));
}

#[test]
fn two_recordings_of_a_program_are_equal() {
    for stage in 0..7 {
        let again = || world::record(road::DEMOS[stage]);
        assert_eq!(again(), again(), "stage{stage}");
    }
}
