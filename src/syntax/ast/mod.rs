//! The syntax tree: what was written, every node with its span, no name looked up.

mod expr;
mod rows;

pub(crate) use expr::*;
pub use rows::*;

use crate::diagnostic::Span;
use crate::types::{Literal, Type, Unit};

/// A parsed `.seg` file: the items that could be read (what could not is a problem).
#[derive(Debug, Clone, Default)]
pub struct File {
    /// In the order they are written.
    pub(crate) items: Vec<Item>,
    /// Names of items that could not be read, which has been reported.
    pub(crate) unread: Vec<String>,
}

/// A top-level item.
#[derive(Debug, Clone)]
pub(crate) enum Item {
    /// `param name: type = default`
    Param(Param),
    /// `trait name on entity = expression`
    Trait(Trait),
    /// `segment name on entity { … }`
    Segment(Box<Segment>),
}

/// A name as it was written, without its backticks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    /// The name.
    pub(crate) text: String,
    /// Where it is, backticks included.
    pub(crate) span: Span,
}

/// `param min_spend: decimal = 1000`
#[derive(Debug, Clone)]
pub(crate) struct Param {
    /// Its name, without `$`.
    pub(crate) name: Name,
    /// Its declared type.
    pub(crate) ty: Type,
    /// Where the type is.
    pub(crate) ty_span: Span,
    /// Its default; without one, `--param` must give a value.
    pub(crate) default: Option<Expr>,
}

/// `trait lifetime_value on customer = sum(orders.total)`
#[derive(Debug, Clone)]
pub(crate) struct Trait {
    /// Its name.
    pub name: Name,
    /// The entity that has it.
    pub(crate) entity: Name,
    /// Its definition.
    pub value: Expr,
}

/// `segment name on entity [extends parent] { properties and rules }`
#[derive(Debug, Clone)]
pub(crate) struct Segment {
    /// Its name.
    pub name: Name,
    /// The entity whose rows it selects.
    pub entity: Name,
    /// The segment that it narrows.
    pub(crate) extends: Option<Name>,
    /// `name: value` lines, in order.
    pub properties: Vec<Property>,
    /// `where`, `include where` and `exclude where`, in order.
    pub(crate) rules: Vec<Rule>,
    /// `keep …`, in order.
    pub keeps: Vec<Keep>,
    /// Parts of it couldn't be read, for which errors have been reported.
    pub(crate) is_unreadable: bool,
}

/// A property: `owner: "growth@shop.example"`.
#[derive(Debug, Clone)]
pub(crate) struct Property {
    /// Its name; of two words for `exclusive group`.
    pub(crate) name: Name,
    /// What it is set to.
    pub(crate) value: PropertyValue,
    pub(crate) value_span: Span,
}

/// The value of a property.
#[derive(Debug, Clone)]
pub(crate) enum PropertyValue {
    /// `"text"`
    Text(String),
    /// `10`
    Integer(i64),
    /// `true`
    Boolean(bool),
    /// `incremental`
    Word(String),
    /// `[marketing, "end of year"]`
    List(Vec<Name>),
    /// `14 days`
    Duration(i64, Unit),
}

/// What a rule does with the entities that its condition selects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RuleKind {
    /// `where E`: the one and only include.
    Where,
    /// `include where E`
    Include,
    /// `exclude where E`
    Exclude,
}

/// One rule of a segment.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    /// Include or exclude.
    pub(crate) kind: RuleKind,
    pub(crate) condition: Expr,
    /// The whole rule.
    pub(crate) span: Span,
}

/// `keep …`: reduces those who match.
#[derive(Debug, Clone)]
pub(crate) struct Keep {
    /// How.
    pub kind: KeepKind,
    /// The whole of it.
    pub(crate) span: Span,
}

/// The kinds of [`Keep`].
#[derive(Debug, Clone)]
pub(crate) enum KeepKind {
    /// `keep top 10 per company by lifetime_value`, `keep bottom 5% by total`
    Rank {
        bottom: bool,
        /// `10`, `5%`
        size: Literal,
        /// `%` follows the size.
        percent: bool,
        /// Where the size is, with its `%`.
        size_span: Span,
        /// The groups within which it counts.
        per: Option<Path>,
        /// What it ranks by.
        by: Expr,
    },
    /// `keep sample 10% seed "autumn"`
    Sample {
        /// The percentage.
        percent: Literal,
        /// Where the percentage is, with its `%`.
        percent_span: Span,
        /// The text that decides who it is.
        seed: String,
    },
}
