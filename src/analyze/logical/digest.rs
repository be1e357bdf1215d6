//! Digests of what is asked: equal exactly if it is the same, in any build.

use std::fmt::Display;

use sha2::{Digest as _, Sha256};

/// Identifies a normal form by its content, whatever else a build asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Digest([u8; 16]);

impl Digest {
    /// Its first half, for lists of which a false hit costs nothing but time.
    pub(crate) fn short(self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }
}

/// The parts of a normal form, in order. The length of each text is part of it, so that no two lists of parts
/// are alike.
pub(super) struct Key(Sha256);

impl Key {
    pub(super) fn new(kind: &str) -> Self {
        Self(Sha256::new()).text(kind)
    }

    pub(super) fn text(mut self, text: &str) -> Self {
        self.0.update((text.len() as u64).to_le_bytes());
        self.0.update(text.as_bytes());
        self
    }

    pub(super) fn shown(self, part: impl Display) -> Self {
        self.text(&part.to_string())
    }

    pub(super) fn number(mut self, number: i64) -> Self {
        self.0.update(number.to_le_bytes());
        self
    }

    pub(super) fn part(mut self, part: Digest) -> Self {
        self.0.update(part.0);
        self
    }

    /// Parts whose number isn't known from the kind.
    pub(super) fn parts(self, parts: &[Digest]) -> Self {
        let count = i64::try_from(parts.len()).unwrap_or(i64::MAX);
        parts.iter().fold(self.number(count), |key, &part| key.part(part))
    }

    pub(super) fn end(self) -> Digest {
        let mut first = [0; 16];
        first.copy_from_slice(&self.0.finalize()[..16]);
        Digest(first)
    }
}
