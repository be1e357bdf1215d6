//! From the relational plan to a syntax tree of the target's SQL.

use std::cell::RefCell;

use sqlparser::ast::helpers::attached_token::AttachedToken;
use sqlparser::ast::{
    self, AccessExpr, BinaryOperator, CaseWhen, CastKind, Distinct, Expr, GroupByExpr, Ident, JoinConstraint,
    JoinOperator, ObjectName, SelectItem, TableAlias, TableFactor, TableWithJoins, UnaryOperator, Value,
};

use super::backslash;
use super::clock_name::named;
use super::host::Host;
use super::node::{chain, count_rows, derived, empty_select, function, of_values, operator, plain, table};
use super::parens;
use super::print;
use super::problems::{ArgumentDoesNotFit, UnknownInstant, UnreadableQuery};
use super::room::with_room;
use super::walk::{inline_bounds, reads_clock, table_names};
use crate::diagnostic::Diagnostics;
use crate::dialect::template::operand;
use crate::dialect::{Dialect, Function, parse};
use crate::plan::rel::{Clock, Join, JoinKind, Negated, Query, Relation, Scalar, Select, TableRef};
use crate::types::{Literal, Type};

/// The name of the run's as_of in every query.
pub const AS_OF: &str = "as_of";

/// Where a query gets its instants from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockForm {
    /// Constants, since as_of is known.
    Literal(jiff::Timestamp),
    /// The variables (or the table) that the script sets.
    Script,
    /// The script, except for as_of, which is known.
    ScriptAt(jiff::Timestamp),
    /// What another tool fills in.
    Host,
    /// The engine's clock, constant within a query: read in place if the engine guarantees that, or
    /// else by a first subquery that fixes all instants.
    Query,
}

/// Renders queries for one target.
#[derive(Debug)]
pub struct Renderer<'a> {
    pub(super) dialect: &'a Dialect,
    form: ClockForm,
    clock: &'a Clock,
    /// The name of the subquery that reads the clock, for [`ClockForm::Query`].
    clock_cte: String,
    /// What another tool fills in.
    pub(super) host: Option<&'a Host>,
    pub(super) problems: RefCell<Diagnostics>,
}

impl<'a> Renderer<'a> {
    /// Creates a renderer of queries that read the instants of `clock`.
    #[must_use]
    pub fn new(dialect: &'a Dialect, form: ClockForm, clock: &'a Clock) -> Self {
        let problems = RefCell::default();
        Self { dialect, form, clock, clock_cte: "clock".to_owned(), host: None, problems }
    }

    /// The same renderer, for a tool that fills in tables and, with [`ClockForm::Host`], as_of.
    #[must_use]
    pub fn within(self, host: &'a Host) -> Self {
        Self { host: Some(host), ..self }
    }

    /// The text of a query.
    ///
    /// # Errors
    ///
    /// Reports everything that can't be written in this dialect.
    pub fn query(&self, query: &Query) -> Result<String, Diagnostics> {
        self.query_at(query, 0)
    }

    /// A query as a subquery with a name, for a `WITH`.
    ///
    /// # Errors
    ///
    /// Reports everything that can't be written in this dialect.
    pub fn named_subquery(&self, name: &str, query: &Query) -> Result<String, Diagnostics> {
        Ok(format!("{} AS (\n  {}\n)", self.name(name), self.query_at(query, 2)?))
    }

    /// The text of a query, with all lines but the first indented.
    pub(super) fn query_at(&self, query: &Query, indent: usize) -> Result<String, Diagnostics> {
        with_room(|| {
            let mut tree = self.tree(query);
            let mut text = print::query(&tree, indent);
            if backslash::may_be_in(&text) && backslash::protect(&mut tree, self.dialect) {
                text = print::query(&tree, indent);
            }
            self.done(text)
        })
    }

    /// The text of rows of constants.
    pub(super) fn constants_at(&self, rows: &[Vec<Literal>], indent: usize) -> Result<String, Diagnostics> {
        let value = |value: &Literal| self.expr(&Scalar::Literal(value.clone()));
        let rows = rows.iter().map(|row| row.iter().map(value).collect()).collect();
        let mut tree = of_values(rows);
        let mut text = print::query(&tree, indent);
        if backslash::may_be_in(&text) && backslash::protect(&mut tree, self.dialect) {
            text = print::query(&tree, indent);
        }
        self.done(text)
    }

