//! Rewrites conditions of a segment, in its text: so that they mean the same, or something else.

use fastrand::Rng;
use segc::check::hir::{Aggregate, Cond, CondKind, Segment, Value};
use segc::check::visit::{Visitor, walk_aggregate, walk_cond, walk_segment};
use segc::diagnostic::Span;

/// What is written in the place of something.
type Edit = (Span, String);

/// The text of a segment with some of its conditions written otherwise; `None` if nothing was changed.
/// `text` is the whole file, `item` the place of the segment in it.
pub fn rewritten(
    text: &str,
    item: std::ops::Range<usize>,
    segment: &Segment,
    rng: &mut Rng,
    meaning: Meaning,
) -> Option<String> {
    let mut rewriter = Rewriter { text, rng, meaning, edits: Vec::new() };
    walk_segment(&mut rewriter, segment);
    let mut edits = rewriter.edits;
    edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    let mut changed = text.get(item.clone())?.to_owned();
    let mut last = usize::MAX;
    let mut count = 0;
    for (span, new) in edits {
        let place = span.start as usize..span.end as usize;
        // A trait is written elsewhere.
        if place.start < item.start || place.end > item.end || place.end > last {
            continue;
        }
        last = place.start;
        changed.replace_range(place.start - item.start..place.end - item.start, &new);
        count += 1;
    }
    (count > 0).then_some(changed)
}

/// What a rewrite does to the meaning.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    Kept,
    Changed,
}

struct Rewriter<'a> {
    text: &'a str,
    rng: &'a mut Rng,
    meaning: Meaning,
    edits: Vec<Edit>,
}

impl Visitor for Rewriter<'_> {
    fn cond(&mut self, cond: &Cond) {
        if let CondKind::Not(inner) = &cond.kind {
            // `not x`; in `x not in y` and `x != y` the parts have the place of the whole.
            if inner.span.start > cond.span.start
                && self.at(cond.span).is_some_and(|text| text.starts_with("not"))
            {
                self.cond(inner);
            }
            return;
        }
        if self.rng.usize(..3) == 0
            && let Some(new) = self.other(cond)
        {
            self.edits.push((cond.span, new));
            return;
        }
        walk_cond(self, cond);
    }

    fn aggregate(&mut self, aggregate: &Aggregate) {
        walk_aggregate(self, aggregate);
    }
}

