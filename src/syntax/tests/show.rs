//! The tree in one line, without spans.

use std::fmt::Write as _;

use crate::syntax::ast::*;

pub(in crate::syntax) fn file(file: &File) -> String {
    file.items.iter().map(item).collect::<Vec<_>>().join("\n")
}

fn item(item: &Item) -> String {
    match item {
        Item::Param(param) => {
            let default = param.default.as_ref().map_or(String::new(), |value| format!(" = {}", expr(value)));
            format!("param {}: {}{default}", param.name.text, param.ty)
        }
        Item::Trait(item) => {
            format!("trait {} on {} = {}", item.name.text, item.entity.text, expr(&item.value))
        }
        Item::Segment(item) => segment(item),
    }
}

fn segment(segment: &Segment) -> String {
    let mut out = format!("segment {} on {}", segment.name.text, segment.entity.text);
    if let Some(parent) = &segment.extends {
        write!(out, " extends {}", parent.text).unwrap();
    }
    for property in &segment.properties {
        write!(out, "; {}: {:?}", property.name.text, Value(&property.value)).unwrap();
    }
    for rule in &segment.rules {
        write!(out, "; {:?} {}", rule.kind, expr(&rule.condition)).unwrap();
    }
    for one in &segment.keeps {
        write!(out, "; {}", keep(one)).unwrap();
    }
    for one in &segment.columns {
        let column = |column: &Column| match &column.name {
            Some(name) => format!("{} = {}", name.text, expr(&column.value)),
            None => expr(&column.value),
        };
        write!(out, "; With {}", one.columns.iter().map(column).collect::<Vec<_>>().join(", ")).unwrap();
    }
    if segment.is_unreadable {
        write!(out, "; unreadable").unwrap();
    }
    out
}

struct Value<'a>(&'a PropertyValue);

impl std::fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            PropertyValue::List(items) => {
                f.debug_list().entries(items.iter().map(|item| item.text.as_str())).finish()
            }
            other => other.fmt(f),
        }
    }
}

pub(super) fn expr(value: &Expr) -> String {
    let not = |negated: bool| if negated { "not-" } else { "" };
    let case = |ignoring: bool| if ignoring { "~" } else { "" };
    let all = |items: &[Expr]| items.iter().map(expr).collect::<Vec<_>>().join(" ");
    match &value.kind {
        ExprKind::Literal(literal) => literal.to_string(),
        ExprKind::Param(name) => format!("${}", name.text),
        ExprKind::Path(value) => path(value),
        ExprKind::Now => "now".to_owned(),
        ExprKind::Today => "today".to_owned(),
        ExprKind::Duration(n, unit) => format!("{}{unit}", count(n)),
        ExprKind::Ago(n, unit) => format!("ago({}{unit})", count(n)),
        ExprKind::FromNow(n, unit) => format!("from-now({}{unit})", count(n)),
        ExprKind::StartOf(unit) => format!("start({unit})"),
        ExprKind::Negate(inner) => format!("(- {})", expr(inner)),
        ExprKind::Not(inner) => format!("(not {})", expr(inner)),
        ExprKind::And(parts) => format!("(and {})", all(parts)),
        ExprKind::Or(parts) => format!("(or {})", all(parts)),
        ExprKind::HowMany { bound, count: n, items } => format!("({bound:?} {} [{}])", count(n), all(items)),
        ExprKind::Arithmetic(op, a, b) => format!("({op:?} {} {})", expr(a), expr(b)),
        ExprKind::Compare { op, left, right, ignoring_case } => {
            format!("({op:?}{} {} {})", case(*ignoring_case), expr(left), expr(right))
        }
        ExprKind::In { value, items, negated, ignoring_case, .. } => {
            format!("({}in{} {} [{}])", not(*negated), case(*ignoring_case), expr(value), all(items))
        }
        ExprKind::Between { value, low, high, negated } => {
            format!("({}between {} {} {})", not(*negated), expr(value), expr(low), expr(high))
        }
        ExprKind::Text { op, value, needle, negated, ignoring_case } => {
            format!("({}{op:?}{} {} {})", not(*negated), case(*ignoring_case), expr(value), expr(needle))
        }
        ExprKind::Missing { value, negated } => {
            format!("({} {})", if *negated { "present" } else { "missing" }, expr(value))
        }
        ExprKind::Instant { op, value, instant, negated } => {
            format!("({}{op:?} {} {})", not(*negated), expr(value), expr(instant))
        }
        ExprKind::During { value, window: w, negated } => {
            format!("({}during {} {})", not(*negated), expr(value), window(w))
        }
        ExprKind::InSegment { path: of, segment, negated } => {
            let of = of.as_ref().map_or("self".to_owned(), path);
            format!("({}in-segment {of} {})", not(*negated), segment.text)
        }
        ExprKind::ToolBucket { seed, of, tool } => {
            format!("bucket({} of {} as {})", expr(seed), expr(of), tool.text)
        }
        ExprKind::Call { name, args } => format!("{}({})", name.text, all(args)),
        ExprKind::ContainsItems { all: every, value, items, negated, .. } => {
            let word = if *every { "all" } else { "any" };
            format!("({}contains-{word} {} [{}])", not(*negated), expr(value), all(items))
        }
        ExprKind::Empty { value, negated } => format!("({}empty {})", not(*negated), expr(value)),
        ExprKind::Matches { value, pattern, negated, .. } => {
            format!("({}matches {} {pattern:?})", not(*negated), expr(value))
        }
        ExprKind::Resembles { value, text, edits, negated, .. } => {
            format!("({}resembles {} {text:?} {edits})", not(*negated), expr(value))
        }
        ExprKind::Anniversary { value, window: w, negated } => {
            format!("({}anniversary {} {})", not(*negated), expr(value), window(w))
        }
        ExprKind::Aggregate(inner) => aggregate(inner),
        ExprKind::Periods(inner) => periods(inner),
        ExprKind::Sequence(inner) => sequence(inner),
        ExprKind::Unreadable => "<unreadable>".to_owned(),
    }
}

