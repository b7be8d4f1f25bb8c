//! Two tasks take two locks, each in its own order.

use std::rc::Rc;

use boucle::sync::Lock;
use boucle::{interrupt, spawn};
use boucle_explore::explore;

/// Takes one lock after the other.
async fn both(one: Rc<Lock<()>>, other: Rc<Lock<()>>) {
    let _one = one.lock().await;
    interrupt().await;
    let _other = other.lock().await;
}

/// The whole of it.
pub(crate) async fn program() {
    let [left, right] = [(), ()].map(|()| Rc::new(Lock::new(())));
    let plato = spawn(both(Rc::clone(&left), Rc::clone(&right)));
    let kant = spawn(both(right, left));
    plato.set_name("Plato");
    kant.set_name("Kant");
    plato.await.expect("he ends");
    kant.await.expect("he ends");
}

fn main() {
    print!("{:#}", explore(program));
}
