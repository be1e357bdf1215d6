//! A dialect, loaded.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

use sha2::{Digest, Sha256};
use sqlparser::ast::{DataType, ExactNumberInfo, Expr};

use super::capability::{Capability, Limit};
use super::function::Function;
use super::literals::{Identifiers, Literals};
use super::parse::Parser;
use super::probe::Probes;
use super::problems::OwnTemplates;
use super::statement::Statements;
use super::template::Template;
use super::words::Words;
use crate::diagnostic::{Diagnostic, Span};
use crate::types::{Literal, Type};

/// The SQL of a target.
#[derive(Debug, Clone)]
pub struct Dialect {
    /// The name, by which `segc.yml` refers to it.
    pub name: String,
    /// The name of the last dialect in its chain of `extends`, or its own if it extends none.
    pub origin: String,
    /// The templates that a file of the user's declares, and where.
    pub(super) own_templates: Vec<(String, Span)>,
    /// The parser for its SQL.
    pub parser: Parser,
    pub(super) capabilities: BTreeMap<Capability, Answer>,
    pub(super) limits: BTreeMap<Limit, Option<u64>>,
    pub(super) types: BTreeMap<String, NamedType>,
    pub(super) functions: BTreeMap<Function, Template>,
    /// Whether its keys of versions may differ from `Version::key`. Constants are then made by its
    /// template, too.
    pub(super) has_own_versions: bool,
    /// How constants are written.
    pub literals: Literals,
    /// How names are quoted.
    pub identifiers: Identifiers,
    /// How a script reads one of its instants.
    pub clock: Expr,
    /// How a script reads an instant as a date, if that differs.
    pub clock_date: Expr,
    /// Whether the engine's clock is constant within a query. If so, it is read where it is needed,
    /// so that filters are constant when the query is planned; otherwise a first subquery reads it
    /// once.
    pub clock_in_place: bool,
    /// The templates of the statements in scripts.
    pub(crate) statements: Statements,
    /// The queries for a live database.
    pub probes: Probes,
    /// A hash of its functions, once something has asked for it.
    pub(super) templates: OnceLock<String>,
}

/// A hash of a dialect's functions. It is computed when it is printed, since it needs all of them.
#[derive(Clone, Copy)]
pub(crate) struct TemplatesHash<'a>(pub(crate) &'a Dialect);

impl fmt::Display for TemplatesHash<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.templates())
    }
}

/// A type, and its spelling in the dialect file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NamedType {
    pub(super) ty: DataType,
    pub(super) words: Words,
}

/// A dialect's answer about a capability.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// Whether the target has it.
    pub(crate) allowed: bool,
    /// Its cost, in words.
    pub(crate) cost: Option<String>,
    /// A further note for people.
    pub(crate) note: Option<String>,
}

impl Dialect {
    /// Whether it is a built-in dialect that lacks something which a segment may use.
    #[must_use]
    pub(crate) fn is_limited(&self) -> bool {
        let mut features = Capability::ALL.iter().take_while(|one| **one != Capability::RowConcurrency);
        self.origin == self.name && self.own_templates.is_empty() && features.any(|one| !self.allows(*one))
    }

    /// Where a file of the user's declares the template of a function or a step.
    #[must_use]
    pub(crate) fn declared(&self, name: &str) -> Option<Span> {
        self.own_templates.iter().find(|(own, _)| own == name).map(|(_, span)| *span)
    }

    /// A warning about templates of the user's own, if it has some. `needs_engine`: whether only an
    /// engine of the user's can execute them.
    pub(crate) fn own_templates(
        &self,
        needs_engine: bool,
        path: impl Fn(Span) -> Option<String>,
    ) -> Option<Diagnostic> {
        let &(_, span) = self.own_templates.first()?;
        let names = self.own_templates.iter().map(|(name, _)| name.clone()).collect();
        let file = path(span).unwrap_or_else(|| format!("dialects/{}.yml", self.name));
        Some(OwnTemplates { span, dialect: self.name.clone(), names, file, needs_engine }.into())
    }

    /// The schema of tables named without one, or `None` if there is no such schema.
    #[must_use]
    pub(crate) fn default_schema(&self) -> Option<&str> {
        self.identifiers.default_schema.as_deref()
    }

    /// Texts that the engine substitutes wherever they occur, even inside a name.
    #[must_use]
    pub(crate) fn replaced(&self) -> &[String] {
        &self.identifiers.replaced
    }

    /// The column of tables read under one name, `events_*`, that holds what the star stands for.
    #[must_use]
    pub(crate) fn shard_digits(&self) -> Option<&str> {
        self.identifiers.shard_digits.as_deref()
    }