impl Rewriter<'_> {
    fn at(&self, span: Span) -> Option<&str> {
        self.text.get(span.start as usize..span.end as usize).filter(|text| is_balanced(text))
    }

    fn other(&mut self, cond: &Cond) -> Option<String> {
        let whole = self.at(cond.span)?.to_owned();
        let new = match self.meaning {
            Meaning::Kept => self.same(cond, &whole)?,
            Meaning::Changed => self.different(cond, &whole)?,
        };
        Some(format!("({new})"))
    }

    fn same(&mut self, cond: &Cond, whole: &str) -> Option<String> {
        let doubled = || Some(format!("not (not ({whole}))"));
        if self.rng.usize(..4) == 0 {
            return doubled();
        }
        match &cond.kind {
            CondKind::And(parts) | CondKind::Or(parts) => {
                let (word, other) =
                    if matches!(cond.kind, CondKind::And(_)) { ("and", "or") } else { ("or", "and") };
                let mut parts = self.parts(cond, parts)?;
                self.rng.shuffle(&mut parts);
                Some(match self.rng.usize(..3) {
                    0 => {
                        let negated: Vec<String> = parts.iter().map(|part| format!("not ({part})")).collect();
                        format!("not ({})", negated.join(&format!(" {other} ")))
                    }
                    1 => {
                        parts.push(parts[0].clone());
                        self.joined(&parts, word)
                    }
                    _ => self.joined(&parts, word),
                })
            }
            CondKind::Compare(_, left, right) => {
                let (left, op, right) = self.comparison(cond, left, right)?;
                let mirrored = match op.as_str() {
                    "=" => "=",
                    "<" | "before" => ">",
                    ">" | "after" => "<",
                    "<=" => ">=",
                    ">=" => "<=",
                    _ => return doubled(),
                };
                Some(format!("{right} {mirrored} {left}"))
            }
            CondKind::Between(value, low, high) => {
                let [value, low, high] = [value, low, high].map(|part| self.at(part.span).map(str::to_owned));
                let (value, low, high) = (value?, low?, high?);
                (whole == format!("{value} between {low} and {high}"))
                    .then(|| format!("{low} <= {value} and not ({value} > {high})"))
                    .filter(|_| is_plain(cond))
                    .or_else(doubled)
            }
            CondKind::In(..) | CondKind::ContainsAny(..) | CondKind::ContainsAll(..) => {
                let (start, list) = whole.split_once(" (").or_else(|| whole.split_once("in ("))?;
                let (list, end) = list.rsplit_once(')')?;
                if start.contains('(') || list.contains(['(', ')']) {
                    return doubled();
                }
                let mut items: Vec<&str> = list.split(", ").collect();
                self.rng.shuffle(&mut items);
                items.push(items[0]);
                Some(format!("{start} ({}){end}", items.join(", ")))
            }
            CondKind::Exists(_) => {
                let inside = whole.strip_prefix("exists(").filter(|_| whole.ends_with(')'));
                inside.map(|inside| match self.rng.usize(..3) {
                    0 => format!("count({inside} > 0"),
                    1 => format!("not (count({inside} < 1)"),
                    _ => format!("1 <= count({inside}"),
                })
            }
            CondKind::Every(aggregate) => {
                let test = aggregate.filter.as_ref()?;
                let test_text = self.at(test.span)?.to_owned();
                let rows = whole.strip_prefix("every(")?.strip_suffix(&format!(" where {test_text})"))?;
                if aggregate.ranked.is_some() {
                    return doubled();
                }
                Some(format!("not exists({rows} where not ({test_text}))"))
            }
            _ => doubled(),
        }
    }

    fn different(&mut self, cond: &Cond, whole: &str) -> Option<String> {
        Some(match &cond.kind {
            CondKind::And(parts) | CondKind::Or(parts) => {
                let other = if matches!(cond.kind, CondKind::And(_)) { "or" } else { "and" };
                let parts = self.parts(cond, parts)?;
                self.joined(&parts, other)
            }
            CondKind::Compare(_, left, right) => {
                let (left, op, right) = self.comparison(cond, left, right)?;
                let ops: &[&str] = match op.as_str() {
                    "=" => &["!="],
                    "before" | "after" => &["before", "after"],
                    _ => &["<", ">", "<=", ">="],
                };
                format!("{left} {} {right}", ops[self.rng.usize(..ops.len())])
            }
            CondKind::Exists(_) => format!("{} >= 2", whole.replacen("exists(", "count(", 1)),
            _ => format!("not ({whole})"),
        })
    }

    fn joined(&mut self, parts: &[String], word: &str) -> String {
        let parts: Vec<String> = parts.iter().map(|part| format!("({part})")).collect();
        parts.join(&format!(" {word} "))
    }

    /// The texts of the parts of a group, if they are apart from one another.
    fn parts(&self, cond: &Cond, parts: &[Cond]) -> Option<Vec<String>> {
        let mut last = cond.span.start;
        let mut texts = Vec::new();
        for part in parts {
            let mut span = part.span;
            let mut inner = part;
            while let CondKind::Not(next) = &inner.kind {
                span = span.to(next.span);
                inner = next;
            }
            if span.start < last || span.end > cond.span.end {
                return None;
            }
            last = span.end;
            texts.push(self.at(span)?.to_owned());
        }
        Some(texts)
    }

    /// The sides of a comparison and what is between them.
    fn comparison(&self, cond: &Cond, left: &Value, right: &Value) -> Option<(String, String, String)> {
        let between = Span { start: left.span.end, end: right.span.start, ..cond.span };
        let op = self.text.get(between.start as usize..between.end as usize)?.trim().to_owned();
        let is_whole = left.span.start == cond.span.start && right.span.end == cond.span.end;
        let sides = (self.at(left.span)?.to_owned(), op, self.at(right.span)?.to_owned());
        is_whole.then_some(sides)
    }
}

/// Whether it has no negation of its own that its place includes.
fn is_plain(cond: &Cond) -> bool {
    matches!(cond.kind, CondKind::Between(..))
}

fn is_balanced(text: &str) -> bool {
    let (mut depth, mut quoted, mut escaped) = (0_i32, false, false);
    for c in text.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0 && !quoted
}
