//! Bad input and large input: what a recording claims, and what it costs to look at it.

#[cfg(unix)]
mod attach;
#[cfg(unix)]
mod children;
mod claims;
mod costs;
mod fuzz;
mod limits;
mod looks;
#[cfg(unix)]
mod run;
