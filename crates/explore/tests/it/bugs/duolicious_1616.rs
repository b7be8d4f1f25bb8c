//! duolicious: the timer of an old entry takes out the new one.
//!
//! <https://github.com/duolicious/duolicious/pull/1616>: two requests miss a cache; both ask the database, both store
//! what they get, and both set a timer that takes out whatever is there. The first timer takes out the second entry.
//! Mended: an entry goes with its own time; there, no timer is needed any more.

use std::rc::Rc;
use std::time::Duration;

use boucle::shared::Cell;
use boucle::{call_later, gather, interrupt, sleep};

use super::parts::Case;

/// How many seconds an entry is good for.
const GOOD_FOR: u64 = 10;

/// The number of the entry that is there, and how many there were.
#[derive(Default)]
struct Cache {
    entry: Cell<Option<u32>>,
    n_entries: Cell<u32>,
}

async fn get(cache: Rc<Cache>, takes: u64, mended: bool) {
    if cache.entry.get().is_some() {
        return;
    }
    interrupt().await;
    sleep(Duration::from_secs(takes)).await; // the database is asked
    let number = cache.n_entries.get() + 1;
    cache.n_entries.set(number);
    cache.entry.set(Some(number));
    call_later(Duration::from_secs(GOOD_FOR), move || {
        if !mended || cache.entry.get() == Some(number) {
            cache.entry.set(None);
        }
    });
}

pub(crate) async fn program(case: Case) {
    let cache = Rc::new(Cache::default());
    let slow = 5;
    gather([0, slow].map(|takes| get(Rc::clone(&cache), takes, case.mended)))
        .await
        .expect("both end");
    if cache.n_entries.get() == 2 {
        sleep(Duration::from_secs(GOOD_FOR - 1)).await;
        assert!(cache.entry.get().is_some(), "it was to be there for a second more");
    }
}
