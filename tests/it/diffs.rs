//! What changes from one stage to the next: one idea, within a budget, and nothing unseen.

use similar::TextDiff;

use crate::road;

/// The diff of two texts, with its numbers of lines added and removed.
fn diff(old: &str, new: &str) -> (String, usize, usize) {
    let diff = TextDiff::from_lines(old, new);
    let diff = diff.unified_diff().context_radius(2).to_string();
    let count = |mark| diff.lines().filter(|line| line.starts_with(mark)).count();
    let (n_added, n_removed) = (count('+'), count('-'));
    (diff, n_added, n_removed)
}

/// The `lib.rs` of a stage.
fn lib(stage: usize) -> String {
    road::read(format!("crates/stage{stage}/src/lib.rs"))
}

/// The diff of two stages is a snapshot, and at most `budget` lines of `lib.rs` are changes. Of the other
/// files it tells which are new and which are gone; one that stays is the same, letter for letter.
fn check_from(last: usize, stage: usize, budget: usize) {
    let idea = |text: &str| text.lines().next().unwrap_or_default().replace("//! ", "");
    let (old, new) = (lib(last), lib(stage));
    let (diff, n_added, n_removed) = diff(&old, &new);

    let mut text = format!("# {} (+{n_added} -{n_removed})\n", idea(&new));
    let (old, new) = (road::library(last), road::library(stage));
    for (name, source) in new.iter().skip(1) {
        match old.iter().find(|it| it.0 == *name) {
            Some((_, before)) => assert_eq!(before, source, "stage{stage}, {name}"),
            None => text += &format!("# {name} is new: {} lines\n", source.lines().count()),
        }
    }
    for (name, source) in old.iter().filter(|(name, _)| new.iter().all(|it| it.0 != *name)) {
        text += &format!("# {name} is gone: {} lines\n", source.lines().count());
    }
    road::check_snapshot(&format!("diff_{last}_{stage}"), &(text + &diff));
    let n_changed = n_added + n_removed;
    assert!(n_changed <= budget, "{n_changed} lines change, more than one idea of {budget} lines");
}

/// The diff of two neighbors.
fn check(stage: usize, budget: usize) {
    check_from(stage - 1, stage, budget);
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

#[test]
fn stage8_adds_wakers_and_puts_the_sockets_aside() {
    check_from(6, 8, 85);
    check(8, 85 + 137);
}

#[test]
fn stage9_adds_times() {
    check(9, 65);
}

#[test]
fn stage10_sleeps() {
    check(10, 85);
}

#[test]
fn stage10_brings_the_sockets_back() {
    let sockets = "/// A socket that a task can wait for";
    let from = |text: &str| text[text.find(sockets).expect("it has sockets")..].to_owned();
    let old = from(&lib(7));
    let new = from(&road::read("crates/stage10/src/socket.rs"));
    let (diff, n_added, n_removed) = diff(&old, &new);
    let head = format!("# The sockets of stage 7, in stage 10 (+{n_added} -{n_removed})\n");
    road::check_snapshot("diff_7_10_sockets", &(head + &diff));
    assert!(n_added + n_removed <= 70, "{n_added} + {n_removed}");
}

#[test]
fn stage11_adds_results() {
    check(11, 55);
}

#[test]
fn stage12_adds_a_life_of_its_own() {
    check(12, 30);
}

#[test]
fn stage13_adds_a_queue() {
    check(13, 6);
}
