//! A program that is given inputs: each of them is explored.

use std::fmt::Debug;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use crate::environment::{Environment, EnvironmentError};
use crate::explore::Explore;
use crate::report::Report;

/// So many executions are made with each input, if nothing else is said.
const N_EXECUTIONS: u64 = 1_000;

/// So many smaller inputs are tried, once one has failed.
const N_SMALLER: u32 = 1_000;

/// An input with which the program fails in some order, as small as could be found, and with it the shortest of the
/// orders in which it does.
///
/// # Examples
///
/// ```
/// use boucle_explore::Explore;
///
/// let program = |n: u8| async move { assert!(n < 100, "too much") };
/// let falsified = Explore::new().property(100, 0..=255_u8, program).unwrap_err();
/// assert_eq!(falsified.input(), "100");
/// assert!(falsified.report().failures().all(|it| it == "panicked: too much"));
/// ```
#[derive(Clone, Debug, thiserror::Error)]
#[error("with the input {input}\n{report}")]
pub struct Falsified {
    /// As `{:?}` has it.
    input: String,
    /// What comes of it.
    report: Box<Report>,
}

impl Falsified {
    /// The input, as `{:?}` has it.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_explore::Explore;
    ///
    /// let program = |n: u8| async move { assert!(n != 7, "seven") };
    /// let falsified = Explore::new().property(10, 7..8_u8, program).unwrap_err();
    /// assert_eq!(falsified.input(), "7");
    /// ```
    #[must_use]
    pub fn input(&self) -> &str {
        &self.input
    }

    /// What comes of it.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_explore::Explore;
    ///
    /// let program = |n: u8| async move { assert!(n != 7, "seven") };
    /// let falsified = Explore::new().property(10, 7..8_u8, program).unwrap_err();
    /// assert_eq!(falsified.report().failures().collect::<Vec<_>>(), ["panicked: seven"]);
    /// ```
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }
}

/// Explores a program with so many inputs, each in a thousand executions at the most: that it does not fail in any
/// of the orders that are tried.
///
/// # Panics
///
/// With the smallest input with which it fails that could be found, and the report on it.
///
/// # Examples
///
/// ```
/// use boucle::gather;
/// use boucle_explore::property;
/// use proptest::collection::vec;
///
/// property(20, vec(0..9_u32, 0..4), |numbers| async move {
///     let n = numbers.len();
///     let all = gather(numbers.into_iter().map(|it| async move { it })).await.unwrap();
///     assert_eq!(all.len(), n);
/// });
/// ```
#[track_caller]
pub fn property<S, F>(n_cases: u32, inputs: S, program: impl Fn(S::Value) -> F)
where
    S: Strategy<Value: Clone>,
    F: Future<Output: Debug>,
{
    let explore = Explore::new().executions(N_EXECUTIONS);
    if let Err(falsified) = explore.property(n_cases, inputs, program) {
        panic!("{falsified}");
    }
}

impl Explore {
    /// Explores a program with so many inputs. What was tried of each is as in [`Explore::run`]; a failure in any
    /// order is one, and that there were more orders than could be tried is none.
    ///
    /// The inputs are the same for the same seed. With `BOUCLE_REPLAY` in the environment, each of them is run in that
    /// one order, if it has it.
    ///
    /// # Errors
    ///
    /// With the smallest input with which it fails that could be found, and the report on it.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle_explore::Explore;
    ///
    /// let program = |n: u8| async move { u32::from(n) + 1 };
    /// assert!(Explore::new().property(100, 0..=255_u8, program).is_ok());
    /// ```
    pub fn property<S, F>(
        &self,
        n_cases: u32,
        inputs: S,
        program: impl Fn(S::Value) -> F,
    ) -> Result<(), Falsified>
    where
        S: Strategy<Value: Clone>,
        F: Future<Output: Debug>,
    {
        self.property_in(Environment::of_process(), n_cases, inputs, program)
    }

