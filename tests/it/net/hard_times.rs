//! What a server lives through: no descriptors left, signals all the time, a network that goes away.
//! Each in a child process, since it concerns all that the process does.

use std::cell::Cell;
use std::io;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use boucle::net::{TcpListener, TcpStream};
use boucle::{Faults, Loop, SystemCall, Task, spawn, timeout, to_thread};

/// Set in a child process.
const CHILD: &str = "BOUCLE_TEST_CHILD";

/// How many clients come to the server that has no descriptors.
const N_CLIENTS: usize = 200;

/// Starts a test of this binary again, as a child; `before` are the words before it in the shell.
fn start_child(before: &str, name: &str) -> Child {
    let this = std::env::current_exe().expect("a test has a binary");
    Command::new("sh")
        .args(["-c", &format!("{before} \"$0\" \"$@\"")])
        .arg(this)
        .args(["--exact", &format!("net::hard_times::{name}")])
        .args(["--nocapture", "--test-threads=1"])
        .env(CHILD, "1")
        .stdout(Stdio::piped())
        .spawn()
        .expect("a test can be run")
}

/// The next line that begins with `word`; what follows it.
fn line_after(lines: &mut impl BufRead, word: &str) -> io::Result<String> {
    let mut line = String::new();
    while lines.read_line(&mut line)? > 0 {
        // The test runner prints before it, without ending its line.
        if let Some((_, rest)) = line.split_once(word) {
            return Ok(rest.trim().to_owned());
        }
        line.clear();
    }
    Err(io::ErrorKind::UnexpectedEof.into())
}

/// Counts how often `accept` was tried.
struct CountAccepts(Rc<Cell<usize>>);

impl Faults for CountAccepts {
    fn before(&self, call: SystemCall) -> Option<io::Error> {
        self.0.set(self.0.get() + usize::from(call == SystemCall::Accept));
        None
    }
}

/// An echo server that serves two hundred clients, and has descriptors for fewer.
#[test]
fn poor_server() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let n_accepts = Rc::new(Cell::new(0));
    let event_loop = Loop::builder()
        .faults(CountAccepts(Rc::clone(&n_accepts)))
        .exception_handler(|report| println!("told {report}"))
        .build();
    let served = event_loop.run_until_complete(async {
        let listener = TcpListener::bind("127.0.0.1", 0).await?;
        println!("port {}", listener.local_addr()?.port());
        let mut clients: Vec<Task<io::Result<()>>> = Vec::new();
        for _ in 0..N_CLIENTS {
            let (stream, _) = listener.accept().await?;
            clients.push(spawn(async move {
                let mut buffer = [0; 8];
                loop {
                    match stream.read(&mut buffer).await? {
                        0 => return Ok(()),
                        n => stream.write_all(&buffer[..n]).await?,
                    }
                }
            }));
        }
        for client in clients {
            client.await.expect("it does not panic")?;
        }
        io::Result::Ok(())
    });
    served.expect("it ends").expect("it works");
    println!("accepts {}", n_accepts.get());
}

#[test]
fn a_server_without_descriptors_neither_spins_nor_forgets_anybody() {
    let mut child = start_child("ulimit -n 64; exec", "poor_server");
    let mut lines = BufReader::new(child.stdout.take().expect("it is piped"));
    let port = line_after(&mut lines, "port ").expect("it says it");
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port.parse::<u16>().expect("a number")));
    let clients = async {
        let mut waiting = Vec::new();
        for _ in 0..N_CLIENTS {
            let stream = TcpStream::connect_to(address).await?;
            stream.write_all(b"ping").await?;
            waiting.push(stream);
        }
        // Nobody goes before the server has run out of descriptors, and said so.
        let (told, mut lines) =
            to_thread(move || (line_after(&mut lines, "told "), lines)).await.expect("it ends");
        let told = told?;
        assert!(told.starts_with("cannot accept a connection, and will try again"), "{told}");
        for stream in waiting {
            let mut buffer = [0; 8];
            assert_eq!(stream.read(&mut buffer).await?, 4);
        }
        let last = to_thread(move || {
            let n_accepts = line_after(&mut lines, "accepts ");
            // To the end: who prints for nobody fails.
            io::copy(&mut lines, &mut io::sink()).and(n_accepts)
        });
        last.await.expect("it ends")
    };
    let n_accepts = boucle::run(timeout(Duration::from_secs(60), clients));
    let n_accepts = n_accepts.expect("it hangs").expect("it works");
    let n_accepts: usize = n_accepts.parse().expect("a number");
    assert!(child.wait().expect("it ends").success());
    // One for each client, one that finds nobody for each, and some after pauses.
    assert!(n_accepts < 3 * N_CLIENTS, "{n_accepts} tries for {N_CLIENTS} clients");
}

