//! Problems as people and programs see them.

use serde_json::Value;

use super::super::{Diagnostic, Diagnostics, Label, Severity, SourceId, Sources, Span};
use super::{Format, Rendering, render, summary};

fn problem(span: Option<Span>) -> Diagnostic {
    Diagnostic {
        code: "SEG301",
        severity: Severity::Error,
        span,
        message: "`contry` is not a field of `customer`".to_owned(),
        help: Some("did you mean `country`?".to_owned()),
        labels: Vec::new(),
    }
}

/// A file and the span of `needle` in it.
fn file(path: &str, text: &str, needle: &str) -> (Sources, Span) {
    let mut sources = Sources::default();
    let id = sources.add(path, text);
    let start = text.find(needle).expect("the needle is in the text");
    (sources, Span::new(id, start, start + needle.len()))
}

fn shown(format: Format, sources: &Sources, diagnostics: Vec<Diagnostic>) -> String {
    let mut out = Vec::new();
    let rendering = Rendering { format, prefix: "shop/", ..Rendering::default() };
    render(&rendering, sources, &Diagnostics::from(diagnostics), &mut out).expect("a vector takes all");
    String::from_utf8(out).expect("text is UTF-8")
}

fn human(text: &str, needle: &str) -> String {
    let (sources, span) = file("segments/a.seg", text, needle);
    shown(Format::Human, &sources, vec![problem(Some(span))])
}

#[test]
fn a_problem_is_drawn_with_its_place_and_help() {
    insta::assert_snapshot!(human("segment a on customer {\n  where contry = \"US\"\n}\n", "contry"));
}

#[test]
fn tabs_and_wide_characters_stay_aligned() {
    insta::assert_snapshot!(human("\twhere name = \"🎉é\" and contry = 1\n", "contry"));
}

#[test]
fn windows_line_ends_are_line_ends() {
    let text = human("segment a on customer {\r\n  where contry = 1\r\n}\r\n", "contry");
    assert!(!text.contains('\r') && text.contains("[shop/segments/a.seg:2:9]"), "{text}");
}

#[test]
fn a_span_over_lines_is_drawn_whole() {
    insta::assert_snapshot!(human(
        "where contry = 1\n  and plan\n  = 2\n  and x\n",
        "contry = 1\n  and plan\n  = 2\n"
    ));
}

#[test]
fn a_long_span_shows_its_first_line() {
    let body = "  x\n".repeat(40);
    let text = human(&format!("segment a {{\n{body}}}\n"), &format!("segment a {{\n{body}}}"));
    assert!(text.lines().count() < 12, "{text}");
    assert!(text.contains("segment a {"), "{text}");
}

#[test]
fn the_end_of_a_file_can_be_shown() {
    for text in ["", "\n", "segment a on", "segment a on\n", "segment a on\r\n", "ü"] {
        let mut sources = Sources::default();
        let id = sources.add("a.seg", text);
        for (start, end) in [(text.len(), text.len()), (text.len() + 7, text.len() + 9), (0, text.len())] {
            let shown = shown(Format::Human, &sources, vec![problem(Some(Span::new(id, start, end)))]);
            assert!(shown.contains("[shop/a.seg:"), "{text:?} {start}..{end}:\n{shown}");
            assert!(!shown.contains("Failed to read"), "{text:?}:\n{shown}");
        }
    }
    insta::assert_snapshot!({
        let mut sources = Sources::default();
        let id = sources.add("a.seg", "segment a on customer {\n");
        shown(Format::Human, &sources, vec![problem(Some(Span::new(id, 24, 24)))])
    });
}

#[test]
fn a_span_inside_of_a_character_does_no_harm() {
    let mut sources = Sources::default();
    let id = sources.add("a.seg", "🎉🎉");
    for format in [Format::Human, Format::Json, Format::Github, Format::Sarif] {
        assert!(!shown(format, &sources, vec![problem(Some(Span::new(id, 1, 6)))]).is_empty());
        assert!(!shown(format, &sources, vec![problem(Some(Span::new(SourceId(9), 1, 6)))]).is_empty());
    }
}

