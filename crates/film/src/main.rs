//! The player.
fn main(){}
