//! The contents of a statement's slots.

use sqlparser::ast::{BinaryOperator, Expr, Ident};

use super::assemble::{Context, Writer, text};
use crate::diagnostic::Diagnostics;
use crate::dialect::Function;
use crate::dialect::statement_template::Slot;
use crate::plan::rel::{BinaryOp, Clock, Column, Relation, Scalar, Select, TableRef};
use crate::plan::{KeyColumn, Log, Lookup, SegmentPlan};
use crate::sql::parens;
use crate::sql::print;
use crate::sql::render::{AS_OF, ClockForm, Renderer};
use crate::types::{Literal, Type};

/// The clock's name of the engine's own time.
pub(super) const READ_AT: &str = "read_at";

impl Writer<'_> {
    /// The text that is in a slot; `None` if nothing can.
    pub(super) fn slot(
        &self,
        slot: Slot,
        context: Context<'_>,
        indent: usize,
    ) -> Option<Result<String, Diagnostics>> {
        let renderer = &self.renderer;
        let segment = context.segment;
        let name = |parts: &[String]| Ok(renderer.table_name(parts).to_string());
        Some(match slot {
            Slot::Schema => name(&self.plan.schema),
            Slot::Counts => name(&self.any(segment)?.state.counts),
            Slot::Runs => name(&self.any(segment)?.state.runs),
            Slot::Inputs => match context.inputs {
                Some(table) => name(table),
                None => name(&segment?.state.inputs),
            },
            Slot::Table => name(&segment?.table),
            Slot::Log => name(&segment?.state.log),
            Slot::History => name(segment?.history.as_ref()?),
            Slot::Affected => name(&segment?.state.affected),
            Slot::Matches => name(&segment?.state.matches),
            Slot::RankingCandidates => name(&segment?.state.ranking_candidates),
            Slot::Candidates => name(&segment?.state.candidates),
            Slot::Admitted => name(&segment?.state.admitted),
            Slot::Changes => name(&segment?.state.changes),
            Slot::InputRuns => name(&context.input?.1),
            Slot::Input => renderer.scalar(&text(&context.input?.0)),
            Slot::Segment => renderer.scalar(&text(&segment?.name)),
            Slot::Fingerprint => renderer.scalar(&text(&segment?.fingerprint)),
            Slot::RefreshHash => renderer.scalar(&text(&segment?.refresh_hash)),
            Slot::AsOf => renderer.scalar(&Scalar::Clock(AS_OF.to_owned())),
            Slot::Seen => renderer.scalar(&Scalar::Clock(READ_AT.to_owned())),
            Slot::Unknown => {
                let (last, ..) = segment?.last_run.first()?;
                renderer.scalar(&Scalar::IsNull(Box::new(Scalar::Clock(last.clone()))))
            }
            Slot::Whole => match (self.by_keys(segment), segment?.last_run.first()) {
                (Some(_), Some((last, ..))) => {
                    renderer.scalar(&Scalar::IsNull(Box::new(Scalar::Clock(last.clone()))))
                }
                _ => renderer.scalar(&Scalar::Literal(Literal::Boolean(true))),
            },
            Slot::LogSince => renderer.scalar_at(&log_since(segment?), indent),
            Slot::ReadTo => renderer.scalar(&read_to(segment?.log.as_ref()?, &segment?.name)),
            Slot::Timestamp => Ok(self.dialect.data_type(&Type::Timestamp)?.to_string()),
            Slot::Keys => Ok(self.keys(segment?, "")),
            Slot::ScratchKeys => Ok(self.keys(segment?, "s")),
            Slot::MemberKeys => Ok(self.keys(segment?, "m")),
            Slot::KeyColumns => self.columns(&segment?.keys, " NOT NULL", indent),
            Slot::RankColumns => self.columns(&segment?.ranked.as_ref()?.columns, "", indent),
            Slot::Ranks => {
                let columns = &segment?.ranked.as_ref()?.columns;
                Ok(columns.iter().map(|column| renderer.name(&column.name)).collect::<Vec<_>>().join(", "))
            }
            Slot::Match => Ok(self.matching(segment?)),
            Slot::Absent => {
                let key = Scalar::Column("s".to_owned(), segment?.keys.first()?.name.clone());
                renderer.scalar(&Scalar::IsNull(Box::new(key)))
            }
            Slot::Query if context.view => {
                let clock = Clock { as_of: None, bounds: segment?.clock.bounds.clone() };
                let form = self.plan.as_of.map_or(ClockForm::Query, ClockForm::Literal);
                Renderer::new(self.dialect, form, &clock).query_at(&segment?.query, indent)
            }
            Slot::Query if segment.is_some_and(|segment| segment.ranked.is_some()) => {
                renderer.query_at(&segment?.ranked.as_ref()?.query, indent)
            }
            Slot::CandidatesQuery => match self.by_keys(segment) {
                Some(by_keys) => renderer.query_at(&by_keys.query, indent),
                None => renderer.query_at(&segment?.ranked.as_ref()?.candidates, indent),
            },
            Slot::Query => match (segment, self.by_keys(segment)) {
                (Some(_), Some(by_keys)) => renderer.query_at(&by_keys.query, indent),
                (Some(segment), None) => renderer.query_at(&segment.query, indent),
                (None, _) => self.clock_query(indent),
            },
            Slot::AffectedQuery => renderer.query_at(&self.by_keys(segment)?.affected, indent),
            Slot::Lookups => self.lookups(&self.by_keys(segment)?.lookups, indent),
            Slot::EveryoneQuery => renderer.query_at(&self.by_keys(segment)?.everyone, indent),
            Slot::AdmittedQuery => match self.by_keys(segment) {
                Some(by_keys) => renderer.query_at(by_keys.admitted.as_ref()?, indent),
                None => renderer.query_at(&segment?.hold.as_ref()?.admitted, indent),
            },
            Slot::End => renderer.scalar(&Scalar::Clock(segment?.hold.as_ref()?.end.clone())),
            Slot::Condition => renderer.scalar_at(&context.check?.fails_if, indent),
            Slot::Failure => {
                renderer.scalar(&Scalar::Call(Function::Raise, vec![text(&context.check?.message)]))
            }
            Slot::Type => Ok(self.dialect.data_type(context.variable?.1)?.to_string()),
            Slot::Value => self.value(context.variable?.0),
        })
    }

    /// The segment, or any: what all of them share is the same.
    fn any<'s>(&'s self, segment: Option<&'s SegmentPlan>) -> Option<&'s SegmentPlan> {
        segment.or_else(|| self.plan.segments.first())
    }

    fn clock_query(&self, indent: usize) -> Result<String, Diagnostics> {
        let renderer = Renderer::new(self.dialect, ClockForm::Query, self.clock);
        renderer.clock_text(indent)
    }

    /// The value that a clock variable is set to.
    fn value(&self, name: &str) -> Result<String, Diagnostics> {
        if name == READ_AT {
            return self.renderer.scalar(&Scalar::Call(Function::EngineClock, Vec::new()));
        }
        if name != AS_OF {
            let bound = self.clock.bounds.get(name);
            return bound.map_or(Ok(String::new()), |(_, value, _)| self.renderer.scalar(value));
        }
        match &self.clock.as_of {
            Some(scalar) => self.renderer.scalar(scalar),
            None => self.renderer.scalar(&Scalar::Call(Function::EngineClock, Vec::new())),
        }
    }

    /// Rows of two strings, a line each.
    fn lookups(&self, lookups: &[Lookup], indent: usize) -> Result<String, Diagnostics> {
        let row = |Lookup { table, columns }: &Lookup| {
            let table =
                if table.is_empty() { String::new() } else { self.renderer.table_name(table).to_string() };
            let (table, columns) = (text(&table), text(&columns.join(",")));
            Ok(format!("({}, {})", self.renderer.scalar(&table)?, self.renderer.scalar(&columns)?))
        };
        let rows: Result<Vec<String>, Diagnostics> = lookups.iter().map(row).collect();
        Ok(rows?.join(&format!(",\n{}", " ".repeat(indent))))
    }

    fn keys(&self, segment: &SegmentPlan, alias: &str) -> String {
        let column = |name: &str| match alias {
            "" => self.renderer.name(name),
            alias => Expr::CompoundIdentifier(vec![Ident::new(alias), self.dialect.identifiers.write(name)])
                .to_string(),
        };
        segment.keys.iter().map(|key| column(&key.name)).collect::<Vec<_>>().join(", ")
    }

    fn columns(&self, columns: &[KeyColumn], suffix: &str, indent: usize) -> Result<String, Diagnostics> {
        let definitions = columns.iter().filter_map(|key| {
            let ty = self.dialect.data_type(&key.ty)?;
            Some(format!("{} {ty}{suffix}", self.renderer.name(&key.name)))
        });
        Ok(definitions.collect::<Vec<_>>().join(&format!(",\n{}", " ".repeat(indent))))
    }

    fn matching(&self, segment: &SegmentPlan) -> String {
        let column = |alias: &str, name: &str| {
            Expr::CompoundIdentifier(vec![Ident::new(alias), self.dialect.identifiers.write(name)])
        };
        let equal = |name: &str| Expr::BinaryOp {
            left: Box::new(column("m", name)),
            op: BinaryOperator::Eq,
            right: Box::new(column("s", name)),
        };
        let parts = segment.keys.iter().map(|key| equal(&key.name));
        let all = parts.reduce(|left, right| Expr::BinaryOp {
            left: Box::new(left),
            op: BinaryOperator::And,
            right: Box::new(right),
        });
        all.map_or_else(
            || "TRUE".to_owned(),
            |mut all| {
                parens::tidy(&mut all);
                print::expr(&all, 0)
            },
        )
    }
}