#[test]
fn what_a_terminal_would_obey_is_not_passed_on() {
    let text = human("where \u{1b}[31m contry = \u{9b}1\n", "contry");
    assert!(!text.contains('\u{1b}') && !text.contains('\u{9b}'), "{text:?}");
}

/// A problem with a label in its own file and one in another.
fn linked() -> (Sources, Diagnostic) {
    let (mut sources, span) = file("segments/a.seg", "segment a on customer\n\nsegment A on customer\n", "A");
    let yaml = "entities:\n  customer:\n    key: [id]\n";
    let other = sources.add("catalog/shop.yml", yaml);
    let labels = vec![
        Label { span: Span::new(span.source, 8, 9), text: "first defined here".to_owned() },
        Label { span: Span::new(other, 12, 20), text: "the entity is declared here".to_owned() },
    ];
    (sources, Diagnostic { labels, ..problem(Some(span)) })
}

#[test]
fn labels_are_shown_in_every_file() {
    let (sources, diagnostic) = linked();
    let warning = Diagnostic { severity: Severity::Warning, help: None, ..problem(None) };
    insta::assert_snapshot!(shown(Format::Human, &sources, vec![diagnostic, warning]));
}

#[test]
fn json_is_one_object_a_line() {
    let (sources, diagnostic) = linked();
    let text = shown(Format::Json, &sources, vec![diagnostic, problem(None)]);
    insta::assert_snapshot!(text);
    for line in text.lines() {
        serde_json::from_str::<Value>(line).expect("every line is JSON");
    }
}

#[test]
fn columns_count_code_points() {
    let (sources, span) = file("a.seg", "x\r\n🎉é contry", "contry");
    let text = shown(Format::Json, &sources, vec![problem(Some(span))]);
    let line: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!((&line["line"], &line["column"], &line["endColumn"]), (&2.into(), &4.into(), &10.into()));
}

#[test]
fn github_commands_are_escaped() {
    let (sources, span) = file("segments/a,b:c%.seg", "contry\n", "contry");
    let diagnostic = Diagnostic { message: "100% of\r\n`a::b`".to_owned(), ..problem(Some(span)) };
    assert_eq!(
        shown(Format::Github, &sources, vec![diagnostic]),
        "::error file=shop/segments/a%2Cb%3Ac%25.seg,line=1,endLine=1,col=1,endColumn=7,title=SEG301\
         ::100%25 of%0D%0A`a::b`%0Ahelp: did you mean `country`?\n"
    );
}

#[test]
fn sarif_has_rules_and_results() {
    let (sources, diagnostic) = linked();
    static INFO: super::CodeInfo = super::CodeInfo {
        code: "SEG301",
        severity: Severity::Error,
        title: "unknown name",
        explanation: " A name that nothing answers to.\n",
    };
    let rendering = Rendering { format: Format::Sarif, rules: &[&INFO], ..Rendering::default() };
    let mut out = Vec::new();
    render(&rendering, &sources, &vec![diagnostic].into(), &mut out).expect("a vector takes all");
    let text = String::from_utf8(out).expect("text is UTF-8");
    serde_json::from_str::<Value>(&text).expect("JSON");
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    insta::assert_snapshot!(text.replace(&version, "\"version\": \"[version]\""));
}

#[test]
fn the_summary_counts() {
    let warning = Diagnostic { severity: Severity::Warning, ..problem(None) };
    let all = vec![problem(None), warning.clone(), problem(None)];
    assert_eq!(summary(&all.into()).as_deref(), Some("2 errors, 1 warning"));
    assert_eq!(summary(&vec![warning].into()).as_deref(), Some("1 warning"));
    assert_eq!(summary(&Diagnostics::new()), None);
}
