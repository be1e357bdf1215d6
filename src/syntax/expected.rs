//! Explains syntax errors in plain words: what was expected, what was found, and what was probably
//! meant.

use super::foreign::foreign;
use super::grammar::{Failure, Rule};
use super::habit::{habit, operand_before, text_of};
use super::keywords::{Role, begins, has_meaning, is_keyword, is_reserved, keywords};
use super::outline::Tokens;
use super::problems::{Capitals, Chained, Habit, ReservedName, Unexpected};
use super::scan::TokenKind;
use crate::diagnostic::{Diagnostics, Span, closest};
use crate::types::Unit;

/// Reports that the grammar couldn't continue at byte `at` of the file.
pub(super) fn explain(tokens: Tokens<'_>, at: usize, failure: &Failure, problems: &mut Diagnostics) {
    let index = tokens.all.partition_point(|token| token.end <= at);
    let expected = &failure.expected;
    let (span, word) = (tokens.span(index), tokens.word(index));
    let misspelt =
        expected.contains(&Rule::kw_missing) && closest(word, ["missing", "present", "empty"]).is_some();
    if let Some(found) = habit(tokens, index, failure.reading).filter(|_| !misspelt) {
        let written = shortened(
            tokens.text.get(found.span.start as usize..found.span.end as usize).unwrap_or_default(),
        );
        problems.push(Habit { span: found.span, written, advice: found.advice });
        return;
    }
    if let Some((span, word)) = capital(tokens, index) {
        problems.push(Capitals { span, word: word.to_owned() });
        return;
    }
    let after_predicate = expected.contains(&Rule::kw_and) && !expected.contains(&Rule::tail);
    let compares = matches!(word, "=" | "!=" | "<" | "<=" | ">" | ">=");
    if after_predicate && (compares || begins(word, Role::Operator)) {
        problems.push(Chained { span, written: word.to_owned() });
        return;
    }
    let phrase = list(&phrases(failure));
    let names_only = !expected.is_empty() && expected.iter().all(|&rule| is_name(rule));
    if names_only && is_reserved(word) && tokens.all[index].kind == TokenKind::Word {
        problems.push(ReservedName { span, word: word.to_owned(), expected: phrase });
        return;
    }
    let wants_value = phrase.split(", ").any(|part| part == VALUE) || phrase.starts_with(VALUE);
    let advice = advice(tokens, index, failure, wants_value).or_else(|| Some(shape(failure).to_owned()));
    problems.push(Unexpected { span, expected: phrase, found: found(tokens, index), advice });
}

/// A keyword in capital letters, at a token or shortly before it.
fn capital<'a>(tokens: Tokens<'a>, index: usize) -> Option<(Span, &'a str)> {
    (index.saturating_sub(2)..=index).rev().find_map(|at| {
        let word = tokens.word(at);
        let is_word = tokens.all.get(at).is_some_and(|token| token.kind == TokenKind::Word);
        let capital = is_word && word.starts_with(|c: char| c.is_ascii_uppercase());
        (capital && has_meaning(&word.to_ascii_lowercase())).then(|| (tokens.span(at), word))
    })
}

/// An example of what was being read, for when there is no better advice.
fn shape(failure: &Failure) -> &'static str {
    let expects = |rule| failure.expected.contains(&rule);
    match failure.reading {
        Rule::one_header | Rule::one_segment => "write a segment as `segment name on customer { where … }`",
        Rule::one_trait => "write a trait as `trait name on customer = sum(orders.total)`",
        Rule::one_param => "write a parameter as `param name: decimal = 1000`",
        Rule::one_type => "write a type as `string`, `decimal(10,2)` or `array<string>`",
        _ if expects(Rule::kw_missing) => "write `is missing` or `is present`; compare values with `=`",
        _ if expects(Rule::window) || expects(Rule::kw_last) => {
            "write a window as `during last 30 days`, `during this month` or `during 2026-01-01 to 2026-02-01`"
        }
        _ if expects(Rule::kw_ago) || expects(Rule::unit) => {
            "write an instant as `30 days ago`, a window as `last 30 days`"
        }
        _ if expects(Rule::property_value) => {
            "a value is text in quotes, a word, a number, `30 days` or a list in brackets"
        }
        _ if expects(Rule::close_bracket) => "put commas between the items in the brackets",
        _ if expects(Rule::rule_head) || expects(Rule::segment_rule) || expects(Rule::colon) => {
            "the braces contain rules, `where country = \"US\"`, and properties, `owner: \"…\"`"
        }
        _ if expects(Rule::kw_and) => {
            "conditions are joined with `and` or `or`: `country = \"US\" and plan = \"free\"`"
        }
        _ => {
            "write a condition as `country = \"US\"`, `count(orders) > 3` or `last_seen_at before 30 days ago`"
        }
    }
}

