//! Do the transcripts bite? Each stage runs with a planted mistake, and must be caught.

mod planted {
    include!(concat!(env!("OUT_DIR"), "/mistakes.rs"));
}

use std::panic;
use std::time::Duration;

use world::Recorder;

use crate::coroutine::message;
use crate::road;

/// Enough polls for any stage's program; one that turns for ever is stopped here.
const ENOUGH: usize = 30_000;

/// Long enough for bytes that go from here to here; a loop that sleeps for ever is stopped then.
const PATIENCE: Duration = Duration::from_millis(20);

/// How the snapshot of a stage's program tells that `main` is another one; `None` if it does not.
fn caught(recorder: Recorder, stage: usize, main: fn()) -> Option<String> {
    let run = || recorder.poll_limit(ENOUGH).record(main);
    let recording = match panic::catch_unwind(run) {
        Ok(recording) => recording,
        Err(payload) => {
            let said = message(&*payload);
            let said = said.lines().next().expect("a panic says why");
            let turns_for_ever = said.contains(&format!("its limit of {ENOUGH}"));
            return Some(if turns_for_ever {
                "turns for ever".to_owned()
            } else if said.contains("and nothing has come") {
                "sleeps for ever".to_owned()
            } else {
                said.to_owned()
            });
        }
    };

    let snapshot = road::read(format!("tests/it/snapshots/stage{stage}.snap"));
    let right = snapshot.splitn(3, "---\n").nth(2).expect("a snapshot has a head of its own");
    let transcript = road::transcript(stage, &recording);
    let (mut right, mut found) = (right.trim_end().lines(), transcript.lines());
    for number in 1.. {
        match (right.next(), found.next()) {
            (None, None) => break,
            (right, found) if right == found => {}
            // What stands there instead may be different each time: a port, say.
            (Some(right), _) => return Some(format!("line {number} is not: {}", right.trim())),
            (None, Some(_)) => return Some(format!("line {number} is one too many")),
        }
    }
    None
}

#[test]
fn each_planted_mistake_is_caught() {
    let mut table = String::new();
    for (stage, mistake, main) in planted::PLANTED {
        let how = caught(road::recorder(*stage).patience(PATIENCE), *stage, *main);
        let how = how.unwrap_or_else(|| panic!("stage{stage}: no transcript shows {mistake}"));
        table += &format!("stage{stage} {mistake}\n    {how}\n");
    }
    road::check_snapshot("bite", &table);
}

#[test]
fn the_right_programs_are_not_caught() {
    for (stage, main) in road::DEMOS.into_iter().enumerate() {
        assert_eq!(caught(road::recorder(stage), stage, main), None, "stage{stage}");
    }
}

#[test]
fn each_stage_from_2_on_has_three_planted_mistakes() {
    for stage in 2..road::DEMOS.len() {
        let n_planted = planted::PLANTED.iter().filter(|it| it.0 == stage).count();
        assert!(n_planted >= 3, "stage{stage} has {n_planted}");
    }
}
