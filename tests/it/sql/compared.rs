//! Snapshots of texts in all dialects: the base dialect's in full, and the differences of the
//! others, so that a review sees what a dialect changes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use similar::{ChangeTag, TextDiff};

/// The dialect whose texts are kept whole.
const BASE: &str = "duckdb";

/// The texts of a dialect: each with a title, in order.
pub(crate) type Texts = Vec<(String, String)>;

/// Keeps what the dialects write as snapshots `sql_NAME` and `sql_NAME_DIALECT`.
pub(crate) fn keep(name: &str, texts: &BTreeMap<String, Texts>) {
    let base = texts.get(BASE).expect("the base is among the dialects");
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| {
        insta::assert_snapshot!(format!("sql_{name}"), whole(base));
        for (dialect, texts) in texts.iter().filter(|(dialect, _)| *dialect != BASE) {
            insta::assert_snapshot!(format!("sql_{name}_{dialect}"), differences(base, texts));
        }
    });
}

fn whole(texts: &Texts) -> String {
    let part = |(title, text): &(String, String)| format!("==== {title}\n{}\n", text.trim_end());
    texts.iter().map(part).collect::<Vec<_>>().join("\n")
}

/// Title by title: the lines that a dialect writes otherwise, and between which they are.
fn differences(base: &Texts, texts: &Texts) -> String {
    let titles = |texts: &Texts| texts.iter().map(|(title, _)| title.clone()).collect::<Vec<_>>();
    assert_eq!(titles(base), titles(texts), "all dialects write the same things");
    let same = base.iter().zip(texts).filter(|(base, text)| base == text).map(|(base, _)| base.0.as_str());
    let mut out = format!("As in the base: {}\n", same.collect::<Vec<_>>().join(", "));
    for ((title, base), (_, text)) in base.iter().zip(texts).filter(|(base, text)| base != text) {
        let _ = writeln!(out, "\n==== {title}");
        let diff = TextDiff::from_lines(base.trim_end(), text.trim_end());
        for (at, group) in diff.grouped_ops(1).iter().enumerate() {
            if at > 0 {
                out.push_str("  …\n");
            }
            for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
                let sign = match change.tag() {
                    ChangeTag::Delete => '-',
                    ChangeTag::Insert => '+',
                    ChangeTag::Equal => ' ',
                };
                let _ = writeln!(out, "{sign} {}", change.value().trim_end());
            }
        }
    }
    out
}
