//! Users' mistakes, by topic: each with its code, its place and its remedy, and all those of a
//! project in one run.
//!
//! A topic is a Markdown file. Every `##` begins a project, whose files are its fenced blocks
//! (`segc.yml` and the catalog are those of the shop example unless a block replaces them). A line
//! `#! CODE \`underlined\` part of the message or help` is a problem expected in the lines above
//! it; a block `expected` lists problems without a place. With a block `command`, they are those of that
//! command of segc in the project's folder.

use std::fmt::Write as _;
use std::process::Command;

use segc::api::{Options, open_files};
use segc::diagnostic::{Diagnostic, Severity, Sources};
use segc::project::Memory;
use serde_json::Value;

const CONFIG: &str = "name: shop\ntargets:\n  duckdb: {}\n";
const CUSTOMERS: &str = include_str!("../../examples/shop/catalog/customers.yml");
const SALES: &str = include_str!("../../examples/shop/catalog/sales.yml");

/// The catalog of imports, unless a case has another one.
const USERS: &str = "entities:\n  user:\n    table: users\n    key: id\n    fields: { id: string, plan: string, \
                     app_version: semver, age: integer, tags: array<string> }\n";

/// One project of a topic.
#[derive(Default)]
struct Case {
    title: String,
    files: Vec<(String, String)>,
    expected: Vec<Expected>,
    /// The arguments of segc; the first line of the block.
    command: Option<String>,
}

/// What is to be said.
#[derive(Debug)]
struct Expected {
    /// The file, and the lines (from, to) in which the place begins; `None` if it has none.
    place: Option<(String, u32, u32)>,
    code: String,
    under: String,
    part: String,
}

fn cases(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("## ") {
            cases.push(Case { title: title.to_owned(), ..Case::default() });
        } else if let Some(name) = line.strip_prefix("```")
            && let Some(case) = cases.last_mut()
        {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            read_block(case, name, &block);
        }
    }
    cases
}

fn read_block(case: &mut Case, name: &str, block: &[&str]) {
    if name == "expected" {
        case.expected.extend(block.iter().map(|line| expectation(line, None)));
        return;
    }
    if name == "command" {
        case.command = block.first().map(|line| (*line).to_owned());
        return;
    }
    let mut from = 1;
    for (number, line) in (1u32..).zip(block) {
        if let Some(said) = line.trim_start().strip_prefix("#! ") {
            case.expected.push(expectation(said, Some((name.to_owned(), from, number - 1))));
            let next_is_another =
                block.get(number as usize).is_some_and(|next| next.trim_start().starts_with("#! "));
            if !next_is_another {
                from = number + 1;
            }
        }
    }
    case.files.push((name.to_owned(), format!("{}\n", block.join("\n"))));
}

fn expectation(line: &str, place: Option<(String, u32, u32)>) -> Expected {
    let (code, rest) = line.split_once(' ').unwrap_or((line, ""));
    let (under, part) = match rest.strip_prefix('`').and_then(|rest| rest.split_once('`')) {
        Some((under, part)) if place.is_some() => (under, part.trim_start()),
        _ => ("", rest),
    };
    Expected { place, code: code.to_owned(), under: under.to_owned(), part: part.to_owned() }
}

fn project(case: &Case) -> Memory {
    let has = |name: &str| case.files.iter().any(|(path, _)| path.starts_with(name));
    let mut files = Memory::new();
    if !has("segc.yml") {
        files = files.with("segc.yml", CONFIG);
    }
    if !has("catalog/") {
        files = files.with("catalog/customers.yml", CUSTOMERS).with("catalog/sales.yml", SALES);
    }
    case.files.iter().fold(files, |files, (path, text)| files.with(path, text.as_str()))
}

/// Code, file, line and the first line of the underlined text of a problem.
fn place(sources: &Sources, problem: &Diagnostic) -> Option<(String, u32, String)> {
    let span = problem.span?;
    let source = sources.get(span.source)?;
    let text = &source.text()[span.start as usize..span.end as usize];
    let line = source.text()[..span.start as usize].matches('\n').count() + 1;
    let under = text.lines().next().unwrap_or_default().to_owned();
    Some((source.path().to_owned(), u32::try_from(line).expect("a small file"), under))
}

/// A problem that was said.
struct Said {
    code: String,
    is_error: bool,
    message: String,
    help: Option<String>,
    place: Option<(String, u32, String)>,
}

