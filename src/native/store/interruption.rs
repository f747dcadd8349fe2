//! Ctrl-C, for work that has something to clean up.

use super::runtime;
use crate::error::{Error, Kind, Result};
use futures::FutureExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Once, mpsc};

static IS_INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From now on Ctrl-C does not end the program at once: whoever works asks [`check_interruption`]. A second one does.
///
/// # Errors
/// [`Kind::Io`] if there is no thread or runtime to wait for it.
pub fn heed_interruption() -> Result<()> {
    static HEEDED: Once = Once::new();
    let mut result = Ok(());
    HEEDED.call_once(|| {
        let (started, starting) = mpsc::sync_channel(1);
        std::thread::spawn(move || {
            let runtime = match runtime() {
                Ok(runtime) => runtime,
                Err(error) => return started.send(Err(error)).unwrap_or_default(),
            };
            runtime.block_on(async {
                let mut signal = Box::pin(tokio::signal::ctrl_c());
                // Asked once, it is heard from then on.
                let _ = (&mut signal).now_or_never();
                started.send(Ok(())).unwrap_or_default();
                while signal.await.is_ok() {
                    if IS_INTERRUPTED.swap(true, Ordering::Relaxed) {
                        std::process::exit(1);
                    }
                    signal = Box::pin(tokio::signal::ctrl_c());
                }
            });
        });
        result = starting.recv().unwrap_or(Ok(()));
    });
    result
}

/// An error if there was a Ctrl-C.
///
/// # Errors
/// [`Kind::Io`].
pub fn check_interruption(place: &str) -> Result<()> {
    if IS_INTERRUPTED.load(Ordering::Relaxed) { Err(interrupted(place)) } else { Ok(()) }
}

/// What a request gives, or nothing if Ctrl-C comes first.
pub(super) async fn unless_interrupted<T>(request: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        answer = request => Some(answer),
        _ = tokio::signal::ctrl_c() => None,
    }
}

pub(super) fn interrupted(place: &str) -> Error {
    Error::new(Kind::Io, place.to_owned(), "the time to finish", "an interruption: nothing was written")
}