    /// The same in an environment.
    fn property_in<S, F>(
        &self,
        environment: Result<Environment, EnvironmentError>,
        n_cases: u32,
        inputs: S,
        program: impl Fn(S::Value) -> F,
    ) -> Result<(), Falsified>
    where
        S: Strategy<Value: Clone>,
        F: Future<Output: Debug>,
    {
        let none = |why: String| Falsified {
            input: "that is none".to_owned(),
            report: Box::new(Report::refused(why)),
        };
        let environment = environment.map_err(|error| none(error.to_string()))?;
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.seed.to_le_bytes());
        let config = Config {
            cases: n_cases,
            failure_persistence: None,
            max_shrink_iters: N_SMALLER,
            ..Config::default()
        };
        let mut runner =
            TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
        let explored = |input: S::Value| self.run_in(&environment, &|| program(input.clone()));
        let result = runner.run(&inputs, |input| {
            let report = explored(input);
            if is_wrong(&report, &environment) {
                Err(TestCaseError::fail("it fails"))
            } else {
                Ok(())
            }
        });
        match result {
            Ok(()) => Ok(()),
            Err(TestError::Fail(_, input)) => {
                Err(Falsified { input: format!("{input:?}"), report: Box::new(explored(input)) })
            }
            Err(TestError::Abort(why)) => Err(none(format!("no inputs could be made: {why}"))),
        }
    }
}

/// Whether something is wrong with a program that was given an input. That an input does not have the order that
/// the environment asks for is not.
fn is_wrong(report: &Report, environment: &Environment) -> bool {
    let is_refused = report.shown.refused.is_some() && environment.replay.is_none();
    report.failures().next().is_some() || report.changed.is_some() || is_refused
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use boucle::shared::Cell;
    use boucle::{gather, interrupt};
    use proptest::collection::vec;

    use crate::environment::{Environment, EnvironmentError};
    use crate::explore::Explore;

    /// All that is added must be there, which in some orders of two or more it is not.
    async fn adds(numbers: Vec<u32>) {
        let (sum, all) = (Rc::new(Cell::new(0)), numbers.iter().sum::<u32>());
        let add = |n| {
            let sum = Rc::clone(&sum);
            async move {
                let before = sum.get();
                interrupt().await;
                sum.set(before + n);
            }
        };
        gather(numbers.into_iter().map(add)).await.expect("all end");
        assert_eq!(sum.get(), all, "one is lost");
    }

    #[test]
    fn the_input_is_made_small_first_and_then_the_order() {
        let explore = Explore::new().executions(200);
        let falsified = explore.property(50, vec(0..9_u32, 0..4), adds).expect_err("one is lost");
        // Without the second number there is nobody to lose it to, and a zero can be lost unseen.
        assert!(["[0, 1]", "[1, 0]"].contains(&falsified.input()), "{falsified}");
        let told = falsified.to_string();
        assert!(
            told.starts_with(&format!("with the input {}\nevery order: ", falsified.input())),
            "{told}"
        );
        assert!(explore.property(50, vec(0..9_u32, 0..2), adds).is_ok(), "one alone is not lost");
    }

    #[test]
    fn the_inputs_are_those_of_the_seed() {
        let seen = |seed| {
            let seen = RefCell::new(Vec::new());
            let explore = Explore::new().seed(seed);
            let note = |n: u32| {
                seen.borrow_mut().push(n);
                async {}
            };
            explore.property(20, 0..1_000_u32, note).expect("nothing is wrong");
            seen.into_inner()
        };
        assert_eq!(seen(1), seen(1));
        assert_ne!(seen(1), seen(2));
    }

    #[test]
    fn only_the_order_of_the_environment_is_run_where_an_input_has_it() {
        let replay = Some("AB".parse().expect("it is one"));
        let environment = || Ok(Environment { replay: replay.clone(), ..Environment::default() });
        let explore = Explore::new();
        let falsified = explore.property_in(environment(), 50, vec(0..9_u32, 0..4), adds);
        let told = falsified.expect_err("one is lost").to_string();
        assert!(told.contains("\none order, as BOUCLE_REPLAY says: AB\n"), "{told}");
        explore
            .property_in(environment(), 50, vec(0..9_u32, 0..2), adds)
            .expect("they have other orders");
        let wrong = Err(EnvironmentError::Time("soon".to_owned()));
        let error = explore.property_in(wrong, 1, 0..1_u8, |_| async {}).expect_err("it is wrong");
        assert!(error.to_string().contains("BOUCLE_EXPLORE_TIME=soon is no number"), "{error}");
    }
}