impl Said {
    fn of(sources: &Sources, problem: &Diagnostic) -> Self {
        Self {
            code: problem.code.to_owned(),
            is_error: problem.severity == Severity::Error,
            message: problem.message.clone(),
            help: problem.help.clone(),
            place: place(sources, problem),
        }
    }

    /// A line of the program's messages; the file is one of the case's.
    fn of_line(line: &str, case: &Case) -> Self {
        let said: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let text = |name: &str| said[name].as_str().map(str::to_owned);
        let number = |name: &str| said[name].as_u64().and_then(|number| usize::try_from(number).ok());
        let place = text("path").zip(number("line")).map(|(path, line)| {
            let (_, file) = case.files.iter().find(|(name, _)| *name == path).expect("a file of the case");
            let whole = file.lines().nth(line - 1).unwrap_or_default();
            let columns = number("column").unwrap_or(1) - 1..number("endColumn").unwrap_or(1) - 1;
            (path, u32::try_from(line).expect("a small file"), whole[columns].to_owned())
        });
        Self {
            code: text("code").expect("a code"),
            is_error: said["severity"] == "error",
            message: text("message").expect("a message"),
            help: text("help"),
            place,
        }
    }
}

fn fits(expected: &Expected, problem: &Said) -> bool {
    let says = |text: &str| text.contains(&expected.part);
    let told = says(&problem.message) || problem.help.as_deref().is_some_and(says);
    let placed = match (&expected.place, &problem.place) {
        (None, None) => true,
        (Some((file, from, to)), Some((path, line, under))) => {
            file == path && (from..=to).contains(&line) && expected.under == *under
        }
        _ => false,
    };
    problem.code == expected.code && placed && told
}

/// The problems of a project.
fn said(case: &Case) -> Vec<Said> {
    let files = project(case);
    let (mut session, mut found) = open_files(&files, &Options::default());
    if case.files.iter().any(|(path, _)| path.starts_with("tests/")) {
        let (suite, problems) = segc::unittest::read(&mut session, &files);
        found.append(problems);
        found.append(suite.problems(&suite.run(&suite.select(&[]).0)));
    }
    found.append(session.findings());
    found.iter().map(|problem| Said::of(&session.sources, problem)).collect()
}

/// The problems of a command.
fn said_by_command(case: &Case, command: &str) -> Vec<Said> {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    };
    if command.starts_with("import ") {
        write("segc.yml", CONFIG);
        write("catalog/users.yml", USERS);
    }
    case.files.iter().for_each(|(path, text)| write(path, text));
    let mut segc = Command::new(env!("CARGO_BIN_EXE_segc"));
    segc.args(command.split_whitespace()).args(["--message-format", "json"]).current_dir(folder.path());
    let out = segc.output().expect("it runs");
    assert_ne!(out.status.code(), Some(0), "{command}");
    // Programs that it starts write there, too.
    let said = String::from_utf8_lossy(&out.stderr);
    said.lines().filter(|line| line.starts_with('{')).map(|line| Said::of_line(line, case)).collect()
}

/// What of a case is not as it should be.
fn failures(case: &Case) -> String {
    let mut found =
        case.command.as_ref().map_or_else(|| said(case), |command| said_by_command(case, command));
    let mut failures = String::new();
    for problem in found.iter().filter(|problem| problem.is_error) {
        if problem.help.as_deref().is_none_or(str::is_empty) {
            let _ = writeln!(failures, "{}: no help for {}: {}", case.title, problem.code, problem.message);
        }
    }
    for expected in &case.expected {
        match found.iter().position(|problem| fits(expected, problem)) {
            Some(at) => drop(found.remove(at)),
            None => drop(writeln!(failures, "{}: nobody said {expected:?}", case.title)),
        }
    }
    for Said { code, message, help, place, .. } in found {
        let _ = writeln!(failures, "{}: unexpected {code} {place:?} {message} | {help:?}", case.title);
    }
    failures
}

/// Runs a topic; returns how many mistakes it holds.
fn topic(text: &str) -> usize {
    let cases = cases(text);
    let failures: String = cases.iter().map(failures).collect();
    assert!(failures.is_empty(), "{failures}");
    cases.iter().map(|case| case.expected.len()).sum()
}

macro_rules! topics {
    ($($name:ident >= $least:literal),+ $(,)?) => {
        $(
            #[test]
            fn $name() {
                let count = topic(include_str!(concat!("../mistakes/", stringify!($name), ".md")));
                assert!(count >= $least, "only {count} mistakes were read");
            }
        )+
    };
}

