//! Who leaves a queue next, where somebody chooses.

use std::cell::RefCell;
use std::future;
use std::iter;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::rc::Rc;

use world::collections::VecDeque;
use world::{TaskId, in_order};

/// The items of a queue, in the order in which they leave it.
fn turns() -> Vec<u32> {
    let mut queue = VecDeque::from([1, 2, 3]);
    iter::from_fn(|| queue.pop_front()).collect()
}

/// The place of the last.
fn last(items: &[Option<TaskId>]) -> usize {
    items.len() - 1
}

#[test]
fn who_chooses_is_asked_of_each_item_and_a_place_outside_means_the_first() {
    let asked = Rc::new(RefCell::new(Vec::new()));
    let told = Rc::clone(&asked);
    let choose = move |items: &[Option<TaskId>]| {
        told.borrow_mut().push(items.len());
        [0, 0, 7, 2][items.len()]
    };
    assert_eq!(in_order(choose, turns), [3, 1, 2]);
    assert_eq!(*asked.borrow(), [3, 2, 1]);
}

#[test]
fn it_is_told_whose_the_items_are() {
    let asked = Rc::new(RefCell::new(Vec::new()));
    let told = Rc::clone(&asked);
    let choose = move |items: &[Option<TaskId>]| {
        told.borrow_mut().push(items.to_vec());
        1
    };
    world::record(|| {
        let tasks: [Pin<Box<dyn Future<Output = ()>>>; 2] =
            [Box::pin(future::pending()), Box::pin(future::ready(()))];
        let mut queue = VecDeque::from(tasks);
        in_order(choose, || while queue.pop_front().is_some() {});
    });
    let (first, second) = (Some(TaskId(1)), Some(TaskId(2)));
    assert_eq!(*asked.borrow(), [vec![first, second], vec![first]]);
}

#[test]
fn the_inner_one_chooses_and_then_the_outer_one_again() {
    let turned = in_order(|_| 1, || (in_order(last, turns), turns()));
    assert_eq!(turned, (vec![3, 2, 1], vec![2, 3, 1]));
}

#[test]
fn who_chooses_may_have_a_queue_of_its_own() {
    let choose = |items: &[Option<TaskId>]| {
        assert_eq!(turns(), [1, 2, 3]);
        in_order(last, turns);
        last(items)
    };
    assert_eq!(in_order(choose, turns), [3, 2, 1]);
}

#[test]
fn after_a_panic_nobody_chooses() {
    for panics in [true, false] {
        let choose = move |items: &[Option<TaskId>]| {
            assert!(!panics, "who chooses panics");
            last(items)
        };
        let program = || {
            turns();
            panic!("the program panics");
        };
        let caught = panic::catch_unwind(AssertUnwindSafe(|| in_order(choose, program)));
        assert!(caught.is_err());
        assert_eq!(turns(), [1, 2, 3]);
    }
}
