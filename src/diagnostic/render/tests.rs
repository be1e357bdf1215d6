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
fn problems_show_their_excerpt_and_help() {
    insta::assert_snapshot!(human("segment a on customer {\n  where contry = \"US\"\n}\n", "contry"));
}

#[test]
fn underlines_align_below_tabs_and_wide_characters() {
    insta::assert_snapshot!(human("\twhere name = \"🎉é\" and contry = 1\n", "contry"));
}

#[test]
fn crlf_ends_a_line() {
    let text = human("segment a on customer {\r\n  where contry = 1\r\n}\r\n", "contry");
    assert!(!text.contains('\r') && text.contains("[shop/segments/a.seg:2:9]"), "{text}");
}

#[test]
fn spans_of_several_lines_are_drawn_completely() {
    insta::assert_snapshot!(human(
        "where contry = 1\n  and plan\n  = 2\n  and x\n",
        "contry = 1\n  and plan\n  = 2\n"
    ));
}

#[test]
fn spans_of_many_lines_show_the_first() {
    let body = "  x\n".repeat(40);
    let text = human(&format!("segment a {{\n{body}}}\n"), &format!("segment a {{\n{body}}}"));
    assert!(text.lines().count() < 12, "{text}");
    assert!(text.contains("segment a {"), "{text}");
}

