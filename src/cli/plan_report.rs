//! How a segment is refreshed, for people: either the triggers that make a key affected, by table,
//! or every obstacle.

use std::collections::BTreeSet;
use std::io::{self, Write};

use crate::catalog::{Changes, Deletes, Entity};
use crate::check::hir::{Hir, Materialize};
use crate::check::words;
use crate::diagnostic::{Sources, Span, visible};
use crate::plan::{Back, Refresh, SegmentPlan, TriggerText, What, Why};

/// The maximum column at which source text starts, unless a line is longer.
const FURTHEST: usize = 72;

pub(super) struct Proof<'a> {
    pub(super) segment: &'a SegmentPlan,
    pub(super) hir: &'a Hir,
    pub(super) sources: &'a Sources,
    /// The prefix of the project's paths, as seen from the current folder.
    pub(super) prefix: &'a str,
}

/// Rows of an entity that lead back to keys in one way, and why they make keys affected.
struct Group {
    entity: String,
    events: Vec<String>,
    back: Vec<Back>,
    lines: Vec<Line>,
}

/// A word, its explanation, and the source text.
#[derive(PartialEq)]
struct Line {
    label: &'static str,
    text: String,
    written: Option<String>,
}

impl Proof<'_> {
    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let SegmentPlan { name, entity, materialize, table, .. } = self.segment;
        let place = table.join(".");
        match materialize {
            Materialize::View => {
                return writeln!(
                    out,
                    "{name} on {entity} is the view {place}: evaluated whenever it is read, never refreshed"
                );
            }
            Materialize::Inline => {
                return writeln!(
                    out,
                    "{name} on {entity} is inline: expanded into the segments that refer to it, never refreshed"
                );
            }
            Materialize::Table | Materialize::Incremental => {}
        }
        writeln!(out, "{name} on {entity}: {}, stored in {place}\n", materialize.name())?;
        writeln!(out, "refresh  {}", self.strategy())?;
        if let Some(Why { reason, remedy, .. }) = &self.segment.refresh.leaves {
            let remedy = remedy.as_ref().map(|remedy| format!("; {remedy}")).unwrap_or_default();
            writeln!(out, "leaving  {reason}{remedy}")?;
        } else {
            writeln!(out, "leaving  members never leave")?;
        }
        match &self.segment.refresh.by_keys {
            Some(by_keys) => self.write_causes(&by_keys.triggers, out)?,
            None => self.write_obstacles(out)?,
        }
        self.write_rest(out)
    }

    fn strategy(&self) -> String {
        let entity = &self.segment.entity;
        match (&self.segment.refresh.strategy, self.segment.refresh.by_keys.is_some()) {
            (Refresh::InsertOnly, true) => {
                format!(
                    "insert only: evaluates each {entity} that may be affected, and adds those that match"
                )
            }
            (Refresh::InsertOnly, false) => {
                format!("insert only: evaluates every {entity}, and adds those that match")
            }
            (Refresh::InsertDelete, _) => {
                format!("insert and delete: evaluates each {entity} that may be affected")
            }
            (Refresh::Rebuild { .. }, _) => {
                format!("rebuild: evaluates every {entity} and writes the difference")
            }
        }
    }

    fn write_causes(&self, triggers: &[TriggerText], out: &mut dyn Write) -> io::Result<()> {
        let groups = self.groups(triggers);
        writeln!(out, "\nA {} may be affected by\n", self.segment.entity)?;
        let lines = groups.iter().flat_map(|group| &group.lines).filter(|line| line.written.is_some());
        let width = lines.map(|line| line.text.chars().count()).filter(|&long| long <= FURTHEST).max();
        let width = width.unwrap_or(0);
        for group in &groups {
            writeln!(out, "  {}", visible(&header(group)))?;
            for Line { label, text, written } in &group.lines {
                let text = visible(text);
                match written {
                    Some(written) => writeln!(out, "    {label:<8} {text:<width$}  ({})", visible(written))?,
                    None => writeln!(out, "    {label:<8} {text}")?,
                }
            }
        }
        Ok(())
    }

    /// Groups triggers by rows. Events with the same triggers share a group.
    fn groups(&self, triggers: &[TriggerText]) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        for trigger in triggers {
            let events: Vec<String> = trigger.event.iter().cloned().collect();
            let same = |group: &&mut Group| {
                (&group.entity, &group.events, &group.back) == (&trigger.entity, &events, &trigger.back)
            };
            let lines = match groups.iter_mut().find(same) {
                Some(group) => &mut group.lines,
                None => {
                    let (entity, back) = (trigger.entity.clone(), trigger.back.clone());
                    groups.push(Group { entity, events, back, lines: Vec::new() });
                    let Some(group) = groups.last_mut() else { continue };
                    &mut group.lines
                }
            };
            self.add(trigger, lines);
        }
        let mut merged: Vec<Group> = Vec::new();
        for group in groups {
            let same = |known: &&mut Group| {
                (&known.entity, &known.back, &known.lines) == (&group.entity, &group.back, &group.lines)
                    && !known.events.is_empty()
                    && !group.events.is_empty()
            };
            match merged.iter_mut().find(same) {
                Some(known) => known.events.extend(group.events),
                None => merged.push(group),
            }
        }
        merged.extend(self.unchanging(&merged));
        merged
    }

    /// Entities that are read but never make a key affected.
    fn unchanging(&self, known: &[Group]) -> Vec<Group> {
        let others: BTreeSet<&String> = self.segment.reads.iter().map(|read| &read.entity).collect();
        let others = others.into_iter().filter(|&entity| known.iter().all(|group| group.entity != *entity));
        let line =
            || Line { label: "never", text: "its rows don't change (static)".to_owned(), written: None };
        others
            .filter(|entity| self.entity(entity).is_some_and(|entity| entity.changes == Changes::Static))
            .map(|entity| Group {
                entity: entity.clone(),
                events: Vec::new(),
                back: Vec::new(),
                lines: vec![line()],
            })
            .collect()
    }

    fn entity(&self, name: &str) -> Option<&Entity> {
        self.hir.catalog.find(name).map(|id| self.hir.catalog.entity(id))
    }

    fn add(&self, trigger: &TriggerText, lines: &mut Vec<Line>) {
        let line = |label, text: String| Line { label, text, written: None };
        match &trigger.what {
            What::Arrival { fields, late, settle } => {
                let entity = self.entity(&trigger.entity);
                let label = match entity.map(|entity| &entity.changes) {
                    Some(Changes::AppendOnly { .. }) => "arrival",
                    _ => "change",
                };
                lines.push(line(label, arrival(fields, *late, *settle, entity)));
            }
            What::Edge { time, instant, written } => {
                let head = format!("{time} passed by ");
                let known = lines.iter_mut().find(|line| {
                    line.label == "edge" && line.written == *written && line.text.starts_with(&head)
                });
                match known {
                    Some(known) => match known.text.strip_suffix("now") {
                        // The latest comes last.
                        Some(before) => known.text = format!("{before}{instant}, now"),
                        None => known.text.push_str(&format!(", {instant}")),
                    },
                    None => {
                        let text = format!("{head}{instant}");
                        lines.push(Line { label: "edge", text, written: written.clone() });
                    }
                }
            }
            What::Clock { cond } => lines.push(line("clock", cond.clone())),
            What::Members { segment } => {
                lines.push(line("members", format!("those who entered or left {segment}, by its log")));
            }
            What::Gone => lines.push(line("gone", "members without a row".to_owned())),
        }
    }

    fn write_obstacles(&self, out: &mut dyn Write) -> io::Result<()> {
        let obstacles = &self.segment.refresh.obstacles;
        let entity = &self.segment.entity;
        if obstacles.is_empty() {
            return Ok(());
        }
        writeln!(out, "\nReasons for the rebuild:\n")?;
        for (at, Why { reason, remedy, place }) in (1..).zip(obstacles) {
            let place = place.and_then(|span| self.place(span)).unwrap_or_default();
            let number = format!("{at}.");
            writeln!(out, "  {number:<3} {}{}", visible(reason), place)?;
            writeln!(
                out,
                "      {}",
                remedy.as_deref().map_or("no declaration removes this", |remedy| remedy)
            )?;
        }
        let then = match (&self.segment.refresh.leaves, &self.segment.refresh.strategy) {
            (None, Refresh::Rebuild { .. }) => "only inserts",
            _ => "evaluates only affected entities",
        };
        match (obstacles.iter().all(|why| why.remedy.is_some()), obstacles.len()) {
            (false, _) => writeln!(out, "\nAs long as any of these remains, every {entity} is evaluated."),
            (true, 1) => writeln!(out, "\nWithout it, a refresh {then}."),
            (true, _) => writeln!(out, "\nWithout all of these, a refresh {then}."),
        }
    }

    fn place(&self, span: Span) -> Option<String> {
        let (path, position) = self.sources.locate(span)?;
        Some(format!("  ({}{path}:{})", self.prefix, position.line))
    }

    /// Writes when everything is evaluated, which segments read the log, and what else is stored.
    fn write_rest(&self, out: &mut dyn Write) -> io::Result<()> {
        let SegmentPlan { entity, kept, refresh, .. } = self.segment;
        let mut lines: Vec<String> = Vec::new();
        if kept.ranked.is_some() {
            lines.push("Ranking candidates are stored, and ranked again at every refresh.".to_owned());
        }
        if let Some(log) = &kept.log {
            let readers: Vec<&str> = log.readers.iter().map(|(name, _)| name.as_str()).collect();
            match (readers.as_slice(), log.for_good) {
                ([], _) => lines.push("Entries and exits are logged forever.".to_owned()),
                (readers, for_good) => {
                    let kept = if for_good { ", and kept forever" } else { "" };
                    lines.push(format!("Entries and exits are logged for {}{kept}.", readers.join(", ")));
                }
            }
        }
        if !matches!(refresh.strategy, Refresh::Rebuild { .. }) {
            for (of, (count, unit)) in &refresh.rebuild_every {
                let every = words::duration(*count, *unit);
                lines.push(format!("Every {entity} is evaluated every {every} (`rebuild_every` of {of})."));
            }
            let unusable = "If the last run can't be used (none, a different definition, a later as_of)";
            lines.extend(match refresh.refusal {
                Some(_) => Some(format!("{unusable}, a refresh stops and asks for create.")),
                None => refresh.by_keys.as_ref().map(|_| format!("{unusable}, every {entity} is evaluated.")),
            });
        }
        if !lines.is_empty() {
            writeln!(out)?;
        }
        lines.iter().try_for_each(|line| writeln!(out, "{line}"))
    }
}

