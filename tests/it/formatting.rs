//! `segc fmt`: the program, and the laws for random programs.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use segc::api::{Options, open_files};
use segc::check::canonical;
use segc::check::hir::Hir;
use segc::diagnostic::{Diagnostics, SourceId};
use segc::project::Memory;

use crate::agreement::case::Cases;
use crate::support::tape::Tape;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn formatted(text: &str) -> String {
    let mut problems = Diagnostics::new();
    let out = segc::api::format(SourceId(0), text, &mut problems);
    out.unwrap_or_else(|| panic!("{text}\n{problems:#?}"))
}

/// The segments that segc gives to users are formatted, and what is generated is, too.
#[test]
fn the_segments_of_the_examples_are_formatted() {
    let mut count = 0;
    for folder in ["examples", "catalog"] {
        for entry in walkdir::WalkDir::new(root().join(folder)) {
            let path = entry.expect("the folder can be read").into_path();
            if path.extension().is_some_and(|ending| ending == "seg") {
                let text = std::fs::read_to_string(&path).expect("a text");
                assert_eq!(formatted(&text), text, "run `segc fmt examples catalog`: {}", path.display());
                count += 1;
            }
        }
    }
    assert!(count > 20, "only {count}");
}

/// A text in pieces, each of them in quotes (true) or not.
fn quoted(text: &str) -> Vec<(&str, bool)> {
    let (mut start, mut quote, mut escaped) = (0, None, false);
    let mut pieces = Vec::new();
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(_), _) if escaped => escaped = false,
            (Some(open), '\\') if open != '`' => escaped = true,
            (Some(open), c) if c == open => {
                quote = None;
                pieces.push((&text[start..=at], true));
                start = at + 1;
            }
            (None, '"' | '\'' | '`') => {
                quote = Some(c);
                pieces.push((&text[start..at], false));
                start = at;
            }
            _ => {}
        }
    }
    pieces.push((&text[start..], quote.is_some()));
    pieces
}

/// A text without quotes whose segments and traits, such as `s07` and `t3`, have longer names.
fn renamed(text: &str, width: usize) -> String {
    let is_ours = |name: &str| {
        name.starts_with(['s', 't']) && name.len() > 1 && name[1..].bytes().all(|b| b.is_ascii_digit())
    };
    let words = text.split_inclusive(|c: char| c != '_' && !c.is_ascii_alphanumeric());
    let longer = |word: &str| {
        let name = word.trim_end_matches(|c: char| c != '_' && !c.is_ascii_alphanumeric());
        let more = if is_ours(name) { "_".repeat(width) } else { String::new() };
        format!("{name}{more}{}", &word[name.len()..])
    };
    words.map(longer).collect()
}

/// A program with other space, comments with numbers, and names of other lengths.
fn sprinkled(text: &str, tape: &mut Tape<'_>, wild: bool) -> (String, usize) {
    let (mut out, mut comments) = (String::new(), 0);
    let width = tape.below(30);
    for (piece, in_quotes) in quoted(text) {
        if in_quotes {
            out.push_str(piece);
            continue;
        }
        for (at, part) in renamed(piece, width).split([' ', '\n']).enumerate() {
            match tape.below(if wild { 24 } else { 200 }) {
                _ if at == 0 => {}
                0 => out.push_str("\n\n\n"),
                1 => out.push('\n'),
                2 => out.push_str("\r\n\t"),
                one @ (3 | 4) => {
                    out.push_str(&format!("{}#c{comments}#\n", if one == 3 { "\n\n" } else { " " }));
                    comments += 1;
                }
                _ => out.push(' '),
            }
            out.push_str(part);
        }
    }
    (out, comments)
}

/// What a file means: the checked tree, without places.
fn meaning(hir: &Hir) -> Vec<String> {
    let traits = hir.traits.iter().map(|one| canonical::computed(hir, one));
    traits.chain(hir.iter().map(|(_, segment)| canonical::segment(hir, segment))).collect()
}

/// The words of a text, without space, comments, and what the formatter may leave out.
fn words(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(|line| line.split("#c").next().unwrap_or_default()).collect();
    lines.concat().chars().filter(|c| !c.is_whitespace() && !matches!(c, '(' | ')' | ',')).collect()
}

