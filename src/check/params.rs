//! Parameters: declared with a type, given a value by the project, the command line or
//! their own default.

use std::collections::{BTreeMap, HashMap};

use bigdecimal::BigDecimal;
use bigdecimal::num_bigint::Sign;

use crate::diagnostic::{Diagnostics, Span};
use crate::syntax::ast;
use crate::types::{Literal, Type, Version};

use super::names::{duplicate, suggest};
use super::problems::names::{
    DefaultNotConstant, NoParamValue, ParamType, UnknownParamGiven, WrongParamValue,
};

/// A value given for a parameter from outside the `.seg` files.
#[derive(Debug, Clone, PartialEq)]
pub struct ParamValue {
    /// The value, as text or already typed.
    pub given: Given,
    /// Who gave it, for messages.
    pub origin: ParamOrigin,
}

/// What was given for a parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// Text that is read as the declared type: `--param region=EU`.
    Text(String),
    /// A constant, as `segc.yml` and unit tests give it.
    Literal(Literal),
}

/// Where a parameter's value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamOrigin {
    /// `--param name=value`, or a program.
    CommandLine,
    /// `params:` in `segc.yml`, at this place.
    Project(Span),
}

impl ParamOrigin {
    fn span(self) -> Option<Span> {
        match self {
            Self::CommandLine => None,
            Self::Project(span) => Some(span),
        }
    }
}

/// The declared parameters; a value is `None` if there is a problem with it.
#[derive(Default)]
pub(super) struct Params<'a> {
    by_name: HashMap<&'a str, usize>,
    items: Vec<(&'a ast::Param, Option<Literal>)>,
}

impl<'a> Params<'a> {
    /// Collects the parameters of all files and gives each its value.
    pub(super) fn collect(
        files: &'a [ast::File],
        given: &BTreeMap<String, ParamValue>,
        problems: &mut Diagnostics,
    ) -> Self {
        let mut params = Self::default();
        for item in files.iter().flat_map(|file| &file.items) {
            let ast::Item::Param(item) = item else { continue };
            let at = params.items.len();
            let first = *params.by_name.entry(&item.name.text).or_insert(at);
            if first == at {
                let value = value_of(item, given.get(&item.name.text), problems);
                params.items.push((item, value));
            } else {
                problems.push(duplicate("parameter", &item.name, &params.items[first].0.name));
            }
        }
        for (name, value) in given.iter().filter(|(name, _)| params.find(name).is_none()) {
            let help = suggest(name, params.names(), "the parameters are");
            let help = help.or_else(|| Some(format!("declare it in a `.seg` file: `param {name}: string`")));
            problems.push(UnknownParamGiven { span: value.origin.span(), name: name.clone(), help });
        }
        params
    }

    /// The value of a declared parameter; `Some(None)` if it has a problem of its own.
    pub(super) fn find(&self, name: &str) -> Option<Option<&Literal>> {
        self.by_name.get(name).map(|&at| self.items[at].1.as_ref())
    }

    /// The names of all declared parameters.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.items.iter().map(|(item, _)| item.name.text.as_str())
    }

    /// The declared parameters with the places of their names.
    pub(super) fn declared(&self) -> impl Iterator<Item = (&'a str, Span)> {
        self.items.iter().map(|(item, _)| (item.name.text.as_str(), item.name.span))
    }

    /// Names and values, by name.
    pub(super) fn values(&self) -> Vec<(String, Literal)> {
        let value = |(item, value): &(&ast::Param, Option<Literal>)| {
            value.clone().map(|value| (item.name.text.clone(), value))
        };
        let mut values: Vec<_> = self.items.iter().filter_map(value).collect();
        values.sort_by(|a, b| a.0.cmp(&b.0));
        values
    }
}

fn value_of(item: &ast::Param, given: Option<&ParamValue>, problems: &mut Diagnostics) -> Option<Literal> {
    if matches!(item.ty, Type::Json | Type::Array(_)) {
        problems.push(ParamType { span: item.ty_span, ty: item.ty.to_string() });
        return None;
    }
    let default = item.default.as_ref().map(|default| default_of(item, default, problems));
    match (given, default) {
        (Some(given), _) => given_value(item, given, problems),
        (None, Some(default)) => default,
        (None, None) => {
            problems.push(NoParamValue { span: item.name.span, name: item.name.text.clone() });
            None
        }
    }
}

