//! How a loop is made that is not as others are: its time, its order, its watchers.

use std::rc::Rc;
use std::time::Duration;

use crate::core::{Core, Settings};
use crate::elsewhere;
use crate::event_loop::Loop;
use crate::instrument::{Instrument, Order};
use crate::report::Report;
use crate::sys::Faults;

/// How a loop asks the system which of its descriptors are ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Driver {
    /// By the crate `polling`: on Linux, macOS, the BSDs and other Unix systems.
    Portable,
    /// By Linux itself, past `polling`, with which it shares the descriptors: one system call where
    /// the portable way makes five.
    Linux,
}

impl Driver {
    /// Whether it works here.
    const fn is_here(self) -> bool {
        let has_direct = cfg!(all(target_os = "linux", not(polling_test_poll_backend)));
        matches!(self, Driver::Portable) || has_direct
    }

    /// The one that `BOUCLE_DRIVER` names.
    fn asked() -> Option<Driver> {
        let name = std::env::var_os("BOUCLE_DRIVER")?;
        match name.to_str() {
            Some("portable") => Some(Driver::Portable),
            Some("linux") => Some(Driver::Linux),
            _ => panic!("BOUCLE_DRIVER is {name:?}: it can be `portable` or `linux`"),
        }
    }
}

impl Default for Driver {
    fn default() -> Driver {
        if Driver::Linux.is_here() { Driver::Linux } else { Driver::Portable }
    }
}

/// What a loop is made with.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use boucle::Loop;
///
/// let event_loop = Loop::builder().virtual_time(true).build();
/// // A day passes at once: nothing else can run.
/// event_loop.run_until_complete(boucle::sleep(Duration::from_secs(86_400))).unwrap();
/// ```
#[must_use]
pub struct Builder {
    /// What was said so far.
    pub(crate) settings: Settings,
}

impl Builder {
    /// Whether time is virtual: it stands still while something can run, then jumps to the next
    /// deadline.
    #[doc(alias = "MockClock")]
    pub fn virtual_time(mut self, yes: bool) -> Builder {
        self.settings.virtual_time = yes;
        self
    }

    /// Whether each deadline is waited for on its own; else those within a millisecond share a wake.
    pub fn exact_timers(mut self, yes: bool) -> Builder {
        self.settings.exact_timers = yes;
        self
    }

    /// Whether a poll that takes longer than 100 ms is reported; `BOUCLE_DEBUG=1` says yes as well.
    pub fn debug(self, yes: bool) -> Builder {
        self.slow_poll(yes.then_some(Duration::from_millis(100)))
    }

    /// How long a poll may take before it is reported to the exception handler.
    #[doc(alias = "slow_callback_duration")]
    pub fn slow_poll(mut self, limit: Option<Duration>) -> Builder {
        self.settings.slow_poll = limit;
        self
    }

    /// Who chooses among the ready tasks.
    pub fn order(mut self, order: impl Order + 'static) -> Builder {
        self.settings.order = Some(Box::new(order));
        self
    }

    /// Who watches the loop.
    pub fn instrument(mut self, instrument: Rc<impl Instrument + 'static>) -> Builder {
        self.settings.instrument = Some(instrument);
        self
    }

    /// How the loop asks the system what is ready. Without this, `BOUCLE_DRIVER=portable` or `linux`
    /// says it; without that, it is the fastest one there is.
    ///
    /// # Panics
    ///
    /// If the driver does not work on this system.
    pub fn driver(mut self, driver: Driver) -> Builder {
        assert!(driver.is_here(), "this system has no {driver:?} driver: use `Driver::Portable`");
        self.settings.driver = Some(driver);
        self
    }

    /// Which system calls of sockets and descriptors fail.
    pub fn faults(mut self, faults: impl Faults + 'static) -> Builder {
        self.settings.faults = Some(Box::new(faults));
        self
    }

    /// Who is told of panics that nobody reads.
    pub fn exception_handler(mut self, handler: impl Fn(&Report) + 'static) -> Builder {
        self.settings.handler = Some(Rc::new(handler));
        self
    }

    /// Makes the loop.
    ///
    /// # Panics
    ///
    /// If `BOUCLE_DRIVER` names no driver, or one that does not work on this system.
    #[must_use]
    pub fn build(self) -> Loop {
        let mut this = self;
        if let Some(driver) = Driver::asked().filter(|_| this.settings.driver.is_none()) {
            this = this.driver(driver);
        }
        let asked = std::env::var_os("BOUCLE_DEBUG").is_some_and(|it| it == "1");
        if asked && this.settings.slow_poll.is_none() {
            this = this.debug(true);
        }
        let core = Core::new(this.settings);
        elsewhere::remember(&core);
        Loop::of(core)
    }
}
