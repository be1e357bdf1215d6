//! The rows that make keys affected, as selects that can be put together: those of one segment, or of
//! all segments that are refreshed together.

use std::collections::{BTreeMap, BTreeSet};

use super::names::unused;
use super::rel::{Column, Cte, Negated, Query, Relation, Scalar, Select, TableRef, all};

/// Rows that lead back to keys of an entity, because something about them is new.
#[derive(Debug, Clone, PartialEq)]
pub struct Delta {
    /// The keys that they lead to, without what is new about the rows.
    pub(crate) rows: Select,
    /// What the rows are called: `refund_changed`.
    pub(crate) name: String,
    /// What they are called if events of several names are among them: `events_changed`.
    pub(crate) of_all_events: String,
    /// The column that `filter` is about, if it is about one.
    pub(crate) column: Option<Scalar>,
    /// What is new about them: any of these.
    pub(crate) filter: Vec<Scalar>,
    /// Only events of these names: the column, and the names.
    pub(crate) events: Option<(Scalar, BTreeSet<String>)>,
}

impl Delta {
    fn has_rows_of(&self, other: &Self) -> bool {
        self.column == other.column && self.rows == other.rows
    }

    /// The same rows, with one of the filters.
    fn with_filter(&self, filter: &Scalar) -> Self {
        let Self { rows, name, of_all_events, column, events, .. } = self;
        Self {
            rows: rows.clone(),
            name: name.clone(),
            of_all_events: of_all_events.clone(),
            column: column.clone(),
            filter: vec![filter.clone()],
            events: events.clone(),
        }
    }

    /// The column of the events' names.
    fn event_column(&self) -> Option<&Scalar> {
        self.events.as_ref().map(|(column, _)| column)
    }

    /// Its rows as a select, and the select's name.
    pub(crate) fn select(self) -> (String, Select) {
        let Self { mut rows, name, of_all_events, filter, events, .. } = self;
        let several = events.as_ref().is_some_and(|(_, names)| names.len() > 1);
        let events = events.map(|(column, names)| {
            let mut names: Vec<Scalar> = names.into_iter().map(Scalar::text).collect();
            match (names.len(), names.pop()) {
                (1, Some(only)) => Scalar::equal(column, only),
                (_, last) => {
                    names.extend(last);
                    Scalar::InList(Box::new(column), names, Negated(false))
                }
            }
        });
        let any = (!filter.is_empty()).then(|| Scalar::any(filter));
        rows.filter = all(events.into_iter().chain(rows.filter).chain(any).collect());
        (if several { of_all_events } else { name }, rows)
    }
}

/// Deltas of one segment or several, each once: those that differ only in the names of events are one.
/// `together` puts all that is new about the same rows into one scan, for targets that find several
/// ranges at once; elsewhere each is a scan of its own.
#[derive(Default)]
pub(crate) struct Deltas {
    list: Vec<Delta>,
    /// Where those of a name are.
    named: BTreeMap<String, Vec<usize>>,
}

impl Deltas {
    pub(crate) fn add(&mut self, one: &Delta) {
        one.filter.iter().for_each(|filter| self.add_part(one, filter));
    }

    /// Adds one of a delta's filters.
    fn add_part(&mut self, one: &Delta, filter: &Scalar) {
        if !self.named.contains_key(&one.of_all_events) {
            self.named.insert(one.of_all_events.clone(), Vec::new());
        }
        let Some(places) = self.named.get_mut(&one.of_all_events) else { return };
        let is_same = |place: &&usize| {
            self.list.get(**place).is_some_and(|known| {
                known.filter.first() == Some(filter)
                    && known.event_column() == one.event_column()
                    && known.has_rows_of(one)
            })
        };
        // How far a log has been read is each segment's own: no other delta is the same, though all have one name.
        let nearest = if asks_a_query(filter) { NEAREST } else { usize::MAX };
        let known = places.iter().rev().take(nearest).find(is_same).copied();
        match known.and_then(|place| self.list.get_mut(place)) {
            Some(known) => {
                if let (Some((_, names)), Some((_, more))) = (&mut known.events, &one.events) {
                    names.extend(more.iter().cloned());
                }
            }
            None => {
                places.push(self.list.len());
                self.list.push(one.with_filter(filter));
            }
        }
    }

    fn joined(self, together: bool) -> Vec<Delta> {
        if !together {
            return self.list;
        }
        let mut joined: Vec<Delta> = Vec::new();
        for one in self.list {
            let same = |known: &&mut Delta| {
                known.events == one.events && known.column.is_some() && known.has_rows_of(&one)
            };
            // Without a column, nothing is joined: there is nothing to look for.
            let known = if one.column.is_some() { joined.iter_mut().find(same) } else { None };
            match known {
                Some(known) => known.filter.extend(one.filter),
                None => joined.push(one),
            }
        }
        joined
    }

    /// The keys that all of them lead to, each once: a subquery for each, after those in `sources`.
    /// `taken` are names that no subquery may hide.
    pub(crate) fn search(
        self,
        sources: Vec<Cte>,
        keys: &[String],
        taken: &BTreeSet<String>,
        together: bool,
    ) -> Query {
        let mut ctes = sources;
        let mut names: BTreeSet<String> = ctes.iter().map(|cte| cte.name.clone()).collect();
        let mut new_name = |base: &str| {
            let name = unused(base, |name| names.contains(name) || taken.contains(name));
            names.insert(name.clone());
            name
        };
        let mut selects = Vec::new();
        for one in self.joined(together) {
            let (name, rows) = one.select();
            let name = new_name(&name);
            ctes.push(Cte::new(name.clone(), rows));
            selects.push(keys_in(keys, &name));
        }
        let mut selects = selects.into_iter();
        let first = selects.next().unwrap_or_default();
        let union: Vec<Select> = selects.collect();
        let all_keys = if union.is_empty() {
            first
        } else {
            let name = new_name("affected");
            ctes.push(Cte { name: name.clone(), select: first, union });
            keys_in(keys, &name)
        };
        let mut query = Query { ctes, ..Query::of(Select { distinct: true, ..all_keys }) };
        query.prune();
        query
    }
}

/// How many deltas of one segment may differ only in what they ask a query.
const NEAREST: usize = 8;

/// Whether a condition compares with the value of a query: how far a log has been read.
fn asks_a_query(condition: &Scalar) -> bool {
    matches!(condition, Scalar::Binary(_, _, value) if matches!(**value, Scalar::Query(_)))
}

fn keys_in(keys: &[String], cte: &str) -> Select {
    let from = Some(TableRef::new(Relation::Cte(cte.to_owned()), cte));
    let columns = keys.iter().map(|key| Column::plain(Scalar::column(cte, key))).collect();
    Select { columns, from, ..Select::default() }
}
