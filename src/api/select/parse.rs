//! From the text of a selection to criteria.
//!
//! Spaces separate the parts of a union, commas those of an intersection. Text in double quotes is taken
//! literally.

use std::ops::Range;

use super::method::Method;
use super::pattern::{Letter, Pattern};
use super::problems::{BadLevels, BadPattern, Malformed};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// All levels of a graph.
pub(super) const ALL: usize = usize::MAX;

/// What is selected together: the intersection of its criteria.
pub(super) type Intersection = Vec<Criterion>;

/// A method with its value, and the neighbours that are added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Criterion {
    /// As written.
    pub(super) text: String,
    pub(super) method: Method,
    pub(super) value: Pattern,
    /// How many levels of ancestors are added: `+x`, `2+x`.
    pub(super) ancestors: usize,
    /// How many levels of descendants are added: `x+`, `x+2`.
    pub(super) descendants: usize,
    /// `@x`: all descendants are added, and all ancestors of these.
    pub(super) around: bool,
}

/// Reads texts whose union is selected, and reports everything that is malformed.
pub(super) fn parse<'a>(
    texts: impl IntoIterator<Item = &'a String>,
) -> Result<Vec<Intersection>, Diagnostics> {
    let mut problems = Diagnostics::new();
    let mut union = Vec::new();
    for text in texts {
        let parts = match parts(text) {
            Ok(parts) => parts,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        for part in parts {
            let read = part.split(|letter| letter.is(',')).map(|one| criterion(one, &part));
            let mut criteria = Vec::new();
            for one in read {
                match one {
                    Ok(one) => criteria.push(one),
                    Err(problem) => problems.push(problem),
                }
            }
            union.push(criteria);
        }
    }
    if problems.is_empty() { Ok(union) } else { Err(problems) }
}

/// The parts of a union, of which there is at least one.
fn parts(text: &str) -> Result<Vec<Vec<Letter>>, Diagnostic> {
    let mut parts = vec![Vec::new()];
    let mut quoted = false;
    for char in text.chars() {
        match char {
            '"' => quoted = !quoted,
            _ if char.is_whitespace() && !quoted => parts.push(Vec::new()),
            _ => parts.last_mut().into_iter().for_each(|part| part.push(Letter { char, quoted })),
        }
    }
    parts.retain(|part| !part.is_empty());
    let wrong = match () {
        () if quoted => Malformed::OpenQuote,
        () if parts.is_empty() => Malformed::Empty,
        () => return Ok(parts),
    };
    Err(BadPattern { span: None, pattern: text.to_owned(), wrong }.into())
}

fn criterion(letters: &[Letter], part: &[Letter]) -> Result<Criterion, Diagnostic> {
    let refuse = |wrong| Err(BadPattern { span: None, pattern: shown(part), wrong }.into());
    if letters.is_empty() {
        return refuse(Malformed::Empty);
    }
    let (around, rest) = match letters {
        [first, rest @ ..] if first.is('@') => (true, rest),
        _ => (false, letters),
    };
    let (ancestors, rest) = before(rest);
    let (descendants, core) = after(rest);
    if around && (ancestors.is_some() || descendants.is_some()) {
        return refuse(Malformed::AtWithPlus);
    }
    let (method, value) = match core.iter().position(|letter| letter.is(':')) {
        Some(colon) => (Method::named(&shown(&core[..colon]), &shown(part))?, &core[colon + 1..]),
        None => (Method::of_plain(core), core),
    };
    if value.is_empty() {
        return refuse(Malformed::Empty);
    }
    if method == Method::Name {
        if value[0].is('@') {
            return refuse(Malformed::At);
        }
        if let Some(plus) = value.iter().position(|letter| letter.is('+')) {
            return Err(stray_plus(value, plus, part));
        }
    }
    Ok(Criterion {
        text: shown(letters),
        method,
        value: Pattern::new(value, method.is_of_paths()),
        ancestors: ancestors.unwrap_or(0),
        descendants: descendants.unwrap_or(0),
        around,
    })
}

/// `+` or `2+` at the beginning.
fn before(letters: &[Letter]) -> (Option<usize>, &[Letter]) {
    let plus = letters.iter().position(|letter| letter.is('+'));
    plus.and_then(|plus| Some((Some(levels(letters, 0..plus)?), &letters[plus + 1..])))
        .unwrap_or((None, letters))
}

/// `+` or `+2` at the end.
fn after(letters: &[Letter]) -> (Option<usize>, &[Letter]) {
    let plus = letters.iter().rposition(|letter| letter.is('+'));
    plus.and_then(|plus| Some((Some(levels(letters, plus + 1..letters.len())?), &letters[..plus])))
        .unwrap_or((None, letters))
}

/// A number of levels; all, if it is left out. No graph has more levels than fit.
fn levels(letters: &[Letter], range: Range<usize>) -> Option<usize> {
    let digits = letters.get(range)?;
    let is_number = digits.iter().all(|letter| !letter.quoted && letter.char.is_ascii_digit());
    is_number.then(|| shown(digits).parse().unwrap_or(ALL))
}

/// A `+` that is neither before nor after a name.
fn stray_plus(value: &[Letter], plus: usize, part: &[Letter]) -> Diagnostic {
    let pattern = shown(part);
    let (left, right) = (shown(&value[..plus]), shown(&value[plus + 1..]));
    if left.is_empty() || right.is_empty() {
        return BadPattern { span: None, pattern, wrong: Malformed::Plus }.into();
    }
    if left.bytes().all(|byte| byte.is_ascii_digit()) {
        return BadPattern { span: None, pattern, wrong: Malformed::Plus }.into();
    }
    let number = if left.starts_with(|first: char| first.is_ascii_digit()) { left } else { right };
    BadLevels { span: None, pattern, number }.into()
}

fn shown(letters: &[Letter]) -> String {
    letters.iter().map(|letter| letter.char).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        let shown = |number: usize| if number == ALL { "all".to_owned() } else { number.to_string() };
        let one = |one: &Criterion| {
            let around = if one.around { "@" } else { "" };
            let (before, after) = (shown(one.ancestors), shown(one.descendants));
            format!("{around}{before}+{}={}+{after}", one.method.word(), one.value.text())
        };
        match parse([&text.to_owned()]) {
            Ok(union) => {
                let all = union.iter().map(|part| part.iter().map(one).collect::<Vec<_>>().join(" & "));
                all.collect::<Vec<_>>().join(" | ")
            }
            Err(problems) => problems.iter().map(|one| one.code).collect::<Vec<_>>().join(" "),
        }
    }

    #[test]
    fn plus_and_at_add_neighbours() {
        assert_eq!(read("vip"), "0+name=vip+0");
        assert_eq!(read("+vip"), "all+name=vip+0");
        assert_eq!(read("vip+"), "0+name=vip+all");
        assert_eq!(read("+vip+"), "all+name=vip+all");
        assert_eq!(read("2+vip+13"), "2+name=vip+13");
        assert_eq!(read("0+vip"), "0+name=vip+0");
        assert_eq!(read("99999999999999999999999+vip"), "all+name=vip+0");
        assert_eq!(read("@vip"), "@0+name=vip+0");
        assert_eq!(read("+tag:a+2"), "all+tag=a+2");
        assert_eq!(read("@state:modified"), "@0+state=modified+0");
    }

    #[test]
    fn spaces_are_unions_and_commas_intersections() {
        assert_eq!(read("a b"), "0+name=a+0 | 0+name=b+0");
        assert_eq!(read(" a,+b\t c "), "0+name=a+0 & all+name=b+0 | 0+name=c+0");
    }

    #[test]
    fn quotes_make_text_literal() {
        assert_eq!(read("tag:\"end of year\""), "0+tag=end of year+0");
        assert_eq!(read("owner:\"a,b+2\"+"), "0+owner=a,b+2+all");
        assert_eq!(read("tag:\"a"), "SEG803");
    }

    #[test]
    fn a_plus_within_a_value_belongs_to_it() {
        assert_eq!(read("owner:ann+crm@shop.example"), "0+owner=ann+crm@shop.example+0");
        assert_eq!(read("+owner:ann+crm@shop.example+1"), "all+owner=ann+crm@shop.example+1");
    }

    #[test]
    fn paths_need_no_method() {
        assert_eq!(read("segments/crm"), "0+path=segments/crm+0");
        assert_eq!(read("2+vip.seg"), "2+path=vip.seg+0");
        assert_eq!(read("path:crm"), "0+path=crm+0");
    }

    #[test]
    fn what_is_malformed_is_refused() {
        for text in [
            "", " ", "+", "++", "@", "a,,b", ",a", "a,", "tag:", "+tag:+", "++vip", "vip++", "\"\"", "@@a",
            "1+2+vip",
        ] {
            assert_eq!(read(text), "SEG803", "{text:?}");
        }
        for text in ["@vip+", "@+vip", "@2+vip", "@vip+1"] {
            assert_eq!(read(text), "SEG803", "{text:?}");
        }
        for text in ["vip+x", "2x+vip", "vip+-1", "a+b", "vip+1.5"] {
            assert_eq!(read(text), "SEG807", "{text:?}");
        }
        for text in [":x", "tg:x", "config.materialized:table", "C:\\segments"] {
            assert_eq!(read(text), "SEG806", "{text:?}");
        }
        assert_eq!(read("++a tg:b,c+d"), "SEG803 SEG806 SEG807");
    }
}