    /// The text of an expression.
    ///
    /// # Errors
    ///
    /// Reports everything that can't be written in this dialect.
    pub fn scalar(&self, scalar: &Scalar) -> Result<String, Diagnostics> {
        self.scalar_at(scalar, 0)
    }

    pub(super) fn scalar_at(&self, scalar: &Scalar, indent: usize) -> Result<String, Diagnostics> {
        let mut expr = self.expr(scalar);
        parens::tidy(&mut expr);
        let mut text = print::expr(&expr, indent);
        if backslash::may_be_in(&text) && backslash::protect(&mut expr, self.dialect) {
            text = print::expr(&expr, indent);
        }
        self.done(text)
    }

    /// The text of the query that reads the clock.
    pub(super) fn clock_text(&self, indent: usize) -> Result<String, Diagnostics> {
        let mut tree = self.clock_query();
        parens::tidy_query(&mut tree);
        self.done(print::query(&tree, indent))
    }

    fn done(&self, text: String) -> Result<String, Diagnostics> {
        let problems = self.problems.take();
        if problems.is_empty() { Ok(text) } else { Err(problems) }
    }

    /// The text of a name.
    pub(crate) fn name(&self, name: &str) -> String {
        self.ident(name).to_string()
    }

    fn ident(&self, name: &str) -> Ident {
        self.dialect.identifiers.write(name)
    }

    /// The name of a table.
    pub(crate) fn table_name(&self, parts: &[String]) -> ObjectName {
        if let Some(text) = self.host.and_then(|host| host.tables.get(parts)) {
            return ObjectName::from(vec![Host::template(text)]);
        }
        ObjectName::from(parts.iter().map(|part| self.ident(part)).collect::<Vec<_>>())
    }

    fn tree(&self, query: &Query) -> Box<ast::Query> {
        let has_clock = self.form == ClockForm::Query && !self.in_place() && reads_clock(query);
        let mut named = if has_clock { self.renamed_clock(query) } else { None };
        let renderer = named.as_mut().map_or(self, |other| other);
        let mut ctes: Vec<ast::Cte> = Vec::new();
        if has_clock {
            ctes.push(renderer.cte(&renderer.clock_cte, renderer.clock_query()));
        }
        ctes.extend(
            query.ctes.iter().map(|cte| renderer.cte(&cte.name, renderer.rows(&cte.select, &cte.union))),
        );
        let mut tree = renderer.rows(&query.select, &query.union);
        if !ctes.is_empty() {
            let with_token = AttachedToken::empty();
            tree.with = Some(ast::With { with_token, recursive: false, cte_tables: ctes });
        }
        parens::tidy_query(&mut tree);
        if let Some(other) = named {
            self.problems.borrow_mut().append(other.problems.take());
        }
        tree
    }

    /// This renderer, with a name for the clock's subquery that shadows no table.
    fn renamed_clock(&self, query: &Query) -> Option<Self> {
        let mut name = self.clock_cte.clone();
        let ctes: Vec<&str> = query.ctes.iter().map(|cte| cte.name.as_str()).collect();
        let tables = table_names(query);
        while ctes.contains(&name.as_str()) || tables.iter().any(|table| table.eq_ignore_ascii_case(&name)) {
            name.push('_');
        }
        let problems = RefCell::default();
        let renamed = name != self.clock_cte;
        renamed.then_some(Self { clock_cte: name, problems, ..*self })
    }

    fn cte(&self, name: &str, query: Box<ast::Query>) -> ast::Cte {
        ast::Cte {
            alias: self.alias(name),
            query,
            from: None,
            materialized: None,
            closing_paren_token: AttachedToken::empty(),
        }
    }

    fn alias(&self, name: &str) -> TableAlias {
        TableAlias { explicit: true, name: self.ident(name), columns: Vec::new(), at: None }
    }

    /// Whether instants are read in place, not from a subquery, which is evaluated once.
    fn in_place(&self) -> bool {
        self.dialect.clock_in_place && self.clock.as_of.is_none()
    }

