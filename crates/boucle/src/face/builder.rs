//! How a loop is made that is not as others are: its time, its order, its watchers.

use std::rc::Rc;
use std::time::{Duration, Instant};

use super::Loop;
use crate::context::Owner;
use crate::core::Settings;
use crate::host::{Faults, Instrument, Order, Report};
use crate::reactor::Driver;

/// What a loop is made with.
///
/// [`Loop::builder`] makes one. What is said twice holds as it was said last.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use boucle::{Loop, sleep, timeout};
///
/// let event_loop = Loop::builder().virtual_time(true).exact_timers(true).build();
/// // A day passes at once: nothing else can run.
/// let day = Duration::from_secs(86_400);
/// let ended = event_loop.run_until_complete(timeout(2 * day, sleep(day)));
/// assert_eq!(ended, Ok(Ok(())));
/// ```
#[doc(alias = "loop_factory")]
#[must_use]
pub struct Builder {
    /// What was said so far.
    pub(crate) settings: Settings,
}

impl Builder {
    /// Whether time is virtual: it stands still while something can run, then jumps to the next
    /// deadline.
    ///
    /// It stands still for [`to_thread`](crate::to_thread) too, until the call has returned. It
    /// begins with the real time.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use boucle::{Loop, interrupt, now, sleep};
    ///
    /// let event_loop = Loop::builder().virtual_time(true).build();
    /// event_loop.run_until_complete(async {
    ///     let start = now();
    ///     for _ in 0..100 {
    ///         interrupt().await;
    ///     }
    ///     assert_eq!(now(), start);
    ///     sleep(Duration::from_secs(3600)).await;
    ///     assert_eq!(now() - start, Duration::from_secs(3600));
    /// }).unwrap();
    /// ```
    #[doc(alias = "autojump_clock")]
    #[doc(alias = "pause")]
    #[doc(alias = "MockClock")]
    pub fn virtual_time(mut self, yes: bool) -> Builder {
        self.settings.virtual_time = yes;
        self
    }

    /// Makes time virtual, and lets it begin at this instant: so two loops can have the same times.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use boucle::{Loop, now, sleep};
    ///
    /// let begin = Instant::now();
    /// let ends = [1, 2].map(|_| {
    ///     let event_loop = Loop::builder().virtual_time_from(begin).build();
    ///     event_loop.run_until_complete(async {
    ///         sleep(Duration::from_secs(9)).await;
    ///         now()
    ///     }).unwrap()
    /// });
    /// assert_eq!(ends, [begin + Duration::from_secs(9); 2]);
    /// ```
    #[doc(alias = "start_paused")]
    pub fn virtual_time_from(mut self, begin: Instant) -> Builder {
        self.settings.begin = Some(begin);
        self.virtual_time(true)
    }

    /// Whether each deadline is waited for on its own; else those within a millisecond share a
    /// wake.
    ///
    /// No timer is early, in either case. Virtual time is always exact.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use boucle::{Loop, sleep};
    ///
    /// let event_loop = Loop::builder().exact_timers(true).build();
    /// let start = Instant::now();
    /// event_loop.run_until_complete(sleep(Duration::from_micros(300))).unwrap();
    /// assert!(start.elapsed() >= Duration::from_micros(300));
    /// ```
    #[doc(alias = "clock_resolution")]
    pub fn exact_timers(mut self, yes: bool) -> Builder {
        self.settings.exact_timers = yes;
        self
    }

    /// Whether polls are counted, and one that takes longer than 100 ms is reported.
    ///
    /// The environment says yes as well, with `BOUCLE_DEBUG=1`. [`slow_poll`](Builder::slow_poll)
    /// is the same with another limit: what is said last holds.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::{Loop, all_tasks, interrupt};
    ///
    /// let event_loop = Loop::builder().debug(true).build();
    /// event_loop.run_until_complete(async {
    ///     interrupt().await;
    ///     let (n_polls, _busy) = all_tasks()[0].polls.expect("they are counted");
    ///     assert_eq!(n_polls, 1); // the one before this
    /// }).unwrap();
    /// ```
    #[doc(alias = "set_debug")]
    #[doc(alias = "PYTHONASYNCIODEBUG")]
    pub fn debug(self, yes: bool) -> Builder {
        self.slow_poll(yes.then_some(Duration::from_millis(100)))
    }

    /// How long a poll may take before it is reported to the exception handler; `None`: for ever,
    /// and polls are not counted.
    ///
    /// A destructor that runs because a task was cancelled counts as a poll.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::cell::Cell;
    /// use std::rc::Rc;
    /// use std::time::Duration;
    /// use boucle::{Loop, hold_up};
    ///
    /// let slowest = Rc::new(Cell::new(None));
    /// let told = Rc::clone(&slowest);
    /// let event_loop = Loop::builder()
    ///     .virtual_time(true)
    ///     .slow_poll(Some(Duration::from_secs(1)))
    ///     .exception_handler(move |report| told.set(report.slow_poll()))
    ///     .build();
    /// event_loop.run_task(async { hold_up(Duration::from_secs(5)) });
    /// assert_eq!(slowest.get(), Some(Duration::from_secs(5)));
    /// ```
    #[doc(alias = "slow_callback_duration")]
    pub fn slow_poll(mut self, limit: Option<Duration>) -> Builder {
        self.settings.seams.slow_poll = limit;
        self
    }

