//! An hour of connects, echoes and resets: memory and descriptors stay as they are. `just soak` runs it.

use std::fs;
use std::io;
use std::time::{Duration, Instant};

use boucle::net::{Server, TcpListener, TcpStream};
use boucle::{Task, sleep, spawn, timeout};

/// How many seconds it takes; an hour if this is not set.
const SECONDS: &str = "BOUCLE_SOAK_SECONDS";

/// How many clients there are at a time.
const N_CLIENTS: usize = 32;

/// What the process has.
struct Usage {
    /// Bytes of memory that are resident.
    resident: usize,
    descriptors: usize,
}

impl Usage {
    fn now() -> Usage {
        let pages = fs::read_to_string("/proc/self/statm").expect("this is Linux");
        let resident = pages.split(' ').nth(1).and_then(|it| it.parse::<usize>().ok());
        let descriptors = fs::read_dir("/proc/self/fd").expect("this is Linux").count();
        Usage { resident: resident.expect("a number") * 4096, descriptors }
    }
}

/// Comes, talks, and goes in one of five ways.
async fn client(address: std::net::SocketAddr, way: usize) -> io::Result<()> {
    let stream = TcpStream::connect_to(address).await?;
    let mut buffer = [0; 4096];
    for _ in 0..way % 7 {
        stream.write_all(&buffer[..1 + way % 4000]).await?;
        stream.read_exact(&mut buffer[..1 + way % 4000]).await?;
    }
    match way % 5 {
        // With a reset, which the server reads.
        0 => stream.set_linger(Some(Duration::ZERO))?,
        // In the middle of an answer.
        1 => stream.write_all(&[0; 4096]).await?,
        // Impatiently: nothing will come.
        2 => drop(timeout(Duration::from_millis(1), stream.read(&mut buffer)).await),
        // First one direction.
        3 => {
            stream.shutdown(std::net::Shutdown::Write)?;
            while stream.read(&mut buffer).await? > 0 {}
        }
        _ => {}
    }
    Ok(())
}

#[test]
#[ignore = "takes an hour"]
fn an_hour_of_connections_leaves_nothing_behind() {
    let seconds = std::env::var(SECONDS).ok().and_then(|it| it.parse().ok()).unwrap_or(3600);
    let length = Duration::from_secs(seconds);
    boucle::run(async {
        let listener = TcpListener::bind("127.0.0.1", 0).await?;
        let address = listener.local_addr()?;
        let server = Server::start(listener, N_CLIENTS / 2, async |stream: TcpStream, _| {
            let mut buffer = [0; 4096];
            // A client that resets is no news.
            while let Ok(n @ 1..) = stream.read(&mut buffer).await {
                if stream.write_all(&buffer[..n]).await.is_err() {
                    return;
                }
            }
        });
        let start = Instant::now();
        let (mut n_connections, mut next_report) = (0_usize, Duration::ZERO);
        let mut warm: Option<Usage> = None;
        while start.elapsed() < length {
            let clients: Vec<Task<io::Result<()>>> =
                (0..N_CLIENTS).map(|i| spawn(client(address, n_connections + i))).collect();
            for task in clients {
                let talked = timeout(Duration::from_secs(30), task).await.expect("it hangs");
                talked.expect("it does not panic")?;
            }
            n_connections += N_CLIENTS;
            // A pause, so that the machine can be used meanwhile, and timers as well.
            sleep(Duration::from_millis(20)).await;
            if start.elapsed() >= next_report {
                let usage = Usage::now();
                println!(
                    "{:>6} s {n_connections:>9} connections {:>8} KiB {:>3} descriptors",
                    start.elapsed().as_secs(),
                    usage.resident / 1024,
                    usage.descriptors
                );
                next_report += length / 30;
            }
            if warm.is_none() && start.elapsed() > length / 10 {
                warm = Some(Usage::now());
            }
        }
        server.abort_clients();
        let (warm, end) = (warm.expect("it took a while"), Usage::now());
        assert!(end.descriptors <= warm.descriptors + N_CLIENTS, "descriptors are left open");
        let grown = end.resident.saturating_sub(warm.resident);
        assert!(grown < 512 * 1024, "{grown} bytes more after {n_connections} connections");
        io::Result::Ok(())
    })
    .expect("the loopback works");
}
