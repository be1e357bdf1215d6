//! Conditions that contradict or exhaust one another (SEG346 to SEG349, SEG357 to SEG359).

use crate::diagnostic::{Label, Span};

crate::problems! {
    /// Two conditions on the same value are joined by `and`, but no row satisfies both.
    ///
    ///     where country = "US" and country = "CA"     # country in ("US", "CA")
    ///     where total > 5 and total < 3               # total > 5 or total < 3
    ///
    /// Use `or`, a list or different bounds, or remove one of the conditions.
    warning SEG346 "never true together" Contradiction { span: Span, others: Vec<Span>, help: String }
    message |p| if p.others.len() > 1 {
        "these conditions are never all true".to_owned()
    } else {
        "these two conditions are never true together".to_owned()
    };
    help |p| Some(p.help.clone());
    labels |p| labels(&p.others, "never true together with this");

    /// Two conditions on the same value are joined by `or`, and one of them always holds.
    ///
    ///     where country != "US" or country != "CA"    # country not in ("US", "CA")
    ///
    /// Use `and`, a list or different bounds, or remove the conditions.
    warning SEG347 "one of them is always true" Exhaustive { span: Span, others: Vec<Span>, help: String }
    message |_p| "one of these conditions is always true".to_owned();
    help |p| Some(p.help.clone());
    labels |p| labels(&p.others, "true whenever the other isn't");

    /// The same condition or segment is written twice in one place.
    ///
    ///     where in segment buyers and active and in segment buyers
    ///
    /// Remove one of them, or write what you meant instead.
    warning SEG348 "written twice" Repeated { span: Span, first: Span, segment: Option<String> }
    message |p| match &p.segment {
        Some(segment) => format!("the segment `{segment}` is tested twice"),
        None => "this condition is written twice".to_owned(),
    };
    help |_p| Some("remove one of them, or write what you meant instead".to_owned());
    labels |p| vec![Label { span: p.first, text: "first here".to_owned() }];

    /// A list contains the same value twice.
    ///
    ///     where plan in ("free", "pro", "free")
    ///
    /// Remove it, or write the value you meant.
    warning SEG349 "twice in a list" RepeatedItem { span: Span, first: Span, item: String }
    message |p| format!("`{}` is already in the list", p.item);
    help |_p| Some("remove it, or write the value you meant".to_owned());
    labels |p| vec![Label { span: p.first, text: "first here".to_owned() }];

    /// The value is never missing, so the condition is the same for every row.
    ///
    ///     where customer_id is missing                # nullable: false
    ///
    /// Remove the condition. If the value can be missing, remove `nullable: false` from the catalog.
    warning SEG357 "never missing" NeverMissing { span: Span, holds: bool, declared: Option<(Span, &'static str)> }
    message |p| format!("the value is never missing, so this is always {}", p.holds);
    help |p| Some(match p.declared {
        Some((_, "`nullable: false`")) => {
            "remove the condition; if the value can be missing, remove `nullable: false` from the catalog".to_owned()
        }
        _ => "remove the condition".to_owned(),
    });
    labels |p| p.declared.map(|(span, text)| Label { span, text: text.to_owned() }).into_iter().collect();

    /// Everything that a rule selects is removed again, by an `exclude` or by the segments that come
    /// first in an exclusive group.
    ///
    ///     include where active
    ///     exclude where active
    ///
    /// Narrow one of them.
    warning SEG358 "selected and excluded again" TakenOut { span: Span, other: Span, what: &'static str }
    message |p| format!("{} removes everything that this selects", p.what);
    help |_p| Some("narrow one of them, or remove the rule".to_owned());
    labels |p| vec![Label { span: p.other, text: "removed here".to_owned() }];

    /// The catalog's declaration of a field decides the condition.
    ///
    ///     where sum(orders.total) < 0                 # total: { min: 0 }
    ///
    /// Compare with a different value. If other values occur, correct the catalog.
    warning SEG359 "decided by the catalog" DecidedByCatalog { span: Span, holds: bool, declared: Label }
    message |p| format!("according to the catalog, this is always {}", p.holds);
    help |_p| Some("compare with a different value; if other values occur, correct the catalog".to_owned());
    labels |p| vec![p.declared.clone()];

    /// A condition makes no difference beside another: of conditions that must all hold, one always holds where
    /// another does; of conditions of which any is enough, one never holds where another doesn't. They are compared
    /// by the values and the rows that they admit.
    ///
    ///     where total > 100 and total > 50                                        # total > 100
    ///     where exists(orders during last 30 days) and exists(orders during last 90 days)
    ///
    /// Remove it, or write what was meant instead.
    warning SEG367 "makes no difference beside another" Idle { span: Span, other: Span, what: &'static str }
    message |p| p.what.to_owned();
    help |_p| Some("remove it, or write what was meant instead".to_owned());
    labels |p| vec![Label { span: p.other, text: "decides alone".to_owned() }];
}

/// What an idle condition does, of conditions that must all hold, and of those of which any is enough.
pub(crate) const LEAVES_NOBODY_OUT: &str = "this leaves nobody out beside another condition";
pub(crate) const ADDS_NOBODY: &str = "this adds nobody beside another condition";

fn labels(places: &[Span], text: &str) -> Vec<Label> {
    places.iter().map(|&span| Label { span, text: text.to_owned() }).collect()
}
