//! Columns beside the key (SEG342 to SEG345 names and structure, SEG426 and SEG427 types and values).

use crate::diagnostic::{Label, Span};

crate::problems! {
    /// A column beside the key that isn't simply a field or trait of the segment's entity needs a name.
    ///
    ///     with company.name, count(orders)
    ///
    /// Name it: `with company_name = company.name, orders = count(orders)`.
    error SEG342 "a column without a name" UnnamedColumn { span: Span, written: Option<String>, proposed: Option<String> }
    message |p| match &p.written {
        Some(written) => format!("`{written}` needs a name as a column"),
        None => "this needs a name as a column".to_owned(),
    };
    help |p| Some(match (&p.written, &p.proposed) {
        (Some(written), Some(name)) => format!("name the column: `{name} = {written}`"),
        _ => "name the column: `last_order = last(orders.ordered_at)`".to_owned(),
    });

    /// The columns of a segment's table have different names, whatever their case: those of the key, those
    /// that segc adds to its tables (`entered_at`, `expires_at`, `left_at`, `run_seq`, `action`,
    /// `logged_at`, `segment`), and those that follow `with`.
    ///
    ///     with country, Country = upper(country)
    ///
    /// Give the column another name: `with country, country_code = upper(country)`.
    error SEG343 "a column's name is taken" TakenColumn { span: Span, name: String, by: &'static str, first: Option<Span> }
    message |p| format!("a column can't be named `{}`, which is {}", p.name, p.by);
    help |p| Some(format!("give it another name: `other_{} = …`", p.name.to_lowercase()));
    labels |p| p.first.iter().map(|&span| Label { span, text: "the other column".to_owned() }).collect();

    /// Columns beside the key are in the segment's table or view. A segment with `materialize: inline` has
    /// neither: only other segments use it, and they can't read its columns.
    ///
    ///     materialize: inline
    ///     with lifetime_value
    ///
    /// Store the segment as a table or as a view, or remove the columns.
    error SEG344 "columns without a table" NoTableForColumns { span: Span, segment: String, how_span: Option<Span> }
    message |p| format!("`{}` has columns, but neither a table nor a view", p.segment);
    help |p| Some(match p.how_span {
        Some(_) => "write `materialize: table`, `incremental` or `view`".to_owned(),
        None => "`materialize: inline` is the project's default: write `materialize: table` in the segment".to_owned(),
    });
    labels |p| p.how_span.iter().map(|&span| Label { span, text: "how it is stored".to_owned() }).collect();

    /// A segment lists its columns in one `with`.
    ///
    ///     with country
    ///     with lifetime_value                 # with country, lifetime_value
    error SEG345 "more than one `with`" SecondWith { span: Span, first: Span }
    message |_p| "a segment has one `with`".to_owned();
    help |_p| Some("add the columns to the first, with a comma between them: `with country, lifetime_value`".to_owned());
    labels |p| vec![Label { span: p.first, text: "the first".to_owned() }];

    /// A column holds a value that every database writes in the same way. Documents and arrays aren't written
    /// in the same way.
    ///
    ///     with tags                           # an array
    ///
    /// Use a value made of it: `with tag_count = size(tags)`, or a typed field inside the document.
    error SEG426 "not a value for a column" NotAColumn { span: Span, what: String, ty: String }
    message |p| format!("{} is of type {}, which can't be a column beside the key", p.what, p.ty);
    help |p| Some(match p.ty.as_str() {
        "json" => "declare a field inside the document in the catalog, with a `path`, and use it".to_owned(),
        _ => "use a value made of it, such as `size(…)`, or `is_new = tags contains \"new\"`".to_owned(),
    });

    /// The column's value changes whenever the clock moves, so that each run writes every member again, and a
    /// refresh evaluates everyone.
    ///
    ///     with days = days_since(signed_up_at)
    ///
    /// Write the instant or the date instead, from which a reader of the table computes the days: `with
    /// signed_up_at`.
    warning SEG427 "a column that changes at every run" ClockColumn { span: Span, name: String }
    message |p| format!("`{}` depends on the clock: every run writes all members again", p.name);
    help |_p| Some("use the date or timestamp itself, which changes only with the data".to_owned());
}
