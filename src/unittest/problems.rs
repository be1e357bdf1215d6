//! Problems with unit test files (SEG07x, SEG08x).

use crate::diagnostic::{Label, Span, closest};
use crate::problems;

problems! {
    /// The project has no unit tests.
    ///
    /// Write them in `tests/**/*.yml`, as many per file as you like:
    ///
    ///     as_of: 2026-11-01T00:00:00Z
    ///     tests:
    ///       - name: paying customers are members
    ///         given:
    ///           customer:
    ///             - { id: 1, plan: premium }
    ///             - { id: 2, plan: free }
    ///         expect:
    ///           payers: [1]
    warning SEG070 "no unit tests" NoTests { span: Option<Span> }
    message |_p| "the project has no unit tests".to_owned();
    help |_p| Some("write one in `tests/first.yml`; `segc explain SEG070` shows how".to_owned());

    /// A test has no `as_of`.
    ///
    /// Nothing in a test reads a clock. Set the instant in the test, or for all tests at the top of
    /// the file:
    ///
    ///     as_of: 2026-11-01T00:00:00Z
    ///     tests: […]
    error SEG071 "no instant" NoAsOf { span: Span, test: String }
    message |p| format!("the test `{}` has no `as_of`", p.test);
    help |_p| Some("add `as_of: 2026-11-01T00:00:00Z` to it, or to the top of the file".to_owned());

    /// An `as_of` isn't an instant.
    ///
    /// Write a date and a time with `Z` or an offset, to the microsecond at most.
    ///
    ///     as_of: 2026-11-01               # wrong: midnight where?
    ///     as_of: 2026-11-01T00:00:00Z     # right
    error SEG072 "malformed instant" BadInstant { span: Span, text: String }
    message |p| format!("`{}` is not an instant", p.text);
    help |_p| Some("write date, time and `Z` or an offset, as in `2026-11-01T00:00:00+01:00`".to_owned());

    /// Rows are given for an entity that the catalog doesn't have.
    ///
    /// Entity names are singular, unlike the names of tables.
    ///
    ///     given:
    ///       customers: []       # wrong: `customer`
    ///
    /// Correct the name; `segc catalog` lists the entities.
    error SEG073 "rows of an unknown entity" NoEntity { span: Span, name: String, known: Vec<String> }
    message |p| format!("the catalog has no entity `{}`", p.name);
    help |p| Some(match closest(&p.name, p.known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("its entities are {}", listed(&p.known)),
    });

    /// A row has a value for a field that its entity doesn't have.
    ///
    /// Use the names of fields, not those of columns.
    ///
    ///     customer:
    ///       - { id: 1, contry: US }     # wrong: `country`
    ///
    /// Correct the name; `segc catalog ENTITY` lists the fields.
    error SEG074 "a value for an unknown field" NoField {
        span: Span, name: String, entity: String, known: Vec<String>, field_of_column: Option<String>,
    }
    message |p| format!("`{}` has no field `{}`", p.entity, p.name);
    help |p| Some(match (&p.field_of_column, closest(&p.name, p.known.iter().map(String::as_str))) {
        (Some(field), _) => format!("that is a column; its field is `{field}`"),
        (None, Some(near)) => format!("did you mean `{near}`?"),
        (None, None) => format!("its fields are {}", listed(&p.known)),
    });

    /// A field can't have this value.
    ///
    /// Write numbers, `true` and `false` without quotes, dates as `2026-01-31`, and timestamps with `Z`
    /// or an offset. A field that the catalog declares `nullable: false` can't be `null`.
    ///
    ///     order:
    ///       - { id: 1, total: 10.005, ordered_at: 2026-01-31 }   # wrong, if total is decimal(10,2)
    ///       - { id: 1, total: 10.01, ordered_at: 2026-01-31T00:00:00Z }
    ///
    /// Correct the value, or the field's type in the catalog.
    error SEG075 "a value that doesn't fit" WrongValue {
        span: Span, field: String, entity: String, what: String, help: String,
    }
    message |p| format!("`{}` of `{}` is {}", p.field, p.entity, p.what);
    help |p| Some(p.help.clone());

    /// A row lacks a required value.
    ///
    /// The key is required, and so is every field that the catalog declares `nullable: false`, since
    /// the SQL relies on it. Write values that don't matter to the tests once, under `defaults`:
    ///
    ///     defaults:
    ///       customer: { signed_up_at: 2026-01-01T00:00:00Z }
    ///     given:
    ///       customer:
    ///         - { plan: free }          # wrong: which customer?
    ///         - { id: 1, plan: free }   # right
    error SEG076 "a row without required values" RowLacks { span: Span, entity: String, fields: Vec<String>, key: bool }
    message |p| format!("this row of `{}` lacks {}", p.entity, listed(&p.fields));
    help |p| Some(match p.key {
        true => "a row needs its key: add it".to_owned(),
        false => {
            let it = if p.fields.len() == 1 { "it is required: add it" } else { "they are required: add them" };
            format!("{it} here, or for all rows under `defaults: {{ {}: … }}`", p.entity)
        }
    });

    /// Two rows of an entity have the same key.
    ///
    /// The rows of a test are added to those at the top of the file; they don't replace them.
    ///
    ///     customer:
    ///       - { id: 1, plan: free }
    ///       - { id: 1, plan: premium }     # wrong
    ///
    /// Change one of the keys.
    error SEG077 "two rows with the same key" RowTwice { span: Span, entity: String, key: String, first: Span }
    message |p| format!("there is already a row of `{}` with the key {}", p.entity, p.key);
    help |_p| Some("change one of the keys, or remove the row".to_owned());
    labels |p| vec![Label { span: p.first, text: "the other row".to_owned() }];

    /// Two tests of a file have the same name.
    ///
    /// The name identifies a test, in failures and when you select it.
    ///
    ///     tests:
    ///       - name: nobody
    ///       - name: nobody      # wrong
    ///
    /// Rename one of them.
    error SEG078 "two tests with the same name" TestTwice { span: Span, name: String, first: Span }
    message |p| format!("there is already a test `{}` in this file", p.name);
    help |_p| Some("rename one of them".to_owned());
    labels |p| vec![Label { span: p.first, text: "the other test".to_owned() }];

    /// A test has no name.
    ///
    /// A name says in a few words, on one line, what is tested:
    ///
    ///     - name: ""                                # wrong
    ///     - name: refunds don't count as spending   # right
    error SEG079 "a test without a name" NoName { span: Span }
    message |_p| "a test's name is text on one line".to_owned();
    help |_p| Some("say in a few words what is tested".to_owned());

    /// A test names a segment that the project doesn't have.
    ///
    /// A segment with `enabled: false` compiles to nothing and can't be tested.
    ///
    ///     expect:
    ///       high_valeu: [1]     # wrong: `high_value`
    ///
    /// Correct the name; `segc ls` lists the segments.
    error SEG080 "a test of an unknown segment" NoSegment {
        span: Span, name: String, disabled: bool, near: Option<String>,
    }
    message |p| match p.disabled {
        true => format!("`{}` is disabled", p.name),
        false => format!("there is no segment `{}`", p.name),
    };
    help |p| Some(match (&p.near, p.disabled) {
        (_, true) => "remove `enabled: false` from it, or remove it here".to_owned(),
        (Some(near), false) => format!("did you mean `{near}`?"),
        (None, false) => "`segc ls` lists the segments".to_owned(),
    });

    /// A test expects nothing, so it can't fail.
    ///
    ///     expect: {}                          # wrong
    ///     expect: { high_value: { in: [] } }  # wrong: says nothing
    ///     expect: { high_value: [] }          # right: it has no members
    ///
    /// List the members, or the keys that are `in` and `out`.
    error SEG081 "a test that expects nothing" NothingExpected { span: Span, of: Option<String> }
    message |p| match &p.of {
        Some(segment) => format!("this test expects nothing of `{segment}`"),
        None => "this test expects nothing".to_owned(),
    };
    help |p| {
        let segment = p.of.as_deref().unwrap_or("SEGMENT");
        Some(format!("list all members, `{segment}: [1, 2]`, or some keys, `{segment}: {{ in: [1], out: [2] }}`"))
    };

    /// A key is expected to be in or out of a segment, but no row has it.
    ///
    /// Only given rows can be members, and expecting a key without a row to be out would always pass.
    ///
    ///     given: { customer: [{ id: 1 }] }
    ///     expect: { high_value: { out: [11] } }     # wrong: there is no customer 11
    ///
    /// Correct the key, or add a row with it.
    error SEG082 "a key that no row has" KeyNotGiven { span: Span, entity: String, key: String, known: Vec<String> }
    message |p| format!("no row of `{}` has the key {}", p.entity, p.key);
    help |p| Some(match p.known.as_slice() {
        [] => format!("add a row of `{}` with it", p.entity),
        known => format!("the keys given are {}", known.join(", ")),
    });

    /// A key is listed twice, perhaps as both in and out.
    ///
    ///     expect: { high_value: { in: [1, 2], out: [2] } }     # wrong: is 2 in or out?
    ///
    /// Keep one of them.
    error SEG083 "a key listed twice" KeyTwice { span: Span, key: String, first: Span }
    message |p| format!("the key {} is repeated here", p.key);
    help |_p| Some("keep one of them".to_owned());
    labels |p| vec![Label { span: p.first, text: "the first one".to_owned() }];

    /// A key doesn't have the form of its entity's keys.
    ///
    /// A key with one field is written as that field's value. A key with several fields is a list of
    /// their values, or a map:
    ///
    ///     bulk_lines: [7]                               # wrong: which line of order 7?
    ///     bulk_lines: [[7, 1]]                          # right
    ///     bulk_lines: [{ order_id: 7, line_no: 1 }]     # right
    error SEG084 "not a key" BadKey { span: Span, entity: String, fields: Vec<String> }
    message |p| format!("this isn't a key of `{}`, which consists of {}", p.entity, listed(&p.fields));
    help |p| Some(match p.fields.as_slice() {
        [_] => "write its value".to_owned(),
        fields => format!("write a list, `[{}]`", fields.join(", ")),
    });

    /// A unit test failed: a segment doesn't have the expected members, or a column another value.
    ///
    /// `missing` lists keys that should be members but aren't; `extra` lists members that shouldn't
    /// be. A column with another value follows them.
    ///
    ///     expect:
    ///       high_value: [1, 2]      # but the members are 1 and 3
    ///
    /// Fix the segment, or the rows or expectations of the test.
    error SEG085 "a unit test failed" TestFailed { span: Span, test: String, said: String }
    message |p| format!("{}: {}", p.test, p.said);
    help |_p| Some("fix the segment, or the rows or expectations of the test".to_owned());

    /// A test states the value of a column that the segment doesn't have.
    ///
    /// Columns are those that follow `with` in the segment, by their names there.
    ///
    ///     expect:
    ///       big_spenders: [{ customer_id: 1, contry: US }]     # wrong: `country`
    ///
    /// Correct the name, or add the column to the segment.
    error SEG086 "a value of an unknown column" NoColumn {
        span: Span, name: String, segment: String, known: Vec<String>,
    }
    message |p| format!("`{}` has no column `{}`", p.segment, p.name);
    help |p| Some(match closest(&p.name, p.known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None if p.known.is_empty() => "add it to the segment: `with …`, or remove it here".to_owned(),
        None => format!("its columns are {}", listed(&p.known)),
    });

    /// A test states the value of a column for a key that isn't expected to be a member.
    ///
    /// Only members have a row in the segment's table.
    ///
    ///     expect:
    ///       big_spenders: { out: [{ customer_id: 2, country: US }] }     # wrong
    ///       big_spenders: { out: [2] }                                   # right
    ///
    /// Write the key alone, or move it to `in`.
    error SEG087 "a column of a key that is out" ColumnOutside { span: Span, key: String, column: String }
    message |p| format!("the key {} is expected to be out, and has no `{}`", p.key, p.column);
    help |_p| Some("write the key alone: only members have columns".to_owned());

    /// A row passed with `--row` lacks required values.
    ///
    /// The catalog declares these fields `nullable: false`, so conditions may rely on them. Keys may be
    /// omitted if they are whole numbers or text.
    ///
    /// ```text
    /// segc why internal_users --row user.yml     # user.yml: { plan: free }, without `email`
    /// ```
    ///
    /// Add them to the row.
    error SEG880 "an incomplete row" RowIncomplete { span: Span, entity: String, fields: Vec<String> }
    message |p| format!("this row of `{}` lacks {}", p.entity, listed(&p.fields));
    help |p| Some(if p.fields.len() == 1 { "it is required: add it" } else { "they are required: add them" }.to_owned());

    /// A file passed with `--row` lists rows by entity, but it isn't clear which row is meant.
    ///
    /// The file must have exactly one row of the segment's entity; rows of other entities are those
    /// it is linked to.
    ///
    /// ```text
    /// customer: [{ customer_id: 1 }, { customer_id: 2 }]
    /// ```
    ///
    /// Keep one row of that entity.
    error SEG881 "not one row" NotOneRow { span: Span, entity: String, none: bool }
    message |p| if p.none {
        format!("there is no row of `{}`", p.entity)
    } else {
        format!("there are several rows of `{}`", p.entity)
    };
    help |p| Some(format!("list one row of `{}`, and the rows that it is linked to", p.entity));
}

/// `a`, `b` and `c`.
pub(super) fn listed(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => "none".to_owned(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}
