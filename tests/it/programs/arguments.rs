//! What the programs say of arguments that they cannot use: one clear line.

use std::error::Error;
use std::rc::Rc;

use super::program::{echo, fetch, fetch_lines, http_server, proxy, resp_server, websocket_echo};
use super::{listener, run};

/// What a program ends with, if it is given these arguments.
#[track_caller]
fn error_of<F>(program: impl Fn(Vec<String>) -> F, arguments: &[&str]) -> String
where
    F: Future<Output = Result<(), Box<dyn Error>>>,
{
    let arguments = arguments.iter().map(|it| (*it).to_owned()).collect();
    let error = run(program(arguments)).expect_err("it says what is wrong").to_string();
    assert_eq!(error.lines().count(), 1, "{error}");
    error
}

async fn fetch_quietly(arguments: Vec<String>) -> Result<(), Box<dyn Error>> {
    fetch::program(arguments, Rc::default()).await
}

async fn fetch_lines_quietly(arguments: Vec<String>) -> Result<(), Box<dyn Error>> {
    fetch_lines::program(arguments, |_: &str| {}).await
}

#[test]
fn a_wrong_argument_is_named() {
    assert_eq!(error_of(echo::program, &["x"]), "not a port: x");
    assert_eq!(error_of(echo::program, &["65536"]), "not a port: 65536");
    assert_eq!(error_of(proxy::program, &["-1", "127.0.0.1:1"]), "not a port: -1");
    assert_eq!(error_of(proxy::program, &["0", "127.0.0.1"]), "not HOST:PORT: 127.0.0.1");
    assert_eq!(error_of(proxy::program, &["0", "127.0.0.1:x"]), "not a port: x");
    assert_eq!(error_of(resp_server::program, &[""]), "not a port: ");
    assert_eq!(error_of(http_server::program, &["x"]), "not a port: x");
    assert_eq!(error_of(websocket_echo::program, &["x"]), "not a port: x");
    assert_eq!(error_of(websocket_echo::program, &["examine", "ws://x"]), "not HOST:PORT: ws://x");
    let missing = error_of(http_server::program, &["0", "/no/such/file", "/nor/this"]);
    assert_eq!(missing, "cannot read /no/such/file: No such file or directory (os error 2)");
    let not_pem = ["0", "Cargo.toml", "Cargo.toml"];
    assert_eq!(
        error_of(http_server::program, &not_pem),
        "not a chain of certificates: it has none"
    );
}

#[test]
fn whoever_gives_too_much_is_told_the_usage() {
    assert_eq!(error_of(echo::program, &["1", "2"]), "usage: echo [PORT]");
    assert_eq!(error_of(proxy::program, &[]), "usage: proxy PORT HOST:PORT");
    assert_eq!(error_of(resp_server::program, &["1", "2"]), "usage: resp_server [PORT]");
    assert_eq!(
        error_of(http_server::program, &["1", "2"]),
        "usage: http_server [PORT [CERTIFICATE KEY]]"
    );
    assert_eq!(
        error_of(websocket_echo::program, &["1", "2"]),
        "usage: websocket_echo [PORT], or websocket_echo examine URL"
    );
    assert_eq!(
        error_of(fetch_quietly, &["--two-by-two"]),
        "no such option: --two-by-two; usage: fetch [--one-by-one] [URL…]"
    );
    assert_eq!(
        error_of(fetch_lines_quietly, &["-x"]),
        "no such option: -x; usage: fetch_lines [URL…]"
    );
}

#[test]
fn a_port_that_is_taken_is_named() {
    // The loop of the listener is gone at the end of `run`; the listener is not.
    let (_listener, port) = run(listener());
    let port = port.to_string();
    let expected =
        format!("cannot listen on 127.0.0.1:{port}: Address already in use (os error 98)");
    assert_eq!(error_of(echo::program, &[&port]), expected);
    assert_eq!(error_of(resp_server::program, &[&port]), expected);
    assert_eq!(error_of(http_server::program, &[&port]), expected);
    assert_eq!(error_of(websocket_echo::program, &[&port]), expected);
    assert_eq!(error_of(proxy::program, &[&port, "127.0.0.1:1"]), expected);
}
