//! A select under construction: its tables, their aliases, and what has been joined.

use std::collections::BTreeMap;

use super::Lowering;
use super::at_run::AtRun;
use super::complement::complement;
use super::encoded;
use super::field::{read_field, stored};
use super::names::{Taken, initials, unused};
use super::tables::rows_of;
use crate::catalog::{Entity, EntityId, FieldId, Mark, Storage, TableSource};
use crate::check::hir::{Base, Hop, Path};
use crate::dialect::Function;
use crate::plan::rel::{Cte, Join, JoinKind, Relation, Scalar, Select, TableRef, all};
use crate::types::{Literal, Type};

/// Rows that are joined, and by which columns to what.
type Attached = (Relation, Vec<(String, Scalar)>);

/// The tables, joins and conditions of a select so far.
#[derive(Debug, Default)]
pub(super) struct Frame {
    pub(super) from: Option<TableRef>,
    pub(super) joins: Vec<Join>,
    pub(super) filter: Vec<Scalar>,
    aliases: Taken,
    /// To-one rows joined so far: (alias it starts from, hop) and the alias it got.
    to_one: Vec<((String, Hop), String)>,
    /// Subqueries joined so far, by the name of their rows: (rows, columns and what they equal) and the alias
    /// they got.
    attached: BTreeMap<String, Vec<(Attached, String)>>,
    /// Its rows, by alias, that belong to affected keys.
    reached: BTreeMap<String, Reached>,
    /// Whether it may refer to rows of the frame below (a correlated subquery).
    correlated: bool,
}

/// How a row belongs to an affected key.
#[derive(Debug, Clone)]
pub(super) struct Reached {
    /// The entity of the affected keys.
    pub(super) entity: EntityId,
    /// The links from there to the row.
    pub(super) hops: Vec<Hop>,
}

/// A row that expressions can read: an alias in one of the frames.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) frame: usize,
    pub(super) alias: String,
    pub(super) entity: EntityId,
}

/// The rows that an expression sees.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    pub(super) this: Row,
    pub(super) outer: Option<Row>,
    pub(super) mode: Mode,
    /// The run whose clock expressions read.
    pub(super) at: AtRun,
}

/// How a condition is lowered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// It filters rows by itself, or with others that all must hold.
    Filter,
    /// It is inside an OR, or it is a value.
    Alternative,
}

impl Scope {
    /// The rows of a filter, read at this run.
    pub(super) fn of(this: Row, outer: Option<Row>) -> Self {
        Self { this, outer, mode: Mode::Filter, at: AtRun::This }
    }

    /// The rows of a filter inside this scope, read at the same run.
    pub(super) fn over(&self, this: Row, outer: Option<Row>) -> Self {
        Self { at: self.at.clone(), ..Self::of(this, outer) }
    }

    /// The same rows, read at another run.
    pub(super) fn at_run(&self, at: AtRun) -> Self {
        Self { at, ..self.clone() }
    }

    /// The same rows for another use.
    pub(super) fn with(&self, mode: Mode) -> Self {
        Self { mode, ..self.clone() }
    }
}

