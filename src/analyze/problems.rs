//! Segments with the same members (SEG380), and what segments read although their readers may not (SEG520,
//! SEG521).

use crate::check::problems::list;
use crate::diagnostic::{Label, Span};

crate::problems! {
    /// Two segments have the same members, whatever the rows are. They are compared by what they mean, not
    /// by how they are written: the order of conditions, a trait in place of its expression, or
    /// `not exists(…)` in place of `count(…) = 0` make no difference.
    ///
    ///     segment paying on customer { where plan = "pro" and active }
    ///     segment active_pro on customer { where active and plan in ("pro") }   # the same
    ///
    /// Segments that use parameters, that `expire`, or that different roles may read aren't compared.
    /// Remove one of the two, or refer to the other: `segment active_pro on customer extends paying { }`.
    warning SEG380 "the same members" SameMembers {
        span: Span, segment: String, first: String, first_span: Span
    }
    message |p| format!("`{}` always has the same members as `{}`", p.segment, p.first);
    help |p| Some(format!(
        "remove one of the two, or write the condition once and refer to it with `extends {0}` or `in segment {0}`",
        p.first
    ));
    labels |p| vec![Label { span: p.first_span, text: "asks the same".to_owned() }];

    /// Everyone who may read a segment must be allowed to use every field that the segment uses.
    ///
    /// A field's `roles` say who may use it, and a segment's `access` says who may read it;
    /// without them, everyone may. The members reveal something about the field, however the
    /// segment uses it: in a condition, a link, a trait, a window or a `keep`.
    ///
    /// ```text
    /// salary: { type: integer, roles: [hr] }                       # in the catalog
    /// segment rich on user { where salary > 100000 }               # everyone may read it
    /// segment rich on user { access: [hr] where salary > 100000 }  # only `hr` may
    /// ```
    ///
    /// Restrict the segment with `access`, add the roles to the field, or don't use the field.
    error SEG520 "a field that readers may not use" FieldRefused {
        span: Span, segment: String, readers: Option<Vec<String>>, field: String, roles: Vec<String>,
        how: String, allowed: Vec<String>, access: Option<Span>, declared: Span, places: Vec<Label>
    }
    message |p| match &p.readers {
        None => format!("everyone may read `{}`, but only {} may use `{}`{}", p.segment, list(texts(&p.roles)), p.field, p.how),
        Some(readers) => format!(
            "{} may read `{}`, but may not use `{}`{}", list(texts(readers)), p.segment, p.field, p.how
        ),
    };
    help |p| {
        let name = p.field.rsplit('.').next().unwrap_or(&p.field);
        let restrict = restrict(&p.allowed, &p.segment);
        let widen = match &p.readers {
            None => format!("remove `roles` of `{name}` from the catalog, if everyone may use it"),
            Some(readers) => format!("add {} to `roles` of `{name}` in the catalog", list(texts(readers))),
        };
        Some(format!("{restrict}{widen}"))
    };
    labels |p| {
        let who = list(texts(&p.roles));
        let mut labels = p.places.clone();
        labels.extend(p.access.map(|span| Label { span, text: "may read the segment".to_owned() }));
        labels.push(Label { span: p.declared, text: format!("only {who} may use it") });
        labels
    };

    /// Everyone who may read a segment must be allowed to read the segments that it reads.
    ///
    /// A segment reads another if it extends it, tests for its members, or comes after it in an
    /// exclusive group. Its members then reveal something about the other segment's.
    ///
    /// ```text
    /// segment rich on user { access: [hr] where salary > 100000 }
    /// segment rich_us on user extends rich { where country = "US" }               # everyone
    /// segment rich_us on user extends rich { access: [hr] where country = "US" }  # `hr`
    /// ```
    ///
    /// Restrict the reading segment with `access`, or add its roles to the other one.
    error SEG521 "a segment that readers may not read" SegmentRefused {
        span: Span, segment: String, readers: Option<Vec<String>>, other: String, roles: Vec<String>,
        how: String, allowed: Vec<String>, access: Option<Span>, declared: Option<Span>
    }
    message |p| match &p.readers {
        None => format!("everyone may read `{}`, but only {} may read `{}`{}", p.segment, list(texts(&p.roles)), p.other, p.how),
        Some(readers) => format!(
            "{} may read `{}`, but may not read `{}`{}", list(texts(readers)), p.segment, p.other, p.how
        ),
    };
    help |p| {
        let restrict = restrict(&p.allowed, &p.segment);
        let widen = match &p.readers {
            None => format!("remove `access` of `{}`, if everyone may read it", p.other),
            Some(readers) => format!("add {} to `access` of `{}`", list(texts(readers)), p.other),
        };
        Some(format!("{restrict}{widen}"))
    };
    labels |p| {
        let text = || format!("only {} may read `{}`", list(texts(&p.roles)), p.other);
        let access = p.access.map(|span| Label { span, text: "may read the segment".to_owned() });
        access.into_iter().chain(p.declared.map(|span| Label { span, text: text() })).collect()
    };
}

fn texts(roles: &[String]) -> impl Iterator<Item = &str> {
    roles.iter().map(String::as_str)
}

/// Which `access` would do; nothing if none would.
fn restrict(allowed: &[String], segment: &str) -> String {
    if allowed.is_empty() {
        return String::new();
    }
    format!("restrict `{segment}` with `access: [{}]`, or ", allowed.join(", "))
}
