//! The stages' programs, each `main.rs` as it is: what is shown is what `cargo run` runs.

#![expect(unreachable_pub, reason = "a program's main is public for those who include it")]

#[path = "../../../stage0/src/main.rs"]
pub(super) mod stage0;
#[path = "../../../stage1/src/main.rs"]
pub(super) mod stage1;
#[path = "../../../stage10/src/main.rs"]
pub(super) mod stage10;
#[path = "../../../stage11/src/main.rs"]
pub(super) mod stage11;
#[path = "../../../stage12/src/main.rs"]
pub(super) mod stage12;
#[path = "../../../stage13/src/main.rs"]
pub(super) mod stage13;
#[path = "../../../stage2/src/main.rs"]
pub(super) mod stage2;
#[path = "../../../stage3/src/main.rs"]
pub(super) mod stage3;
#[path = "../../../stage4/src/main.rs"]
pub(super) mod stage4;
#[path = "../../../stage5/src/main.rs"]
pub(super) mod stage5;
#[path = "../../../stage6/src/main.rs"]
pub(super) mod stage6;
#[path = "../../../stage7/src/main.rs"]
pub(super) mod stage7;
#[path = "../../../stage8/src/main.rs"]
pub(super) mod stage8;
#[path = "../../../stage9/src/main.rs"]
pub(super) mod stage9;
