//! Something that has a descriptor, and its places in the reactors of the loops that wait for it.

mod waiting;

use std::future::poll_fn;
use std::io;
use std::mem;
use std::ops::ControlFlow;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::panic::Location;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};

use socket2::{SockRef, Type};

pub(crate) use self::waiting::Waiting;
use crate::context;
use crate::context::budget;
use crate::context::survey::is_survey;
use crate::context::sys;
use crate::context::{Core, Identity, Place, call_in, require_entered, survey};
use crate::data::{Kind, Leaf, LoopId};
use crate::host::SystemCall;
use crate::reactor::{Direction, Drained, Key, Watcher};

/// Something that has a descriptor, which must not block.
///
/// Any thread may have it, and any loop may wait for it: whoever polls it first has it watched. A call
/// is tried before anybody waits.
#[derive(Debug)]
pub(crate) struct Source<T: AsFd> {
    /// What has the descriptor; `None` only at the end of its life. Lent by shared reference only, so
    /// that its descriptor stays what it is.
    io: Option<T>,
    /// The first loop that watched it, set once, and its key in there: read without a lock.
    home: Home,
    /// All loops that watch it: mostly one.
    registrations: Mutex<Vec<Registration>>,
    /// What it is known by.
    identity: Identity,
}

/// A loop, and a key in it. Whoever is in that loop, and finds it here, has the key that was set before.
#[derive(Debug, Default)]
struct Home {
    /// Which loop; zero for none.
    event_loop: AtomicU32,
    /// The key; set before the loop.
    key: AtomicUsize,
}

/// A loop that watches a descriptor.
#[derive(Debug)]
struct Registration {
    event_loop: LoopId,
    key: Key,
    /// To have it forgotten, from any thread.
    watcher: Arc<Watcher>,
}

impl<T: AsFd> Source<T> {
    /// A socket, which is made where the caller says. Nothing may be borrowed: who watches is told.
    #[track_caller]
    pub(crate) fn new(io: T) -> Source<T> {
        Source::new_at(io, Location::caller())
    }

    /// The same, of one that is made there.
    pub(crate) fn new_at(io: T, made_at: &'static Location<'static>) -> Source<T> {
        Source::known_as(Identity::at(Kind::Socket, made_at), io)
    }

    /// What has a descriptor, and this identity.
    pub(crate) fn known_as(identity: Identity, io: T) -> Source<T> {
        Source { io: Some(io), home: Home::default(), registrations: Mutex::default(), identity }
    }

    /// What has the descriptor.
    pub(crate) fn io(&self) -> &T {
        self.io.as_ref().expect("it is there until the end")
    }

    /// What has the descriptor, which no loop watches any more.
    pub(crate) fn into_inner(mut self) -> T {
        self.forget();
        self.io.take().expect("it is there until the end")
    }

    /// The same descriptor, as what it has become; who watches it goes on. Its `From` keeps it.
    pub(crate) fn turn_into<U: AsFd + From<T>>(mut self) -> Source<U> {
        let io = self.io.take().expect("it is there until the end");
        let (home, registrations) = (mem::take(&mut self.home), mem::take(&mut self.registrations));
        let identity = self.identity.clone();
        Source { io: Some(U::from(io)), home, registrations, identity }
    }

    /// Whether it is a socket of messages, of which an empty one is something: then a call of no bytes is
    /// made, and may have to wait. Of a stream it moves nothing, and need not wait.
    pub(crate) fn has_records(&self) -> bool {
        let kind = sys::call(SystemCall::Option, || SockRef::from(self).r#type());
        kind.is_ok_and(|it| it != Type::STREAM)
    }

    /// Calls the system until it does not say `WouldBlock`, and waits in between. Dropping the future
    /// waits no longer; nothing was done.
    #[track_caller]
    pub(crate) fn io_when_ready<R>(
        &self,
        direction: Direction,
        call: SystemCall,
        f: impl FnMut(&T) -> io::Result<R>,
    ) -> impl Future<Output = io::Result<R>> {
        self.io_when_ready_at(Location::caller(), direction, call, f)
    }

    /// The same, for the line that waits.
    pub(crate) fn io_when_ready_at<R>(
        &self,
        at: &'static Location<'static>,
        direction: Direction,
        call: SystemCall,
        mut f: impl FnMut(&T) -> io::Result<R>,
    ) -> impl Future<Output = io::Result<R>> {
        // Not `async`: a state machine less to go through.
        let mut waiting = self.waiting(at, direction, call);
        poll_fn(move |cx| waiting.poll(cx, &mut f, |done| (done, None)))
    }

    /// One that is about to make a call, and waits if it must.
    pub(crate) fn waiting(
        &self,
        line: &'static Location<'static>,
        direction: Direction,
        call: SystemCall,
    ) -> Waiting<'_, T> {
        Waiting { source: self, operation: (direction, call), line, at: None }
    }

