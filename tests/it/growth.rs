//! Work grows with a project, not with its square. valgrind counts instructions, so the result is
//! the same on a busy machine. `make growth` runs it.

#[path = "../../benches/compile/kinds.rs"]
pub(crate) mod kinds;

use std::path::Path;
use std::process::Command;

use kinds::KINDS;
use rayon::prelude::*;

/// The sizes that are compared: what each segment costs from the first to the second, and from there
/// to the third. Every kind repeats itself after five segments.
const SIZES: [usize; 3] = [5, 20, 60];

/// The sizes of groups, whose five segments are on five levels: on one that has more than seven, a refresh copies
/// rows, which smaller projects don't do.
const SIZES_OF_GROUPS: [usize; 3] = [40, 60, 100];

/// By how much a segment may cost more in the larger project. Of work that grows with the square
/// this finds what doubles the time of a project of two thousand segments.
const MORE: f64 = 1.04;

#[test]
#[ignore = "takes minutes of work: `make growth` runs it"]
fn the_work_of_every_command_grows_linearly() {
    if !has_valgrind() {
        return;
    }
    let compiled = KINDS.iter().map(|kind| Case {
        name: format!("compile {}: {}", kind.name, kind.what),
        arguments: &["compile", "--target", "duckdb"],
        files: Box::new(|size| kind.files(size)),
        sizes: if kind.name == "groups" { SIZES_OF_GROUPS } else { SIZES },
    });
    let asked: [(&str, &'static [&'static str]); 5] = [
        ("ls", &["ls", "--format", "json"]),
        ("describe", &["describe", "--format", "json"]),
        ("plan", &["plan", "--format", "json"]),
        ("graph", &["graph", "--format", "json"]),
        ("check", &["check", "--format", "json"]),
    ];
    let asked = asked.into_iter().map(|(name, arguments)| Case {
        name: name.to_owned(),
        arguments,
        files: Box::new(|size| KINDS[1].files(size)),
        sizes: SIZES,
    });
    let wrong = [("people", "human"), ("programs", "sarif")].map(|(name, format)| Case {
        name: format!("problems for {name}"),
        arguments: if format == "human" { &["check"] } else { &["check", "--format", "sarif"] },
        files: Box::new(wrong_in_one_line),
        sizes: SIZES,
    });
    assert_growth(&compiled.chain(asked).chain(wrong).collect::<Vec<_>>());
}

/// What a shape is called, and its segments.
type Shape = (&'static str, fn(usize) -> String);

/// Shapes whose segments depend on one another, or that are one segment.
#[test]
#[ignore = "takes minutes of work: `make growth` runs it"]
fn shapes_of_projects_grow_linearly() {
    if !has_valgrind() {
        return;
    }
    let shapes: [Shape; 4] = [
        ("a chain of tables", chain),
        ("diamonds of tables, one upon the other", diamonds),
        ("conditions on one segment", conditions),
        ("memberships in one segment", memberships),
    ];
    let case = |(name, segments): Shape| Case {
        name: name.to_owned(),
        arguments: &["compile", "--target", "duckdb"],
        files: Box::new(move |size| {
            let mut files = KINDS[0].files(0);
            files.push(("segments/all.seg".to_owned(), segments(size)));
            files
        }),
        sizes: SIZES,
    };
    assert_growth(&shapes.map(case));
}

fn assert_growth(cases: &[Case<'_>]) {
    let costs: Vec<(String, f64)> = cases.par_iter().map(Case::growth).collect();
    costs.iter().for_each(|(name, growth)| println!("{growth:.3}  {name}"));
    let too_much: Vec<&(String, f64)> = costs.iter().filter(|(_, growth)| *growth > MORE).collect();
    assert!(
        too_much.is_empty(),
        "cost of a segment, larger by smaller project: {too_much:#?}\nof {costs:#?}"
    );
}

/// A command on projects of one kind.
struct Case<'a> {
    name: String,
    arguments: &'static [&'static str],
    files: Box<dyn Fn(usize) -> Vec<(String, String)> + Send + Sync + 'a>,
    sizes: [usize; 3],
}

