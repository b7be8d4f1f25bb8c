//! What the exception handler is told: a panic that nobody read, a poll that was too long.

use std::fmt;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use crate::data::{Called, Origin, TaskError, TaskId};

/// Who is told.
pub(crate) type Handler = Rc<dyn Fn(&Report)>;

/// Something that went wrong in a loop, and that nobody else will hear of.
///
/// `{}` shows it as the default handler prints it.
///
/// # Examples
///
/// ```
/// use std::cell::RefCell;
/// use std::rc::Rc;
/// use boucle::Loop;
///
/// let log = Rc::new(RefCell::new(String::new()));
/// let told = Rc::clone(&log);
/// let event_loop = Loop::builder()
///     .exception_handler(move |report| told.borrow_mut().push_str(&report.to_string()))
///     .build();
/// let task = event_loop.add_task(async { panic!("boom") });
/// task.set_name("fragile");
/// drop(task);
/// event_loop.run();
/// assert!(log.borrow().contains("the task panicked: boom\n  in fragile, spawned at "));
/// ```
#[doc(alias = "call_exception_handler")]
#[derive(Debug)]
pub struct Report {
    /// The task, its name and where it comes from; none for a callback.
    task: Option<(TaskId, Option<Rc<str>>, Origin)>,
    /// What went wrong.
    what: What,
}