    /// As [`io_when_ready`](Source::io_when_ready), for a trait that polls: it does not say when it stops
    /// to wait, and a wake too many may follow.
    pub(crate) fn poll_io<R>(
        &self,
        cx: &Context<'_>,
        direction: Direction,
        call: SystemCall,
        f: impl FnMut(&T) -> io::Result<R>,
    ) -> Poll<io::Result<R>> {
        self.poll_until_drained(cx, direction, call, f, |done| (done, None))
    }

    /// As [`poll_io`](Source::poll_io). `finish` makes the result, and perhaps proves that nothing is left.
    pub(crate) fn poll_until_drained<R, V>(
        &self,
        cx: &Context<'_>,
        direction: Direction,
        call: SystemCall,
        f: impl FnMut(&T) -> io::Result<R>,
        finish: impl Fn(R) -> (V, Option<Drained>),
    ) -> Poll<io::Result<V>> {
        if is_survey(cx.waker()) {
            return self.stand(cx.waker(), direction);
        }
        require_entered(|core| match self.attempt(core, cx, (direction, call), f, finish) {
            ControlFlow::Break(polled) => polled,
            ControlFlow::Continue(key) => {
                core.poll_descriptor(self.place(key, None), direction, cx.waker())?;
                Poll::Pending
            }
        })
    }

