//! Predictions: right ones, and the first wrong line of the others.

use film::{Program, Question, Run, Verdict};

fn verdict(name: &str, lines: &[&str]) -> Verdict {
    let run = Run::of(Program::named(name).expect("it is in the table"));
    Verdict::on(&run.trace, &lines.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>())
}

#[test]
fn a_right_prediction_is_right() {
    let verdict = verdict("stage6", &["foo", "aaa", "bbb", "bar", "ccc", "baz"]);
    assert_eq!(verdict.lines(), ["All 6 lines are right."]);
}

#[test]
fn the_first_wrong_line_is_explained_by_the_run() {
    insta::assert_snapshot!(verdict("stage6", &["foo", "aaa", "bar", "bbb"]).lines().join("\n"), @r#"
    Line 3 is wrong: you said "bar", and "bbb" comes.
    At 0.704 s task 3 prints "bbb".
    task 3 runs again: it gave the turn back at 0.702 s; it was the first of 3 that were ready, before task 1 and task 2.
    "bar" comes later, at 1.001 s: task 2 prints it, which is ready now, with 1 before it in the queue.
    The 2 lines before it are right.
    "#);
}

#[test]
fn a_line_that_is_never_printed_a_missing_one_and_one_too_many_are_told() {
    insta::assert_snapshot!(verdict("stage4", &["foo", "Foo"]).lines().join("\n"), @r#"
    Line 2 is wrong: you said "Foo", and "bar" comes.
    At 1.001 s task 1 prints "bar".
    task 1 runs again: it gave the turn back at 1.000 s; it was the only one that was ready.
    "Foo" is never printed.
    The line before it is right.
    "#);
    insta::assert_snapshot!(verdict("stage4", &["foo"]).lines().join("\n"), @r#"
    Line 2 is missing: "bar" comes.
    At 1.001 s task 1 prints "bar".
    task 1 runs again: it gave the turn back at 1.000 s; it was the only one that was ready.
    The line before it is right.
    "#);
    insta::assert_snapshot!(verdict("stage4", &["foo", "bar", "baz", "foo"]).lines().join("\n"), @r#"
    Line 4 is wrong: you said "foo", and nothing more comes.
    The last thing that happens: loop the run is complete.
    "foo" does not come again.
    The 3 lines before it are right.
    "#);
}

#[test]
fn what_the_same_task_prints_later_is_told_so() {
    let lines = verdict("stage4", &["baz"]).lines();
    assert_eq!(lines[3], "\"baz\" comes later, at 2.002 s: task 1 prints it, but this first.");
}

#[test]
fn the_question_does_not_tell_the_order() {
    let run = Run::of(Program::named("stage3").expect("it is in the table"));
    let question = Question::about(&run.trace).expect("it prints");
    assert_eq!((question.n_lines, question.n_printed), (6, 6));
    assert_eq!(question.choices, ["aaa", "bar", "baz", "bbb", "ccc", "foo"]);
}

#[test]
fn of_a_run_that_prints_a_line_at_the_most_nothing_is_asked() {
    let trace = boucle_trace::record(|| async { world::println!("Hello") });
    assert_eq!(Question::about(&trace), None);
}
