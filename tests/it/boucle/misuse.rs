//! Who uses boucle wrongly is told at the line where that is. What is found out only by an executor that polls
//! a future says where the future was made.

use std::cell::RefCell;
use std::fmt::Write;
use std::future::{Ready, pending, ready};
use std::panic;
use std::panic::{AssertUnwindSafe, PanicHookInfo};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Once;
use std::task::{Context, Waker};
use std::time::Duration;

use boucle::hyper::HyperExecutor;
use boucle::net::{Server, TcpListener};
use boucle::sync::{Barrier, Queue, Semaphore};
use boucle::{
    AsyncFd, Loop, Task, add_reader, all_tasks, as_completed, call_at, call_later, call_soon,
};
use boucle::{gather, gather_all, gather_tasks, interrupt, interval, now, quiescent, race, shield};
use boucle::{sleep, sleep_until, spawn, task_group, timeout, to_thread};
use hyper::rt::Executor;

use crate::road;

thread_local! {
    /// The first panic of this thread since somebody began to listen for one: its file, and its message.
    static HEARD: RefCell<Option<Option<(String, String)>>> = const { RefCell::new(None) };
}

/// Hears a panic, if this thread listens for one; nobody else does then.
fn hear(info: &PanicHookInfo<'_>) -> bool {
    HEARD.with_borrow_mut(|heard| {
        let Some(heard) = heard else { return false };
        let file = info.location().expect("a panic has a place").file().to_owned();
        let text = info.payload().downcast_ref::<&str>().map(|it| (*it).to_owned());
        let message = text.or_else(|| info.payload().downcast_ref::<String>().cloned());
        let message = message.expect("a panic of ours says something");
        heard.get_or_insert((file, message));
        true
    })
}

/// What is told to whoever does this: at which file, and what.
fn told(misuse: impl FnOnce()) -> (String, String) {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !hear(info) {
                before(info);
            }
        }));
    });
    HEARD.set(Some(None));
    let ended = panic::catch_unwind(AssertUnwindSafe(misuse));
    let heard = HEARD.take().expect("it listens");
    assert!(ended.is_err(), "it does not panic");
    heard.expect("a panic was heard")
}

/// The text without the numbers of lines and columns, which change with this file.
fn without_lines(text: &str) -> String {
    let mut parts = text.split(concat!(file!(), ":"));
    let mut clean = parts.next().expect("a text begins").to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|it: char| it.is_ascii_digit() || it == ':');
        write!(clean, "{}{rest}", file!()).expect("a string takes all");
    }
    clean
}

/// Polls a future once, where no loop is.
fn poll_outside<F: Future>(future: F) {
    let _ = std::pin::pin!(future).poll(&mut Context::from_waker(Waker::noop()));
}

/// Runs a task in a loop.
fn inside<F: Future>(task: F) {
    boucle::run(async { drop(task.await) });
}

fn closed() -> Loop {
    let event_loop = Loop::new();
    event_loop.close().expect("it does not run");
    event_loop
}

/// Calls `f` while a closed loop is this thread's own.
fn with_closed<T>(f: impl FnOnce() -> T) {
    Loop::set_current(Some(&closed()));
    let ended = panic::catch_unwind(AssertUnwindSafe(f));
    Loop::set_current(None);
    if let Err(payload) = ended {
        panic::resume_unwind(payload);
    }
}

/// A task that awaits what is put in there.
fn awaits(shared: &Rc<RefCell<Option<Task<()>>>>) -> Task<()> {
    let shared = Rc::clone(shared);
    spawn(async move {
        let task = shared.take().expect("it was put there");
        task.await.expect("it panics before it has one");
    })
}

/// It has not panicked.
fn done<T>(_: T) {}

/// Waits so long.
const SOON: Duration = Duration::from_millis(1);

