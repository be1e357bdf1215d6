//! From a query to a condition.

mod comparison;

use super::Query;
use super::token::{Kind, Token, tokens};
use crate::diagnostic::Span;
use crate::import::segment::draft::Import;
use crate::import::segment::events::Events;
use crate::import::segment::fields::{Attribute, Field};
use crate::import::segment::problems::{NoEquivalent, UnknownOperator, WrongShape};
use crate::import::segment::values::{instant, number_literal};
use crate::syntax::ast::{AggregateFunc, ArithmeticOp, CompareOp, Expr, Path, TextOp, Window, WindowKind};
use crate::syntax::{make, parse_literal};
use crate::types::{Literal, Type, Unit};

/// How deep expressions may be nested.
const DEEPEST: usize = 60;

/// Reads the words of a query.
pub(super) struct Reader<'q, 'i, 'a> {
    query: &'q Query,
    import: &'i mut Import<'a>,
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    /// The events whose `where` is read; the outermost first.
    around: Vec<Events>,
}

/// The value of a chain so far.
enum Value {
    Scalar {
        expr: Expr,
        ty: Type,
        field: Option<Field>,
    },
    /// Events, before they are reduced.
    Stream(Box<Stream>),
    Constant(Literal),
    Condition(Expr),
}

struct Stream {
    events: Events,
    path: Path,
    filter: Vec<Expr>,
    window: Option<Window>,
}

impl<'q, 'i, 'a> Reader<'q, 'i, 'a> {
    pub(super) fn read(query: &'q Query, import: &'i mut Import<'a>) -> Option<Expr> {
        let tokens = match tokens(&query.text) {
            Ok(tokens) => tokens,
            Err(at) => {
                let length =
                    query.text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
                let span = query.span(at, at + length);
                let (expected, found) =
                    ("a word of the query language".to_owned(), "another character".to_owned());
                return import.refuse(WrongShape { span, expected, found, help: None });
            }
        };
        let mut reader = Self { query, import, tokens, at: 0, depth: 0, around: Vec::new() };
        let condition = reader.any()?;
        match reader.peek() {
            None => Some(condition),
            Some(_) => reader.unexpected("the end of the query"),
        }
    }

    fn peek(&self) -> Option<&Kind> {
        self.tokens.get(self.at).map(|token| &token.kind)
    }

    /// The place of the next word.
    fn place(&self) -> Span {
        match self.tokens.get(self.at).or_else(|| self.tokens.last()) {
            Some(token) => self.query.span(token.start, token.end),
            None => self.query.whole,
        }
    }

    fn unexpected<T>(&mut self, expected: &str) -> Option<T> {
        let found = match self.peek() {
            Some(Kind::Word(word)) => format!("`{word}`"),
            Some(Kind::Text(text)) => format!("the text `{text}`"),
            Some(Kind::Number(number)) => format!("`{number}`"),
            Some(Kind::Symbol(symbol)) => format!("`{symbol}`"),
            None => "the end of the query".to_owned(),
        };
        let span = self.place();
        self.import.refuse(WrongShape { span, expected: expected.to_owned(), found, help: None })
    }

    fn none<T>(&mut self, span: Span, what: &str, help: &str) -> Option<T> {
        self.import.refuse(NoEquivalent { span, what: what.to_owned(), help: help.to_owned() })
    }

    /// Takes a symbol, if it is next.
    fn symbol(&mut self, symbol: &str) -> bool {
        let found = matches!(self.peek(), Some(Kind::Symbol(next)) if *next == symbol);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, symbol: &'static str) -> Option<()> {
        if self.symbol(symbol) { Some(()) } else { self.unexpected(&format!("`{symbol}`")) }
    }