fn default_of(item: &ast::Param, default: &ast::Expr, problems: &mut Diagnostics) -> Option<Literal> {
    match &default.kind {
        ast::ExprKind::Literal(literal) => {
            let value = widen(literal, &item.ty);
            if let Err(why) = value {
                problems.push(wrong(item, Some(default.span), literal.to_string(), why));
            }
            value.ok()
        }
        ast::ExprKind::Unreadable => None,
        _ => {
            problems.push(DefaultNotConstant { span: default.span, name: item.name.text.clone() });
            None
        }
    }
}

fn given_value(item: &ast::Param, given: &ParamValue, problems: &mut Diagnostics) -> Option<Literal> {
    let (shown, value) = match &given.given {
        Given::Text(text) => (text.clone(), read(text, &item.ty)),
        Given::Literal(literal) => (literal.to_string(), widen(literal, &item.ty)),
    };
    if let Err(why) = value {
        problems.push(wrong(item, given.origin.span(), shown, why));
    }
    value.ok()
}

type Why = Option<&'static str>;

fn wrong(item: &ast::Param, span: Option<Span>, value: String, why: Why) -> WrongParamValue {
    let (name, ty) = (item.name.text.clone(), item.ty.to_string());
    WrongParamValue { span, name, value, ty, declared: item.ty_span, why }
}

/// A constant as a value of a type, if it is one or widens to it.
fn widen(literal: &Literal, ty: &Type) -> Result<Literal, Why> {
    match (literal, ty) {
        (Literal::String(text), Type::String) if text.contains('\0') => {
            Err(Some("the character U+0000 can't be used"))
        }
        (Literal::String(text), Type::Semver) => Version::parse(text)
            .map(Literal::Semver)
            .map_err(|_| Some("it must be a semantic version, such as `1.2.0`")),
        (Literal::Integer(number), Type::Decimal { .. }) => decimal(BigDecimal::from(*number), ty),
        (Literal::Decimal(number), Type::Decimal { .. }) => decimal(number.clone(), ty),
        #[expect(clippy::cast_precision_loss, reason = "integers widen to floats by rounding")]
        (Literal::Integer(number), Type::Float) => Ok(Literal::Float(*number as f64)),
        (Literal::Decimal(number), Type::Float) => {
            number.to_string().parse().map(Literal::Float).map_err(|_| None)
        }
        (Literal::Float(number), Type::Float) if !number.is_finite() => {
            Err(Some("a float here is a finite number"))
        }
        (Literal::Date(_), Type::Timestamp) => {
            Err(Some("a timestamp has a time and an offset, such as `2024-01-31T12:00:00Z`"))
        }
        (Literal::Decimal(_) | Literal::Float(_), Type::Integer) => Err(Some("it must be a whole number")),
        (Literal::Float(_), Type::Decimal { .. }) => Err(Some("write an exact number, without an exponent")),
        (literal, ty) if literal.ty() == *ty => Ok(literal.clone()),
        _ => Err(None),
    }
}

fn decimal(number: BigDecimal, ty: &Type) -> Result<Literal, Why> {
    let Type::Decimal { precision, scale } = *ty else { return Err(None) };
    let (digits, exponent) = number.normalized().into_bigint_and_exponent();
    if exponent > i64::from(scale) {
        return Err(Some("it has too many digits after the point"));
    }
    let length = if digits.sign() == Sign::NoSign { 0 } else { digits.magnitude().to_string().len() };
    let whole = i64::try_from(length).unwrap_or(i64::MAX).saturating_sub(exponent);
    if whole > i64::from(precision.saturating_sub(scale)) {
        return Err(Some("it has too many digits before the point"));
    }
    Ok(Literal::Decimal(number))
}

/// Text from outside, read as a value of a type.
fn read(text: &str, ty: &Type) -> Result<Literal, Why> {
    let trimmed = text.trim();
    let is_plain = |extra: &str| trimmed.chars().all(|c| c.is_ascii_digit() || extra.contains(c));
    let literal = match ty {
        Type::String => Some(Literal::String(text.to_owned())),
        Type::Semver => Some(Literal::String(trimmed.to_owned())),
        Type::Integer => trimmed.parse().ok().map(Literal::Integer),
        // Bounded before it is parsed: digits without end cost time without end.
        Type::Decimal { .. } if trimmed.len() <= 64 && is_plain("+-.") => {
            trimmed.parse().ok().map(Literal::Decimal)
        }
        Type::Float if is_plain("+-.eE") => trimmed.parse().ok().map(Literal::Float),
        Type::Boolean => trimmed.parse().ok().map(Literal::Boolean),
        Type::Date if trimmed.len() == 10 => trimmed.parse().ok().map(Literal::Date),
        Type::Timestamp => trimmed.parse().ok().map(Literal::Timestamp),
        _ => None,
    };
    literal.as_ref().map_or(Err(None), |literal| widen(literal, ty))
}
