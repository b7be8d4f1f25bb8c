//! What one iterates over by waiting: `while let` and `next().await` are Python's `async for`.

mod course;

use boucle::{Loop, sleep};
use world::println;

use course::{seconds, show_timer, start_timer};

/// The numbers below `stop`, each after a while.
struct ARange {
    next: u32,
    stop: u32,
}

impl ARange {
    async fn next(&mut self) -> Option<u32> {
        if self.next == self.stop {
            return None;
        }
        sleep(seconds(0.1)).await;
        self.next += 1;
        Some(self.next - 1)
    }
}

fn main() {
    program(&Loop::new());
}

/// The program, on any loop: a test gives it one whose time is virtual.
pub(crate) fn program(event_loop: &Loop) {
    Loop::set_current(Some(event_loop));
    start_timer();
    let iterate = async {
        let mut range = ARange { next: 0, stop: 3 };
        while let Some(number) = range.next().await {
            show_timer(number);
        }

        let mut range = ARange { next: 0, stop: 3 };
        let mut all = Vec::new();
        while let Some(number) = range.next().await {
            all.push(number);
        }
        println!("{all:?}");
    };
    event_loop.run_until_complete(iterate).expect("nobody stops the loop");
}
