//! The programs of the road in every order: what is counted by hand, what is shown, what is refused.

use std::cell::Cell;
use std::rc::Rc;

use boucle_trace::Trace;
use film::{Found, OrdersError, PROGRAMS, Program, Subject};
use stage8::{Loop, interrupt};
use world::println;

use crate::opening::{file, film, text};
use crate::screens;

/// Enough for all that is small.
const MANY: usize = 10_000;

/// What is found of a program on the loop of stage 8, which has one part.
fn found(main: fn()) -> Found {
    let mut found = Subject::stage("test", main).search(None, MANY).expect("it is steady");
    assert_eq!(found.len(), 1);
    found.remove(0)
}

/// Says twice who it is, and gives the turn back between.
async fn twice(name: char) {
    println!("{name}");
    interrupt().await;
    println!("{name}");
}

/// Two tasks of two steps.
fn two_by_two() {
    let event_loop = Loop::new();
    event_loop.add_task(twice('a'));
    event_loop.run_task(twice('b'));
}

/// Reads, gives the turn back, and writes one more.
async fn add_one(number: Rc<Cell<u32>>) {
    let read = number.get();
    interrupt().await;
    number.set(read + 1);
}

/// Two that add one to a number.
fn lost_update() {
    let (event_loop, number) = (Loop::new(), Rc::new(Cell::new(0)));
    event_loop.add_task(add_one(Rc::clone(&number)));
    event_loop.run_task(add_one(Rc::clone(&number)));
    println!("{}", number.get());
}

#[test]
fn two_tasks_of_two_steps_have_six_orders() {
    let found = found(two_by_two);
    assert!(found.is_every_order());
    assert_eq!(found.orders(), 6);
    let mut outputs: Vec<_> = found.outputs().map(|(lines, n)| (lines.concat(), n)).collect();
    outputs.sort();
    let expected = ["aabb", "abab", "abba", "baab", "baba", "bbaa"];
    assert_eq!(outputs, expected.map(|it| (it.to_owned(), 1)));
}

#[test]
fn in_rounds_they_have_four() {
    let found = Subject::stage("test", two_by_two).rounds(true).search(None, MANY);
    let found = &found.expect("it is steady")[0];
    let mut outputs: Vec<_> = found.outputs().map(|it| it.0.concat()).collect();
    outputs.sort();
    assert_eq!(outputs, ["abab", "abba", "baab", "baba"]);
    assert_eq!(found.orders(), 4);
}

#[test]
fn the_lost_update_is_lost_in_four_orders_of_six() {
    let found = found(lost_update);
    let outputs: Vec<_> = found.outputs().map(|(lines, n)| (lines.concat(), n)).collect();
    assert_eq!(outputs, [("1".to_owned(), 4), ("2".to_owned(), 2)]);
}

#[test]
fn too_many_orders_are_called_so_and_random_ones_find_the_rest() {
    let found = &Subject::stage("test", two_by_two).search(None, 5).expect("it is steady")[0];
    assert!(!found.is_every_order());
    assert_eq!(found.orders(), 5);
    let said = found.to_string();
    assert!(said.starts_with("Not every order: 5, "), "{said}");
    assert!(said.contains("All 4 orders with up to 1 deviation "), "{said}");
    assert!(said.contains("2 more have 2 deviations."), "{said}");
    assert!(!said.contains("in every order)"), "{said}");
}

#[test]
fn a_panic_is_an_output_of_its_own() {
    fn main() {
        let (event_loop, is_first) = (Loop::new(), Rc::new(Cell::new(true)));
        let other = Rc::clone(&is_first);
        event_loop.add_task(async move { other.set(false) });
        event_loop.run_task(async move { assert!(!is_first.get(), "too early") });
        println!("done");
    }
    let found = found(main);
    let outputs: Vec<_> = found.outputs().map(|it| it.0.concat()).collect();
    assert_eq!(outputs, ["done", "! panic: too early"]);
}

#[test]
fn who_waits_for_ever_is_told_at_once() {
    fn main() {
        let event_loop = stage13::Loop::new();
        event_loop.run_task(std::future::pending::<()>());
    }
    let said = found(main).to_string();
    assert!(said.contains("! panic: the recording has waited for 0ns"), "{said}");
}

