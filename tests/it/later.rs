//! Stages 8 to 13, a module a stage; and one program under two stages.

mod exceptions;
mod idling;
mod life;
mod queue;
mod results;
mod times;
mod waking;

/// The tests of stage 7's sockets, on those of stage 10.
mod sockets {
    include!(concat!(env!("OUT_DIR"), "/sockets.rs"));
}

use world::Recorder;
use world::time::Duration;

/// Records a program whose loop sleeps: its times are exact.
fn record(program: impl FnOnce()) -> world::Recording {
    Recorder::new().tick(Duration::ZERO).record(program)
}

/// What a program prints, on one line.
fn line(program: impl FnOnce()) -> String {
    record(program).output().trim_end().replace('\n', ", ")
}
