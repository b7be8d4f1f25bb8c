//! boucle's feature `hyper`: reads, writes, tasks, time, and what they cost.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use boucle::hyper::{HyperExecutor, HyperIo, HyperTimer};
use boucle::net::{Server, TcpListener, TcpStream};
use boucle::{Driver, Faults, Loop, Sleep, SystemCall, now, spawn};
use futures_io::AsyncRead;
use futures_lite::io::Cursor;
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::rt;
use hyper::rt::{Executor, ReadBuf, Timer};
use hyper::service::service_fn;
use hyper::{Request, Response, server};

use super::{TakesAll, listener, run};

#[test]
fn what_hyper_must_be_able_to_move_between_threads_can_be() {
    fn is_io<T: rt::Read + rt::Write + Unpin + Send + Sync + 'static>() {}
    fn is_timer<T: rt::Timer + Send + Sync + Clone + 'static>() {}
    fn is_sleep<T: rt::Sleep + Unpin>() {}
    // A future that is not `Send`, too.
    fn is_executor<T: rt::Executor<Pin<Box<dyn Future<Output = ()>>>> + Send + Sync + Clone>() {}
    is_io::<TcpStream>();
    is_io::<HyperIo<TcpStream>>();
    is_timer::<HyperTimer>();
    is_sleep::<Sleep>();
    is_executor::<HyperExecutor>();
}

/// Reads once, into so much room; what came, or the error.
async fn read(stream: &mut (impl rt::Read + Unpin), room: usize) -> io::Result<Vec<u8>> {
    let mut memory = vec![std::mem::MaybeUninit::uninit(); room];
    let mut buffer = ReadBuf::uninit(&mut memory);
    poll_fn(|cx| Pin::new(&mut *stream).poll_read(cx, buffer.unfilled())).await?;
    Ok(buffer.filled().to_vec())
}

#[test]
fn a_read_fills_what_hyper_lends_and_no_more() {
    run(async {
        let mut stream = HyperIo::new(Cursor::new(b"0123456789".to_vec()));
        assert_eq!(read(&mut stream, 4).await.expect("it reads"), b"0123");
        assert_eq!(read(&mut stream, 0).await.expect("it reads"), b"");
        assert_eq!(read(&mut stream, 100).await.expect("it reads"), b"456789");
        assert_eq!(read(&mut stream, 100).await.expect("it reads"), b"", "the end");
        assert_eq!(stream.into_inner().position(), 10);
        let long = vec![7; 600_000];
        let mut stream = HyperIo::new(Cursor::new(long.clone()));
        let mut all = Vec::new();
        loop {
            let piece = read(&mut stream, 400_000).await.expect("it reads");
            assert!(piece.len() <= 256 * 1024);
            if piece.is_empty() {
                break;
            }
            all.extend(piece);
        }
        assert!(all == long);
    });
}

#[test]
fn what_was_there_before_in_the_buffer_stays() {
    run(async {
        let mut stream = HyperIo::new(Cursor::new(b"cd".to_vec()));
        let mut memory = [0; 8];
        let mut buffer = ReadBuf::new(&mut memory);
        buffer.unfilled().put_slice(b"ab");
        poll_fn(|cx| rt::Read::poll_read(Pin::new(&mut stream), cx, buffer.unfilled()))
            .await
            .expect("it reads");
        assert_eq!(buffer.filled(), b"abcd");
    });
}

/// Fails, waits, or reads from within a read.
struct Odd(u32);

impl AsyncRead for Odd {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.0 += 1;
        match self.0 {
            1 => Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
            2 => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            _ => {
                // As a stream made of another one would, that is for hyper too.
                let mut inner = HyperIo::new(Cursor::new(b"inner".to_vec()));
                let mut memory = [0; 8];
                let mut lent = ReadBuf::new(&mut memory);
                let _ = rt::Read::poll_read(Pin::new(&mut inner), cx, lent.unfilled())?;
                buffer[..5].copy_from_slice(b"outer");
                assert_eq!(lent.filled(), b"inner");
                Poll::Ready(Ok(5))
            }
        }
    }
}

