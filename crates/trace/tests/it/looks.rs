//! Every look at a recording that there is: none may panic, and none may depend on the way.

use boucle_trace::overview::{Axis, Window, ticks};
use boucle_trace::{Player, Trace};

/// A chance that is the same each time.
#[derive(Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Chance {
        Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `most`.
    pub(crate) fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % most.max(1)
    }
}

/// Draws and tells a recording in all ways, and plays it forwards, backwards and in jumps.
pub(crate) fn look(trace: &Trace, chance: &mut Chance) {
    let texts = [trace.lines(), trace.lanes(), trace.svg(), trace.html(), trace.chrome_json()];
    assert!(
        texts.iter().skip(1).all(|it| !it.is_empty()) && texts[0].lines().count() >= trace.len()
    );
    for finding in trace.lint() {
        assert!(finding.event < trace.len(), "{finding}");
    }
    let mut written = Vec::new();
    trace.write(&mut written).expect("memory takes all");
    let (read, _) = Trace::read_lossy(&written[..]);
    assert_eq!(read.as_ref(), Some(trace));
    look_at_the_whole(trace, chance);
    play(trace, chance);
}

/// Lanes, sums, ticks and changes, of the whole and of any part of it.
fn look_at_the_whole(trace: &Trace, chance: &mut Chance) {
    let overview = trace.overview();
    let (from, to) = (chance.below(trace.len() + 1), chance.below(trace.len() + 1));
    let _ = overview.sum(0..trace.len());
    let _ = overview.sum(from.min(to)..from.max(to));
    for axis in [Axis::Time, Axis::Event] {
        let part = Window { axis, from: overview.at(from, axis), to: overview.at(to, axis) };
        for window in [overview.whole(axis), part] {
            assert!(ticks(&window, 8).len() <= 8);
            for (task, n_columns) in overview.tasks().iter().zip([0, 1, 7, 80, 300]) {
                assert_eq!(overview.columns(*task, &window, n_columns).len(), n_columns);
            }
        }
    }
    let mut position = 0;
    while let Some(next) = overview.next_change(position) {
        assert!(next > position && next <= trace.len());
        position = next;
    }
}

/// Plays forwards and backwards: each state is the same both times.
fn play(trace: &Trace, chance: &mut Chance) {
    let mut player = Player::new(trace.clone());
    let mut states = vec![player.state().clone()];
    while player.step() {
        say(&player);
        states.push(player.state().clone());
    }
    while player.step_back() {
        assert_eq!(*player.state(), states[player.position()], "back at {}", player.position());
    }
    assert_eq!(player.position(), 0);
    for _ in 0..8 {
        let position = chance.below(trace.len() + 1);
        player.seek(position);
        assert_eq!(*player.state(), states[position], "jumped to {position}");
        match chance.below(6) {
            0 => player.next_poll(),
            1 => player.previous_poll(),
            2 => player.next_output(),
            3 => player.previous_output(),
            4 => player.step_back(),
            _ => player.step(),
        };
        assert_eq!(*player.state(), states[player.position()]);
    }
}

/// All that there is to say about a moment.
fn say(player: &Player) {
    let _ = (player.why(), player.told(), player.phase().to_string());
    let state = player.state();
    let _ = player.seconds(state.now);
    for task in state.tasks.keys() {
        let _ = (state.life(*task), state.name(*task), player.waits(*task).count());
        assert!(state.ready.place(*task).is_none_or(|it| it < state.ready.len()));
    }
}
