//! Which types may go to another thread, which may be shared, which may be moved while they are
//! awaited: a table of every public type.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::marker::{PhantomData, PhantomPinned};
use std::rc::Rc;

use boucle::hyper;
use boucle::net;
use boucle::sync;
use syn::{Item, Visibility};

use crate::road;

/// A type that is asked. Where a trait is implemented, an answer of its own hides that of `No`.
struct Ask<T>(PhantomData<T>);

/// The answer where nothing hides it.
trait No {
    const SEND: bool = false;
    const SYNC: bool = false;
    const UNPIN: bool = false;
}

impl<T> No for Ask<T> {}

impl<T: Send> Ask<T> {
    const SEND: bool = true;
}

impl<T: Sync> Ask<T> {
    const SYNC: bool = true;
}

impl<T: Unpin> Ask<T> {
    const UNPIN: bool = true;
}

/// For each type its name and the answers.
macro_rules! answers {
    ($($type:ty),* $(,)?) => {
        [$((stringify!($type), [Ask::<$type>::SEND, Ask::<$type>::SYNC, Ask::<$type>::UNPIN])),*]
    };
}

/// A type that stays on its thread.
type Local = Rc<()>;

/// The name of a type, without its path and what it is given: `Queue` of `sync::Queue<Local>`.
fn plain(name: &str) -> &str {
    let path = name.split('<').next().expect("a name begins");
    path.rsplit("::").next().expect("a path ends").trim()
}

#[test]
fn one_who_is_asked_can_say_no() {
    let answers = answers![u32, Local, std::cell::Cell<u32>, PhantomPinned];
    let answers = answers.map(|(_, answers)| answers);
    let expected =
        [[true, true, true], [false, false, true], [true, false, true], [true, true, false]];
    assert_eq!(answers, expected);
}

#[test]
fn the_table_of_auto_traits_has_every_public_type() {
    let answers = answers![
        boucle::Agenda,
        boucle::AsCompleted<u32>,
        boucle::AsyncFd<std::fs::File>,
        boucle::Await,
        boucle::Builder,
        boucle::Callback,
        boucle::Driver,
        boucle::Elapsed,
        boucle::Ended,
        boucle::GroupError,
        boucle::GroupTask<u32>,
        boucle::How,
        boucle::Interval,
        boucle::Loop,
        boucle::LoopClosed,
        boucle::LoopHandle,
        boucle::MissedTicks,
        boucle::NoLoop,
        boucle::Object,
        boucle::ObjectId,
        boucle::Panic,
        boucle::Part,
        boucle::ReadyCallback,
        boucle::RemoteTask<u32>,
        boucle::RemoteTask<Local>,
        boucle::Report,
        boucle::RunEnd,
        boucle::RunError,
        boucle::Shared,
        boucle::Situation<'_>,
        boucle::Sleep,
        boucle::Spawned,
        boucle::Step,
        boucle::SystemCall,
        boucle::Task<u32>,
        boucle::TaskError,
        boucle::TaskGroup,
        boucle::TaskId,
        boucle::TaskInfo,
        boucle::TaskPath,
        boucle::TaskStack,
        boucle::TaskState,
        boucle::TimerInfo,
        boucle::WaitsFor,
        boucle::WeakLoopHandle,
        boucle::WokenBy,
        hyper::HyperExecutor,
        hyper::HyperIo<net::TcpStream>,
        hyper::HyperTimer,
        net::AIOSocket,
        net::ConnectError,
        net::ListenOptions,
        net::ReuniteError,
        net::Server<net::TcpListener>,
        net::TcpListener,
        net::TcpReadHalf,
        net::TcpStream,
        net::TcpWriteHalf,
        net::UdpSocket,
        net::UnixDatagram,
        net::UnixListener,
        net::UnixStream,
        sync::Barrier,
        sync::BrokenBarrier,
        sync::Condition,
        sync::Event,
        sync::Lock<u32>,
        sync::LockGuard<'_, u32>,
        sync::Permit<'_>,
        sync::Queue<u32>,
        sync::Semaphore,
        sync::ShutDown<u32>,
        sync::ShutDown<Local>,
        sync::TryGetError,
        sync::TryPutError<u32>,
        sync::TryPutError<Local>,
        sync::Waiter,
    ];

    let mut table = "| type | `Send` | `Sync` | `Unpin` |\n|---|---|---|---|\n".to_owned();
    for (name, answers) in &answers {
        let [send, sync, unpin] = answers.map(|it| if it { "yes" } else { "no" });
        writeln!(table, "| `{name}` | {send} | {sync} | {unpin} |").expect("a string takes all");
    }
    road::check_snapshot("auto_traits", &table);

    let asked: BTreeSet<_> = answers.iter().map(|(name, _)| plain(name).to_owned()).collect();
    assert_eq!(asked, public_types());
}

/// The structures and enumerations that the crate declares `pub`: all are reachable, as the lint
/// `unreachable_pub` knows.
fn public_types() -> BTreeSet<String> {
    let mut types = BTreeSet::new();
    for path in road::files("crates/boucle/src") {
        for item in syn::parse_file(&road::read(path)).expect("the crate compiles").items {
            let (visibility, name) = match item {
                Item::Struct(it) => (it.vis, it.ident),
                Item::Enum(it) => (it.vis, it.ident),
                Item::Union(it) => (it.vis, it.ident),
                Item::Type(it) => (it.vis, it.ident),
                _ => continue,
            };
            if matches!(visibility, Visibility::Public(_)) {
                types.insert(name.to_string());
            }
        }
    }
    types
}