#[test]
fn an_error_a_wait_and_a_read_within_a_read_lose_nothing() {
    run(async {
        let mut stream = HyperIo::new(TakesAll(Odd(0)));
        let error = read(&mut stream, 8).await.expect_err("it fails first");
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
        assert_eq!(read(&mut stream, 8).await.expect("it waits, and reads"), b"outer");
    });
}

#[test]
fn a_stream_ends_one_way_when_hyper_shuts_it_down() {
    run(async {
        let (listener, port) = listener().await;
        let mut ours = TcpStream::connect("127.0.0.1", port).await.expect("somebody listens");
        let (theirs, _) = listener.accept().await.expect("somebody comes");
        poll_fn(|cx| rt::Write::poll_write(Pin::new(&mut ours), cx, b"last")).await.expect("open");
        poll_fn(|cx| rt::Write::poll_flush(Pin::new(&mut ours), cx)).await.expect("it is open");
        poll_fn(|cx| rt::Write::poll_shutdown(Pin::new(&mut ours), cx)).await.expect("it is open");
        let mut theirs = theirs;
        assert_eq!(read(&mut theirs, 8).await.expect("it reads"), b"last");
        assert_eq!(read(&mut theirs, 8).await.expect("it reads"), b"");
        theirs.write_all(b"answer").await.expect("the other way is open");
        assert_eq!(read(&mut ours, 8).await.expect("it reads"), b"answer");
    });
}

/// Counts the system calls of a loop.
#[derive(Clone, Default)]
struct Counting(Rc<RefCell<HashMap<SystemCall, u32>>>);

impl Faults for Counting {
    fn before(&self, call: SystemCall) -> Option<io::Error> {
        *self.0.borrow_mut().entry(call).or_default() += 1;
        None
    }
}

/// How many reads and writes it takes that a client asks so often and is answered.
fn calls_for(n_requests: usize, driver: Driver) -> (u32, u32) {
    let counting = Counting::default();
    let event_loop = Loop::builder().driver(driver).faults(counting.clone()).build();
    let ran = event_loop.run_until_complete(async {
        let listener = TcpListener::bind("127.0.0.1", 0).await.expect("there is a free port");
        let port = listener.local_addr().expect("it has an address").port();
        let _server = Server::start(listener, 1, async |stream, _| {
            let body = || Full::new(Bytes::from_static(b"hello"));
            let answer = service_fn(async |_| Ok::<_, Infallible>(Response::new(body())));
            let _ = server::conn::http1::Builder::new().serve_connection(stream, answer).await;
        });
        let stream = TcpStream::connect("127.0.0.1", port).await.expect("somebody listens");
        let (mut client, connection) = http1::handshake(stream).await.expect("it speaks HTTP");
        spawn(connection);
        for _ in 0..n_requests {
            let request = Request::get("/").header("host", "x").body(Empty::<Bytes>::new());
            let answer = client.send_request(request.expect("it is well formed")).await;
            let body = answer.expect("it answers").into_body().collect().await;
            assert_eq!(body.expect("it is whole").to_bytes(), "hello");
        }
    });
    ran.expect("it ends");
    let calls = counting.0.borrow();
    (calls[&SystemCall::Read], calls[&SystemCall::Write])
}

/// How many reads and writes a hundred requests more take.
fn calls_for_a_hundred(driver: Driver) -> (u32, u32) {
    let (few, more) = (calls_for(10, driver), calls_for(110, driver));
    (more.0 - few.0, more.1 - few.1)
}

#[test]
#[cfg(all(target_os = "linux", not(polling_test_poll_backend)))]
fn a_request_and_its_answer_cost_two_reads_and_two_writes() {
    // One of each on each side: no read only to hear that there is nothing, no head without its body.
    assert_eq!(calls_for_a_hundred(Driver::Linux), (200, 200));
}