/// A way of misuse, and its name.
type Way = (&'static str, Box<dyn FnOnce()>);

/// All ways of misuse that there are.
fn ways() -> Vec<Way> {
    macro_rules! ways {
        ($($name:literal => $misuse:expr;)*) => {
            vec![$(($name, Box::new(|| done($misuse)) as Box<dyn FnOnce()>)),*]
        };
    }
    ways! {
        "spawn outside" => spawn(async {});
        "call_soon outside" => call_soon(|| ());
        "call_later outside" => call_later(SOON, || ());
        "call_at outside" => call_at(now(), || ());
        "as_completed outside" => as_completed([async {}]);
        "all_tasks outside" => all_tasks();
        "add_reader outside" => add_reader(&Rc::new(AsyncFd::new(std::io::stdin())), |_| ());
        "a group's spawn outside" => {
            let group = boucle::run(task_group(async |group| group.clone())).expect("it ends");
            group.spawn(async {})
        };
        "hyper's execute outside" => HyperExecutor::new().execute(ready(()));
        "a server outside" => {
            let listener = boucle::run(TcpListener::bind("127.0.0.1", 0)).expect("a port is free");
            Server::start(listener, 1, async |_, _| ())
        };

        "add_task to a closed loop" => closed().add_task(async {});
        "run of a closed loop" => closed().run();
        "run_task of a closed loop" => closed().run_task(async {});
        "spawn in a closed loop" => with_closed(|| spawn(async {}));
        "call_soon in a closed loop" => with_closed(|| call_soon(|| ()));
        "as_completed in a closed loop" => with_closed(|| as_completed([async {}]));

        "an interval of zero" => interval(Duration::ZERO);
        "a barrier for nobody" => Barrier::new(0);
        "a queue of zero" => Queue::<i32>::new(0);
        "a last-in queue of zero" => Queue::<i32>::lifo(0);
        "a priority queue of zero" => Queue::<i32>::priority(0);
        "task_done too often" => Queue::<i32>::new(1).task_done();
        "too many permits" => {
            let semaphore = Semaphore::new(usize::MAX);
            semaphore.add_permits(1);
        };
        "a server of nobody" => inside(async {
            let listener = TcpListener::bind("127.0.0.1", 0).await.expect("a port is free");
            Server::start(listener, 0, async |_, _| ())
        });

        "run in a loop" => inside(async { boucle::run(async {}) });
        "Loop::run in a loop" => inside(async { Loop::new().run() });
        "run_task in a loop" => inside(async { Loop::new().run_task(async {}) });
        "a thread's wait in a loop" => inside(async {
            Loop::current().expect("it runs").handle().spawn(|| async {}).wait(None)
        });
        "run that waits for ever" => boucle::run(pending::<()>());
        "run that is stopped" => inside(async {
            Loop::current().expect("it runs").stop();
            interrupt().await;
        });
        "Loop::run that waits for ever" => {
            let event_loop = Loop::new();
            let task = event_loop.add_task(pending::<()>());
            event_loop.run();
            task
        };
        "run_task that waits for ever" => Loop::new().run_task(pending::<()>());

        "a task awaited twice" => inside(async {
            let mut task = spawn(async {});
            (&mut task).await.expect("it ends");
            task.await
        });
        "a task that awaits itself" => inside(async {
            let shared = Rc::default();
            let task = awaits(&shared);
            let id = task.id();
            shared.replace(Some(task));
            while all_tasks().iter().any(|it| it.id == id) {
                interrupt().await;
            }
            panic!("it has ended");
        });
        "a remote task awaited twice" => inside(async {
            let mut task = Loop::current().expect("it runs").handle().spawn(|| async {});
            (&mut task).await.expect("it ends");
            task.await
        });
        "an answer awaited twice" => inside(async {
            let mut answer = Box::pin(to_thread(|| ()));
            (&mut answer).await.expect("it does not panic");
            answer.await
        });
        "gather_tasks of a task that was awaited" => inside(async {
            let mut task = spawn(async {});
            (&mut task).await.expect("it ends");
            gather_tasks([task]).await
        });
        "a race of nobody" => inside(race(Vec::<Ready<()>>::new()));

        "a sleep awaited outside" => poll_outside(async { sleep(SOON).await });
        "a sleep polled outside" => poll_outside(sleep(SOON));
        "a boxed sleep polled outside" => poll_outside(Box::pin(sleep_until(now())) as Pin<Box<dyn Future<Output = ()>>>);
        "a timeout polled outside" => poll_outside(timeout(SOON, pending::<()>()));
        "a tick polled outside" => {
            let mut ticks = interval(Duration::from_secs(3600));
            poll_outside(ticks.tick());
            poll_outside(ticks.tick());
        };
        "quiescent polled outside" => poll_outside(quiescent());
        "shield polled outside" => poll_outside(shield(async {}));
        "gather polled outside" => poll_outside(gather([async {}]));
        "gather_all polled outside" => poll_outside(gather_all([async {}]));
        "to_thread polled outside" => poll_outside(to_thread(|| ()));
        "resolve polled outside" => poll_outside(boucle::net::resolve("localhost", 80));
    }
}

#[test]
fn who_uses_it_wrongly_is_told_where() {
    let mut all = String::new();
    for (name, misuse) in ways() {
        let (file, message) = told(misuse);
        let is_here = file == file!();
        // Else an executor has polled it: the message names this file.
        assert!(is_here || message.contains(concat!(file!(), ":")), "{name}: {file}: {message}");
        let place = if is_here { "here" } else { "where it was polled" };
        writeln!(all, "{name}\n    {place}: {}", without_lines(&message)).expect("it is a string");
    }
    road::check_snapshot("misuse", &all);
}
