//! Findings (SEG390 to SEG396).

use crate::diagnostic::{Label, Span};

crate::problems! {
    /// No row can be a member, whatever the data. The labels show the rules that exclude one another; they are
    /// compared by what they mean, also across `extends` and `in segment`.
    ///
    ///     segment us on customer { where country = "US" }
    ///     segment toronto on customer extends us { where country = "CA" }    # always empty
    ///
    /// Narrow one of the rules, or remove the segment.
    warning SEG390 "always empty" AlwaysEmpty { span: Span, segment: String, rules: Vec<Label> }
    message |p| format!("`{}` is always empty: no row satisfies all of its rules", p.segment);
    help |_p| Some("change one of the rules, or remove the segment".to_owned());
    labels |p| p.rules.clone();

    /// Every row is a member, whatever the data, although the segment has conditions.
    ///
    ///     segment reached on customer { where plan = "free" or plan is missing or plan != "free" }
    ///
    /// Remove the conditions if everyone is meant: a segment without `where` has every row as a member.
    warning SEG391 "always everyone" AlwaysEveryone { span: Span, segment: String, rules: Vec<Label> }
    message |p| format!("everyone is a member of `{}`: its conditions leave no row out", p.segment);
    help |_p| Some("change the conditions, or remove them if everyone is meant".to_owned());
    labels |p| p.rules.clone();

    /// Every member of the segment is a member of another, which it could narrow instead of repeating its conditions.
    /// A project asks for this warning: `warnings: { SEG392: warn }` in `segc.yml`.
    ///
    ///     segment adults on customer { where age >= 18 }
    ///     segment adults_us on customer { where age >= 18 and country = "US" }
    ///     segment adults_us on customer extends adults { where country = "US" }    # the same
    ///
    /// Extend the other segment, or leave it as it is, if the two have nothing to do with one another.
    warning SEG392 "could narrow another segment" Narrows {
        span: Span, segment: String, wide: String, declared: Span
    }
    message |p| format!("every member of `{}` is a member of `{}`", p.segment, p.wide);
    help |p| Some(format!("`extends {}` says so, without the conditions that the two have in common", p.wide));
    labels |p| vec![Label { span: p.declared, text: "the wider segment".to_owned() }];

    /// No segment and no other trait mentions the trait, or nothing reads the parameter.
    ///
    ///     trait lifetime_value of customer = sum(orders.total)    # and no segment uses `lifetime_value`
    ///
    /// Remove it, or use it.
    warning SEG394 "declared and never used" Unused { span: Span, what: &'static str, name: String }
    message |p| format!("nothing uses the {} `{}`", p.what, p.name);
    help |p| Some(format!("remove the {}, or use it", p.what));

    /// A comparison with a missing value is false, so its negation is true: `not age > 18` holds for those whose age
    /// is missing, and `age <= 18` doesn't.
    ///
    ///     where not age > 18                      # also those without an age
    ///     where age <= 18                         # only those with one
    ///     where not age > 18 or age is missing    # the first, said so
    ///
    /// Write the comparison that is meant, or say with `is missing` or `is present` what is to happen to missing
    /// values.
    warning SEG395 "missing values satisfy the negation" MissingHolds {
        span: Span, value: Option<String>, place: Span, instead: Option<&'static str>
    }
    message |p| match &p.value {
        Some(value) => format!("this also holds where `{value}` is missing, since the comparison is false there"),
        None => "this also holds where the value is missing, since the comparison is false there".to_owned(),
    };
    help |p| {
        let value = p.value.as_deref().unwrap_or("x");
        let meant = match p.instead {
            Some(symbol) => format!("write the comparison with `{symbol}` instead of the negation if missing values shouldn't satisfy it; if they should, "),
            None => format!("add `and {value} is present` if missing values shouldn't satisfy it; if they should, "),
        };
        Some(format!("{meant}add `or {value} is missing`, which says so"))
    };
    labels |p| vec![Label { span: p.place, text: "can be missing".to_owned() }];

    /// A column of the segment's table holds personal data, and everyone may read the segment.
    ///
    ///     segment win_back on customer { with email where … }                # email: { pii: true }
    ///     segment win_back on customer { access: [crm] with email where … }
    ///
    /// Say with `access` which roles may read the segment, or leave the column out.
    warning SEG396 "personal data for everyone" PersonalOutput { span: Span, segment: String, column: String }
    message |p| format!("the column `{}` of `{}` holds personal data, and everyone may read the segment", p.column, p.segment);
    help |p| Some(format!("say which roles may read `{}`, such as `access: [crm]`, or leave the column out", p.segment));
}
