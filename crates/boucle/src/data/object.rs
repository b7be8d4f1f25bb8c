//! [`Object`]: what tasks wait for, told from others of its kind.

use std::fmt;
use std::panic::Location;

use super::TaskPath;

/// Which of the objects that tasks wait for: a queue, a lock, an event, a timer, a gather, a socket.
///
/// It is known by who made it, and how many that one had made before. So another order of the same
/// program gives the same object the same id. `{}` shows the path of the task that made it and the
/// number: `1.2#3`; without a path, `#3`, it was made outside of any task.
///
/// # Examples
///
/// ```
/// use std::cell::RefCell;
/// use std::rc::Rc;
/// use boucle::sync::Event;
/// use boucle::{Instrument, Loop, Object};
///
/// #[derive(Default)]
/// struct Made(RefCell<Vec<String>>);
///
/// impl Instrument for Made {
///     fn object_made(&self, object: Object) {
///         self.0.borrow_mut().push(format!("{} {}", object.kind, object.id));
///     }
/// }
///
/// let made = Rc::new(Made::default());
/// let event_loop = Loop::builder().instrument(Rc::clone(&made)).build();
/// event_loop.run_task(async { (Event::new(), Event::new()) });
/// assert_eq!(*made.0.borrow(), ["event 1#1", "event 1#2"]);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    /// Who made it.
    creator: TaskPath,
    /// The how-many-th of its creator; zero if nobody watched as it was made.
    number: u32,
}

impl ObjectId {
    /// One that nobody watched being made: it is not told from others.
    pub(crate) const UNKNOWN: ObjectId = ObjectId { creator: TaskPath::OUTSIDE, number: 0 };

    pub(crate) fn new(creator: TaskPath, number: u32) -> ObjectId {
        ObjectId { creator, number }
    }

    /// The path of the task that made it; an empty one if it was made outside of any task.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::cell::Cell;
    /// use std::panic::Location;
    /// use std::rc::Rc;
    /// use boucle::{Instrument, Loop, Object, TaskId, WaitsFor, sleep};
    ///
    /// #[derive(Default)]
    /// struct Timer(Cell<Option<Object>>);
    ///
    /// impl Instrument for Timer {
    ///     fn waits(
    ///         &self,
    ///         _task: TaskId,
    ///         _wait: u32,
    ///         _on: WaitsFor,
    ///         object: Option<Object>,
    ///         _at: Option<&'static Location<'static>>,
    ///     ) {
    ///         self.0.set(object);
    ///     }
    /// }
    ///
    /// let timer = Rc::new(Timer::default());
    /// let event_loop = Loop::builder().instrument(Rc::clone(&timer)).build();
    /// event_loop.run_task(async { sleep(std::time::Duration::from_millis(1)).await });
    /// assert_eq!(timer.0.get().unwrap().id.creator().to_string(), "1");
    /// ```
    #[must_use]
    pub fn creator(&self) -> TaskPath {
        self.creator
    }

    /// Whether it tells the object from others: not, if it was made in a loop that nobody watched.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::cell::Cell;
    /// use std::rc::Rc;
    /// use boucle::sync::Event;
    /// use boucle::{Instrument, Loop, Object};
    ///
    /// #[derive(Default)]
    /// struct Last(Cell<Option<Object>>);
    ///
    /// impl Instrument for Last {
    ///     fn object_made(&self, object: Object) {
    ///         self.0.set(Some(object));
    ///     }
    /// }
    ///
    /// let last = Rc::new(Last::default());
    /// let event_loop = Loop::builder().instrument(Rc::clone(&last)).build();
    /// event_loop.run_task(async { drop(Event::new()) });
    /// assert!(last.0.get().unwrap().id.is_known());
    /// ```
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.number != 0
    }
}

