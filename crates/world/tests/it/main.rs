//! The tests of `world` that need nothing else.

mod order;
