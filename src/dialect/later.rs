//! Templates of the built-in files are parsed when something needs them. A build needs a few of them, and
//! to parse all takes longer than to check a small project.

use std::fmt;
use std::sync::{Arc, LazyLock};

type Parse<T> = Box<dyn FnOnce() -> Option<T> + Send>;

/// A value that is parsed when it is first needed, and shared by all copies.
#[derive(Clone)]
pub(super) struct Later<T>(Arc<LazyLock<Option<T>, Parse<T>>>);

impl<T: Send + 'static> Later<T> {
    pub(super) fn new(parse: impl FnOnce() -> Option<T> + Send + 'static) -> Self {
        Self(Arc::new(LazyLock::new(Box::new(parse))))
    }

    /// A value that is there already.
    pub(super) fn known(value: T) -> Self {
        Self::new(|| Some(value))
    }
}

impl<T> Later<T> {
    /// The value, or `None` if it couldn't be parsed, which a test rules out.
    pub(super) fn get(&self) -> Option<&T> {
        LazyLock::force(&self.0).as_ref()
    }
}

impl<T: PartialEq> PartialEq for Later<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.get() == other.get()
    }
}

/// As if the value had been there from the start: hashes are made of it.
impl<T: fmt::Debug> fmt::Debug for Later<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.get() {
            Some(value) => value.fmt(f),
            None => f.write_str("None"),
        }
    }
}