#[test]
fn what_has_no_end_is_cut_and_counted() {
    fn main() {
        let (event_loop, is_over) = (Loop::new(), Rc::new(Cell::new(false)));
        let other = Rc::clone(&is_over);
        event_loop.add_task(async move { is_over.set(true) });
        event_loop.run_task(async move {
            if !other.get() {
                loop {
                    interrupt().await;
                }
            }
            println!("over");
        });
    }
    let subject = Subject::stage("test", main).rounds(true);
    let found = &subject.search(None, MANY).expect("it is steady")[0];
    assert!(!found.is_every_order());
    assert_eq!((found.orders(), found.cut()), (1, 1));
    assert!(
        found.to_string().starts_with("Not every order in rounds: 2, 1 different output.\n"),
        "{found}"
    );
    assert!(found.to_string().contains("\n1 order had no end "), "{found}");
    let answer = subject.can(None, "never\n", MANY).expect("it has one part");
    assert!(!answer.is_possible() && !answer.is_proven());
}

#[test]
fn a_program_that_is_not_the_same_each_time_is_called_so() {
    thread_local!(static RUNS: Cell<usize> = const { Cell::new(0) });
    fn main() {
        let event_loop = Loop::new();
        for _ in 0..RUNS.replace(RUNS.get() + 1) {
            event_loop.add_task(interrupt());
        }
        event_loop.run();
    }
    RUNS.set(2);
    let error = Subject::stage("odd", main).search(None, MANY).expect_err("it is not steady");
    assert!(matches!(error, OrdersError::Unsteady { step: 1, .. }), "{error}");
    assert!(
        error.to_string().starts_with("`odd` is not the same each time: at step 1 there were ")
    );
}

#[test]
fn what_was_found_is_possible_and_leads_there_again() {
    for (name, executions) in [("stage2", MANY), ("stage11", MANY), ("stage13", 30), ("window", 30)]
    {
        let subject = Subject::named(name).expect("it is in the table");
        let found = subject.search(None, executions).expect("it is steady");
        for (i, found) in found.iter().enumerate() {
            let part = (i + 1).to_string();
            for (lines, _) in found.outputs() {
                let output: String = lines.iter().map(|it| format!("{it}\n")).collect();
                let answer = subject.can(Some(&part), &output, MANY).expect("it has that part");
                assert!(answer.is_possible(), "{name} {part}: {answer}");
                let said = answer.to_string();
                let choices = said.trim_end().split("--replay ").nth(1).unwrap_or("");
                let replayed = subject.replay(choices).expect("it fits");
                assert!(replayed.contains(&output), "{name} {part} {choices}");
            }
        }
    }
}

#[test]
fn what_is_impossible_is_told_with_its_line() {
    let subject = Subject::stage("test", two_by_two);
    let told = |output: &str| subject.can(None, output, MANY).expect("one part").to_string();
    assert_eq!(told("a\nb\na\nb\n"), "possible: it is the program's own output\n");
    assert_eq!(told("b\nb\na\na\n"), "possible: --replay 1:2,2:2\n");
    assert_eq!(
        told("a\na\na\nb\n"),
        "never: no order prints this (3 orders tried; no other begins so)\n\
         line 3 cannot be `a`; there can stand:\n  `b`\n"
    );
    assert!(told("a\nb\na\n").contains("line 4 cannot be the end; there can stand:\n  `b`\n"));
    assert!(
        told("a\nb\na\nb\nc\n").contains("line 5 cannot be `c`; there can stand:\n  the end\n")
    );
    let answer = subject.can(None, "b\nb\na\na\n", 2).expect("one part");
    assert!(!answer.is_proven());
    assert!(
        answer.to_string().starts_with("not found in 2 orders, and there are more"),
        "{answer}"
    );
}

#[test]
fn each_program_is_run_in_other_orders_and_its_own_is_the_first() {
    let mut refused = Vec::new();
    for program in PROGRAMS {
        let subject = match Subject::named(program.name) {
            Ok(subject) => subject,
            Err(error) => {
                refused.push(error.to_string());
                continue;
            }
        };
        let all = subject.search(None, 8).unwrap_or_else(|error| panic!("{error}"));
        let own = all.iter().filter_map(|it| it.outputs().next()).flat_map(|it| it.0);
        let is_printed = |it: &&String| !it.starts_with("! ");
        let own: String = own.filter(is_printed).map(|it| format!("{it}\n")).collect();
        assert_eq!(own, program.record().output(), "{}", program.name);
    }
    assert_eq!(
        refused,
        [
            "cannot choose the order of `stage7`: it has sockets, and the system says when they are ready",
            "cannot choose the order of `stage10`: it has sockets, and the system says when they are ready",
            "cannot choose the order of `threads`: its loops run on several threads, and the system says which runs",
        ]
    );
}

/// Compares what is printed with its snapshot; the book shows some of them.
fn check(name: &str, printed: &str) {
    screens::check(&format!("orders_{name}"), printed);
}

