//! Tables of a FROM clause, connected by the catalog's links.
use sqlparser::ast::{self as sql, BinaryOperator as Op};

use super::Translator;
use super::problems::UnknownColumn;
use super::scope::{Scope, Table, names_table, path_of};
use super::truth::chain;
use crate::catalog::{EntityId, FieldId, Link};
use crate::diagnostic::Span;
use crate::syntax::ast::Expr;
use crate::syntax::make;

/// A column of a table in a FROM clause, or of the row around a subquery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Whether it is of the row around.
    pub(super) outer: bool,
    pub(super) table: usize,
    pub(super) field: FieldId,
}

/// Two columns that are equal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Equality<'q> {
    pub(super) left: Place,
    pub(super) right: Place,
    /// Where it is written; `None` for that of an IN.
    pub(super) written: Option<&'q sql::Expr>,
}

/// The tables of a FROM clause, connected.
pub(super) struct Connected<'q> {
    /// The path to the rows, from the row around.
    pub(super) path: Vec<String>,
    /// Whether it leads through a to-many link.
    pub(super) many: bool,
    /// The tables, as seen from the last to-many link.
    pub(super) tables: Vec<Table>,
    /// The entities that the path leads through.
    pub(super) through: Vec<EntityId>,
    /// The conditions that aren't links.
    pub(super) rest: Vec<&'q sql::Expr>,
    /// What must hold for the inner joins to find a row.
    pub(super) requires: Vec<Expr>,
}

/// A table of a FROM clause, before it is connected.
pub(super) struct Item<'q> {
    pub(super) table: Table,
    /// For a LEFT JOIN: its condition.
    pub(super) left: Option<&'q sql::Expr>,
}

