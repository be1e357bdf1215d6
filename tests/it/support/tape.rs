//! Choices read from bytes: an exhausted or zeroed tape always makes the simplest choice, so
//! that shrinking the bytes shrinks what is made of them.

/// A source of choices.
pub struct Tape<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Tape<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// A number below `n`; 0 at the end of the tape.
    pub fn below(&mut self, n: usize) -> usize {
        let byte = self.bytes.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        if n == 0 { 0 } else { usize::from(byte) % n }
    }

    /// True about once in `n`; false at the end of the tape.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == n - 1
    }

    /// One of these; the first at the end of the tape.
    pub fn pick<'s, T: ?Sized>(&mut self, items: &[&'s T]) -> &'s T {
        items[self.below(items.len())]
    }

    /// Whether anything is left.
    pub fn is_spent(&self) -> bool {
        self.at >= self.bytes.len()
    }
}
