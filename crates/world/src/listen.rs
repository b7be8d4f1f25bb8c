//! Hearing what happens while it happens: each line printed, and in a recording each poll and wake.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use crate::recording::{Event, WokenBy};
use crate::sealed;
use crate::woken::FromThread;

/// Who is told; in the real world there is no virtual time.
type Listener = Rc<dyn Fn(Option<Duration>, &Event)>;

thread_local! {
    /// Who listens on this thread.
    static LISTENER: RefCell<Option<Listener>> = const { RefCell::new(None) };
}

/// Tells `listener` of each event on this thread, until what this returns is dropped.
///
/// In a recording it is told of all that the recording keeps, with the virtual time, as it is kept:
/// so what it heard is not lost if the program panics. A queue that tells of what was put into it is
/// borrowed meanwhile: the listener leaves the program's loop alone. Outside it is told of each line printed,
/// without a time. The listener may print and may look at the clock; of what it prints itself it is
/// told nothing. Of two listeners the later one hears, until it is dropped.
///
/// # Examples
///
/// ```
/// use std::cell::RefCell;
/// use std::rc::Rc;
/// use world::{Event, println};
///
/// let heard = Rc::new(RefCell::new(Vec::new()));
/// let told = Rc::clone(&heard);
/// let listening = world::listen(move |_, event| told.borrow_mut().push(event.clone()));
/// println!("Hello");
/// drop(listening);
/// println!("nobody hears this");
/// assert_eq!(*heard.borrow(), [Event::Printed("Hello".to_owned())]);
/// ```
pub fn listen(listener: impl Fn(Option<Duration>, &Event) + 'static) -> Listening {
    let listener: Listener = Rc::new(listener);
    Listening { outer: LISTENER.replace(Some(listener)) }
}

/// As long as this lives, somebody listens.
#[must_use = "who listens is told nothing any more when this is dropped"]
pub struct Listening {
    /// Who listened before.
    outer: Option<Listener>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        let inner = LISTENER.replace(self.outer.take());
        drop(inner);
    }
}

impl fmt::Debug for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listening").finish_non_exhaustive()
    }
}

/// Whether anybody wants to know.
pub(crate) fn somebody_listens() -> bool {
    LISTENER.try_with(|it| it.borrow().is_some()).unwrap_or(false)
}

/// Keeps `event` in this thread's recording, if there is one, and tells who listens: after what other
/// threads did meanwhile.
pub(crate) fn happened(event: Event) {
    let done = sealed::with(|world| world.from_threads.take()).unwrap_or_default();
    for done in done {
        let by = WokenBy::Thread;
        match done {
            FromThread::Woken(task) => keep_and_tell(Event::Woken { task, by }),
            FromThread::Queued { number, first } => {
                let task = sealed::with(|world| world.numbers.get(&number).copied()).flatten();
                if let Some(task) = task {
                    keep_and_tell(Event::Queued { task, by: Some(by), first });
                }
            }
        }
    }
    keep_and_tell(event);
}

/// Says that the task whose future lay at `address` was dropped, unless it has ended, or the program has.
pub(crate) fn dropped(address: usize) {
    let known = sealed::with(|world| world.task_ends(address).filter(|_| world.exiting.is_none()));
    if let Some(task) = known.flatten() {
        happened(Event::Dropped(task));
    }
}

fn keep_and_tell(event: Event) {
    let listener = LISTENER.try_with(|it| it.borrow_mut().take()).unwrap_or(None);
    let Some(listener) = listener else {
        sealed::with(|world| world.keep(event));
        return;
    };
    let at = sealed::with(|world| {
        world.keep(event.clone());
        world.now
    });
    // Nothing is borrowed meanwhile, and the listener does not hear itself.
    let _back = PutBack(Rc::clone(&listener));
    listener(at, &event);
}

/// Lets the listener listen again, also if it panicked, unless another one came meanwhile.
struct PutBack(Listener);

impl Drop for PutBack {
    fn drop(&mut self) {
        // A thread that is ending hears nothing more.
        let _ = LISTENER.try_with(|it| {
            it.borrow_mut().get_or_insert_with(|| Rc::clone(&self.0));
        });
    }
}
