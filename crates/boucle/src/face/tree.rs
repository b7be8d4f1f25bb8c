//! What the tasks of a loop are doing: a tree of who waits for whom, and where.

use std::fmt::Write;

use super::awaits::{Await, TaskStack};
use super::tasks::{TaskInfo, TaskState};
use crate::context;
use crate::data::WaitsFor;
use crate::face::Loop;

/// So many levels of the tree are indented, each by two columns.
const LEVELS: usize = 32;

impl Loop {
    /// The tasks that have not ended, as a tree: below a task stand its chain of awaits, function by function
    /// down to what it waits for, and the tasks that it awaits.
    ///
    /// The chains are those of [`task_stacks`](Loop::task_stacks), which says how they come about, what that
    /// costs, and what is seen of them in a release build.
    ///
    /// Tasks that await one another in a circle stand at the end: the oldest of them, below it those
    /// that it awaits, and where the circle closes its name once more. From the 32nd level on a task is
    /// not indented any more: the number of its level stands before its name. A chain is indented by four
    /// columns, and by two more wherever it forks.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::{Loop, interrupt, spawn};
    ///
    /// let tree = boucle::run(async {
    ///     let child = spawn(std::future::pending::<()>());
    ///     child.set_name("child");
    ///     let parent = spawn(child);
    ///     parent.set_name("parent");
    ///     interrupt().await;
    ///     Loop::current().unwrap().task_tree()
    /// });
    /// let tasks = tree.lines().filter(|line| line.contains("spawned at"));
    /// let heads: Vec<_> = tasks.map(|line| line.split(',').next().unwrap()).collect();
    /// assert_eq!(heads, ["main 1: running", "parent: waits", "  child: waits"]);
    /// ```
    ///
    /// A worker without work, in a program with debug information:
    ///
    /// ```text
    /// worker 2: waits for an item of a queue, spawned at src/main.rs:21
    ///     app::worker, src/main.rs:9
    ///     app::next_job, src/main.rs:15
    ///     waits for an item of a queue, src/main.rs:15 (queue "jobs", made at src/main.rs:20)
    /// ```
    #[doc(alias = "print_call_graph")]
    #[doc(alias = "format_call_graph")]
    #[doc(alias = "capture_call_graph")]
    #[doc(alias = "FrameCallGraphEntry")]
    #[doc(alias = "print_stack")]
    #[doc(alias = "dump_task_tree")]
    #[doc(alias = "pstree")]
    #[must_use]
    pub fn task_tree(&self) -> String {
        context::reads_tasks();
        let (stacks, missing) = self.stacks();
        let place = |id| stacks.binary_search_by_key(&id, |it: &TaskStack| it.info.id).ok();
        let above: Vec<_> = stacks.iter().map(|it| place(it.info.awaited_by?)).collect();
        let mut below = vec![Vec::new(); stacks.len()];
        for (task, parent) in above.iter().enumerate() {
            if let Some(parent) = parent {
                below[*parent].push(task);
            }
        }
        let mut tree =
            Tree { stacks, below, is_shown: vec![false; above.len()], text: String::new() };
        for root in (0..above.len()).filter(|it| above[*it].is_none()) {
            tree.show(root);
        }
        // Those that hang on no root hang on a circle. Each is gone round once.
        let mut is_passed = vec![false; above.len()];
        for task in 0..above.len() {
            if !tree.is_shown[task] {
                tree.show(head_of_circle(&above, task, &mut is_passed));
            }
        }
        if let Some(missing) = missing {
            writeln!(tree.text, "({missing})").expect("a string takes all");
        }
        tree.text
    }
}

/// The oldest task of the circle that is above this one.
fn head_of_circle(above: &[Option<usize>], task: usize, is_passed: &mut [bool]) -> usize {
    let up = |task: &usize| above[*task];
    let on_circle = std::iter::successors(Some(task), up)
        .find(|it| std::mem::replace(&mut is_passed[*it], true))
        .expect("there is no root above it");
    let rest = std::iter::successors(up(&on_circle), up).take_while(|it| *it != on_circle);
    rest.fold(on_circle, usize::min)
}

