//! Executes the cases on a dialect's SQL.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::fill::{self, Tables, said};
use super::functions::{self, HOSTILE};
use super::problems::{NoFile, WrongTemplate};
use super::project::{self, EVERYONE, Project};
use super::read::{Cases, Section, Topic, topics};
use crate::api::Options;
use crate::catalog::Entity;
use crate::check::hir::SegmentId;
use crate::diagnostic::Diagnostics;
use crate::dialect::statement::StepKind;
use crate::dialect::{Capability, Dialect, Function, parse};
use crate::engine::{Cell, EMBEDDED_TARGET, Engine};
use crate::evaluate::{Data, Datum, Evaluator, parse as parse_value};
use crate::plan::rel::{Clock, Column, Query, Scalar, Select};
use crate::sql::{ClockForm, Renderer};
use crate::types::Type;

/// The schema in which the tables of the cases are created.
const SCHEMA: &str = "segc_conformance";

/// The codes of a rejection because a dialect lacks a capability, or zones.
const REJECTIONS: [&str; 2] = ["SEG501", "SEG505"];

/// A dialect to test.
#[derive(Debug)]
pub struct Kit {
    dialect: Arc<Dialect>,
    /// Its file, and those that it may extend.
    files: Vec<(String, String)>,
    /// Parts of the names of topics, sections and cases.
    patterns: Vec<String>,
}

/// A case whose members are wrong.
#[derive(Debug, Clone)]
pub struct Failure {
    /// The file and the line of the case.
    pub place: String,
    /// The case in the segment language.
    pub text: String,
    /// The SQL of the dialect, or nothing if there is none.
    pub sql: String,
    /// The keys of the members.
    pub expected: BTreeSet<String>,
    /// The keys that the engine found, or its message.
    pub got: Result<BTreeSet<String>, String>,
}

/// What was tried, and what is wrong.
#[derive(Debug, Default)]
pub struct Report {
    /// Whether an engine executed the SQL; if not, it was only written and read back.
    pub executed: bool,
    /// How many calls of functions were tried.
    pub calls: usize,
    /// How many conditions and segments were tried. A condition counts twice: also negated.
    pub cases: usize,
    /// How many were rejected, by the missing capability.
    pub rejected: BTreeMap<&'static str, usize>,
    /// How many were not tried, by the reason.
    pub left_out: BTreeMap<String, usize>,
    /// The cases that went wrong.
    pub failures: Vec<Failure>,
    /// The templates that are wrong, at their places.
    pub problems: Diagnostics,
}

impl Kit {
    /// The kit for a dialect with the texts of its files.
    #[must_use]
    pub fn new(dialect: Arc<Dialect>, files: Vec<(String, String)>, patterns: Vec<String>) -> Self {
        Self { dialect, files, patterns }
    }

    /// Whether the embedded engine can execute the dialect's SQL.
    #[must_use]
    pub fn is_embedded(&self) -> bool {
        self.dialect.origin == EMBEDDED_TARGET
    }

    /// Runs everything, on an engine if there is one.
    ///
    /// # Errors
    ///
    /// Says why the engine can't be used at all, or that no case has the name.
    pub fn run(&self, engine: &mut Option<Box<dyn Engine>>) -> Result<Report, Diagnostics> {
        let mut report = Report { executed: engine.is_some(), ..Report::default() };
        if let Some(engine) = engine {
            for sql in fill::statements(&self.dialect, StepKind::Session, &|_, _| String::new()) {
                engine.execute(&sql).map_err(|error| Diagnostics::from(vec![error.into()]))?;
            }
        }
        self.functions(engine, &mut report);
        let topics = topics().map_err(|reason| one(NoFile { span: None, reason }))?;
        let mut started = false;
        for topic in &topics {
            for section in &topic.sections {
                self.section(topic, section, engine, &mut started, &mut report);
            }
        }
        if report.calls + report.cases == 0 && report.left_out.is_empty() && report.rejected.is_empty() {
            let reason = format!("no case has `{}` in its name", self.patterns.join("` or `"));
            return Err(one(NoFile { span: None, reason }));
        }
        Ok(report)
    }

