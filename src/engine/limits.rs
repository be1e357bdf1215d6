//! What a statement may use: its time, and threads.

use std::io;
use std::num::NonZeroUsize;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// What each statement may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// How long it may take; without limit if there is none.
    pub time: Option<Duration>,
    /// How many threads the embedded engine may use; one for each core if there is none. A server decides
    /// for itself.
    pub threads: Option<NonZeroUsize>,
}

/// How often work is interrupted again that goes on.
const AGAIN: Duration = Duration::from_millis(50);

/// Does work, and interrupts it when its time is over. Returns whether that happened.
///
/// The work is interrupted again and again until it ends, since an interrupt may come between two of
/// its steps, where nothing notices it.
pub(super) fn in_time<T>(
    time: Duration,
    interrupt: impl Fn() + Send,
    work: impl FnOnce() -> T,
) -> io::Result<(T, bool)> {
    let (ended, end) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let watch = move || {
            let (mut patience, mut late) = (time, false);
            while end.recv_timeout(patience) == Err(RecvTimeoutError::Timeout) {
                interrupt();
                (patience, late) = (AGAIN, true);
            }
            late
        };
        let watch = thread::Builder::new().spawn_scoped(scope, watch)?;
        let done = work();
        drop(ended);
        Ok((done, watch.join().unwrap_or(false)))
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn work_is_interrupted_until_it_ends() {
        let interrupts = AtomicU32::new(0);
        let interrupt = || {
            interrupts.fetch_add(1, Ordering::SeqCst);
        };
        let work = || {
            while interrupts.load(Ordering::SeqCst) < 2 {
                thread::yield_now()
            }
        };
        let (_, late) = in_time(Duration::from_millis(1), interrupt, work).expect("a thread");
        assert!(late);
    }

    #[test]
    fn work_that_ends_in_time_is_left_alone() {
        let hour = Duration::from_secs(3600);
        let done = in_time(hour, || panic!("it was interrupted"), || 7).expect("a thread");
        assert_eq!(done, (7, false));
    }
}
