//! What the course calls pitfalls and a compiler can see: it is asked about the fixtures in `tests/ui`.
//!
//! Only the first line of each remark is compared, and its place: the rest is rephrased from time to
//! time.

use std::process::Command;

use crate::road;

/// What the compiler says to a fixture, its place and its first line, and whether it compiles.
fn remarks(name: &str) -> (String, bool) {
    let target = concat!(env!("CARGO_TARGET_TMPDIR"), "/");
    let output = Command::new("rustc")
        .args(["--edition=2024", "--color=never"])
        .arg(format!("--emit=metadata={target}{name}.rmeta"))
        .arg(format!("tests/ui/{name}.rs"))
        .current_dir(road::root())
        .output()
        .expect("who tests has a compiler");
    let text = String::from_utf8(output.stderr).expect("it speaks UTF-8");
    let lines: Vec<_> = text.lines().collect();
    let mut remarks = String::new();
    for pair in lines.windows(2) {
        // What has no place counts the others; a note explains one.
        let place = pair[1].trim_start().strip_prefix("--> ");
        if let Some(place) = place.filter(|_| !pair[0].starts_with("note")) {
            remarks += &format!("{place}\n  {}\n", pair[0]);
        }
    }
    (remarks, output.status.success())
}

/// Compares the compiler's remarks with the snapshot, and whether it compiles.
fn check(name: &str, compiles: bool) {
    let (remarks, has_compiled) = remarks(name);
    assert_eq!(has_compiled, compiles, "{name}: {remarks}");
    road::check_snapshot(&format!("refused_{name}"), &remarks);
}

#[test]
fn a_forgotten_await_is_a_warning_with_its_line() {
    check("forgotten", true);
}

#[test]
fn await_outside_of_async_does_not_compile() {
    check("outside", false);
}

#[test]
fn what_is_no_future_cannot_be_awaited() {
    check("not_awaitable", false);
}

#[test]
fn main_is_no_task() {
    check("top_level", false);
}
