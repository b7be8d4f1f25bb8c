//! Where each task stands: the chains of awaits that a loop shows when it is asked.

mod ends;
mod going_on;
mod shapes;
mod transcripts;
mod unchanged;
mod watched;

use std::backtrace::Backtrace;
use std::pin::Pin;
use std::sync::LazyLock;

use boucle::{Await, Loop, TaskStack, TaskState, WaitsFor, interrupt, spawn};

/// The files in whose lines the tasks stand, as the compiler was told them, and what is in them.
const FILES: [(&str, &str); 3] = [(file!(), include_str!("stacks.rs")), ends::FILE, shapes::FILE];

/// What the tests tell of their functions: that depends on how they were built.
static TELLS: LazyLock<(Names, Lines)> = LazyLock::new(|| {
    let text = Backtrace::force_capture().to_string();
    let is_mine = |line: &str| line.contains(concat!(": ", module_path!(), "::TELLS::"));
    (Names(text.lines().any(is_mine)), Lines(text.contains("stacks.rs:")))
});

/// Whether functions have names; with line tables only they have none.
struct Names(bool);

/// Whether functions have lines; without debug information only the last step has one.
struct Lines(bool);

/// Where the task of this name stands, in a loop that runs.
fn stack(name: &str) -> TaskStack {
    let stacks = Loop::current().expect("it runs").task_stacks();
    let stack = stacks.into_iter().find(|it| it.info.name == name);
    stack.unwrap_or_else(|| panic!("{name} has not ended"))
}

/// A step as the tests write it: the last part of its name, and the mark of its line.
fn shown(it: &Await) -> String {
    let word = it.what.rsplit("::").next().expect("a name has an end");
    let indent = "  ".repeat(it.level);
    let file = FILES.iter().find(|(file, _)| it.file.as_deref() == Some(file));
    match (file, it.line) {
        (Some((_, text)), Some(line)) => {
            let text = text.lines().nth(line as usize - 1).expect("the file has that line");
            match text.split_once("// ") {
                Some((_, mark)) => format!("{indent}{word} at {mark}"),
                None => format!("{indent}{word} at {line}: {text}"),
            }
        }
        _ => format!("{indent}{word}"),
    }
}

/// Asserts that the task of this name stands so, as far as the program tells.
fn assert_stands(name: &str, expected: &[&str]) {
    let stack = stack(name);
    let is_last = |place: usize| stack.awaits.get(place).is_none_or(|it| it.is_last);
    let told = |(place, step): (usize, &str)| {
        let (Names(names), Lines(lines)) = &*TELLS;
        let (word, line) = step.split_once(" at ").unwrap_or((step, ""));
        let columns = word.len() - word.trim_start().len();
        match is_last(place) {
            true => step.to_owned(),
            false if !names => format!("{:columns$}? at {line}", ""),
            false if !lines => word.to_owned(),
            false => step.to_owned(),
        }
    };
    let found: Vec<_> = stack.awaits.iter().map(shown).collect();
    let found: Vec<_> = found.iter().map(|it| &**it).enumerate().map(told).collect();
    let expected: Vec<_> = expected.iter().copied().enumerate().map(told).collect();
    assert_eq!(found, expected, "{name}");
}

/// Runs a program in virtual time.
fn run<T>(program: impl AsyncFnOnce() -> T) -> T {
    let event_loop = Loop::builder().virtual_time(true).build();
    event_loop.run_until_complete(program()).expect("it ends")
}

async fn settle() {
    for _ in 0..5 {
        interrupt().await;
    }
}

type Leaf = Pin<Box<dyn Future<Output = ()>>>;

async fn outer(leaf: Leaf) {
    middle(leaf).await; // outer
}

async fn middle(leaf: Leaf) {
    let before = 1;
    inner(leaf).await; // middle
    assert_eq!(before, 1);
}

async fn inner(leaf: Leaf) {
    leaf.await; // inner
}

/// Asserts what stands at the end of a chain of three functions, and that what is waited for is this.
fn assert_leaf(leaf: Leaf, expected: &[&str], waits_for: Option<WaitsFor>) -> impl Future {
    let expected: Vec<_> = expected.iter().map(|it| (*it).to_owned()).collect();
    async move {
        let task = spawn(outer(leaf));
        task.set_name("waits");
        settle().await;
        let head = ["outer at outer", "  middle at middle", "    inner at inner"];
        let all: Vec<_> = head.into_iter().chain(expected.iter().map(|it| &**it)).collect();
        assert_stands("waits", &all);
        let stack = stack("waits");
        let last = stack.awaits.last().expect("it waits");
        assert!(last.is_last && !stack.is_unseen);
        assert_eq!(last.waits_for, waits_for);
        assert!(matches!(stack.info.state, TaskState::Waiting | TaskState::Sleeping(_)));
        if let Some(WaitsFor::Sync(_) | WaitsFor::Thread) = waits_for {
            assert_eq!(stack.info.waits_for, Vec::from_iter(waits_for), "nobody watches");
        }
        task.cancel();
        settle().await;
    }
}
