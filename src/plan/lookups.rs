//! The tables in which a refresh by keys looks rows up, and by which columns. If a table has no
//! index for that, it is read completely, and a planner that looks up rows in it anyway reads it
//! once for each.

use std::collections::{BTreeMap, BTreeSet};

use super::delta::Delta;
use super::rel::{BinaryOp, Child, Query, Relation, Scalar, Select, TableRef};

/// A table, and columns by one of which its rows are looked up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Lookup {
    /// Its full name; empty for a query of the catalog's, which has no index.
    pub(crate) table: Vec<String>,
    /// The columns, in order; none where it is read whole.
    pub(crate) columns: Vec<String>,
}

/// What queries of affected keys look up, of the tables for which `counts` holds.
pub(super) fn lookups<'a>(
    queries: impl Iterator<Item = &'a Query>,
    counts: &dyn Fn(&[String]) -> bool,
) -> Vec<Lookup> {
    let mut finder = Finder::default();
    for query in queries {
        query.selects().for_each(|select| finder.select(select, true));
    }
    finder.counted(counts)
}

/// What the search for affected keys looks up. It begins with the rows that have changed, which no key leads
/// to.
pub(super) fn search_lookups(deltas: &[Delta], counts: &dyn Fn(&[String]) -> bool) -> Vec<Lookup> {
    let mut finder = Finder::default();
    for delta in deltas {
        finder.select_where(
            &delta.rows,
            |finder| delta.filter.iter().for_each(|one| finder.condition(one)),
            false,
        );
    }
    finder.counted(counts)
}

#[derive(Default)]
struct Finder<'q> {
    found: Vec<Lookup>,
    /// The columns so far of the tables in scope, the innermost last.
    in_scope: Vec<BTreeSet<String>>,
    /// Where those of an alias are.
    places: BTreeMap<&'q str, Vec<usize>>,
}

impl<'q> Finder<'q> {
    fn counted(self, counts: &dyn Fn(&[String]) -> bool) -> Vec<Lookup> {
        let found = self.found.into_iter().filter(|one| one.table.is_empty() || counts(&one.table));
        found.collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn select(&mut self, select: &'q Select, first: bool) {
        self.select_where(select, |_| {}, first);
    }

    /// A select with more conditions.
    fn select_where(&mut self, select: &'q Select, more: impl FnOnce(&mut Self), first: bool) {
        let outer = self.in_scope.len();
        let tables: Vec<&TableRef> = select.tables().collect();
        for table in &tables {
            self.places.entry(&table.alias).or_default().push(self.in_scope.len());
            self.in_scope.push(BTreeSet::new());
        }
        select.joins.iter().for_each(|join| self.condition(&join.on));
        select.filter.iter().for_each(|filter| self.condition(filter));
        more(self);
        let columns: Vec<BTreeSet<String>> = self.in_scope.drain(outer..).collect();
        for table in &tables {
            if let Some(places) = self.places.get_mut(table.alias.as_str()) {
                places.pop();
            }
        }
        for (at, (table, columns)) in tables.into_iter().zip(columns).enumerate() {
            let columns: Vec<String> = columns.into_iter().collect();
            match &table.relation {
                _ if at == 0 && !first => {}
                Relation::Table(name) => self.found.push(Lookup { table: name.clone(), columns }),
                Relation::Sql { .. } => self.found.push(Lookup { table: Vec::new(), columns }),
                Relation::Rows(rows) => self.select(rows, true),
                Relation::Union(union) => self.found.extend(union.selects().iter().filter_map(|branch| {
                    let (table, held) = held_columns(branch, &columns)?;
                    Some(Lookup { table: table.to_vec(), columns: held })
                })),
                Relation::Cte(_) => {}
            }
        }
    }

    /// What a condition looks up. Only its own parts count, which are conditions in turn: that two
    /// columns are equal inside a value, such as a `CASE`, leads to no rows.
    fn condition(&mut self, condition: &'q Scalar) {
        match condition {
            Scalar::And(_) | Scalar::Or(_) | Scalar::Not(_) | Scalar::IsNotTrue(_) | Scalar::Exists(..) => {
                condition.children(&mut |child| match child {
                    Child::Scalar(part) => self.condition(part),
                    Child::Select(rows) => self.select(rows, true),
                })
            }
            Scalar::Binary(BinaryOp::Equal, left, right) => self.equal(left, right),
            Scalar::InQuery(value, rows, _) => {
                self.column(value);
                // The value is equal to the column of its rows.
                let yielded = rows.columns.first().map(|column| &column.value);
                let equal = |finder: &mut Self| yielded.into_iter().for_each(|one| finder.equal(one, value));
                self.select_where(rows, equal, true);
            }
            _ => {}
        }
    }

    fn equal(&mut self, left: &Scalar, right: &Scalar) {
        if let (Scalar::Column(one, _), Scalar::Column(other, _)) = (left, right)
            && one != other
        {
            self.column(left);
            self.column(right);
        }
    }

    fn column(&mut self, value: &Scalar) {
        let Scalar::Column(alias, name) = value else { return };
        let place = self.places.get(alias.as_str()).and_then(|places| places.last());
        if let Some(columns) = place.and_then(|&place| self.in_scope.get_mut(place)) {
            columns.insert(name.clone());
        }
    }
}

/// A table of a union, and the columns of its that are these of the union.
fn held_columns<'s>(branch: &'s Select, columns: &[String]) -> Option<(&'s [String], Vec<String>)> {
    let Relation::Table(table) = &branch.from.as_ref()?.relation else { return None };
    let held = |name: &String| {
        let column = branch.columns.iter().find(|column| column.name.as_ref() == Some(name))?;
        match &column.value {
            Scalar::Column(_, held) => Some(held.clone()),
            // A cast to the type that the column has is none.
            Scalar::Cast(one, _) => match &**one {
                Scalar::Column(_, held) => Some(held.clone()),
                _ => None,
            },
            _ => None,
        }
    };
    Some((table, columns.iter().filter_map(held).collect()))
}
