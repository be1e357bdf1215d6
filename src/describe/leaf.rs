//! Single conditions and their opposites.

use super::rows::Rows;
use super::time::part_constant;
use super::words::{constant, constants, listed};
use super::{Phrase, Scope, Speaker};
use crate::check::hir::{
    Aggregate, AggregateFunc, Comparison, Cond, CondKind, Func, TextOp, TimePart, Value, ValueKind, Window,
};
use crate::types::{Literal, Type};

/// How two values compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    Is,
    IsNot,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Relation {
    fn of(op: Comparison, negated: bool) -> Self {
        match (op, negated) {
            (Comparison::Equal, false) => Self::Is,
            (Comparison::Equal, true) => Self::IsNot,
            (Comparison::Less, false) | (Comparison::GreaterOrEqual, true) => Self::Less,
            (Comparison::LessOrEqual, false) | (Comparison::Greater, true) => Self::AtMost,
            (Comparison::Greater, false) | (Comparison::LessOrEqual, true) => Self::More,
            (Comparison::GreaterOrEqual, false) | (Comparison::Less, true) => Self::AtLeast,
        }
    }

    /// Whether 0 compares so with a number.
    fn holds_for_zero(self, number: &Literal) -> bool {
        let sign = match number {
            Literal::Integer(number) => number.signum(),
            Literal::Decimal(number) => match number.sign() {
                bigdecimal::num_bigint::Sign::Minus => -1,
                bigdecimal::num_bigint::Sign::NoSign => 0,
                bigdecimal::num_bigint::Sign::Plus => 1,
            },
            Literal::Float(number) if *number < 0.0 => -1,
            Literal::Float(number) if *number > 0.0 => 1,
            _ => 0,
        };
        match self {
            Self::Is => sign == 0,
            Self::IsNot => sign != 0,
            Self::Less => sign > 0,
            Self::AtMost => sign >= 0,
            Self::More => sign < 0,
            Self::AtLeast => sign <= 0,
        }
    }

    /// The words before the other value.
    fn words(self, ty: &Type, time_of_day: bool) -> &'static str {
        let time = [" before", " at or before", " after", " at or after"];
        let [less, at_most, more, at_least] = match ty {
            _ if time_of_day => time,
            Type::Date => [" before", " on or before", " after", " on or after"],
            Type::Timestamp => time,
            Type::String => {
                [" sorted before", " sorted at or before", " sorted after", " sorted at or after"]
            }
            Type::Semver => [" lower than version", " version", " higher than version", " version"],
            Type::Integer
            | Type::Decimal { .. }
            | Type::Float
            | Type::Boolean
            | Type::Json
            | Type::Array(_) => [" less than", " at most", " more than", " at least"],
        };
        match self {
            Self::Is => "",
            Self::IsNot => " not",
            Self::Less => less,
            Self::AtMost => at_most,
            Self::More => more,
            Self::AtLeast => at_least,
        }
    }

    /// The words after it.
    fn end(self, ty: &Type) -> &'static str {
        match (self, ty) {
            (Self::AtMost, Type::Semver) => " or lower",
            (Self::AtLeast, Type::Semver) => " or higher",
            _ => "",
        }
    }
}

