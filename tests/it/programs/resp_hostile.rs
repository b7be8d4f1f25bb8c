//! The server that speaks Redis's protocol, and clients that mean no good.

use super::program::resp_server;
use super::program::resp_server::store::Store;
use super::program::resp_server::wire;
use super::resp::answers;
use super::{listener, run};

/// Numbers that look like chance, and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, n_sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n_sides as u64) as usize
    }
}

#[test]
fn what_nobody_understands_is_told_once_and_ends_the_connection() {
    let a_lot = |n| "x".repeat(n);
    let cases = [
        ("*5000\r\n".to_owned(), "invalid multibulk length"),
        ("*9999999999999999999999\r\n".to_owned(), "invalid multibulk length"),
        ("*x\r\n".to_owned(), "invalid multibulk length"),
        ("*1\r\nPING\r\n".to_owned(), "expected '$'"),
        ("*1\r\n$-1\r\n".to_owned(), "invalid bulk length"),
        ("*1\r\n$1048577\r\n".to_owned(), "invalid bulk length"),
        ("*1\r\n$99999999999999999999\r\n".to_owned(), "invalid bulk length"),
        ("*1\r\n$4\r\nPINGPONG\r\n".to_owned(), "expected the end of an argument"),
        (a_lot(5000), "too long line"),
        (format!("*1\r\n${}", a_lot(5000)), "too long line"),
        (
            format!("*3\r\n$600000\r\n{}\r\n$600000\r\n{}", a_lot(600_000), a_lot(500_000)),
            "too big request",
        ),
    ];
    run(async {
        let (listener, port) = listener().await;
        let _server = resp_server::serve(listener);
        for (request, what) in cases {
            // What stands before is answered, what follows is not.
            let told = answers(port, format!("PING\r\n{request}\r\nPING\r\n").as_bytes()).await;
            let expected = format!("+PONG\r\n-ERR Protocol error: {what}\r\n");
            assert_eq!(String::from_utf8_lossy(&told), expected);
        }
        // The others notice nothing.
        assert_eq!(answers(port, b"\r\n*0\r\n*-1\r\nPING\r\n").await, b"+PONG\r\n");
        // Half a request is no request.
        assert_eq!(answers(port, b"PING\r\n*2\r\n$3\r\nGET\r\n$1\r\n").await, b"+PONG\r\n");
    });
}

#[test]
fn the_name_of_an_unknown_command_cannot_forge_an_answer() {
    let mut output = Vec::new();
    Store::new(1000).execute(&[b"a\r\n+OK\r\n\x1b[2J", b"x"], &mut output);
    assert_eq!(output, b"-ERR unknown command 'A\\r\\n+OK\\r\\n\\u{1b}[2J'\r\n");
}

#[test]
fn no_bytes_whatever_do_harm() {
    let well =
        b"*3\r\n$4\r\nZADD\r\n$1\r\nz\r\n*2\r\nMSET a b c d\r\n$3\r\nGET\r\n*1\r\n$4\r\nPING\r\n";
    let mut dice = Dice(0x5eed);
    let mut store = Store::new(100_000);
    let (mut n_understood, mut n_refused) = (0, 0);
    for _ in 0..20_000 {
        let mut input = well[..=dice.roll(well.len())].to_vec();
        for _ in 0..dice.roll(4) {
            let at = dice.roll(input.len());
            input[at] = b"*$-0123456789\r\n\0\xffzG"[dice.roll(19)];
        }
        let mut rest = input.as_slice();
        loop {
            match wire::request(rest) {
                Ok(Some((arguments, n))) => {
                    assert!(0 < n && n <= rest.len(), "{input:?}");
                    store.execute(&arguments, &mut Vec::new());
                    rest = &rest[n..];
                    n_understood += 1;
                }
                Ok(None) => break,
                Err(_) => {
                    n_refused += 1;
                    break;
                }
            }
        }
    }
    assert!(n_understood > 1000 && n_refused > 1000, "{n_understood} and {n_refused}");
}

#[test]
fn all_that_is_kept_is_counted_and_given_back() {
    let commands = [
        "SET", "GET", "INCR", "DEL", "LPUSH", "RPUSH", "LPOP", "RPOP", "SADD", "SPOP", "HSET",
        "ZADD", "ZPOPMIN", "MSET", "LRANGE",
    ];
    let words = ["a", "b", "c", "1", "2", "-1.5"];
    let mut dice = Dice(0xfeed);
    let mut store = Store::new(2000);
    let mut n_full = 0;
    for _ in 0..50_000 {
        let mut request = vec![commands[dice.roll(commands.len())].as_bytes()];
        request.extend((0..=dice.roll(5)).map(|_| words[dice.roll(words.len())].as_bytes()));
        let mut output = Vec::new();
        store.execute(&request, &mut output);
        n_full += usize::from(output.starts_with(b"-OOM"));
        // A key costs a little more, and is made with the first of its values.
        assert!(store.n_bytes <= 2000 + 100, "{} bytes", store.n_bytes);
    }
    assert!(n_full > 10, "it was full only {n_full} times");
    assert!(store.n_bytes > 0);
    let everything: Vec<_> = std::iter::once("DEL").chain(words).map(str::as_bytes).collect();
    store.execute(&everything, &mut Vec::new());
    assert_eq!(store.n_bytes, 0);
}

#[test]
fn a_full_store_keeps_what_it_has() {
    let mut store = Store::new(1000);
    let mut ask = |request: &[&[u8]]| {
        let mut output = Vec::new();
        store.execute(request, &mut output);
        String::from_utf8(output).expect("it is text")
    };
    let long = vec![b'x'; 2000];
    assert_eq!(ask(&[b"SET", b"k", b"v"]), "+OK\r\n");
    let full = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
    assert_eq!(ask(&[b"SET", b"k", &long]), full);
    assert_eq!(ask(&[b"LPUSH", b"l", b"a", &long]), full);
    assert_eq!(ask(&[b"GET", b"k"]), "$1\r\nv\r\n");
    assert_eq!(ask(&[b"DBSIZE"]), ":1\r\n");
}

#[test]
fn a_reply_is_never_longer_than_its_limit() {
    let mut store = Store::new(64 * 1024 * 1024);
    let item = vec![b'x'; 1024 * 1024];
    let mut output = Vec::new();
    for _ in 0..20 {
        store.execute(&[b"RPUSH", b"l", &item], &mut output);
        store.execute(&[b"ZADD", b"z", b"1", &[output.len() as u8; 900_000]], &mut output);
    }
    output.clear();
    store.execute(&[b"LRANGE", b"l", b"0", b"-1"], &mut output);
    assert_eq!(output, b"-ERR the reply would be too long\r\n");
    output.clear();
    store.execute(&[b"ZPOPMIN", b"z", b"30"], &mut output);
    assert_eq!(output, b"-ERR the reply would be too long\r\n");
    output.clear();
    store.execute(&[b"LRANGE", b"l", b"0", b"9"], &mut output);
    assert!(output.starts_with(b"*10\r\n"));
}