topics!(
    keep >= 40,
    spelling >= 30,
    names >= 40,
    text >= 40,
    types >= 15,
    sequence >= 25,
    config >= 15,
    catalog >= 20,
    yaml >= 5,
    shapes >= 90,
    strays >= 10,
    projects >= 4,
    unit_tests >= 40,
    rows >= 45,
    nested >= 30,
    access >= 30,
    habits >= 300,
    first_users >= 200,
    names_meant >= 25,
    causes >= 8,
    conditions >= 25,
    conversions >= 10,
    counting >= 25,
    lists >= 25,
    dialect_kit >= 5,
    import >= 12,
);

/// Replacements that name what the shop doesn't have, or that stand for any value.
const PLACEHOLDERS: &[&str] = &[
    "exists(country)",
    "not exists(ordered)",
    "orders >= 3",
    "days_between(from, to)",
    "(a or b) and not (a and b)",
    "name contains any (\"x\", \"y\")",
    "lower(x)",
    "length(x)",
];

/// Where a replacement may be.
const PLACES: &[&str] = &[
    "where @",
    "@",
    "where signed_up_at > @",
    "where signed_up_at @",
    "where signed_up_at during @",
    "where credit_limit > @",
    "where credit_limit @ 3",
    "where birthday @",
    "where name = @",
    "where @ > 3",
    "where count(@) > 3",
    "where count@ > 3",
    "where count(orders where @) > 3",
    "where count(orders where @ > 3) > 3",
    "where country = \"US\" @ plan = \"free\"",
];

/// What a help says to write can be pasted: at one of the places it checks without an error.
#[test]
fn suggested_code_is_valid() {
    let cases = cases(include_str!("../mistakes/habits.md"));
    let parts = cases.iter().flat_map(|case| &case.expected).map(|expected| expected.part.as_str());
    let texts: Vec<&str> = parts
        .filter_map(|part| part.strip_prefix("write `")?.split('`').next())
        .filter(|text| !text.contains('…') && !PLACEHOLDERS.contains(text))
        .filter(|text| !["segment ", "trait ", "param "].iter().any(|head| text.starts_with(head)))
        .collect();
    let mut file = String::from("segment vips on customer { }\n");
    for (at, text) in texts.iter().enumerate() {
        for (place, shape) in PLACES.iter().enumerate() {
            let clause = shape.replace('@', text);
            let _ = writeln!(file, "segment s{at}_{place} on customer {{ {clause} }}");
        }
    }
    let (session, found) = open_files(&project(&with_segments(file)), &Options::default());
    let errors = found.iter().filter(|problem| problem.severity == Severity::Error);
    let lines: Vec<u32> = errors.filter_map(|problem| Some(place(&session.sources, problem)?.1)).collect();
    let first_line = |at: usize| u32::try_from(2 + at * PLACES.len()).expect("a small file");
    let is_clean = |at: usize| (first_line(at)..first_line(at + 1)).any(|line| !lines.contains(&line));
    let wrong: Vec<&str> = (0..texts.len()).filter(|&at| !is_clean(at)).map(|at| texts[at]).collect();
    assert!(
        wrong.is_empty() && texts.len() >= 150,
        "{} were tried, these can't be written: {wrong:#?}",
        texts.len()
    );
}

/// What no fixture can hold: sizes, bytes and depths. Nothing panics, each is one problem.
#[test]
fn oversized_input_is_rejected() {
    let of = |condition: String| format!("segment s on customer {{ where {condition} }}");
    let deep = 100_000;
    let traits = |first: &str, step: fn(usize) -> String, count: usize| {
        let steps: String = (1..=count).map(step).collect();
        format!("trait t0 on customer = {first}\n{steps}segment s on customer {{ where t{count} > 3 }}")
    };
    let twice = |at: usize| format!("trait t{at} on customer = t{0} + t{0}\n", at - 1);
    let more = |at: usize| format!("trait t{at} on customer = t{} + 1\n", at - 1);
    let plus = |count| of(format!("{} > 3", vec!["credit_limit"; count].join(" + ")));
    let circle =
        (0..3_000).map(|at| format!("segment s{at} on customer extends s{} {{ }}\n", (at + 1) % 3_000));
    for (what, text, code) in [
        ("open parentheses", of("(".repeat(deep)), "SEG105"),
        ("parentheses", of(format!("{}plan = \"free\"{}", "(".repeat(deep), ")".repeat(deep))), "SEG105"),
        ("a long sum", plus(20_000), "SEG105"),
        ("a trait that doubles", traits("credit_limit", twice, 60), "SEG337"),
        ("a chain of traits", traits("credit_limit", more, 5_000), "SEG336"),
        ("a long circle", circle.collect(), "SEG315"),
    ] {
        let (_, found) = open_files(&project(&with_segments(text)), &Options::default());
        let codes: Vec<&str> = found.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, [code], "{what}");
    }
}