/// What can go wrong.
#[derive(Debug)]
enum What {
    /// A panic in a task whose handle is gone, or in code that the loop calls.
    Panic(TaskError),
    /// A poll that held up all other tasks so long.
    Slow(Duration),
    /// What the loop could not do, and tries again.
    Io(&'static str, io::Error),
    /// What has come to an end, and why.
    End(&'static str, io::Error),
}

impl Report {
    pub(crate) fn callback(error: TaskError) -> Report {
        Report { task: None, what: What::Panic(error) }
    }

    pub(crate) fn task(
        id: TaskId,
        name: Option<Rc<str>>,
        origin: Origin,
        error: TaskError,
    ) -> Report {
        Report { task: Some((id, name, origin)), what: What::Panic(error) }
    }

    pub(crate) fn slow(
        id: TaskId,
        name: Option<Rc<str>>,
        origin: Origin,
        took: Duration,
    ) -> Report {
        Report { task: Some((id, name, origin)), what: What::Slow(took) }
    }

    /// The loop could not do something, and tries again.
    pub(crate) fn io(what: &'static str, error: io::Error) -> Report {
        Report { task: None, what: What::Io(what, error) }
    }

    /// Something has come to an end, and nobody has asked why.
    pub(crate) fn io_end(what: &'static str, error: io::Error) -> Report {
        Report { task: None, what: What::End(what, error) }
    }

    /// Prints the report on stderr.
    pub(crate) fn default_handler() -> Handler {
        Rc::new(|report| eprintln!("{report}"))
    }

    /// The task, if it is about one; `None` for what the loop calls: a callback, a hook, a foreign
    /// waker.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::cell::Cell;
    /// use std::rc::Rc;
    /// use boucle::Loop;
    ///
    /// let failed = Rc::new(Cell::new(None));
    /// let told = Rc::clone(&failed);
    /// let event_loop =
    ///     Loop::builder().exception_handler(move |report| told.set(report.task_id())).build();
    /// let task = event_loop.add_task(async { panic!("boom") });
    /// let id = task.id();
    /// drop(task);
    /// event_loop.run();
    /// assert_eq!(failed.get(), Some(id));
    /// ```
    #[must_use]
    pub fn task_id(&self) -> Option<TaskId> {
        self.task.as_ref().map(|(id, ..)| *id)
    }

    /// The panic, if it is one: always [`TaskError::Panicked`].
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::{Loop, call_soon, interrupt};
    ///
    /// let event_loop = Loop::builder()
    ///     .exception_handler(|report| {
    ///         let error = report.error().expect("no poll is slow here");
    ///         assert_eq!(error.to_string(), "the task panicked: boom");
    ///         Loop::current().unwrap().stop();
    ///     })
    ///     .build();
    /// let stopped = event_loop.run_until_complete(async {
    ///     drop(call_soon(|| panic!("boom")));
    ///     std::future::pending::<()>().await;
    /// });
    /// assert_eq!(stopped, Err(boucle::RunError::Stopped));
    /// ```
    #[must_use]
    pub fn error(&self) -> Option<&TaskError> {
        match &self.what {
            What::Panic(error) => Some(error),
            What::Slow(_) | What::Io(..) | What::End(..) => None,
        }
    }

    /// What the system said, if it refuses something that the loop tries again: to wait, or to accept
    /// a connection.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::cell::{Cell, RefCell};
    /// use std::io;
    /// use std::rc::Rc;
    /// use boucle::net::{TcpListener, TcpStream};
    /// use boucle::{Faults, Loop, SystemCall};
    ///
    /// /// There is no descriptor for the first connection.
    /// struct Once(Cell<bool>);
    ///
    /// impl Faults for Once {
    ///     fn before(&self, call: SystemCall) -> Option<io::Error> {
    ///         let fails = call == SystemCall::Accept && !self.0.replace(true);
    ///         fails.then(|| io::Error::from_raw_os_error(24)) // EMFILE
    ///     }
    /// }
    ///
    /// let told = Rc::new(RefCell::new(Vec::new()));
    /// let reports = Rc::clone(&told);
    /// let event_loop = Loop::builder()
    ///     .faults(Once(Cell::new(false)))
    ///     .exception_handler(move |report| {
    ///         let number = report.io_error().and_then(io::Error::raw_os_error);
    ///         reports.borrow_mut().extend(number);
    ///     })
    ///     .build();
    /// event_loop.run_until_complete(async {
    ///     let listener = TcpListener::bind("127.0.0.1", 0).await?;
    ///     let _client = TcpStream::connect_to(listener.local_addr()?).await?;
    ///     listener.accept().await // at the second try
    /// }).unwrap().unwrap();
    /// assert_eq!(*told.borrow(), [24]);
    /// ```
    #[must_use]
    pub fn io_error(&self) -> Option<&io::Error> {
        match &self.what {
            What::Io(_, error) | What::End(_, error) => Some(error),
            What::Panic(_) | What::Slow(_) => None,
        }
    }

    /// How long the poll took, if the report is about one that was too long.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::cell::Cell;
    /// use std::rc::Rc;
    /// use std::time::Duration;
    /// use boucle::{Loop, hold_up};
    ///
    /// let took = Rc::new(Cell::new(None));
    /// let told = Rc::clone(&took);
    /// let event_loop = Loop::builder()
    ///     .virtual_time(true)
    ///     .slow_poll(Some(Duration::from_secs(1)))
    ///     .exception_handler(move |report| told.set(report.slow_poll()))
    ///     .build();
    /// event_loop.run_task(async { hold_up(Duration::from_secs(2)) });
    /// assert_eq!(took.get(), Some(Duration::from_secs(2)));
    /// ```
    #[must_use]
    pub fn slow_poll(&self) -> Option<Duration> {
        match self.what {
            What::Slow(took) => Some(took),
            What::Panic(_) | What::Io(..) | What::End(..) => None,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            What::Panic(error) if self.task.is_some() => {
                write!(f, "task exception was never retrieved: {error}")?;
            }
            What::Panic(error) => write!(f, "a callback of the loop failed: {error}")?,
            What::Io(what, error) => write!(f, "{what}, and will try again: {error}")?,
            What::End(what, error) => write!(f, "{what}: {error}")?,
            What::Slow(took) => write!(f, "a poll took {took:.3?} and held up all other tasks")?,
        }
        if let &Some((id, ref name, origin)) = &self.task {
            let name = Called { name: name.as_deref(), id, origin };
            write!(f, "\n  in {name}, spawned at {}:{}", origin.at.file(), origin.at.line())?;
        }
        Ok(())
    }
}