    /// The run's as_of, from the plan or the engine's clock.
    fn as_of(&self) -> Expr {
        match &self.clock.as_of {
            Some(scalar) => self.expr(scalar),
            None => self.call(Function::EngineClock, Vec::new()),
        }
    }

    /// The value of a bound in terms of as_of.
    fn written_out(&self, name: &str) -> Expr {
        let Some((_, value, _)) = self.clock.bounds.get(name) else {
            self.problems.borrow_mut().push(UnknownInstant { span: None, name: name.to_owned() });
            return Expr::value(Value::Null);
        };
        self.expr(&inline_bounds(value, self.clock, 0))
    }

    /// A query with one row: as_of and every bound.
    fn clock_query(&self) -> Box<ast::Query> {
        let as_of = SelectItem::ExprWithAlias { expr: self.as_of(), alias: self.ident(AS_OF) };
        let mut first = empty_select();
        first.projection = vec![as_of];
        if self.clock.bounds.is_empty() {
            return plain(first);
        }
        // The bounds are a level above, so that all of them read the same as_of.
        let level = Self { problems: RefCell::default(), clock_cte: String::new(), ..*self };
        let column = SelectItem::UnnamedExpr(Expr::Identifier(self.ident(AS_OF)));
        let bounds = self.clock.bounds.iter().map(|(name, value, _)| SelectItem::ExprWithAlias {
            expr: level.bound(value, 0),
            alias: self.ident(name),
        });
        let projection = std::iter::once(column).chain(bounds).collect();
        let subquery = plain(first);
        let alias = Some(self.alias("now_in"));
        let relation = TableFactor::Derived { lateral: false, subquery, alias, sample: None };
        let from = vec![TableWithJoins { relation, joins: Vec::new() }];
        self.problems.borrow_mut().append(level.problems.take());
        let mut all = empty_select();
        (all.projection, all.from) = (projection, from);
        plain(all)
    }

    /// A bound's value in terms of the column `as_of`; the bounds that it reads are expanded.
    fn bound(&self, value: &Scalar, depth: usize) -> Expr {
        let inlined = inline_bounds(value, self.clock, depth);
        self.expr(&inlined)
    }

    /// The value of an instant.
    fn instant(&self, name: &str) -> Expr {
        match self.form {
            ClockForm::Literal(as_of) | ClockForm::ScriptAt(as_of) if name == AS_OF => {
                self.dialect.literals.write(&Literal::Timestamp(as_of))
            }
            ClockForm::Host if name == AS_OF => {
                Expr::Identifier(Host::template(self.host.map_or(AS_OF, |host| host.as_of.as_str())))
            }
            ClockForm::Literal(_) | ClockForm::Host => self.written_out(name),
            ClockForm::Script | ClockForm::ScriptAt(_) => {
                let date = self.clock.bounds.get(name).is_some_and(|(.., ty)| *ty == Type::Date);
                named(if date { &self.dialect.clock_date } else { &self.dialect.clock }, name)
            }
            // Inside the clock's own query.
            ClockForm::Query if self.clock_cte.is_empty() => Expr::Identifier(self.ident(name)),
            ClockForm::Query if self.in_place() && name == AS_OF => self.as_of(),
            ClockForm::Query if self.in_place() => self.written_out(name),
            ClockForm::Query => {
                let projection = vec![SelectItem::UnnamedExpr(Expr::Identifier(self.ident(name)))];
                let name = ObjectName::from(vec![self.ident(&self.clock_cte)]);
                let from = vec![TableWithJoins { relation: table(name, None), joins: Vec::new() }];
                let mut select = empty_select();
                (select.projection, select.from) = (projection, from);
                Expr::Subquery(plain(select))
            }
        }
    }

