//! The WebSocket server, and the client that lets itself be examined.

use std::cell::RefCell;
use std::rc::Rc;

use async_tungstenite::tungstenite::handshake::server::{Request, Response};
use async_tungstenite::tungstenite::{Error, Message};
use async_tungstenite::{WebSocketStream, accept_hdr_async};
use boucle::gather;
use boucle::net::{Server, TcpStream};
use futures_lite::StreamExt;

use super::program::websocket_echo;
use super::{listener, run};

type Socket = WebSocketStream<TcpStream>;

async fn connect(port: u16) -> Socket {
    websocket_echo::connect("127.0.0.1", port, "/").await.expect("it speaks WebSocket")
}

async fn next(socket: &mut Socket) -> Message {
    socket.next().await.expect("it is not the end").expect("the connection holds")
}

#[test]
fn what_is_said_comes_back_and_a_goodbye_is_answered() {
    run(async {
        let (listener, port) = listener().await;
        let server = websocket_echo::serve(listener);
        let mut socket = connect(port).await;
        let said = [
            Message::text("hello"),
            Message::text(""),
            Message::binary(vec![0, 255]),
            Message::binary(vec![7; 1_000_000]),
        ];
        for message in said {
            socket.send(message.clone()).await.expect("it is heard");
            assert!(next(&mut socket).await == message);
        }
        socket.send(Message::Ping(vec![1, 2].into())).await.expect("it is heard");
        assert_eq!(next(&mut socket).await, Message::Pong(vec![1, 2].into()));
        socket.close(None).await.expect("it is heard");
        assert_eq!(next(&mut socket).await, Message::Close(None));
        assert!(socket.next().await.is_none());
        drop(socket);
        server.close();
        server.wait_closed().await.expect("nothing has failed");
    });
}

#[test]
fn many_clients_are_served_at_the_same_time() {
    run(async {
        let (listener, port) = listener().await;
        let _server = websocket_echo::serve(listener);
        let mut sockets = Vec::new();
        for i in 0..20 {
            sockets.push((i, connect(port).await));
        }
        // All are connected; the last one speaks first.
        let talks = sockets.into_iter().rev().map(|(i, mut socket)| async move {
            socket.send(Message::text(i.to_string())).await.expect("it is heard");
            next(&mut socket).await.into_text().expect("it is text").to_string()
        });
        let told = gather(talks).await.expect("nobody panics");
        let expected: Vec<_> = (0..20).rev().map(|i| i.to_string()).collect();
        assert_eq!(told, expected);
    });
}

#[test]
fn who_says_too_much_or_breaks_the_rules_is_left_and_the_others_notice_nothing() {
    run(async {
        let (listener, port) = listener().await;
        let _server = websocket_echo::serve(listener);
        let mut bystander = connect(port).await;

        let stream = TcpStream::connect("127.0.0.1", port).await.expect("somebody listens");
        stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await.expect("it reads");
        let mut answer = [0; 64];
        while stream.read(&mut answer).await.unwrap_or(0) > 0 {}

        let mut loud = connect(port).await;
        // The head of a frame of a message of 16 MiB and one byte. Nothing follows: that it is too long
        // must be seen at once.
        let head = [0x82, 0xff, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0];
        loud.get_ref().write_all(&head).await.expect("it reads");
        match loud.next().await {
            None | Some(Ok(Message::Close(_)) | Err(Error::Protocol(_) | Error::Io(_))) => {}
            other => panic!("it is not left: {other:?}"),
        }
        bystander.send(Message::text("still here")).await.expect("it is heard");
        assert_eq!(next(&mut bystander).await, Message::text("still here"));
    });
}

#[test]
fn a_client_that_is_examined_answers_each_case() {
    run(async {
        let (listener, port) = listener().await;
        let asked = Rc::new(RefCell::new(Vec::new()));
        let log = Rc::clone(&asked);
        let _examiner = Server::start(listener, 1, async move |stream, _| {
            examiner(stream, &log).await;
        });
        let url = format!("ws://127.0.0.1:{port}/");
        let examined = websocket_echo::program(vec!["examine".to_owned(), url]).await;
        examined.expect("it is examined to the end");
        let expected = [
            "/getCaseCount",
            "/runCase?case=1&agent=boucle",
            "answered case 1",
            "/runCase?case=2&agent=boucle",
            "answered case 2",
            "/updateReports?agent=boucle",
        ];
        assert_eq!(*asked.borrow(), expected);
    });
}

/// A server with two cases, and a list of what it is asked.
async fn examiner(stream: TcpStream, log: &RefCell<Vec<String>>) {
    let mut path = String::new();
    #[expect(clippy::result_large_err, reason = "that is how tungstenite has it")]
    let keep = |request: &Request, response: Response| {
        path = request.uri().to_string();
        Ok(response)
    };
    let mut socket = accept_hdr_async(stream, keep).await.expect("it speaks WebSocket");
    log.borrow_mut().push(path.clone());
    if path == "/getCaseCount" {
        socket.send(Message::text("2")).await.expect("it is heard");
    } else if let Some(case) = path.strip_prefix("/runCase?case=") {
        let case = case.split('&').next().expect("it has a beginning");
        let question = Message::text(format!("case {case}"));
        socket.send(question.clone()).await.expect("it is heard");
        assert_eq!(next(&mut socket).await, question);
        log.borrow_mut().push(format!("answered {question}"));
    }
    socket.close(None).await.expect("it is heard");
    while let Some(Ok(_)) = socket.next().await {}
}
