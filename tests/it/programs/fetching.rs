//! `fetch` and `fetch_lines`: what they say, in which order, and what becomes of a URL that fails.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::mpsc;
use std::thread;

use boucle::net::{Server, TcpListener, TcpStream};
use boucle::{Loop, interrupt};
use futures_rustls::TlsConnector;
use futures_rustls::rustls::RootCertStore;
use programs::client::describe;
use programs::documents::{DOCUMENTS, N_LINES, document, serve, urls};
use programs::tls;

use super::program::fetch::{Fetcher, Screen, fetch_all};
use super::program::{fetch, fetch_lines};
use super::{listener, run};

/// Trusts nobody: these tests speak in clear.
fn no_tls() -> TlsConnector {
    tls::connector(RootCertStore::empty())
}

/// A line without the port, which is another one each time.
fn line(line: &str, port: u16) -> String {
    line.replace(&format!("http://127.0.0.1:{port}"), "")
}

/// What `fetch` has said, and what it was asked to have.
fn told(screen: &Screen, port: u16) -> Vec<String> {
    screen.lines().iter().map(|it| line(it, port)).collect()
}

/// Gives turns back until something has become true.
async fn until(is_true: impl Fn() -> bool) {
    while !is_true() {
        interrupt().await;
    }
}

#[test]
fn all_documents_are_asked_for_before_the_first_one_comes() {
    run(async {
        let (listener, port) = listener().await;
        let screen = Rc::new(Screen::default());
        // The server lets them go in another order: one when the one before has been told.
        let (n_asked, seen) = (Rc::new(Cell::new(0)), Rc::clone(&screen));
        let order = ["/f1040c.pdf", "/f1040.pdf", "/f1040esn.pdf", "/f1040es.pdf"];
        let _server = serve(listener, async move |path: &str, n| {
            if n == 0 {
                n_asked.set(n_asked.get() + 1);
                let place = order.iter().position(|it| *it == path).expect("it is asked for");
                until(|| n_asked.get() == 4 && seen.lines().len() == 4 + place).await;
            }
        });
        let fetcher = Fetcher::trusting(no_tls(), Rc::clone(&screen));
        let bodies = fetcher.all(urls(port)).await;

        let expected = [
            "fetching /f1040.pdf",
            "fetching /f1040es.pdf",
            "fetching /f1040c.pdf",
            "fetching /f1040esn.pdf",
            "/f1040c.pdf returned 1300 bytes",
            "/f1040.pdf returned 2400 bytes",
            "/f1040esn.pdf returned 3100 bytes",
            "/f1040es.pdf returned 5200 bytes",
        ];
        assert_eq!(told(&screen, port), expected);
        assert_eq!(screen.progress(), "4 of 4 done, 12000 bytes");
        // The bodies come in the order of the URLs all the same.
        let bodies: Vec<_> = bodies.into_iter().map(|it| it.expect("it comes")).collect();
        assert_eq!(bodies, DOCUMENTS.map(|(_, length)| document(length)));
    });
}

#[test]
fn one_by_one_they_are_asked_for_one_after_the_other() {
    run(async {
        let (listener, port) = listener().await;
        let (n_now, most) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
        let (now, seen) = (Rc::clone(&n_now), Rc::clone(&most));
        let _server = serve(listener, async move |_: &str, n| match n {
            0 => {
                now.set(now.get() + 1);
                seen.set(seen.get().max(now.get()));
                interrupt().await;
            }
            n if n + 1 == N_LINES => now.set(now.get() - 1),
            _ => interrupt().await,
        });
        let screen = Rc::new(Screen::default());
        let bodies = Fetcher::trusting(no_tls(), Rc::clone(&screen)).one_by_one(urls(port)).await;
        let expected = [
            "fetching /f1040.pdf",
            "/f1040.pdf returned 2400 bytes",
            "fetching /f1040es.pdf",
            "/f1040es.pdf returned 5200 bytes",
            "fetching /f1040c.pdf",
            "/f1040c.pdf returned 1300 bytes",
            "fetching /f1040esn.pdf",
            "/f1040esn.pdf returned 3100 bytes",
        ];
        assert_eq!(told(&screen, port), expected);
        assert_eq!((bodies.len(), most.get()), (4, 1));
    });
}

