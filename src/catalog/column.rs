//! How a column holds the values of a field.

use crate::types::EpochUnit;

/// The place of a field inside a document or struct that a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inside {
    /// What the column holds, inside which the value is.
    pub container: Container,
    /// The steps that lead to it, from the outermost; none for the whole.
    pub steps: Vec<Step>,
}

/// A step on the way to a field inside a document or struct.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The value of a key, or the member of a struct.
    Key(String),
    /// Of an array, the first element whose `field` holds the text `key`.
    Entry {
        /// The field that holds the elements' keys.
        field: String,
        /// The key of the element.
        key: String,
    },
}

impl Inside {
    /// Whether it is in an array of structs.
    #[must_use]
    pub(crate) fn is_struct_entry(&self) -> bool {
        self.container == Container::Struct
            && self.steps.iter().any(|step| matches!(step, Step::Entry { .. }))
    }
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Key(key) => write!(f, "{key}"),
            Self::Entry { field, key } => write!(f, "[{field} = {key}]"),
        }
    }
}

/// What a column holds that a field is read out of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// A JSON document, in the type that the target has for them.
    Json,
    /// Text that is a JSON document.
    JsonText,
    /// A struct, whose members have types of their own.
    Struct,
}

/// How a column holds a value, where reading it needs a conversion.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Storage {
    /// The column has the type that the field declares.
    #[default]
    Native,
    /// A timestamp in a column without a zone: local times of this IANA zone.
    Zone(String),
    /// `CHAR(n)`: padded with spaces that do not count.
    Char,
    /// An integer of 32 bits or fewer; arithmetic with it has 64.
    Int32,
    /// A 32-bit float, widened when it is read; NaN is missing.
    Float32,
    /// A 64-bit float that may hold NaN, which is missing.
    FloatNan,
    /// An integer that counts the time from 1970 to a timestamp.
    Epoch(EpochUnit),
    /// The digits of a date, `20240131`.
    Digits {
        /// Whether they are an integer; otherwise they are text.
        number: bool,
    },
    /// Text in which versions are written loosely: `v1.2`.
    LooseVersion,
}

impl Storage {
    /// Whether the column holds values of another type, from which the field's are made.
    #[must_use]
    pub fn is_encoding(&self) -> bool {
        self.encoding().is_some()
    }

    /// What the catalog calls an encoding.
    #[must_use]
    pub(crate) fn encoding(&self) -> Option<&'static str> {
        match self {
            Self::Epoch(unit) => Some(unit.name()),
            Self::Digits { .. } => Some("yyyymmdd"),
            Self::LooseVersion => Some("loose"),
            Self::Native | Self::Zone(_) | Self::Char | Self::Int32 | Self::Float32 | Self::FloatNan => None,
        }
    }
}
