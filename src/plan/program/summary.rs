//! What a build shares, in numbers.

use std::collections::BTreeMap;

use super::step::{Action, Source};
use super::{Mode, Program};
use crate::check::hir::Materialize;
use crate::plan::model::{Alone, SegmentPlan};
use crate::plan::rel::{Child, Query, Relation, Select};

/// Segments of one level and entity that are evaluated in the same way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// 0 if they depend on no segment, else one more than the highest that they depend on.
    pub level: usize,
    /// Their entity.
    pub entity: String,
    /// How they are evaluated.
    pub evaluation: GroupEvaluation,
    /// Their names, in the order in which they are built.
    pub segments: Vec<String>,
}

/// How a group of segments is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GroupEvaluation {
    /// For the affected keys, which they share.
    ByKeys,
    /// For everyone.
    InFull,
    /// Each by steps of its own.
    Alone(Alone),
    /// They are views.
    View,
}

impl Group {
    /// The groups of segments that are built in a mode, level by level.
    pub fn of<'a>(segments: impl Iterator<Item = &'a SegmentPlan>, mode: Mode) -> Vec<Self> {
        let mut groups: BTreeMap<(usize, GroupEvaluation, &str), Vec<String>> = BTreeMap::new();
        for segment in segments.filter(|segment| segment.materialize != Materialize::Inline) {
            let key = (segment.level, GroupEvaluation::of(segment, mode), segment.entity.as_str());
            groups.entry(key).or_default().push(segment.name.clone());
        }
        let group = |(key, segments): (_, Vec<String>)| {
            let (level, evaluation, entity): (usize, GroupEvaluation, &str) = key;
            Self { level, entity: entity.to_owned(), evaluation, segments }
        };
        groups.into_iter().map(group).collect()
    }
}

impl GroupEvaluation {
    fn of(segment: &SegmentPlan, mode: Mode) -> Self {
        let by_keys = mode == Mode::Refresh && segment.refresh.by_keys.is_some();
        match segment.alone {
            _ if !segment.materialize.is_table() => Self::View,
            Some(alone) => Self::Alone(alone),
            None if by_keys => Self::ByKeys,
            None => Self::InFull,
        }
    }

    /// What it is, for a group of one segment or several: `share the affected keys, the checks and the
    /// difference`.
    #[must_use]
    pub fn described(self, segments: usize) -> String {
        let one = segments == 1;
        match self {
            Self::ByKeys if one => "the affected keys are evaluated".to_owned(),
            Self::ByKeys => "share the affected keys, the checks and the difference".to_owned(),
            Self::InFull if one => "everyone is evaluated".to_owned(),
            Self::InFull => "everyone is evaluated; share the checks and the difference".to_owned(),
            Self::Alone(alone) => format!("{}: {}", if one { "alone" } else { "each alone" }, alone.reason()),
            Self::View if one => "a view".to_owned(),
            Self::View => "views".to_owned(),
        }
    }
}

impl Program<'_> {
    /// Its segments in groups, level by level.
    #[must_use]
    pub fn groups(&self) -> Vec<Group> {
        Group::of(self.segments.iter().copied(), self.mode)
    }

    /// How often its statements read one of the catalog's tables.
    #[must_use]
    pub fn scans(&self) -> usize {
        self.steps.iter().map(|step| self.scans_of(&step.action)).sum()
    }

    fn scans_of(&self, action: &Action<'_>) -> usize {
        match action {
            Action::Scratch(_, query) => self.scans_in(query),
            Action::Insert(.., query) | Action::CopyRows(_, query, _) => self.scans_in(query),
            Action::FindAffected(affected) => self.scans_in(&affected.query),
            Action::DeleteMatching(_, Source::Query(query), _) => self.scans_in(query),
            Action::Assert(one, _) => {
                let columns = vec![crate::plan::rel::Column::plain(one.fails_if.clone())];
                self.scans_in(&Query::of(Select { columns, ..Select::default() }))
            }
            _ => 0,
        }
    }

    fn scans_in(&self, query: &Query) -> usize {
        let is_known = |parts: &[String]| {
            parts.last().is_some_and(|name| self.plan.source_tables.contains(&name.to_lowercase()))
        };
        let read = |relation: &Relation| match relation {
            Relation::Table(parts) => usize::from(is_known(parts)),
            Relation::Sql { .. } => 1,
            Relation::Union(union) => union.tables().count(),
            Relation::Cte(_) | Relation::Rows(_) => 0,
        };
        let mut scans = 0;
        query.walk(&mut |child| {
            if let Child::Select(select) = child {
                scans += select.tables().map(|table| read(&table.relation)).sum::<usize>();
            }
        });
        scans
    }
}
