//! The same program in every order.

mod foot;
mod order;
mod search;
mod tree;
