//! Panics that belong to an exploration: they are outcomes, and not printed a thousand times.

use std::cell::Cell;
use std::panic;
use std::sync::Once;

thread_local! {
    /// Whether panics of this thread are outcomes.
    static IS_QUIET: Cell<bool> = const { Cell::new(false) };
}

/// The hook is there.
static HOOK: Once = Once::new();

/// Calls `f`, whose panics are not printed; those of other threads are, as ever.
pub(crate) fn quietly<R>(f: impl FnOnce() -> R) -> R {
    /// As it was before, also if `f` panics.
    struct Before(bool);
    impl Drop for Before {
        fn drop(&mut self) {
            IS_QUIET.set(self.0);
        }
    }

    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !IS_QUIET.try_with(Cell::get).unwrap_or(false) {
                before(info);
            }
        }));
    });
    let _before = Before(IS_QUIET.replace(true));
    f()
}

/// What a panic said.
pub(crate) fn message(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|it| (*it).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "(no message)".to_owned())
}