#[test]
fn random_programs_are_formatted_by_the_laws() {
    let cases = std::env::var("SEGC_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000);
    let mut done = 0;
    for (number, case) in Cases::new(7).enumerate() {
        let bytes: Vec<u8> =
            (0..4_000_usize).map(|at| (at * at * 31 + at * 7 + number * 101) as u8).collect();
        let mut tape = Tape::new(&bytes);
        let before = case.items.join("\n\n");
        let (text, comments) = sprinkled(&before, &mut tape, number % 2 == 0);
        let once = formatted(&text);
        assert_eq!(formatted(&once), once, "formatted twice:\n{text}");
        assert_eq!(words(&once), words(&text), "the words of:\n{text}\nformatted:\n{once}");
        let numbers: Vec<usize> = once
            .match_indices("#c")
            .filter_map(|(at, _)| once[at + 2..].split('#').next().and_then(|number| number.parse().ok()))
            .collect();
        assert_eq!(
            numbers,
            (0..comments).collect::<Vec<_>>(),
            "the comments of:\n{text}\nformatted:\n{once}"
        );
        let session = |segments: &str| {
            let files = Memory::new()
                .with("segc.yml", case.settings.clone())
                .with("catalog/world.yml", case.world.catalog())
                .with("segments/random.seg", segments);
            let (session, problems) = open_files(&files, &Options::default());
            assert!(!problems.has_errors(), "{segments}\n{problems:#?}");
            session
        };
        assert_eq!(
            meaning(session(&once).hir()),
            meaning(session(&text).hir()),
            "{text}\nformatted:\n{once}"
        );
        done += case.items.len();
        if done >= cases {
            break;
        }
    }
}

fn segc(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let out = Command::new(env!("CARGO_BIN_EXE_segc")).args(args).current_dir(folder).output();
    said(&out.expect("it runs"))
}

fn said(out: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text is UTF-8");
    (out.status.code().expect("it ends by itself"), text(&out.stdout), text(&out.stderr))
}

fn piped(args: &[&str], input: &[u8]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_segc"));
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it runs");
    std::io::Write::write_all(&mut child.stdin.take().expect("stdin"), input).expect("it reads");
    said(&child.wait_with_output().expect("it ends"))
}

const UGLY: &str = "segment a on c{where x=1 # one\r\n}";
const PRETTY: &str = "segment a on c {\n  where x = 1 # one\n}\n";

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    };
    write("segc.yml", "name: a\n");
    write("segments/ugly.seg", UGLY);
    write("segments/deep/fine.seg", PRETTY);
    write("segments/wrong.seg", "segment b on c {where x == 1}\n");
    write("segments/.hidden.seg", UGLY);
    write("other.seg", UGLY);
    folder
}

fn read(folder: &Path, path: &str) -> String {
    std::fs::read_to_string(folder.join(path)).expect("a file")
}

#[test]
fn the_project_is_formatted_in_place() {
    let project = project();
    let at = project.path();
    let modified = || std::fs::metadata(at.join("segments/deep/fine.seg")).and_then(|data| data.modified());
    let before = modified().expect("a time");
    // A file with an error is reported and stays, and the others are formatted.
    let (code, out, err) = segc(at, &["fmt"]);
    assert_eq!((code, out.as_str()), (1, "formatted segments/ugly.seg\n"), "{err}");
    assert!(err.contains("segments/wrong.seg:1:") && err.matches("error").count() == 1, "{err}");
    assert_eq!(read(at, "segments/ugly.seg"), PRETTY);
    assert_eq!(read(at, "segments/wrong.seg"), "segment b on c {where x == 1}\n");
    assert_eq!((read(at, "other.seg"), read(at, "segments/.hidden.seg")), (UGLY.to_owned(), UGLY.to_owned()));
    assert_eq!(modified().expect("a time"), before, "a file that is formatted isn't written");
    std::fs::remove_file(at.join("segments/wrong.seg")).expect("it is there");
    let (code, out, err) = segc(&at.join("segments/deep"), &["fmt", "--check"]);
    assert_eq!((code, out.as_str(), err.as_str()), (0, "", "all 2 files are formatted\n"));
    let left = std::fs::read_dir(at.join("segments")).expect("a folder").count();
    assert_eq!(left, 3, "nothing else is left in the folder");
}

