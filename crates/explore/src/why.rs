//! Why something fails: the order once more, with all that its steps do, and others beside it.

pub(crate) mod again;
pub(crate) mod beside;
pub(crate) mod both;
pub(crate) mod explained;
pub(crate) mod film;
pub(crate) mod passes;
pub(crate) mod shortest;
pub(crate) mod stuck;
pub(crate) mod witness;
pub(crate) mod words;
