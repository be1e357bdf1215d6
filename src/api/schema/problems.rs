//! What a catalog says of a database that isn't so (SEG740 to SEG749).

use crate::diagnostic::{Span, closest};
use crate::problems;

problems! {
    /// A table that the catalog names is not in the database.
    ///
    /// ```text
    /// order: { table: shop.ordes, … }      # and the table is shop.orders
    /// ```
    ///
    /// Correct `table:`, or the database that `--db` names. A name without a schema is looked for
    /// where the database looks for it: along the search path, or in the current schema.
    error SEG740 "no such table" NoSuchTable {
        span: Option<Span>, entity: String, table: String, database: String, near: Option<String>,
    }
    message |p| format!("`{}` has no table `{}`, which `{}` reads", p.database, p.table, p.entity);
    help |p| Some(match &p.near {
        Some(near) => format!("did you mean `table: {near}`?"),
        None => "correct `table:` in the catalog, or the database that is named".to_owned(),
    });

    /// A column that a field reads is not in its table.
    ///
    /// ```text
    /// fields: { status: string }           # and the column is order_status
    /// ```
    ///
    /// Say which column it is, with `column:`, or give the table the column.
    error SEG741 "no such column" NoSuchColumn {
        span: Option<Span>, field: String, table: String, column: String, known: Vec<String>,
    }
    message |p| format!("`{}` has no column `{}`, which `{}` reads", p.table, p.column, p.field);
    help |p| Some(match closest(&p.column, p.known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `column: {near}`?"),
        None => format!("correct `column:` in the catalog; the columns are: {}", p.known.join(", ")),
    });

    /// A column has another type than its field declares.
    ///
    /// Columns are read as the catalog declares them, without a conversion: what doesn't fit fails
    /// in the database, or finds other members.
    ///
    /// ```text
    /// fields: { total: integer }           # and the column is numeric(10,2)
    /// ```
    ///
    /// Declare what the column holds. If no type is right (UUIDs, intervals, bytes), let the entity
    /// read a `query:` that casts the column to one that is.
    error SEG742 "column of another type" OtherType {
        span: Option<Span>, field: String, declared: String, column: String, ty: String, right: Option<String>,
    }
    message |p| format!("`{}` is declared as {}, and the column `{}` is {}", p.field, p.declared, p.column, p.ty);
    help |p| Some(match &p.right {
        Some(right) => format!("declare `{right}`"),
        None => "no field has that type: read a `query:` in place of `table:`, which casts it to text".to_owned(),
    });

    /// A column holds times without a zone, and its field says nothing of one.
    ///
    /// Which instant such a time is depends on the zone it was written in. The column can't say
    /// which that is, and neither can segc: without a declaration, the same row would be in one hour for
    /// one condition and in another for the next.
    ///
    /// ```text
    /// fields: { at: timestamp }            # and the column is timestamp without time zone
    /// ```
    ///
    /// Declare the zone, as in `at: { type: timestamp, zone: UTC }`. Most applications write UTC; ask
    /// those who write the table.
    error SEG743 "times without a zone" TimeWithoutZone {
        span: Option<Span>, field: String, column: String, ty: String, project: String,
    }
    message |p| format!("`{}` is a timestamp, and the column `{}` ({}) holds times without a zone", p.field, p.column, p.ty);
    help |p| Some(format!(
        "declare `zone: UTC` if they are in UTC{}; the column doesn't say which zone they are in",
        match p.project.as_str() {
            "UTC" => String::new(),
            zone => format!(", or `zone: {zone}` if they are local times of the project's"),
        }
    ));

    /// Columns hold integers of 32 bits or fewer, which their fields don't say.
    ///
    /// The database computes with the width of its columns: `n * n` overflows beyond 2,147,483,647,
    /// and the run fails. With `storage: int32`, segc widens the column to 64 bits before it computes.
    ///
    /// ```text
    /// fields: { n: integer }               # and the column is integer, of 32 bits
    /// ```
    ///
    /// Declare `n: { type: integer, storage: int32 }`.
    warning SEG744 "integers of 32 bits" NarrowIntegers { span: Option<Span>, table: String, fields: Vec<String> }
    message |p| format!("`{}` holds {} in 32 bits or fewer, where arithmetic overflows", p.table, listed(&p.fields));
    help |p| Some(match p.fields.len() {
        1 => "declare `storage: int32`, and segc computes in 64 bits".to_owned(),
        _ => "declare `storage: int32` on each, and segc computes in 64 bits".to_owned(),
    });

    /// A field that is declared `nullable: false` is missing in rows of its table.
    ///
    /// Conditions are then written without a test for missing values, and find other members. segc
    /// looks at the first 100,000 rows of tables whose schema lets the column be missing.
    ///
    /// ```text
    /// fields: { plan: { type: string, nullable: false } }      # and a row has no plan
    /// ```
    ///
    /// Remove `nullable: false`, or fill the column and declare it `NOT NULL` in the database.
    error SEG745 "missing values" ValuesMissing { span: Option<Span>, field: String, column: String, rows: u64 }
    message |p| format!("`{}` is declared `nullable: false`, and `{}` is missing in {} row{}", p.field, p.column, p.rows, plural(p.rows));
    help |_p| Some("remove `nullable: false`, or fill the column in those rows".to_owned());

    /// A column holds texts that are not among the `values` of its field.
    ///
    /// A literal outside of `values` is an error in a segment, so that nobody could ask for the rows
    /// with such a text. The labels of an enum type are compared, and otherwise the first 100,000 rows.
    ///
    /// ```text
    /// fields: { plan: { type: string, values: [free, premium] } }      # and a row says trial
    /// ```
    ///
    /// Add the text to `values`, or correct the rows.
    error SEG746 "values that aren't declared" OtherValues {
        span: Option<Span>, field: String, column: String, values: Vec<String>, rows: Option<u64>,
    }
    message |p| match p.rows {
        Some(rows) => format!(
            "`{}` holds {} in {rows} row{}, which `values` of `{}` doesn't list",
            p.column,
            if rows == 1 { quoted(&p.values) } else { format!("texts such as {}", quoted(&p.values)) },
            plural(rows),
            p.field,
        ),
        None => format!("the type of `{}` has {}, which `values` of `{}` doesn't list", p.column, quoted(&p.values), p.field),
    };
    help |_p| Some("add it to `values`, or correct the rows".to_owned());

    /// The database refuses the `query:` of an entity.
    ///
    /// It was prepared, not executed. The message ends with the database's own words.
    ///
    /// ```text
    /// customer: { query: "select id, plan from custmers", … }
    /// ```
    ///
    /// Correct the query; it is in the SQL of the target.
    error SEG747 "query that is refused" QueryRefused { span: Option<Span>, entity: String, reason: String }
    message |p| format!("the query of `{}` is refused: {}", p.entity, p.reason);
    help |_p| Some("correct the query: it is in the SQL of the target".to_owned());

    /// A column of floating-point numbers holds NaN, which its field doesn't say.
    ///
    /// NaN is missing in the language, and greater than every number in most databases. segc looks
    /// at the first 100,000 rows.
    ///
    /// ```text
    /// fields: { score: float }             # and a row holds NaN
    /// ```
    ///
    /// Declare `score: { type: float, storage: float_nan }`.
    error SEG748 "NaN" NotANumber { span: Option<Span>, field: String, column: String, rows: u64 }
    message |p| format!("`{}` holds NaN in {} row{}, which `{}` doesn't declare", p.column, p.rows, plural(p.rows), p.field);
    help |_p| Some("declare `storage: float_nan`, and NaN is missing".to_owned());
}

/// `a`, `b` and `c`.
fn listed(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        other => other.concat(),
    }
}

fn quoted(values: &[String]) -> String {
    let quoted: Vec<String> = values.iter().map(|value| format!("`{value:?}`")).collect();
    quoted.join(", ")
}

fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}