impl Speaker<'_> {
    /// A condition that consists of no others, or its opposite. `elided`: its subject is the row that everything is
    /// about, and goes without saying.
    pub(super) fn leaf(&mut self, cond: &Cond, negated: bool, scope: Scope, elided: bool) -> Phrase {
        let not = |yes: &'static str, no: &'static str| if negated { no } else { yes };
        match &cond.kind {
            CondKind::Constant(holds) => Phrase::tight(match *holds != negated {
                true => "always true",
                false => "never true",
            }),
            CondKind::And(_) | CondKind::Or(_) | CondKind::HowMany(..) | CondKind::Not(_) => {
                self.inline(cond, negated, scope)
            }
            CondKind::Compare(op, left, right) => self.compare(*op, (left, right), negated, scope, elided),
            CondKind::In(value, items) => self.one_of(value, items, negated, scope),
            CondKind::Between(value, low, high) => {
                let bound = |this: &mut Self, bound: &Value| match (time_part(value), &bound.kind) {
                    (Some(part @ TimePart::TimeOfDay), ValueKind::Literal(literal)) => {
                        part_constant(part, literal, true)
                    }
                    _ => this.operand(bound, scope),
                };
                let (low_text, high_text) = (bound(self, low), bound(self, high));
                let of = self.subject(value, scope);
                let is = not("is", "is not");
                let missing = missing(negated, &[value, low, high]);
                let sorted = if value.ty == Type::String { " sorted" } else { "" };
                Phrase::tight(format!(
                    "{of} {is}{sorted} between {low_text} and {high_text}, both included{missing}"
                ))
            }
            CondKind::Text(op, value, needle) => self.text(*op, value, needle, negated, scope),
            CondKind::Missing(value) => {
                let of = self.subject(value, scope);
                Phrase::tight(format!("{of} is {}", not("missing", "present")))
            }
            CondKind::During(value, window) => self.during(value, window, negated, scope),
            CondKind::InSegment(path, segment) => {
                let name = self.names.segment(*segment);
                let is = not("is in", "is not in");
                let absent = if negated && !path.hops.is_empty() { " (or there is none)" } else { "" };
                let text = match self.row_at(path, scope) {
                    Some(row) => format!("{row} {is} segment {name}{absent}"),
                    None => self.of_row(&format!("{is} segment {name}"), scope, elided),
                };
                Phrase::tight(text)
            }
            CondKind::True(value) => {
                let of = self.subject(value, scope);
                Phrase::tight(format!("{of} is {}", truth(true, negated, value.nullable)))
            }
            CondKind::Exists(aggregate) => self.exists(aggregate, negated, scope, elided),
            CondKind::Every(aggregate) => self.every(aggregate, negated, scope, elided),
            CondKind::Matches(value, pattern) => {
                let source = constant(&Literal::String(pattern.source.clone()));
                let verb = not("matches", "does not match");
                self.said(value, &format!("{verb} the pattern {source}"), negated, scope)
            }
            CondKind::Resembles(value, text, edits) => {
                let text = constant(&Literal::String(text.clone()));
                let is = not("is", "is not");
                let edits = if *edits == 1 { "1 edit".to_owned() } else { format!("{edits} edits") };
                self.said(value, &format!("{is} within {edits} of {text}"), negated, scope)
            }
            CondKind::Contains(value, item) => {
                let item_text = self.operand(item, scope);
                let of = self.operand(value, scope);
                let missing = missing(negated, &[item]);
                Phrase::tight(format!("{item_text} {} among {of}{missing}", not("is", "is not")))
            }
            CondKind::ContainsAny(value, items) => {
                let (items, of) = (constants(items), self.operand(value, scope));
                let items = if items.len() > 1 { format!("({})", items.join(", ")) } else { items.concat() };
                Phrase::tight(format!("{} {items} is among {of}", not("any of", "none of")))
            }
            CondKind::ContainsAll(value, items) => {
                let (items, of) = (constants(items), self.operand(value, scope));
                let items = if items.len() > 1 { format!("({})", items.join(", ")) } else { items.concat() };
                Phrase::tight(format!("{} {items} are among {of}", not("all of", "not all of")))
            }
            CondKind::Empty(value) => {
                let of = self.subject(value, scope);
                Phrase::tight(format!("{of} is {}", not("empty", "not empty")))
            }
            CondKind::Anniversary(value, window) => {
                self.calendar = true;
                let of = self.operand(value, scope);
                let when = self.lies_in(window, scope);
                Phrase::tight(format!("{} of {of} is {when}", not("an anniversary", "no anniversary")))
            }
            CondKind::Sequence(sequence) => self.sequence_inline(sequence, negated, scope, elided),
        }
    }

    /// A value at the beginning of a clause.
    fn subject(&mut self, value: &Value, scope: Scope) -> String {
        let phrase = self.value(value, scope);
        match &value.kind {
            ValueKind::ShiftExact(..)
            | ValueKind::Instant(_)
            | ValueKind::Condition(_)
            | ValueKind::Negate(_) => phrase.unit(),
            ValueKind::Literal(_)
            | ValueKind::Field(..)
            | ValueKind::Trait(..)
            | ValueKind::Aggregate(_)
            | ValueKind::Arithmetic(..)
            | ValueKind::Call(..)
            | ValueKind::Now
            | ValueKind::LocalDate(_)
            | ValueKind::LocalPart(..)
            | ValueKind::DaysBetween(..)
            | ValueKind::Bucket { .. }
            | ValueKind::Periods(_) => phrase.text,
        }
    }

    /// A clause about the row: `has no orders`, `the order has no lines`.
    pub(super) fn of_row(&self, clause: &str, scope: Scope, elided: bool) -> String {
        if elided { clause.to_owned() } else { format!("the {} {clause}", self.names.entity(scope.this)) }
    }

    fn said(&mut self, value: &Value, clause: &str, negated: bool, scope: Scope) -> Phrase {
        let of = self.subject(value, scope);
        Phrase::tight(format!("{of} {clause}{}", missing(negated, &[value])))
    }

    fn compare(
        &mut self,
        op: Comparison,
        (left, right): (&Value, &Value),
        negated: bool,
        scope: Scope,
        elided: bool,
    ) -> Phrase {
        let is_literal = |value: &Value| matches!(value.kind, ValueKind::Literal(_));
        if is_literal(left) && !is_literal(right) {
            return self.compare(op.mirrored(), (right, left), negated, scope, elided);
        }
        let relation = Relation::of(op, negated);
        let missing = missing(negated, &[left, right]);
        let ValueKind::Literal(literal) = &right.kind else {
            if let Some((text, other)) = self.ignoring_case(left, right, scope) {
                let words = relation.words(&left.ty, false);
                return Phrase::tight(format!("{text} is{words} {other}, ignoring case{missing}"));
            }
            let (of, other) = (self.subject(left, scope), self.value(right, scope));
            let other =
                if matches!(right.kind, ValueKind::Arithmetic(..)) { other.text } else { other.unit() };
            let (words, end) = (relation.words(&left.ty, false), relation.end(&left.ty));
            return Phrase::tight(format!("{of} is{words} {other}{end}{missing}"));
        };
        if let (ValueKind::Aggregate(rows), Literal::Integer(number)) = (&left.kind, literal)
            && rows.func == AggregateFunc::Count
            && let Ok(number) = u64::try_from(*number)
        {
            let told = self.rows(rows, scope, true);
            let (text, tight) = counted(&told, relation, number);
            return Phrase { text: self.of_row(&text, scope, elided), tight };
        }
        if let Literal::Boolean(wanted) = literal
            && op == Comparison::Equal
        {
            let of = self.subject(left, scope);
            return Phrase::tight(format!("{of} is {}", truth(*wanted, negated, left.nullable)));
        }
        let part = time_part(left);
        let by_name = op == Comparison::Equal;
        let other = part.map_or_else(|| constant(literal), |part| part_constant(part, literal, by_name));
        let (words, end) =
            (relation.words(&left.ty, part == Some(TimePart::TimeOfDay)), relation.end(&left.ty));
        if let Some(of) = self.folded(left, std::slice::from_ref(literal), scope) {
            return Phrase::tight(format!("{of} is{words} {other}, ignoring case{missing}"));
        }
        let none = match &left.kind {
            ValueKind::Aggregate(sum)
                if sum.func == AggregateFunc::Sum && relation.holds_for_zero(literal) =>
            {
                " (it is 0 if there are none)"
            }
            _ => "",
        };
        let of = self.subject(left, scope);
        Phrase::tight(format!("{of} is{words} {other}{end}{none}{missing}"))
    }

    fn one_of(&mut self, value: &Value, items: &[Literal], negated: bool, scope: Scope) -> Phrase {
        let part = time_part(value);
        let mut texts = match part {
            Some(part) => items.iter().map(|item| part_constant(part, item, true)).collect(),
            None => constants(items),
        };
        texts.dedup();
        let missing = missing(negated, &[value]);
        let folded = self.folded(value, items, scope);
        let case = if folded.is_some() { ", ignoring case" } else { "" };
        let of = folded.unwrap_or_else(|| self.subject(value, scope));
        match (texts.as_slice(), negated) {
            ([one], false) => Phrase::tight(format!("{of} is {one}{case}")),
            ([one], true) => Phrase::tight(format!("{of} is not {one}{case}{missing}")),
            (all, false) => Phrase::loose(format!("{of} is {}{case}", listed(all, "or"))),
            (all, true) => Phrase::loose(format!("{of} is not one of {}{case}{missing}", all.join(", "))),
        }
    }

    /// A text that is compared in lower case with constants that are in lower case.
    fn folded(&mut self, value: &Value, items: &[Literal], scope: Scope) -> Option<String> {
        let ValueKind::Call(Func::Lower, args) = &value.kind else { return None };
        let lower = |item: &Literal| matches!(item, Literal::String(text) if text.to_lowercase() == *text);
        let [arg] = args.as_slice() else { return None };
        items.iter().all(lower).then(|| self.subject(arg, scope))
    }

    /// Both sides, where both are in lower case.
    fn ignoring_case(&mut self, left: &Value, right: &Value, scope: Scope) -> Option<(String, String)> {
        let (ValueKind::Call(Func::Lower, left), ValueKind::Call(Func::Lower, right)) =
            (&left.kind, &right.kind)
        else {
            return None;
        };
        let ([left], [right]) = (left.as_slice(), right.as_slice()) else { return None };
        Some((self.subject(left, scope), self.operand(right, scope)))
    }

    fn text(&mut self, op: TextOp, value: &Value, needle: &Value, negated: bool, scope: Scope) -> Phrase {
        let verb = match (op, negated) {
            (TextOp::Contains, false) => "contains",
            (TextOp::Contains, true) => "does not contain",
            (TextOp::StartsWith, false) => "starts with",
            (TextOp::StartsWith, true) => "does not start with",
            (TextOp::EndsWith, false) => "ends with",
            (TextOp::EndsWith, true) => "does not end with",
        };
        let missing = missing(negated, &[value, needle]);
        let folded = match &needle.kind {
            ValueKind::Literal(literal) => {
                self.folded(value, std::slice::from_ref(literal), scope).map(|of| (of, constant(literal)))
            }
            _ => self.ignoring_case(value, needle, scope),
        };
        match folded {
            Some((of, needle)) => Phrase::tight(format!("{of} {verb} {needle}, ignoring case{missing}")),
            None => {
                let (of, needle) = (self.subject(value, scope), self.operand(needle, scope));
                Phrase::tight(format!("{of} {verb} {needle}{missing}"))
            }
        }
    }

    fn during(&mut self, value: &Value, window: &Window, negated: bool, scope: Scope) -> Phrase {
        let of = self.subject(value, scope);
        let missing = missing(negated, &[value]);
        let when = match (&window.from, &window.to, negated) {
            (None, None, true) => return Phrase::tight(format!("{of} is missing")),
            (Some(from), None, true) => format!("before {}", self.operand(from, scope)),
            (None, Some(to), true) => format!("at or after {}", self.operand(to, scope)),
            (_, _, true) => format!("not {}", self.lies_in(window, scope)),
            (_, _, false) => self.lies_in(window, scope),
        };
        let bounds: Vec<&Value> = window.from.iter().chain(&window.to).collect();
        let missing = if negated && bounds.iter().any(|bound| bound.nullable) {
            " (or any of these is missing)"
        } else {
            missing
        };
        Phrase::tight(format!("{of} is {when}{missing}"))
    }

    fn exists(&mut self, aggregate: &Aggregate, negated: bool, scope: Scope, elided: bool) -> Phrase {
        if let [hop] = aggregate.hops.as_slice()
            && self.hir.catalog.entity(hop.from).link(hop.link).to_list
        {
            let keys = self.hir.catalog.entity(hop.to);
            let list = match &keys.list {
                Some(list) => format!("the file {}", constant(&Literal::String(list.path.clone()))),
                None => self.names.entities(hop.to),
            };
            let is = if negated { "is not" } else { "is" };
            return Phrase::tight(self.of_row(&format!("{is} listed in {list}"), scope, elided));
        }
        let rows = self.rows(aggregate, scope, true);
        let relation = if negated { Relation::Is } else { Relation::AtLeast };
        let (text, tight) = counted(&rows, relation, u64::from(!negated));
        Phrase { text: self.of_row(&text, scope, elided), tight }
    }

    fn every(&mut self, aggregate: &Aggregate, negated: bool, scope: Scope, elided: bool) -> Phrase {
        let rows = self.rows(aggregate, scope, false);
        let inner = scope.within(aggregate.end);
        let test = match &aggregate.filter {
            Some(test) => self.inline(test, negated, inner).text,
            None => "true".to_owned(),
        };
        if negated {
            let text = format!("has at least {} where {test}", rows.counted(1));
            return Phrase::loose(self.of_row(&text, scope, elided));
        }
        Phrase::loose(format!("for all {}, if any: {test}", rows.many))
    }
}

