//! Phrases of other tools and SQL, and how to write them in segc.

use super::grammar::Rule;
use super::outline::Tokens;
use super::scan::TokenKind;
use crate::types::Unit;

/// The token that isn't allowed in its place, and its neighbours.
struct Misplaced<'a> {
    tokens: Tokens<'a>,
    index: usize,
    word: &'a str,
    before: &'a str,
    expected: &'a [Rule],
}

impl<'a> Misplaced<'a> {
    fn expects(&self, rule: Rule) -> bool {
        self.expected.contains(&rule)
    }

    /// The word this many tokens before.
    fn back(&self, steps: usize) -> &'a str {
        self.index.checked_sub(steps).map_or("", |at| self.tokens.word(at))
    }

    fn next(&self) -> &'a str {
        self.tokens.word(self.index + 1)
    }

    fn kind(&self) -> Option<TokenKind> {
        self.kind_at(self.index)
    }

    fn kind_at(&self, at: usize) -> Option<TokenKind> {
        self.tokens.all.get(at).map(|token| token.kind)
    }

    /// The word before the innermost open parenthesis.
    fn call(&self) -> &'a str {
        let mut closed = 0_usize;
        for at in (0..self.index).rev() {
            match self.tokens.word(at) {
                ")" => closed += 1,
                "(" if closed == 0 => return at.checked_sub(1).map_or("", |at| self.tokens.word(at)),
                "(" => closed -= 1,
                _ => {}
            }
        }
        ""
    }
}

/// How to write a foreign phrase in segc, if there is one.
pub(super) fn foreign(tokens: Tokens<'_>, index: usize, expected: &[Rule]) -> Option<String> {
    let before = index.checked_sub(1).map_or("", |at| tokens.word(at));
    let place = Misplaced { tokens, index, word: tokens.word(index), before, expected };
    let readers = [rows, times, sequences, lists, states, comparisons, rules];
    readers.iter().find_map(|reader| reader(&place))
}

/// Phrases inside an aggregate.
fn rows(place: &Misplaced<'_>) -> Option<String> {
    let exists = match place.call() {
        "any" | "some" | "has" | "did" | "performed" => Some("exists(… where …)"),
        "all" => Some("every(… where …)"),
        "none" | "no" => Some("not exists(… where …)"),
        _ => None,
    };
    let advice = match place.word {
        "where" | "during" if !place.expects(Rule::kw_where) => format!("write `{}`", exists?),
        "." if place.before == ")" => "name the value inside: `first(orders.total)`".to_owned(),
        "each" if place.expects(Rule::kw_during) => {
            "add a window, such as `periods(orders during last 8 weeks each 1 week)`".to_owned()
        }
        "," if place.expects(Rule::close_bracket) => SEVERAL_EVENTS.to_owned(),
        _ if !place.expects(Rule::kw_where) || !place.expects(Rule::kw_during) => return None,
        "," | "or" if place.before == "]" => SEVERAL_EVENTS.to_owned(),
        "between" => "write `during … to …`; to include both days, `during … through …`".to_owned(),
        "last" | "previous" | "next" | "this" | "since" | "until" => {
            format!("write `during {} …`", place.word)
        }
        "in" | "within" | "over" | "for" => "write `during`, such as `during last 7 days`".to_owned(),
        "=" | "!=" | "<" | "<=" | ">" | ">=" if place.back(2) == "." && place.back(4) == "(" => {
            let (call, link, field) = (place.call(), place.back(3), place.before);
            format!(
                "a condition on the rows comes after `where`: `{call}({link} where {field} {} …)`",
                place.word
            )
        }
        "=" | "!=" | "<" | "<=" | ">" | ">=" => {
            format!(
                "a condition on the rows comes after `where`: `count(orders where total {} …)`",
                place.word
            )
        }
        _ => return None,
    };
    Some(advice)
}

const SEVERAL_EVENTS: &str = "for several kinds of events, use a condition: `events where kind in (…)`";