    /// Who chooses among the ready tasks; without this, the one that is ready longest is next.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::{Loop, Order, TaskId, spawn};
    ///
    /// /// Always the second one, if there is one.
    /// struct SecondFirst;
    ///
    /// impl Order for SecondFirst {
    ///     fn choose(&mut self, ready: &[TaskId]) -> usize {
    ///         usize::from(ready.len() > 1)
    ///     }
    /// }
    ///
    /// let event_loop = Loop::builder().order(SecondFirst).build();
    /// event_loop.run_until_complete(async {
    ///     let (first, second) = (spawn(async {}), spawn(async {}));
    ///     second.await.unwrap();
    ///     assert!(!first.done());
    /// }).unwrap();
    /// ```
    pub fn order(mut self, order: impl Order + 'static) -> Builder {
        self.settings.seams.order = Some(Box::new(order));
        self
    }

    /// Who watches the loop; shared, so that what it saw can be asked for afterwards.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::cell::Cell;
    /// use std::rc::Rc;
    /// use boucle::{Ended, Instrument, Loop, TaskId, gather};
    ///
    /// #[derive(Default)]
    /// struct CountEnds(Cell<usize>);
    ///
    /// impl Instrument for CountEnds {
    ///     fn task_done(&self, _task: TaskId, _how: Ended) {
    ///         self.0.set(self.0.get() + 1);
    ///     }
    /// }
    ///
    /// let ends = Rc::new(CountEnds::default());
    /// let event_loop = Loop::builder().instrument(Rc::clone(&ends)).build();
    /// event_loop.run_task(gather([1, 2].map(|n| async move { n })));
    /// assert_eq!(ends.0.get(), 3); // both, and the one that gathers
    /// ```
    pub fn instrument(mut self, instrument: Rc<impl Instrument + 'static>) -> Builder {
        self.settings.seams.instrument = Some(instrument);
        self
    }

    /// How the loop asks the system what is ready. Without this, `BOUCLE_DRIVER=portable` or `linux`
    /// says it; without that, it is the fastest one there is.
    ///
    /// # Panics
    ///
    /// If the driver does not work on this system.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::net::TcpListener;
    /// use boucle::{Driver, Loop};
    ///
    /// let event_loop = Loop::builder().driver(Driver::Portable).build();
    /// let listener = event_loop.run_until_complete(TcpListener::bind("127.0.0.1", 0));
    /// assert!(listener.unwrap().is_ok());
    /// ```
    #[track_caller]
    pub fn driver(mut self, driver: Driver) -> Builder {
        assert!(driver.is_here(), "this system has no {driver:?} driver: use `Driver::Portable`");
        self.settings.driver = Some(driver);
        self
    }

    /// Which system calls of sockets and descriptors fail.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io;
    /// use boucle::net::TcpListener;
    /// use boucle::{Faults, Loop, SystemCall};
    ///
    /// struct PortsAreTaken;
    ///
    /// impl Faults for PortsAreTaken {
    ///     fn before(&self, call: SystemCall) -> Option<io::Error> {
    ///         (call == SystemCall::Bind).then(|| io::ErrorKind::AddrInUse.into())
    ///     }
    /// }
    ///
    /// let event_loop = Loop::builder().faults(PortsAreTaken).build();
    /// let bound = event_loop.run_until_complete(TcpListener::bind("127.0.0.1", 0)).unwrap();
    /// assert_eq!(bound.unwrap_err().kind(), io::ErrorKind::AddrInUse);
    /// ```
    pub fn faults(mut self, faults: impl Faults + 'static) -> Builder {
        self.settings.seams.faults = Some(Box::new(faults));
        self
    }

    /// Who is told of panics that nobody reads, and of polls that are too long. Without this, they
    /// are printed on stderr.
    ///
    /// It is called on the loop's thread, with the loop current. If it panics, that is printed on
    /// stderr. [`Loop::set_exception_handler`] replaces it.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::cell::RefCell;
    /// use std::rc::Rc;
    /// use boucle::Loop;
    ///
    /// let reports = Rc::new(RefCell::new(Vec::new()));
    /// let told = Rc::clone(&reports);
    /// let event_loop = Loop::builder()
    ///     .exception_handler(move |report| told.borrow_mut().push(report.to_string()))
    ///     .build();
    /// drop(event_loop.add_task(async { panic!("boom") }));
    /// event_loop.run();
    /// assert!(reports.borrow()[0].starts_with("task exception was never retrieved: "));
    /// ```
    pub fn exception_handler(mut self, handler: impl Fn(&Report) + 'static) -> Builder {
        self.settings.seams.handler = Some(Rc::new(handler));
        self
    }

    /// Makes the loop.
    ///
    /// # Panics
    ///
    /// If `BOUCLE_DRIVER` names no driver, or one that does not work on this system.
    ///
    /// # Examples
    ///
    /// ```
    /// let event_loop = boucle::Loop::builder().build();
    /// assert_eq!(event_loop.run_until_complete(async { 42 }), Ok(42));
    /// ```
    #[must_use]
    pub fn build(self) -> Loop {
        let mut this = self;
        if let Some(driver) = Driver::asked().filter(|_| this.settings.driver.is_none()) {
            this = this.driver(driver);
        }
        let asked = std::env::var_os("BOUCLE_DEBUG").is_some_and(|it| it == "1");
        if asked && this.settings.seams.slow_poll.is_none() {
            this = this.debug(true);
        }
        let event_loop = Loop::of(Owner::new(this.settings));
        if event_loop.core().is_watched() {
            // Also if this thread is in another one.
            let entered = event_loop.owner().enter();
            entered.core().host.show(|it| it.loop_made());
        }
        event_loop
    }
}