/// A thousand echoes, on each driver, while a signal comes every millisecond.
#[test]
fn disturbed() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let n_signals = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&n_signals);
    let signal = signal_hook::consts::SIGUSR1;
    // A handler of our own, since one that is ignored disturbs nobody.
    signal_hook::flag::register_usize(signal, Arc::clone(&counter), 1).expect("it is a signal");
    let goes_on = Arc::new(AtomicBool::new(true));
    let flag = Arc::clone(&goes_on);
    let disturbs = std::thread::spawn(move || {
        let mut n_sent = 0;
        while flag.load(Ordering::Relaxed) {
            signal_hook::low_level::raise(signal).expect("it is a signal");
            let this = rustix::process::getpid();
            rustix::process::kill_process(this, rustix::process::Signal::USR1).expect("it is us");
            n_sent += 2;
            std::thread::sleep(Duration::from_millis(1));
        }
        n_sent
    });
    for driver in [boucle::Driver::Portable, boucle::Driver::default()] {
        let event_loop = Loop::builder().driver(driver).build();
        let echoes = async {
            let listener = TcpListener::bind("127.0.0.1", 0).await?;
            let client = TcpStream::connect_to(listener.local_addr()?).await?;
            let (server, _) = listener.accept().await?;
            let echo = spawn(async move {
                let mut buffer = [0; 8];
                for _ in 0..1000 {
                    let n = server.read(&mut buffer).await?;
                    server.write_all(&buffer[..n]).await?;
                }
                io::Result::Ok(())
            });
            for _ in 0..1000 {
                client.write_all(b"ping").await?;
                assert_eq!(client.read(&mut [0; 8]).await?, 4);
                // So that it sleeps, and is disturbed in its sleep.
                boucle::sleep(Duration::from_micros(100)).await;
            }
            echo.await.expect("it does not panic")
        };
        event_loop.run_until_complete(echoes).expect("it ends").expect("it works");
    }
    goes_on.store(false, Ordering::Relaxed);
    let n_sent: usize = disturbs.join().expect("it does not panic");
    println!("echoes after {} signals", if n_sent > 10 { "many" } else { "few" });
}

#[test]
fn signals_disturb_no_conversation() {
    let mut child = start_child("exec", "disturbed");
    let mut lines = BufReader::new(child.stdout.take().expect("it is piped"));
    assert_eq!(line_after(&mut lines, "echoes after ").expect("it says it"), "many signals");
    io::copy(&mut lines, &mut io::sink()).expect("it can be read");
    assert!(child.wait().expect("it ends").success());
}

/// In a network of its own: first there is no way to anybody, then somebody vanishes.
#[test]
fn alone() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let loopback = |state: &str| {
        let status = Command::new("ip").args(["link", "set", "lo", state]).status();
        assert!(status.expect("`ip` is there").success());
    };
    let talk = async {
        let nowhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 9));
        let error = TcpStream::connect_to(nowhere).await.expect_err("there is no way");
        println!("first {:?}", error.kind());

        loopback("up");
        let listener = TcpListener::bind("127.0.0.1", 0).await?;
        let client = TcpStream::connect_to(listener.local_addr()?).await?;
        let (server, _) = listener.accept().await?;
        client.write_all(b"ping").await?;
        let mut buffer = [0; 8];
        assert_eq!(server.read(&mut buffer).await?, 4);

        // The cable is cut: who writes does not notice, who reads waits, and a limit helps both.
        loopback("down");
        client.write_all(b"pong").await?;
        let read = timeout(Duration::from_millis(20), server.read(&mut buffer)).await;
        println!("then {}", if read.is_err() { "silence" } else { "an answer" });
        let late = TcpStream::connect_timeout("127.0.0.1", 9, Duration::from_millis(20)).await;
        println!("last {:?}", late.expect_err("nobody answers").kind());
        io::Result::Ok(())
    };
    boucle::run(timeout(Duration::from_secs(10), talk)).expect("it hangs").expect("it works");
}

#[test]
fn a_network_that_is_not_there_or_goes_away_is_told() {
    let may = Command::new("unshare").args(["--map-root-user", "--net", "ip", "link"]).output();
    if !may.is_ok_and(|it| it.status.success()) {
        println!("skipped: this system gives nobody a network of their own");
        return;
    }
    let mut child = start_child("exec unshare --map-root-user --net", "alone");
    let mut lines = BufReader::new(child.stdout.take().expect("it is piped"));
    assert_eq!(line_after(&mut lines, "first ").expect("it says it"), "NetworkUnreachable");
    assert_eq!(line_after(&mut lines, "then ").expect("it says it"), "silence");
    assert_eq!(line_after(&mut lines, "last ").expect("it says it"), "TimedOut");
    io::copy(&mut lines, &mut io::sink()).expect("it can be read");
    assert!(child.wait().expect("it ends").success());
}
