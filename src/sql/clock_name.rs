//! How an instant of a run is read: the dialect's form, in which the name of the instant is put.

use std::ops::ControlFlow;

use sqlparser::ast::{Expr, Ident, Value, ValueWithSpan, VisitorMut};

use crate::dialect::statement_template::CLOCK_NAME;
use crate::dialect::walk::{operands, walk};

/// The dialect's form of a clock variable, with the variable's name.
pub(super) fn named(form: &Expr, name: &str) -> Expr {
    let mut form = form.clone();
    Namer(name).fill(&mut form);
    form
}

struct Namer<'a>(&'a str);

impl Namer<'_> {
    fn fill(&mut self, expr: &mut Expr) {
        match expr {
            Expr::Value(one) => self.text(&mut one.value),
            Expr::Identifier(one) => one.value = one.value.replace(CLOCK_NAME, self.0),
            Expr::Function(function) if !function.name.to_string().contains(CLOCK_NAME) => {
                if !operands(expr, &mut |one| self.fill(one)) {
                    let _ = walk(expr, self);
                }
            }
            _ => {
                let _ = walk(expr, self);
            }
        }
    }

    fn text(&self, value: &mut Value) {
        if let Value::SingleQuotedString(text) = value {
            *text = text.replace(CLOCK_NAME, self.0);
        }
    }
}

impl VisitorMut for Namer<'_> {
    type Break = ();

    fn pre_visit_ident(&mut self, ident: &mut Ident) -> ControlFlow<()> {
        ident.value = ident.value.replace(CLOCK_NAME, self.0);
        ControlFlow::Continue(())
    }

    fn pre_visit_value(&mut self, value: &mut ValueWithSpan) -> ControlFlow<()> {
        self.text(&mut value.value);
        ControlFlow::Continue(())
    }
}
