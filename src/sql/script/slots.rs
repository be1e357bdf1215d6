//! The contents of a statement's slots.

use sqlparser::ast::{BinaryOperator, Expr, Ident};

use crate::diagnostic::Diagnostics;
use crate::dialect::statement_template::Slot;
use crate::dialect::{Dialect, Function};
use crate::plan::program::{Action, ColumnDef, Program, Source, TableDef, is_own};
use crate::plan::rel::{BinaryOp, Clock, Query, Scalar, all};
use crate::plan::{Lookup, SegmentPlan, ValueColumn};
use crate::sql::parens;
use crate::sql::print;
use crate::sql::render::{AS_OF, ClockForm, Renderer};

/// The engine's own time when the run began to read, as an instant of scripts.
const READ_AT: &str = "read_at";

pub(super) struct Slots<'a> {
    pub(super) program: &'a Program<'a>,
    pub(super) dialect: &'a Dialect,
    pub(super) renderer: Renderer<'a>,
}

/// The text of a slot, or what of it can't be written.
type Text = Result<String, Diagnostics>;

impl Slots<'_> {
    /// The text of a slot in a step, whose first line is at `indent`; `None` if the step has no such.
    pub(super) fn text(&self, slot: Slot, action: &Action<'_>, indent: usize) -> Option<Text> {
        let renderer = &self.renderer;
        let segment = segment(action);
        let name = |parts: &[String]| Ok(renderer.table_name(parts).to_string());
        Some(match slot {
            Slot::Schema => name(&self.program.plan.schema),
            Slot::Table => name(table(action)?),
            Slot::Definitions => self.definitions(definition(action)?, indent),
            Slot::Definition => self.column(added(action)?),
            Slot::Column => Ok(self.renderer.name(dropped(action)?)),
            Slot::Columns => Ok(self.names(inserted(action)?)),
            Slot::Query => self.query(action, indent)?,
            Slot::Order => Ok(self.names(sorted_by(action)?)),
            Slot::Source => self.source(action, indent)?,
            Slot::Everyone => renderer.query_at(everyone(action)?, indent),
            Slot::Lookups => self.lookups(looked_up(action)?, indent),
            Slot::Changes => name(&segment?.kept.tables.changes),
            Slot::Own => renderer.scalar(&own(action)?),
            Slot::Assignments => Ok(self.assignments(assigned(action)?)),
            Slot::State => name(&segment?.kept.tables.runs),
            Slot::Inputs => name(&segment?.kept.tables.inputs),
            Slot::Counts => name(&segment?.kept.tables.counts),
            Slot::Segment => renderer.scalar(&Scalar::text(&segment?.name)),
            Slot::Segments => self.segments(action),
            Slot::Tables => self.tables(action),
            Slot::AsOf => self.instant(AS_OF),
            Slot::ReadAt => self.instant(READ_AT),
            Slot::Keys => Ok(self.keys(&written(action)?, None)),
            Slot::ScratchKeys => Ok(self.keys(&written(action)?, Some("s"))),
            Slot::Match => Ok(self.matching(&matched(action)?)),
            other => self.of_one_kind(other, action, indent)?,
        })
    }

    /// Slots that only one kind of step has.
    fn of_one_kind(&self, slot: Slot, action: &Action<'_>, indent: usize) -> Option<Text> {
        let renderer = &self.renderer;
        Some(match (slot, action) {
            (Slot::End, Action::ApplyExpiring(_, end)) => self.instant(end),
            (Slot::ReadTo, Action::Prune(_, read_to)) => renderer.scalar(read_to),
            (Slot::Input, Action::ReadInput(_, input, _)) => renderer.scalar(&Scalar::text(*input)),
            (Slot::InputState, Action::ReadInput(.., runs)) => Ok(renderer.table_name(runs).to_string()),
            (Slot::Condition, Action::Assert(one, _)) => renderer.scalar_at(&one.fails_if, indent),
            (Slot::Failure, Action::Assert(one, committed)) => {
                let failure = Scalar::text(one.failure(*committed));
                renderer.scalar(&Scalar::Call(Function::Raise, vec![failure]))
            }
            (Slot::Type, Action::Declare(instant)) => Ok(self.dialect.data_type(instant.ty)?.to_string()),
            (Slot::Value, Action::SetReadAt(instant) | Action::SetInstant(instant)) => {
                renderer.scalar(&instant.value)
            }
            _ => return None,
        })
    }

    fn instant(&self, name: &str) -> Text {
        self.renderer.scalar(&Scalar::Clock(name.to_owned()))
    }

    fn query(&self, action: &Action<'_>, indent: usize) -> Option<Text> {
        let query: &Query = match action {
            Action::Scratch(_, query) => query,
            Action::Insert(.., query) | Action::CopyRows(_, query, _) => query,
            Action::FindAffected(affected) => &affected.query,
            Action::Register(_, rows) | Action::Record(_, rows) => rows,
            Action::ClockTable => {
                return Some(
                    Renderer::new(self.dialect, ClockForm::Query, &self.program.clock).clock_text(indent),
                );
            }
            Action::InsertKeys(.., keys) => return Some(self.renderer.constants_at(keys, indent)),
            // A view's query reads the clock itself.
            Action::View(segment) => {
                let clock = Clock { as_of: None, bounds: segment.evaluation.clock.bounds.clone() };
                let form = self.program.plan.as_of.map_or(ClockForm::Query, ClockForm::Literal);
                return Some(
                    Renderer::new(self.dialect, form, &clock).query_at(&segment.evaluation.query, indent),
                );
            }
            _ => return None,
        };
        Some(self.renderer.query_at(query, indent))
    }

    fn source(&self, action: &Action<'_>, indent: usize) -> Option<Text> {
        let (Action::DeleteMatching(_, source, _) | Action::Analyze(_, source)) = action else { return None };
        Some(match source {
            Source::Table(table) => Ok(self.renderer.table_name(table).to_string()),
            Source::Query(query) => {
                let (inner, outer) = (" ".repeat(indent + 2), " ".repeat(indent));
                let text = self.renderer.query_at(query, indent + 2);
                text.map(|text| format!("(\n{inner}{text}\n{outer})"))
            }
        })
    }

    /// The columns of a table, a line each, and its primary key.
    fn definitions(&self, table: &TableDef, indent: usize) -> Text {
        let mut lines: Vec<String> =
            table.columns.iter().map(|column| self.column(column)).collect::<Result<_, _>>()?;
        if !table.key.is_empty() {
            lines.push(format!("PRIMARY KEY ({})", self.names(&table.key)));
        }
        Ok(lines.join(&format!(",\n{}", " ".repeat(indent))))
    }

    fn column(&self, column: &ColumnDef) -> Text {
        let ty = self.dialect.data_type(&column.ty).map(|ty| ty.to_string()).unwrap_or_default();
        let suffix = if column.required { " NOT NULL" } else { "" };
        Ok(format!("{} {ty}{suffix}", self.renderer.name(&column.name)))
    }

    fn names(&self, names: &[String]) -> String {
        names.iter().map(|name| self.renderer.name(name)).collect::<Vec<_>>().join(", ")
    }

    /// Rows of two strings, a line each; there is always one.
    fn lookups(&self, lookups: &[Lookup], indent: usize) -> Text {
        let row = |Lookup { table, columns }: &Lookup| {
            let table =
                if table.is_empty() { String::new() } else { self.renderer.table_name(table).to_string() };
            let (table, columns) = (Scalar::text(table), Scalar::text(columns.join(",")));
            Ok(format!("({}, {})", self.renderer.scalar(&table)?, self.renderer.scalar(&columns)?))
        };
        let nothing = [Lookup::default()];
        let lookups = if lookups.is_empty() { &nothing[..] } else { lookups };
        let rows: Result<Vec<String>, Diagnostics> = lookups.iter().map(row).collect();
        Ok(rows?.join(&format!(",\n{}", " ".repeat(indent))))
    }

    /// The names of a step's segments.
    fn segments(&self, action: &Action<'_>) -> Text {
        let name = |segment: &&SegmentPlan| self.renderer.scalar(&Scalar::text(&segment.name));
        let names: Result<Vec<String>, Diagnostics> = segments(action).iter().map(name).collect();
        names.map(|names| names.join(", "))
    }

    /// The tables of a step's segments.
    fn tables(&self, action: &Action<'_>) -> Text {
        let names =
            segments(action).iter().map(|segment| self.renderer.table_name(&segment.table).to_string());
        Ok(names.collect::<Vec<_>>().join(", "))
    }

    fn keys(&self, keys: &[&str], alias: Option<&str>) -> String {
        let column = |name: &&str| match alias {
            None => self.renderer.name(name),
            Some(alias) => self.of_alias(alias, name).to_string(),
        };
        keys.iter().map(column).collect::<Vec<_>>().join(", ")
    }

    fn of_alias(&self, alias: &str, name: &str) -> Expr {
        Expr::CompoundIdentifier(vec![Ident::new(alias), self.dialect.identifiers.write(name)])
    }

    /// That columns of a row get the values of `s`.
    fn assignments(&self, columns: &[ValueColumn]) -> String {
        let one = |column: &ValueColumn| {
            format!("{} = {}", self.renderer.name(&column.name), self.of_alias("s", &column.name))
        };
        columns.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    /// That `m` and `s` agree in these columns.
    fn matching(&self, columns: &[&str]) -> String {
        let equal = |name: &&str| Expr::BinaryOp {
            left: Box::new(self.of_alias("m", name)),
            op: BinaryOperator::Eq,
            right: Box::new(self.of_alias("s", name)),
        };
        let all = columns.iter().map(equal).reduce(|left, right| Expr::BinaryOp {
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

/// The segments that a step is about.
fn segments<'s, 'a>(action: &'s Action<'a>) -> &'s [&'a SegmentPlan] {
    match action {
        Action::Register(segments, _)
        | Action::Lock(segments)
        | Action::Start(segments)
        | Action::Record(segments, _)
        | Action::Count(segments) => segments,
        _ => &[],
    }
}

/// The segment that a step is about, or one of those whose tables of runs are the same.
fn segment<'a>(action: &Action<'a>) -> Option<&'a SegmentPlan> {
    match action {
        Action::PrepareLookups(segment, _)
        | Action::Apply(segment)
        | Action::ApplyExpiring(segment, _)
        | Action::ApplyColumns(segment)
        | Action::MarkUnfinished(segment)
        | Action::Prune(segment, _)
        | Action::ReadInput(segment, ..)
        | Action::View(segment) => Some(segment),
        _ => segments(action).first().copied(),
    }
}

/// The table that a step is about.
fn table<'a>(action: &'a Action<'_>) -> Option<&'a [String]> {
    match action {
        Action::CreateTable(table) => Some(&table.name),
        Action::CopyRows(table, ..) => Some(table),
        Action::Drop(table) => Some(table),
        Action::AddColumn(table, _)
        | Action::DropColumn(table, _)
        | Action::Scratch(table, _)
        | Action::AnalyzeScratch(table)
        | Action::IndexChanges(table)
        | Action::Clear(table)
        | Action::Insert(table, ..)
        | Action::InsertKeys(table, ..)
        | Action::DeleteMatching(table, ..) => Some(table),
        Action::Analyze(table, _) => Some(table),
        Action::FindAffected(affected) => Some(affected.table),
        Action::PrepareLookups(segment, _) => Some(&segment.kept.tables.affected),
        Action::Apply(segment)
        | Action::ApplyExpiring(segment, _)
        | Action::ApplyColumns(segment)
        | Action::View(segment) => Some(&segment.table),
        Action::Prune(segment, _) => Some(&segment.kept.tables.log),
        _ => None,
    }
}

fn definition<'a>(action: &'a Action<'_>) -> Option<&'a TableDef> {
    if let Action::CreateTable(table) = action { Some(table) } else { None }
}

fn added<'a>(action: &'a Action<'_>) -> Option<&'a ColumnDef> {
    if let Action::AddColumn(_, column) = action { Some(column) } else { None }
}

fn dropped<'a>(action: &'a Action<'_>) -> Option<&'a str> {
    if let Action::DropColumn(_, column) = action { Some(column) } else { None }
}

fn inserted<'a>(action: &'a Action<'_>) -> Option<&'a [String]> {
    match action {
        Action::Insert(_, columns, _) | Action::InsertKeys(_, columns, _) => Some(columns),
        _ => None,
    }
}

fn sorted_by<'a>(action: &'a Action<'_>) -> Option<&'a [String]> {
    if let Action::CopyRows(.., columns) = action { Some(columns) } else { None }
}

/// All keys of the entity of the affected ones.
fn everyone<'s>(action: &'s Action<'_>) -> Option<&'s Query> {
    match action {
        Action::FindAffected(affected) => Some(affected.everyone),
        Action::PrepareLookups(_, by_keys) => Some(&by_keys.everyone),
        _ => None,
    }
}

fn looked_up<'s>(action: &'s Action<'_>) -> Option<&'s [Lookup]> {
    match action {
        Action::FindAffected(affected) => Some(&affected.lookups),
        Action::PrepareLookups(_, by_keys) => Some(&by_keys.lookups),
        _ => None,
    }
}

/// The key columns of a step's entity.
fn keys<'s>(action: &'s Action<'_>) -> Option<Vec<&'s str>> {
    match action {
        Action::FindAffected(affected) => Some(affected.keys.clone()),
        _ => Some(segment(action)?.keys.iter().map(|key| key.name.as_str()).collect()),
    }
}

/// The columns of a member's row that come from the changes: the key, and the columns beside it.
fn written<'s>(action: &'s Action<'_>) -> Option<Vec<&'s str>> {
    let mut columns = keys(action)?;
    if let Action::Apply(segment) | Action::ApplyExpiring(segment, _) | Action::ApplyColumns(segment) = action
    {
        columns.extend(segment.columns.iter().map(|column| column.name.as_str()));
    }
    Some(columns)
}

/// The columns that a step updates.
fn assigned<'s>(action: &'s Action<'_>) -> Option<&'s [ValueColumn]> {
    if let Action::ApplyColumns(segment) = action { Some(&segment.columns) } else { None }
}

/// Which changes a step is about: all of its segment, or only those of values, or the others.
fn own(action: &Action<'_>) -> Option<Scalar> {
    let segment = segment(action)?;
    let compared = match action {
        _ if segment.columns.is_empty() => None,
        Action::ApplyColumns(_) => Some(BinaryOp::Equal),
        Action::Apply(_) | Action::ApplyExpiring(..) => Some(BinaryOp::NotEqual),
        _ => None,
    };
    let kind = compared.map(|op| Scalar::binary(op, Scalar::column("s", "action"), Scalar::text("change")));
    all([is_own(segment)].into_iter().chain(kind).collect())
}

/// The columns in which a step's rows agree.
fn matched<'a>(action: &'a Action<'_>) -> Option<Vec<&'a str>> {
    match action {
        Action::DeleteMatching(.., columns) => Some(columns.iter().map(String::as_str).collect()),
        _ => keys(action),
    }
}
