//! Walking a plan: the direct parts of an expression or a select.

use super::{Order, Over, Query, Relation, Scalar, Select, TableRef};

/// A direct part.
#[derive(Debug, Clone, Copy)]
pub enum Child<'a> {
    /// An expression.
    Scalar(&'a Scalar),
    /// A subquery.
    Select(&'a Select),
}

impl Scalar {
    /// Calls `see` for each direct part.
    pub(crate) fn children<'a>(&'a self, see: &mut dyn FnMut(Child<'a>)) {
        match self {
            Self::Column(..) | Self::Literal(_) | Self::Pattern(_) | Self::Clock(_) | Self::CountRows => {}
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

    /// Calls `see` for each direct expression. Subqueries aren't entered.
    pub(crate) fn children_mut(&mut self, see: &mut dyn FnMut(&mut Self)) {
        match self {
            Self::Column(..)
            | Self::Literal(_)
            | Self::Pattern(_)
            | Self::Clock(_)
            | Self::CountRows
            | Self::Exists(..)
            | Self::Query(_) => {}
            Self::And(all)
            | Self::Or(all)
            | Self::Call(_, all)
            | Self::Coalesce(all)
            | Self::Least(all)
            | Self::Greatest(all) => all.iter_mut().for_each(see),
            Self::Not(one)
            | Self::IsNull(one)
            | Self::IsNotNull(one)
            | Self::IsNotTrue(one)
            | Self::Negate(one)
            | Self::Member(one, _)
            | Self::Cast(one, _)
            | Self::InQuery(one, ..) => see(one),
            Self::Binary(_, left, right) => [left, right].into_iter().for_each(|one| see(one)),
            Self::InList(one, list, _) => {
                see(one);
                list.iter_mut().for_each(see);
            }
            Self::Between(one, low, high, _) => [one, low, high].into_iter().for_each(|one| see(one)),
            Self::Window(over) => {
                let Over { function, partition, order, .. } = &mut **over;
                function.iter_mut().chain(partition).for_each(&mut *see);
                order.iter_mut().for_each(|Order { value, .. }| see(value));
            }
            Self::Case(branches, otherwise) => {
                for (condition, result) in branches {
                    see(condition);
                    see(result);
                }
                otherwise.iter_mut().for_each(|one| see(one));
            }
        }
    }
}

impl Select {
    /// Calls `see` for each direct part: expressions, and selects that are read in place.
    pub(crate) fn children<'a>(&'a self, see: &mut dyn FnMut(Child<'a>)) {
        self.columns.iter().for_each(|column| see(Child::Scalar(&column.value)));
        self.joins.iter().for_each(|join| see(Child::Scalar(&join.on)));
        let conditions = self.filter.iter().chain(&self.having);
        conditions.chain(&self.group_by).for_each(|one| see(Child::Scalar(one)));
        for table in self.tables() {
            if let Relation::Rows(rows) = &table.relation {
                see(Child::Select(rows));
            }
        }
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
