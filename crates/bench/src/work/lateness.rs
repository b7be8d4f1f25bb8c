//! How late a sleep ends: what is between the deadline and the poll.

use std::time::{Duration, Instant};

use crate::peers::Peer;

/// Sleeps `n` times, and tells by how much half of the sleeps were late, and 99 of 100.
///
/// The deadlines are spread over three milliseconds: whoever rounds them to whole ones rounds each by another
/// amount.
pub async fn measure<P: Peer>(n: usize) -> Vec<f64> {
    let mut late = Vec::with_capacity(n);
    for i in 0..n {
        let duration = Duration::from_micros(500 + i as u64 * 13 % 3_000);
        let deadline = Instant::now() + duration;
        P::sleep(duration).await;
        late.push(deadline.elapsed());
    }
    late.sort_unstable();
    [late[n / 2], late[n * 99 / 100]].map(|late| late.as_nanos() as f64).to_vec()
}
