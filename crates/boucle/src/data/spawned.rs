//! [`Spawned`]: what is told of a task that was spawned; and what a task is called that nobody named.

use std::fmt;
use std::panic::Location;

use super::rust_path::{split, word};
use super::{TaskId, TaskPath};

/// What an [`Instrument`](crate::Instrument) is told of a task that was spawned.
///
/// # Examples
///
/// ```
/// use std::cell::RefCell;
/// use std::rc::Rc;
/// use boucle::{Instrument, Loop, Spawned, TaskId, interrupt, spawn};
///
/// #[derive(Default)]
/// struct Names(RefCell<Vec<String>>);
///
/// impl Instrument for Names {
///     fn task_spawned(&self, _task: TaskId, spawned: Spawned) {
///         let name = spawned.short_name().unwrap_or("task");
///         self.0.borrow_mut().push(format!("{name} {}", spawned.path));
///     }
/// }
///
/// async fn job() {
///     drop(spawn(async { interrupt().await }));
/// }
///
/// let names = Rc::new(Names::default());
/// let event_loop = Loop::builder().instrument(Rc::clone(&names)).build();
/// event_loop.run_task(job());
/// assert_eq!(*names.0.borrow(), ["job 1", "task 1.1"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Spawned {
    /// Its path: by whom it was spawned; the same whatever the order of other tasks.
    pub path: TaskPath,
    /// Where it was spawned.
    pub at: &'static Location<'static>,
    /// The type of its future, as [`type_name`](std::any::type_name) has it. Of a future that was given to
    /// boucle in another one's place, say to [`TaskGroup::spawn`](crate::TaskGroup::spawn), the type is the one
    /// that was given.
    pub future: &'static str,
}

/// Where a task comes from: the same for all tasks of one kind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    /// Where it was spawned.
    pub(crate) at: &'static Location<'static>,
    /// Gives the type of its future.
    pub(crate) future: fn() -> &'static str,
}

impl Spawned {
    pub(crate) fn new(path: TaskPath, origin: Origin) -> Spawned {
        Spawned { path, at: origin.at, future: (origin.future)() }
    }

    /// What to call the task, if nobody has named it: the function whose body its future is, `job` of
    /// `async fn job`, or the future's type, `Sleep`. `None` if that says nothing: an `async` block inside of
    /// another one, a boxed `dyn Future`, a reference, a [`Task`](crate::Task) that awaits another one.
    ///
    /// [`Task::name`](crate::Task::name) puts the task's number behind it: `job 5`. An `async` block that
    /// stands in a function which is not async looks as if it was that function's body.
    ///
    /// # Examples
    ///
    /// ```
    /// use boucle::{interrupt, sleep, spawn};
    ///
    /// async fn job() {}
    ///
    /// boucle::run(async {
    ///     assert_eq!(spawn(job()).name(), "job 2");
    ///     assert_eq!(spawn(sleep(std::time::Duration::ZERO)).name(), "Sleep 3");
    ///     assert_eq!(spawn(async { interrupt().await }).name(), "task 4");
    /// });
    /// ```
    #[must_use]
    pub fn short_name(&self) -> Option<&'static str> {
        short_name(self.future)
    }
}

/// What a task is called: as it was named, else by its future and its number.
pub(crate) struct Called<'a> {
    /// The name that it was given.
    pub(crate) name: Option<&'a str>,
    /// Which task.
    pub(crate) id: TaskId,
    /// Where it comes from.
    pub(crate) origin: Origin,
}

impl fmt::Display for Called<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name {
            Some(name) => f.write_str(name),
            None => {
                let word = short_name((self.origin.future)()).unwrap_or("task");
                write!(f, "{word} {}", self.id)
            }
        }
    }
}

/// What a closure is called in the name of a type; the body of an `async fn` is one.
const CLOSURE: &str = "::{{closure}}";

/// The wrappers through which a future is looked at.
const BOXES: [&str; 2] = ["core::pin::Pin<", "alloc::boxed::Box<"];