    fn wants(&self, names: &[&str]) -> bool {
        self.patterns.is_empty()
            || self.patterns.iter().any(|pattern| names.iter().any(|name| name.contains(pattern.as_str())))
    }

    /// Whether a case of a block may have a wanted name; to compile all of them takes a while.
    fn may_want(&self, file: &str, cases: &Cases) -> bool {
        let (Cases::Conditions(_, block) | Cases::Segments(block)) = cases;
        let names = |pattern: &String| {
            pattern.starts_with(file) || block.lines.iter().any(|line| line.contains(pattern.as_str()))
        };
        self.patterns.iter().any(names)
    }

    /// Calls of each function, and texts with every character that quotes could trip over.
    fn functions(&self, engine: &mut Option<Box<dyn Engine>>, report: &mut Report) {
        let mut wrong = Wrong::new();
        let wanted =
            |case: &functions::Case| self.dialect.has(case.function) && self.wants(&[case.function.name()]);
        for case in functions::all().into_iter().filter(wanted) {
            if let Some(lacks) = self.lacks(&case) {
                *report.rejected.entry(lacks.name()).or_default() += 1;
                continue;
            }
            let engine = engine.as_deref_mut().map(|engine| engine as &mut dyn Engine);
            let Some(found) = self.call(&case, engine) else { continue };
            report.calls += 1;
            if let Some(said) = found.differs(case.expected) {
                wrong.entry(case.function).or_default().push(said);
            }
        }
        report.problems.append(self.wrong_templates(wrong));
        for text in HOSTILE.iter().filter(|_| self.wants(&["literals"])) {
            report.calls += 1;
            let engine = engine.as_deref_mut().map(|engine| engine as &mut dyn Engine);
            if let Some(said) = self.value(&functions::text(text), engine).differs(text) {
                let (name, meaning) = ("literals", "a text must come back as it is".to_owned());
                let examples = vec![said];
                report.problems.push(WrongTemplate { span: None, name, meaning, examples });
            }
        }
    }

    /// The functions that a file of the user's declares and that an engine evaluates to something else
    /// than they mean. It reads no table. A call that the engine rejects is none of these: a segment that
    /// needs it fails by itself.
    #[must_use]
    pub fn own_functions(&self, engine: &mut dyn Engine) -> Diagnostics {
        let is_own = |case: &functions::Case| self.dialect.declared(case.function.name()).is_some();
        let mut wrong = Wrong::new();
        let cases = functions::all();
        for case in cases.iter().filter(|case| is_own(case) && self.lacks(case).is_none()) {
            if let Some(found) = self.call(case, Some(&mut *engine))
                && matches!(found, Answer::Value(..))
                && let Some(said) = found.differs(case.expected)
            {
                wrong.entry(case.function).or_default().push(said);
            }
        }
        self.wrong_templates(wrong)
    }

    /// A capability that a call needs, but the dialect lacks.
    fn lacks(&self, case: &functions::Case) -> Option<Capability> {
        case.needs().into_iter().find(|&needed| !self.dialect.allows(needed))
    }

    /// What a call evaluates to; `None` if it is about NaN, and the engine has none.
    fn call(&self, case: &functions::Case, mut engine: Option<&mut dyn Engine>) -> Option<Answer> {
        let reads_nan = matches!(case.function, Function::ReadFloat32 | Function::ReadFloatNan);
        if reads_nan && case.expected == "missing" {
            let nan = Scalar::Cast(Box::new(functions::text("NaN")), Type::Float);
            let nan = Scalar::Cast(Box::new(nan), Type::String);
            match self.value(&nan, engine.as_mut().map(|engine| &mut **engine as &mut dyn Engine)) {
                Answer::Nothing => {}
                Answer::Value(_, found) if found.eq_ignore_ascii_case("nan") => {}
                Answer::Value(..) | Answer::Rejected(..) => return None,
            }
        }
        Some(self.value(&Scalar::Cast(Box::new(case.scalar.clone()), Type::String), engine))
    }