    /// Calls the system, unless it is known to say `WouldBlock`. Goes on with the key to wait with, if
    /// there is nothing to do but to wait.
    fn attempt<R, V>(
        &self,
        core: &Core,
        cx: &Context<'_>,
        (direction, call): (Direction, SystemCall),
        mut f: impl FnMut(&T) -> io::Result<R>,
        finish: impl Fn(R) -> (V, Option<Drained>),
    ) -> ControlFlow<Poll<io::Result<V>>, Key> {
        loop {
            if budget::poll_charge(cx).is_pending() {
                return ControlFlow::Break(Poll::Pending);
            }
            let key = self.key_in(core);
            if let Some(key) = key.filter(|it| !core.is_descriptor_ready(*it, direction)) {
                return ControlFlow::Continue(key);
            }
            let fault = core.host.fault(call);
            if fault.as_ref().is_some_and(|it| it.kind() == io::ErrorKind::WouldBlock) {
                // The system was not asked, and has nothing to tell: it would have said the same a moment ago.
                cx.waker().wake_by_ref();
                return ControlFlow::Break(Poll::Pending);
            }
            match fault.map_or_else(|| f(self.io()), Err) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                // Each time at the cost of another call, lest it never end.
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return ControlFlow::Break(Poll::Ready(Err(error))),
                Ok(done) => {
                    let (value, proof) = finish(done);
                    if let (Some(key), Some(proof)) = (key, proof) {
                        core.drained_descriptor(key, direction, proof);
                    }
                    return ControlFlow::Break(Poll::Ready(Ok(value)));
                }
            }
            // Asked again: what was called may be code of a user.
            return match self.key_in(core) {
                Some(key) => {
                    core.block_descriptor(key, direction);
                    ControlFlow::Continue(key)
                }
                None => match self.enter(core, direction) {
                    Ok(key) => ControlFlow::Continue(key),
                    Err(error) => ControlFlow::Break(Poll::Ready(Err(error))),
                },
            };
        }
    }

    /// Has the loop watch it from now on, if it does not: what cannot be waited for says so now, not
    /// only when a call would block. Calls in this direction are tried at once all the same.
    pub(crate) fn watch(&self, direction: Direction) -> io::Result<()> {
        require_entered(|core| match self.key_in(core) {
            Some(_) => Ok(()),
            None => {
                let other = match direction {
                    Direction::Read => Direction::Write,
                    Direction::Write => Direction::Read,
                };
                self.enter(core, other).map(drop)
            }
        })
    }

    /// Says that it is polled, in a survey.
    #[cold]
    fn stand<R>(&self, waker: &Waker, direction: Direction) -> Poll<R> {
        let is_known = |core: &Core, task| {
            let waits = |key| core.waits_for_descriptor(key, direction, None, task);
            self.key_in(core).is_some_and(waits)
        };
        survey::stand(waker, is_known, || self.leaf(direction))
    }

    /// What one waits for in this direction.
    fn leaf(&self, direction: Direction) -> Leaf {
        Leaf::on(direction.waits_for(self.as_fd().as_raw_fd())).at_object(&self.identity)
    }

    /// Where one waits for it, in the loop that has this key.
    fn place(&self, key: Key, at: Option<&'static Location<'static>>) -> Place<'_> {
        Place { key, descriptor: self.as_fd(), identity: &self.identity, at }
    }

    /// Its key in the reactor of a loop, if it has one.
    fn key_in(&self, core: &Core) -> Option<Key> {
        if self.home.event_loop.load(Ordering::Acquire) == core.id().number() {
            return Some(Key::unpack(self.home.key.load(Ordering::Relaxed)));
        }
        if self.home.event_loop.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let registrations = self.registrations();
        registrations.iter().find(|it| it.event_loop == core.id()).map(|it| it.key)
    }

    /// Has a loop watch it, after a call in this direction has said `WouldBlock`.
    fn enter(&self, core: &Core, blocked: Direction) -> io::Result<Key> {
        // Outside of the lock: it may be code of a user.
        let descriptor = self.as_fd();
        let (key, watcher) = core.enter_descriptor(descriptor, blocked)?;
        let mut registrations = self.registrations();
        // Those of loops that are gone have nobody to wake, and keep descriptors.
        registrations.retain(|it| {
            let is_there = context::is_there(it.event_loop);
            if !is_there {
                it.watcher.remove(descriptor);
            }
            is_there
        });
        if self.home.event_loop.load(Ordering::Relaxed) == 0 {
            self.home.key.store(key.pack(), Ordering::Relaxed);
            self.home.event_loop.store(core.id().number(), Ordering::Release);
        }
        // Mostly there is one, and a connection shall be small: also when it was in many loops before.
        let n_registrations = registrations.len() + 1;
        registrations.shrink_to(n_registrations);
        registrations.reserve_exact(1);
        registrations.push(Registration { event_loop: core.id(), key, watcher });
        Ok(key)
    }

    fn registrations(&self) -> MutexGuard<'_, Vec<Registration>> {
        self.registrations.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the watch of all loops; the descriptor may be closed after that, and not before.
    fn forget(&mut self) {
        let Some(io) = &self.io else { return };
        let registrations = self.registrations.get_mut().unwrap_or_else(PoisonError::into_inner);
        for Registration { event_loop, key, watcher } in mem::take(registrations) {
            watcher.remove(io.as_fd());
            in_loop(event_loop, move |core| core.leave_descriptor(key));
        }
    }
}

impl<T: AsFd> AsFd for Source<T> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.io().as_fd()
    }
}

impl<T: AsFd> Drop for Source<T> {
    fn drop(&mut self) {
        self.forget();
    }
}

/// Calls `f` with a loop: at once if this thread is in it, else as soon as that one looks.
fn in_loop(event_loop: LoopId, f: impl FnOnce(&Core) + Send + 'static) {
    let is_here = context::with_entered(|core| core.id() == event_loop);
    if is_here == Some(true) {
        context::with_entered(f);
    } else {
        call_in(event_loop, f);
    }
}

/// Moves no bytes, which needs no call and no waiting, but takes its share of the turn.
pub(crate) fn poll_nothing(cx: &Context<'_>) -> Poll<io::Result<usize>> {
    ready!(budget::poll_charge(cx));
    Poll::Ready(Ok(0))
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixStream;

    use super::{Direction, Source};
    use crate::face::Loop;

    #[test]
    fn loops_that_are_gone_take_no_room() {
        let (here, _there) = UnixStream::pair().expect("the system has sockets");
        let source = Source::new(here);
        let watch = |event_loop: &Loop| {
            let watched = event_loop.run_until_complete(async { source.watch(Direction::Read) });
            watched.expect("it ends").expect("it is a socket");
        };
        let loops: Vec<_> = (0..20).map(|_| Loop::new()).collect();
        for event_loop in loops.iter().chain(&loops) {
            watch(event_loop);
        }
        assert_eq!(source.registrations().len(), 20);
        drop(loops);
        watch(&Loop::new());
        let registrations = source.registrations();
        assert_eq!((registrations.len(), registrations.capacity()), (1, 1));
    }
}
