//! Where there is no direct way: types that have no values.

use std::convert::Infallible;
use std::io;
use std::os::fd::BorrowedFd;
use std::time::Duration;

use polling::Poller;

use super::Seen;
use crate::reactor::Key;

/// There is none.
#[derive(Debug)]
pub(super) struct Direct(Infallible);

/// There are none.
pub(crate) struct Events(Infallible);

impl Direct {
    pub(super) fn new(_poller: &Poller) -> io::Result<Direct> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn watch_marks(
        &self,
        _poller: &Poller,
        _source: BorrowedFd<'_>,
        _key: Key,
    ) -> io::Result<()> {
        match self.0 {}
    }

    pub(super) fn ring(&self) -> io::Result<()> {
        match self.0 {}
    }

    pub(super) fn wait(
        &self,
        _poller: &Poller,
        _events: &mut Events,
        _timeout: Option<Duration>,
    ) -> io::Result<()> {
        match self.0 {}
    }
}

impl Events {
    pub(super) fn with_capacity(_n_events: usize) -> Events {
        unreachable!("there is no direct way to have events from")
    }

    pub(super) fn seen(&self) -> impl Iterator<Item = Seen> + '_ {
        std::iter::empty()
    }

    pub(super) fn clear(&mut self) {
        match self.0 {}
    }
}