impl Lowering<'_> {
    /// Begins a select; [`Self::pop`] ends it.
    pub(super) fn push(&mut self, correlated: bool) -> usize {
        self.frames.push(Frame { correlated, ..Frame::default() });
        self.frames.len() - 1
    }

    /// Ends the innermost select, and returns it without columns.
    pub(super) fn pop(&mut self) -> Select {
        let frame = self.frames.pop().unwrap_or_default();
        Select { from: frame.from, joins: frame.joins, filter: all(frame.filter), ..Select::default() }
    }

    /// The rows of an entity as the first table of the innermost select.
    pub(super) fn scan(&mut self, entity: EntityId) -> Row {
        let frame = self.frames.len() - 1;
        let alias = self.alias(frame, &initials(&self.cx.hir.catalog.entity(entity).name));
        let row = Row { frame, alias: alias.clone(), entity };
        self.frames[frame].from = Some(TableRef { relation: self.relation(entity), alias });
        let exists = self.row_exists(&row, &[]);
        self.frames[frame].filter.extend(exists);
        row
    }

    /// Joins the rows that a hop leads to, without those that it leads nowhere from. Where
    /// there is no table yet, the hop's rows are the first, tied to `from` by the filter.
    pub(super) fn join_inner(&mut self, from: &Row, hop: &Hop) -> Row {
        let frame = self.frames.len() - 1;
        let alias = self.alias(frame, &initials(&self.cx.hir.catalog.entity(hop.to).name));
        let row = Row { frame, alias: alias.clone(), entity: hop.to };
        let link = self.link_condition(from, hop, &row);
        let table = TableRef { relation: self.relation(hop.to), alias };
        if self.frames[frame].from.is_none() {
            self.frames[frame].from = Some(table);
            self.frames[frame].filter.extend(link);
        } else {
            let on = all(link).unwrap_or(Scalar::Literal(Literal::Boolean(true)));
            self.frames[frame].joins.push(Join { kind: JoinKind::Inner, table, on });
        }
        let exists = self.row_exists(&row, &self.target_fields(hop));
        let event = self.event_condition(&row, hop);
        self.frames[frame].filter.extend(exists.into_iter().chain(event));
        self.reach_by(from, hop, &row);
        row
    }

    /// The row at the end of a to-one path; columns of an absent row are null.
    pub(super) fn row_at(&mut self, scope: &Scope, path: &Path) -> Row {
        self.follow(self.start(scope, path), &path.hops)
    }

    /// The row that a path starts from.
    pub(super) fn start(&self, scope: &Scope, path: &Path) -> Row {
        match (path.base, &scope.outer) {
            (Base::Outer, Some(outer)) => outer.clone(),
            _ => scope.this.clone(),
        }
    }

    /// Follows to-one hops from a row.
    pub(super) fn follow(&mut self, start: Row, hops: &[Hop]) -> Row {
        hops.iter().fold(start, |row, hop| self.join_left(&row, hop))
    }

    fn join_left(&mut self, from: &Row, hop: &Hop) -> Row {
        let key = (from.alias.clone(), Hop { span: dummy_span(), ..hop.clone() });
        let known = self.frames[from.frame].to_one.iter().find(|(known, _)| *known == key);
        if let Some((_, alias)) = known {
            return Row { frame: from.frame, alias: alias.clone(), entity: hop.to };
        }
        let link = &self.cx.hir.catalog.entity(hop.from).link(hop.link).name;
        let alias = self.alias(from.frame, link);
        let row = Row { frame: from.frame, alias: alias.clone(), entity: hop.to };
        let mut on = self.link_condition(from, hop, &row);
        on.extend(self.row_exists(&row, &self.target_fields(hop)));
        on.extend(self.event_condition(&row, hop));
        self.unique.insert((hop.to, self.target_fields(hop)));
        let table = TableRef { relation: self.relation(hop.to), alias: alias.clone() };
        let on = all(on).unwrap_or(Scalar::Literal(Literal::Boolean(true)));
        let frame = &mut self.frames[from.frame];
        frame.joins.push(Join { kind: JoinKind::Left, table, on });
        frame.to_one.push((key, alias));
        self.reach_by(from, hop, &row);
        row
    }

    /// How a row belongs to an affected key, if it is known to.
    pub(super) fn reached_via(&self, row: &Row) -> Option<&Reached> {
        self.frames.get(row.frame)?.reached.get(&row.alias)
    }

    /// Notes that a row belongs to an affected key.
    pub(super) fn reach(&mut self, row: &Row, reached: Reached) {
        self.frames[row.frame].reached.insert(row.alias.clone(), reached);
    }

    /// The same of what a link leads to from such a row.
    pub(super) fn reach_by(&mut self, from: &Row, hop: &Hop, row: &Row) {
        if let Some(Reached { entity, hops }) = self.reached_via(from) {
            let reached = Reached { entity: *entity, hops: hops.iter().chain([hop]).cloned().collect() };
            self.reach(row, reached);
        }
    }

    /// Joins a subquery of one row per row of `to` and returns its alias.
    pub(super) fn attach(&mut self, to: &Row, cte: &str, on: Vec<(String, Scalar)>) -> String {
        self.attach_relation(to, Relation::Cte(cte.to_owned()), on)
    }

    /// Joins rows, one at most per row of `to`, and returns their alias.
    pub(super) fn attach_relation(
        &mut self,
        to: &Row,
        relation: Relation,
        on: Vec<(String, Scalar)>,
    ) -> String {
        let key = (relation.clone(), on.clone());
        let name = last_name(&relation).to_owned();
        let mut attached = self.frames[to.frame].attached.get(&name).into_iter().flatten();
        if let Some((_, alias)) = attached.find(|(known, _)| *known == key) {
            return alias.clone();
        }
        let alias = self.alias(to.frame, &name);
        let pair = |(column, own)| Scalar::equal(Scalar::Column(alias.clone(), column), own);
        let on = all(on.into_iter().map(pair).collect()).unwrap_or(Scalar::Literal(Literal::Boolean(true)));
        let table = TableRef { relation, alias: alias.clone() };
        let frame = &mut self.frames[to.frame];
        frame.joins.push(Join { kind: JoinKind::Left, table, on });
        frame.attached.entry(name).or_default().push((key, alias.clone()));
        alias
    }

    /// A field of a row, read as its storage demands.
    pub(super) fn field(&mut self, row: &Row, id: FieldId) -> Scalar {
        let entity = self.cx.hir.catalog.entity(row.entity);
        let field = entity.field(id);
        self.reads.entry(row.entity).or_default().insert(field.column.clone());
        let of_tables = || matches!(entity.source_on(self.cx.target), TableSource::Tables(_));
        match &field.storage {
            // Rows of many tables have documents that have been read.
            Storage::Native if field.ty == Type::Json && field.inside.is_none() && of_tables() => {
                Scalar::Column(row.alias.clone(), field.column.clone())
            }
            // Arithmetic widens it; comparisons need not.
            Storage::Native if matches!(field.ty, Type::Decimal { .. }) => {
                Scalar::Call(Function::ReadDecimal, vec![stored(field, &row.alias)])
            }
            _ => read_field(field, &row.alias),
        }
    }

    /// That an entity's row exists: a row with a missing key part is none, and neither is one
    /// that has been deleted. Key columns that equal others (`joined`) need no test.
    fn row_exists(&mut self, row: &Row, joined: &[FieldId]) -> Vec<Scalar> {
        let entity = self.cx.hir.catalog.entity(row.entity);
        let nullable = |id: &FieldId| entity.field(*id).nullable && !joined.contains(id);
        let ids: Vec<FieldId> = entity.key.iter().copied().filter(nullable).collect();
        let key = ids.into_iter().map(|id| self.field(row, id).present());
        let mut exists: Vec<Scalar> = key.collect();
        if let Some(mark) = entity.mark() {
            self.reads.entry(row.entity).or_default().insert(entity.field(mark.field()).column.clone());
            exists.extend(not_deleted(entity, &row.alias));
        }
        exists
    }

    pub(super) fn event_condition(&mut self, row: &Row, hop: &Hop) -> Option<Scalar> {
        let field = self.cx.hir.catalog.entity(hop.to).event_name?;
        let name = hop.event.clone()?;
        Some(Scalar::equal(self.field(row, field), Scalar::text(name)))
    }

    pub(super) fn link_condition(&mut self, from: &Row, hop: &Hop, to: &Row) -> Vec<Scalar> {
        let on = self.cx.hir.catalog.entity(hop.from).link(hop.link).on.clone();
        on.into_iter()
            .flat_map(|(own, target)| encoded::linked(self.field(to, target), self.field(from, own)))
            .collect()
    }

    /// Whether the ends of a hop have the same types. Kinds of numbers may differ, and an engine may cast what
    /// `IN (SELECT …)` seeks to the type that it finds there, and so cut decimals among integers. `=` compares them as
    /// numbers on every engine.
    pub(super) fn has_like_ends(&self, hop: &Hop) -> bool {
        let (from, to) = (self.cx.hir.catalog.entity(hop.from), self.cx.hir.catalog.entity(hop.to));
        from.link(hop.link).on.iter().all(|&(own, target)| from.field(own).ty == to.field(target).ty)
    }

    /// The fields that a hop ends at.
    pub(super) fn target_fields(&self, hop: &Hop) -> Vec<FieldId> {
        self.cx.hir.catalog.entity(hop.from).link(hop.link).on.iter().map(|(_, target)| *target).collect()
    }

    pub(super) fn relation(&mut self, entity: EntityId) -> Relation {
        let declared = self.cx.hir.catalog.entity(entity);
        match declared.source_on(self.cx.target) {
            TableSource::Table(parts) => Relation::Table(parts.clone()),
            TableSource::Tables(_) | TableSource::Shards(_) => {
                let target = self.cx.target;
                self.unions.entry(entity).or_insert_with(|| rows_of(declared, target)).clone()
            }
            TableSource::Query { sql, span } => {
                if let Some(name) = self.sources.get(&entity) {
                    return Relation::Cte(name.clone());
                }
                let name = self.source_name(&declared.name);
                let relation = Relation::Sql { text: sql.clone(), span: *span };
                let from = Some(TableRef { relation, alias: "source".to_owned() });
                // Several fields may be read out of one column.
                let mut names: Vec<&str> = Vec::new();
                for field in &declared.fields {
                    if !names.contains(&field.column.as_str()) {
                        names.push(&field.column);
                    }
                }
                let columns = names.into_iter().map(|name| crate::plan::rel::Column {
                    value: Scalar::Column("source".to_owned(), name.to_owned()),
                    name: None,
                });
                let select = Select { columns: columns.collect(), from, ..Select::default() };
                self.ctes.push(Cte::new(name.clone(), select));
                self.sources.insert(entity, name.clone());
                Relation::Cte(name)
            }
        }
    }

    /// An alias that no table has which the frame can see.
    pub(super) fn alias(&mut self, frame: usize, base: &str) -> String {
        let seen_from = (0..=frame).rev().find(|&at| !self.frames[at].correlated).unwrap_or(0);
        // Frames above may be correlated with this one, and see its aliases as well.
        let name = unused(base, |name| self.frames[seen_from..].iter().any(|f| f.aliases.holds(name)));
        self.frames[frame].aliases.insert(&name);
        name
    }
}