impl Translator<'_> {
    /// The tables of a FROM clause, and the conditions of its joins and of WHERE.
    pub(super) fn items<'q>(
        &mut self,
        select: &'q sql::Select,
    ) -> Option<(Vec<Item<'q>>, Vec<&'q sql::Expr>)> {
        let (mut items, mut conditions) = (Vec::new(), Vec::new());
        for from in &select.from {
            items.push(self.item(&from.relation)?);
            for join in &from.joins {
                use sql::JoinOperator as J;
                let mut item = self.item(&join.relation)?;
                match &join.join_operator {
                    J::Join(sql::JoinConstraint::On(on)) | J::Inner(sql::JoinConstraint::On(on)) => {
                        conditions.extend(chain(on, &Op::And));
                    }
                    J::Left(sql::JoinConstraint::On(on)) | J::LeftOuter(sql::JoinConstraint::On(on)) => {
                        item.left = Some(on);
                    }
                    J::CrossJoin(sql::JoinConstraint::None) => {}
                    _ => {
                        let span = self.at(join);
                        return self.refuse(
                            span,
                            "this kind of join has no counterpart",
                            "write `JOIN … ON` or `LEFT JOIN … ON` with equal columns",
                        );
                    }
                }
                items.push(item);
            }
        }
        if let Some(selection) = &select.selection {
            conditions.extend(chain(selection, &Op::And));
        }
        Some((items, conditions))
    }

    pub(super) fn item<'q>(&mut self, factor: &sql::TableFactor) -> Option<Item<'q>> {
        let span = self.at(factor);
        let sql::TableFactor::Table { name, alias, args: None, sample: None, version: None, .. } = factor
        else {
            return self.refuse(
                span,
                "only tables of the catalog can be selected from",
                "write the condition over the table itself, with EXISTS for linked rows",
            );
        };
        let names: Vec<String> = name
            .0
            .iter()
            .filter_map(|part| part.as_ident())
            .flat_map(|ident| ident.value.split('.').map(str::to_owned).collect::<Vec<_>>())
            .collect();
        let found = self.catalog().iter().find(|(_, entity)| names_table(entity, &names));
        let Some((entity, _)) = found else {
            let message = format!("no entity of the catalog reads the table `{name}`");
            let known = self.catalog().entities.iter().map(|entity| entity.name.clone()).collect::<Vec<_>>();
            let help = Some(format!("entities: {}", known.join(", ")));
            self.problem(UnknownColumn { span, message, help });
            return None;
        };
        let alias = match alias {
            Some(alias) if !alias.columns.is_empty() => {
                let help = "use the columns' own names";
                return self.refuse(span, "the columns of a table are renamed", help);
            }
            Some(alias) => alias.name.value.clone(),
            None => names.last().cloned().unwrap_or_default(),
        };
        Some(Item { table: Table { alias, entity, path: None }, left: None })
    }

    /// The column that an expression is, here or in the row around.
    pub(super) fn place(&self, expr: &sql::Expr, scope: &Scope<'_>) -> Option<Place> {
        let names = match expr {
            sql::Expr::Identifier(name) => std::slice::from_ref(name),
            sql::Expr::CompoundIdentifier(names) => names,
            sql::Expr::Nested(inner) => return self.place(inner, scope),
            _ => return None,
        };
        let column = scope.find(self.catalog(), names, &[]).ok()?;
        let field = self.catalog().entity(column.entity).find_field(&column.field.name)?;
        (column.level <= 1).then_some(Place { outer: column.level == 1, table: column.table, field })
    }

    /// Connects the tables of a FROM clause with the row around, and with one another, by the catalog's
    /// links. Without a row around, the first table is the row.
    pub(super) fn connect<'q>(
        &mut self,
        select: &sql::Select,
        items: Vec<Item<'q>>,
        conditions: Vec<&'q sql::Expr>,
        extra: Option<(Place, Place)>,
        scope: &Scope<'_>,
    ) -> Option<Connected<'q>> {
        let span = self.at(select);
        let own_row = extra.is_none()
            && scope.outer.is_none()
            && scope.tables.iter().all(|table| table.alias.is_empty());
        let inner = Scope {
            tables: items.iter().map(|item| item.table.clone()).collect(),
            outer: (!own_row).then_some(scope),
            same_row: false,
            known: Vec::new(),
            group: None,
        };
        let mut equalities: Vec<Equality<'q>> = Vec::new();
        equalities.extend(extra.map(|(left, right)| Equality { left, right, written: None }));
        let lefts = items.iter().filter_map(|item| item.left).flat_map(|on| chain(on, &Op::And));
        for condition in conditions.iter().copied().chain(lefts) {
            if let sql::Expr::BinaryOp { left, op: Op::Eq, right } = unnested(condition)
                && let (Some(left), Some(right)) = (self.place(left, &inner), self.place(right, &inner))
            {
                equalities.push(Equality { left, right, written: Some(condition) });
            }
        }
        let mut connecting = Connecting {
            equalities,
            used: Vec::new(),
            tables: inner.tables,
            hops: Vec::new(),
            end: 0,
            last: None,
        };
        let (path, many, through) = if own_row {
            connecting.tables[0].path = Some(Vec::new());
            (Vec::new(), false, Vec::new())
        } else {
            match connecting.reach(self.catalog(), scope) {
                Some(found) => found,
                None => return self.unlinked(span, &connecting.tables, scope),
            }
        };
        connecting.attach(self.catalog());
        let mut requires = Vec::new();
        for (at, item) in items.iter().enumerate() {
            let table = &connecting.tables[at];
            let entity = self.catalog().entity(table.entity);
            let on_path = connecting.hops.iter().any(|hop| hop.0 == at);
            let Some(path) = &table.path else {
                if on_path {
                    // Conditions on it are refused where they are written.
                    continue;
                }
                return self.unlinked(span, &connecting.tables, scope);
            };
            if let Some(on) = item.left {
                let all = chain(on, &Op::And);
                if !all.iter().all(|part| connecting.used.iter().any(|used| std::ptr::eq(*used, *part))) {
                    let span = self.at(on);
                    return self.refuse(
                        span,
                        "a LEFT JOIN with a condition other than its link",
                        "move the condition to WHERE, in EXISTS",
                    );
                }
            } else if !path.is_empty() && !on_path || (!many && !path.is_empty()) {
                let key = entity.key.first().map(|id| entity.field(*id).name.clone());
                let names = path.iter().cloned().chain(key).collect::<Vec<_>>();
                requires.push(make::present(make::path(path_of(&names))));
            }
        }
        let rest = conditions
            .into_iter()
            .filter(|condition| !connecting.used.iter().any(|used| std::ptr::eq(*used, *condition)))
            .collect();
        Some(Connected { path, many, tables: connecting.tables, through, rest, requires })
    }

    pub(super) fn unlinked<T>(&mut self, span: Span, tables: &[Table], scope: &Scope<'_>) -> Option<T> {
        let name = |table: &Table| format!("`{}`", self.catalog().entity(table.entity).name);
        let inner: Vec<_> = tables.iter().map(name).collect();
        let outer: Vec<_> = scope.tables.iter().map(name).collect();
        let message =
            format!("no link of the catalog connects {} with {}", outer.join(", "), inner.join(", "));
        self.refuse(
            span,
            message,
            "declare a link on the columns that the query compares; rows that aren't linked have no counterpart",
        )
    }
}

/// Tables that are being connected.
struct Connecting<'q> {
    equalities: Vec<Equality<'q>>,
    /// The conditions that are links.
    used: Vec<&'q sql::Expr>,
    tables: Vec<Table>,
    /// The tables on the path, each with the link that leads to it and whether that is to-many.
    hops: Vec<(usize, String, bool)>,
    /// The table at the end of the path.
    end: usize,
    last: Option<EntityId>,
}