/// The token found, in words.
pub(super) fn found(tokens: Tokens<'_>, index: usize) -> String {
    let Some(token) = tokens.all.get(index) else { return "the end of the file".to_owned() };
    format!("`{}`", shortened(token.text(tokens.text)))
}

/// A text on one line, cut if it is long.
fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 40 {
        return line;
    }
    let cut: String = line.chars().take(39).collect();
    format!("{cut}…")
}

fn is_name(rule: Rule) -> bool {
    use Rule::{backticked, name, part, path, plain};
    matches!(rule, name | plain | backticked | path | part)
}

/// The expected phrases in words, without duplicates, likeliest first.
fn phrases(failure: &Failure) -> Vec<String> {
    let mut ranked: Vec<(u8, String)> =
        failure.expected.iter().map(|&rule| phrase(rule, failure.reading)).collect();
    // A rule that only looks ahead has no words of its own.
    ranked.retain(|(_, text)| !text.is_empty());
    ranked.sort();
    ranked.dedup();
    // Where a value may be, its kinds need no mention.
    if ranked.iter().any(|(_, text)| text == VALUE) {
        ranked.retain(|(rank, text)| *rank != 2 || text == VALUE);
    }
    ranked.into_iter().map(|(_, text)| text).collect()
}

const VALUE: &str = "a value or a condition";

fn phrase(rule: Rule, reading: Rule) -> (u8, String) {
    let (rank, text) = match rule {
        Rule::expr
        | Rule::conjunction
        | Rule::negation
        | Rule::predicate
        | Rule::sum
        | Rule::product
        | Rule::unary
        | Rule::function
        | Rule::parens
        | Rule::path => (1, VALUE),
        Rule::text => (2, "a text in quotes"),
        Rule::number | Rule::integer | Rule::digits => (2, "a whole number"),
        Rule::count => (2, "a whole number or a parameter"),
        Rule::date | Rule::instant => (2, "a date"),
        Rule::boolean
        | Rule::now
        | Rule::today
        | Rule::start_of
        | Rule::quantity
        | Rule::parameter
        | Rule::minus
        | Rule::own_segment
        | Rule::how_many
        | Rule::bound
        | Rule::aggregate
        | Rule::call
        | Rule::bucket
        | Rule::bucket_word
        | Rule::sequence
        | Rule::periods
        | Rule::function_name
        | Rule::aggregate_func
        | Rule::any_word
        | Rule::function_word
        | Rule::count_word
        | Rule::kw_start => (1, VALUE),
        Rule::name | Rule::plain | Rule::backticked | Rule::part => (2, "a name"),
        Rule::window | Rule::range_window => (1, "a window such as `last 30 days`"),
        Rule::within => (3, "`within`"),
        Rule::unit if reading != Rule::one_type => (4, "a unit such as `days`"),
        Rule::kw_contains
        | Rule::kw_starts
        | Rule::kw_ends
        | Rule::kw_between
        | Rule::kw_before
        | Rule::kw_after
        | Rule::kw_matches
        | Rule::kw_resembles
        | Rule::kw_anniversary
        | Rule::membership => (3, "a word operator such as `in` or `contains`"),
        Rule::items => (1, "a list in parentheses"),
        Rule::list | Rule::property_value => (1, "a value"),
        Rule::list_item => (1, "a name or a text"),
        Rule::r#type | Rule::type_word | Rule::array => (1, "a type"),
        Rule::tail
        | Rule::compare
        | Rule::compare_op
        | Rule::add_op
        | Rule::multiply_op
        | Rule::kw_and
        | Rule::kw_or
        | Rule::word_tail
        | Rule::event
        | Rule::ignoring_case
        | Rule::kw_ignoring => (3, "an operator"),
        Rule::segment_rule
        | Rule::rule_head
        | Rule::clause
        | Rule::keep
        | Rule::kw_keep
        | Rule::columns
        | Rule::kw_with => (4, "a rule"),
        Rule::column | Rule::column_list => (1, VALUE),
        Rule::property | Rule::property_name => (5, "a property"),
        Rule::open_paren => (6, "`(`"),
        Rule::close_paren => (6, "`)`"),
        Rule::open_brace => (6, "`{`"),
        Rule::close_brace => (6, "`}`"),
        Rule::close_bracket => (6, "`]`"),
        Rule::colon => (6, "`:`"),
        Rule::equals => (6, "`=`"),
        Rule::closing => (6, "`>`"),
        Rule::EOI => (7, end_phrase(reading)),
        other => {
            return (3, keyword(other).map_or_else(String::new, |word| format!("`{word}`")));
        }
    };
    (rank, text.to_owned())
}

