//! The rows that the steps of a sequence choose from, each with its owner, its time, and which
//! of the steps could choose it. Steps over one path share a scan.

use super::fresh;
use crate::catalog::FieldId;
use crate::check::hir::{Hop, Sequence, SequenceStep, Window};
use crate::diagnostic::{SourceId, Span};
use crate::dialect::Function;
use crate::plan::lower::Lowering;
use crate::plan::lower::aggregate::{GroupKey, Inner, reads_outer, window_reads_outer};
use crate::plan::lower::frame::{Mode, Scope};
use crate::plan::lower::names::slug;
use crate::plan::rel::{Column, Negated, Scalar, Select, all};
use crate::types::{Literal, Type};

/// The longest name of a step within other names.
const LONGEST: usize = 24;

/// The subquery of all rows.
pub(super) struct StepRows {
    pub(super) cte: String,
    /// What the sequence is called.
    pub(super) base: String,
    /// The columns that tell whose row it is, and the owner's fields that they equal.
    pub(super) keys: Vec<(String, FieldId)>,
    /// The column of `matching`.
    pub(super) matching: Option<String>,
    /// The column of the row's time, in microseconds.
    pub(super) at: String,
    /// The step's names.
    pub(super) names: Vec<String>,
    /// For each step the column that tells whether the row is one of its.
    pub(super) flags: Vec<String>,
    /// Whether rows may be there that no step could choose.
    pub(super) loose: bool,
}