    fn wrong_templates(&self, wrong: Wrong) -> Diagnostics {
        let problem = |(function, examples): (Function, Vec<String>)| {
            let (name, meaning) = (function.name(), function.description().trim().to_owned());
            WrongTemplate { span: self.dialect.declared(name), name, meaning, examples }.into()
        };
        wrong.into_iter().map(problem).collect::<Vec<_>>().into()
    }

    /// What the engine answers to the SQL of a value.
    fn value(&self, value: &Scalar, engine: Option<&mut dyn Engine>) -> Answer {
        let columns = vec![Column { value: value.clone(), name: Some("segc_value".to_owned()) }];
        let query = Query::of(Select { columns, ..Select::default() });
        let clock = Clock::default();
        let sql = match Renderer::new(&self.dialect, ClockForm::Query, &clock).query(&query) {
            Ok(sql) => sql,
            Err(problems) => return Answer::Rejected(String::new(), said(&problems)),
        };
        if let Err(error) = parse::query(&self.dialect.parser, &sql) {
            return Answer::Rejected(sql, format!("the declared `parser` can't read it: {error}"));
        }
        match engine.map(|engine| engine.query(&sql)) {
            None => Answer::Nothing,
            Some(Err(error)) => Answer::Rejected(sql, error.reason()),
            Some(Ok(table)) => match table.rows.first().and_then(|row| row.first()) {
                None | Some(Cell::Null) => Answer::Value(sql, "missing".to_owned()),
                Some(cell) => Answer::Value(sql, cell.to_string()),
            },
        }
    }

    /// The cases over one set of rows.
    fn section(
        &self,
        topic: &Topic,
        section: &Section,
        engine: &mut Option<Box<dyn Engine>>,
        started: &mut bool,
        report: &mut Report,
    ) {
        let target = self.dialect.name.as_str();
        let all = [topic.title.as_str(), section.title.as_str(), topic.file.as_str()];
        for cases in &section.cases {
            if !self.wants(&all) && !self.may_want(&topic.file, cases) {
                continue;
            }
            let opened = project::open(&topic.file, section, cases, &[target], &self.files);
            let opened = opened.and_then(|project| {
                let data = project::rows(&topic.file, section, &project.session)?;
                Ok((project, data))
            });
            let (mut project, data) = match opened {
                Ok(opened) => opened,
                Err(reason) => {
                    report.problems.push(NoFile { span: None, reason });
                    continue;
                }
            };
            if !self.wants(&all) {
                let wanted = |case: &project::Case| self.wants(&[&case.text, &case.place]);
                project.cases.retain(wanted);
            }
            if project.cases.is_empty() {
                continue;
            }
            let tables = Tables::new(&self.dialect, SCHEMA, data.catalog(), target);
            if engine.is_none() {
                self.judge(&project, &data, engine, report);
                continue;
            }
            match tables {
                Err(reason) => *report.left_out.entry(reason).or_default() += project.cases.len(),
                Ok(tables) => {
                    let ready = tables.prepare(&data, engine, !*started);
                    *started = true;
                    if let Err(got) = ready {
                        let place = format!("{}: {}", topic.file, section.title);
                        let (text, sql, expected) = ("the rows".to_owned(), String::new(), BTreeSet::new());
                        report.failures.push(Failure { place, text, sql, expected, got: Err(got) });
                        continue;
                    }
                    project.session =
                        project.session.with_tables(&tables.stand_ins(&project.session.hir().catalog));
                    self.judge(&project, &data, engine, report);
                    tables.drop(engine);
                }
            }
        }
    }

