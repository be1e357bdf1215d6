//! Runs cases on the reference evaluator and on engines, and compares the results with the expected
//! ones.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use segc::check::hir::SegmentId;
use segc::conformance::{self, Case, EVERYONE, Project, Section};
use segc::evaluate::Evaluator;

use crate::conformance::TARGETS;
use crate::support::engine::{REFUSALS, Runner, words};
use crate::support::given;
use crate::support::project::{at, said};

/// What was done with the cases of a section, by target.
#[derive(Default, Clone)]
pub struct Counts {
    pub cases: usize,
    pub by_target: BTreeMap<&'static str, Done>,
}

/// How many cases of a section were executed on a target, only parsed, or refused.
#[derive(Default, Clone, Copy)]
pub struct Done {
    pub executed: usize,
    pub parsed: usize,
    pub refused: usize,
}

/// Compares, and remembers what differs.
pub struct Judge {
    targets: Vec<&'static str>,
    compared: usize,
    differences: String,
}

/// A segment whose members are known.
struct Question<'a> {
    case: &'a Case,
    id: SegmentId,
    wanted: BTreeSet<String>,
    negated: bool,
}

impl Judge {
    /// One for these targets.
    pub fn new(targets: &[&'static str]) -> Self {
        Self { targets: targets.to_vec(), compared: 0, differences: String::new() }
    }

    /// Runs all cases of a section.
    pub fn section(&mut self, file: &str, section: &Section, engines: &mut [Box<dyn Runner>]) -> Counts {
        let mut counts = Counts::default();
        let mut loaded = false;
        for cases in &section.cases {
            let project = conformance::open(file, section, cases, &TARGETS, &[]);
            let project = project.unwrap_or_else(|reason| panic!("{reason}"));
            let data = conformance::rows(file, section, &project.session);
            let data = data.unwrap_or_else(|reason| panic!("{reason}"));
            let mut evaluator = Evaluator::new(project.session.hir(), &data, project.as_of);
            let questions = self.questions(&project, &mut evaluator);
            counts.cases += project.cases.len();
            for question in &questions {
                let found = evaluator.table(question.id).map(|rows| {
                    words(&rows.into_iter().map(|(key, values)| [key, values].concat()).collect())
                });
                self.compare(question, "evaluator", found.map_err(|error| error.to_string()));
            }
            for target in self.targets.clone() {
                let engine = engines.iter_mut().find(|engine| engine.target() == target);
                let mut engine = engine.map(|engine| &mut **engine);
                if let Some(engine) = engine.as_deref_mut().filter(|_| !loaded) {
                    engine.load(&given::from_data(target, &data));
                }
                let done = self.on(target, &project, &questions, section, engine);
                let total = counts.by_target.entry(target).or_default();
                total.executed += done.executed;
                total.parsed += done.parsed;
                total.refused += done.refused;
            }
            loaded = true;
        }
        counts
    }

    /// Each case, and its complement where it is a condition.
    fn questions<'a>(&mut self, project: &'a Project, evaluator: &mut Evaluator<'_>) -> Vec<Question<'a>> {
        let hir = project.session.hir();
        let id = |name: &str| hir.find(name).unwrap_or_else(|| panic!("the segment `{name}`"));
        let everyone = project.entity.as_ref().map(|_| {
            let keys = evaluator.members(id(EVERYONE)).expect("everyone can be told");
            words(&keys)
        });
        let mut questions = Vec::new();
        for case in &project.cases {
            let (own, wanted) = (id(&case.segment), case.wanted.clone());
            questions.push(Question { case, id: own, wanted, negated: false });
            if let (Some(name), Some(everyone)) = (&case.complement, &everyone) {
                let wanted = everyone.difference(&case.wanted).cloned().collect();
                questions.push(Question { case, id: id(name), wanted, negated: true });
            }
        }
        questions
    }

    /// On one target: executed where its engine is there, else only read back by sqlparser.
    fn on(
        &mut self,
        target: &'static str,
        project: &Project,
        questions: &[Question<'_>],
        section: &Section,
        engine: Option<&mut (dyn Runner + '_)>,
    ) -> Done {
        let must_refuse = section.refused.iter().any(|name| name == target);
        let mut done = Done::default();
        let (mut asked, mut selects) = (Vec::new(), Vec::new());
        for question in questions {
            match project.session.select_sql(target, question.id, &at(project.as_of)) {
                Ok(_) if must_refuse => self.differ(question, target, "is not refused"),
                Ok(sql) => {
                    asked.push(question);
                    selects.push(sql);
                }
                // By a capability that the dialect doesn't have; the page shows it.
                Err(problems) if problems.iter().all(|problem| REFUSALS.contains(&problem.code)) => {
                    done.refused += usize::from(!question.negated);
                }
                Err(problems) => self.differ(question, target, &said(&problems)),
            }
        }
        let count = asked.iter().filter(|question| !question.negated).count();
        let Some(engine) = engine else {
            for (question, sql) in asked.into_iter().zip(&selects) {
                if let Err(error) = parse(target, sql) {
                    self.differ(question, target, &format!("{error}\n{sql}"));
                }
            }
            done.parsed = count;
            return done;
        };
        let answers = engine.members_of_all(&selects);
        assert_eq!(answers.len(), asked.len(), "an answer for each question");
        for ((question, answer), sql) in asked.into_iter().zip(answers).zip(&selects) {
            let found = answer.map(|keys| words(&keys)).map_err(|error| format!("{error}\n{sql}"));
            self.compare(question, target, found);
        }
        done.executed = count;
        done
    }

    fn compare(&mut self, question: &Question<'_>, by: &str, found: Result<BTreeSet<String>, String>) {
        self.compared += 1;
        let found = match found {
            Ok(found) if found == question.wanted => return,
            Ok(found) => found,
            Err(error) => return self.differ(question, by, &error),
        };
        let list = |keys: Vec<&String>| keys.into_iter().map(String::as_str).collect::<Vec<_>>().join(" ");
        let missing = list(question.wanted.difference(&found).collect());
        let extra = list(found.difference(&question.wanted).collect());
        self.differ(question, by, &format!("missing [{missing}], extra [{extra}]"));
    }

    fn differ(&mut self, question: &Question<'_>, by: &str, what: &str) {
        let not = if question.negated { "not " } else { "" };
        let (place, text) = (&question.case.place, &question.case.text);
        let _ = writeln!(self.differences, "{place} {by}: {not}{text}\n    {what}");
    }

    /// Fails with all that differed.
    pub fn finish(self) {
        assert!(self.differences.is_empty(), "{}", self.differences);
        assert!(self.compared > 100, "too few comparisons to prove anything: {}", self.compared);
    }
}

/// Reads a query back in the target's own grammar.
fn parse(target: &str, sql: &str) -> Result<(), String> {
    use sqlparser::dialect::{
        BigQueryDialect, ClickHouseDialect, DatabricksDialect, Dialect, DuckDbDialect, PostgreSqlDialect,
        SQLiteDialect,
    };
    let dialect: &dyn Dialect = match target {
        "duckdb" => &DuckDbDialect {},
        "postgres" => &PostgreSqlDialect {},
        "bigquery" => &BigQueryDialect {},
        "clickhouse" => &ClickHouseDialect {},
        "sqlite" => &SQLiteDialect {},
        _ => &DatabricksDialect {},
    };
    let statements = sqlparser::parser::Parser::parse_sql(dialect, sql).map_err(|error| error.to_string())?;
    if statements.len() == 1 { Ok(()) } else { Err(format!("{} statements", statements.len())) }
}
