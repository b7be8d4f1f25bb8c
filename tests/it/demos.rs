//! The stages' programs, each `main.rs` as it is: the text is the program and the test subject.

#![expect(unreachable_pub, reason = "a program's main is public for the tests alone")]

#[path = "../../crates/stage0/src/main.rs"]
pub(crate) mod stage0;
#[path = "../../crates/stage1/src/main.rs"]
pub(crate) mod stage1;
#[path = "../../crates/stage10/src/main.rs"]
pub(crate) mod stage10;
#[path = "../../crates/stage11/src/main.rs"]
pub(crate) mod stage11;
#[path = "../../crates/stage12/src/main.rs"]
pub(crate) mod stage12;
#[path = "../../crates/stage13/src/main.rs"]
pub(crate) mod stage13;
#[path = "../../crates/stage2/src/main.rs"]
pub(crate) mod stage2;
#[path = "../../crates/stage3/src/main.rs"]
pub(crate) mod stage3;
#[path = "../../crates/stage4/src/main.rs"]
pub(crate) mod stage4;
#[path = "../../crates/stage5/src/main.rs"]
pub(crate) mod stage5;
#[path = "../../crates/stage6/src/main.rs"]
pub(crate) mod stage6;
#[path = "../../crates/stage7/src/main.rs"]
pub(crate) mod stage7;
#[path = "../../crates/stage8/src/main.rs"]
pub(crate) mod stage8;
#[path = "../../crates/stage9/src/main.rs"]
pub(crate) mod stage9;