impl Lowering<'_> {
    pub(super) fn sequence_rows(&mut self, scope: &Scope, sequence: &Sequence) -> StepRows {
        let names = self.step_names(sequence);
        let base = base_name(sequence, &names);
        let mut rows = StepRows {
            cte: String::new(),
            base,
            keys: Vec::new(),
            matching: None,
            at: String::new(),
            names,
            flags: Vec::new(),
            loose: false,
        };
        let mut selects = Vec::new();
        for group in groups(&sequence.steps) {
            let select = self.group_rows(scope, sequence, &group, &mut rows);
            selects.push(select);
        }
        let mut selects = selects.into_iter();
        let first = selects.next().unwrap_or_default();
        rows.cte = self.put(&format!("{}_steps", rows.base), first, selects.collect());
        rows
    }

    /// The rows of the steps that share a path.
    fn group_rows(
        &mut self,
        scope: &Scope,
        sequence: &Sequence,
        group: &[usize],
        rows: &mut StepRows,
    ) -> Select {
        let steps: Vec<&SequenceStep> = group.iter().filter_map(|&at| sequence.steps.get(at)).collect();
        let hops = shared_hops(&steps);
        self.push(false);
        let (inner, mut keys) = self.owned_rows(scope, &hops, self.needs_owner(sequence));
        keys.sort_by_key(|key| key.own);
        // What belongs to nobody would be one long list.
        let nobody = self.nullable_keys(&inner, &hops, &keys);
        self.frames[inner.scope.this.frame].filter.extend(nobody);
        let flags = self.step_flags(&inner, sequence, group, &steps, rows);
        let matching = self.matching_value(&inner, sequence, &steps);
        let at = self.step_time(&inner, &steps);
        if rows.keys.is_empty() {
            rows.keys = keys.iter().map(|key| (key.name.clone(), key.own)).collect();
            let mut taken: Vec<String> = rows.keys.iter().map(|(name, _)| name.clone()).collect();
            rows.matching = matching.is_some().then(|| fresh("matched", &mut taken));
            rows.at = fresh("at_micros", &mut taken);
            rows.flags = rows.names.iter().map(|name| fresh(&format!("is_{name}"), &mut taken)).collect();
        }
        let keys = keys.into_iter().zip(&rows.keys).map(|(key, (name, _))| Column::named(key.grouped, name));
        let matching =
            matching.into_iter().zip(&rows.matching).map(|(value, name)| Column::named(value, name));
        let flag = |at: usize| {
            let own = group.iter().position(|&one| one == at).and_then(|own| flags.get(own).cloned());
            own.unwrap_or(Scalar::Literal(Literal::Boolean(false)))
        };
        let flags = rows.flags.iter().enumerate().map(|(at, name)| Column::named(flag(at), name));
        let columns = keys.chain(matching).chain([Column::named(at, &rows.at)]).chain(flags).collect();
        Select { columns, ..self.pop() }
    }

    /// That a row's owner is present, where the row itself tells it and may not.
    fn nullable_keys(&self, inner: &Inner, hops: &[Hop], keys: &[GroupKey]) -> Vec<Scalar> {
        let (None, Some(hop)) = (&inner.scope.outer, hops.first()) else { return Vec::new() };
        let catalog = &self.cx.hir.catalog;
        let on = &catalog.entity(hop.from).link(hop.link).on;
        let nullable = |key: &&GroupKey| {
            let target = on.iter().find(|(own, _)| *own == key.own).map(|(_, target)| *target);
            target.is_some_and(|target| catalog.entity(hop.to).field(target).nullable)
        };
        let present = |key: &GroupKey| key.grouped.clone().present();
        keys.iter().filter(nullable).map(present).collect()
    }

    /// For each step whether a row is one of its; what all have in common becomes a filter.
    fn step_flags(
        &mut self,
        inner: &Inner,
        sequence: &Sequence,
        group: &[usize],
        steps: &[&SequenceStep],
        rows: &mut StepRows,
    ) -> Vec<Scalar> {
        let windows: Vec<Option<Window>> = group.iter().map(|&at| window_of(sequence, at)).collect();
        // The widest window is that of what must not happen last.
        let is_trailing = |at: &usize| sequence.steps.get(*at + 1).is_none() && sequence.steps[*at].negated;
        let widest = group.iter().position(is_trailing);
        let common = windows.get(widest.unwrap_or(0)).cloned().flatten();
        let is_widest = widest.is_some() && steps.len() > 1;
        self.restrict_step_times(inner, steps, common.as_ref());
        self.restrict_events(inner, steps);
        let mode = if steps.len() > 1 { Mode::Alternative } else { Mode::Filter };
        let scope = inner.scope.with(mode);
        let mut flags = Vec::new();
        for (step, window) in steps.iter().zip(&windows) {
            let mut conditions = self.own_events(inner, steps, step);
            if let (Some(own), true) = (window, is_widest && !step.negated) {
                conditions.extend(self.last_time_conditions(inner, step, Some(own)));
            }
            if let Some(filter) = &step.rows.filter {
                rows.loose |= steps.len() > 1;
                conditions.push(self.cond(&scope, filter, false));
            }
            flags.push(all(conditions).unwrap_or(Scalar::Literal(Literal::Boolean(true))));
        }
        if let ([_], [flag]) = (steps, flags.as_mut_slice()) {
            let whole = std::mem::replace(flag, Scalar::Literal(Literal::Boolean(true)));
            if whole != *flag {
                self.frames[inner.scope.this.frame].filter.push(whole);
            }
        }
        flags
    }

    fn restrict_step_times(&mut self, inner: &Inner, steps: &[&SequenceStep], window: Option<&Window>) {
        let Some(step) = steps.first() else { return };
        let last = step.rows.times.len().saturating_sub(1);
        for (at, &(hop, field)) in step.rows.times.iter().enumerate() {
            let Some(row) = inner.path.get(hop).cloned() else { continue };
            let window = window.filter(|_| at == last);
            let conditions = self.time_conditions(&inner.scope, &row, field, window, step.rows.span);
            self.frames[row.frame].filter.extend(conditions);
        }
    }

    fn last_time_conditions(
        &mut self,
        inner: &Inner,
        step: &SequenceStep,
        window: Option<&Window>,
    ) -> Vec<Scalar> {
        let Some(&(hop, field)) = step.rows.times.last() else { return Vec::new() };
        let Some(row) = inner.path.get(hop).cloned() else { return Vec::new() };
        self.time_conditions(&inner.scope, &row, field, window, step.rows.span)
    }

    /// Only rows with an event's name that some step has, where every step names one.
    fn restrict_events(&mut self, inner: &Inner, steps: &[&SequenceStep]) {
        for (at, row) in inner.path.iter().enumerate() {
            if same_event(steps, at) {
                continue;
            }
            let names = steps.iter().map(|step| step.rows.hops.get(at).and_then(|hop| hop.event.clone()));
            let Some(mut names) = names.collect::<Option<Vec<String>>>() else { continue };
            names.sort();
            names.dedup();
            let Some(field) = self.cx.hir.catalog.entity(row.entity).event_name else { continue };
            let field = Box::new(self.field(row, field));
            let names = names.into_iter().map(Scalar::text).collect();
            self.frames[row.frame].filter.push(Scalar::InList(field, names, Negated(false)));
        }
    }

    /// The conditions of a step's events that other steps of its scan don't share.
    fn own_events(&mut self, inner: &Inner, steps: &[&SequenceStep], step: &SequenceStep) -> Vec<Scalar> {
        let own = inner.path.iter().zip(&step.rows.hops).enumerate();
        let own: Vec<_> = own.filter(|(at, _)| !same_event(steps, *at)).map(|(_, pair)| pair).collect();
        own.into_iter().filter_map(|(row, hop)| self.event_condition(row, hop)).collect()
    }

    /// The value of `matching`, which is present, in the type that all steps share.
    fn matching_value(
        &mut self,
        inner: &Inner,
        sequence: &Sequence,
        steps: &[&SequenceStep],
    ) -> Option<Scalar> {
        let (value, ty) = (steps.first()?.matching.as_ref()?, sequence.matching.as_ref()?);
        let scalar = self.value(&inner.scope, value);
        if value.nullable {
            let present = scalar.clone().present();
            self.frames[inner.scope.this.frame].filter.push(present);
        }
        let widened = if value.ty == *ty { scalar } else { Scalar::Cast(Box::new(scalar), ty.clone()) };
        Some(match ty {
            Type::Float => Scalar::Call(Function::FloatKey, vec![widened]),
            _ => widened,
        })
    }

    /// The time of a row, in microseconds.
    fn step_time(&mut self, inner: &Inner, steps: &[&SequenceStep]) -> Scalar {
        let last = steps.first().and_then(|step| step.rows.times.last());
        let row = last.and_then(|(hop, _)| inner.path.get(*hop)).cloned();
        let (Some(&(_, field)), Some(row)) = (last, row) else { return Scalar::integer(0) };
        let is_date = self.cx.hir.catalog.entity(row.entity).field(field).ty == Type::Date;
        let time = self.field(&row, field);
        let time = if is_date { self.midnight_of(time) } else { time };
        Scalar::Call(Function::EpochMicros, vec![time])
    }

    /// Whether the owner's own rows have to be read: for `outer.…`, or because the steps'
    /// first links start from different fields of it.
    fn needs_owner(&self, sequence: &Sequence) -> bool {
        let outer = sequence.steps.iter().any(|step| reads_outer(&step.rows));
        let mut fields = sequence.steps.iter().map(|step| self.linked_by(step));
        let first = fields.next();
        outer
            || sequence.window.as_ref().is_some_and(window_reads_outer)
            || fields.any(|other| Some(other) != first)
    }

    /// The owner's fields that a step's first link starts from.
    fn linked_by(&self, step: &SequenceStep) -> Vec<FieldId> {
        let on = step.rows.hops.first().map(|hop| &self.cx.hir.catalog.entity(hop.from).link(hop.link).on);
        let mut fields: Vec<FieldId> = on.into_iter().flatten().map(|(own, _)| *own).collect();
        fields.sort();
        fields
    }

    /// What the steps are called: their events, or `paid_orders`.
    fn step_names(&self, sequence: &Sequence) -> Vec<String> {
        let name = |(at, step): (usize, &SequenceStep)| {
            let hop = step.rows.hops.last()?;
            let event = hop.event.as_deref().map(slug).filter(|event| !event.is_empty());
            let link = || self.cx.hir.catalog.entity(hop.from).link(hop.link).name.clone();
            let kind = step.rows.filter.as_ref().and_then(|filter| self.filter_name(filter));
            let name = kind.into_iter().chain([event.unwrap_or_else(link)]).collect::<Vec<_>>().join("_");
            let fits = name.starts_with(|first: char| first.is_ascii_alphabetic()) && name.len() <= LONGEST;
            Some(if fits { name } else { format!("step_{}", at + 1) })
        };
        sequence.steps.iter().enumerate().map(|step| name(step).unwrap_or_default()).collect()
    }
}

