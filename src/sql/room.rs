//! Room on the stack for the deepest expression that the language allows.

/// How much of the stack has to be free where SQL is made. Without optimization, 200 levels take more
/// than the 2 MB that threads of a pool have; trees of SQL are built, cloned and written recursively.
const ROOM: usize = 4 << 20;

/// Does its work where there is room, on a new stack if need be.
pub(super) fn with_room<T>(work: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(ROOM, 2 * ROOM, work)
}