/// Up to which run everyone who reads a log has read it, over a row that has a `run_seq`: who
/// has read nothing yet begins with a full evaluation.
fn read_to(log: &Log, segment: &str) -> Scalar {
    let column = |alias: &str, name: &str| Scalar::Column(alias.to_owned(), name.to_owned());
    let equal = |name: &str, value: &str| {
        Scalar::Binary(BinaryOp::Equal, Box::new(column("n", name)), Box::new(text(value)))
    };
    let read = |(reader, inputs): &(String, Vec<String>)| {
        let from = TableRef { relation: Relation::Table(inputs.clone()), alias: "n".to_owned() };
        let filter = Some(Scalar::And(vec![equal("segment", reader), equal("input", segment)]));
        let columns = vec![Column { value: column("n", "run_seq"), name: None }];
        let read = Select { columns, from: Some(from), filter, ..Select::default() };
        Scalar::Coalesce(vec![Scalar::Query(Box::new(read)), column("", "run_seq")])
    };
    let mut all: Vec<Scalar> = log.readers.iter().map(read).collect();
    match all.len() {
        0 => Scalar::Literal(Literal::Integer(0)),
        1 => all.swap_remove(0),
        _ => Scalar::Least(all),
    }
}

/// The run after which the log is whole, over a row of the runs.
fn log_since(segment: &SegmentPlan) -> Scalar {
    let own = |name: &str| Scalar::Column(String::new(), name.to_owned());
    match &segment.log {
        None => own("run_seq"),
        Some(log) if log.for_good => own("log_since"),
        Some(log) => Scalar::Greatest(vec![own("log_since"), read_to(log, &segment.name)]),
    }
}