#[test]
fn a_check_writes_nothing_and_exits_with_1() {
    let project = project();
    let at = project.path();
    std::fs::remove_file(at.join("segments/wrong.seg")).expect("it is there");
    let (code, out, err) = segc(at, &["fmt", "--check", ".", "other.seg", "./other.seg"]);
    assert_eq!(
        (code, out.as_str(), err.as_str()),
        (1, "would format segments/ugly.seg\nwould format other.seg\n", "")
    );
    let (code, out, err) = segc(at, &["fmt", "--diff", "segments"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.starts_with("--- a/segments/ugly.seg\n+++ b/segments/ugly.seg\n@@ "), "{out}");
    assert!(out.contains("\n+  where x = 1 # one\n"), "{out}");
    assert_eq!(segc(at, &["fmt", "--diff", "--check", "segments"]).0, 1);
    assert_eq!(read(at, "segments/ugly.seg"), UGLY);
    let (code, _, err) = segc(at, &["fmt", "no-such.seg"]);
    assert!(code == 2 && err.contains("SEG873") && err.contains("`no-such.seg`"), "{err}");
    let (code, _, err) = segc(at, &["fmt", "-", "other.seg"]);
    assert!(code == 2 && err.contains("SEG879"), "{err}");
    std::fs::write(at.join("latin.seg"), b"# \xe9\n").expect("a file");
    let (code, _, err) = segc(at, &["fmt", "latin.seg", "other.seg"]);
    assert!(code == 2 && err.contains("SEG873"), "{err}");
    assert_eq!(read(at, "other.seg"), PRETTY);
}

#[test]
fn stdin_is_formatted_to_stdout() {
    assert_eq!(piped(&["fmt", "-"], UGLY.as_bytes()), (0, PRETTY.to_owned(), String::new()));
    assert_eq!(piped(&["fmt", "-", "--check"], PRETTY.as_bytes()), (0, String::new(), String::new()));
    assert_eq!(piped(&["fmt", "-", "--check"], UGLY.as_bytes()).0, 1);
    let (code, out, _) = piped(&["fmt", "--diff", "-"], UGLY.as_bytes());
    assert!(code == 0 && out.contains("+++ b/<stdin>"), "{out}");
    let (code, out, err) = piped(&["fmt", "-"], b"segment a on c { where (x }");
    assert!(code == 1 && out.is_empty() && err.contains("<stdin>:1:"), "{err}");
    assert_eq!(piped(&["fmt", "-"], b"\xff").0, 2);
}

/// A first format leaves what an import has written, so that the next import doesn't take it for changed by hand.
#[test]
fn imported_segments_are_formatted() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| std::fs::write(folder.path().join(path), text).expect("a file");
    write("segc.yml", "name: a\ntargets: { duckdb: {} }\n");
    write(
        "state.json",
        r#"{"segments": [
          {"id": 1, "name": "Pro users", "description": "In the plan", "constraints": [
            {"contextName": "plan", "operator": "IN", "values": ["pro", "enterprise", "a-plan-with-a-long-name", "another-plan-with-a-long-name", "last"]},
            {"contextName": "country", "operator": "NOT_IN", "values": ["DE", "FR"]},
            {"contextName": "email", "operator": "STR_ENDS_WITH", "values": ["@a.example", "@b.example"], "caseInsensitive": true}]},
          {"id": 2, "name": "Short", "constraints": [{"contextName": "plan", "operator": "IN", "values": ["pro"]}]}
        ]}"#,
    );
    let (code, _, err) =
        segc(folder.path(), &["import", "unleash", "state.json", "--write-catalog", "catalog/users.yml"]);
    assert_eq!(code, 0, "{err}");
    let (code, out, _) = segc(folder.path(), &["fmt", "--diff", "--check"]);
    assert_eq!((code, out.as_str()), (0, ""));
}
