//! `AsyncFd::try_io`: a call past the reactor, which is not misled by it.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};

use boucle::AsyncFd;
use rustix::pipe::{PipeFlags, pipe_with};

use super::watchdog::{begins_to_wait, run};

#[test]
fn a_try_does_not_wait_and_says_so() {
    run(async {
        let ends = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK);
        let (reader, writer) = ends.expect("the system has pipes");
        let (reader, mut writer) = (AsyncFd::new(File::from(reader)), File::from(writer));
        let try_read = || reader.try_io(|mut io| io.read(&mut [0; 8]));
        assert_eq!(try_read().expect_err("nothing has come").kind(), ErrorKind::WouldBlock);
        writer.write_all(b"one").expect("there is room");
        reader.readable().await.expect("it is watched");
        assert_eq!(try_read().expect("something has come"), 3);
        // Tried past the reactor, which is not misled: who waits is woken by what comes next.
        assert_eq!(try_read().expect_err("nothing has come").kind(), ErrorKind::WouldBlock);
        assert!(begins_to_wait(reader.readable()).await);
        writer.write_all(b"two").expect("there is room");
        reader.readable().await.expect("it is watched");
        assert_eq!(try_read().expect("something has come"), 3);
    });
}
