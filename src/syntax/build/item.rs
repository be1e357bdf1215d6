//! Items, rules and properties.

use super::expr::{unit_named, unit_of};
use super::{Builder, children, has, refused};
use crate::diagnostic::{Span, closest};
use crate::syntax::ast::{
    Column, Columns, ExprKind, Item, Keep, KeepKind, Listed, Name, Param, Property, PropertyValue,
    Rule as SegmentRule, RuleKind, Segment, Trait,
};
use crate::syntax::grammar::{ParseNode, Rule};
use crate::syntax::problems::{NotPlain, NumberRange, UnknownType};
use crate::types::{Literal, Type};
use crate::types::{TYPE_NAMES, parse_type};

/// The parts of a segment's first line.
#[derive(Default)]
pub(in crate::syntax) struct Header {
    pub(in crate::syntax) name: Option<Name>,
    pub(in crate::syntax) entity: Option<Name>,
    pub(in crate::syntax) extends: Option<Name>,
    pub(in crate::syntax) listed: Option<Listed>,
}

impl<'a> Builder<'a, '_> {
    /// Builds a `param_item`, `trait_item` or `segment_item`.
    pub(in crate::syntax) fn item(&mut self, node: ParseNode<'a>) -> Option<Item> {
        match node.as_rule() {
            Rule::param_item => self.param(node).map(Item::Param),
            Rule::trait_item => self.trait_item(node).map(Item::Trait),
            _ => self.segment(node).map(|segment| Item::Segment(Box::new(segment))),
        }
    }

    fn param(&mut self, node: ParseNode<'a>) -> Option<Param> {
        let span = self.span(&node);
        let before = self.problems.len();
        let mut parts = node.into_inner();
        let (name, ty, ty_span) = self.param_start(parts.next()?)?;
        let type_known = self.problems.len() == before;
        let default = parts.find(|child| child.as_rule() == Rule::sum).map(|value| self.sum(value));
        // Nothing more is to be said of a parameter whose type is unknown.
        let default = if type_known { default } else { Some(refused(span)) };
        Some(Param { name, ty, ty_span, default })
    }

    pub(in crate::syntax) fn param_start(&mut self, node: ParseNode<'a>) -> Option<(Name, Type, Span)> {
        let written = children(node.clone(), Rule::r#type).next()?;
        let name = self.names(node).next()?;
        self.check_plain(&name);
        let ty_span = self.span(&written);
        Some((name, self.declared_type(ty_span), ty_span))
    }

    fn declared_type(&mut self, span: Span) -> Type {
        let within = |token: &&crate::syntax::scan::Token| {
            token.start >= span.start as usize && token.end <= span.end as usize
        };
        let tokens = &self.tokens.all[self.range.clone()];
        let text: String = tokens.iter().filter(within).map(|token| token.text(self.tokens.text)).collect();
        parse_type(&text).unwrap_or_else(|| {
            let suggestion = suggest_type(&text);
            self.problems.push(UnknownType { span, text, suggestion });
            Type::String
        })
    }

    fn trait_item(&mut self, node: ParseNode<'a>) -> Option<Trait> {
        let mut parts = node.into_inner();
        let (name, entity) = self.two_names(parts.next()?)?;
        let value = parts.find(|child| child.as_rule() == Rule::expr)?;
        Some(Trait { name, entity, value: self.expr(value) })
    }

    /// Reads `trait name on entity` or `segment name on entity`.
    pub(in crate::syntax) fn two_names(&mut self, node: ParseNode<'a>) -> Option<(Name, Name)> {
        let (name, entity) = {
            let mut names = self.names(node);
            (names.next()?, names.next()?)
        };
        self.check_plain(&name);
        Some((name, entity))
    }

    /// Segments, traits and parameters must have plain names, since these become names of tables,
    /// columns and files.
    fn check_plain(&mut self, name: &Name) {
        let plain = !name.text.starts_with(|c: char| c.is_ascii_digit())
            && name.text.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric());
        if !plain {
            self.problems.push(NotPlain { span: name.span, name: name.text.clone() });
        }
    }

    /// Name, entity and parent of a `header`.
    pub(in crate::syntax) fn header(&mut self, node: ParseNode<'a>) -> Header {
        let listed = children(node.clone(), Rule::listed).next().map(|listed| self.listed(listed));
        let (name, entity, extends) = {
            let mut names = self.names(node);
            (names.next(), names.next(), names.next())
        };
        if let Some(name) = &name {
            self.check_plain(name);
        }
        Header { name, entity, extends, listed }
    }

    fn listed(&mut self, node: ParseNode<'a>) -> Listed {
        let span = self.span(&node);
        match children(node.clone(), Rule::text).next() {
            Some(path) => Listed::File { path: self.text(&path), path_span: self.span(&path), span },
            None => {
                let entity = self.names(node).next().unwrap_or_else(|| self.nameless());
                Listed::Entity { entity, span }
            }
        }
    }

    fn segment(&mut self, node: ParseNode<'a>) -> Option<Segment> {
        let span = self.span(&node);
        let mut parts = node.into_inner();
        let Header { name, entity, extends, listed } = self.header(parts.next()?);
        let mut segment = Segment {
            name: name?,
            entity: entity?,
            extends,
            listed,
            properties: Vec::new(),
            rules: Vec::new(),
            keeps: Vec::new(),
            columns: Vec::new(),
            is_unreadable: false,
            span,
        };
        parts.for_each(|clause| self.clause(clause, &mut segment));
        Some(segment)
    }

    /// Adds a rule, a `keep`, columns or a property to a segment.
    pub(in crate::syntax) fn clause(&mut self, node: ParseNode<'a>, segment: &mut Segment) {
        match node.as_rule() {
            Rule::segment_rule => segment.rules.extend(self.rule(node)),
            Rule::property => {
                segment.properties.extend(self.property(node));
            }
            Rule::keep => segment.keeps.extend(self.keep(node)),
            Rule::columns => segment.columns.push(self.columns(node)),
            _ => {}
        }
    }

    fn rule(&mut self, node: ParseNode<'a>) -> Option<SegmentRule> {
        let span = self.span(&node);
        let mut parts = node.into_inner();
        let head = parts.next()?;
        let kind = if has(&head, Rule::kw_include) {
            RuleKind::Include
        } else if has(&head, Rule::kw_exclude) {
            RuleKind::Exclude
        } else {
            RuleKind::Where
        };
        let condition = self.expr(parts.next()?);
        Some(SegmentRule { kind, condition, span })
    }

    fn keep(&mut self, node: ParseNode<'a>) -> Option<Keep> {
        let span = self.span(&node);
        let seed = children(node.clone(), Rule::text).next();
        if let Some(seed) = seed {
            let percent = children(node.clone(), Rule::number).next()?;
            let sign = children(node, Rule::percent).next();
            let (percent, percent_span) = self.keep_size(&percent, sign.as_ref());
            let seed = self.text(&seed);
            let kind = KeepKind::Sample { percent, percent_span, seed };
            return Some(Keep { kind, span });
        }
        let bottom = has(&node, Rule::kw_bottom);
        let rest = children(node, Rule::keep_rest).next()?;
        let number = children(rest.clone(), Rule::number).next()?;
        let sign = children(rest.clone(), Rule::percent).next();
        let percent = sign.is_some();
        let (size, size_span) = self.keep_size(&number, sign.as_ref());
        let per = children(rest.clone(), Rule::path).next().map(|path| self.path(path));
        let by = self.expr(children(rest, Rule::expr).next()?);
        Some(Keep { kind: KeepKind::Rank { bottom, size, percent, size_span, per, by }, span })
    }

    fn columns(&mut self, node: ParseNode<'a>) -> Columns {
        Columns { span: self.span(&node), columns: self.column_list(node) }
    }

    /// The columns of a list.
    pub(in crate::syntax) fn column_list(&mut self, node: ParseNode<'a>) -> Vec<Column> {
        children(node, Rule::column).filter_map(|column| self.column(column)).collect()
    }

    fn column(&mut self, node: ParseNode<'a>) -> Option<Column> {
        let value = self.expr(children(node.clone(), Rule::expr).next()?);
        let name = self.names(node).next();
        if let Some(name) = &name {
            self.check_plain(name);
        }
        Some(Column { name, value })
    }

    /// The number of a `keep`, and its span including the `%`.
    fn keep_size(&mut self, node: &ParseNode<'a>, sign: Option<&ParseNode<'a>>) -> (Literal, Span) {
        let span = self.span(node);
        let size = match self.number(node, false, span).kind {
            ExprKind::Literal(literal) => literal,
            _ => Literal::Integer(1),
        };
        (size, sign.map_or(span, |sign| span.to(self.span(sign))))
    }

    fn property(&mut self, node: ParseNode<'a>) -> Option<Property> {
        let mut parts = node.into_inner();
        let written = parts.next()?;
        let value = parts.find(|child| child.as_rule() == Rule::property_value)?;
        let span = self.span(&written);
        let name = match self.names(written).next() {
            Some(name) => name,
            None => Name { text: "exclusive group".to_owned(), span },
        };
        let value_span = self.span(&value);
        Some(Property { name, value: self.property_value(value)?, value_span })
    }

    fn property_value(&mut self, node: ParseNode<'a>) -> Option<PropertyValue> {
        let span = self.span(&node);
        let negative = has(&node, Rule::minus);
        let whole = node.clone();
        let inner = node.into_inner().find(|child| child.as_rule() != Rule::minus)?;
        Some(match inner.as_rule() {
            Rule::text => PropertyValue::Text(self.text(&inner)),
            Rule::list => PropertyValue::List(
                children(inner, Rule::list_item).filter_map(|item| self.list_item(item)).collect(),
            ),
            Rule::length => {
                let unit = children(inner.clone(), Rule::unit)
                    .next()
                    .map_or_else(|| unit_of(inner.clone()), |u| unit_named(&u));
                let count = children(inner, Rule::integer).next()?;
                PropertyValue::Duration(self.integer(&count), unit)
            }
            Rule::boolean => PropertyValue::Boolean(inner.as_str() == "true"),
            Rule::integer => PropertyValue::Integer(self.signed(&inner, negative, span)),
            _ => PropertyValue::Word(self.names(whole).next()?.text),
        })
    }

    fn signed(&mut self, node: &ParseNode<'a>, negative: bool, span: Span) -> i64 {
        let digits: String = node.as_str().chars().filter(|&c| c != '_').collect();
        let text = if negative { format!("-{digits}") } else { digits };
        text.parse().unwrap_or_else(|_| {
            let limit = "is out of the range of 64-bit integers";
            self.problems.push(NumberRange { span, text, limit });
            1
        })
    }

    fn list_item(&mut self, node: ParseNode<'a>) -> Option<Name> {
        let span = self.span(&node);
        let text = children(node.clone(), Rule::text).next();
        match text {
            Some(text) => Some(Name { text: self.text(&text), span }),
            None => self.names(node).next(),
        }
    }
}

/// The type that users of another language probably mean.
fn suggest_type(text: &str) -> Option<&'static str> {
    let word = text.split(['(', '<']).next().unwrap_or_default().to_lowercase();
    match word.as_str() {
        "decimal" | "array" => None,
        "int" | "bigint" | "long" => Some("integer"),
        "text" | "varchar" | "char" | "str" => Some("string"),
        "bool" => Some("boolean"),
        "double" | "real" => Some("float"),
        "numeric" | "number" | "money" => Some("decimal"),
        "datetime" | "timestamptz" | "instant" | "time" => Some("timestamp"),
        word => closest(word, TYPE_NAMES.iter().copied()),
    }
}
