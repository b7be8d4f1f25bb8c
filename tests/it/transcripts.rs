//! Each stage's program, whole: what it prints, when, and how often its tasks were polled.

use crate::road;

/// The whole transcript of a stage's program is its snapshot.
fn check(stage: usize) {
    let recording = road::recorder(stage).record(road::DEMOS[stage]);
    assert_eq!(recording.status(), 0);
    let unread = "task exception was never retrieved: the task panicked: boom\n";
    assert_eq!(recording.errors(), if stage == 11 { unread } else { "" });
    road::check_snapshot(&format!("stage{stage}"), &road::transcript(stage, &recording));
}

/// What a stage's program prints on stdout.
fn output(stage: usize) -> String {
    road::recorder(stage).record(road::DEMOS[stage]).output()
}

/// What a stage's program prints on stdout is these lines, and nothing else.
fn prints(stage: usize, lines: &str) {
    assert_eq!(output(stage).replace('\n', " ").trim_end(), lines);
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
fn stage8_wakes_a_task_that_waits() {
    check(8);
    prints(
        8,
        "start 0 1 2 3 4 finished polls of the one that asks: 7 polls of the one that is woken: 2",
    );
}

#[test]
fn stage9_keeps_the_times() {
    check(9);
    prints(9, "foo aaa bbb bar ccc baz polls of the two: 8");
}

#[test]
fn stage10_sleeps_and_holds_the_conversation_of_stage_7() {
    check(10);
    assert_eq!(output(10), output(7));
}

#[test]
fn stage11_keeps_results_and_panics() {
    check(11);
}

#[test]
fn stage12_runs_until_it_is_stopped() {
    check(12);
}

#[test]
fn stage13_holds_back_who_is_too_fast() {
    check(13);
}

#[test]
fn waiting_costs_fewer_polls_from_stage_to_stage() {
    let polls = |stage| road::recorder(stage).record(road::DEMOS[stage]).polls();
    // `wait_job`, beside the same counting: seven polls, the first and six resumptions; and now two.
    assert_eq!((polls(2)[4], polls(8)[0]), (7, 2));
    // The two `print_messages`, without the gather in front of them.
    let two = |stage| polls(stage)[1..].iter().sum::<usize>();
    assert_eq!((two(6), two(9)), (2994, 8));
}

#[test]
fn two_recordings_of_a_program_are_equal() {
    for stage in (0..road::DEMOS.len()).filter(|it| !road::WITH_SOCKETS.contains(it)) {
        let again = || road::recorder(stage).record(road::DEMOS[stage]);
        assert_eq!(again(), again(), "stage{stage}");
    }
}
