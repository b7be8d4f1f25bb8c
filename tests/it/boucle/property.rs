//! How the models of the loop's parts are tried, and its traces: on programs that `proptest` makes, the same ones at
//! each run; one that fails is made short before it is shown.

use std::fmt::Debug;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, RngSeed, TestCaseResult, TestRunner};

/// Tries `test` on `n` values.
///
/// # Panics
///
/// If `test` fails on one of them: with the shortest one that was found, and what it failed with.
pub(crate) fn for_all<S: Strategy>(n: u32, values: S, test: impl Fn(S::Value) -> TestCaseResult)
where
    S::Value: Debug,
{
    let config = Config {
        cases: n,
        rng_algorithm: RngAlgorithm::ChaCha,
        rng_seed: RngSeed::Fixed(61),
        failure_persistence: None,
        ..Config::default()
    };
    if let Err(error) = TestRunner::new(config).run(&values, test) {
        panic!("{error}");
    }
}
