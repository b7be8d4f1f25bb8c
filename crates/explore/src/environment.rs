//! What the environment says of a run: which order alone, how long, which shard.

use std::env;
use std::ffi::OsString;
use std::thread;
use std::time::Duration;

use crate::schedule::{ParseScheduleError, Schedule};
use crate::shard::Shard;

/// The order that is run alone, with the test that it is for before it, if it is for one.
const REPLAY: &str = "BOUCLE_REPLAY";

/// How many seconds a run takes at the most.
const TIME: &str = "BOUCLE_EXPLORE_TIME";

/// Which shard is run, of how many.
const SHARD: &str = "BOUCLE_EXPLORE_SHARD";

/// What the environment says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Environment {
    /// Only this order is run.
    pub(crate) replay: Option<Schedule>,
    /// So long is explored at the most.
    pub(crate) time: Option<Duration>,
    /// Only this shard is explored.
    pub(crate) shard: Option<Shard>,
}

/// The environment says something that cannot be understood. The message says what can.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum EnvironmentError {
    /// The letters are not UTF-8.
    #[error("{0} is no text")]
    NoText(&'static str),
    /// The schedule is none.
    #[error("BOUCLE_REPLAY: {0}; before it may stand the test that it is for, as in my::test=A2B")]
    Replay(#[from] ParseScheduleError),
    /// The time is none.
    #[error("BOUCLE_EXPLORE_TIME={0} is no number of seconds: say 60, or 0.5")]
    Time(String),
    /// The shard is none.
    #[error("BOUCLE_EXPLORE_SHARD={0} is no shard: say 1/8 for the first of eight")]
    Shard(String),
}

/// Who runs the program, as far as it can be known.
#[derive(Clone, Debug, Default)]
pub(crate) struct Runner {
    /// The name of the thread: that of the test, if libtest has started it.
    pub(crate) thread: Option<String>,
    /// The arguments of the process: a runner that has a process for each test names the test there.
    pub(crate) arguments: Vec<String>,
}

impl Runner {
    /// This thread of this process.
    pub(crate) fn current() -> Runner {
        let arguments = env::args_os().skip(1).filter_map(|it| it.into_string().ok());
        Runner {
            thread: thread::current().name().map(str::to_owned),
            arguments: arguments.collect(),
        }
    }

    /// The test that is run, if there is one.
    pub(crate) fn test(&self) -> Option<&str> {
        self.thread.as_deref().filter(|it| *it != "main")
    }

    /// Whether this test is run. A test in the main thread is known by the arguments.
    fn is(&self, test: &str) -> bool {
        match self.test() {
            Some(it) => it == test,
            None => self.arguments.iter().any(|it| it == test),
        }
    }
}

impl Environment {
    /// What the environment of this process says.
    pub(crate) fn of_process() -> Result<Environment, EnvironmentError> {
        Environment::read(|name| env::var_os(name), &Runner::current())
    }

    /// What it says, by what `lookup` finds for a name; what is empty is as if it were not there.
    pub(crate) fn read(
        lookup: impl Fn(&str) -> Option<OsString>,
        runner: &Runner,
    ) -> Result<Environment, EnvironmentError> {
        let text = |name| {
            let found = lookup(name).filter(|it| !it.is_empty());
            found.map(|it| it.into_string().map_err(|_| EnvironmentError::NoText(name))).transpose()
        };
        let mut said = Environment::default();
        if let Some(text) = text(REPLAY)? {
            let (test, schedule) = match text.rsplit_once('=') {
                Some((test, schedule)) => (Some(test), schedule),
                None => (None, &text[..]),
            };
            let schedule = schedule.parse()?;
            said.replay = test.is_none_or(|it| runner.is(it)).then_some(schedule);
        }
        if let Some(text) = text(TIME)? {
            let seconds: Option<f64> = text.parse().ok();
            let time = seconds.and_then(|it| Duration::try_from_secs_f64(it).ok());
            said.time = Some(time.ok_or(EnvironmentError::Time(text))?);
        }
        if let Some(text) = text(SHARD)? {
            let shard = text
                .split_once('/')
                .and_then(|(number, of)| Shard::new(number.parse().ok()?, of.parse().ok()?));
            said.shard = Some(shard.ok_or(EnvironmentError::Shard(text))?);
        }
        Ok(said)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Environment, Runner};
    use crate::shard::Shard;

    fn read(said: &[(&str, &str)], runner: &Runner) -> Result<Environment, String> {
        let lookup = |name: &str| said.iter().find(|it| it.0 == name).map(|it| it.1.into());
        Environment::read(lookup, runner).map_err(|it| it.to_string())
    }

    fn runner(thread: &str, arguments: &[&str]) -> Runner {
        let arguments = arguments.iter().map(|it| (*it).to_owned()).collect();
        Runner { thread: Some(thread.to_owned()), arguments }
    }

    #[test]
    fn what_is_not_there_or_empty_says_nothing() {
        let nothing = Ok(Environment::default());
        assert_eq!(read(&[], &Runner::default()), nothing);
        let empty =
            ["BOUCLE_REPLAY", "BOUCLE_EXPLORE_TIME", "BOUCLE_EXPLORE_SHARD"].map(|it| (it, ""));
        assert_eq!(read(&empty, &Runner::default()), nothing);
    }

    #[test]
    fn an_order_is_run_alone_in_the_test_that_it_is_for() {
        let replays = |text, runner: &Runner| {
            let said = read(&[("BOUCLE_REPLAY", text)], runner).expect("it can be read");
            said.replay.map(|it| it.to_string())
        };
        assert_eq!(replays("A2(1.2.1)", &runner("my::test", &[])).as_deref(), Some("A2(1.2.1)"));
        assert_eq!(replays("my::test=A2", &runner("my::test", &[])).as_deref(), Some("A2"));
        assert_eq!(replays("my::test=A2", &runner("my::other", &["my::test"])), None);
        // A runner that has a process for each test runs it in its only thread.
        assert_eq!(
            replays("my::test=A2", &runner("main", &["my::test", "--exact"])).as_deref(),
            Some("A2")
        );
        assert_eq!(replays("my::test=A2", &runner("main", &["my::tests"])), None);
        let fails = "!read2:connection-reset:(1.2.1)A2";
        let text = format!("my::test={fails}");
        assert_eq!(replays(&text, &runner("my::test", &[])).as_deref(), Some(fails));
        // The loop's own order.
        assert_eq!(replays("my::test=", &runner("my::test", &[])).as_deref(), Some(""));
    }

    #[test]
    fn a_time_is_seconds_and_a_shard_is_one_of_so_many() {
        let said = read(
            &[("BOUCLE_EXPLORE_TIME", "1.5"), ("BOUCLE_EXPLORE_SHARD", "3/8")],
            &Runner::default(),
        );
        let said = said.expect("it can be read");
        assert_eq!(said.time, Some(Duration::from_millis(1_500)));
        assert_eq!(said.shard, Shard::new(3, 8));
    }

    #[test]
    fn what_cannot_be_understood_says_what_can() {
        let error =
            |name, value| read(&[(name, value)], &Runner::default()).expect_err("it is wrong");
        for value in ["soon", "-1", "inf", "1e30"] {
            let told = error("BOUCLE_EXPLORE_TIME", value);
            assert_eq!(
                told,
                format!("BOUCLE_EXPLORE_TIME={value} is no number of seconds: say 60, or 0.5")
            );
        }
        for value in ["3", "0/8", "9/8", "1/0", "1/8/2", "a/b"] {
            let told = error("BOUCLE_EXPLORE_SHARD", value);
            let expected =
                format!("BOUCLE_EXPLORE_SHARD={value} is no shard: say 1/8 for the first of eight");
            assert_eq!(told, expected);
        }
        let told = error("BOUCLE_REPLAY", "my::test=A2-");
        assert!(told.starts_with("BOUCLE_REPLAY: no schedule, at 2 of `A2-`"), "{told}");
        // Also in a test that it is not for: it is for none.
        assert!(told.ends_with("as in my::test=A2B"), "{told}");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_text_is_said_to_be_none() {
        use std::os::unix::ffi::OsStringExt;

        let lookup = |name: &str| {
            (name == "BOUCLE_REPLAY").then(|| std::ffi::OsString::from_vec(vec![0xff]))
        };
        let error = Environment::read(lookup, &Runner::default()).expect_err("it is none");
        assert_eq!(error.to_string(), "BOUCLE_REPLAY is no text");
    }
}
