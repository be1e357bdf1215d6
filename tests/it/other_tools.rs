//! The tables in the language reference that translate other tools' terms: they contain every term
//! of those tools, and the conformance cases execute every segment shown.

use std::collections::BTreeSet;

/// A line of a table: what it is called elsewhere, and what is written here.
struct Row {
    there: String,
    codes: Vec<String>,
    /// Codes beside the column for segc: other ways to write it.
    more: Vec<String>,
}

fn read(path: &str) -> String {
    std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).expect("the file is there")
}

/// What is between backticks.
fn codes(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The lines of all tables below a heading of the third level.
fn rows(title: &str) -> Vec<Row> {
    let reference = read("docs/language.md");
    let (_, section) = reference.split_once(&format!("\n### {title}\n")).expect("there is the section");
    let section = section.split("\n##").next().unwrap_or_default();
    let mut rows = Vec::new();
    let mut written = None;
    for line in section.lines() {
        let Some(inner) = line.strip_prefix("| ").and_then(|line| line.strip_suffix('|')) else {
            written = written.filter(|_| line.starts_with("|-"));
            continue;
        };
        let cells: Vec<&str> = inner.split('|').map(str::trim).collect();
        match written {
            None => written = cells.iter().position(|cell| *cell == "in segc"),
            Some(at) => rows.push(Row {
                there: cells[0].to_owned(),
                codes: codes(cells[at]),
                more: cells[at + 1..].iter().flat_map(|cell| codes(cell)).collect(),
            }),
        }
    }
    rows
}

/// The cases of a conformance file, without what they expect.
fn cases(file: &str) -> BTreeSet<String> {
    let text = read(&format!("tests/conformance/{file}"));
    text.lines().map(|line| line.split("#=").next().unwrap_or_default().trim().to_owned()).collect()
}

/// Whether a text beside the column is a condition, not a name or a part of one.
fn is_whole(code: &str, file: &str) -> bool {
    let first = |text: &str| text.split(|c: char| !c.is_alphanumeric() && c != '_').next().map(str::to_owned);
    code.contains(' ') && cases(file).iter().any(|case| first(case) == first(code))
}

fn proved(title: &str, file: &str, names: &[&str]) {
    let rows = rows(title);
    let cases = cases(file);
    for row in &rows {
        assert!(!row.codes.is_empty(), "{title}: `{}` shows nothing", row.there);
        let more = row.more.iter().filter(|code| is_whole(code, file));
        for code in row.codes.iter().chain(more) {
            assert!(cases.contains(code), "{title}: {file} does not execute `{code}`");
        }
    }
    let known: BTreeSet<String> = rows.iter().flat_map(|row| codes(&row.there)).collect();
    for name in names {
        assert!(known.contains(*name), "{title}: nothing says how `{name}` is written");
    }
}

#[test]
fn flag_documents_have_conformance_cases() {
    let names = "eq ne gt gte lt lte in not_in contains not_contains starts_with ends_with matches semver_eq \
                 semver_gt semver_gte semver_lt semver_lte date_before date_after in_segment not_in_segment \
                 parent_segment_id enabled name description conditions";
    proved("Feature flags", "flag-document.md", &names.split_whitespace().collect::<Vec<_>>());
}

#[test]
fn rule_groups_have_conformance_cases() {
    let names = [
        // Objects.
        "event session user people revealed-company web-conversion crm-lead crm-contact crm-account \
         crm-parent-account crm-opportunity crm-quote crm-order crm-contract crm-campaign crm-event",
        // Focuses.
        "property metric web-conversion-event ecommerce-event sales-conversion-event relationship other-event",
        // Field types.
        "dimension metric custom conversion sales-conversion ecommerce trigger crm-lifetime-count date \
         multi-value boolean number intent subKey subKeyLv2",
        // Conditions, groups, ranges.
        "equals contains include exclude conjunction embeddedSegmentId status lifetime-of-the-object \
         previous-period specific-date-range",
    ];
    let names: Vec<&str> = names.iter().flat_map(|line| line.split_whitespace()).collect();
    proved("Rule groups of analytics", "analytics-document.md", &names);
}

#[test]
fn service_requirements_have_conformance_cases() {
    proved("Segment services", "service-documents.md", &[]);
}

/// Every table of the cookbook shows what the conformance file above it executes.
#[test]
fn cookbook_recipes_have_conformance_cases() {
    let page = read("docs/cookbook.md");
    let mut files = 0;
    for section in page.split("\n## ").skip(1) {
        let Some(file) =
            section.split("(../tests/conformance/").nth(1).and_then(|rest| rest.split(')').next())
        else {
            continue;
        };
        files += 1;
        let cases = cases(file);
        for line in section.lines().filter(|line| line.starts_with("| ")).skip(1) {
            let (there, here) = line[2..].split_once(" | ").expect("two columns");
            let here: Vec<String> = codes(&here.replace("\\|", "|"));
            assert!(!here.is_empty(), "nothing shows `{there}`");
            for code in here.iter().filter(|code| !code.starts_with("path:")) {
                assert!(cases.contains(code), "{file} does not execute `{code}`");
            }
        }
    }
    assert_eq!(files, 5, "the families");
}
