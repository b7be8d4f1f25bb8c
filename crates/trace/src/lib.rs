//! What happened in a run of boucle, or of a stage of the road: as data, as text, as a picture.

mod chrome;
mod compact;
mod event;
mod header;
mod html;
mod json;
mod lint;
mod player;
mod record;
mod recorder;
mod state;
mod svg;
mod text;
mod trace;

pub use crate::event::{
    By, Ended, Event, On, Place, PollEnd, Reported, RunEnd, TaskNo, Text, What,
};
pub use crate::header::{Clock, FORMAT, Header, VERSION};
pub use crate::json::{Problem, ReadError};
pub use crate::lint::{Finding, Limits, Lint};
pub use crate::player::{Phase, Player};
pub use crate::record::{lanes, record, record_stage, record_stage_with, record_with};
pub use crate::recorder::{Options, Recorder};
pub use crate::state::{Asleep, Choice, Life, Line, State, TaskState, Timer, Wait, Wake};
pub use crate::trace::Trace;
