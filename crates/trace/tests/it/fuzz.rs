//! Recordings with mistakes, the same ones at each run: whatever can be read of them can be looked at.

use std::future::poll_fn;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use boucle::sync::{Lock, Queue};
use boucle::{interrupt, sleep, spawn, timeout};
use boucle_trace::{Options, Recorder, Trace, record, record_stage, record_with};
use world::collections::{BTreeMap, VecDeque};
use world::pin::pin;
use world::println;
use world::time::Instant;

use crate::claims::found;
use crate::looks::{Chance, look};

/// So many recordings are tried.
const N_TRIED: u64 = 4000;

/// Numbers at the edge of something.
const EDGES: [&str; 12] = [
    "0",
    "1",
    "-1",
    "127",
    "128",
    "2147483647",
    "4294967295",
    "4294967296",
    "9007199254740993",
    "4611686018427387904",
    "9223372036854775808",
    "18446744073709551615",
];

/// A bit of everything.
async fn program() {
    let child = spawn(async {
        sleep(Duration::from_millis(20)).await;
        println!("é \\ \u{1} </script>");
    });
    child.set_name("child");
    spawn(async {
        let _ = timeout(Duration::from_millis(5), sleep(Duration::from_secs(9))).await;
        interrupt().await;
    });
    let lost = spawn(std::future::pending::<()>());
    interrupt().await;
    lost.cancel();
    drop(spawn(async { panic!("boom") }));
    let (lock, full) = (Rc::new(Lock::new(0)), Queue::new(1));
    let guard = lock.lock().await;
    let other = Rc::clone(&lock);
    let waits = spawn(async move { *other.lock().await += 1 });
    interrupt().await;
    drop(guard);
    waits.await.expect("it gets the lock");
    full.put(1).await.expect("there is room");
    let _ = timeout(Duration::from_millis(1), full.put(2)).await;
    child.await.expect("it ends");
    std::future::pending::<()>().await;
}

/// A stage that does all that one can tell of: what is polled by hand, a queue with two ends, a time, and
/// tasks that are dropped.
fn stage() {
    let turns = |n: usize| -> Pin<Box<dyn Future<Output = ()>>> {
        let mut turn = 0;
        Box::pin(poll_fn(move |_| {
            println!("turn {turn} of {n}");
            turn += 1;
            if turn < n { Poll::Pending } else { Poll::Ready(()) }
        }))
    };
    let mut by_hand = pin!(turns(2));
    while by_hand.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {}
    let mut queue = VecDeque::from([turns(3), turns(2)]);
    queue.push_front(turns(2));
    for round in 0..5 {
        let Some(mut task) = queue.pop_front() else { break };
        match world::step(&mut task, Waker::noop()) {
            Poll::Pending if round == 2 => queue.push_front(task),
            Poll::Pending => queue.push_back(task),
            Poll::Ready(()) => {}
        }
    }
    queue.push_back(turns(1));
    drop(queue.pop_back());
    let mut times = BTreeMap::new();
    times.insert(Instant::now() + Duration::from_secs(1), ());
    times.insert(Instant::now(), ());
    times.pop_first();
}

/// Small recordings that are true, as lines and as bytes.
fn true_ones() -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let ring = Recorder::with(Options::new().last(15)).expect("memory is always there");
    let ring = Rc::new(ring);
    record_with(&ring, program);
    let stage = record_stage(stage);
    for word in
        ["is made", "goes to the head", "leaves the queue", "is dropped", "takes a timer back"]
    {
        assert!(stage.lines().contains(word), "{word}: {}", stage.lines());
    }
    let traces = [record(program), ring.trace(), stage];
    let (mut lined, mut written) = (Vec::new(), Vec::new());
    for trace in traces {
        let (mut lines, mut bytes) = (Vec::new(), Vec::new());
        trace.write_lines(&mut lines).expect("memory takes all");
        trace.write(&mut bytes).expect("memory takes all");
        lined.push(lines);
        written.push(bytes);
    }
    let found = found().into_iter().map(|(_, bytes)| bytes);
    (lined.into_iter().chain(found).collect(), written)
}

/// One mistake more, in a recording of bytes; most of them behind its header.
fn mistake_in_bytes(bytes: &mut Vec<u8>, others: &[Vec<u8>], chance: &mut Chance) {
    let head = bytes.iter().position(|it| *it == b'\n').map_or(0, |it| it + 1);
    let head = if chance.below(20) == 0 { 0 } else { head.min(bytes.len()) };
    let mut place = || head + chance.below(bytes.len() - head + 1);
    let (one, other) = (place(), place());
    let (from, to) = (one.min(other), one.max(other));
    match chance.below(6) {
        0 => bytes.truncate(one),
        1 => {
            let other = &others[chance.below(others.len())];
            bytes.truncate(one);
            bytes.extend(&other[chance.below(other.len())..]);
        }
        2 => drop(bytes.splice(from..to.min(from + 8), [])),
        3 => {
            let some = bytes[from..to.min(from + 12)].to_vec();
            drop(bytes.splice(one..one, some));
        }
        4 => {
            // A number that is as large as can be, or larger.
            let n = 4 + chance.below(8);
            drop(bytes.splice(from..to.min(from + 1), vec![0xff; n].into_iter().chain([1])));
        }
        _ => {
            if let Some(byte) = bytes.get_mut(one) {
                *byte ^= 1 << chance.below(8);
            }
        }
    }
}