#[test]
fn a_url_that_fails_is_told_and_the_others_come() {
    run(async {
        let (listener, port) = listener().await;
        let _server = serve(listener, async |_: &str, _| {});
        // Who hangs up without a word; and one on whom the connection breaks half-way.
        let (rude, rude_port) = super::listener().await;
        let _rude = Server::start(rude, 1, async |stream: TcpStream, _| {
            stream.read(&mut [0; 1024]).await.expect("it is asked");
        });
        let (liar, liar_port) = super::listener().await;
        let _liar = Server::start(liar, 1, async |stream: TcpStream, _| {
            let mut request = [0; 1024];
            stream.read(&mut request).await.expect("it is asked");
            let half = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf";
            stream.write_all(half).await.expect("it is heard");
        });
        let own = |path: &str| format!("http://127.0.0.1:{port}{path}");
        let urls = vec![
            own("/nothing"),
            own("/f1040.pdf"),
            format!("http://127.0.0.1:{rude_port}/"),
            format!("http://127.0.0.1:{liar_port}/"),
            "ftp://example.org/".to_owned(),
            "not a url".to_owned(),
            "/".to_owned(),
            own("/f1040c.pdf"),
        ];
        let screen = Rc::new(Screen::default());
        let fetcher = Fetcher::trusting(no_tls(), Rc::clone(&screen));
        let failures = fetcher.all(urls).await.into_iter().map(|it| match it {
            Ok(body) => format!("{} bytes", body.len()),
            Err(failure) => describe(&failure),
        });
        let expected = [
            "404 Not Found",
            "2400 bytes",
            "connection closed before message completed",
            "error reading a body from connection: end of file before message length reached",
            "not a URL of http or https",
            "not a URL: invalid uri character",
            "not a URL: it names no host",
            "1300 bytes",
        ];
        assert_eq!(failures.collect::<Vec<_>>(), expected);
        let failed = told(&screen, port).into_iter().filter(|it| it.contains(" failed: "));
        assert_eq!(failed.count(), 6);
    });
}

/// What `fetch_lines` shows, and how it ends.
async fn run_fetch_lines(arguments: &[&str]) -> (String, Result<(), String>) {
    let shown = Rc::new(RefCell::new(String::new()));
    let show = Rc::clone(&shown);
    let show = move |text: &str| show.borrow_mut().push_str(text);
    let arguments = arguments.iter().map(|it| (*it).to_owned()).collect();
    let ended = fetch_lines::program(arguments, show).await;
    (shown.take(), ended.map_err(|error| error.to_string()))
}

#[test]
fn a_program_of_which_a_url_fails_says_which_and_how_many() {
    let screen = Rc::new(Screen::default());
    let urls = vec!["ftp://a/".to_owned(), "b".to_owned()];
    let error = run(fetch::program(urls, Rc::clone(&screen))).expect_err("none comes");
    assert_eq!(error.to_string(), "2 of 2 failed");
    let expected = [
        "fetching ftp://a/",
        "ftp://a/ failed: not a URL of http or https",
        "fetching b",
        "b failed: not a URL of http or https",
    ];
    assert_eq!(screen.lines()[..4], expected);
    let (shown, ended) = run(run_fetch_lines(&["ftp://a/"]));
    assert_eq!(shown, "\nftp://a/ failed: not a URL of http or https\n");
    assert_eq!(ended, Err("1 of 1 failed".to_owned()));
}