/// A task that awaits another one: its type says nothing.
const TASK: &str = "boucle::task::Task<";

/// The name of a function or a type, out of the name of a future's type.
fn short_name(future: &'static str) -> Option<&'static str> {
    let mut future = future;
    while let Some(inside) = BOXES.iter().find_map(|it| future.strip_prefix(it)) {
        future = split(inside, &[",", ">"]).next()?;
    }
    if future.starts_with(TASK) {
        return None;
    }
    let path = future.strip_suffix(CLOSURE).unwrap_or(future);
    let is_argument = |it: &&str| it.starts_with('<');
    // `dyn Future`, `&mut Job` and `fn() -> Job` are no paths, though paths end them.
    let is_path =
        split(path, &["::"]).next().is_some_and(|it| is_argument(&it) || word(it).is_some());
    // The arguments of a function stand in a part of their own in some names: `job::<u8>`.
    let last = split(path, &["::"]).filter(|it| !is_argument(it)).last()?;
    word(last).filter(|_| is_path)
}

#[cfg(test)]
mod tests {
    use super::short_name;

    #[test]
    fn a_future_is_called_after_the_function_whose_body_it_is_or_after_its_type() {
        let named = [
            ("app::job::{{closure}}", "job"),
            ("app::Server::serve::{{closure}}", "serve"),
            ("app::Server<app::Tls>::serve::{{closure}}", "serve"),
            ("app::job<alloc::vec::Vec<u8>, fn(a::B) -> c::D>::{{closure}}", "job"),
            ("app::job::<u8>::{{closure}}", "job"),
            ("<app::Tls as app::Serve>::serve::{{closure}}", "serve"),
            ("<app::Tls<&str> as app::Serve<(u8, [u8; 2])>>::serve<u8>::{{closure}}", "serve"),
            ("app::more::<impl app::Server>::serve::{{closure}}", "serve"),
            ("app::main::{{closure}}::job::{{closure}}", "job"),
            ("boucle::time::sleep::Sleep", "Sleep"),
            ("app::main::{{closure}}::Mine<app::job::{{closure}}>", "Mine"),
            ("core::pin::Pin<alloc::boxed::Box<app::job<a::B<c::D>>::{{closure}}>>", "job"),
            ("core::pin::Pin<alloc::boxed::Box<app::job::{{closure}}, my::Alloc>>", "job"),
            ("app::façade::{{closure}}", "façade"),
            ("app::_2::{{closure}}", "_2"),
            ("Bare", "Bare"),
        ];
        for (future, name) in named {
            assert_eq!(short_name(future), Some(name), "{future}");
        }
    }

    #[test]
    fn a_future_whose_type_says_nothing_has_no_name() {
        let nameless = [
            "app::job::{{closure}}::{{closure}}",
            "app::job<u8>::{{closure}}::{{closure}}::{{closure}}",
            "<app::Tls as app::Serve>::serve::{{closure}}::{{closure}}",
            "&mut app::Job",
            "&app::Job",
            "*const app::Job",
            "dyn core::future::future::Future<Output = ()>",
            "dyn app::Job + core::marker::Send",
            "core::pin::Pin<alloc::boxed::Box<dyn core::future::future::Future<Output = ()>>>",
            "core::pin::Pin<&mut app::job::{{closure}}>",
            "fn(u8) -> app::Job",
            "for<'a> fn(&'a u8) -> app::Job",
            "for<'a> fn(&'a u8) -> Job<u8>",
            "unsafe extern \"C\" fn() -> app::Job",
            "(app::Job, app::Job)",
            "[app::Job; 2]",
            "boucle::task::Task<app::Job>",
            "",
            "::",
            "<",
            ">>::<<",
            "{{closure}}",
            "core::pin::Pin<",
        ];
        for future in nameless {
            assert_eq!(short_name(future), None, "{future}");
        }
    }
}
