//! Two tickers, gathered: one every tenth of a second, one twice as often.

mod course;

use boucle::{Loop, gather, sleep};

use course::{seconds, show_timer, start_timer};

/// Ticks so many times, and waits after each.
async fn ticker(message: &str, n_ticks: usize, period: f64) {
    for _ in 0..n_ticks {
        show_timer(message);
        sleep(seconds(period)).await;
    }
}

/// Both at once.
async fn both() {
    let tickers = [ticker("tick1", 3, 0.1), ticker("tick2", 6, 0.05)];
    gather(tickers).await.expect("neither fails");
}

fn main() {
    // `boucle::run(both())` would be the same, in one line.
    program(&Loop::new());
}

/// The program, on any loop: a test gives it one whose time is virtual.
pub(crate) fn program(event_loop: &Loop) {
    Loop::set_current(Some(event_loop));
    start_timer();
    event_loop.run_until_complete(both()).expect("nobody stops the loop");
    show_timer("done");
}
