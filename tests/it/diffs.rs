//! What changes from one stage to the next: one idea, within a budget, and nothing unseen.

use similar::TextDiff;

use crate::road;

/// The diff of two neighbors is a snapshot, and at most `budget` of its lines are changes.
fn check(stage: usize, budget: usize) {
    let lib = |n: usize| road::read(format!("crates/stage{n}/src/lib.rs"));
    let idea = |text: &str| text.lines().next().unwrap_or_default().replace("//! ", "");
    let (old, new) = (lib(stage - 1), lib(stage));

    let diff = TextDiff::from_lines(&old, &new);
    let diff = diff.unified_diff().context_radius(2).to_string();
    let count = |mark| diff.lines().filter(|line| line.starts_with(mark)).count();
    let (n_added, n_removed) = (count('+'), count('-'));

    let (last, next) = (stage - 1, stage);
    road::check_snapshot(
        &format!("diff_{last}_{next}"),
        &format!("# {} (+{n_added} -{n_removed})\n{diff}", idea(&new)),
    );
    let n_changed = n_added + n_removed;
    assert!(n_changed <= budget, "{n_changed} lines change, more than one idea of {budget} lines");
}

#[test]
fn stage2_adds_a_queue_and_a_waiter() {
    check(2, 60);
}

#[test]
fn stage3_adds_interrupt_and_sleep() {
    check(3, 60);
}

#[test]
fn stage4_turns_the_queue_into_a_loop() {
    check(4, 60);
}

#[test]
fn stage5_adds_the_current_loop() {
    check(5, 60);
}

#[test]
fn stage6_adds_gather() {
    check(6, 60);
}

#[test]
fn stage7_adds_sockets() {
    check(7, 140);
}
