//! Conditions that contradict or exhaust one another (SEG346 to SEG349, SEG357 to SEG359).

use crate::diagnostic::{Label, Span};

crate::problems! {
    /// Two conditions on one value that no row satisfies together, joined by `and`.
    ///
    ///     where country = "US" and country = "CA"     # country in ("US", "CA")
    ///     where total > 5 and total < 3               # total > 5 or total < 3
    ///
    /// Write `or`, a list, or other bounds; or remove one of the conditions.
    warning SEG346 "never true together" Contradiction { span: Span, others: Vec<Span>, help: String }
    message |p| if p.others.len() > 1 {
        "these conditions are never all true".to_owned()
    } else {
        "these two conditions are never true together".to_owned()
    };
    help |p| Some(p.help.clone());
    labels |p| labels(&p.others, "never true together with this");

    /// Two conditions on one value of which one always holds, joined by `or`.
    ///
    ///     where country != "US" or country != "CA"    # country not in ("US", "CA")
    ///
    /// Write `and`, a list, or other bounds; or remove the conditions.
    warning SEG347 "one of them is always true" Exhaustive { span: Span, others: Vec<Span>, help: String }
    message |_p| "one of these conditions is always true".to_owned();
    help |p| Some(p.help.clone());
    labels |p| labels(&p.others, "true whenever the other isn't");

    /// A condition, or a segment, that is asked for twice in the same place.
    ///
    ///     where in segment buyers and active and in segment buyers
    ///
    /// Remove one of the two, or name what was meant instead.
    warning SEG348 "written twice" Repeated { span: Span, first: Span, segment: Option<String> }
    message |p| match &p.segment {
        Some(segment) => format!("the segment `{segment}` is asked for twice"),
        None => "this condition is written twice".to_owned(),
    };
    help |_p| Some("remove one of the two, or write what was meant instead".to_owned());
    labels |p| vec![Label { span: p.first, text: "first here".to_owned() }];

    /// A list names a value twice.
    ///
    ///     where plan in ("free", "pro", "free")
    ///
    /// Remove it, or write the value that was meant.
    warning SEG349 "twice in a list" RepeatedItem { span: Span, first: Span, item: String }
    message |p| format!("`{}` is in the list already", p.item);
    help |_p| Some("remove it, or write the value that was meant".to_owned());
    labels |p| vec![Label { span: p.first, text: "first here".to_owned() }];

    /// The value is never missing, so that the condition is the same for every row.
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

    /// What a rule selects is taken out again by another: by an `exclude`, or because the
    /// segments that come first in an exclusive group take it.
    ///
    ///     include where active
    ///     exclude where active
    ///
    /// Narrow one of the two.
    warning SEG358 "selected and taken out" TakenOut { span: Span, other: Span, what: &'static str }
    message |p| format!("{} takes out everyone that this selects", p.what);
    help |_p| Some("narrow one of the two, or remove the rule".to_owned());
    labels |p| vec![Label { span: p.other, text: "taken out here".to_owned() }];

    /// What the catalog says of a field decides the condition.
    ///
    ///     where sum(orders.total) < 0                 # total: { min: 0 }
    ///
    /// Compare with something else. If other values occur, correct the catalog.
    warning SEG359 "decided by the catalog" DecidedByCatalog { span: Span, holds: bool, declared: Label }
    message |p| format!("by what the catalog declares, this is always {}", p.holds);
    help |_p| Some("compare with something else; if other values occur, correct the catalog".to_owned());
    labels |p| vec![p.declared.clone()];
}

fn labels(places: &[Span], text: &str) -> Vec<Label> {
    places.iter().map(|&span| Label { span, text: text.to_owned() }).collect()
}