/// What may follow the text that was being read.
fn end_phrase(reading: Rule) -> &'static str {
    match reading {
        Rule::one_clause => "the end of the rule",
        Rule::one_header => "`{`",
        Rule::one_expr | Rule::one_list | Rule::one_type => "the end",
        _ => "the next item",
    }
}

/// The keyword that a rule is named after.
fn keyword(rule: Rule) -> Option<String> {
    format!("{rule:?}").strip_prefix("kw_").map(str::to_owned)
}

/// Such as `a`, `a or b` or `a, b or c`.
fn list(parts: &[String]) -> String {
    match parts {
        [] => "a rule or a property".to_owned(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// What was probably meant.
fn advice(tokens: Tokens<'_>, index: usize, failure: &Failure, wants_value: bool) -> Option<String> {
    if let Some(advice) = structure(tokens, index, failure) {
        return Some(advice);
    }
    let expected = failure.expected.as_slice();
    if let Some(advice) = foreign(tokens, index, expected) {
        return Some(advice);
    }
    if let Some(advice) = operators(tokens, index, wants_value) {
        return Some(advice);
    }
    let word = tokens.word(index);
    let before = index.checked_sub(1).map_or("", |before| tokens.word(before));
    let kind_at = |at: usize| tokens.all.get(at).map(|token| token.kind);
    let advice = match word {
        ":" if expected.contains(&Rule::equals) => "write `=` here".to_owned(),
        "*" if before == "." => "name the link alone: `count(orders)`".to_owned(),
        ")" if before == "(" && matches!(place_of_call(tokens, index), "count" | "exists" | "every") => {
            format!("name the rows: `{}(orders)`", place_of_call(tokens, index))
        }
        "{" if wants_value => {
            "conditions are grouped by parentheses: `(country = \"US\" or country = \"CA\")`".to_owned()
        }
        "[" if expected.contains(&Rule::open_brace) => {
            "put the rules between braces: `{ where … }`".to_owned()
        }
        "(" if index > 2 && tokens.word(index - 2) == "." && expected.contains(&Rule::kw_and) => {
            method(before, tokens.word(index - 3))
        }
        "." if expected.contains(&Rule::kw_and) && matches!(tokens.word(index + 1), "" | "}") => {
            "remove the `.`".to_owned()
        }
        ":" if index > 0
            && kind_at(index - 1) == Some(TokenKind::Number)
            && kind_at(index + 1) == Some(TokenKind::Number) =>
        {
            format!("a time of day is a text: `\"{before:0>2}:{}\"`", tokens.word(index + 1))
        }
        ":" if wants_value && kind_at(index + 1) == Some(TokenKind::Word) => {
            format!("parameters begin with `$`: write `${}`", tokens.word(index + 1))
        }
        _ if expected == [Rule::text] && kind_at(index) == Some(TokenKind::Word) => {
            format!("put it in quotes: `\"{word}\"`")
        }
        ")" if failure.reading == Rule::one_clause
            && is_unit_before(tokens, index)
            && wants_name(expected) =>
        {
            "name the step after its time: `then within 1 day events[\"cart\"]`".to_owned()
        }
        _ if kind_at(index) == Some(TokenKind::Number) && before == "[" => {
            "rows have no numbers: write `first(orders.total)` or `last(orders.total)`".to_owned()
        }
        _ if kind_at(index) == Some(TokenKind::Number)
            && index > 0
            && kind_at(index - 1) == Some(TokenKind::Number)
            && word.len() == 3
            && word.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            format!("write the number without spaces: `{before}{word}`")
        }
        _ if kind_at(index) == Some(TokenKind::Number)
            && index > 1
            && tokens.word(index - 2) == "during"
            && closest(before, ["last", "previous", "next"]).is_some() =>
        {
            let meant = closest(before, ["last", "previous", "next"]).unwrap_or("last");
            format!("write `during {meant} {word} …`")
        }
        _ if kind_at(index) == Some(TokenKind::Text)
            && expected.contains(&Rule::close_paren)
            && index > 0
            && kind_at(index - 1) == Some(TokenKind::Text) =>
        {
            "put a comma between the two texts".to_owned()
        }
        _ if expected.contains(&Rule::kw_during)
            && expected.contains(&Rule::kw_where)
            && matches!(kind_at(index), Some(TokenKind::Word))
            && suggestion(word, TokenKind::Word, expected).is_none() =>
        {
            format!("a field follows a dot: `{before}.{word}`; a condition on the rows follows `where`")
        }
        "*" if before == "(" => "count the rows of a link by its name: `count(orders)`".to_owned(),
        "." if kind_at(index + 1) == Some(TokenKind::Number) => {
            format!("write `0.{}`", tokens.word(index + 1))
        }
        "%" => return None,
        "during" | "in" | "between" | "is" if wants_value && !is_comparison(tokens.word(index + 1)) => {
            format!("put the value to compare in front of `{word}`")
        }
        _ if expected.contains(&Rule::unit)
            && kind_at(index) == Some(TokenKind::Word)
            && suggestion(word, TokenKind::Word, expected).is_none() =>
        {
            "the units are seconds, minutes, hours, days, weeks, months, quarters and years".to_owned()
        }
        "{" if expected.is_empty() => "remove one of the two braces".to_owned(),
        _ if expected.contains(&Rule::kw_and)
            && tokens.all.get(index).is_some_and(|token| token.first_on_line)
            && matches!(kind_at(index), Some(TokenKind::Word | TokenKind::Quoted)) =>
        {
            format!("if the line continues the condition above, begin it with `and` or `or`: `and {word} …`")
        }
        "," if expected.contains(&Rule::kw_and) => "join conditions with `and` or `or`".to_owned(),
        _ if before == "distinct" => "write `count distinct(…)`".to_owned(),
        _ if Unit::parse(word).is_some() && index > 0 && kind_at(index - 1) == Some(TokenKind::Number) => {
            "a number of units is a whole number, without a sign".to_owned()
        }
        _ if expected.contains(&Rule::kw_missing)
            && matches!(kind_at(index), Some(TokenKind::Text | TokenKind::Number | TokenKind::Time)) =>
        {
            format!("to compare values, write `= {word}`")
        }
        _ if wants_value && is_reserved(word) && !is_keyword(word, Role::Clause) => {
            format!("if it is the name of a field, put it in backticks: `` `{word}` ``")
        }
        _ if expected.contains(&Rule::unit) && matches!(word, "" | "}" | ")") => {
            "name the unit, such as `days`".to_owned()
        }
        _ if wants_value && (matches!(word, "" | "}" | ")") || is_keyword(word, Role::Item)) => {
            "something is missing before this".to_owned()
        }
        _ if expected.contains(&Rule::colon) && index > 0 => {
            return suggestion(before, kind_at(index - 1)?, expected);
        }
        _ => return suggestion(word, kind_at(index)?, expected),
    };
    Some(advice)
}

/// Advice about `country.startswith(…)`, a function behind its value.
fn method(name: &str, value: &str) -> String {
    let lower = name.to_ascii_lowercase().replace('_', "");
    let operator = match lower.as_str() {
        "startswith" | "beginswith" | "hasprefix" => "starts with",
        "endswith" | "hassuffix" => "ends with",
        "contains" | "includes" | "has" => "contains",
        "matches" | "match" | "rlike" | "regexpmatch" => "matches",
        _ => return format!("functions come first: `{name}({value})`"),
    };
    format!("write `{value} {operator} \"…\"`")
}

/// The function whose parenthesis opens right before a token.
fn place_of_call<'a>(tokens: Tokens<'a>, index: usize) -> &'a str {
    index.checked_sub(2).map_or("", |at| tokens.word(at))
}

