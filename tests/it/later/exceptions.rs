//! One program under stage 10 and under stage 11: an exception kills the loop, and then it does not.

use crate::road;

/// The program, written once, on the loop of a stage.
macro_rules! program {
    ($stage:ident) => {
        mod $stage {
            use std::panic::{AssertUnwindSafe, catch_unwind};

            use world::println;
            use $stage::{Loop, interrupt};

            /// Two steps.
            async fn steps(name: &str) {
                println!("{name} starts");
                interrupt().await;
                println!("{name} ends");
            }

            /// Fails between two others that do not, and goes on running them, if there is a need.
            pub(super) fn main() {
                let event_loop = Loop::new();
                event_loop.add_task(steps("first"));
                event_loop.add_task(async { panic!("boom") });
                event_loop.add_task(steps("third"));
                for number in 1..=2 {
                    match catch_unwind(AssertUnwindSafe(|| event_loop.run())) {
                        Ok(()) => println!("run {number} has returned"),
                        Err(_) => println!("run {number} was ended by the exception"),
                    }
                }
            }
        }
    };
}

program!(stage10);
program!(stage11);

#[test]
fn under_stage_10_an_exception_goes_out_of_the_run_and_the_other_tasks_stay() {
    road::check_snapshot("exception_10", &super::record(stage10::main).to_string());
}

#[test]
fn under_stage_11_an_exception_stays_in_its_task() {
    road::check_snapshot("exception_11", &super::record(stage11::main).to_string());
}