/// What is large and right.
#[test]
fn large_valid_input_is_accepted() {
    let of = |condition: String| format!("segment s on customer {{ where {condition} }}");
    let terms: Vec<String> = (0..5_000).map(|at| format!("credit_limit > {at}")).collect();
    let chain = (1..2_000).map(|at| format!("segment s{at} on customer extends s{} {{ }}\n", at - 1));
    for (what, text) in [
        ("or", of(terms.join(" or "))),
        ("and", of(terms.join(" and "))),
        ("not", of(format!("{}unsubscribed", "not ".repeat(50_000)))),
        ("a long text", of(format!("email = \"{}\"", "x".repeat(1_000_000)))),
        ("a chain of segments", format!("segment s0 on customer {{ }}\n{}", chain.collect::<String>())),
        (
            "windows and byte order mark",
            "\u{feff}segment s on customer {\r\n\twhere email = \"😀\"\r\n}\r\n".to_owned(),
        ),
    ] {
        let (session, found) = open_files(&project(&with_segments(text)), &Options::default());
        assert!(found.is_empty(), "{what}: {found:?}");
        let all = session.select(&[]).expect("every segment");
        let (plan, found) = session.plan("duckdb", &all, &Options::default());
        assert!(plan.is_some() && found.is_empty(), "{what}: {found:?}");
    }
}

/// Words of SQL are names like any other.
#[test]
fn sql_keywords_can_be_names() {
    let catalog = r#"
entities:
  select:
    table: [db, "my schema", "Group \"x\""]
    key: order
    time: from
    fields:
      order: integer
      group: { type: string, column: "a \"b\" c`d" }
      from: timestamp
      table: integer
      and: integer
    links:
      join: { to: union, many: true, on: { order: select } }
  union:
    table: a.b.c
    key: [select, having]
    fields: { select: integer, having: string, limit: integer }
"#;
    let segments = r#"
segment order on select { where group = "x" and table > 3 and `and` = 3 }
segment select on select extends order { where sum(join.limit where having = "x") > 3 }
segment group on select { where from during last 3 days and not in segment order }
"#;
    let case = Case {
        files: vec![
            ("catalog/words.yml".to_owned(), catalog.to_owned()),
            ("segments/words.seg".to_owned(), segments.to_owned()),
            ("segc.yml".to_owned(), "name: words".to_owned()),
        ],
        ..Case::default()
    };
    let (session, found) = open_files(&project(&case), &Options::default());
    assert!(found.is_empty(), "{found:?}");
    for target in session.targets() {
        for segment in session.select(&[]).expect("every segment") {
            let sql = session.select_sql(&target, segment, &Options::default()).expect("it has SQL");
            assert!(sql.contains("order"), "{sql}");
        }
    }
}

#[test]
fn invalid_utf8_is_reported() {
    for bytes in
        [&b"segment s on customer { where email = \"Fran\xe7ais\" }"[..], b"\xff\xfes\0e\0g\0", b"\x80"]
    {
        let files = project(&with_segments(String::new())).with("segments/b.seg", bytes);
        let (_, found) = open_files(&files, &Options::default());
        let codes: Vec<&str> = found.iter().map(|problem| problem.code).collect();
        assert!(codes.contains(&"SEG002"), "{codes:?}");
    }
}

fn with_segments(text: String) -> Case {
    Case { files: vec![("segments/a.seg".to_owned(), text)], ..Case::default() }
}

/// The same as the program's user meets it.
mod program {
    use std::path::Path;

    #[expect(clippy::disallowed_methods, reason = "a test writes and reads a project")]
    fn write(path: &Path, text: &str) {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        std::fs::write(path, text).expect("it can be written");
    }