fn is_unit_before(tokens: Tokens<'_>, index: usize) -> bool {
    index.checked_sub(1).is_some_and(|at| Unit::parse(tokens.word(at)).is_some())
}

fn wants_name(expected: &[Rule]) -> bool {
    expected.iter().any(|&rule| is_name(rule))
}

/// Advice about doubled operators, and operators in the place of a value.
fn operators(tokens: Tokens<'_>, index: usize, wants_value: bool) -> Option<String> {
    let (word, before) = (tokens.word(index), tokens.word(index.checked_sub(1)?));
    let number = tokens.all.get(index - 1).is_some_and(|token| token.kind == TokenKind::Number);
    let advice = match word {
        "." if number => {
            format!("remove the point, or write `{before}.0`")
        }
        "+" if wants_value => "remove the `+`".to_owned(),
        "/" if before == "matches" => "write the pattern in quotes: `matches \"…\"`".to_owned(),
        _ if is_comparison(word) && is_comparison(before) => match (before, word) {
            ("=", ">" | "<") | ("!" | "<" | ">", "=") if before != word => {
                let joined = if before == "=" { format!("{word}=") } else { format!("{before}{word}") };
                format!("write `{joined}`, without a space")
            }
            _ => "one operator is enough".to_owned(),
        },
        _ if is_comparison(word) && matches!(before, "and" | "or") => {
            let compared = (0..index).rev().find(|&at| is_comparison(tokens.word(at)));
            let operand = compared.and_then(|at| operand_before(tokens, at));
            let operand = operand.map_or_else(|| "x".to_owned(), |range| text_of(tokens, &range));
            format!("repeat the left side: `{before} {operand} {word} …`")
        }
        "and" | "or" if wants_value && matches!(before, "and" | "or") => format!("remove `{word}`"),
        "and" | "or" if wants_value && !is_comparison(tokens.word(index + 1)) => {
            format!("remove `{word}`, or write a condition in front of it")
        }
        _ => return None,
    };
    Some(advice)
}

