//! Walking a plan: the direct parts of an expression or a select.

use super::{Join, Order, Over, Query, Relation, Scalar, Select, TableRef};

/// A direct part.
#[derive(Debug, Clone, Copy)]
pub enum Child<'a> {
    /// An expression.
    Scalar(&'a Scalar),
    /// A subquery.
    Select(&'a Select),
}

/// A direct part, to be changed.
#[derive(Debug)]
pub(crate) enum ChildMut<'a> {
    /// An expression.
    Scalar(&'a mut Scalar),
    /// A subquery.
    Select(&'a mut Select),
}

impl Scalar {
    /// Calls `see` for each direct part.
    pub(crate) fn children<'a>(&'a self, see: &mut dyn FnMut(Child<'a>)) {
        match self {
            Self::Column(..)
            | Self::ShardDigits
            | Self::Literal(_)
            | Self::Missing(_)
            | Self::Pattern(_)
            | Self::Clock(_)
            | Self::CountRows => {}
            Self::And(all)
            | Self::Or(all)
            | Self::Call(_, all)
            | Self::Coalesce(all)
            | Self::Least(all)
            | Self::Greatest(all) => all.iter().for_each(|one| see(Child::Scalar(one))),
            Self::Not(one)
            | Self::IsNull(one)
            | Self::IsNotNull(one)
            | Self::IsNotTrue(one)
            | Self::Count(one)
            | Self::Negate(one)
            | Self::Member(one, _)
            | Self::Cast(one, _) => see(Child::Scalar(one)),
            Self::Binary(_, left, right) => {
                see(Child::Scalar(left));
                see(Child::Scalar(right));
            }
            Self::InList(one, list, _) => {
                see(Child::Scalar(one));
                list.iter().for_each(|one| see(Child::Scalar(one)));
            }
            Self::Between(one, low, high, _) => {
                [one, low, high].into_iter().for_each(|one| see(Child::Scalar(one)));
            }
            Self::InQuery(one, rows, _) => {
                see(Child::Scalar(one));
                see(Child::Select(rows));
            }
            Self::Exists(rows, _) | Self::Query(rows) => see(Child::Select(rows)),
            Self::Window(over) => {
                over.function.iter().chain(&over.partition).for_each(|one| see(Child::Scalar(one)));
                over.order.iter().for_each(|order| see(Child::Scalar(&order.value)));
            }
            Self::Case(branches, otherwise) => {
                for (condition, result) in branches {
                    see(Child::Scalar(condition));
                    see(Child::Scalar(result));
                }
                otherwise.iter().for_each(|one| see(Child::Scalar(one)));
            }
        }
    }

    /// Calls `see` for each direct part.
    pub(crate) fn children_mut<'a>(&'a mut self, see: &mut dyn FnMut(ChildMut<'a>)) {
        match self {
            Self::Column(..)
            | Self::ShardDigits
            | Self::Literal(_)
            | Self::Missing(_)
            | Self::Pattern(_)
            | Self::Clock(_)
            | Self::CountRows => {}
            Self::And(all)
            | Self::Or(all)
            | Self::Call(_, all)
            | Self::Coalesce(all)
            | Self::Least(all)
            | Self::Greatest(all) => all.iter_mut().for_each(|one| see(ChildMut::Scalar(one))),
            Self::Not(one)
            | Self::IsNull(one)
            | Self::IsNotNull(one)
            | Self::IsNotTrue(one)
            | Self::Count(one)
            | Self::Negate(one)
            | Self::Member(one, _)
            | Self::Cast(one, _) => see(ChildMut::Scalar(one)),
            Self::Binary(_, left, right) => {
                [left, right].into_iter().for_each(|one| see(ChildMut::Scalar(one)));
            }
            Self::InList(one, list, _) => {
                see(ChildMut::Scalar(one));
                list.iter_mut().for_each(|one| see(ChildMut::Scalar(one)));
            }
            Self::Between(one, low, high, _) => {
                [one, low, high].into_iter().for_each(|one| see(ChildMut::Scalar(one)));
            }
            Self::InQuery(one, rows, _) => {
                see(ChildMut::Scalar(one));
                see(ChildMut::Select(rows));
            }
            Self::Exists(rows, _) | Self::Query(rows) => see(ChildMut::Select(rows)),
            Self::Window(over) => {
                let Over { function, partition, order, .. } = &mut **over;
                function.iter_mut().chain(partition).for_each(|one| see(ChildMut::Scalar(one)));
                order.iter_mut().for_each(|Order { value, .. }| see(ChildMut::Scalar(value)));
            }
            Self::Case(branches, otherwise) => {
                for (condition, result) in branches {
                    see(ChildMut::Scalar(condition));
                    see(ChildMut::Scalar(result));
                }
                otherwise.iter_mut().for_each(|one| see(ChildMut::Scalar(one)));
            }
        }
    }
}

impl Select {
    /// Calls `see` for each direct part: expressions, and selects that are read in place. Those of a union
    /// are only columns of tables, and conditions on which tables are read.
    pub(crate) fn children<'a>(&'a self, see: &mut dyn FnMut(Child<'a>)) {
        self.columns.iter().for_each(|column| see(Child::Scalar(&column.value)));
        self.joins.iter().for_each(|join| see(Child::Scalar(&join.on)));
        let conditions = self.filter.iter().chain(&self.having);
        conditions.chain(&self.group_by).for_each(|one| see(Child::Scalar(one)));
        for table in self.tables() {
            match &table.relation {
                Relation::Rows(rows) => see(Child::Select(rows)),
                Relation::Union(union) => {
                    let filters = union.selects().iter().filter_map(|one| one.filter.as_ref());
                    filters.for_each(|filter| see(Child::Scalar(filter)));
                }
                Relation::Table(_) | Relation::Sql { .. } | Relation::Cte(_) => {}
            }
        }
    }

    /// Calls `see` for each direct part: first selects that are read in place, then expressions.
    pub(crate) fn children_mut<'a>(&'a mut self, see: &mut dyn FnMut(ChildMut<'a>)) {
        let Self { columns, from, joins, filter, group_by, having, .. } = self;
        let mut on = Vec::new();
        let mut tables: Vec<&mut TableRef> = from.iter_mut().collect();
        for Join { table, on: condition, .. } in joins {
            tables.push(table);
            on.push(condition);
        }
        for table in tables {
            if let Relation::Rows(rows) = &mut table.relation {
                see(ChildMut::Select(rows));
            }
        }
        columns.iter_mut().for_each(|column| see(ChildMut::Scalar(&mut column.value)));
        on.into_iter().for_each(|one| see(ChildMut::Scalar(one)));
        filter.iter_mut().chain(having).chain(group_by).for_each(|one| see(ChildMut::Scalar(one)));
    }

    /// What it reads from.
    pub fn tables(&self) -> impl Iterator<Item = &TableRef> {
        self.from.iter().chain(self.joins.iter().map(|join| &join.table))
    }
}

impl Query {
    /// Its selects, those of its common table expressions first.
    pub(crate) fn selects(&self) -> impl Iterator<Item = &Select> {
        let ctes = self.ctes.iter().flat_map(|cte| std::iter::once(&cte.select).chain(&cte.union));
        ctes.chain([&self.select]).chain(&self.union)
    }

    /// Its selects, to be changed.
    pub(crate) fn selects_mut(&mut self) -> impl Iterator<Item = &mut Select> {
        let ctes =
            self.ctes.iter_mut().flat_map(|cte| std::iter::once(&mut cte.select).chain(&mut cte.union));
        ctes.chain([&mut self.select]).chain(&mut self.union)
    }

    /// Calls `see` for every expression and every select, in no order of note. Without recursion, since
    /// expressions may be deep.
    pub(crate) fn walk<'a>(&'a self, see: &mut dyn FnMut(Child<'a>)) {
        let mut todo: Vec<Child<'a>> = self.selects().map(Child::Select).collect();
        while let Some(child) = todo.pop() {
            see(child);
            let mut later = |child| todo.push(child);
            match child {
                Child::Scalar(scalar) => scalar.children(&mut later),
                Child::Select(select) => select.children(&mut later),
            }
        }
    }
}
