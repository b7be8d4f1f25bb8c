//! `std::pin`, as far as the road needs it: a future that stays in its place, and is polled by hand.

#[doc(hidden)]
pub use std::pin::pin as std_pin;

#[doc(inline)]
pub use crate::__pin as pin;
pub use crate::steps::Steps;

/// `std`'s `pin!`; in a recording, each poll of the future is told.
///
/// # Examples
///
/// ```
/// use std::task::{Context, Waker};
/// use world::pin::pin;
/// use world::{Event, TaskId};
///
/// let recording = world::record(|| {
///     let mut task = pin!(async { 42 });
///     assert!(task.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
/// });
/// assert_eq!(recording.polls(), [1]);
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! __pin {
    ($future:expr $(,)?) => {
        $crate::pin::std_pin!($crate::pin::Steps::new(::std::boxed::Box::pin($future)))
    };
}
