//! `keep`, exclusive groups and `expire` (SEG35x names and structure,
//! SEG42x types and numbers, SEG530 size).

use crate::diagnostic::{Label, Span};

crate::problems! {
    /// Two segments of an exclusive group have the same priority, so it is unclear which of them
    /// comes first.
    ///
    ///     exclusive group: "campaigns"
    ///     priority: 10                        # another segment of the group has 10
    ///
    /// Give each segment of a group a different number; the lowest comes first.
    error SEG350 "equal priorities" EqualPriorities {
        span: Span, segment: String, other: String, other_span: Span, group: String, priority: i64
    }
    message |p| format!(
        "`{}` and `{}` both have priority {} in the exclusive group `{}`", p.other, p.segment, p.priority, p.group
    );
    help |_p| Some("give each segment of a group a different number; the lowest comes first".to_owned());
    labels |p| vec![Label { span: p.other_span, text: format!("the priority of `{}`", p.other) }];

    /// All segments of an exclusive group must be on the same entity: a customer can't be in only
    /// one of two segments if one of them contains orders.
    ///
    ///     segment a on customer { exclusive group: "campaigns" priority: 1 }
    ///     segment b on order { exclusive group: "campaigns" priority: 2 }
    ///
    /// Use a separate group for the segments of each entity.
    error SEG351 "another entity in an exclusive group" MixedGroup {
        span: Span, segment: String, entity: String, other: String, other_entity: String, other_span: Span,
        group: String
    }
    message |p| format!(
        "`{}` is on `{}`, but `{}` in the same exclusive group `{}` is on `{}`",
        p.segment, p.entity, p.other, p.group, p.other_entity
    );
    help |p| Some(format!("use a different group for the segments on `{}`", p.entity));
    labels |p| vec![Label { span: p.other_span, text: format!("the group of `{}`", p.other) }];

    /// A segment of an exclusive group needs a priority, which decides the order of the segments.
    ///
    ///     exclusive group: "campaigns"        # and priority: 10
    error SEG352 "a group without a priority" NoPriority { span: Span, segment: String, group: String }
    message |p| format!("`{}` is in the exclusive group `{}` but has no priority", p.segment, p.group);
    help |_p| Some("add `priority: 10`; the segment with the lower number comes first".to_owned());

    /// A priority orders the segments of an exclusive group, but this segment isn't in a group.
    ///
    ///     priority: 10                        # and exclusive group: "campaigns"
    error SEG353 "a priority without a group" NoGroup { span: Span, segment: String }
    message |p| format!("`{}` has a priority but isn't in an exclusive group", p.segment);
    help |_p| Some("name the group: `exclusive group: \"campaigns\"`, or remove the priority".to_owned());

    /// `keep … per` counts within groups. Each row must belong to one group, but a link to many
    /// rows has many values.
    ///
    ///     keep top 3 per orders by total      # per company, per country
    error SEG354 "grouped by many rows" PerMany { span: Span, link: String }
    message |p| format!("`{}` leads to many rows, so a row has no single group", p.link);
    help |_p| Some("use a field, or a link that leads to one row, such as `per company`".to_owned());

    /// `expire` and `history` need a table that records past members. A view or an inline segment
    /// has none.
    ///
    ///     materialize: view
    ///     expire: 14 days
    ///
    /// Store the segment as a table, or remove the property.
    error SEG355 "no table to record members in" NoTable {
        span: Span, segment: String, property: &'static str, how: &'static str, how_span: Option<Span>
    }
    message |p| format!("`{}` has `{}`, which needs a table, but is stored as `{}`", p.segment, p.property, p.how);
    help |p| Some(match p.how_span {
        Some(_) => "write `materialize: table` or `materialize: incremental`".to_owned(),
        None => format!(
            "`materialize: {}` is the project's default: write `materialize: table` in the segment", p.how
        ),
    });
    labels |p| p.how_span.iter().map(|&span| Label { span, text: "how it is stored".to_owned() }).collect();

    /// A view is evaluated whenever it is read, together with everything it refers to. The members
    /// that a segment with `expire` retains can't be evaluated: only its table knows them.
    ///
    ///     segment lapsed on customer { expire: 14 days where … }
    ///     segment calls on customer { materialize: view where in segment lapsed }
    ///
    /// Store the segment as a table.
    error SEG356 "a view over a segment with `expire`" ViewOverExpire {
        span: Span, view: String, segment: String, chain: String, expire: Span
    }
    message |p| format!("`{}` is a view, but depends on `{}`, which has an `expire`", p.view, p.segment);
    help |p| Some(format!("write `materialize: table` in `{}` ({})", p.view, p.chain));
    labels |p| vec![Label { span: p.expire, text: format!("`{}` retains members", p.segment) }];

    /// `keep top N` keeps N entities, where N is a whole number, at least 1.
    ///
    ///     keep top 2.5 by total               # keep top 3 by total, keep top 2.5% by total
    error SEG420 "not a number to keep" WrongKeepCount { span: Span, given: String, may_be_percent: bool }
    message |p| format!("`{}` can't be the number of entities to keep", p.given);
    help |p| Some(if p.may_be_percent {
        format!("use a whole number, at least 1, or a percentage: `{}%`", p.given)
    } else {
        "use a whole number, at least 1".to_owned()
    });

    /// A percentage is above 0 and at most 100. In `keep top` it has at most 6 digits after the
    /// point, in `keep sample` at most 2, since there are 10,000 buckets.
    ///
    ///     keep sample 33.333% seed "autumn"   # keep sample 33.33% seed "autumn"
    error SEG421 "not a percentage" WrongPercent { span: Span, given: String, digits: u8 }
    message |p| format!("`{}%` isn't a percentage that can be kept", p.given);
    help |p| Some(format!(
        "use a number above 0 and up to 100, with at most {} digits after the point", p.digits
    ));

    /// `keep top` and `keep bottom` rank by a value with an order: a number, text, a date or a
    /// timestamp.
    ///
    ///     keep top 10 by unsubscribed         # keep top 10 by lifetime_value
    error SEG422 "ranked by something without an order" NotRankable { span: Span, what: String, ty: String }
    message |p| format!("{} is of type {}, which has no order to rank by", p.what, p.ty);
    help |_p| Some("rank by a number, text, a date or a timestamp".to_owned());

    /// `keep … per` needs a value with exact equality. Arrays, JSON, floats and semantic versions
    /// have none.
    ///
    ///     keep top 1 per tags by total        # tags is an array
    error SEG423 "grouped by something that can't be compared" NotGroupable { span: Span, what: String, ty: String }
    message |p| format!("{} is of type {}, which can't define groups", p.what, p.ty);
    help |_p| Some("group by a link to one row, or by text, an exact number, a date or a boolean".to_owned());

    /// The seed of `bucket` is a text constant or a parameter, since all rows must use the same
    /// seed.
    ///
    ///     where bucket(country) < 500         # bucket("autumn") < 500
    error SEG424 "not a seed" WrongSeed { span: Span }
    message |_p| "the seed of `bucket` must be a text constant".to_owned();
    help |_p| Some("write it in quotes: `bucket(\"autumn\") < 500`".to_owned());

    /// The bucket of a row is derived from its key. Engines format keys of this type differently;
    /// only text, integers and dates are the same on all of them.
    ///
    ///     key: measured_at                    # a timestamp
    ///
    /// Use an entity whose key is text, an integer or a date.
    error SEG425 "a key without buckets" UnhashableKey { span: Span, entity: String, field: String, ty: String }
    message |p| format!(
        "`{}` has no buckets: `{}` in its key is of type {}", p.entity, p.field, p.ty
    );
    help |_p| Some("buckets need a key of text, integers or dates".to_owned());

    /// Only some tools cut percentages by a hash that databases have: LaunchDarkly and PostHog by SHA-1, Flagsmith
    /// and Dittofeed by MD5.
    ///
    ///     where bucket("rollout" of id as unleash) < 2500   # bucket("rollout") < 2500
    error SEG428 "buckets of another tool" UnknownBuckets { span: Span, name: String, help: String }
    message |p| format!("there are no buckets of `{}`", p.name);
    help |p| Some(p.help.clone());

    /// An exclusive group has a limited number of segments, since each is compared with all that
    /// come before it, in every statement of every script.
    ///
    /// Split it into two groups. To keep the second group from taking members of the first, define
    /// a segment that contains the first group, and exclude it in the segments of the second.
    ///
    ///     segment taken on customer {
    ///       include where in segment spring_sale
    ///       include where in segment win_back       # … the segments of the first group
    ///     }
    ///
    ///     segment newsletter on customer {
    ///       exclusive group: "later campaigns"
    ///       priority: 1
    ///       exclude where in segment taken
    ///     }
    error SEG530 "a large exclusive group" LargeGroup {
        span: Span, segment: String, group: String, count: usize, limit: usize
    }
    message |p| format!(
        "the exclusive group `{}` has {} segments, and the limit is {}: `{}` and those after it are too many",
        p.group, p.count, p.limit, p.segment
    );
    help |_p| Some(
        "split it into two groups, and exclude a segment with all members of the first in each segment of the second"
            .to_owned()
    );
}