    /// Exit code and stderr; whatever it was given, the program does not panic.
    fn segc(folder: &Path, arguments: &[&str]) -> (i32, String) {
        let output = assert_cmd::Command::cargo_bin("segc")
            .expect("the program is built")
            .current_dir(folder)
            .args(arguments)
            .output()
            .expect("it runs");
        let err = String::from_utf8(output.stderr).expect("text is UTF-8");
        assert!(!err.contains("panicked"), "{arguments:?}: {err}");
        (output.status.code().expect("it ends by itself"), err)
    }

    fn project() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert_eq!(segc(folder.path(), &["init"]).0, 0);
        folder
    }

    /// Every file below a folder with its content.
    #[expect(clippy::disallowed_methods, reason = "a test reads what was written")]
    fn content(folder: &Path) -> Vec<(String, Vec<u8>)> {
        let files = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().filter_map(Result::ok);
        let files = files.filter(|entry| entry.file_type().is_file());
        files
            .map(|entry| (entry.path().display().to_string(), std::fs::read(entry.path()).expect("a file")))
            .collect()
    }

    #[test]
    fn errors_leave_the_previous_build_unchanged() {
        let folder = project();
        assert_eq!(segc(folder.path(), &["compile"]).0, 0);
        let before = content(&folder.path().join("target"));
        assert!(!before.is_empty());
        write(&folder.path().join("segments/bad.seg"), "segment bad on customer { where contry = \"US\" }");
        for arguments in [&["compile"][..], &["compile", "bad"], &["run"], &["check"]] {
            let (code, err) = segc(folder.path(), arguments);
            assert_eq!(code, 1, "{arguments:?}: {err}");
            assert!(err.contains("SEG303") && err.contains("did you mean `country`?"), "{err}");
        }
        assert_eq!(content(&folder.path().join("target")), before);
    }

    #[test]
    fn wrong_usage_exits_with_2() {
        let folder = project();
        for (arguments, code) in [
            (&["compile", "--as-of", "nonsense"][..], "SEG812"),
            (&["compile", "--as-of", "2026-01-01T00:00"], "SEG812"),
            (&["compile", "--target", "postgers"], "SEG814"),
            (&["compile", "--select", "nobody"], "SEG801"),
            (&["compile", "--select", "tag:nothing"], "SEG802"),
            (&["compile", "--param", "nothing"], "SEG810"),
            (&["check", "--tier", "gold"], "SEG804"),
            (&["check", "-C", "nowhere"], "SEG813"),
            (&["check", "-C", "segc.yml"], "SEG813"),
            (&["run", "--target", "postgres"], "SEG815"),
            (&["catalog", "custmer"], "SEG821"),
            (&["explain", "SEG999"], "SEG820"),
            (&["compile", "--out", "segc.yml"], "SEG818"),
        ] {
            let (exit, err) = segc(folder.path(), arguments);
            assert_eq!(exit, 2, "{arguments:?}: {err}");
            assert!(err.contains(code) && err.contains("help:"), "{arguments:?}: {err}");
        }
        assert!(!folder.path().join("target").exists());
    }

    #[test]
    fn a_foreign_folder_stops_all_targets() {
        let folder = project();
        let letter = folder.path().join("target/duckdb/letter.txt");
        write(&letter, "dear");
        let (exit, err) = segc(folder.path(), &["compile"]);
        assert!(exit == 2 && err.contains("SEG817"), "{exit}: {err}");
        let files = content(&folder.path().join("target"));
        assert_eq!(files.len(), 1, "{files:?}");
    }

    #[test]
    fn invalid_data_exits_with_3() {
        for (text, code) in [("", "SEG706"), ("customer_id,emali\n", "SEG706"), ("\u{0}\u{1}\u{2}", "SEG706")]
        {
            let folder = project();
            write(&folder.path().join("data/customers.csv"), text);
            let (exit, err) = segc(folder.path(), &["run"]);
            assert_eq!(exit, 3, "{text:?}: {err}");
            assert!(err.contains(code) && err.contains("help:"), "{text:?}: {err}");
        }
    }

    #[test]
    fn folders_in_place_of_files_are_reported() {
        let folder = project();
        write(&folder.path().join("segments/folder.seg/inner.seg"), "segment inner on customer { }");
        write(&folder.path().join("catalog/folder.yml/inner.yml"), "entities: { customer: 3 }");
        let (exit, err) = segc(folder.path(), &["check"]);
        assert!(exit == 1 && err.contains("catalog/folder.yml/inner.yml"), "{exit}: {err}");
    }
}