/// Such as `event "Cart Updated" → customer by customer_id`.
fn header(group: &Group) -> String {
    let events: Vec<String> = group.events.iter().map(|event| format!("{event:?}")).collect();
    let mut text = group.entity.clone();
    if !events.is_empty() {
        text.push(' ');
        text.push_str(&events.join(", "));
    }
    for Back { to, on } in &group.back {
        let pairs = on.iter().map(|(own, other)| match own == other {
            true => own.clone(),
            false => format!("{own} = {other}"),
        });
        text.push_str(&format!(" → {to} by {}", pairs.collect::<Vec<_>>().join(", ")));
    }
    text
}

fn arrival(
    fields: &[String],
    late: Option<(i64, crate::types::Unit)>,
    settle: Option<(i64, crate::types::Unit)>,
    entity: Option<&Entity>,
) -> String {
    let mut text = format!("by {}", fields.join(" or "));
    if let Some((count, unit)) = late {
        text.push_str(&format!(", up to {} late", words::duration(count, unit)));
    }
    if let Some((count, unit)) = settle {
        text.push_str(&format!(", visible within {}", words::duration(count, unit)));
    }
    match entity.map(|entity| entity.deletes) {
        Some(Deletes::Never) => text.push_str("; never deleted"),
        Some(Deletes::Soft) => text.push_str("; deleted by a mark"),
        Some(Deletes::Hard) | None => {}
    }
    text
}
