//! Who leaves a loop's queue next: the first, unless somebody chooses.

use std::cell::RefCell;

use crate::recording::TaskId;

/// Is told whose the items of a queue are, first to last, and says at which place the next one stands.
type Choose = Box<dyn FnMut(&[Option<TaskId>]) -> usize>;

thread_local! {
    /// Who chooses on this thread.
    static CHOOSE: RefCell<Option<Choose>> = const { RefCell::new(None) };
}

/// Runs `program`, and lets `choose` say on this thread who leaves a queue next.
///
/// Each [`pop_front`](crate::collections::VecDeque::pop_front) of a queue that is not empty asks it, also if
/// there is one item alone. It is told whose the items are, first to last, as far as a recording knows that, and
/// answers with a place among them; one outside means the first. The queue is borrowed meanwhile: `choose`
/// leaves the program's loop alone. Without it the first leaves, as in every queue.
///
/// Of two that choose, the inner one does. A panic of either goes on, and nobody chooses afterwards who did not
/// before.
///
/// # Examples
///
/// ```
/// use world::collections::VecDeque;
///
/// let turns = || {
///     let mut queue = VecDeque::from(["a", "b", "c"]);
///     std::iter::from_fn(|| queue.pop_front()).collect::<String>()
/// };
/// assert_eq!(world::in_order(|items| items.len() - 1, turns), "cba");
/// assert_eq!(turns(), "abc");
/// ```
pub fn in_order<R>(
    choose: impl FnMut(&[Option<TaskId>]) -> usize + 'static,
    program: impl FnOnce() -> R,
) -> R {
    let _choosing = Choosing { outer: CHOOSE.replace(Some(Box::new(choose))) };
    program()
}

/// As long as this lives, somebody chooses.
struct Choosing {
    /// Who did before.
    outer: Option<Choose>,
}

impl Drop for Choosing {
    fn drop(&mut self) {
        let inner = CHOOSE.replace(self.outer.take());
        drop(inner);
    }
}

/// Whether anybody chooses: whoever has a queue then asks [`choose`].
pub(crate) fn somebody_chooses() -> bool {
    CHOOSE.try_with(|it| it.borrow().is_some()).unwrap_or(false)
}

/// The place of the item that leaves next.
pub(crate) fn choose(whose: &[Option<TaskId>]) -> usize {
    // It is not borrowed meanwhile: who chooses may have queues of its own.
    let Some(mut choose) = CHOOSE.try_with(|it| it.borrow_mut().take()).unwrap_or(None) else {
        return 0;
    };
    let place = choose(whose);
    // An `in_order` inside has put back what it found: nobody.
    let _ = CHOOSE.try_with(|it| it.replace(Some(choose)));
    if place < whose.len() { place } else { 0 }
}
