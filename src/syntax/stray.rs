//! Text between the items of a file: SQL, YAML, items of other tools.

use std::ops::Range;

use super::keywords::{Role, is_keyword, keywords};
use super::outline::Tokens;
use super::problems::{NotSegments, Unexpected};
use super::scan::TokenKind;
use crate::diagnostic::{Diagnostics, Span, closest};

/// Words that begin a SQL statement.
const STATEMENTS: &[&str] =
    &["select", "with", "insert", "update", "delete", "create", "merge", "drop", "alter", "from", "truncate"];

/// Words that begin something else, with advice.
const OTHERS: &[(&str, &str)] = &[
    ("import", "remove it: all files of `segments/` know one another"),
    ("include", "remove it: all files of `segments/` know one another"),
    ("use", "remove it: all files of `segments/` know one another"),
    ("cohort", "it is called `segment`: `segment name on customer { … }`"),
    ("audience", "it is called `segment`: `segment name on customer { … }`"),
    ("list", "it is called `segment`: `segment name on customer { … }`"),
    ("group", "it is called `segment`: `segment name on customer { … }`"),
    ("filter", "it is called `segment`: `segment name on customer { … }`"),
    ("view", "it is called `segment`: `segment name on customer { … }`"),
    ("model", "it is called `segment`: `segment name on customer { … }`"),
    ("def", "values are named with `trait name on customer = …`, conditions with a segment"),
    ("define", "values are named with `trait name on customer = …`, conditions with a segment"),
    ("function", "values are named with `trait name on customer = …`, conditions with a segment"),
    ("macro", "values are named with `trait name on customer = …`, conditions with a segment"),
    ("metric", "values are named with `trait name on customer = …`"),
    ("measure", "values are named with `trait name on customer = …`"),
    ("dimension", "values are named with `trait name on customer = …`"),
    ("attribute", "values are named with `trait name on customer = …`"),
    ("let", "constants are parameters: `param min_spend: decimal = 1000`"),
    ("const", "constants are parameters: `param min_spend: decimal = 1000`"),
    ("var", "constants are parameters: `param min_spend: decimal = 1000`"),
    ("set", "constants are parameters: `param min_spend: decimal = 1000`"),
    ("variable", "constants are parameters: `param min_spend: decimal = 1000`"),
    ("parameter", "it is called `param`: `param min_spend: decimal = 1000`"),
    ("entity", "entities are declared in `catalog/*.yml`"),
    ("entities", "entities are declared in `catalog/*.yml`"),
    ("table", "tables are declared in `catalog/*.yml`"),
    ("source", "tables are declared in `catalog/*.yml`"),
    ("version", "this looks like YAML: entities are declared in `catalog/*.yml`"),
    ("models", "this looks like YAML: entities are declared in `catalog/*.yml`"),
    ("name", "this looks like YAML: write a segment as `segment name on customer { … }`"),
    ("segments", "write each as `segment name on customer { … }`"),
    ("where", "rules belong between the braces of a segment"),
    ("exclude", "rules belong between the braces of a segment"),
    ("keep", "rules belong between the braces of a segment"),
    ("description", "properties belong between the braces of a segment"),
    ("owner", "properties belong between the braces of a segment"),
    ("tags", "properties belong between the braces of a segment"),
];

/// Reports text that isn't an item.
///
/// Returns the place of text that is entirely in another language, so that nothing else is reported
/// about it.
pub(super) fn report(
    tokens: Tokens<'_>,
    range: &Range<usize>,
    broken: bool,
    problems: &mut Diagnostics,
) -> Option<Span> {
    let first = tokens.word(range.start).to_lowercase();
    let next = tokens.word(range.start + 1).to_lowercase();
    let is_item = is_keyword(&next, Role::Item);
    let words = || range.clone().map(|at| tokens.word(at).to_lowercase());
    let is_sql = STATEMENTS.contains(&first.as_str())
        && !is_item
        && (first != "with" && first != "from" || words().any(|word| word == "select"));
    let json = first == "{" || first == "[";
    if is_sql || json {
        let what = if is_sql { "SQL" } else { "JSON" };
        problems.push(NotSegments { span: tokens.span(range.start), what });
        return Some(tokens.range_span(range));
    }
    if !broken {
        let advice = advice(tokens, range.start, &first, &next);
        let found = super::expected::found(tokens, range.start);
        let expected = "`segment`, `trait` or `param`".to_owned();
        problems.push(Unexpected { span: tokens.span(range.start), expected, found, advice });
    }
    None
}

/// Removes other problems in text of another language. `whole` is sorted.
pub(super) fn silence(whole: &[Span], problems: &mut Diagnostics) {
    if whole.is_empty() {
        return;
    }
    problems.retain(|problem| {
        let Some(span) = problem.span.filter(|_| problem.code != "SEG123") else { return true };
        let at = whole.partition_point(|one| one.end < span.end);
        whole.get(at).is_none_or(|one| span.start < one.start)
    });
}

fn advice(tokens: Tokens<'_>, at: usize, word: &str, next: &str) -> Option<String> {
    if tokens.all.get(at).is_some_and(|token| token.kind != TokenKind::Word) {
        return Some("write a segment as `segment name on customer { where … }`".to_owned());
    }
    if is_keyword(next, Role::Item) {
        return Some(format!("remove `{}`: `{next} {} …`", tokens.word(at), tokens.word(at + 2)));
    }
    if is_keyword(word, Role::Item) && tokens.word(at) != word {
        return Some(format!("write keywords in lower case: `{word}`"));
    }
    if let Some((_, advice)) = OTHERS.iter().find(|(other, _)| *other == word) {
        return Some((*advice).to_owned());
    }
    let near = closest(word, keywords(Role::Item)).map(|item| format!("did you mean `{item}`?"));
    near.or_else(|| Some("write a segment as `segment name on customer { where … }`".to_owned()))
}