impl Case<'_> {
    /// What a segment costs in the larger project, as a multiple of what it costs in the smaller.
    fn growth(&self) -> (String, f64) {
        let [first, second, third] = self.sizes.map(|size| {
            let folder = tempfile::tempdir().expect("a temporary folder");
            (self.files)(size).iter().for_each(|(path, text)| write(&folder.path().join(path), text));
            (size as f64, instructions(folder.path(), self.arguments))
        });
        let each = |from: (f64, f64), to: (f64, f64)| (to.1 - from.1) / (to.0 - from.0);
        (self.name.clone(), each(second, third) / each(first, second))
    }
}

/// The instructions that the program takes, with a thread at a time.
fn instructions(folder: &Path, arguments: &[&str]) -> f64 {
    let output = Command::new("valgrind")
        .args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"])
        .arg(env!("CARGO_BIN_EXE_segc"))
        .args(arguments)
        .env("RAYON_NUM_THREADS", "1")
        .env("COLUMNS", "100")
        .current_dir(folder)
        .output()
        .expect("valgrind runs");
    let err = String::from_utf8_lossy(&output.stderr);
    let count = err.lines().rev().find_map(|line| {
        let (before, count) = line.split_once("refs:")?;
        before.trim_end().ends_with('I').then(|| count.trim().replace(',', ""))
    });
    count.and_then(|count| count.parse().ok()).unwrap_or_else(|| panic!("valgrind counts nothing: {err}"))
}

/// Whether valgrind is there. Where everything is demanded, it must be.
fn has_valgrind() -> bool {
    let there =
        Command::new("valgrind").arg("--version").output().is_ok_and(|output| output.status.success());
    let demanded = std::env::var_os("CI").is_some();
    assert!(there || !demanded, "valgrind is missing, and CI demands it");
    if !there {
        eprintln!("SKIPPED: valgrind is missing, so nothing says how the work grows with a project");
    }
    there
}

/// A segment of one line that is wrong in a hundred places for each of its size.
fn wrong_in_one_line(size: usize) -> Vec<(String, String)> {
    let mut files = KINDS[0].files(0);
    let wrong: Vec<String> = (0..100 * size).map(|number| format!("zz{number} > 1")).collect();
    let text = format!("segment wrong on customer {{ where {} }}\n", wrong.join(" and "));
    files.push(("segments/wrong.seg".to_owned(), text));
    files
}

fn table(name: &str, condition: &str) -> String {
    format!("segment {name} on customer {{\n  materialize: incremental\n  where {condition}\n}}\n")
}

fn chain(size: usize) -> String {
    let one = |at: usize| match at {
        0 => table("c0", "country = \"X\""),
        _ => table(&format!("c{at}"), &format!("country = \"C{at}\" and in segment c{}", at - 1)),
    };
    (0..size).map(one).collect()
}

fn diamonds(size: usize) -> String {
    let one = |at: usize| {
        let (last, here) = (at - 1, at);
        table(&format!("l{here}"), &format!("plan = \"free\" and in segment d{last}"))
            + &table(&format!("r{here}"), &format!("plan = \"premium\" and in segment d{last}"))
            + &table(&format!("d{here}"), &format!("in segment l{here} or in segment r{here}"))
    };
    table("d0", "country = \"X\"") + &(1..=size).map(one).collect::<String>()
}

fn conditions(size: usize) -> String {
    let conditions: Vec<String> =
        (0..size).map(|at| format!("count(orders during last {} days) > {at}", 1 + at)).collect();
    table("all", &conditions.join("\n or "))
}

fn memberships(size: usize) -> String {
    let others: String =
        (0..size).map(|at| table(&format!("m{at}"), &format!("country = \"C{at}\""))).collect();
    let conditions: Vec<String> = (0..size).map(|at| format!("in segment m{at}")).collect();
    others + &table("all", &conditions.join(" or "))
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("it has a folder")).expect("the folder can be made");
    std::fs::write(path, text).expect("the file can be written");
}