const WINDOW_INSIDE: &str = "the window belongs inside the parentheses: `count(orders during last 7 days)`";

/// Phrases about windows and instants.
fn times(place: &Misplaced<'_>) -> Option<String> {
    let advice = match (place.before, place.word) {
        ("last" | "past", unit) if Unit::parse(unit).is_some() => {
            format!("write `last 1 {unit}`, which ends now, or `previous 1 {unit}`, the last full one")
        }
        ("previous" | "next", unit) if Unit::parse(unit).is_some() => {
            format!("write `{} 1 {unit}`", place.before)
        }
        ("past", _) if place.kind() == Some(TokenKind::Number) => format!("write `last {} …`", place.word),
        ("now" | "today", "(") => format!("write `{}`, without parentheses", place.before),
        ("anniversary", "today" | "last" | "next" | "this" | "since") => {
            format!("write `anniversary during {} …`", place.word).replace(" today …", " today")
        }
        (_, "and") if place.expects(Rule::kw_to) => {
            "write `… to …` to exclude the end, or `… through …` to include both days".to_owned()
        }
        (")", "in" | "over" | "within" | "for" | "since" | "last" | "between")
            if matches!(place.next(), "last" | "the" | "past" | "previous")
                || place.kind_at(place.index + 1) == Some(TokenKind::Time) =>
        {
            WINDOW_INSIDE.to_owned()
        }
        ("the", _) => "remove `the`".to_owned(),
        (_, _)
            if place.kind() == Some(TokenKind::Number)
                && place.kind_at(place.index.wrapping_sub(1)) == Some(TokenKind::Time) =>
        {
            "write an instant as `2026-01-31T12:00:00Z`, with `Z` or an offset".to_owned()
        }
        (")", "within") => "a sequence has its span inside: `sequence(a then b within 7 days)`".to_owned(),
        (_, "within") if !place.expects(Rule::kw_within) && place.expects(Rule::kw_and) => {
            "write `during last 30 days`, or `between … and …`".to_owned()
        }
        _ => return None,
    };
    Some(advice)
}

fn sequences(place: &Misplaced<'_>) -> Option<String> {
    if place.word == "," && place.expects(Rule::kw_then) {
        return Some("write `then` between the steps".to_owned());
    }
    let steps = place.expects(Rule::kw_then);
    match place.word {
        "followed" | "followed_by" if steps => return Some("write `then`".to_owned()),
        "where" | "=" | "!=" | "<" | "<=" | ">" | ">=" if steps && !place.expects(Rule::kw_where) => {
            return Some(
                "put a step with a condition in parentheses: `(events where amount > 10)`".to_owned(),
            );
        }
        "then" if !steps => return Some("write `sequence(a then b)`".to_owned()),
        _ => {}
    }
    let late = place.before == "after" && place.back(2) == "then";
    late.then(|| {
        "steps have no least distance; ask of the first one: \
         `exists(views where exists(person.carts during since outer.at + 1 day))`"
            .to_owned()
    })
}

/// Phrases about lists of values, arrays and segments.
fn lists(place: &Misplaced<'_>) -> Option<String> {
    let word = place.word;
    if place.before == "in" && place.expects(Rule::kw_segment) {
        let values =
            place.kind() == Some(TokenKind::Text) || place.kind() == Some(TokenKind::Number) || word == "[";
        return Some(match word {
            "last" | "previous" | "the" | "past" if place.back(2) == ")" => WINDOW_INSIDE.to_owned(),
            "(" => "put the value to compare in front: `plan in (…)`, `plan not in (…)`".to_owned(),
            "cohort" | "audience" | "list" | "group" => format!("write `in segment {}`", place.next()),
            _ if values => "put the values in parentheses: `in (…)`".to_owned(),
            _ if place.kind() == Some(TokenKind::Word) && place.expects(Rule::open_paren) => {
                format!("write `in segment {word}` if that is a segment; for an array, `{word} contains …`")
            }
            _ if place.kind() == Some(TokenKind::Word) => format!("write `in segment {word}`"),
            _ => return None,
        });
    }
    if word != "," || !place.expects(Rule::kw_and) && place.call() != "" {
        return None;
    }
    match (place.back(3), place.back(2)) {
        (operator @ ("with" | "contains" | "matches"), "(") => {
            let operator =
                if operator == "with" { place.back(4).to_owned() + " with" } else { operator.to_owned() };
            Some(format!("join them with `or`: `x {operator} \"a\" or x {operator} \"b\"`"))
        }
        ("=", "(") => Some("write `in (…)`".to_owned()),
        (_, "between") => Some("write `between … and …`".to_owned()),
        _ => None,
    }
}

