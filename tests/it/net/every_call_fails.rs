//! One conversation, told again and again, while the first, the second, … the last system call of it
//! fails: the right error or the right bytes come out, nothing hangs, no descriptor is left open.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::process::Command;
use std::rc::Rc;
use std::time::Duration;

use boucle::net::{TcpListener, TcpStream};
use boucle::{Driver, Faults, Loop, SystemCall, spawn, timeout};

/// Set in the process in which the conversations are told alone.
const ALONE: &str = "BOUCLE_TEST_ALONE";

/// What the system says where it fails, by its number.
const EINTR: i32 = 4;
const ENOMEM: i32 = 12;
const EMFILE: i32 = 24;
const ECONNABORTED: i32 = 103;
const ECONNRESET: i32 = 104;

/// Lets one call fail, and counts all.
struct FailNth {
    /// Which one.
    nth: usize,
    /// With which error.
    error: i32,
    /// How many there were.
    n_calls: Rc<Cell<usize>>,
    /// Which one that was.
    failed: Rc<Cell<Option<SystemCall>>>,
}

impl Faults for FailNth {
    fn before(&self, call: SystemCall) -> Option<io::Error> {
        self.n_calls.set(self.n_calls.get() + 1);
        if self.n_calls.get() != self.nth {
            return None;
        }
        self.failed.set(Some(call));
        Some(io::Error::from_raw_os_error(self.error))
    }
}

/// A client asks twice, a server answers twice, both end.
async fn conversation() -> io::Result<Vec<u8>> {
    let listener = TcpListener::bind("127.0.0.1", 0).await?;
    let address = listener.local_addr()?;
    let server = spawn(async move {
        let (stream, _) = listener.accept().await?;
        let mut buffer = [0; 16];
        loop {
            match stream.read(&mut buffer).await? {
                0 => return io::Result::Ok(()),
                n => stream.write_all(&buffer[..n]).await?,
            }
        }
    });
    let client = async {
        let stream = TcpStream::connect_to(address).await?;
        let mut answers = Vec::new();
        for question in ["one", "two"] {
            stream.write_all(question.as_bytes()).await?;
            let mut buffer = [0; 16];
            let n = stream.read(&mut buffer).await?;
            if n == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            answers.extend_from_slice(&buffer[..n]);
        }
        drop(stream);
        io::Result::Ok(answers)
    };
    let answers = client.await;
    // A server that nobody has reached would wait for ever.
    if answers.is_err() {
        server.cancel();
    }
    match (answers, server.await) {
        // The side on which it failed tells; the other one only sees the connection end.
        (answers, Ok(Err(error))) => Err(error).inspect_err(|_| drop(answers)),
        (answers, _) => answers,
    }
}

/// How many descriptors this process has.
fn n_descriptors() -> usize {
    fs::read_dir("/proc/self/fd").map_or(0, Iterator::count)
}

/// What became of the conversation, told once: the call that failed, and what came out.
fn tell(driver: Driver, nth: usize, error: i32) -> Option<(SystemCall, String)> {
    let (n_calls, failed) = (Rc::default(), Rc::default());
    let reports = Rc::new(RefCell::new(Vec::new()));
    let told = Rc::clone(&reports);
    let event_loop = Loop::builder()
        .driver(driver)
        .faults(FailNth { nth, error, n_calls, failed: Rc::clone(&failed) })
        .exception_handler(move |report| {
            assert_eq!(report.io_error().and_then(io::Error::raw_os_error), Some(error));
            told.borrow_mut().push(report.to_string());
        })
        .build();
    let ended = event_loop.run_until_complete(timeout(Duration::from_secs(10), conversation()));
    let ended = ended.expect("nothing stops it");
    let ended = ended
        .unwrap_or_else(|_| panic!("{:?}, call {nth}, fails with {error}: it hangs", failed.get()));
    event_loop.close().expect("the run is over");
    let mut outcome = match ended {
        Ok(answers) => {
            assert_eq!(answers, b"onetwo");
            "all bytes".to_owned()
        }
        Err(it) => {
            // Some say also for which address.
            let says_it = it.to_string().contains(&format!("(os error {error})"));
            assert!(says_it, "not the error that was made: {it}");
            "the error".to_owned()
        }
    };
    for report in reports.borrow().iter() {
        outcome += &format!(", told: {}", report.split(':').next().unwrap_or_default());
    }
    failed.get().map(|call| (call, outcome))
}

/// All that came out, by the error and the call.
fn tell_all(driver: Driver) -> String {
    let mut outcomes: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for (name, error) in [
        ("EINTR", EINTR),
        ("EMFILE", EMFILE),
        ("ENOMEM", ENOMEM),
        ("ECONNABORTED", ECONNABORTED),
        ("ECONNRESET", ECONNRESET),
    ] {
        for nth in 1.. {
            let Some((call, outcome)) = tell(driver, nth, error) else { break };
            let outcomes = outcomes.entry(format!("{call:?} fails with {name}")).or_default();
            *outcomes.entry(outcome).or_default() += 1;
        }
    }
    let lines = outcomes.iter().map(|(what, outcomes)| {
        let outcomes: Vec<_> = outcomes.keys().cloned().collect();
        format!("{what}: {}\n", outcomes.join(" | "))
    });
    lines.collect()
}

#[test]
fn whatever_call_fails_the_error_or_the_bytes_come_out() {
    if std::env::var_os(ALONE).is_some() {
        return tell_alone();
    }
    // In a process of its own, so that all descriptors there are its own.
    let this = std::env::current_exe().expect("a test has a binary");
    let name = concat!(module_path!(), "::whatever_call_fails_the_error_or_the_bytes_come_out");
    let (_, name) = name.split_once("::").expect("it is in a crate");
    let alone = Command::new(this)
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(ALONE, "1")
        .output()
        .expect("a test can be run");
    let said = String::from_utf8_lossy(&alone.stdout) + String::from_utf8_lossy(&alone.stderr);
    assert!(alone.status.success() && said.contains("1 passed"), "{said}");
}

fn tell_alone() {
    // What a process opens once, and keeps.
    assert_eq!(tell(Driver::default(), usize::MAX, 0), None);
    let before = n_descriptors();
    let linux = tell_all(Driver::default());
    insta::assert_snapshot!("whatever_call_fails_the_error_or_the_bytes_come_out", linux);
    assert_eq!(tell_all(Driver::Portable), linux, "the drivers differ");
    assert_eq!(n_descriptors(), before, "descriptors are left open");
}
