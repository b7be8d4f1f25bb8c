//! All tests of the explorer, a module a theme.

mod book;
mod bugs;
mod counts;
mod dice;
mod diverges;
mod environment;
mod explains;
mod fails;
mod failures;
mod faults;
mod films;
mod first;
mod large;
mod named;
mod oracle;
mod own;
mod renewed;
mod replays;
mod shrink;
mod stuck;
mod swaps;
mod touches;
mod unseen;

use std::fmt::Debug;

use boucle_explore::Report;

/// As the crate's, of programs whose tasks share nothing unseen: what comes of them is found by the search, and
/// not only where every order is tried.
fn explore<F: Future<Output: Debug>>(program: impl Fn() -> F) -> Report {
    let report = boucle_explore::explore(program);
    assert!(!report.to_string().contains("that the loop does not see"), "{report}");
    report
}
