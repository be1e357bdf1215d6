//! Function templates: SQL expressions with `$1 $2 …`, filled on syntax trees.

use std::ops::ControlFlow;

use sqlparser::ast::{Expr, UnaryOperator, Value, ValueWithSpan, VisitorMut};

use super::later::Later;
use super::parse::{self, Parser};
use super::walk::{operands, walk};

/// An expression with placeholders for arguments.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    expr: Later<Expr>,
    /// A shorter variant for UTC as the last argument, a time zone.
    utc: Option<Later<Expr>>,
}

impl Template {
    /// Parses a template and its variant for UTC, if any.
    pub(super) fn parse(parser: &Parser, text: &str, utc: Option<&str>) -> Result<Self, String> {
        let parsed = |text: &str| parse::expression(parser, text).map(Later::known);
        let utc = utc.map(parsed).transpose()?;
        Ok(Self { expr: parsed(text)?, utc })
    }

    /// A template that is parsed when it is needed. That it can be, a test has shown.
    pub(super) fn tested(parser: &Parser, text: String, utc: Option<String>) -> Self {
        let later = |text: String| {
            let parser = parser.clone();
            Later::new(move || parse::expression(&parser, &text).ok())
        };
        Self { expr: later(text), utc: utc.map(later) }
    }

    /// The placeholders, sorted and without duplicates. Those of the variant for UTC don't count.
    pub(super) fn placeholders(&self) -> Vec<String> {
        self.expr.get().map(placeholders).unwrap_or_default()
    }

    /// The placeholders of the variant for UTC, if there is one.
    pub(super) fn placeholders_of_utc(&self) -> Option<Vec<String>> {
        self.utc.as_ref().and_then(Later::get).map(placeholders)
    }

    /// The expression with these arguments, or `None` if a placeholder inside a string (`INTERVAL
    /// '$2 days'`) would get anything but a number.
    #[must_use]
    pub(crate) fn apply(&self, arguments: Vec<Expr>) -> Option<Expr> {
        let is_utc = arguments.last().is_some_and(is_utc);
        let mut expr = self.utc.as_ref().filter(|_| is_utc).unwrap_or(&self.expr).get()?.clone();
        let arguments = arguments.into_iter().map(|expr| Argument { expr, uses: 0 }).collect();
        let mut filler = Filler { arguments, counts: true };
        let counted = filler.fill(&mut expr);
        filler.counts = false;
        (counted.is_continue() && filler.fill(&mut expr).is_continue()).then_some(expr)
    }
}

fn placeholders(expr: &Expr) -> Vec<String> {
    let mut finder = Finder::default();
    let _ = walk(&mut expr.clone(), &mut finder);
    finder.found.sort();
    finder.found.dedup();
    finder.found
}

fn is_utc(argument: &Expr) -> bool {
    matches!(argument, Expr::Value(ValueWithSpan { value: Value::SingleQuotedString(zone), .. }) if zone == "UTC")
}

/// The numbers of the placeholders in a text: `1` and `2` in `$1 $2`.
fn numbers_in(text: &str) -> Vec<String> {
    let digits = |rest: &str| rest.chars().take_while(char::is_ascii_digit).collect::<String>();
    text.split('$').skip(1).map(digits).filter(|number| !number.is_empty()).collect()
}

#[derive(Default)]
struct Finder {
    found: Vec<String>,
}

impl VisitorMut for Finder {
    type Break = ();

    fn pre_visit_value(&mut self, value: &mut ValueWithSpan) -> ControlFlow<()> {
        match &value.value {
            Value::Placeholder(text) | Value::SingleQuotedString(text) => self.found.extend(numbers_in(text)),
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

/// Puts arguments in the place of placeholders.
struct Filler {
    arguments: Vec<Argument>,
    /// Whether it only counts the uses of each argument.
    counts: bool,
}

struct Argument {
    expr: Expr,
    /// In how many places it is still to be put.
    uses: usize,
}

impl Filler {
    fn fill(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Expr::Value(_) = expr {
            return self.post_visit_expr(expr);
        }
        let mut flow = ControlFlow::Continue(());
        let known = operands(expr, &mut |one| {
            if flow.is_continue() {
                flow = self.fill(one);
            }
        });
        if known { flow } else { walk(expr, self) }
    }

    fn place(number: &str) -> Option<usize> {
        number.parse::<usize>().ok()?.checked_sub(1)
    }

    fn argument(&self, number: &str) -> Option<&Expr> {
        self.arguments.get(Self::place(number)?).map(|argument| &argument.expr)
    }

    /// The argument for one of its places. The last one gets it without a copy: it may be large, and calls of
    /// calls would copy it at each level. Numbers may also be needed in a string.
    fn take(&mut self, number: &str) -> Option<Expr> {
        let argument = self.arguments.get_mut(Self::place(number)?)?;
        argument.uses = argument.uses.saturating_sub(1);
        if argument.uses > 0 || matches!(argument.expr, Expr::Value(_)) {
            return Some(argument.expr.clone());
        }
        Some(std::mem::replace(&mut argument.expr, Expr::value(Value::Null)))
    }

    /// A string of the template with the digits of its arguments.
    fn written(&self, text: &str) -> Option<String> {
        let mut pieces = text.split('$');
        let mut out = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let digits = piece.len() - piece.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (number, rest) = piece.split_at(digits);
            match self.argument(number) {
                Some(Expr::Value(ValueWithSpan { value: Value::Number(digits, _), .. })) => {
                    out.push_str(digits)
                }
                _ => return None,
            }
            out.push_str(rest);
        }
        Some(out)
    }
}

impl VisitorMut for Filler {
    type Break = ();

    // After its children, so that what has been put in is not looked at again.
    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        let Expr::Value(ValueWithSpan { value, .. }) = expr else { return ControlFlow::Continue(()) };
        match value {
            Value::Placeholder(text) if self.counts => {
                let place = Self::place(text.trim_start_matches('$'));
                if let Some(argument) = place.and_then(|place| self.arguments.get_mut(place)) {
                    argument.uses += 1;
                }
            }
            _ if self.counts => {}
            Value::Placeholder(text) => match self.take(text.trim_start_matches('$')) {
                Some(argument) => *expr = operand(argument),
                None => return ControlFlow::Break(()),
            },
            Value::SingleQuotedString(text) if !numbers_in(text).is_empty() => match self.written(text) {
                Some(text) => *expr = Expr::value(Value::SingleQuotedString(text)),
                None => return ControlFlow::Break(()),
            },
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

/// The expression in parentheses, unless it needs none in any context. Superfluous ones are removed
/// later.
#[must_use]
pub(crate) fn operand(expr: Expr) -> Expr {
    match expr {
        Expr::Identifier(_)
        | Expr::CompoundIdentifier(_)
        | Expr::Value(_)
        | Expr::TypedString(_)
        | Expr::Function(_)
        | Expr::Nested(_)
        | Expr::Subquery(_) => expr,
        other => Expr::Nested(Box::new(other)),
    }
}

/// A number, with its sign as an operator, so that a `-` before it doesn't begin a comment.
#[must_use]
pub(crate) fn number(digits: &str) -> Expr {
    match digits.strip_prefix('-') {
        Some(digits) => {
            let expr = Box::new(Expr::value(Value::Number(digits.to_owned(), false)));
            Expr::UnaryOp { op: UnaryOperator::Minus, expr }
        }
        None => Expr::value(Value::Number(digits.to_owned(), false)),
    }
}
