//! How far the logs of members have been read.

use super::model::Log;
use super::rel::Scalar;
use super::state::read_to;

/// Up to which run every reader has read a segment's log: 0 for one that is kept for good, and the
/// greatest number where nobody reads it, or none of its readers has read anything yet. Those begin with an
/// evaluation in full.
pub(super) fn read_by(log: Option<&Log>, segment: &str) -> Scalar {
    let unread = || Scalar::integer(i64::MAX);
    let read = |(reader, inputs): &(String, Vec<String>)| {
        Scalar::Coalesce(vec![read_to(inputs, reader, segment), unread()])
    };
    match log {
        None => unread(),
        Some(log) if log.for_good => Scalar::integer(0),
        Some(log) => {
            let mut all: Vec<Scalar> = log.readers.iter().map(read).collect();
            match all.len() {
                0 => unread(),
                1 => all.swap_remove(0),
                _ => Scalar::Least(all),
            }
        }
    }
}