/// What `film orders` prints.
fn said(args: &[&str]) -> String {
    let output = film(&[&["orders"], args].concat(), "");
    assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
    text(&output.stdout).to_owned()
}

#[test]
fn the_stages_in_every_order() {
    for stage in ["stage8", "stage9", "stage11", "stage12"] {
        check(stage, &said(&[stage]));
    }
    check("stage13_ticks", &said(&["13", "--part", "ticks"]));
}

#[test]
fn the_windows_in_many_orders() {
    check("stage13_window", &said(&["stage13", "--part", "window"]));
    check("window", &said(&["window", "--executions", "500"]));
}

#[test]
fn where_a_task_asks_at_every_turn_any_order_is_never_all() {
    assert!(said(&["stage8"]).starts_with("Every order in rounds: 288 orders, "));
    assert!(said(&["stage8", "--any", "--executions", "50"]).starts_with("Not every order: 50, "));
}

#[test]
fn an_output_is_read_from_stdin_or_a_file() {
    let output = "-- ticks\ngot tick2\n";
    let told = film(&["orders", "stage13", "--part", "1", "--can", "-"], output);
    let expected = "line 2 cannot be `got tick2`; there can stand:\n  `got tick1`\n";
    assert!(text(&told.stdout).ends_with(expected), "{}", text(&told.stdout));
    let path = file("asked");
    std::fs::write(&path, output).expect("a file of this test");
    let path = path.to_str().expect("a plain path");
    let read = film(&["orders", "stage13", "--part", "ticks", "--can", path], "");
    assert_eq!(read.stdout, told.stdout);
}

/// What the book has its reader predict.
const PREDICTED: &str = "\
-- window
>>> job7 - duration 2
>>> job6 - duration 1
>>> job5 - duration 3
>>> job4 - duration 2
<<< job6 - duration 1
>>> job0 - duration 1
<<< job7 - duration 2
<<< job0 - duration 1
>>> job1 - duration 2
>>> job2 - duration 3
>>> job3 - duration 1
<<< job4 - duration 2
";

#[test]
fn the_prediction_of_the_book_goes_wrong_where_it_says() {
    let page = include_str!("../../../../docs/src/orders.md");
    assert!(page.contains(&format!("```text\n{PREDICTED}```")));
    let args = ["orders", "stage13", "--part", "window", "--can", "-"];
    check("predicted", text(&film(&args, PREDICTED).stdout));
}

#[test]
fn a_replay_is_a_run_that_can_be_played() {
    for (name, choices) in [("stage12", "13:7"), ("window", "1:3"), ("stage3", "1:2")] {
        let path = file(&format!("replayed_{name}"));
        let path = path.to_str().expect("a plain path");
        let printed = said(&[name, "--replay", choices, "--save", path]);
        let bytes = std::fs::read(path).expect("it was written");
        let trace = Trace::read(&*bytes).expect("it is a recording");
        assert_eq!(trace.output(), printed);
        assert_ne!(printed, Program::named(name).expect("it is there").record().output());
        assert!(!film(&["orders", name, "--replay", choices, "--save", path], "").status.success());
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let refusals = [
        (&["stage44"][..], "there is no program `stage44`; these programs there are:"),
        (&["stage10"], "cannot choose the order of `stage10`: it has sockets"),
        (&["13", "--part", "3"], "`stage13` has no part `3`; its parts are: 1 (ticks), 2 (window)"),
        (&["13", "--can", "-"], "`stage13` has several parts; say with --part which one is meant"),
        (&["9", "--can", "nowhere"], "cannot read the file nowhere: "),
        (&["9", "--replay", "2"], "`2` is no choice: one is STEP:TASK"),
        (&["9", "--replay", "0:1"], "`0:1` is no choice: one is STEP:TASK"),
        (&["9", "--replay", "2:3,2:3"], "`2:3` cannot follow `2:3`: the steps ascend"),
        (
            &["9", "--replay", "2:1"],
            "`2:1` does not fit: task 1 cannot be next at step 2; instead there can: task 2, task 3",
        ),
        (&["9", "--replay", "99:1"], "`99:1` does not fit: the program has ended after "),
    ];
    for (args, why) in refusals {
        let refused = film(&[&["orders"], args].concat(), "");
        assert_eq!(refused.status.code(), Some(1), "{args:?}");
        let error = text(&refused.stderr);
        assert!(error.starts_with(&format!("film: {why}")), "{args:?}: {error}");
    }
    assert_eq!(film(&["orders", "9", "--executions", "0"], "").status.code(), Some(2));
    assert_eq!(film(&["orders"], "").status.code(), Some(2));
}
