//! The first test of a user, as the book has it: an account from which two withdraw.

use std::rc::Rc;

use boucle::shared::Cell;
use boucle::{gather, interrupt};
use boucle_explore::explore;

async fn withdraw(account: Rc<Cell<i32>>, amount: i32) {
    if account.get() >= amount {
        interrupt().await; // asks the bank, say
        account.set(account.get() - amount);
    }
}

async fn program() {
    let account = Rc::new(Cell::new(100));
    gather([70, 50].map(|it| withdraw(Rc::clone(&account), it))).await.expect("both end");
    assert!(account.get() >= 0, "{} are left", account.get());
}

#[test]
#[should_panic = "see it again: BOUCLE_REPLAY='first::nobody_withdraws_what_is_not_there=AB2'"]
fn nobody_withdraws_what_is_not_there() {
    explore(program).assert_ok();
}

#[test]
fn its_report_is_that_of_the_chapter() {
    super::book::check("first", explore(program).to_string());
}