fn is_comparison(word: &str) -> bool {
    matches!(word, "=" | "!=" | "<" | "<=" | ">" | ">=")
}

/// Advice about an item with a missing part.
fn structure(tokens: Tokens<'_>, index: usize, failure: &Failure) -> Option<String> {
    let expects = |rule| failure.expected.contains(&rule);
    let (word, before) = (tokens.word(index), index.checked_sub(1).map_or("", |before| tokens.word(before)));
    let compares = matches!(word, "=" | "!=" | "<" | "<=" | ">" | ">=") || is_keyword(word, Role::Operator);
    match word {
        "=" if expects(Rule::colon) && is_keyword(before, Role::Property) => {
            Some(format!("write a property as `{before}: …`"))
        }
        _ if compares && expects(Rule::colon) => {
            Some(format!("a condition comes after `where`: `where {before} {word} …`"))
        }
        "{" | "extends" | "where" if expects(Rule::kw_on) => {
            Some("name the entity: `segment … on customer`".to_owned())
        }
        _ if is_keyword(word, Role::Clause) && failure.reading == Rule::one_header => {
            Some("put the rules between braces: `{ where … }`".to_owned())
        }
        _ => None,
    }
}

/// The keyword that a word probably misspells.
fn suggestion(word: &str, kind: TokenKind, expected: &[Rule]) -> Option<String> {
    if kind != TokenKind::Word {
        return None;
    }
    let mut candidates: Vec<String> = expected.iter().filter_map(|&rule| keyword(rule)).collect();
    let mut add = |role| candidates.extend(keywords(role).map(str::to_owned));
    for rule in expected {
        match rule {
            Rule::tail | Rule::kw_contains => add(Role::Operator),
            Rule::rule_head | Rule::segment_rule | Rule::EOI | Rule::close_brace => add(Role::Clause),
            Rule::property_name | Rule::property => add(Role::Property),
            Rule::colon => {
                add(Role::Property);
                add(Role::Clause);
            }
            Rule::window => add(Role::Window),
            _ => {}
        }
    }
    if expected.contains(&Rule::unit) {
        candidates.extend(Unit::ALL.iter().map(|unit| format!("{}s", unit.name())));
    }
    let lower = word.to_lowercase();
    if candidates.iter().any(|candidate| *candidate == lower && lower != word) {
        return Some(format!("write keywords in lower case: `{lower}`"));
    }
    let candidates = candidates.iter().map(String::as_str).filter(|&candidate| candidate != word);
    closest(word, candidates).map(|near| format!("did you mean `{near}`?"))
}