    pub(super) fn select(&self, select: &Select) -> Box<ast::Select> {
        let mut made = empty_select();
        let joins = select.joins.iter().map(|join| self.join(join)).collect();
        if let Some(from) = &select.from {
            made.from = vec![TableWithJoins { relation: self.relation(from), joins }];
        }
        let projection = select.columns.iter().map(|column| {
            let expr = self.expr(&column.value);
            let Some(name) = column.known_as() else { return SelectItem::UnnamedExpr(expr) };
            let alias = self.ident(name);
            let has_name = matches!(&expr, Expr::CompoundIdentifier(parts) if parts.last() == Some(&alias))
                || matches!(&expr, Expr::Identifier(name) if *name == alias);
            if has_name && !self.dialect.identifiers.alias_columns {
                SelectItem::UnnamedExpr(expr)
            } else {
                SelectItem::ExprWithAlias { expr, alias }
            }
        });
        made.distinct = select.distinct.then_some(Distinct::Distinct);
        made.projection = projection.collect();
        made.selection = select.filter.as_ref().map(|filter| self.expr(filter));
        let keys = select.group_by.iter().map(|key| self.expr(key)).collect();
        made.group_by = GroupByExpr::Expressions(keys, vec![]);
        made.having = select.having.as_ref().map(|having| self.expr(having));
        made
    }

    fn join(&self, join: &Join) -> ast::Join {
        let on = JoinConstraint::On(self.expr(&join.on));
        ast::Join {
            relation: self.relation(&join.table),
            global: false,
            join_operator: match join.kind {
                JoinKind::Inner => JoinOperator::Join(on),
                JoinKind::Left => JoinOperator::Left(on),
                JoinKind::Full => JoinOperator::FullOuter(on),
            },
        }
    }

    fn relation(&self, reference: &TableRef) -> TableFactor {
        let alias = |hidden: bool| (!hidden).then(|| self.alias(&reference.alias));
        match &reference.relation {
            Relation::Table(parts) => table(self.table_name(parts), alias(false)),
            Relation::Cte(name) => {
                table(ObjectName::from(vec![self.ident(name)]), alias(*name == reference.alias))
            }
            Relation::Rows(select) => derived(plain(self.select(select)), alias(false)),
            Relation::Union(union) => derived(self.union(union), alias(false)),
            Relation::Sql { text, span } => match parse::query(&self.dialect.parser, text) {
                Ok(query) => derived(Box::new(query), alias(false)),
                Err(error) => {
                    let dialect = self.dialect.name.clone();
                    self.problems.borrow_mut().push(UnreadableQuery { span: *span, dialect, error });
                    table(ObjectName::from(vec![self.ident(&reference.alias)]), None)
                }
            },
        }
    }

    fn call(&self, function: Function, arguments: Vec<Expr>) -> Expr {
        self.dialect.call(function, arguments).unwrap_or_else(|| {
            let (function, dialect) = (function.name(), self.dialect.name.clone());
            self.problems.borrow_mut().push(ArgumentDoesNotFit { span: None, function, dialect });
            Expr::value(Value::Null)
        })
    }

    /// A function of two values, of any number of them, as a tree: a chain would be copied at each of its links.
    fn folded(&self, function: Function, values: &[Scalar]) -> Expr {
        match values {
            [] => Expr::value(Value::Null),
            [only] => self.expr(only),
            _ => {
                let (one, other) = values.split_at(values.len() / 2);
                self.call(function, [one, other].map(|half| self.folded(function, half)).to_vec())
            }
        }
    }

    fn constant(&self, literal: &Literal) -> Expr {
        self.dialect.constant(literal).unwrap_or_else(|| {
            let (function, dialect) = (Function::SemverKey.name(), self.dialect.name.clone());
            self.problems.borrow_mut().push(ArgumentDoesNotFit { span: None, function, dialect });
            Expr::value(Value::Null)
        })
    }

    /// An expression as an operand, in parentheses, of which superfluous ones are removed later.
    fn operand(&self, scalar: &Scalar) -> Expr {
        operand(self.expr(scalar))
    }

    fn boxed(&self, scalar: &Scalar) -> Box<Expr> {
        Box::new(self.operand(scalar))
    }

    pub(super) fn exprs(&self, scalars: &[Scalar]) -> Vec<Expr> {
        scalars.iter().map(|scalar| self.expr(scalar)).collect()
    }

