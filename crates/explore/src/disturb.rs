//! How a program is disturbed while it is explored: what is done to it, and how often.

use std::io;

use boucle::SystemCall;

use crate::explore::Explore;
use crate::world::failing::Failure;
use crate::world::faults::Kind;

impl Explore {
    /// Also what comes of up to so many cancels in an execution: at any moment a task is
    /// [cancelled](boucle::Task::cancel), but not the program itself.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::{interrupt, spawn};
    /// use boucle_explore::Explore;
    ///
    /// let report = Explore::new().cancels(1).run(|| async {
    ///     spawn(async { interrupt().await }).await.is_ok()
    /// });
    /// assert_eq!(report.outcomes().collect::<Vec<_>>(), ["false", "true"]);
    /// assert_eq!(report.schedule("false").unwrap().to_string(), "M~A");
    /// ```
    #[must_use]
    pub fn cancels(self, most: u8) -> Explore {
        self.disturb(Kind::Cancel, most)
    }

    /// Also what comes of up to so many spurious wakes in an execution: a task that waits is woken for no reason.
    /// Who looks again whether what it waits for is so does not care.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::future::poll_fn;
    /// use std::task::Poll;
    /// use boucle_explore::Explore;
    ///
    /// let report = Explore::new().wakes(1).run(|| async {
    ///     let mut is_first = true;
    ///     poll_fn(|_| if std::mem::take(&mut is_first) { Poll::Pending } else { Poll::Ready(()) }).await;
    /// });
    /// // It trusts whoever wakes it. And nobody does, as a rule.
    /// assert_eq!(report.outcomes().collect::<Vec<_>>(), ["()"]);
    /// assert_eq!(report.failures().collect::<Vec<_>>(), ["deadlock"]);
    /// ```
    #[must_use]
    pub fn wakes(self, most: u8) -> Explore {
        self.disturb(Kind::Wake, most)
    }

    /// Also what comes of it if up to so many times in an execution the next timer is due while tasks can still go
    /// on: as if they were slow. Else virtual time passes only where nothing can.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use boucle::{interrupt, timeout};
    /// use boucle_explore::Explore;
    ///
    /// let report = Explore::new().slow(1).run(|| async {
    ///     let work = async { for _ in 0..3 { interrupt().await } };
    ///     timeout(Duration::from_secs(60), work).await.is_ok()
    /// });
    /// assert_eq!(report.outcomes().collect::<Vec<_>>(), ["false", "true"]);
    /// ```
    #[must_use]
    pub fn slow(self, most: u8) -> Explore {
        self.disturb(Kind::Slow, most)
    }

    /// Also what comes of it if up to so many times in an execution a task gives its turn back where it need not
    /// wait: at a lock that is free, at a queue that has items. It does so now and then, so that nobody keeps the
    /// turn for ever.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::rc::Rc;
    /// use boucle::shared::Cell;
    /// use boucle::sync::Lock;
    /// use boucle::{gather, spawn};
    /// use boucle_explore::Explore;
    ///
    /// let program = || async {
    ///     let (lock, n) = (Rc::new(Lock::new(())), Rc::new(Cell::new(0)));
    ///     let add = || {
    ///         let (lock, n) = (Rc::clone(&lock), Rc::clone(&n));
    ///         async move {
    ///             let before = n.get();
    ///             drop(lock.lock().await); // it is free, and still no reason to believe that nobody has run
    ///             n.set(before + 1);
    ///         }
    ///     };
    ///     gather([add(), add()]).await.unwrap();
    ///     n.get()
    /// };
    /// let outcomes = |explore: Explore| explore.run(program).outcomes().map(str::to_owned).collect::<Vec<_>>();
    /// assert_eq!(outcomes(Explore::new()), ["2"]);
    /// assert_eq!(outcomes(Explore::new().yields(1)), ["1", "2"]);
    /// ```
    #[must_use]
    pub fn yields(self, most: u8) -> Explore {
        self.disturb(Kind::Yield, most)
    }

    /// Also what comes of it if the loop is closed, at any moment: all tasks are dropped where they stand. Nothing
    /// comes of the program then; a destructor that panics is a failure.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::interrupt;
    /// use boucle_explore::Explore;
    ///
    /// struct Transaction { is_over: bool }
    ///
    /// impl Drop for Transaction {
    ///     fn drop(&mut self) {
    ///         assert!(self.is_over, "neither committed nor rolled back");
    ///     }
    /// }
    ///
    /// let report = Explore::new().closes(1).run(|| async {
    ///     let mut transaction = Transaction { is_over: false };
    ///     interrupt().await;
    ///     transaction.is_over = true;
    /// });
    /// let failure = report.failures().next().unwrap();
    /// assert!(failure.contains("neither committed nor rolled back"), "{failure}");
    /// ```
    #[must_use]
    pub fn closes(self, most: u8) -> Explore {
        // A loop that is closed cannot be closed again.
        self.disturb(Kind::Close, most.min(1))
    }

    /// Also what comes of it if up to so many of these system calls fail in an execution, with this error: each in
    /// turn, of each task. More calls, or another error, may be named by another `fails`; each is limited by itself.
    ///
    /// A program that makes such calls can be sampled at the most: when a descriptor is ready no order decides.
    ///
    /// # Panics
    ///
    /// If a schedule has no name for it: [`SystemCall::Wait`] is no task's call; of the kinds of errors those have a
    /// name that sockets and files have. Any error of the system can be named by its number.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io::{Error, ErrorKind};
    /// use boucle::SystemCall;
    /// use boucle::net::UnixStream;
    /// use boucle_explore::{Explore, replay};
    ///
    /// let program = || async {
    ///     let (here, there) = UnixStream::pair().unwrap();
    ///     here.write_all(b"hello").await.unwrap();
    ///     there.read(&mut [0; 5]).await.map_err(|error| error.kind())
    /// };
    /// let explore = Explore::new().fails(1, SystemCall::Read, ErrorKind::ConnectionReset);
    /// let report = explore.run(program);
    /// assert_eq!(report.outcomes().collect::<Vec<_>>(), ["Err(ConnectionReset)", "Ok(5)"]);
    /// let schedule = report.schedule("Err(ConnectionReset)").unwrap().to_string();
    /// assert_eq!(schedule, "!read:connection-reset:MM");
    /// assert_eq!(replay(&schedule, program).unwrap().outcome(), "Err(ConnectionReset)");
    ///
    /// // Too many open files: by the number of the system.
    /// let explore = explore.fails(1, SystemCall::Accept, Error::from_raw_os_error(24));
    /// let told = explore.run(program).to_string();
    /// assert!(told.starts_with("sampled, with up to 1 failing read and 1 failing accept"), "{told}");
    /// ```
    #[must_use]
    #[track_caller]
    pub fn fails(self, most: u8, call: SystemCall, error: impl Into<io::Error>) -> Explore {
        let error = error.into();
        let failure = Failure::new(call, &error);
        let failure = failure
            .unwrap_or_else(|| panic!("no schedule can say that {call:?} fails so: {error}"));
        self.disturb(Kind::Fail(failure), most)
    }

    fn disturb(mut self, kind: Kind, most: u8) -> Explore {
        self.limits.set(kind, most);
        self
    }
}
