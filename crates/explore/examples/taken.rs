//! A worker that is cancelled while it has an item: run as ever, nobody sees it.

use std::rc::Rc;

use boucle::sync::Queue;
use boucle::{interrupt, spawn};
use boucle_explore::Explore;

/// Takes an item, and works on it for a turn.
async fn work(queue: Rc<Queue<&'static str>>) -> &'static str {
    let item = queue.get().await.expect("nobody shuts it down");
    interrupt().await;
    item
}

/// The item is done, or is still there.
pub(crate) async fn program() -> &'static str {
    let queue = Rc::new(Queue::unbounded());
    queue.try_put("item").expect("there is room");
    match spawn(work(Rc::clone(&queue))).await {
        Ok(_) => "done",
        Err(_) if queue.len() == 1 => "left",
        Err(_) => "lost",
    }
}

fn main() {
    print!("{}", Explore::new().cancels(1).run(program));
}
