//! The reactor alone, without a loop: on both drivers.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

use super::{Direction, Driver, Entered, Key, Moved, Reactor, Told, Wake};

/// A reactor, and a socket that it watches, with its peer.
struct Watched {
    reactor: Reactor,
    key: Key,
    here: UnixStream,
    there: UnixStream,
}

impl Watched {
    /// Reading from it would block.
    fn new(driver: Driver) -> Watched {
        let reactor = Reactor::default();
        reactor.open(driver).expect("the system can watch");
        let (here, there) = pair();
        let key = reactor.enter(here.as_fd(), Direction::Read).expect("it is a socket");
        Watched { reactor, key, here, there }
    }

    /// Has `n` wait for a direction, and the system watch it.
    fn wait(&self, direction: Direction, n: usize) -> Vec<super::Ticket> {
        self.reactor.rearm(self.key, self.here.as_fd(), direction).expect("it is watched");
        let enter = |_| self.reactor.wait(self.key, direction, None, nobody()).0;
        (0..n).map(enter).collect()
    }

    /// What the system has told: of each descriptor how it is ready, and how many are woken.
    fn told(&self) -> Vec<(bool, bool, usize)> {
        self.reactor.ask(Some(Duration::ZERO)).expect("it can be asked");
        let mut told = self.reactor.tell();
        let mut all = Vec::new();
        for it in told.drain(..) {
            match it {
                Told::Ready { reads, writes, .. } => all.push((reads, writes, 0)),
                Told::Wake(..) => all.last_mut().expect("it is for a descriptor").2 += 1,
            }
        }
        self.reactor.reuse(told);
        all
    }

    /// The system forgets it, and so does the reactor; how many waited.
    fn leave(&self) -> usize {
        self.reactor.watcher().expect("it is open").remove(self.here.as_fd());
        self.reactor.leave(self.key).len()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.leave();
    }
}

/// Both drivers, where there are two.
fn drivers() -> [Driver; 2] {
    [Driver::Portable, Driver::default()]
}

fn pair() -> (UnixStream, UnixStream) {
    let (here, there) = UnixStream::pair().expect("the system has sockets");
    here.set_nonblocking(true).expect("it is a socket");
    (here, there)
}

/// One who waits, and is not woken in earnest.
fn nobody() -> Wake {
    Wake::Foreign(Waker::noop().clone())
}

#[test]
fn a_descriptor_for_which_one_waits_takes_no_memory_but_its_place() {
    assert!(size_of::<super::Place>() <= 72, "{} bytes", size_of::<super::Place>());
    let watched = Watched::new(Driver::default());
    watched.wait(Direction::Read, 1);
    watched.wait(Direction::Write, 1);
    let places = watched.reactor.places.borrow();
    let place = places.get(watched.key).expect("it is there");
    assert!(place.lines.iter().all(|it| matches!(it, super::Line::One { .. })));
}

#[test]
fn it_has_something_to_look_at_as_long_as_a_descriptor_is_there() {
    for driver in drivers() {
        let reactor = Reactor::default();
        assert!(!reactor.is_watching() && reactor.watcher().is_none());
        reactor.open(driver).expect("the system can watch");
        assert!(!reactor.is_watching(), "there is no descriptor");
        let watched = Watched::new(driver);
        assert!(watched.reactor.is_watching());
        watched.leave();
        assert!(!watched.reactor.is_watching(), "there is none any more");
    }
}

#[test]
fn who_waits_for_a_descriptor_that_leaves_is_counted_no_longer_and_given_back() {
    for driver in drivers() {
        let watched = Watched::new(driver);
        let tickets = watched.wait(Direction::Read, 3);
        watched.wait(Direction::Write, 1);
        let left = watched.reactor.stop_waiting(watched.key, Direction::Read, tickets[1]);
        assert!(left.is_some() && watched.reactor.has_waiters());
        assert_eq!(watched.leave(), 3);
        assert!(!watched.reactor.has_waiters(), "a loop would wait for nobody");
        // What was said of it before says nothing now.
        assert_eq!(watched.leave(), 0);
        let late = watched.reactor.stop_waiting(watched.key, Direction::Read, tickets[0]);
        assert!(late.is_none());
    }
}

