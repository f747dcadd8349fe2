//! Libraries that assert what they read: on hostile bytes a panic of theirs becomes an answer, and prints nothing.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    /// Whether this thread runs inside of [`contain`].
    static IS_CONTAINED: Cell<bool> = const { Cell::new(false) };
}

/// What `read` returns, or `None` if it panics. Whatever `read` was building is dropped with the panic.
///
/// The panic hook is the whole process's, so the one that is set here, once, is silent only on threads that are inside
/// of `contain`, and calls the hook before it for all others.
pub(super) fn contain<T>(read: impl FnOnce() -> T) -> Option<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let printing = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !IS_CONTAINED.get() {
                printing(panic);
            }
        }));
    });
    IS_CONTAINED.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(read));
    IS_CONTAINED.set(false);
    result.ok()
}
