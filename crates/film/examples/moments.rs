//! What the player of this crate shows at every moment of a run, a line of JSON each: the page must show
//! the same, and `check/page.py` compares the two.
//!
//! `cargo run -p film --example moments NAME` for a program or a recording; without NAME, the names.

use std::io;
use std::io::Write;

use boucle_trace::{Ended, Life, Player, TaskNo};
use film::{PROGRAMS, Run, Scene};
use serde_json::{Value, json};

/// What is compared.
fn moment(run: &Run, player: &Player) -> Value {
    let state = player.state();
    let number = |it: &TaskNo| it.get();
    let tasks: Vec<_> = state
        .tasks
        .iter()
        .map(|(task, it)| {
            let life = match state.life(*task) {
                Life::Running => "running",
                Life::Ready => "ready",
                Life::Waiting => "waiting",
                Life::Done(Ended::Value) => "done",
                Life::Done(Ended::Panicked) => "panicked",
                Life::Done(Ended::Cancelled) => "cancelled",
                Life::Done(Ended::Dropped) => "dropped",
            };
            let waits: Vec<_> = player.waits(*task).collect();
            let calls: Vec<_> = it.awaits.iter().map(ToString::to_string).collect();
            json!([task.get(), state.name(*task), life, it.is_ready, it.n_polls, waits, calls])
        })
        .collect();
    let timers: Vec<_> =
        state.timers.iter().map(|it| json!([it.at, it.by.as_ref().map_or(0, number)])).collect();
    let objects = state.objects.iter().map(|(object, it)| {
        let holders: Vec<_> = it.holders.iter().map(|(task, n)| (task.get(), n)).collect();
        json!([object.get(), state.object(*object), holders])
    });
    let scene = Scene::new(run, player, &[]);
    json!({
        "running": state.running.iter().map(number).collect::<Vec<_>>(),
        "ready": state.ready.iter().map(number).collect::<Vec<_>>(),
        "tasks": tasks,
        "timers": timers,
        "objects": objects.collect::<Vec<_>>(),
        "asleep": state.asleep.map(|it| it.until),
        "lines": state.output.len(),
        "last": state.output.last().map(|it| it.text.as_ref()),
        "phase": scene.phase,
        "told": scene.told,
        "why": scene.why,
        "mark": scene.mark,
        "mark_says": scene.mark_says,
        "now": scene.now,
    })
}

fn main() -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let Some(name) = std::env::args().nth(1) else {
        for program in PROGRAMS {
            writeln!(out, "{}", program.name)?;
        }
        return out.flush();
    };
    let run = match Run::open(&name, true) {
        Ok(run) => run,
        Err(error) => return Err(io::Error::other(error.to_string())),
    };
    let mut player = Player::new(run.trace.clone());
    loop {
        writeln!(out, "{}", moment(&run, &player))?;
        if !player.step() {
            return out.flush();
        }
    }
}