/// The lines, each with its end.
fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|it| *it == b'\n').collect()
}

/// Where the digits of a number stand.
fn number(bytes: &[u8], chance: &mut Chance) -> Option<std::ops::Range<usize>> {
    let from = chance.below(bytes.len());
    let begin = from + bytes[from..].iter().position(u8::is_ascii_digit)?;
    let n = bytes[begin..].iter().take_while(|it| it.is_ascii_digit()).count();
    Some(begin..begin + n)
}

/// One mistake more.
fn mistake(bytes: &mut Vec<u8>, others: &[Vec<u8>], chance: &mut Chance) {
    match chance.below(16) {
        0 => {
            let place = chance.below(bytes.len());
            if let Some(byte) = bytes.get_mut(place) {
                *byte ^= 1 << chance.below(8);
            }
        }
        1 => bytes.truncate(chance.below(bytes.len() + 1)),
        2 => {
            // The end of another one.
            let other = &others[chance.below(others.len())];
            bytes.truncate(chance.below(bytes.len() + 1));
            bytes.extend(&other[chance.below(other.len())..]);
        }
        kind @ 3..=5 => {
            let (all, other) = (lines(bytes), &others[chance.below(others.len())]);
            let other = lines(other);
            let at = 1 + chance.below(all.len().saturating_sub(1));
            let mut all: Vec<Vec<u8>> = all.into_iter().map(<[u8]>::to_vec).collect();
            let at = at.min(all.len());
            match kind {
                3 => all.insert(at, other[chance.below(other.len())].to_vec()),
                4 if at < all.len() => drop(all.remove(at)),
                _ => {
                    let to = 1 + chance.below(all.len().saturating_sub(1));
                    if at < all.len() && to < all.len() {
                        all.swap(at, to);
                    }
                }
            }
            *bytes = all.concat();
        }
        6..=8 => {
            // One number becomes another of the same file: tasks and timers change.
            let (one, other) = (number(bytes, chance), number(bytes, chance));
            if let (Some(one), Some(other)) = (one, other) {
                let digits = bytes[other].to_vec();
                bytes.splice(one, digits);
            }
        }
        _ => {
            let edge = EDGES[chance.below(EDGES.len())];
            if let Some(digits) = number(bytes, chance) {
                bytes.splice(digits, edge.bytes());
            }
        }
    }
}

/// Makes time stand still, and the version a newer one: so lines may change places, and those that mean
/// nothing are left out.
fn soften(bytes: &[u8]) -> Vec<u8> {
    let all = lines(bytes).into_iter().map(|line| match line {
        [b'[', rest @ ..] => {
            let n = rest.iter().take_while(|it| it.is_ascii_digit()).count();
            [b"[70000000", &rest[n..]].concat()
        }
        other => String::from_utf8_lossy(other).replace("version\":4", "version\":5").into_bytes(),
    });
    all.collect::<Vec<_>>().concat()
}

/// Reads a recording and looks at it; whether anything of it was read, and how many events.
fn try_out(seed: u64, bytes: &[u8], chance: &mut Chance) -> (bool, usize) {
    let tried = panic::catch_unwind(AssertUnwindSafe(|| {
        let (trace, _) = Trace::read_lossy(bytes);
        trace.inspect(|it| look(it, chance)).map(|it| it.len())
    }));
    let Ok(read) = tried else {
        let text = String::from_utf8_lossy(bytes);
        panic!("seed {seed}: this recording cannot be looked at:\n{text}");
    };
    (read.is_some(), read.unwrap_or(0))
}

#[test]
fn a_recording_with_mistakes_is_read_and_looked_at_as_far_as_it_goes() {
    let (all, in_bytes) = true_ones();
    let (mut n_read, mut n_events) = (0, 0);
    for seed in 1..=N_TRIED {
        let mut chance = Chance::new(seed);
        if seed % 3 == 0 {
            let mut bytes = in_bytes[chance.below(in_bytes.len())].clone();
            if seed % 2 == 0 {
                let text = bytes.windows(11).position(|it| it == b"\"version\":4");
                bytes[text.expect("it is in the header") + 10] = b'5';
            }
            for _ in 0..1 + chance.below(3) {
                mistake_in_bytes(&mut bytes, &in_bytes, &mut chance);
            }
            let (read, events) = try_out(seed, &bytes, &mut chance);
            n_read += usize::from(read);
            n_events += events;
            continue;
        }
        // The long ones come first, and more often.
        let most = if seed % 4 == 0 { all.len() } else { 3 };
        let mut bytes = all[chance.below(most)].clone();
        if seed % 2 == 0 {
            bytes = soften(&bytes);
        }
        for _ in 0..1 + chance.below(4) {
            mistake(&mut bytes, &all, &mut chance);
        }
        let (read, events) = try_out(seed, &bytes, &mut chance);
        n_read += usize::from(read);
        n_events += events;
    }
    // Most of them are good for something: else nothing would be tested here.
    assert!(n_read > 3000 && n_events > 40_000, "{n_read} were read, {n_events} events");
}
