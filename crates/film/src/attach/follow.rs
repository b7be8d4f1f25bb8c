//! Who follows the loops of a program: a thread for each, and one that looks for new ones.

use std::collections::BTreeSet;
use std::io;
use std::sync::mpsc;
use std::sync::mpsc::{Receiver, SyncSender};
use std::thread;
use std::time::Duration;

use boucle_trace::attach::{AttachError, Following, Program, Update};

use super::Looked;

/// One looks for new loops so often.
const BETWEEN: Duration = Duration::from_secs(1);

/// So many updates wait to be taken: whoever draws takes them between two pictures.
const WAITING: usize = 64;

/// What was told of a loop.
pub(super) struct Told {
    /// Which one.
    pub(super) number: u32,
    /// What happened, or why nothing more is told.
    pub(super) update: Result<Update, AttachError>,
}

/// Follows the loop that is looked at, and all others, if all are looked at.
pub(super) fn follow(looked_at: &Looked, following: Following) -> io::Result<Receiver<Told>> {
    let (sender, updates) = mpsc::sync_channel(WAITING);
    begin(looked_at.number, following, sender.clone())?;
    if looked_at.is_all {
        let program = looked_at.program.clone();
        let known = BTreeSet::from([looked_at.number]);
        let thread = thread::Builder::new().name("film: loops".to_owned());
        thread.spawn(move || look_for_more(&program, known, &sender))?;
    }
    Ok(updates)
}

/// Follows one loop, until its run is over or nobody listens.
fn begin(number: u32, mut following: Following, to: SyncSender<Told>) -> io::Result<()> {
    let thread = thread::Builder::new().name("film: follow".to_owned());
    thread.spawn(move || {
        loop {
            let update = following.wait();
            let is_over = matches!(update, Err(_) | Ok(Update::Over));
            if to.send(Told { number, update }).is_err() || is_over {
                break;
            }
        }
    })?;
    Ok(())
}

/// Follows the loops that are not followed yet, as long as the program answers.
fn look_for_more(program: &Program, mut known: BTreeSet<u32>, to: &SyncSender<Told>) {
    while let Ok(loops) = program.loops() {
        for number in loops.into_iter().map(|it| it.number) {
            if known.contains(&number) {
                continue;
            }
            // Too many look at it at this moment, say: the next time perhaps.
            if let Ok(following) = program.follow(number) {
                if begin(number, following, to.clone()).is_ok() {
                    known.insert(number);
                }
            }
        }
        thread::sleep(BETWEEN);
    }
}
