//! The program's end of the socket. A thread of its own waits for those who look, and each has a thread
//! that answers: it looks at what is kept, and asks the loop for nothing but its tree, with a limit of time.

use std::fs;
use std::io;
use std::io::{BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

use super::wire::{MARK, Part, Timed, VERSION, read_line, write_part};
use super::{Tree, place};
use crate::run::{Kept, Place, recordings};
use crate::trace::Trace;

/// So many may look at once.
const N_CLIENTS: usize = 64;

/// Who looks says within this time what it wants.
const TO_ASK: Duration = Duration::from_secs(5);

/// Who looks takes its answer, or a part of it, within this time.
const TO_TAKE: Duration = Duration::from_secs(30);

/// All that happened until now is brought here within this time.
const TO_CATCH_UP: Duration = Duration::from_secs(1);

/// The loop has so much time to tell its tree. One that turns needs a moment; the first time, of a large
/// program with all its debug information, a second or two.
const TO_TELL: Duration = Duration::from_secs(3);

/// What has happened is told after so long.
const BETWEEN: Duration = Duration::from_millis(50);

/// How the loop stands is told at least so often: in as many looks.
const STATUS: u32 = 10;

/// When the program ends, those who look have so much time to take the rest.
const TO_LEAVE: Duration = Duration::from_secs(1);

/// As long as this exists, one may look at this process.
pub(crate) struct Server {
    path: PathBuf,
    /// Written to, it ends the thread.
    bell: UnixStream,
    thread: Option<JoinHandle<()>>,
    clients: Arc<Clients>,
}

/// Those who look.
#[derive(Default)]
struct Clients {
    /// How many there are.
    n: Mutex<usize>,
    /// One has gone.
    gone: Condvar,
    /// They are to come to an end.
    is_over: AtomicBool,
}

impl Server {
    /// Makes the socket, and waits there.
    pub(crate) fn new() -> io::Result<Server> {
        let path = place::make_place(process::id())?;
        let listener = UnixListener::bind(&path)?;
        let made = Server::at(path.clone(), listener);
        if made.is_err() {
            let _ = fs::remove_file(&path);
        }
        made
    }

    fn at(path: PathBuf, listener: UnixListener) -> io::Result<Server> {
        // Nobody else could enter its folder before.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
        listener.set_nonblocking(true)?;
        let (bell, heard) = UnixStream::pair()?;
        let clients = Arc::new(Clients::default());
        let thread = thread::Builder::new().name("boucle-trace: attach".to_owned());
        let same = Arc::clone(&clients);
        let thread = Some(thread.spawn(move || listen(&listener, &heard, &same))?);
        Ok(Server { path, bell, thread, clients })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
        self.clients.is_over.store(true, Ordering::Release);
        let _ = self.bell.write_all(&[0]);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        let n = self.clients.n.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.clients.gone.wait_timeout_while(n, TO_LEAVE, |it| *it > 0));
    }
}

/// Waits for those who look, until the bell rings.
fn listen(listener: &UnixListener, bell: &UnixStream, clients: &Arc<Clients>) {
    loop {
        let mut both = [PollFd::new(listener, PollFlags::IN), PollFd::new(bell, PollFlags::IN)];
        match poll(&mut both, None) {
            Err(Errno::INTR) => continue,
            Err(_) => return,
            Ok(_) if !both[1].revents().is_empty() => return,
            Ok(_) => {}
        }
        match listener.accept() {
            Ok((stream, _)) => Clients::welcome(clients, stream),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            // No descriptor is left, say: it stays ready, and is asked again soon.
            Err(_) => {
                let wait = rustix::event::Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
                let _ = poll(&mut [PollFd::new(bell, PollFlags::IN)], Some(&wait));
            }
        }
    }
}

/// One that looks; when it goes, another one may come.
struct Client(Arc<Clients>);

impl Drop for Client {
    fn drop(&mut self) {
        *self.0.n.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.0.gone.notify_all();
    }
}

impl Clients {
    /// Answers one, in a thread of its own.
    fn welcome(clients: &Arc<Clients>, stream: UnixStream) {
        let mut n = clients.n.lock().unwrap_or_else(PoisonError::into_inner);
        if *n >= N_CLIENTS {
            drop(n);
            // It fits into the socket: nobody waits.
            return refuse(
                &stream,
                Duration::from_millis(1),
                "too many look at this program already",
            );
        }
        *n += 1;
        drop(n);
        let client = Client(Arc::clone(clients));
        let thread = thread::Builder::new().name("boucle-trace: client".to_owned());
        // Without a thread it is closed: who looks is told so.
        let _ = thread.spawn(move || {
            let _ = answer(&stream, &client.0);
        });
    }
}