/// A tree that is being written.
struct Tree {
    /// The tasks, oldest first; elsewhere they are called by their places in here.
    stacks: Vec<TaskStack>,
    /// Those that each task awaits.
    below: Vec<Vec<usize>>,
    /// Which have been written.
    is_shown: Vec<bool>,
    text: String,
}

impl Tree {
    /// Writes a task and those below it.
    fn show(&mut self, root: usize) {
        // Why no recursion? A chain of awaits may be longer than the stack is deep.
        let mut next = vec![(root, 0)];
        while let Some((task, level)) = next.pop() {
            let indent = "  ".repeat(level.min(LEVELS));
            self.text.push_str(&indent);
            if level >= LEVELS {
                write!(self.text, "({level}) ").expect("a string takes all");
            }
            let stack = &self.stacks[task];
            let info = &stack.info;
            if std::mem::replace(&mut self.is_shown[task], true) {
                writeln!(self.text, "{}: as above, a circle", info.name)
                    .expect("a string takes all");
                continue;
            }
            line(info, &mut self.text);
            chain(stack, &indent, &mut self.text);
            next.extend(self.below[task].iter().rev().map(|it| (*it, level + 1)));
        }
    }
}

/// Writes the chain of awaits of a task, with more columns in front of it than the task has.
fn chain(stack: &TaskStack, indent: &str, tree: &mut String) {
    if stack.is_unseen {
        writeln!(tree, "{indent}    where is not known: no future has kept a waker")
            .expect("a string takes all");
    }
    let awaits = &*stack.awaits;
    // A task that does nothing but await another one: that stands below it.
    if matches!(awaits, [Await { waits_for: Some(WaitsFor::Task(_)), line: None, .. }]) {
        return;
    }
    for (it, columns) in awaits.iter().zip(forks(awaits)) {
        writeln!(tree, "{indent}    {}{it}", "  ".repeat(columns)).expect("a string takes all");
    }
}

/// How far each of these is indented: what stands below a fork, and what stands below a branch of it.
fn forks(awaits: &[Await]) -> Vec<usize> {
    // The place behind which each one stands, plus one; the first place is that of the whole chain.
    let mut above = Vec::with_capacity(awaits.len());
    let mut n_below = vec![0_usize; awaits.len() + 1];
    let mut path = vec![0];
    for (place, it) in awaits.iter().enumerate() {
        path.truncate(it.level + 1);
        let parent = path[path.len() - 1];
        above.push(parent);
        n_below[parent] += 1;
        path.push(place + 1);
    }
    let mut indents = vec![0; awaits.len() + 1];
    for (place, &parent) in above.iter().enumerate() {
        let forks = parent > 0 && n_below[parent] > 1;
        let is_branch = parent > 0 && n_below[above[parent - 1]] > 1;
        indents[place + 1] = (indents[parent] + usize::from(forks || is_branch)).min(LEVELS);
    }
    indents.split_off(1)
}

/// Writes one task.
fn line(info: &TaskInfo, tree: &mut String) {
    let state = match info.state {
        TaskState::Running => "running".to_owned(),
        TaskState::Ready => "ready".to_owned(),
        TaskState::Sleeping(left) => format!("sleeps {left:.3?} more"),
        TaskState::Waiting => "waits".to_owned(),
    };
    // A time is in the state, and a task that it awaits stands below it.
    let on =
        info.waits_for.iter().filter(|on| !matches!(on, WaitsFor::Time(_) | WaitsFor::Task(_)));
    let mut on: Vec<_> = on.map(WaitsFor::to_string).collect();
    on.dedup();
    let state = match info.state {
        _ if on.is_empty() => state,
        TaskState::Waiting => format!("waits for {}", on.join(" and ")),
        _ => format!("{state}, waits for {}", on.join(" and ")),
    };
    let at = info.spawned_at;
    let polls = info.polls.map(|(polls, busy)| format!(", {polls} polls in {busy:.3?}"));
    let polls = polls.unwrap_or_default();
    let name = &info.name;
    let (file, row) = (at.file(), at.line());
    writeln!(tree, "{name}: {state}{polls}, spawned at {file}:{row}").expect("a string takes all");
}