fn periods(inner: &Periods) -> String {
    let mut out = format!("Periods[{} during {}", path(&inner.path), window(&inner.window));
    if let Some(filter) = &inner.filter {
        write!(out, " where {}", expr(filter)).unwrap();
    }
    write!(out, " each {}{}", inner.each.0, inner.each.1).unwrap();
    if let Some((least, _)) = inner.at_least {
        write!(out, " least {least}").unwrap();
    }
    out + "]"
}

fn sequence(inner: &Sequence) -> String {
    let step = |step: &Step| {
        let not = if step.negated { "not " } else { "" };
        let gap = step.gap.map_or(String::new(), |gap| format!("within({}{}) ", gap.count, gap.unit));
        let filter = step.filter.as_ref().map_or(String::new(), |filter| format!(" where {}", expr(filter)));
        format!("{not}{gap}{}{filter}", path(&step.path))
    };
    let mut out = format!("Sequence[{}", inner.steps.iter().map(step).collect::<Vec<_>>().join(", "));
    if let Some(span) = inner.span {
        write!(out, " within({}{})", span.count, span.unit).unwrap();
    }
    if let Some(of) = &inner.matching {
        write!(out, " matching {}", path(of)).unwrap();
    }
    if let Some(w) = &inner.window {
        write!(out, " during {}", window(w)).unwrap();
    }
    out + "]"
}

fn keep(keep: &Keep) -> String {
    match &keep.kind {
        KeepKind::Sample { percent, seed, .. } => format!("Sample {percent}% {seed:?}"),
        KeepKind::Rank { bottom, size, percent, per, by, .. } => {
            let word = if *bottom { "Bottom" } else { "Top" };
            let sign = if *percent { "%" } else { "" };
            let per = per.as_ref().map_or(String::new(), |per| format!(" per {}", path(per)));
            format!("{word} {size}{sign}{per} by {}", expr(by))
        }
    }
}

fn aggregate(inner: &Aggregate) -> String {
    let ranked = inner.ranked.map_or(String::new(), |ranked| {
        format!("{} {} ", if ranked.latest { "latest" } else { "earliest" }, ranked.count)
    });
    let mut out = format!("{:?}[{ranked}{}", inner.func, expr(&inner.arg));
    if let Some(w) = &inner.window {
        write!(out, " during {}", window(w)).unwrap();
    }
    if let Some(filter) = &inner.filter {
        write!(out, " where {}", expr(filter)).unwrap();
    }
    out + "]"
}

fn count(count: &Count) -> String {
    match count {
        Count::Number(n, _) => n.to_string(),
        Count::Param(name) => format!("${}", name.text),
    }
}

fn path(path: &Path) -> String {
    let part = |part: &PathPart| match &part.event {
        Some(event) => format!("{}[{:?}]", part.name.text, event.text),
        None => part.name.text.clone(),
    };
    path.parts.iter().map(part).collect::<Vec<_>>().join(".")
}

fn window(window: &Window) -> String {
    match &window.kind {
        WindowKind::Last(n, unit) => format!("last({}{unit})", count(n)),
        WindowKind::Previous(n, unit) => format!("previous({}{unit})", count(n)),
        WindowKind::Next(n, unit) => format!("next({}{unit})", count(n)),
        WindowKind::This(unit) => format!("this({unit})"),
        WindowKind::Today => "today-window".to_owned(),
        WindowKind::Yesterday => "yesterday".to_owned(),
        WindowKind::Since(from) => format!("since({})", expr(from)),
        WindowKind::Until(to) => format!("until({})", expr(to)),
        WindowKind::FromTo(from, to) => format!("[{} to {})", expr(from), expr(to)),
        WindowKind::Through(from, to) => format!("[{} through {}]", expr(from), expr(to)),
        WindowKind::Lifetime => "lifetime".to_owned(),
    }
}
