//! The server that speaks Redis's protocol: what it answers to a client that means well.

use std::net::Shutdown;

use boucle::net::TcpStream;
use futures_lite::{AsyncReadExt, future};

use super::program::resp_server;
use super::{listener, run};

/// What a server answers to all this, sent at once by one client that then says goodbye.
pub(super) async fn answers(port: u16, requests: &[u8]) -> Vec<u8> {
    let stream = TcpStream::connect("127.0.0.1", port).await.expect("somebody listens");
    let writer = &stream;
    let send = async {
        // The server may have heard enough before all is sent.
        let _ = writer.write_all(requests).await;
        let _ = writer.shutdown(Shutdown::Write);
    };
    let mut bytes = Vec::new();
    let mut reader = &stream;
    // It may break the connection, if it has not read all.
    let read = async { drop(reader.read_to_end(&mut bytes).await) };
    future::zip(send, read).await;
    bytes
}

/// The answers to a script of requests by hand, a line each: `request -> answer`.
#[track_caller]
fn transcript(script: &str) {
    let lines: Vec<_> = script.lines().map(str::trim).filter(|it| !it.is_empty()).collect();
    let requests = lines.iter().map(|line| line.split(" -> ").next().expect("it has a beginning"));
    let requests: String = requests.map(|it| format!("{it}\r\n")).collect();
    let answers = run(async {
        let (listener, port) = listener().await;
        let _server = resp_server::serve(listener);
        answers(port, requests.as_bytes()).await
    });
    let mut rest = std::str::from_utf8(&answers).expect("it is text");
    let told = lines.iter().map(|line| {
        let request = line.split(" -> ").next().expect("it has a beginning");
        format!("{request} -> {}", readable(&mut rest))
    });
    let told: Vec<_> = told.collect();
    assert_eq!(told, lines);
    assert_eq!(rest, "", "more answers than questions");
}

/// Takes an answer from the front, and writes it as people would.
fn readable(rest: &mut &str) -> String {
    let (line, behind) = rest.split_once("\r\n").unwrap_or((*rest, ""));
    *rest = behind;
    let Some((kind, text)) = line.split_at_checked(1) else { return "no answer".to_owned() };
    let length = || text.parse::<usize>().ok();
    match (kind, length()) {
        ("$", Some(length)) => {
            let text = &rest[..length];
            *rest = rest[length..].strip_prefix("\r\n").expect("an end follows");
            format!("{text:?}")
        }
        ("$", None) => "nothing".to_owned(),
        ("*", Some(n)) => {
            let parts: Vec<_> = (0..n).map(|_| readable(rest)).collect();
            format!("[{}]", parts.join(" "))
        }
        _ => line.to_owned(),
    }
}

#[test]
fn texts_and_numbers() {
    transcript(
        "
        PING -> +PONG
        ping hello -> \"hello\"
        ECHO hello -> \"hello\"
        SELECT 0 -> +OK
        SET color blue -> +OK
        GET color -> \"blue\"
        GET shape -> nothing
        SET color red -> +OK
        GET color -> \"red\"
        MSET a 1 b 2 a 3 -> +OK
        GET a -> \"3\"
        INCR a -> :4
        INCR n -> :1
        INCR color -> -ERR value is not an integer or out of range
        SET n 9223372036854775807 -> +OK
        INCR n -> -ERR value is not an integer or out of range
        DBSIZE -> :4
        DEL a b nobody -> :2
        DBSIZE -> :2
        FLUSHALL -> +OK
        GET color -> nothing
        CONFIG GET save -> [\"save\" \"\"]
        COMMAND DOCS -> []
        QUIT -> +OK
        ",
    );
}

#[test]
fn lists() {
    transcript(
        "
        RPUSH l b c -> :2
        LPUSH l a z -> :4
        LRANGE l 0 -1 -> [\"z\" \"a\" \"b\" \"c\"]
        LRANGE l 1 2 -> [\"a\" \"b\"]
        LRANGE l -2 100 -> [\"b\" \"c\"]
        LRANGE l -100 0 -> [\"z\"]
        LRANGE l 3 1 -> []
        LRANGE l 9223372036854775807 -9223372036854775808 -> []
        LRANGE nobody 0 -1 -> []
        LRANGE l 0 x -> -ERR value is not an integer or out of range
        LLEN l -> :4
        LPOP l -> \"z\"
        RPOP l -> \"c\"
        LPOP l -> \"a\"
        LPOP l -> \"b\"
        LPOP l -> nothing
        DBSIZE -> :0
        ",
    );
}

#[test]
fn sets_hashes_and_scores() {
    transcript(
        "
        SADD s b a b -> :2
        SADD s a c -> :1
        SPOP s -> \"a\"
        SPOP s -> \"b\"
        SPOP s -> \"c\"
        SPOP s -> nothing
        HSET h x 1 y 2 -> :2
        HSET h x 3 z 4 -> :1
        HGET h x -> \"3\"
        HGET h nobody -> nothing
        HGET nobody x -> nothing
        ZADD z 2 two 1 one 1.5 between -> :3
        ZADD z 0 two 3 three -> :1
        ZPOPMIN z -> [\"two\" \"0\"]
        ZPOPMIN z 2 -> [\"one\" \"1\" \"between\" \"1.5\"]
        ZPOPMIN z 9 -> [\"three\" \"3\"]
        ZPOPMIN z -> []
        ZADD z nan x -> -ERR value is not a valid float
        ZADD z -0 zero 0 nought -> :2
        ZPOPMIN z 2 -> [\"nought\" \"0\" \"zero\" \"0\"]
        ",
    );
}

#[test]
fn what_does_not_fit_is_refused_and_changes_nothing() {
    transcript(
        "
        SET k v -> +OK
        LPUSH k x -> -WRONGTYPE Operation against a key holding the wrong kind of value
        SADD k x -> -WRONGTYPE Operation against a key holding the wrong kind of value
        HSET k x y -> -WRONGTYPE Operation against a key holding the wrong kind of value
        ZADD k 1 x -> -WRONGTYPE Operation against a key holding the wrong kind of value
        LRANGE k 0 1 -> -WRONGTYPE Operation against a key holding the wrong kind of value
        GET k -> \"v\"
        SET k -> -ERR wrong number of arguments for 'set' command
        MSET a 1 b -> -ERR wrong number of arguments for 'mset' command
        LPUSH l -> -ERR wrong number of arguments for 'lpush' command
        SELECT 1 -> -ERR wrong number of arguments for 'select' command
        FLY away -> -ERR unknown command 'FLY'
        DBSIZE -> :1
        ",
    );
}

#[test]
fn a_request_in_pieces_is_understood_and_clients_share_the_data() {
    run(async {
        let (listener, port) = listener().await;
        let _server = resp_server::serve(listener);
        let stream = TcpStream::connect("127.0.0.1", port).await.expect("somebody listens");
        stream.set_nodelay(true).expect("it can be set");
        for byte in b"*3\r\n$3\r\nSET\r\n$4\r\na\r\nb\r\n$2\r\n\0\xff\r\n" {
            stream.write_all(&[*byte]).await.expect("the server reads");
            // So that each byte is a read of its own, as far as the system allows.
            boucle::interrupt().await;
        }
        let mut answer = [0; 5];
        stream.read_exact(&mut answer).await.expect("it answers");
        assert_eq!(&answer, b"+OK\r\n");
        let other = answers(port, b"*2\r\n$3\r\nGET\r\n$4\r\na\r\nb\r\n").await;
        assert_eq!(other, b"$2\r\n\0\xff\r\n");
    });
}
