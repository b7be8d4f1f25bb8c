//! Bad input and large input: what a recording claims, and what it costs to look at it.

mod claims;
mod costs;
mod fuzz;
mod limits;
mod looks;
mod narrow;
mod overview;