/// That a row of an entity whose deletes are soft has not been deleted. Whether a time is present
/// doesn't depend on its zone.
pub(in crate::plan) fn not_deleted(entity: &Entity, alias: &str) -> Option<Scalar> {
    let mark = entity.mark()?;
    let field = entity.field(mark.field());
    let held = stored(field, alias);
    Some(match mark {
        Mark::Time(_) if field.storage.is_encoding() => encoded::read(field, held).missing(),
        Mark::Time(_) => held.missing(),
        // A missing flag marks nothing.
        Mark::Flag(flag) if flag.deleted => complement(held, field.nullable, true),
        Mark::Flag(_) if field.nullable => complement(Scalar::Not(Box::new(held)), true, true),
        Mark::Flag(_) => held,
    })
}

/// Hops are compared by meaning, not by where they were written.
pub(super) fn dummy_span() -> crate::diagnostic::Span {
    crate::diagnostic::Span::new(crate::diagnostic::SourceId(0), 0, 0)
}

/// What a relation is called where it needs no schema.
pub(super) fn last_name(relation: &Relation) -> &str {
    match relation {
        Relation::Table(parts) => parts.last().map(String::as_str).unwrap_or_default(),
        Relation::Cte(name) => name,
        Relation::Sql { .. } | Relation::Rows(_) | Relation::Union(_) => "members",
    }
}
