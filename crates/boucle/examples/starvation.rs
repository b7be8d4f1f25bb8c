//! A computation without an `await`: the countdown beside it stands still.

mod course;

use std::cell::RefCell;
use std::rc::Rc;

use boucle::{Loop, hold_up, sleep, spawn};
use world::println;

use course::seconds;

/// Marks a dot, `n` times and once more, each after its time.
async fn countdown(n: usize, period: f64, line: Rc<RefCell<String>>) {
    for _ in 0..=n {
        line.borrow_mut().push('.');
        sleep(seconds(period)).await;
    }
}

/// Marks an x for each part of a long computation.
async fn compute(n: usize, period: f64, line: Rc<RefCell<String>>) {
    for _ in 0..n {
        hold_up(seconds(period));
        line.borrow_mut().push('x');
    }
}

fn main() {
    program(&Loop::new());
}

/// The program, on any loop: a test gives it one whose time is virtual.
pub(crate) fn program(event_loop: &Loop) {
    Loop::set_current(Some(event_loop));
    let line = Rc::default();
    spawn(countdown(10, 0.05, Rc::clone(&line)));
    spawn(compute(10, 0.05, Rc::clone(&line)));
    event_loop.run();
    println!("{}", line.borrow());
}