/// `has at least 3 orders in the last 30 days where …`
fn counted(rows: &Rows, relation: Relation, number: u64) -> (String, bool) {
    let (many, filter) = (&rows.many, rows.where_open());
    let of = |some: &str| format!("{some} {}", rows.counted(number));
    let text = match (relation, number) {
        (Relation::Is | Relation::AtMost, 0) | (Relation::Less, 1) if rows.ranked => {
            format!("none of {many}")
        }
        (Relation::Is | Relation::AtMost, 0) | (Relation::Less, 1) => format!("no {many}"),
        (Relation::IsNot | Relation::More, 0) => format!("at least {}", rows.counted(1)),
        (Relation::Is, _) => of("exactly"),
        (Relation::IsNot, _) => format!("a number of {many} other than {number}"),
        (Relation::Less, _) => format!("{} (or none)", of("fewer than")),
        (Relation::AtMost, _) => format!("{} (or none)", of("at most")),
        (Relation::More, _) => of("more than"),
        (Relation::AtLeast, _) => of("at least"),
    };
    (format!("has {text}{filter}"), filter.is_empty())
}

/// What a negated condition says of missing values.
fn missing(negated: bool, values: &[&Value]) -> &'static str {
    match values.iter().filter(|value| value.nullable).count() {
        0 => "",
        _ if !negated => "",
        1 if values.first().is_some_and(|first| first.nullable) => " (or missing)",
        _ => " (or one of them is missing)",
    }
}

/// A boolean that is, or isn't, true or false.
fn truth(wanted: bool, negated: bool, nullable: bool) -> &'static str {
    match (wanted, negated, nullable) {
        (true, false, _) | (false, true, false) => "true",
        (false, false, _) | (true, true, false) => "false",
        (true, true, true) => "false or missing",
        (false, true, true) => "true or missing",
    }
}

fn time_part(value: &Value) -> Option<TimePart> {
    match &value.kind {
        ValueKind::LocalPart(part, _) => Some(*part),
        _ => None,
    }
}