/// After `is`.
fn states(place: &Misplaced<'_>) -> Option<String> {
    if !place.expects(Rule::kw_missing) {
        return None;
    }
    let negated = place.before == "not";
    let (yes, no) = if negated { ("missing", "present") } else { ("present", "missing") };
    let advice = match place.word {
        "set" | "known" | "defined" | "given" => format!("write `is {yes}`"),
        "unset" | "unknown" | "undefined" | "blank" | "nil" | "none" => format!("write `is {no}`"),
        "in" | "between" | "before" | "after" | "during" | "matches" | "contains" | "like" => {
            format!("remove `is`: `x {} …`", place.word)
        }
        "true" if negated => "write `not` in front of the field".to_owned(),
        "true" => "write the field by itself".to_owned(),
        "false" if negated => "write `!= false`, or the field by itself".to_owned(),
        "false" => "write `= false`; `not` in front of the field also includes missing values".to_owned(),
        _ => return None,
    };
    Some(advice)
}

/// Comparisons in words.
fn comparisons(place: &Misplaced<'_>) -> Option<String> {
    if place.word == "times" && place.expects(Rule::unit) {
        return Some("remove `times`: a count is a number".to_owned());
    }
    if place.before == "%"
        && !place.expects(Rule::kw_seed)
        && matches!(place.word, "" | "}" | ")" | "and" | "or")
    {
        return Some(
            "write the share as a number: `< 1000` is 10% of `bucket`; for other values, `0.1 * x`"
                .to_owned(),
        );
    }
    if !place.expects(Rule::compare_op) && !place.expects(Rule::tail) && !place.expects(Rule::compare) {
        return None;
    }
    let operator = match (place.word, place.next()) {
        ("at", "least") => ">=",
        ("at", "most") => "<=",
        ("more" | "greater" | "over" | "above" | "gt", _) => ">",
        ("less" | "fewer" | "under" | "below" | "lt", _) => "<",
        ("exactly" | "equals" | "equal" | "eq", _) => "=",
        ("gte", _) => ">=",
        ("lte", _) => "<=",
        ("ne" | "neq", _) => "!=",
        ("like" | "ilike" | "rlike" | "regexp" | "glob" | "icontains", _) => {
            return Some(
                "use `contains \"…\"`, `starts with \"…\"` or `ends with \"…\"`; `ignoring case` may follow"
                    .to_owned(),
            );
        }
        _ => return None,
    };
    Some(format!("write `{operator}`"))
}

/// Phrases among the rules of a segment.
fn rules(place: &Misplaced<'_>) -> Option<String> {
    let advice = match (place.before, place.word) {
        (_, "limit" | "top") | (_, "order") if place.word != "order" || place.next() == "by" => {
            "write a separate rule, such as `keep top 10 by score`".to_owned()
        }
        ("keep", _) if place.kind() == Some(TokenKind::Number) => {
            "write `keep top 10 by score`, or `keep sample 25% seed \"new checkout\"`".to_owned()
        }
        _ if place.expects(Rule::kw_seed) => {
            "end it with a seed, which decides who is in the sample: `keep sample 25% seed \"new checkout\"`"
                .to_owned()
        }
        _ => return None,
    };
    Some(advice)
}
