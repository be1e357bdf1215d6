//! Measures elapsed time, which is shown to people but never written to a file.

use std::time::{Duration, Instant};

#[expect(
    clippy::disallowed_methods,
    reason = "the duration of a run is for people and isn't part of any output file"
)]
pub(super) fn now() -> Instant {
    Instant::now()
}

/// The current time, which is as_of if none is given and no database is queried.
#[expect(clippy::disallowed_methods, reason = "the machine's clock, if there is no database")]
pub(super) fn instant() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

pub(super) fn duration(time: Duration) -> String {
    match time.as_millis() {
        millis @ 0..1000 => format!("{millis} ms"),
        _ => format!("{:.2} s", time.as_secs_f64()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_formatted_briefly() {
        assert_eq!(duration(Duration::from_micros(12_900)), "12 ms");
        assert_eq!(duration(Duration::from_millis(61_234)), "61.23 s");
    }
}
