//! A pool of one connection, whose count is wrong once somebody gives up while it connects.

use std::rc::Rc;

use boucle::shared::Cell;
use boucle::sync::Queue;
use boucle::{interrupt, spawn};
use boucle_explore::explore;

/// To somewhere.
struct Connection;

/// At most one connection, which is lent to whoever asks.
struct Pool {
    /// How many are open, or about to be.
    n_open: Cell<usize>,
    /// Those that nobody has.
    idle: Queue<Connection>,
}

impl Pool {
    fn new() -> Rc<Pool> {
        Rc::new(Pool { n_open: Cell::new(0), idle: Queue::unbounded() })
    }

    /// Lends a connection, opens one, or waits for one.
    async fn get(&self) -> Connection {
        if self.n_open.get() == 1 {
            return self.idle.get().await.expect("the pool is not shut down");
        }
        self.n_open.set(1);
        interrupt().await; // it connects
        Connection
    }

    /// Takes a connection back.
    fn put(&self, connection: Connection) {
        self.idle.try_put(connection).unwrap_or_else(|_| unreachable!("there is room"));
    }
}

/// Uses a connection once.
async fn visit(pool: Rc<Pool>) {
    let connection = pool.get().await;
    pool.put(connection);
}

/// The whole of it.
pub(crate) async fn program() {
    let pool = Pool::new();
    let [impatient, patient] = [(), ()].map(|()| spawn(visit(Rc::clone(&pool))));
    impatient.set_name("impatient");
    patient.set_name("patient");
    interrupt().await;
    impatient.cancel();
    patient.await.expect("it ends");
}

fn main() {
    print!("{}", explore(program));
}
