//! Two tasks add to a number, and give the turn back between looking and writing.

use std::rc::Rc;

use boucle::shared::Cell;
use boucle::{gather, interrupt};
use boucle_explore::explore;

/// Adds one, slowly.
async fn add(n: Rc<Cell<u32>>) {
    let before = n.get();
    interrupt().await;
    n.set(before + 1);
}

/// What two of them come to.
pub(crate) async fn program() -> u32 {
    let n = Rc::new(Cell::new(0));
    gather([add(Rc::clone(&n)), add(Rc::clone(&n))]).await.expect("both end");
    n.get()
}

fn main() {
    print!("{}", explore(program));
}
