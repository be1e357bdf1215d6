//! Room on the stack for the deepest expression that the language allows.

/// The free stack needed to generate SQL. Without optimization, 200 levels need more than the 2 MB
/// of a pool's threads; trees of SQL are built, cloned and written recursively.
const ROOM: usize = 4 << 20;

/// Runs `work` with enough stack, on a new one if necessary.
pub(super) fn with_room<T>(work: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(ROOM, 2 * ROOM, work)
}