#[test]
fn a_request_and_its_answer_cost_two_writes_on_any_system() {
    let (n_reads, n_writes) = calls_for_a_hundred(Driver::Portable);
    // Where the end of a stream is not told, each read that was short is tried once more.
    assert!((200..=400).contains(&n_reads), "{n_reads}");
    assert_eq!(n_writes, 200);
}

#[test]
fn what_hyper_spawns_runs_at_its_turn_and_its_panic_is_told() {
    let reports = Rc::new(RefCell::new(Vec::new()));
    let told = Rc::clone(&reports);
    let event_loop = Loop::builder()
        .exception_handler(move |report| told.borrow_mut().push(report.to_string()))
        .build();
    let order = Rc::new(RefCell::new(Vec::new()));
    let log = Rc::clone(&order);
    let ran = event_loop.run_until_complete(async move {
        let executor = HyperExecutor::new();
        for i in 0..3 {
            let log = Rc::clone(&log);
            executor.execute(async move { log.borrow_mut().push(i) });
        }
        executor.execute(async { panic!("boom") });
        assert!(log.borrow().is_empty());
        boucle::interrupt().await;
        assert_eq!(*log.borrow(), [0, 1, 2]);
    });
    ran.expect("it ends");
    drop(event_loop);
    assert_eq!(reports.borrow().len(), 1);
    assert!(reports.borrow()[0].contains("boom"), "{reports:?}");
}

#[test]
fn hyper_sleeps_in_virtual_time_and_resets_in_place() {
    /// A sleep of somebody else.
    struct Foreign;

    impl Future for Foreign {
        type Output = ();

        fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
            Poll::Pending
        }
    }

    impl rt::Sleep for Foreign {}

    let event_loop = Loop::builder().virtual_time(true).build();
    let ran = event_loop.run_until_complete(async {
        let (timer, minute) = (HyperTimer::new(), Duration::from_secs(60));
        let start = timer.now();
        assert_eq!(start, now());
        timer.sleep(minute).await;
        timer.sleep_until(start + 2 * minute).await;
        assert_eq!(timer.now() - start, 2 * minute);

        let mut sleep = timer.sleep(minute);
        let place = std::ptr::from_ref(&*sleep).cast::<()>();
        // It waits already.
        assert!(futures_lite::future::poll_once(&mut sleep).await.is_none());
        timer.reset(&mut sleep, start + 10 * minute);
        assert_eq!(std::ptr::from_ref(&*sleep).cast::<()>(), place, "no new box");
        sleep.await;
        assert_eq!(timer.now() - start, 10 * minute);

        let mut foreign: Pin<Box<dyn rt::Sleep>> = Box::pin(Foreign);
        timer.reset(&mut foreign, start + 11 * minute);
        foreign.await;
        assert_eq!(timer.now() - start, 11 * minute);
    });
    ran.expect("it ends");
}

#[test]
fn a_service_that_is_not_send_is_served() {
    run(async {
        let (listener, port) = listener().await;
        let n_asked = Rc::new(Cell::new(0));
        let count = Rc::clone(&n_asked);
        let _server = Server::start(listener, 1, async move |stream, _| {
            let answer = service_fn(async |_| {
                count.set(count.get() + 1);
                Ok::<_, Infallible>(Response::new(format!("{} times", count.get())))
            });
            let mut builder = server::conn::http1::Builder::new();
            let connection = builder.timer(HyperTimer::new()).serve_connection(stream, answer);
            let _ = pin!(connection).await;
        });
        let stream = TcpStream::connect("127.0.0.1", port).await.expect("somebody listens");
        let (mut client, connection) = http1::handshake(stream).await.expect("it speaks HTTP");
        spawn(connection);
        for _ in 0..2 {
            let request = Request::get("/").header("host", "x").body(Empty::<Bytes>::new());
            let answer = client.send_request(request.expect("it is well formed")).await;
            answer.expect("it answers").into_body().collect().await.expect("it is whole");
        }
        assert_eq!(n_asked.get(), 2);
    });
}
