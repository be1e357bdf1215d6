//! Random patterns, similar texts and versions.

use crate::support::tape::Tape;

/// A condition on a text, after the expression that gives it.
pub fn test(tape: &mut Tape<'_>, subject: &str) -> String {
    let not = if tape.one_in(3) { "not " } else { "" };
    match tape.below(3) {
        0 => format!("{subject} {not}matches \"{}\"", pattern(tape, 3).replace('\\', "\\\\")),
        1 => {
            let like = tape.pick(&["paid", "PAID IN", "ünï", "its", "", "ß\\\\", "a%c"]);
            format!("{subject} {not}resembles \"{like}\" within {} edits", tape.below(5))
        }
        // A constant that isn't a version is an error.
        _ if subject.starts_with('"') => format!("{subject} {not}matches \"\""),
        _ => version(tape, subject),
    }
}

/// Texts for the rows, so that versions and patterns have something to find.
pub const TEXTS: &[&str] =
    &["1.10.0", "1.9.0-rc.1", "1.9.0+b7", "1.9", "A-12", "a\nb", "b\n", "😀é", "ΣΑΣ", "1.9.0-rc.1.0"];

fn version(tape: &mut Tape<'_>, subject: &str) -> String {
    let known = ["1.9.0", "1.9.0-rc.1", "1.10.0+x", "0.0.0-0", "1.9.0-rc.a"];
    let fallback = tape.pick(&known);
    match tape.below(4) {
        0 => format!("semver({subject}) is {}", tape.pick(&["missing", "present"])),
        1 => format!("coalesce(semver({subject}), \"{fallback}\") >= \"{}\"", tape.pick(&known)),
        2 => format!("semver({subject}) in (\"{fallback}\", \"{}\")", tape.pick(&known)),
        _ => {
            let op = tape.pick(&["=", "!=", "<", "<=", ">", ">="]);
            format!("semver({subject}) {op} \"{fallback}\"")
        }
    }
}

/// A pattern of the portable subset, as the engine of patterns reads it.
fn pattern(tape: &mut Tape<'_>, depth: usize) -> String {
    let parts = tape.below(3) + 1;
    let mut out = String::new();
    for at in 0..parts {
        if at > 0 && tape.one_in(4) {
            out.push('|');
        }
        out.push_str(&repeated(tape, depth));
    }
    out
}

fn repeated(tape: &mut Tape<'_>, depth: usize) -> String {
    let atom = atom(tape, depth);
    if !tape.one_in(3) || atom.starts_with("(?i)") {
        return atom;
    }
    let count = tape.pick(&["*", "+", "?", "{2}", "{0,2}", "{1,}", "{0}", "{1,5}"]);
    format!("{atom}{count}")
}

fn atom(tape: &mut Tape<'_>, depth: usize) -> String {
    let atoms = [
        "a",
        "i",
        ".",
        "\\d",
        "^",
        "$",
        "\\s",
        "[a-z]",
        "\\W",
        "[^a-z]",
        "é",
        "\\.",
        "1",
        "[^\\x00-\\x7F]",
        "-",
        "[\\s\\S]",
        "%",
        "'",
        "\\\\",
        "[\\]A-Z&-]",
        "\\D",
        "\\w",
        "(?i)",
        "😀",
        "\\n",
        "[^\\W_]",
        "\\$",
        "{}",
    ];
    if depth > 0 && tape.one_in(4) {
        let open = tape.pick(&["(", "(?:", "(?i:", "(?-i:"]);
        return format!("{open}{})", pattern(tape, depth - 1));
    }
    match tape.pick(&atoms) {
        "{}" => "\\{\\}".to_owned(),
        atom => atom.to_owned(),
    }
}