    fn word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Kind::Word(next)) if next.eq_ignore_ascii_case(word));
        self.at += usize::from(found);
        found
    }

    fn text(&mut self) -> Option<String> {
        match self.peek().cloned() {
            Some(Kind::Text(text)) => {
                self.at += 1;
                Some(text)
            }
            _ => self.unexpected("a text in quotes"),
        }
    }

    fn any(&mut self) -> Option<Expr> {
        let mut parts = vec![self.all()?];
        while self.word("OR") {
            parts.push(self.all()?);
        }
        Some(make::any(parts))
    }

    fn all(&mut self) -> Option<Expr> {
        let mut parts = vec![self.not()?];
        while self.word("AND") {
            parts.push(self.not()?);
        }
        Some(make::all(parts))
    }

    fn not(&mut self) -> Option<Expr> {
        if self.depth >= DEEPEST {
            let span = self.place();
            return self.none(span, "the query is nested too deeply", "split it into several audiences");
        }
        self.depth += 1;
        let found = if self.word("NOT") { self.not().map(make::not) } else { self.primary() };
        self.depth -= 1;
        found
    }

    fn primary(&mut self) -> Option<Expr> {
        let span = self.place();
        if self.symbol("(") || self.symbol("{") {
            let inner = self.any()?;
            if !self.symbol(")") {
                self.expect("}")?;
            }
            return Some(inner);
        }
        if self.word("ANY") || self.word("ALL") {
            return self.none(
                span,
                "an audience of accounts, by what their users do",
                "write it on the account's entity: `exists(users where …)`, `every(users where …)`",
            );
        }
        match self.chain()? {
            Value::Condition(condition) => Some(condition),
            _ => self.none(
                span,
                "the query computes a value, not who is in the audience",
                "compare it with something",
            ),
        }
    }

    /// `event('x').where(…).count() >= 1`
    fn chain(&mut self) -> Option<Value> {
        let mut value = self.extractor()?;
        loop {
            if self.symbol(".") {
                value = self.function(value)?;
                continue;
            }
            let op = match self.peek() {
                Some(Kind::Symbol("=" | "==")) => CompareOp::Equal,
                Some(Kind::Symbol("!=")) => CompareOp::NotEqual,
                Some(Kind::Symbol(">")) => CompareOp::Greater,
                Some(Kind::Symbol(">=")) => CompareOp::GreaterOrEqual,
                Some(Kind::Symbol("<")) => CompareOp::Less,
                Some(Kind::Symbol("<=")) => CompareOp::LessOrEqual,
                _ => return Some(value),
            };
            if matches!(value, Value::Condition(_)) {
                return Some(value);
            }
            self.at += 1;
            let right = self.operand()?;
            value = Value::Condition(self.compare(value, op, right)?);
        }
    }

    /// What a comparison has on its right: a constant, or another chain.
    fn operand(&mut self) -> Option<Value> {
        match self.peek().cloned() {
            Some(Kind::Text(text)) => {
                self.at += 1;
                Some(Value::Constant(Literal::String(text)))
            }
            Some(Kind::Number(number)) => {
                self.at += 1;
                match number_literal(&number) {
                    Some(literal) => Some(Value::Constant(literal)),
                    None => self.unexpected("a number"),
                }
            }
            Some(Kind::Word(word)) if word == "true" || word == "false" => {
                self.at += 1;
                Some(Value::Constant(Literal::Boolean(word == "true")))
            }
            _ => {
                let mut value = self.extractor()?;
                while self.symbol(".") {
                    value = self.function(value)?;
                }
                Some(value)
            }
        }
    }

    fn extractor(&mut self) -> Option<Value> {
        let span = self.place();
        let Some(Kind::Word(word)) = self.peek().cloned() else {
            return self.unexpected("`event` or `trait`");
        };
        self.at += 1;
        self.expect("(")?;
        let parent = self.word("parent") && self.symbol(":");
        let value = match word.as_str() {
            "literal" => self.operand()?,
            "event" => {
                let name = self.text()?;
                self.stream(&name, span)?
            }
            "trait" => {
                let name = self.text()?;
                self.of_trait(&name, span)?
            }
            "property" | "context" => {
                let name = self.text()?;
                let name = if word == "context" { format!("context.{name}") } else { name };
                self.property(&name, parent, span)?
            }
            other => {
                let known = ["event", "trait", "property", "context", "literal"].map(str::to_owned).to_vec();
                let (operator, tool, effect) =
                    (other.to_owned(), "Segment", "it isn't one that begins an expression");
                return self.import.refuse(UnknownOperator { span, operator, tool, effect, known });
            }
        };
        self.expect(")")?;
        Some(value)
    }

    fn stream(&mut self, name: &str, span: Span) -> Option<Value> {
        let events = self.import.events(span)?;
        let path = match self.around.last() {
            None => events.named(name),
            // From an event to the person, and on to the person's other events.
            Some(around) => {
                let Some(back) = around.back.clone() else {
                    let what = format!("`{}` has no link back to who did it", around.entity);
                    return self.none(
                        span,
                        &what,
                        "add one to the catalog, with `to:` the entity of the audience",
                    );
                };
                let parts: Vec<&str> =
                    std::iter::once(back.as_str()).chain(events.path.iter().map(String::as_str)).collect();
                make::event_path(&parts, name)
            }
        };
        Some(Value::Stream(Box::new(Stream { events, path, filter: Vec::new(), window: None })))
    }

    fn of_trait(&mut self, name: &str, span: Span) -> Option<Value> {
        let wants = self.implied();
        let mut field = self.import.field(Attribute { kind: None, name, span }, wants.as_ref())?;
        if let Some(around) = self.around.last() {
            let before = match &around.back {
                Some(back) => back.clone(),
                None if self.around.len() == 1 => "outer".to_owned(),
                None => {
                    let what = format!("`{}` has no link back to who did it", around.entity);
                    return self.none(
                        span,
                        &what,
                        "add one to the catalog, with `to:` the entity of the audience",
                    );
                }
            };
            field.path.insert(0, before);
        }
        Some(Value::Scalar { expr: field.expr(), ty: field.ty.clone(), field: Some(field) })
    }

    fn property(&mut self, name: &str, parent: bool, span: Span) -> Option<Value> {
        let around =
            if parent { self.around.iter().rev().nth(1).cloned() } else { self.around.last().cloned() };
        let Some(events) = around else {
            return self.none(
                span,
                "a property without an event",
                "use it in `where` or in a reducer of an event",
            );
        };
        let wants = self.implied();
        let mut field = self.import.event_field(&events, name, span, wants.as_ref())?;
        if parent {
            field.path.insert(0, "outer".to_owned());
        }
        Some(Value::Scalar { expr: field.expr(), ty: field.ty.clone(), field: Some(field) })
    }

    /// A function of a chain.
    fn function(&mut self, value: Value) -> Option<Value> {
        let span = self.place();
        let Some(Kind::Word(name)) = self.peek().cloned() else { return self.unexpected("a function") };
        self.at += 1;
        self.expect("(")?;
        let found = match value {
            Value::Stream(stream) => self.of_stream(&name, *stream, span)?,
            value => Value::Condition(self.comparator(&name, value, span)?),
        };
        self.expect(")")?;
        Some(found)
    }

    fn of_stream(&mut self, name: &str, mut stream: Stream, span: Span) -> Option<Value> {
        match name {
            "where" => {
                self.around.push(stream.events.clone());
                let condition = self.any();
                self.around.pop();
                stream.filter.push(condition?);
                Some(Value::Stream(Box::new(stream)))
            }
            "within" | "between" if stream.window.is_some() => {
                self.none(span, "two windows for the same events", "use one")
            }
            "within" => {
                if self.word("parent") {
                    self.expect(":")?;
                    let (count, unit) = self.duration()?;
                    let Some(around) = self.around.last() else {
                        return self.none(
                            span,
                            "a window relative to an event, without that event",
                            "use it in the `where` of an event",
                        );
                    };
                    let at = make::path(make::path_of(&["outer", &around.time]));
                    let until = make::arithmetic(ArithmeticOp::Add, at.clone(), make::duration(count, unit));
                    self.import.note("an event at the same instant as the one before counts, one that is later by exactly the window doesn't");
                    stream.window = Some(make::window(WindowKind::FromTo(Box::new(at), Box::new(until))));
                } else {
                    let (count, unit) = self.duration()?;
                    stream.window = Some(make::last(count, unit));
                }
                Some(Value::Stream(Box::new(stream)))
            }
            "between" => {
                let (a, unit) = self.duration()?;
                self.expect(",")?;
                let (b, other) = self.duration()?;
                let ago = |count: i64, unit| Box::new(make::ago(count, unit));
                let hours = |count: i64, unit: Unit| {
                    if unit == Unit::Hour { count } else { count.saturating_mul(24) }
                };
                let (far, near) = if hours(a, unit) >= hours(b, other) {
                    (ago(a, unit), ago(b, other))
                } else {
                    (ago(b, other), ago(a, unit))
                };
                stream.window = Some(make::window(WindowKind::FromTo(far, near)));
                Some(Value::Stream(Box::new(stream)))
            }
            "count" => {
                let count = reduce(AggregateFunc::Count, stream.path.clone(), &stream);
                Some(Value::Scalar { expr: count, ty: Type::Integer, field: None })
            }
            "sum" | "avg" | "min" | "max" | "first" | "last" | "mode" => self.reduced(name, &stream, span),
            "sources" => self.none(
                span,
                "events by their source",
                "add the source to the catalog as a field, and test it in `where`",
            ),
            "unique" => self.none(
                span,
                "a list of values",
                "count distinct ones in the segment: `count distinct(events[\"…\"].sku) >= 3`",
            ),
            other => {
                let known = [
                    "where", "within", "between", "count", "sum", "avg", "min", "max", "first", "last",
                    "mode",
                ];
                let known = known.map(str::to_owned).to_vec();
                let (operator, tool, effect) = (other.to_owned(), "Segment", "it isn't a function of events");
                self.import.refuse(UnknownOperator { span, operator, tool, effect, known })
            }
        }
    }

    fn reduced(&mut self, name: &str, stream: &Stream, span: Span) -> Option<Value> {
        self.around.push(stream.events.clone());
        let property = self.extractor();
        self.around.pop();
        let Value::Scalar { field: Some(field), .. } = property? else {
            return self.none(
                span,
                "a reducer of something that isn't a property",
                "write `sum(property('total'))`",
            );
        };
        if name == "mode" {
            self.expect(",")?;
            match self.peek().cloned() {
                Some(Kind::Number(number)) if number == "1" => self.at += 1,
                _ => {
                    return self.none(
                        span,
                        "the most frequent value, if it occurs often enough",
                        "add the number of times in the segment: `count(events[\"…\"] where sku = …) >= 2`",
                    );
                }
            }
        }
        let func = match name {
            "sum" => AggregateFunc::Sum,
            "avg" => AggregateFunc::Avg,
            "min" => AggregateFunc::Min,
            "max" => AggregateFunc::Max,
            "first" => AggregateFunc::First,
            "last" => AggregateFunc::Last,
            _ => AggregateFunc::Mode,
        };
        if matches!(func, AggregateFunc::Sum | AggregateFunc::Avg) && !field.ty.is_number() {
            return self.import.unfit(&field, span, format!("`{name}` is of numbers"), None);
        }
        let mut path = stream.path.clone();
        for part in &field.path {
            path = make::then(path, part);
        }
        let ty = match (func, &field.ty) {
            (AggregateFunc::Avg, _) => Type::Float,
            (AggregateFunc::Sum, Type::Integer) => Type::WIDE_INTEGER,
            (_, ty) => ty.clone(),
        };
        Some(Value::Scalar { expr: reduce(func, path, stream), ty, field: Some(field) })
    }

    /// `7 days`, `1 hour`
    fn duration(&mut self) -> Option<(i64, Unit)> {
        let count = match self.peek().cloned() {
            Some(Kind::Number(number)) => {
                number.parse::<i64>().ok().filter(|count| (1..=100_000).contains(count))
            }
            _ => None,
        };
        let Some(count) = count else { return self.unexpected("a number of hours or days") };
        self.at += 1;
        let unit = match self.peek() {
            Some(Kind::Word(word)) => match word.as_str() {
                "hour" | "hours" => Some(Unit::Hour),
                "day" | "days" => Some(Unit::Day),
                _ => None,
            },
            _ => None,
        };
        let Some(unit) = unit else { return self.unexpected("`hours` or `days`") };
        self.at += 1;
        Some((count, unit))
    }
}

/// An aggregate of the events of a stream.
fn reduce(func: AggregateFunc, path: Path, stream: &Stream) -> Expr {
    make::aggregate(func, make::path(path), stream.window.clone(), Some(make::all(stream.filter.clone())))
}
