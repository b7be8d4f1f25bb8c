//! What a task is called that nobody has named, and what those are told who watch: the future that was
//! given, whatever boucle puts around it.

use std::cell::RefCell;
use std::future::pending;
use std::rc::Rc;

use boucle::{
    Instrument, Loop, Spawned, Task, TaskId, all_tasks, call_soon, gather, interrupt, shield,
    sleep, spawn, task_group, to_thread,
};

/// Keeps what it is told of the tasks that are spawned.
#[derive(Default)]
struct Told(RefCell<Vec<(TaskId, Spawned)>>);

impl Instrument for Told {
    fn task_spawned(&self, task: TaskId, spawned: Spawned) {
        self.0.borrow_mut().push((task, spawned));
    }
}

impl Told {
    /// What the tasks were called that were spawned since it was asked last.
    fn names(&self) -> Vec<&'static str> {
        let told = self.0.take();
        told.iter().map(|(_, spawned)| spawned.short_name().unwrap_or("-")).collect()
    }
}

async fn job() -> u8 {
    interrupt().await;
    7
}

async fn generic<T>(value: T) -> T {
    interrupt().await;
    value
}

/// Something with methods.
struct Work;

/// Something with methods of a trait.
trait Works {
    async fn by_trait(self);
}

impl Works for Work {
    async fn by_trait(self) {}
}

impl Work {
    async fn by_method(self) {}
}

/// Runs `main`, and gives the names of the tasks that it has spawned.
fn names(main: impl AsyncFnOnce()) -> Vec<&'static str> {
    let told = Rc::new(Told::default());
    let event_loop = Loop::builder().instrument(Rc::clone(&told)).virtual_time(true).build();
    event_loop.run_until_complete(main()).expect("it ends");
    event_loop.run();
    told.names().split_off(1)
}

#[test]
fn who_watches_is_told_the_future_of_a_task_and_the_line_that_spawned_it() {
    let told = Rc::new(Told::default());
    let event_loop = Loop::builder().instrument(Rc::clone(&told)).build();
    let (task, line) = (event_loop.add_task(job()), line!());
    let [(id, spawned)] = told.0.take()[..] else { panic!("one task was spawned") };
    assert_eq!((id, spawned.at.line(), spawned.at.file()), (task.id(), line, file!()));
    assert_eq!(spawned.path.to_string(), "1");
    assert_eq!(spawned.future, "it::boucle::spawned::job::{{closure}}");
    event_loop.run();
}

#[test]
fn a_task_is_named_after_its_future_whoever_spawned_it() {
    let spawned = names(async || {
        let tasks = (spawn(job()), spawn(generic(vec![("a::b", [0; 3])])), spawn(Work.by_method()));
        let others = (spawn(Work.by_trait()), spawn(sleep(std::time::Duration::ZERO)));
        drop((tasks, others, spawn(async {}), spawn(Box::pin(job()))));
        let unknown: std::pin::Pin<Box<dyn Future<Output = ()>>> = Box::pin(Work.by_trait());
        drop((spawn(unknown), spawn(spawn(async {}))));
    });
    let expected = ["job", "generic", "by_method", "by_trait", "Sleep", "-", "job", "-", "-", "-"];
    assert_eq!(spawned, expected);
}

#[test]
fn what_boucle_puts_around_a_future_is_not_seen() {
    let spawned = names(async || {
        gather([job(), job()]).await.expect("they end");
        let child = task_group(async |group| group.spawn(job())).await;
        let value = child.expect("it ends").value().await;
        assert_eq!((value, shield(job()).await.expect("it ends")), (Some(7), 7));
        let handle = Loop::current().expect("it runs").handle();
        let from_elsewhere = to_thread(move || handle.spawn(job)).await.expect("it does not panic");
        assert_eq!(from_elsewhere.await.expect("it ends"), 7);
        drop(call_soon(|| ()));
    });
    assert_eq!(spawned, ["job", "job", "job", "job", "job", "RemoteTask", "Callback"]);
}

#[cfg(unix)]
#[test]
fn a_server_and_its_clients_are_told_apart() {
    use boucle::net::{Server, TcpListener, TcpStream};

    async fn client(stream: TcpStream, _peer: std::net::SocketAddr) {
        let _ = stream.write_all(b"hello").await;
    }

    let told = Rc::new(Told::default());
    let event_loop = Loop::builder().instrument(Rc::clone(&told)).build();
    let served = event_loop.run_until_complete(async {
        let listener = TcpListener::bind("127.0.0.1", 0).await?;
        let server = Server::start(listener, 1, client);
        let stream = TcpStream::connect_to(server.local_addr()?).await?;
        stream.read_exact(&mut [0; 5]).await
    });
    served.expect("it runs").expect("it is served");
    assert_eq!(told.names().split_off(1), ["Server", "client"]);
}

#[test]
fn a_task_without_a_name_shows_its_future_wherever_it_is_shown() {
    let reports = Rc::new(RefCell::new(String::new()));
    let told = Rc::clone(&reports);
    let event_loop = Loop::builder()
        .exception_handler(move |report| told.borrow_mut().push_str(&report.to_string()))
        .build();
    async fn fragile() {
        panic!("boom");
    }
    event_loop
        .run_until_complete(async {
            let (task, nameless) = (spawn(job()), spawn(async { pending().await }));
            let _: &Task<()> = &nameless;
            assert_eq!((task.name().as_str(), nameless.name().as_str()), ("job 2", "task 3"));
            assert!(format!("{task:?}").contains("name=\"job 2\""), "{task:?}");
            let shown: Vec<_> = all_tasks().into_iter().map(|info| info.name).collect();
            assert_eq!(shown[1..], ["job 2", "task 3"]);
            let tree = Loop::current().expect("it runs").task_tree();
            assert!(tree.contains("job 2: ready") && tree.contains("task 3: ready"), "{tree}");
            task.set_name("mine");
            assert_eq!(task.name(), "mine");
            drop(spawn(fragile()));
            interrupt().await;
        })
        .expect("it ends");
    assert!(reports.borrow().contains("in fragile 4, spawned at "), "{}", reports.borrow());
}

#[test]
fn a_task_keeps_what_it_is_called_when_its_loop_is_gone() {
    let event_loop = Loop::new();
    let (plain, named) = (event_loop.add_task(job()), event_loop.add_task(job()));
    named.set_name("mine");
    drop(event_loop);
    assert_eq!((plain.name().as_str(), named.name().as_str()), ("job 1", "job 2"));
}
