//! The only place that calls code of a user: guard, handler, instrument, order, faults.

pub(crate) mod faults;
mod instrument;
pub(crate) mod report;

pub use self::faults::{Faults, SystemCall};
pub use self::instrument::{Instrument, Order};
pub use self::report::Report;
