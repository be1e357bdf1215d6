//! Compares a JSON Schema with the words that a reader knows, which it lists in the help for a
//! wrong word.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::diagnostic::Diagnostics;

/// A word that isn't similar to any other.
pub(crate) const NO_WORD: &str = "qqqqqqqqqqqq";

/// Checks that the words offered in the only help about [`NO_WORD`] are those of the schema at
/// `pointer`: the keys of an object, or the items of a list.
#[track_caller]
pub(crate) fn same_words(problems: &Diagnostics, schema: &str, pointer: &str) {
    let about: Vec<_> = problems.iter().filter(|one| one.message.contains(NO_WORD)).collect();
    let [problem] = about.as_slice() else { panic!("not one problem: {about:#?}") };
    let help = problem.help.as_deref().expect("help");
    let offered: BTreeSet<&str> = help.split('`').skip(1).step_by(2).collect();
    let schema: Value = serde_json::from_str(schema).expect("JSON");
    let written: BTreeSet<&str> = match schema.pointer(pointer).expect(pointer) {
        Value::Object(keys) => keys.keys().map(String::as_str).collect(),
        Value::Array(words) => words.iter().filter_map(Value::as_str).collect(),
        other => panic!("neither keys nor words: {other}"),
    };
    assert_eq!(offered, written, "{pointer}");
}