    /// Whether a table that has an alias can still be read by its own name.
    #[must_use]
    pub(crate) fn named_tables(&self) -> bool {
        self.identifiers.named_tables
    }

    /// The answer about a capability.
    #[must_use]
    pub(crate) fn answer(&self, capability: Capability) -> &Answer {
        const UNANSWERED: &Answer = &Answer { allowed: false, cost: None, note: None };
        self.capabilities.get(&capability).unwrap_or(UNANSWERED)
    }

    /// Whether the target has a capability.
    #[must_use]
    pub fn allows(&self, capability: Capability) -> bool {
        self.answer(capability).allowed
    }

    /// The value of a limit, or `None` if there is none.
    #[must_use]
    pub(crate) fn limit(&self, limit: Limit) -> Option<u64> {
        self.limits.get(&limit).copied().flatten()
    }

    /// A call of a function, or `None` if its arguments don't fit (see [`Template::apply`]).
    #[must_use]
    pub(crate) fn call(&self, function: Function, arguments: Vec<Expr>) -> Option<Expr> {
        self.functions.get(&function)?.apply(arguments)
    }

    /// Whether it has a template for a function that it may lack.
    #[must_use]
    pub fn has(&self, function: Function) -> bool {
        self.functions.contains_key(&function)
    }

    /// A constant as an expression, or `None` if a template doesn't accept it.
    pub(crate) fn constant(&self, literal: &Literal) -> Option<Expr> {
        match literal {
            Literal::Semver(version) if self.has_own_versions => {
                let text = self.literals.write(&Literal::String(version.to_string()));
                self.call(Function::SemverKey, vec![text])
            }
            _ => Some(self.literals.write(literal)),
        }
    }

    /// A hash of its functions, except for the clock's. If another version of segc or the user
    /// writes them differently, the SQL of the same segment may have another meaning.
    pub(crate) fn templates(&self) -> &str {
        self.templates.get_or_init(|| self.hash())
    }

    fn hash(&self) -> String {
        let mut text = String::new();
        let functions = self.functions.iter().filter(|(function, _)| **function != Function::EngineClock);
        for (function, template) in functions {
            text.push_str(&format!("{} {template:?}\n", function.name()));
        }
        let digest = Sha256::digest(text.as_bytes());
        digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// The SQL type of a type: its own entry (`decimal(38,0)`), or else the entry of its kind.
    #[must_use]
    pub(crate) fn data_type(&self, ty: &Type) -> Option<DataType> {
        let kind = match ty {
            Type::String => "string",
            Type::Integer => "integer",
            Type::Float => "float",
            Type::Boolean => "boolean",
            Type::Date => "date",
            Type::Timestamp => "timestamp",
            Type::Semver => "semver",
            Type::Json => "json",
            Type::Decimal { precision, scale } => {
                if let Some(own) = self.types.get(&format!("decimal({precision},{scale})")) {
                    return Some(own.words.spell(&self.parser, &own.ty));
                }
                let decimal = self.types.get("decimal")?;
                return Some(decimal.words.spell(&self.parser, &sized(&decimal.ty, *precision, *scale)));
            }
            Type::Array(element) => {
                let (array, element) = (self.types.get("array")?, self.data_type(element)?);
                return Some(array.words.spell(&self.parser, &array_of(&array.ty, &element)));
            }
        };
        self.types.get(kind).map(|named| named.words.spell(&self.parser, &named.ty))
    }
}

/// A decimal type with this precision and scale.
fn sized(ty: &DataType, precision: u8, scale: u8) -> DataType {
    let size = ExactNumberInfo::PrecisionAndScale(u64::from(precision), i64::from(scale));
    match ty {
        DataType::Numeric(_) => DataType::Numeric(size),
        DataType::Decimal(_) => DataType::Decimal(size),
        DataType::Dec(_) => DataType::Dec(size),
        DataType::BigNumeric(_) => DataType::BigNumeric(size),
        DataType::BigDecimal(_) => DataType::BigDecimal(size),
        other => other.clone(),
    }
}

/// An array type with this element type.
fn array_of(ty: &DataType, element: &DataType) -> DataType {
    use sqlparser::ast::ArrayElemTypeDef as Def;
    let element = Box::new(element.clone());
    match ty {
        DataType::Array(Def::AngleBracket(_)) => DataType::Array(Def::AngleBracket(element)),
        DataType::Array(Def::SquareBracket(_, size)) => DataType::Array(Def::SquareBracket(element, *size)),
        DataType::Array(Def::Parenthesis(_)) => DataType::Array(Def::Parenthesis(element)),
        other => other.clone(),
    }
}
