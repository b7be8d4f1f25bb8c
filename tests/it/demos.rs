//! The stages' programs, each `main.rs` as it is: the text is the program and the test subject.

#![expect(unreachable_pub, reason = "a program's main is public for the tests alone")]

#[path = "../../crates/stage0/src/main.rs"]
pub(crate) mod stage0;
#[path = "../../crates/stage1/src/main.rs"]
pub(crate) mod stage1;
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
