//! Four tasks that each add to a number three times, and give the turn back between looking and writing: too many
//! orders to try each.

use std::rc::Rc;

use boucle::shared::Cell;
use boucle::{gather, interrupt};
use boucle_explore::{Explore, Report};

/// Adds three, slowly.
async fn add(n: Rc<Cell<u32>>) {
    for _ in 0..3 {
        let before = n.get();
        interrupt().await;
        n.set(before + 1);
    }
}

/// What four of them come to.
async fn program() -> u32 {
    let n = Rc::new(Cell::new(0));
    gather([(); 4].map(|()| add(Rc::clone(&n)))).await.expect("all end");
    n.get()
}

/// What is found in a few thousand executions.
pub(crate) fn report() -> Report {
    Explore::new().executions(4_000).run(program)
}

fn main() {
    print!("{}", report());
}