    pub(super) fn expr(&self, scalar: &Scalar) -> Expr {
        match scalar {
            Scalar::Column(alias, column) if alias.is_empty() => Expr::Identifier(self.ident(column)),
            Scalar::Column(alias, column) => {
                Expr::CompoundIdentifier(vec![self.ident(alias), self.ident(column)])
            }
            Scalar::ShardDigits => {
                Expr::Identifier(Ident::new(self.dialect.shard_digits().unwrap_or(crate::plan::rel::DAY)))
            }
            Scalar::Literal(literal) => self.constant(literal),
            Scalar::Clock(name) => self.instant(name),
            Scalar::Pattern(regex) => self.dialect.literals.write_pattern(regex),
            Scalar::And(parts) => chain(&BinaryOperator::And, self.exprs(parts), true),
            Scalar::Or(parts) => chain(&BinaryOperator::Or, self.exprs(parts), false),
            Scalar::Not(inner) => Expr::UnaryOp { op: UnaryOperator::Not, expr: self.boxed(inner) },
            Scalar::Negate(inner) => Expr::UnaryOp { op: UnaryOperator::Minus, expr: self.boxed(inner) },
            Scalar::IsNull(inner) => Expr::IsNull(self.boxed(inner)),
            Scalar::IsNotNull(inner) => Expr::IsNotNull(self.boxed(inner)),
            Scalar::IsNotTrue(inner) => Expr::IsNotTrue(self.boxed(inner)),
            Scalar::Binary(op, left, right) => {
                Expr::BinaryOp { left: self.boxed(left), op: operator(*op), right: self.boxed(right) }
            }
            Scalar::InList(value, list, Negated(negated)) => {
                Expr::InList { expr: self.boxed(value), list: self.exprs(list), negated: *negated }
            }
            Scalar::Between(value, low, high, Negated(negated)) => Expr::Between {
                expr: self.boxed(value),
                negated: *negated,
                low: self.boxed(low),
                high: self.boxed(high),
            },
            Scalar::InQuery(value, query, Negated(negated)) => Expr::InSubquery {
                expr: self.boxed(value),
                subquery: plain(self.select(query)),
                negated: *negated,
            },
            Scalar::Exists(query, Negated(negated)) => {
                Expr::Exists { subquery: plain(self.select(query)), negated: *negated }
            }
            Scalar::Window(over) => self.window(over),
            Scalar::Query(query) => Expr::Subquery(plain(self.select(query))),
            Scalar::Call(function, arguments) => self.call(*function, self.exprs(arguments)),
            Scalar::Coalesce(values) => function("COALESCE", self.exprs(values)),
            Scalar::Least(values) => self.folded(Function::Least, values),
            Scalar::Greatest(values) => self.folded(Function::Greatest, values),
            Scalar::CountRows => count_rows(),
            Scalar::Count(value) => function("COUNT", vec![self.expr(value)]),
            Scalar::Cast(value, ty) => self.cast(self.boxed(value), ty),
            Scalar::Missing(ty) => self.cast(Box::new(Expr::value(Value::Null)), ty),
            Scalar::Member(value, name) => self.member(value, name),
            Scalar::Case(branches, otherwise) => self.case(branches, otherwise.as_deref()),
        }
    }

    fn cast(&self, expr: Box<Expr>, ty: &crate::types::Type) -> Expr {
        match self.dialect.data_type(ty) {
            Some(data_type) => Expr::Cast { kind: CastKind::Cast, expr, data_type, format: None },
            None => *expr,
        }
    }

    /// `(x).a.b`: without the parentheses, an engine may take the column for a table.
    fn member(&self, value: &Scalar, name: &str) -> Expr {
        let last = AccessExpr::Dot(Expr::Identifier(self.ident(name)));
        match self.expr(value) {
            Expr::CompoundFieldAccess { root, mut access_chain } => {
                access_chain.push(last);
                Expr::CompoundFieldAccess { root, access_chain }
            }
            root => {
                let root = Box::new(Expr::Nested(Box::new(root)));
                Expr::CompoundFieldAccess { root, access_chain: vec![last] }
            }
        }
    }

    fn case(&self, branches: &[(Scalar, Scalar)], otherwise: Option<&Scalar>) -> Expr {
        let conditions = branches.iter().map(|(condition, result)| CaseWhen {
            condition: self.expr(condition),
            result: self.expr(result),
        });
        Expr::Case {
            case_token: AttachedToken::empty(),
            end_token: AttachedToken::empty(),
            operand: None,
            conditions: conditions.collect(),
            else_result: otherwise.map(|value| Box::new(self.expr(value))),
        }
    }
}