/// `view_to_purchase`, `cart_without_purchase`
fn base_name(sequence: &Sequence, names: &[String]) -> String {
    let trailing = sequence.steps.last().is_some_and(|last| last.negated);
    let word = if trailing { "without" } else { "to" };
    let name = |at: usize| names.get(at).map(String::as_str).unwrap_or_default();
    format!("{}_{word}_{}", name(0), name(names.len().saturating_sub(1)))
}

/// The steps by the path that they follow, whatever events it names.
fn groups(steps: &[SequenceStep]) -> Vec<Vec<usize>> {
    let path =
        |step: &SequenceStep| step.rows.hops.iter().map(|hop| (hop.from, hop.link)).collect::<Vec<_>>();
    let mut groups: Vec<(Vec<_>, Vec<usize>)> = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let path = path(step);
        match groups.iter_mut().find(|(known, _)| *known == path) {
            Some((_, group)) => group.push(at),
            None => groups.push((path, vec![at])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// Whether all steps name the same event (or none) at a hop.
fn same_event(steps: &[&SequenceStep], at: usize) -> bool {
    let mut events = steps.iter().map(|step| step.rows.hops.get(at).map(|hop| &hop.event));
    let first = events.next();
    events.all(|event| Some(event) == first)
}

/// The path of all of these steps, with the events that they share.
fn shared_hops(steps: &[&SequenceStep]) -> Vec<Hop> {
    let hops = steps.first().map(|step| step.rows.hops.as_slice()).unwrap_or_default();
    let span = Span::new(SourceId(0), 0, 0);
    let shared = |(at, hop): (usize, &Hop)| Hop {
        event: hop.event.clone().filter(|_| same_event(steps, at)),
        span,
        ..hop.clone()
    };
    hops.iter().enumerate().map(shared).collect()
}

/// The window of a step's rows. What must not happen between two steps lies in it anyway. Last,
/// it is only bounded from below; and then nothing at or after as_of matters to any step.
fn window_of(sequence: &Sequence, at: usize) -> Option<Window> {
    let window = sequence.window.clone()?;
    let trailing = sequence.steps.last().is_some_and(|last| last.negated);
    if !trailing {
        return Some(window);
    }
    let to = if at + 1 == sequence.steps.len() { None } else { window.to };
    Some(Window { to, admits_future: false, ..window })
}
