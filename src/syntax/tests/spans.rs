//! Spans cover what was written and nothing more.

use super::parsed;
use crate::diagnostic::Span;
use crate::syntax::ast::{ExprKind, Item, RuleKind};

const TEXT: &str = "segment `s` on c # comment
{
  tags: [a] # more
  where # why
    not a.b + (1 # one
    ) in ( - 5 , 7 ) # end
  exclude
    where count(o during last 3 days # w
      where x) > 2 # e
} # done
param p: decimal ( 5 , 2 ) = - 5 # p
trait t on c = x contains 'y' # t
";

fn at(span: Span) -> &'static str {
    &TEXT[span.start as usize..span.end as usize]
}

#[test]
fn spans_end_with_their_last_word() {
    let (file, problems) = parsed(TEXT);
    assert!(problems.is_empty(), "{problems:#?}");
    let [Item::Segment(segment), Item::Param(param), Item::Trait(item)] = file.items.as_slice() else {
        panic!("three items")
    };
    assert_eq!(at(segment.name.span), "`s`");
    assert_eq!(segment.name.text, "s");
    assert_eq!(at(segment.properties[0].value_span), "[a]");
    assert_eq!(at(segment.properties[0].name.span), "tags");
    assert!(
        at(segment.rules[0].span).starts_with("where # why") && at(segment.rules[0].span).ends_with("7 )")
    );
    assert_eq!(segment.rules[1].kind, RuleKind::Exclude);
    let ExprKind::Not(inner) = &segment.rules[0].condition.kind else { panic!("not") };
    let ExprKind::In { value, items, items_span, .. } = &inner.kind else { panic!("in") };
    assert_eq!(at(value.span), "a.b + (1 # one\n    )");
    assert_eq!(at(*items_span), "( - 5 , 7 )");
    assert_eq!(at(items[0].span), "- 5");
    let ExprKind::Compare { left, .. } = &segment.rules[1].condition.kind else { panic!("compare") };
    let ExprKind::Aggregate(aggregate) = &left.kind else { panic!("aggregate") };
    assert_eq!(at(aggregate.func_span), "count");
    assert_eq!(at(aggregate.window.as_ref().expect("a window").span), "last 3 days");
    assert_eq!(at(aggregate.filter.as_ref().expect("a filter").span), "x");
    assert_eq!(at(param.ty_span), "decimal ( 5 , 2 )");
    assert_eq!(at(item.value.span), "x contains 'y'");
}
