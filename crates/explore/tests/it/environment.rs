//! What the environment says, in a process of its own.

use std::env;
use std::process::Command;
use std::rc::Rc;

use boucle::shared::Cell;
use boucle::{gather, interrupt};
use boucle_explore::Explore;

/// The path of the test that is run there.
const TRANSFER: &str = "environment::transfer";

#[test]
#[ignore = "it fails, as it has to: others run it in a process of its own"]
fn transfer() {
    let report = Explore::new().run(|| async {
        let n = Rc::new(Cell::new(0));
        let add = || {
            let n = Rc::clone(&n);
            async move {
                let before = n.get();
                interrupt().await;
                n.set(before + 1);
            }
        };
        gather([add(), add()]).await.expect("both end");
        assert!(n.get() == 2, "one is lost");
    });
    report.assert_ok();
}

/// What the test says there, whether or not it passes.
fn said(variables: &[(&str, &str)], arguments: &[&str]) -> (bool, String) {
    let this = env::current_exe().expect("it is running");
    let mut command = Command::new(this);
    command.args([TRANSFER, "--exact", "--ignored", "--nocapture"]).args(arguments);
    for name in ["BOUCLE_REPLAY", "BOUCLE_EXPLORE_TIME", "BOUCLE_EXPLORE_SHARD"] {
        command.env_remove(name);
    }
    let output = command.envs(variables.iter().copied()).env("RUST_BACKTRACE", "0").output();
    let output = output.expect("it can be run");
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_failure_is_pasted_into_the_next_run() {
    let (passes, told) = said(&[], &[]);
    assert!(!passes);
    let again = "see it again: BOUCLE_REPLAY='environment::transfer=AB2' cargo test environment::transfer\n";
    assert!(told.contains(again), "{told}");
    for replay in ["environment::transfer=AB2", "AB2"] {
        // One test alone may be run in the main thread, which has no name of a test.
        for arguments in [&[][..], &["--test-threads=1"]] {
            let (passes, told) = said(&[("BOUCLE_REPLAY", replay)], arguments);
            assert!(
                !passes && told.contains("one order, as BOUCLE_REPLAY says: AB2\n1 failure:\n"),
                "{told}"
            );
        }
    }
    let (passes, _) = said(&[("BOUCLE_REPLAY", "A2")], &[]);
    assert!(passes, "nothing is lost in that order");
    let (_, told) = said(&[("BOUCLE_REPLAY", "environment::other=A2B")], &[]);
    assert!(told.contains("every order: 6, of which 4 matter"), "{told}");
}

#[test]
fn what_does_not_fit_or_is_wrong_fails_and_says_what_to_do() {
    let (passes, told) = said(&[("BOUCLE_REPLAY", "ABC")], &[]);
    let expected = "not explored: BOUCLE_REPLAY=ABC is another program's: choice 3 of the schedule: expected C";
    assert!(!passes && told.contains(expected), "{told}");
    let (passes, told) = said(&[("BOUCLE_EXPLORE_SHARD", "9/8")], &[]);
    let expected =
        "not explored: BOUCLE_EXPLORE_SHARD=9/8 is no shard: say 1/8 for the first of eight";
    assert!(!passes && told.contains(expected), "{told}");
}

#[test]
fn a_shard_and_a_time_are_those_of_the_environment() {
    let shards: Vec<_> = ["1/2", "2/2"]
        .map(|it| said(&[("BOUCLE_EXPLORE_SHARD", it), ("BOUCLE_EXPLORE_TIME", "600")], &[]).1)
        .into();
    // One of the two has the orders in which one is lost, or both have.
    assert!(shards.iter().any(|it| it.contains("of every order that matters")), "{shards:?}");
    assert!(shards.iter().any(|it| it.contains("one is lost")), "{shards:?}");
}
