//! From a program's steps to statements, by the dialect's templates.

use std::cell::RefCell;

use super::Statement;
use super::slots::Slots;
use crate::diagnostic::Diagnostics;
use crate::dialect::Dialect;
use crate::dialect::statement::StepKind;
use crate::plan::program::{Action, Program, Step};
use crate::plan::{KeyLoad, StoredList};
use crate::sql::render::{ClockForm, Renderer};

/// Calls `add` with the statements of a program, in order. A step has as many as its dialect has templates for
/// it.
pub(super) fn statements(
    program: &Program<'_>,
    dialect: &Dialect,
    add: &mut dyn FnMut(Statement),
) -> Result<(), Diagnostics> {
    let form = program.plan.as_of.map_or(ClockForm::Script, ClockForm::ScriptAt);
    let mut problems = Diagnostics::new();
    let slots = Slots { program, dialect, renderer: Renderer::new(dialect, form, &program.clock) };
    for step in &program.steps {
        match write(step, dialect, &slots) {
            Ok(written) => written.into_iter().for_each(&mut *add),
            Err(found) => problems.append(found),
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn write(step: &Step<'_>, dialect: &Dialect, slots: &Slots<'_>) -> Result<Vec<Statement>, Diagnostics> {
    if let Action::AppendKeys(segment, list) = &step.action {
        let StoredList { table, keys, .. } = (*list).clone();
        let load = Some(KeyLoad { table, columns: segment.keys.clone(), keys });
        let segment = step.segment.map(str::to_owned);
        return Ok(vec![Statement { text: String::new(), segment, phase: step.phase, opaque: true, load }]);
    }
    let name = match &step.action {
        Action::Declare(instant) | Action::SetReadAt(instant) | Action::SetInstant(instant) => instant.name,
        _ => "",
    };
    let problems = RefCell::new(Diagnostics::new());
    let text = |slot, indent| {
        // Where the step has no such slot, the dialect's file wasn't loaded.
        let text = slots.text(slot, &step.action, indent).unwrap_or_else(|| Ok(String::new()));
        text.unwrap_or_else(|found| {
            problems.borrow_mut().append(found);
            String::new()
        })
    };
    let templates = dialect.statements.of(kind(&step.action, dialect)).iter();
    let written = templates.map(|template| Statement {
        text: template.fill(name, &text),
        segment: step.segment.map(str::to_owned),
        phase: step.phase,
        opaque: template.is_opaque(),
        load: None,
    });
    let written = written.collect();
    let problems = problems.into_inner();
    if problems.is_empty() { Ok(written) } else { Err(problems) }
}

/// The kind of an action, by which dialects have templates.
fn kind(action: &Action<'_>, dialect: &Dialect) -> StepKind {
    match action {
        Action::CopyRows(.., order) => {
            let sorts = !order.is_empty() && !dialect.statements.of(StepKind::CopyRows).is_empty();
            if sorts { StepKind::CopyRows } else { StepKind::Scratch }
        }
        Action::Declare(_) => StepKind::Declare,
        Action::PrepareSession => StepKind::Session,
        Action::CreateSchema(_) => StepKind::CreateSchema,
        Action::CreateTable(_) => StepKind::CreateTable,
        Action::AddColumn(..) => StepKind::AddColumn,
        Action::DropColumn(..) => StepKind::DropColumn,
        Action::Register(..) => StepKind::Register,
        Action::SetReadAt(_) => StepKind::SetReadAt,
        Action::Begin => StepKind::Begin,
        Action::Lock(_) => StepKind::Lock,
        Action::ClockTable => StepKind::ClockTable,
        Action::SetInstant(_) => StepKind::SetInstant,
        Action::Assert(..) => StepKind::Assert,
        Action::Start(_) => StepKind::Start,
        Action::FindAffected(_) => StepKind::FindAffected,
        Action::PrepareLookups(..) => StepKind::PrepareLookups,
        Action::EvaluateAll => StepKind::EvaluateAll,
        Action::Scratch(..) => StepKind::Scratch,
        Action::AnalyzeScratch(_) => StepKind::AnalyzeScratch,
        Action::IndexChanges(_) => StepKind::IndexChanges,
        Action::Analyze(..) => StepKind::Analyze,
        Action::Clear(_) => StepKind::Clear,
        Action::Insert(..) | Action::InsertKeys(..) | Action::AppendKeys(..) => StepKind::Insert,
        Action::DeleteMatching(..) => StepKind::DeleteMatching,
        Action::Apply(_) => StepKind::Apply,
        Action::ApplyExpiring(..) => StepKind::ApplyExpiring,
        Action::ApplyColumns(_) => StepKind::ApplyColumns,
        Action::MarkUnfinished(_) => StepKind::MarkUnfinished,
        Action::Prune(..) => StepKind::Prune,
        Action::ReadInput(..) => StepKind::ReadInput,
        Action::Record(..) => StepKind::Record,
        Action::Count(_) => StepKind::Count,
        Action::Drop(_) => StepKind::Drop,
        Action::Commit => StepKind::Commit,
        Action::View(_) => StepKind::View,
    }
}
