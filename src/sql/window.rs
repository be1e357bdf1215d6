//! Window functions, and unions of selects.

use sqlparser::ast::{self, Expr, SetExpr, SetOperator, SetQuantifier, Value};

use super::node::{function, of_rows};
use super::problems::ArgumentDoesNotFit;
use super::render::Renderer;
use crate::plan::rel::{Over, Select, Union};

impl Renderer<'_> {
    /// A select in union with others of the same columns.
    pub(super) fn rows(&self, select: &Select, union: &[Select]) -> Box<ast::Query> {
        let mut rows = Box::new(SetExpr::Select(self.select(select)));
        for more in union {
            let right = Box::new(SetExpr::Select(self.select(more)));
            let (op, set_quantifier) = (SetOperator::Union, SetQuantifier::All);
            rows = Box::new(SetExpr::SetOperation { op, set_quantifier, left: rows, right });
        }
        of_rows(rows)
    }

    /// The rows of a union.
    pub(super) fn union(&self, union: &Union) -> Box<ast::Query> {
        let selects = union.selects();
        let nothing = Select::default();
        self.rows(selects.first().unwrap_or(&nothing), selects.get(1..).unwrap_or_default())
    }

    /// `ROW_NUMBER() OVER (…)`, or an aggregate's call with its `OVER`.
    pub(super) fn window(&self, over: &Over) -> Expr {
        let mut expr = match &over.function {
            Some(function) => self.expr(function),
            None => function("ROW_NUMBER", Vec::new()),
        };
        let window_frame = over.frame.as_ref().map(|frame| ast::WindowFrame {
            units: ast::WindowFrameUnits::Range,
            start_bound: bound(frame.start, false),
            end_bound: Some(bound(frame.end, true)),
        });
        let order_by = over.order.iter().map(|order| ast::OrderByExpr {
            expr: self.expr(&order.value),
            options: ast::OrderByOptions {
                sort: order.descending.then_some(ast::OrderBySort::Desc),
                nulls_first: order.nulls_last.then_some(false),
            },
            with_fill: None,
        });
        let spec = ast::WindowSpec {
            window_name: None,
            partition_by: self.exprs(&over.partition),
            order_by: order_by.collect(),
            window_frame,
        };
        if let Expr::Function(function) = &mut expr {
            function.over = Some(ast::WindowType::WindowSpec(spec));
        } else {
            let (function, dialect) = ("a window function", self.dialect.name.clone());
            self.problems.borrow_mut().push(ArgumentDoesNotFit { span: None, function, dialect });
        }
        expr
    }
}

/// The bound of a frame at this distance from the row.
fn bound(distance: Option<i64>, is_end: bool) -> ast::WindowFrameBound {
    use ast::WindowFrameBound::{CurrentRow, Following, Preceding};
    let number = |distance: i64| {
        Some(Box::new(Expr::value(Value::Number(distance.unsigned_abs().to_string(), false))))
    };
    match distance {
        None if is_end => Following(None),
        None => Preceding(None),
        Some(0) => CurrentRow,
        Some(distance) if distance < 0 => Preceding(number(distance)),
        Some(distance) => Following(number(distance)),
    }
}
