//! What the chapter on orders shows: its programs, and their reports.

use boucle_explore::{Explore, explore, replay};

#[expect(dead_code, reason = "its `main` prints what is compared here")]
#[path = "../../examples/four_adders.rs"]
mod four_adders;
#[cfg(unix)]
#[expect(dead_code, reason = "its `main` prints what is compared here")]
#[path = "../../examples/lost_request.rs"]
mod lost_request;
#[expect(dead_code, reason = "its `main` prints what is compared here")]
#[path = "../../examples/lost_update.rs"]
mod lost_update;
#[expect(dead_code, reason = "its `main` prints what is compared here")]
#[path = "../../examples/pool.rs"]
mod pool;
#[expect(dead_code, reason = "its `main` prints what is compared here")]
#[path = "../../examples/taken.rs"]
mod taken;
#[expect(dead_code, reason = "its `main` prints what is compared here")]
#[path = "../../examples/two_locks.rs"]
mod two_locks;

pub(super) fn check(name: &str, told: String) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, told));
}

#[test]
fn the_reports_are_those_of_the_chapter() {
    check("lost_update", explore(lost_update::program).to_string());
    check("two_locks", format!("{:#}", explore(two_locks::program)));
    check("pool", explore(pool::program).to_string());
    check("taken", Explore::new().cancels(1).run(taken::program).to_string());
    check("four_adders", four_adders::report().to_string());
    #[cfg(unix)]
    check("lost_request", lost_request::report().to_string());
}

#[test]
fn the_schedules_of_the_chapter_come_to_what_it_says() {
    assert_eq!(replay("AB2", lost_update::program).expect("it fits").outcome(), "1");
    let stuck = explore(pool::program);
    let schedule = stuck.schedule("deadlock").expect("it was found").to_string();
    assert!(replay(&schedule, pool::program).expect("it fits").is_failure());
    #[cfg(unix)]
    {
        let replay = replay("!read:connection-reset:MM", lost_request::program).expect("it fits");
        assert_eq!(replay.outcome(), "panicked: a request is lost");
    }
}