#[test]
fn an_event_of_a_descriptor_that_has_left_is_not_taken_for_one_of_the_next() {
    for driver in drivers() {
        let mut watched = Watched::new(driver);
        watched.wait(Direction::Read, 1);
        watched.there.write_all(b"x").expect("there is room");
        // The system has told it; then the descriptor goes, and another one comes into its place.
        watched.reactor.ask(Some(Duration::ZERO)).expect("it can be asked");
        let before = watched.key;
        assert_eq!(watched.leave(), 1);
        (watched.here, watched.there) = pair();
        watched.key =
            watched.reactor.enter(watched.here.as_fd(), Direction::Read).expect("it is a socket");
        assert_eq!(watched.key.place(), before.place(), "this test needs the same place");
        watched.wait(Direction::Read, 1);
        assert!(watched.reactor.tell().is_empty());
        assert!(watched.reactor.has_waiters());
        assert!(!watched.reactor.is_ready(watched.key, Direction::Read));
    }
}

#[test]
fn an_event_wakes_each_who_waits_for_it_once_and_nobody_else() {
    for driver in drivers() {
        let mut watched = Watched::new(driver);
        // There is room to write, of which the system tells in any case.
        watched.wait(Direction::Write, 1);
        assert_eq!(watched.told(), [(false, true, 1)]);
        watched.wait(Direction::Read, 5);
        assert_eq!(watched.told(), []);
        watched.there.write_all(b"x").expect("there is room");
        let told = watched.told();
        assert!(matches!(told[..], [(true, _, 5)]), "{told:?}");
        assert!(watched.reactor.is_ready(watched.key, Direction::Read));
        assert!(!watched.reactor.has_waiters() && watched.told().is_empty());
    }
}

#[test]
fn a_direction_is_blocked_by_a_refusal_or_a_proof_until_the_next_event() {
    for driver in drivers() {
        let mut watched = Watched::new(driver);
        let (reactor, key) = (&watched.reactor, watched.key);
        let is_ready = |direction| reactor.is_ready(key, direction);
        let proof = || Moved::new(2, 1).drained::<TcpStream>().expect("it was short");
        assert!(!is_ready(Direction::Read) && is_ready(Direction::Write));
        reactor.block(key, Direction::Write);
        assert!(!is_ready(Direction::Write));

        watched.wait(Direction::Read, 1);
        watched.there.write_all(b"x").expect("there is room");
        let (reactor, key) = (&watched.reactor, watched.key);
        watched.told();
        assert!(reactor.is_ready(key, Direction::Read));
        reactor.drained(key, Direction::Read, proof());
        // Only where the end would be told apart.
        assert_eq!(reactor.is_ready(key, Direction::Read), driver == Driver::Portable);
        reactor.block(key, Direction::Write);
        assert!(!reactor.is_ready(key, Direction::Write));

        // After the end a short count proves nothing: nothing more will be told.
        watched.wait(Direction::Read, 1);
        watched.there.shutdown(std::net::Shutdown::Both).expect("it is connected");
        watched.told();
        let (reactor, key) = (&watched.reactor, watched.key);
        assert_eq!((&watched.here).read(&mut [0; 2]).expect("it was sent"), 1);
        reactor.drained(key, Direction::Read, proof());
        assert!(reactor.is_ready(key, Direction::Read));
    }
}

#[test]
fn the_room_for_a_herd_is_given_back() {
    const N: usize = 5_000;
    for driver in drivers() {
        let mut watched = Watched::new(driver);
        for _ in 0..2 {
            let tickets = watched.wait(Direction::Read, N);
            watched.there.write_all(b"x").expect("there is room");
            let told = watched.told();
            assert!(matches!(told[..], [(true, _, N)]));
            let room = watched.reactor.told.take().capacity();
            assert!(room <= super::MANY_TOLD, "room for {room}");
            // They have gone: none of them leaves any more.
            for ticket in tickets {
                let late = watched.reactor.stop_waiting(watched.key, Direction::Read, ticket);
                assert!(late.is_none());
            }
        }
        let tickets = watched.wait(Direction::Read, N);
        for ticket in tickets {
            let left = watched.reactor.stop_waiting(watched.key, Direction::Read, ticket);
            assert!(left.is_some());
        }
        assert!(!watched.reactor.has_waiters());
    }
}

#[test]
fn who_polls_is_counted_once_and_taken_out_when_the_loop_closes() {
    let watched = Watched::new(Driver::default());
    let waker = Waker::from(Arc::new(Nobody));
    for _ in 0..3 {
        let wake = Wake::Foreign(waker.clone());
        match watched.reactor.poll(watched.key, Direction::Read, wake).1 {
            Entered::Known(_) => {}
            Entered::New(cleared) => assert!(cleared.is_empty()),
        }
    }
    watched.wait(Direction::Read, 1);
    assert_eq!(watched.reactor.take_waiters().len(), 2);
    assert!(!watched.reactor.has_waiters());
}

/// Wakes nobody.
struct Nobody;

impl std::task::Wake for Nobody {
    fn wake(self: Arc<Self>) {}
}