/// Something that tasks wait for.
///
/// # Examples
///
/// ```
/// use std::cell::Cell;
/// use std::rc::Rc;
/// use boucle::sync::Lock;
/// use boucle::{Instrument, Loop, Object, TaskId};
///
/// #[derive(Default)]
/// struct LastLock(Cell<Option<Object>>);
///
/// impl Instrument for LastLock {
///     fn acquired(&self, _task: TaskId, object: Object) {
///         self.0.set(Some(object));
///     }
/// }
///
/// let last = Rc::new(LastLock::default());
/// let event_loop = Loop::builder().instrument(Rc::clone(&last)).build();
/// event_loop.run_task(async {
///     let accounts = Lock::new(100);
///     *accounts.lock().await -= 1;
/// });
/// let lock = last.0.get().unwrap();
/// assert_eq!((lock.kind, lock.made_at.line()), ("lock", line!() - 4));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Object {
    /// Which one.
    pub id: ObjectId,
    /// What it is: `queue`, `lock`, `timer`.
    pub kind: &'static str,
    /// Where in the source it was made.
    pub made_at: &'static Location<'static>,
}

/// What an object is, in one byte.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    AsCompleted,
    Barrier,
    #[cfg(feature = "explore")]
    Cell,
    Condition,
    Descriptor,
    Event,
    Gather,
    Lock,
    Queue,
    Semaphore,
    Socket,
    TaskGroup,
    Timer,
    Waiter,
}

impl Kind {
    /// Its name, as users read it.
    fn name(self) -> &'static str {
        match self {
            Kind::AsCompleted => "as_completed",
            Kind::Barrier => "barrier",
            #[cfg(feature = "explore")]
            Kind::Cell => "cell",
            Kind::Condition => "condition",
            Kind::Descriptor => "descriptor",
            Kind::Event => "event",
            Kind::Gather => "gather",
            Kind::Lock => "lock",
            Kind::Queue => "queue",
            Kind::Semaphore => "semaphore",
            Kind::Socket => "socket",
            Kind::TaskGroup => "task_group",
            Kind::Timer => "timer",
            Kind::Waiter => "waiter",
        }
    }
}

impl Object {
    pub(crate) fn new(id: ObjectId, kind: Kind, made_at: &'static Location<'static>) -> Object {
        Object { id, kind: kind.name(), made_at }
    }

    /// Whether tasks share it, so that it outlives each wait for it: a queue, a lock, an event. Not a timer or
    /// a gather, which is its task's own, nor a socket, which is known by its descriptor.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::cell::Cell;
    /// use std::rc::Rc;
    /// use boucle::sync::Event;
    /// use boucle::{Instrument, Loop, Object};
    ///
    /// #[derive(Default)]
    /// struct Last(Cell<Option<Object>>);
    ///
    /// impl Instrument for Last {
    ///     fn object_made(&self, object: Object) {
    ///         self.0.set(Some(object));
    ///     }
    /// }
    ///
    /// let last = Rc::new(Last::default());
    /// let event_loop = Loop::builder().instrument(Rc::clone(&last)).build();
    /// event_loop.run_task(async { drop(Event::new()) });
    /// assert!(last.0.get().unwrap().is_shared());
    /// event_loop.run_task(async { boucle::sleep(std::time::Duration::from_millis(1)).await });
    /// assert!(!last.0.get().unwrap().is_shared());
    /// ```
    #[must_use]
    pub fn is_shared(&self) -> bool {
        let own = ["as_completed", "descriptor", "gather", "socket", "task_group", "timer"];
        !own.contains(&self.kind)
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            0 => f.write_str("#?"),
            number => write!(f, "{}#{number}", self.creator),
        }
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ObjectId({self})")
    }
}

impl fmt::Display for Object {
    /// What it is, which one, and where it was made: `queue 1#2, made at src/server.rs:41`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (file, line) = (self.made_at.file(), self.made_at.line());
        write!(f, "{} {}, made at {file}:{line}", self.kind, self.id)
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{self}>")
    }
}