fn refuse(stream: &UnixStream, patience: Duration, words: &str) {
    let line = format!("{MARK} {VERSION} error {words}\n");
    let _ = Timed::new(stream, patience).write_all(line.as_bytes());
}

/// Whether it is this user who asks, or one who may do everything.
#[cfg(target_os = "linux")]
fn is_allowed(stream: &UnixStream) -> bool {
    let own = rustix::process::geteuid();
    let peer = rustix::net::sockopt::socket_peercred(stream);
    peer.is_ok_and(|it| it.uid == own || it.uid.is_root())
}

/// The folder's mode is what there is elsewhere.
#[cfg(not(target_os = "linux"))]
fn is_allowed(_: &UnixStream) -> bool {
    true
}

/// Answers one that looks.
fn answer(stream: &UnixStream, clients: &Clients) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    if !is_allowed(stream) {
        refuse(stream, TO_TAKE, "this program belongs to another user");
        return Ok(());
    }
    let line = read_line(Timed::new(stream, TO_ASK))?;
    let mut words = line.split(' ');
    if words.next() != Some(MARK) {
        refuse(stream, TO_TAKE, "this is not understood");
        return Ok(());
    }
    if words.next() != Some(&VERSION.to_string()) {
        let words =
            format!("this program speaks version {VERSION} alone: use a film of its version");
        refuse(stream, TO_TAKE, &words);
        return Ok(());
    }
    let (what, number) = (words.next().unwrap_or_default(), words.next());
    let all = recordings();
    all.iter().for_each(|it| it.catch_up(TO_CATCH_UP));
    if what == "loops" {
        let all: Vec<_> = all.iter().map(|it| it.status()).collect();
        return tell(stream, &serde_json::to_vec(&all)?);
    }
    let number = number.and_then(|it| it.parse::<u32>().ok());
    let Some(kept) = all.into_iter().find(|it| Some(it.number()) == number) else {
        return Timed::new(stream, TO_TAKE)
            .write_all(format!("{MARK} {VERSION} over\n").as_bytes());
    };
    match what {
        "tree" => {
            // How the loop stands is told as it is after it was asked.
            let tree = kept.task_tree(TO_TELL);
            let tree = Tree { status: kept.status(), tree };
            tell(stream, &serde_json::to_vec(&tree)?)
        }
        "top" => tell(stream, &serde_json::to_vec(&(kept.status(), kept.sums()))?),
        "trace" => {
            let trace = kept.trace();
            let mut to = BufWriter::with_capacity(1 << 16, Timed::new(stream, TO_TAKE));
            writeln!(to, "{MARK} {VERSION} ok")?;
            trace.write(&mut to)
        }
        "follow" => follow(stream, &kept, clients),
        _ => {
            refuse(stream, TO_TAKE, "this is not understood");
            Ok(())
        }
    }
}

fn tell(stream: &UnixStream, bytes: &[u8]) -> io::Result<()> {
    let mut to = Timed::new(stream, TO_TAKE);
    to.write_all(format!("{MARK} {VERSION} ok\n").as_bytes())?;
    to.write_all(bytes)
}

/// Tells what has happened, and what happens from now on, until the run is over or nobody listens.
fn follow(stream: &UnixStream, kept: &Kept, clients: &Clients) -> io::Result<()> {
    tell(stream, &[])?;
    let mut bytes = Vec::new();
    let mut part = |part, trace: &Trace| {
        bytes.clear();
        trace.write(&mut bytes)?;
        write_part(Timed::new(stream, TO_TAKE), part, &bytes)
    };
    let (mut place, mut n_looks) = (None, 0);
    loop {
        // Asked before the last look: then that has seen everything.
        let is_over = kept.is_over() || clients.is_over.load(Ordering::Acquire);
        match place.as_mut().and_then(|it: &mut Place| kept.read(it)) {
            None => {
                let (trace, end) = kept.trace_and_place();
                part(Part::Anew, &trace)?;
                place = Some(end);
            }
            Some(trace) if !trace.is_empty() => {
                part(Part::Events, &trace)?;
                continue;
            }
            Some(_) if is_over => break,
            Some(_) => thread::sleep(BETWEEN),
        }
        if n_looks % STATUS == 0 {
            // It also finds out whether anybody is there.
            let status = serde_json::to_vec(&kept.status())?;
            write_part(Timed::new(stream, TO_TAKE), Part::Status, &status)?;
        }
        n_looks += 1;
    }
    write_part(Timed::new(stream, TO_TAKE), Part::Over, &[])
}
