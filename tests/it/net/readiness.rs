//! What is there is read, and where there is room is written, whatever a count seems to say: on both
//! drivers, and on all kinds of sockets.

use std::future::poll_fn;
use std::io::{IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::AsFd;
use std::os::unix::net;
use std::pin::Pin;

use boucle::Loop;
use boucle::net::UnixStream;
use futures_io::{AsyncRead, AsyncWrite};
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use socket2::SockRef;

use super::reactor::drivers;
use super::watchdog::{begins_to_wait, run_in};
use super::{pair, polled};

/// A loop for each driver.
fn loops() -> impl Iterator<Item = Loop> {
    drivers().into_iter().map(|it| Loop::builder().driver(it).build())
}

/// Has the loop watch both directions of a stream, on which nothing has come.
async fn watch<S>(stream: &S)
where
    for<'a> &'a S: AsyncRead,
{
    assert!(begins_to_wait(read_by_trait(stream, &mut [0])).await);
}

async fn read_by_trait<S>(stream: &S, buffer: &mut [u8]) -> usize
where
    for<'a> &'a S: AsyncRead,
{
    let mut stream = stream;
    let read = poll_fn(|cx| Pin::new(&mut stream).poll_read(cx, buffer));
    read.await.expect("it is connected")
}

/// Reads what has come with one event, piece by piece; then there is nothing more.
async fn reads<S>(stream: &S, pieces: &[&str])
where
    for<'a> &'a S: AsyncRead,
{
    let mut buffer = [0; 64];
    for (n, expected) in pieces.iter().enumerate() {
        let read = read_by_trait(stream, &mut buffer);
        // The first piece is waited for, the others are there.
        let read = if n == 0 { Some(read.await) } else { polled(1, read).await };
        let read = read.unwrap_or_else(|| panic!("{expected:?} is there, and nobody reads it"));
        assert_eq!(std::str::from_utf8(&buffer[..read]), Ok(*expected));
    }
    watch(stream).await;
}

#[test]
fn a_read_that_stops_at_urgent_data_is_not_all_that_there_is() {
    for is_inline in [false, true] {
        for event_loop in loops() {
            run_in(&event_loop, async {
                let (client, server) = pair().await;
                let socket = SockRef::from(&client);
                SockRef::from(&server).set_out_of_band_inline(is_inline).expect("it is TCP");
                client.set_nodelay(true).expect("it is TCP");
                watch(&server).await;
                for _ in 0..2 {
                    socket.send(b"aaa").expect("there is room");
                    socket.send_out_of_band(b"X").expect("there is room");
                    socket.send(b"bbb").expect("there is room");
                    let second = if is_inline { "Xbbb" } else { "bbb" };
                    reads(&server, &["aaa", second]).await;
                }
            });
        }
    }
}

#[test]
fn a_read_that_stops_where_a_descriptor_came_along_is_not_all_that_there_is() {
    for event_loop in loops() {
        run_in(&event_loop, async {
            let (here, there) = UnixStream::pair().expect("the system has sockets");
            watch(&here).await;
            let descriptors = [there.as_fd()];
            let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
            let mut control = SendAncillaryBuffer::new(&mut space);
            assert!(control.push(SendAncillaryMessage::ScmRights(&descriptors)));
            let bytes = [IoSlice::new(b"aaa")];
            sendmsg(&there, &bytes, &mut control, SendFlags::empty()).expect("there is room");
            SockRef::from(&there).send(b"bbb").expect("there is room");
            reads(&here, &["aaa", "bbb"]).await;
        });
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_read_that_stops_at_the_bytes_of_another_writer_is_not_all_that_there_is() {
    use std::os::fd::OwnedFd;
    use std::process::{Command, Stdio};

    for event_loop in loops() {
        run_in(&event_loop, async {
            let (here, there) = net::UnixStream::pair().expect("the system has sockets");
            SockRef::from(&here).set_passcred(true).expect("it is a Unix socket");
            let here = UnixStream::from_std(here).expect("it is a socket");
            watch(&here).await;
            SockRef::from(&there).send(b"aaa").expect("there is room");
            let end = there.try_clone().expect("there are descriptors left");
            let mut writer = Command::new("printf");
            writer.arg("bbb").stdout(Stdio::from(OwnedFd::from(end)));
            assert!(writer.status().expect("it is there").success());
            reads(&here, &["aaa", "bbb"]).await;
        });
    }
}

/// Both ends of a stream, watched, and the bytes that go through it by more buffers than the system takes.
async fn goes_through_many_buffers<S>(here: &S, there: &S)
where
    for<'a> &'a S: AsyncRead + AsyncWrite,
{
    const N: usize = 3_000;
    watch(here).await;
    watch(there).await;
    let bytes: Vec<u8> = (0..N).map(|n| n as u8).collect();
    let mut n_written = 0;
    while n_written < N {
        let mut writer = here;
        let buffers: Vec<_> = bytes[n_written..].chunks(1).map(IoSlice::new).collect();
        let write = poll_fn(|cx| Pin::new(&mut writer).poll_write_vectored(cx, &buffers));
        let written = polled(1, write).await.expect("there is room for all");
        n_written += written.expect("it is connected");
    }
    // All of it has come, and is told once.
    let mut read = vec![0; N];
    let mut n_read = 0;
    while n_read < N {
        let mut reader = there;
        let mut buffers: Vec<_> = read[n_read..].chunks_mut(1).map(IoSliceMut::new).collect();
        let reading = poll_fn(|cx| Pin::new(&mut reader).poll_read_vectored(cx, &mut buffers));
        let reading = if n_read == 0 { Some(reading.await) } else { polled(1, reading).await };
        n_read += reading.expect("the rest is there").expect("it is connected");
    }
    assert_eq!(read, bytes);
}

#[test]
fn more_buffers_than_the_system_takes_at_once_all_go_and_are_all_filled() {
    for event_loop in loops() {
        run_in(&event_loop, async {
            let (client, server) = pair().await;
            goes_through_many_buffers(&client, &server).await;
            let (here, there) = UnixStream::pair().expect("the system has sockets");
            goes_through_many_buffers(&here, &there).await;
        });
    }
}

#[test]
fn empty_buffers_before_others_are_passed_over_however_many() {
    for event_loop in loops() {
        run_in(&event_loop, async {
            let (client, server) = pair().await;
            let (mut writer, mut reader) = (&client, &server);
            let mut buffers = vec![IoSlice::new(b""); 3_000];
            buffers.extend([IoSlice::new(b"he"), IoSlice::new(b""), IoSlice::new(b"llo")]);
            let write = poll_fn(|cx| Pin::new(&mut writer).poll_write_vectored(cx, &buffers));
            assert_eq!(write.await.expect("it is connected"), 5);
            let (mut first, mut second) = ([0; 2], [0; 8]);
            let mut buffers: Vec<_> = (0..3_000).map(|_| IoSliceMut::new(&mut [])).collect();
            buffers.extend([IoSliceMut::new(&mut first), IoSliceMut::new(&mut second)]);
            let read = poll_fn(|cx| Pin::new(&mut reader).poll_read_vectored(cx, &mut buffers));
            assert_eq!(read.await.expect("it was sent"), 5);
            drop(buffers);
            assert_eq!((&first, &second[..3]), (b"he", &b"llo"[..]));
        });
    }
}
