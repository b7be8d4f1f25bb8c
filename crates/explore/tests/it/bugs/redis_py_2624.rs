//! redis-py: after a command that was cancelled each answer is that to the command before.
//!
//! <https://github.com/redis/redis-py/issues/2624> (CVE-2023-28858): a command is sent, and cancelled before its answer
//! is read. The connection goes back to the pool; the next command is sent, and reads the answer that is still there:
//! another user's data. Mended: a connection whose answer was not read is closed.

use std::collections::VecDeque;
use std::rc::Rc;

use boucle::shared::{Cell, RefCell};
use boucle::{interrupt, spawn};

use super::parts::{Case, ends, finally};

/// The answers that nobody has read, of a server that answers at once and with what it is asked.
type Connection = Rc<RefCell<VecDeque<u32>>>;

/// Connections that nobody uses.
type Pool = Rc<RefCell<Vec<Connection>>>;

async fn execute(pool: Pool, command: u32, mended: bool) {
    let idle = pool.borrow_mut().pop();
    let connection = idle.unwrap_or_default();
    let is_read = Cell::new(false);
    let _release = finally(|| {
        if is_read.get() || !mended {
            pool.borrow_mut().push(Rc::clone(&connection));
        }
    });
    connection.borrow_mut().push_back(command);
    interrupt().await; // the answer is on its way
    let answer = connection.borrow_mut().pop_front();
    assert_eq!(answer, Some(command), "an answer to another's command");
    is_read.set(true);
}

pub(crate) async fn program(case: Case) {
    let pool = Pool::default();
    let first = spawn(execute(Rc::clone(&pool), 1, case.mended));
    interrupt().await;
    if case.cancels {
        first.cancel();
    }
    ends([first]).await;
    execute(pool, 2, case.mended).await;
}
