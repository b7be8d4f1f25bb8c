//! Text in a terminal: no wider than it is asked for, nothing lost, and wide letters in line.

use boucle::{interrupt, spawn};
use boucle_trace::{Trace, record};
use world::println;

/// So many tasks of this name, each of which prints a line twice.
fn run(n_tasks: usize, name: &'static str, line: &'static str) -> Trace {
    record(move || async move {
        let tasks = (0..n_tasks).map(|_| {
            let task = spawn(async move {
                println!("{line}");
                interrupt().await;
                println!("{line}");
            });
            task.set_name(name);
            task
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.expect("it prints");
        }
    })
}

/// How many columns a text takes that has no other wide letters than those of these tests.
fn width(text: &str) -> usize {
    let mut before = ' ';
    let of = |it: char| {
        let wide = match it {
            '\u{301}' | '\u{200d}' | '🏽' | '🇷' => 0,
            '💻' if before == '\u{200d}' => 0,
            '漢' | '字' | 'か' | 'な' | '👩' | '👍' | '💻' | '🇫' => 2,
            _ => 1,
        };
        before = it;
        wide
    };
    text.chars().map(of).sum()
}

fn widest(text: &str) -> usize {
    text.lines().map(width).max().unwrap_or(0)
}

#[test]
fn lanes_are_no_wider_than_the_terminal_and_say_all_the_same() {
    let line =
        "a line that is quite long, 漢字漢字 and with a_word_that_cannot_be_broken_anywhere_at_all";
    for n_tasks in [0, 1, 2, 3, 5, 20] {
        let trace = run(n_tasks, "worker", line);
        let whole = trace.lanes();
        assert_eq!(trace.lanes_within(usize::MAX), whole);
        for columns in [40, 60, 80, 120, 200, 2000] {
            let text = trace.lanes_within(columns);
            assert!(widest(&text) <= columns, "{n_tasks} tasks in {columns} columns:\n{text}");
            if widest(&whole) <= columns {
                assert_eq!(text, whole);
            }
        }
        // One line an event has every line twice, however it is wrapped.
        let text = trace.lanes_within(100).replace(|it: char| it.is_whitespace(), "");
        let n_lines = text.matches("alinethatisquitelong").count();
        assert!(n_tasks < 10 || n_lines == 2 * n_tasks, "{n_lines} lines of {n_tasks} tasks");
    }
}

#[test]
fn many_tasks_are_told_in_one_line_an_event() {
    let trace = run(20, "worker", "Hello");
    let text = trace.lanes_within(80);
    assert_eq!(text.matches("worker   prints \"Hello\"\n").count(), 40, "{text}");
    // What fits is told as ever.
    assert!(run(2, "worker", "Hello").lanes_within(80).contains("┠ > Hello"));
}

#[test]
fn a_terminal_that_is_too_narrow_is_written_over_its_edge() {
    let trace = run(1, "worker", "Hello");
    assert_eq!(trace.lanes_within(0), trace.lanes_within(40));
}

/// The column in which a mark stands, in each line that has one of these.
fn columns_of(text: &str, marks: &[char]) -> Vec<usize> {
    let before = text.lines().filter_map(|it| Some(&it[..it.rfind(marks)?]));
    before.map(width).collect()
}

#[test]
fn wide_letters_and_marks_on_letters_keep_the_lanes_in_line() {
    for name in ["worker", "漢字かな", "e\u{301}te\u{301}", "👩\u{200d}💻", "🇫🇷 漢"]
    {
        let text = run(2, name, "漢字 👍🏽 e\u{301}").lanes();
        let (before, _) = text.split_once("┃ runs").expect("the marks are told");
        let rows: Vec<_> = before.lines().skip(1).collect();
        // The last lane begins in the same column in each row that the first one's text is in.
        let columns = columns_of(&rows.join("\n"), &['┏', '┠', '┗']);
        let mut different = columns.clone();
        different.sort_unstable();
        different.dedup();
        assert_eq!(different.len(), 3, "{name}: {columns:?}\n{text}");
    }
}