    /// Compares each case, as written and negated.
    fn judge(
        &self,
        project: &Project,
        data: &Data,
        engine: &mut Option<Box<dyn Engine>>,
        report: &mut Report,
    ) {
        let hir = project.session.hir();
        let mut evaluator = Evaluator::new(hir, data, project.as_of);
        let options = Options { as_of: Some(project.as_of), ..Options::default() };
        for case in &project.cases {
            let negated = case.complement.iter().map(|name| (name, format!("not ({})", case.text)));
            let asked = std::iter::once((&case.segment, case.text.clone())).chain(negated);
            for (name, text) in asked.filter(|(name, _)| name.as_str() != EVERYONE) {
                let Some(id) = hir.find(name) else { continue };
                let sql = match project.session.select_sql(&self.dialect.name, id, &options) {
                    Ok(sql) => sql,
                    Err(problems) if problems.iter().all(|one| REJECTIONS.contains(&one.code)) => {
                        *report.rejected.entry(self.lacking(&problems)).or_default() += 1;
                        continue;
                    }
                    Err(problems) => {
                        let place = case.place.clone();
                        let (sql, expected) = (String::new(), BTreeSet::new());
                        let got = Err(said(&problems));
                        report.failures.push(Failure { place, text, sql, expected, got });
                        continue;
                    }
                };
                report.cases += 1;
                let expected = evaluator
                    .table(id)
                    .map(|rows| rows.iter().map(|(key, values)| shown(key, values)).collect());
                let expected: BTreeSet<String> = expected.unwrap_or_default();
                let got = match (parse::query(&self.dialect.parser, &sql), engine.as_mut()) {
                    (Err(error), _) => Err(format!("the declared `parser` can't read it: {error}")),
                    (Ok(_), None) => continue,
                    (Ok(_), Some(engine)) => members(engine.as_mut(), &sql, key_types(project, id)),
                };
                if got.as_ref() != Ok(&expected) {
                    let place = case.place.clone();
                    report.failures.push(Failure { place, text, sql, expected, got });
                }
            }
        }
    }

    /// The name of the capability for which segments were rejected.
    fn lacking(&self, problems: &Diagnostics) -> &'static str {
        let named = |capability: &&Capability| {
            problems.iter().any(|one| one.message.contains(&format!("`{}`", capability.name())))
        };
        Capability::ALL.iter().find(named).map_or(Capability::TimeZones.name(), |one| one.name())
    }
}

fn one(problem: impl Into<crate::diagnostic::Diagnostic>) -> Diagnostics {
    vec![problem.into()].into()
}

/// The examples of wrong calls, by function.
type Wrong = BTreeMap<Function, Vec<String>>;

/// What an engine answers to a call.
enum Answer {
    /// There is no engine, and the call can be written.
    Nothing,
    /// The SQL, and the value as text.
    Value(String, String),
    /// The SQL, if it can be written, and why it can't be evaluated.
    Rejected(String, String),
}

impl Answer {
    /// What is wrong with it.
    fn differs(&self, expected: &str) -> Option<String> {
        match self {
            Self::Nothing => None,
            Self::Value(_, found) if functions::same(found, expected) => None,
            Self::Value(sql, found) => Some(format!("{sql}\nexpected {expected}, got {found}")),
            Self::Rejected(sql, error) => Some(format!("{sql}\n{error}")),
        }
    }
}

/// The types of a segment's key.
fn key_types(project: &Project, id: SegmentId) -> Vec<Type> {
    let hir = project.session.hir();
    let entity: &Entity = hir.catalog.entity(hir.segment(id).entity);
    let columns = hir.segment(id).columns.iter().map(|column| column.value.ty.clone());
    entity.key.iter().map(|field| entity.field(*field).ty.clone()).chain(columns).collect()
}

/// A key as text, its parts joined by `/`, and the columns beside it.
fn shown(key: &[Datum], values: &[Datum]) -> String {
    key.iter().chain(values).map(ToString::to_string).collect::<Vec<_>>().join("/")
}

/// The keys that a SELECT yields, each of them once.
fn members(engine: &mut dyn Engine, sql: &str, types: Vec<Type>) -> Result<BTreeSet<String>, String> {
    let rows = engine.query(sql).map_err(|error| error.reason())?.rows;
    let part = |(cell, ty): (&Cell, &Type)| {
        if *cell == Cell::Null {
            return Datum::Missing.to_string();
        }
        let text = cell.to_string();
        parse_value(&text, ty, &crate::catalog::Storage::Native).map_or(text, |value| value.to_string())
    };
    let key = |row: &Vec<Cell>| row.iter().zip(&types).map(part).collect::<Vec<_>>().join("/");
    let keys: BTreeSet<String> = rows.iter().map(key).collect();
    if keys.len() == rows.len() {
        Ok(keys)
    } else {
        Err(format!("{} keys are there twice", rows.len() - keys.len()))
    }
}