#[test]
fn the_end_of_a_file_can_be_underlined() {
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
fn spans_inside_a_character_are_harmless() {
    let mut sources = Sources::default();
    let id = sources.add("a.seg", "🎉🎉");
    for format in [Format::Human, Format::Json, Format::Github, Format::Sarif] {
        assert!(!shown(format, &sources, vec![problem(Some(Span::new(id, 1, 6)))]).is_empty());
        assert!(!shown(format, &sources, vec![problem(Some(Span::new(SourceId(9), 1, 6)))]).is_empty());
    }
}

#[test]
fn control_characters_are_escaped() {
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
fn json_writes_one_object_per_line() {
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
fn sarif_contains_rules_and_results() {
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
fn the_summary_counts_errors_and_warnings() {
    let warning = Diagnostic { severity: Severity::Warning, ..problem(None) };
    let all = vec![problem(None), warning.clone(), problem(None)];
    assert_eq!(summary(&all.into()).as_deref(), Some("2 errors, 1 warning"));
    assert_eq!(summary(&vec![warning].into()).as_deref(), Some("1 warning"));
    assert_eq!(summary(&Diagnostics::new()), None);
}

/// What is underlined: the characters above the marks.
fn underlined(text: &str) -> String {
    let lines: Vec<Vec<char>> = text.lines().map(|line| line.chars().collect()).collect();
    let marked = |pair: &[Vec<char>]| -> String {
        let is_mark = |c: char| matches!(c, '─' | '┬');
        let marks = pair[1].iter().zip(&pair[0]).skip(4);
        marks.filter(|&(&mark, &above)| is_mark(mark) && !is_mark(above)).map(|(_, c)| *c).collect()
    };
    lines.windows(2).filter(|pair| pair[1].contains(&'·')).map(marked).collect()
}

#[test]
fn long_lines_are_cut_around_the_span() {
    let list: String = (0..7_000).map(|number| format!("\"{number:06}\", ")).collect();
    let text = format!("segment s on user {{\n  where plan in ({list}\"x\") and contry = 1 }}\n");
    insta::assert_snapshot!(human(&text, "contry"));
}

#[test]
fn spans_are_shown_at_any_place_of_any_long_line() {
    // Around the length at which a line is cut, around the stride of counted characters, and beyond
    // what a column of miette can be.
    for before in [0, 49, 50, 51, 140, 149, 150, 199, 200, 201, 4_000, 4_095, 4_096, 4_097, 8_192, 70_000] {
        for after in [0, 1, 43, 44, 50, 200, 5_000] {
            for end in ["", "\n", "\r\n", "\nx\n"] {
                let text = format!("{}contry{}{end}", " ".repeat(before), ";".repeat(after));
                let shown = human(&text, "contry");
                assert_eq!(underlined(&shown), "contry", "{before} {after} {end:?}:\n{shown}");
                let column = before + 1;
                assert!(shown.contains(&format!("[shop/segments/a.seg:1:{column}]")), "{shown}");
                let width = shown.lines().map(|line| line.chars().count()).max();
                assert!(width < Some(220), "{width:?}");
            }
        }
    }
}

#[test]
fn long_lines_are_cut_correctly_with_wide_characters_and_tabs() {
    for unit in ["🎉", "é", "\t", "\u{202e}", "\u{1b}", "\u{0}", "字"] {
        let shown = human(&format!("{}contry = 1\n", unit.repeat(70_000)), "contry");
        assert!(shown.contains("[shop/segments/a.seg:1:70001]"), "{unit:?}:\n{shown}");
        assert!(shown.contains("contry = 1") && shown.contains("──────"), "{unit:?}:\n{shown}");
        assert!(!shown.contains(['\u{1b}', '\u{202e}', '\u{0}']), "{unit:?}:\n{shown}");
    }
}

#[test]
fn two_spans_of_a_long_line_are_drawn_together() {
    let text = format!("first{}second{}", " ".repeat(30_000), "x".repeat(30_000));
    let (sources, span) = file("a.seg", &text, "second");
    let label = Label { span: Span::new(span.source, 0, 5), text: "defined here".to_owned() };
    let shown =
        shown(Format::Human, &sources, vec![Diagnostic { labels: vec![label], ..problem(Some(span)) }]);
    assert_eq!(underlined(&shown), "firstsecond", "{shown}");
    assert!(shown.contains("a.seg:1:30006]") && shown.contains("defined here"), "{shown}");
}

#[test]
fn long_spans_are_drawn_by_their_ends() {
    let text = format!("where {} = 1", "x".repeat(70_000));
    let shown = human(&text, &"x".repeat(70_000));
    let marked = underlined(&shown);
    assert!(marked.starts_with("xxx") && marked.ends_with("xxx") && marked.contains('…'), "{shown}");
}

#[test]
fn lines_between_distant_spans_are_omitted() {
    let text = format!("first\n{}second\nend\n", "between\n".repeat(1_000));
    let (sources, span) = file("a.seg", &text, "second");
    let label = Label { span: Span::new(span.source, 0, 5), text: "defined here".to_owned() };
    let shown =
        shown(Format::Human, &sources, vec![Diagnostic { labels: vec![label], ..problem(Some(span)) }]);
    assert_eq!(underlined(&shown), "firstsecond", "{shown}");
    assert_eq!(shown.matches("between").count(), 2, "{shown}");
    assert!(shown.contains(" 1002 │ second"), "{shown}");
}

#[test]
fn long_lists_show_the_first_errors_to_people() {
    let (sources, span) = file("a.seg", "contry\n", "contry");
    let warning = |number| Diagnostic {
        severity: Severity::Warning,
        message: format!("warning {number}."),
        ..problem(Some(span))
    };
    let error = |number| Diagnostic { message: format!("error {number}."), ..problem(Some(span)) };
    let all: Vec<Diagnostic> = (0..90).flat_map(|number| [warning(number), error(number)]).collect();
    let text = shown(Format::Human, &sources, all.clone());
    assert_eq!(text.matches("error ").count(), 90, "{text}");
    assert_eq!(text.matches("warning ").count(), 10, "{text}");
    let end = "80 more not shown; `--message-format json` shows all of them\n90 errors, 90 warnings\n";
    assert!(text.ends_with(end), "{text}");
    assert_eq!(shown(Format::Json, &sources, all).lines().count(), 180);
    let few = shown(Format::Human, &sources, (0..100).map(error).collect());
    assert!(few.contains("error 99.") && !few.contains("more not shown"), "{few}");
}
