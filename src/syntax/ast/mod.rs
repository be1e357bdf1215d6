//! The syntax tree: the text of a file, every node with its span, without name resolution.

mod expr;
mod rows;

pub(crate) use expr::*;
pub use rows::*;

use crate::diagnostic::Span;
use crate::types::{Literal, Type, Unit};

/// A parsed `.seg` file, with all items that could be read. The others have been reported.
#[derive(Debug, Clone, Default)]
pub struct File {
    /// The items in the order of the file.
    pub(crate) items: Vec<Item>,
    /// The names of items that couldn't be read, which has been reported.
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

/// A name as written, without its backticks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) text: String,
    /// The span, including the backticks.
    pub(crate) span: Span,
}

/// `param min_spend: decimal = 1000`
#[derive(Debug, Clone)]
pub(crate) struct Param {
    /// The name without `$`.
    pub(crate) name: Name,
    pub(crate) ty: Type,
    pub(crate) ty_span: Span,
    /// The default. Without one, `--param` must give a value.
    pub(crate) default: Option<Expr>,
}

/// `trait lifetime_value on customer = sum(orders.total)`
#[derive(Debug, Clone)]
pub(crate) struct Trait {
    pub name: Name,
    /// The entity to which it belongs.
    pub(crate) entity: Name,
    pub value: Expr,
}

/// Where the keys of a static list are: `from list "lists/vips.csv"`, `from vip_account`.
#[derive(Debug, Clone)]
pub(crate) enum Listed {
    /// In a file of the project.
    File {
        /// Its path from the project's folder, with the escapes of the text literal resolved.
        path: String,
        /// The text literal.
        path_span: Span,
        /// All of it, from `from` on.
        span: Span,
    },
    /// In the rows of another entity.
    Entity {
        /// Its name.
        entity: Name,
        /// All of it, from `from` on.
        span: Span,
    },
}

impl Listed {
    /// All of it, from `from` on.
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::File { span, .. } | Self::Entity { span, .. } => *span,
        }
    }
}

/// `segment name on entity [extends parent | from list "…" | from entity] { properties and rules }`
#[derive(Debug, Clone)]
pub(crate) struct Segment {
    pub name: Name,
    /// The entity whose rows the segment selects.
    pub entity: Name,
    /// The parent.
    pub(crate) extends: Option<Name>,
    /// Where its keys are, if it is a static list.
    pub(crate) listed: Option<Listed>,
    /// `name: value` lines, in order.
    pub properties: Vec<Property>,
    /// `where`, `include where` and `exclude where`, in order.
    pub(crate) rules: Vec<Rule>,
    /// `keep …`, in order.
    pub keeps: Vec<Keep>,
    /// `with …`, in order.
    pub(crate) columns: Vec<Columns>,
    /// Whether a part couldn't be read, which has been reported.
    pub(crate) is_unreadable: bool,
    /// All of it.
    pub(crate) span: Span,
}

/// A property: `owner: "growth@shop.example"`.
#[derive(Debug, Clone)]
pub(crate) struct Property {
    /// The name, of two words for `exclusive group`.
    pub(crate) name: Name,
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

/// The effect of a rule on the entities that its condition selects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RuleKind {
    /// `where E`: the only include.
    Where,
    /// `include where E`
    Include,
    /// `exclude where E`
    Exclude,
}

/// A rule of a segment.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) kind: RuleKind,
    pub(crate) condition: Expr,
    /// The span of the whole rule.
    pub(crate) span: Span,
}

/// `with lifetime_value, country`: columns beside the key.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    pub(crate) columns: Vec<Column>,
    /// The span of the whole clause.
    pub(crate) span: Span,
}

/// A column beside the key: `last_order = last(orders.ordered_at)`.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// `last_order =`
    pub(crate) name: Option<Name>,
    pub(crate) value: Expr,
}

/// `keep …`: keeps only some of the matches.
#[derive(Debug, Clone)]
pub(crate) struct Keep {
    pub kind: KeepKind,
    /// The span of the whole clause.
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
        /// Whether `%` follows the size.
        percent: bool,
        /// The span of the size, including the `%`.
        size_span: Span,
        /// The groups to which the size applies.
        per: Option<Path>,
        /// The ranking expression.
        by: Expr,
    },
    /// `keep sample 10% seed "autumn"`
    Sample {
        percent: Literal,
        /// The span of the percentage, including the `%`.
        percent_span: Span,
        /// The seed of the pseudo-random selection.
        seed: String,
    },
}
