//! Programs that are recorded, each in a process of its own: this test binary, started once more. They say
//! on stdout when they are where the test wants them, and go on when their stdin is closed.

use std::cell::Cell;
use std::io;
use std::io::{BufRead, BufReader, Lines, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::rc::Rc;
use std::time::Duration;
use std::{env, fs, process, thread};

use boucle::sync::Lock;
use boucle::{interrupt, sleep, spawn, to_thread};

/// Says which program it is.
const PROGRAM: &str = "BOUCLE_TEST_PROGRAM";

/// A program that was started.
pub(crate) struct Program {
    child: Child,
    out: Lines<BufReader<ChildStdout>>,
    err: Lines<BufReader<ChildStderr>>,
}

impl Program {
    /// Starts a program, with these variables.
    pub(crate) fn start(name: &str, variables: &[(&str, &str)]) -> Program {
        let mut command =
            Command::new(env::current_exe().expect("this program can be started once more"));
        command.args(["children::program", "--exact", "--nocapture", "--test-threads=1"]);
        let all = ["", "_SIZE", "_LAST", "_HANG", "_ATTACH", "_SIGNAL"];
        for name in all {
            command.env_remove(format!("BOUCLE_TRACE{name}"));
        }
        command.env_remove("XDG_RUNTIME_DIR").env_remove("BOUCLE_DEBUG").env("RUST_BACKTRACE", "0");
        command.env(PROGRAM, name).envs(variables.iter().copied());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("this program can be started once more");
        let out = BufReader::new(child.stdout.take().expect("it was asked for")).lines();
        let err = BufReader::new(child.stderr.take().expect("it was asked for")).lines();
        Program { child, out, err }
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it prints a line with these words.
    pub(crate) fn prints(&mut self, words: &str) -> String {
        let line =
            self.out.by_ref().map(|it| it.expect("it can be read")).find(|it| it.contains(words));
        line.unwrap_or_else(|| panic!("it never prints {words:?}: {:?}", self.rest()))
    }

    /// Waits until it prints a line with these words on stderr.
    pub(crate) fn complains(&mut self, words: &str) -> String {
        let line =
            self.err.by_ref().map(|it| it.expect("it can be read")).find(|it| it.contains(words));
        line.unwrap_or_else(|| panic!("it never prints {words:?} on stderr"))
    }

    fn rest(&mut self) -> Vec<String> {
        self.err.by_ref().map_while(Result::ok).collect()
    }

    /// Lets it go on, and waits for its end: how it ended, and all that it still had to say.
    pub(crate) fn ends(mut self) -> (ExitStatus, String, String) {
        self.lets_go_on();
        let out: Vec<_> = self.out.by_ref().map_while(Result::ok).collect();
        let err = self.rest();
        (
            self.child.wait().expect("it neither panics nor is cancelled"),
            out.join("\n"),
            err.join("\n"),
        )
    }

    /// Lets it go on.
    pub(crate) fn lets_go_on(&mut self) {
        drop(self.child.stdin.take());
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-s", name, &id])
                .status()
                .expect("there is a kill")
                .success()
        );
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A folder of one test's own; it is removed when dropped.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(test: &str) -> Folder {
        let folder = env::temp_dir().join(format!("boucle-trace-{}-{test}", process::id()));
        fs::create_dir_all(&folder).expect("the folder is there");
        Folder(folder)
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// The names of the files in it.
    pub(crate) fn names(&self) -> Vec<String> {
        let name = |it: io::Result<fs::DirEntry>| {
            it.expect("the folder is there").file_name().into_string().expect("the folder is there")
        };
        let mut names: Vec<_> =
            fs::read_dir(&self.0).expect("the folder is there").map(name).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Waits, and holds up everything, until stdin is closed.
fn wait_for_the_end_of_stdin() {
    io::stdin().read_to_end(&mut Vec::new()).expect("it can be read");
}

/// The programs. Started by nobody but a test, this does nothing.
#[test]
fn program() {
    let Ok(name) = env::var(PROGRAM) else { return };
    match name.as_str() {
        "lines" => boucle_trace::run(async {
            println!("by std");
            boucle_trace::println!("by boucle-trace");
            spawn(async { boucle_trace::eprintln!("on stderr") }).await.expect("it was asked for");
        }),
        "exit" => boucle_trace::run(async {
            boucle_trace::println!("before");
            sleep(Duration::from_millis(1)).await;
            process::exit(3);
        }),
        "panic" => boucle_trace::run(async {
            interrupt().await;
            panic!("the program panics");
        }),
        "deadlock" => boucle_trace::run(deadlock()),
        "twice" => {
            boucle_trace::run(async { boucle_trace::println!("first") });
            boucle_trace::run(async { boucle_trace::println!("second") });
        }
        "nested" => boucle_trace::run(async { boucle_trace::run(async {}) }),
        "threads" => {
            let threads = [1, 2].map(|n| thread::spawn(move || boucle_trace::run(healthy(n))));
            for thread in threads {
                thread.join().expect("it neither panics nor is cancelled");
            }
        }
        "turns" => boucle_trace::run(async {
            let turns = |n: u32| async move {
                for _ in 0..n {
                    interrupt().await;
                }
            };
            for _ in 0..10 {
                spawn(turns(5_000)).await.expect("it neither panics nor is cancelled");
            }
        }),
        "healthy" => boucle_trace::run(healthy(1)),
        "busy" => boucle_trace::run(busy()),
        "hung" => boucle_trace::run(hung()),
        "task panics" => boucle_trace::run(async {
            let task = spawn(async { panic!("a task panics") });
            assert!(task.await.is_err());
            println!("ready");
            to_thread(wait_for_the_end_of_stdin).await.expect("it neither panics nor is cancelled");
        }),
        "aborts" => boucle_trace::run(async {
            spawn(sleep(Duration::MAX)).set_name("sleeper");
            interrupt().await;
            println!("ready");
            to_thread(wait_for_the_end_of_stdin).await.expect("it neither panics nor is cancelled");
            process::abort();
        }),
        _ => panic!("there is no program {name}"),
    }
}

async fn deadlock() {
    let [left, right] = [0, 1].map(|_| Rc::new(Lock::new(())));
    let both = |first: &Rc<Lock<()>>, second: &Rc<Lock<()>>| {
        let (first, second) = (Rc::clone(first), Rc::clone(second));
        spawn(async move {
            let _first = first.lock().await;
            interrupt().await;
            let _second = second.lock().await;
        })
    };
    let (plato, kant) = (both(&left, &right), both(&right, &left));
    plato.set_name("Plato");
    kant.set_name("Kant");
    plato.await.expect("it neither panics nor is cancelled");
    kant.await.expect("it neither panics nor is cancelled");
}

/// Some tasks, one of which waits for another, until stdin is closed.
async fn healthy(number: u32) {
    let child = spawn(sleep(Duration::from_secs(3600)));
    child.set_name(&format!("child {number}"));
    let parent = spawn(child);
    parent.set_name(&format!("parent {number}"));
    interrupt().await;
    interrupt().await;
    println!("ready");
    to_thread(wait_for_the_end_of_stdin).await.expect("it neither panics nor is cancelled");
    drop(parent);
}

/// Turns and turns, until stdin is closed.
async fn busy() {
    let is_over = Rc::new(Cell::new(false));
    let waits = Rc::clone(&is_over);
    let other = spawn(async move {
        to_thread(wait_for_the_end_of_stdin).await.expect("it neither panics nor is cancelled");
        waits.set(true);
    });
    other.set_name("other");
    println!("ready");
    while !is_over.get() {
        interrupt().await;
    }
}

/// A task hangs in a poll, until stdin is closed, and another one waits for it.
async fn hung() {
    let stuck = spawn(async {
        println!("ready");
        wait_for_the_end_of_stdin();
    });
    stuck.set_name("stuck");
    stuck.await.expect("it neither panics nor is cancelled");
}
