//! A task is a thing: it has a name, and the loop knows it as long as it has not ended.

use boucle::{Loop, Task, all_tasks, current_task, spawn};
use world::println;

/// Does nothing; but which task is it that does nothing?
async fn foo() {
    let this = current_task().expect("a task is running");
    let names: Vec<_> = all_tasks().into_iter().map(|it| it.name).collect();
    println!("inside: this is task {this}, of {names:?}");
}

/// Whether the loop still knows the task.
fn is_known<T>(task: &Task<T>) -> bool {
    all_tasks().iter().any(|it| it.id == task.id())
}

fn main() {
    program(&Loop::new());
}

/// The program, on any loop.
pub(crate) fn program(event_loop: &Loop) {
    Loop::set_current(Some(event_loop));
    let task = spawn(foo());
    task.set_name("foo");
    println!("{:?}: done {}, known {}", task.name(), task.done(), is_known(&task));
    println!("outside of the loop no task is running: {:?}", current_task());

    event_loop.run();
    println!("{:?}: done {}, known {}", task.name(), task.done(), is_known(&task));
}
