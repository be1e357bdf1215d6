//! Results of unit tests for programs.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde_json::{Value, json};

use crate::evaluate::Datum;
use crate::unittest::{Case, Expectation, Key, OtherValue, Outcome, Suite, Verdict};

/// Writes one JSON object per line and test, in the order of the files.
pub(super) fn json_lines(suite: &Suite, outcomes: &[Outcome], out: &mut dyn Write) -> io::Result<()> {
    for (case, outcome) in cases(suite, outcomes) {
        let pairs = case.expectations.iter().zip(&outcome.verdicts);
        let segments: Vec<Value> =
            pairs.map(|(expectation, verdict)| segment(expectation, verdict)).collect();
        let object = json!({
            "test": case.name,
            "path": case.path,
            "line": case.line,
            "as_of": case.as_of.to_string(),
            "passed": outcome.passed(),
            "segments": segments,
        });
        serde_json::to_writer(&mut *out, &object)?;
        writeln!(out)?;
    }
    Ok(())
}

fn cases<'a>(suite: &'a Suite, outcomes: &'a [Outcome]) -> impl Iterator<Item = (&'a Case, &'a Outcome)> {
    outcomes.iter().filter_map(|outcome| Some((suite.cases.get(outcome.case)?, outcome)))
}

fn segment(expectation: &Expectation, verdict: &Verdict) -> Value {
    let keys = |keys: &[Key]| -> Value { keys.iter().map(|key| object(expectation, key)).collect() };
    let values = |other: &[OtherValue]| -> Value {
        let value = |one: &OtherValue| {
            let (wanted, found) = (json_of(&one.wanted), json_of(&one.found));
            json!({ "key": object(expectation, &one.key), "column": one.column, "expected": wanted, "got": found })
        };
        other.iter().map(value).collect()
    };
    let (missing, extra, other, error) = match verdict {
        Verdict::Passed => (keys(&[]), keys(&[]), values(&[]), None),
        Verdict::Differs { missing, extra, other } => (keys(missing), keys(extra), values(other), None),
        Verdict::Fails(why) => (keys(&[]), keys(&[]), values(&[]), Some(why)),
    };
    json!({
        "segment": expectation.name,
        "passed": *verdict == Verdict::Passed,
        "missing": missing,
        "extra": extra,
        "values": other,
        "error": error,
    })
}

/// A key with the names of its fields.
fn object(expectation: &Expectation, key: &[Datum]) -> Value {
    Value::Object(expectation.key.iter().cloned().zip(key.iter().map(json_of)).collect())
}

/// A value. Decimals and times are text.
fn json_of(value: &Datum) -> Value {
    match value {
        Datum::Missing => Value::Null,
        Datum::Integer(number) => Value::from(*number),
        Datum::Float(number) => Value::from(*number),
        Datum::Boolean(value) => Value::from(*value),
        other => Value::from(other.to_string()),
    }
}

/// Writes JUnit's XML, which most CI servers read. It contains no times, so that the same results
/// give the same bytes.
pub(super) fn junit(
    project: &str,
    suite: &Suite,
    outcomes: &[Outcome],
    out: &mut dyn Write,
) -> io::Result<()> {
    let failed = outcomes.iter().filter(|outcome| !outcome.passed()).count();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    let (name, tests) = (escaped(project), outcomes.len());
    writeln!(out, "<testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failed}\">")?;
    for (case, outcome) in cases(suite, outcomes) {
        let (name, path) = (escaped(&case.name), escaped(&case.path));
        let head = format!(
            "  <testcase name=\"{name}\" classname=\"{path}\" file=\"{path}\" line=\"{}\"",
            case.line
        );
        if outcome.passed() {
            writeln!(out, "{head}/>")?;
            continue;
        }
        let text = escaped(&told(case, outcome));
        writeln!(out, "{head}>\n    <failure message=\"{text}\"/>\n  </testcase>")?;
    }
    writeln!(out, "</testsuite>")
}

fn told(case: &Case, outcome: &Outcome) -> String {
    let pairs = case.expectations.iter().zip(&outcome.verdicts);
    let said = |(expectation, verdict): (&Expectation, &Verdict)| {
        Some(format!("{}: {}", expectation.name, verdict.said()?))
    };
    pairs.filter_map(said).collect::<Vec<_>>().join(". ")
}

/// Escapes an attribute. Characters that XML can't represent are omitted.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' | '\r' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn xml_attributes_are_escaped() {
        assert_eq!(super::escaped("a<b & \"c\"\n\u{1}'😀'"), "a&lt;b &amp; &quot;c&quot;&#10;'😀'");
    }
}