#[test]
fn without_urls_they_fetch_from_a_server_of_their_own() {
    let in_virtual_time = || Loop::builder().virtual_time(true).build();
    for (arguments, last) in
        [(vec![], "duration = 0.360s"), (vec!["--one-by-one".to_owned()], "duration = 1.440s")]
    {
        let screen = Rc::new(Screen::default());
        let program = fetch::program(arguments, Rc::clone(&screen));
        let ended = in_virtual_time().run_until_complete(program);
        ended.expect("it ends").expect("all four come");
        let lines = screen.lines();
        assert_eq!(lines.iter().filter(|it| it.ends_with(" bytes")).count(), 4, "{lines:?}");
        assert_eq!(lines.last().map(String::as_str), Some(last));
    }
    let ended = in_virtual_time().run_until_complete(run_fetch_lines(&[]));
    let (shown, ended) = ended.expect("it ends");
    ended.expect("all four come");
    let (numbers, urls) = shown.split_once('\n').expect("the numbers are a line");
    for i in ["0", "1", "2", "3"] {
        assert_eq!(numbers.matches(i).count(), N_LINES, "{numbers}");
    }
    let names = urls.lines().filter_map(|it| it.rsplit_once('/')).map(|(_, name)| name);
    let expected = ["f1040.pdf", "f1040es.pdf", "f1040c.pdf", "f1040esn.pdf"];
    assert_eq!(names.collect::<Vec<_>>(), expected);
}

#[test]
fn lines_are_shown_as_they_come_and_interleave() {
    run(async {
        let (listener, port) = listener().await;
        let shown = Rc::new(RefCell::new(String::new()));
        // A further line of each document comes when all lines before it have been shown.
        let seen = Rc::clone(&shown);
        let _server = serve(listener, async move |_: &str, n| {
            until(|| seen.borrow().len() >= 4 * n).await;
        });
        let show = Rc::clone(&shown);
        let show = move |i: usize| show.borrow_mut().push_str(&i.to_string());
        let ends = fetch_lines::fetch_all(urls(port), no_tls(), show).await;

        let shown = shown.borrow();
        assert_eq!(shown.len(), 4 * N_LINES);
        for round in shown.as_bytes().chunks(4) {
            let mut round = round.to_vec();
            round.sort_unstable();
            assert_eq!(round, b"0123", "{shown}");
        }
        // Each returns its URL, in their order.
        let ends: Vec<_> = ends.iter().map(|(url, end)| (url.clone(), end.is_none())).collect();
        let expected: Vec<_> = urls(port).into_iter().map(|url| (url, true)).collect();
        assert_eq!(ends, expected);
    });
}

#[test]
fn a_function_that_is_not_asynchronous_has_a_loop_inside() {
    // The server has a loop and a thread of its own.
    let (send, receive) = mpsc::channel();
    let server = thread::spawn(move || {
        let event_loop = Loop::new();
        let task = event_loop.add_task(async {
            let listener = TcpListener::bind("127.0.0.1", 0).await.expect("there is a free port");
            let port = listener.local_addr().expect("it has an address").port();
            (serve(listener, async |_: &str, _| {}), port)
        });
        let handle = event_loop.handle();
        let server = event_loop.run_until_complete(task).expect("it runs").expect("it binds");
        send.send((server.1, handle)).expect("it is waited for");
        event_loop.run_forever().expect("it runs");
    });
    let (port, handle) = receive.recv().expect("it starts");

    let one_by_one: Vec<_> = urls(port).into_iter().flat_map(|url| fetch_all(vec![url])).collect();
    let all = fetch_all(urls(port));
    let bodies =
        |it: fetch::Bodies| -> Vec<_> { it.into_iter().map(|it| it.expect("it comes")).collect() };
    let all = bodies(all);
    assert_eq!(all.iter().map(Vec::len).collect::<Vec<_>>(), [2400, 5200, 1300, 3100]);
    assert_eq!(all, bodies(one_by_one));
    handle.stop();
    server.join().expect("it does not panic");
}