impl<'q> Connecting<'q> {
    /// The equalities that make up a link from one table to another.
    fn link(&self, link: &Link, from: (bool, usize), to: usize) -> Option<Vec<&'q sql::Expr>> {
        let mut used = Vec::new();
        for (own, theirs) in &link.on {
            let own = Place { outer: from.0, table: from.1, field: *own };
            let theirs = Place { outer: false, table: to, field: *theirs };
            let equality = self.equalities.iter().find(|equality| {
                (equality.left == own && equality.right == theirs)
                    || (equality.left == theirs && equality.right == own)
            })?;
            used.extend(equality.written);
        }
        Some(used)
    }

    /// The path from the row around to the rows of the query.
    fn reach(
        &mut self,
        catalog: &crate::catalog::Catalog,
        scope: &Scope<'_>,
    ) -> Option<(Vec<String>, bool, Vec<EntityId>)> {
        let mut start = None;
        'found: for (outer, table) in scope.tables.iter().enumerate() {
            let Some(path) = &table.path else { continue };
            for link in &catalog.entity(table.entity).links {
                for to in 0..self.tables.len() {
                    if link.to == self.tables[to].entity
                        && let Some(used) = self.link(link, (true, outer), to)
                    {
                        start = Some((path.clone(), link, to, used));
                        break 'found;
                    }
                }
            }
        }
        let (mut path, link, to, used) = start?;
        self.used.extend(used);
        path.push(link.name.clone());
        let (mut many, mut through) = (link.many, vec![link.to]);
        self.hops.push((to, link.name.clone(), link.many));
        self.end = to;
        // Further to-many links lengthen the path.
        while let Some((to, name, used)) = self.next_many(catalog) {
            self.used.extend(used);
            path.push(name.clone());
            through.push(self.tables[to].entity);
            self.hops.push((to, name, true));
            self.end = to;
            many = true;
        }
        self.last = Some(self.tables[self.end].entity);
        if many {
            self.tables[self.end].path = Some(Vec::new());
            self.back(catalog);
        } else {
            self.tables[self.end].path = Some(path.clone());
        }
        Some((path, many, through))
    }

    fn next_many(&self, catalog: &crate::catalog::Catalog) -> Option<(usize, String, Vec<&'q sql::Expr>)> {
        let entity = catalog.entity(self.tables[self.end].entity);
        for link in entity.links.iter().filter(|link| link.many) {
            for to in 0..self.tables.len() {
                let free = self.hops.iter().all(|hop| hop.0 != to);
                if free
                    && link.to == self.tables[to].entity
                    && let Some(used) = self.link(link, (false, self.end), to)
                {
                    return Some((to, link.name.clone(), used));
                }
            }
        }
        None
    }

    /// The tables on the way, as seen from the end: by the to-one links that lead back.
    fn back(&mut self, catalog: &crate::catalog::Catalog) {
        let order: Vec<usize> = self.hops.iter().map(|hop| hop.0).collect();
        for pair in (1..order.len()).rev() {
            let (before, after) = (order[pair - 1], order[pair]);
            let Some(path) = self.tables[after].path.clone() else { return };
            let back = catalog.entity(self.tables[after].entity).links.iter().find(|link| {
                !link.many
                    && link.to == self.tables[before].entity
                    && self.link(link, (false, after), before).is_some()
            });
            let Some(back) = back else { return };
            self.tables[before].path = Some(path.into_iter().chain([back.name.clone()]).collect());
        }
    }

    /// Connects the other tables by to-one links.
    fn attach(&mut self, catalog: &crate::catalog::Catalog) {
        loop {
            let mut found = None;
            'found: for (from, table) in self.tables.iter().enumerate() {
                let Some(path) = &table.path else { continue };
                for link in catalog.entity(table.entity).links.iter().filter(|link| !link.many) {
                    for to in 0..self.tables.len() {
                        let free = self.tables[to].path.is_none() && self.hops.iter().all(|hop| hop.0 != to);
                        if free
                            && link.to == self.tables[to].entity
                            && let Some(used) = self.link(link, (false, from), to)
                        {
                            let path: Vec<_> = path.iter().cloned().chain([link.name.clone()]).collect();
                            found = Some((to, path, used));
                            break 'found;
                        }
                    }
                }
            }
            let Some((to, path, used)) = found else { return };
            self.tables[to].path = Some(path);
            self.used.extend(used);
        }
    }
}

fn unnested(expr: &sql::Expr) -> &sql::Expr {
    match expr {
        sql::Expr::Nested(inner) => unnested(inner),
        other => other,
    }
}
