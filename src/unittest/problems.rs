//! What can be wrong with the files of unit tests (SEG07x, SEG08x).

use crate::diagnostic::{Label, Span, closest};
use crate::problems;

problems! {
    /// The project has no unit tests.
    ///
    /// They stand in `tests/**/*.yml`, as many to a file as you like:
    ///
    ///     as_of: 2026-11-01T00:00:00Z
    ///     tests:
    ///       - name: whoever pays is in
    ///         given:
    ///           customer:
    ///             - { id: 1, plan: premium }
    ///             - { id: 2, plan: free }
    ///         expect:
    ///           payers: [1]
    warning SEG070 "no unit tests" NoTests { span: Option<Span> }
    message |_p| "the project has no unit tests".to_owned();
    help |_p| Some("write one in `tests/first.yml`; `segc explain SEG070` shows how".to_owned());

    /// A test doesn't say as of when it runs.
    ///
    /// Nothing in a test reads a clock. Give the instant to the test, or at the top of the file
    /// to all of its tests:
    ///
    ///     as_of: 2026-11-01T00:00:00Z
    ///     tests: […]
    error SEG071 "no instant" NoAsOf { span: Span, test: String }
    message |p| format!("the test `{}` doesn't say as of when it runs", p.test);
    help |_p| Some("add `as_of: 2026-11-01T00:00:00Z` to it, or to the top of the file".to_owned());

    /// An `as_of` that is no instant.
    ///
    /// It is a date and a time with `Z` or an offset, no finer than a microsecond.
    ///
    ///     as_of: 2026-11-01               # wrong: midnight where?
    ///     as_of: 2026-11-01T00:00:00Z     # right
    error SEG072 "malformed instant" BadInstant { span: Span, text: String }
    message |p| format!("`{}` is not an instant", p.text);
    help |_p| Some("write date, time and `Z` or an offset, as in `2026-11-01T00:00:00+01:00`".to_owned());

    /// Rows are given for an entity that the catalog doesn't have.
    ///
    /// The catalog's names are in the singular; they are not those of tables.
    ///
    ///     given:
    ///       customers: []       # wrong: `customer`
    ///
    /// Correct the name; `segc catalog` prints those that there are.
    error SEG073 "rows of an unknown entity" NoEntity { span: Span, name: String, known: Vec<String> }
    message |p| format!("the catalog has no entity `{}`", p.name);
    help |p| Some(match closest(&p.name, p.known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("its entities are {}", listed(&p.known)),
    });

    /// A row has a value for a field that its entity doesn't have.
    ///
    /// The names are those of fields, not those of columns.
    ///
    ///     customer:
    ///       - { id: 1, contry: US }     # wrong: `country`
    ///
    /// Correct the name; `segc catalog ENTITY` prints the fields.
    error SEG074 "a value for an unknown field" NoField {
        span: Span, name: String, entity: String, known: Vec<String>, field_of_column: Option<String>,
    }
    message |p| format!("`{}` has no field `{}`", p.entity, p.name);
    help |p| Some(match (&p.field_of_column, closest(&p.name, p.known.iter().map(String::as_str))) {
        (Some(field), _) => format!("that is a column; its field is `{field}`"),
        (None, Some(near)) => format!("did you mean `{near}`?"),
        (None, None) => format!("its fields are {}", listed(&p.known)),
    });

    /// A value that its field can't hold.
    ///
    /// Numbers, `true` and `false` are written bare, dates as `2026-01-31`, timestamps with `Z`
    /// or an offset. A field that the catalog declares `nullable: false` is never `null`.
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

    /// A row lacks a value that every row has.
    ///
    /// That is the key, and every field that the catalog declares `nullable: false`: the SQL
    /// relies on it. Values that don't matter to the tests of a file are written once, under
    /// `defaults`:
    ///
    ///     defaults:
    ///       customer: { signed_up_at: 2026-01-01T00:00:00Z }
    ///     given:
    ///       customer:
    ///         - { plan: free }          # wrong: which customer?
    ///         - { id: 1, plan: free }   # right
    error SEG076 "a row that lacks values" RowLacks { span: Span, entity: String, fields: Vec<String>, key: bool }
    message |p| format!("this row of `{}` lacks {}", p.entity, listed(&p.fields));
    help |p| Some(match p.key {
        true => "a row needs its key: add it".to_owned(),
        false => {
            let it = if p.fields.len() == 1 { "it is never missing: add it" } else { "they are never missing: add them" };
            format!("{it} here, or for all rows under `defaults: {{ {}: … }}`", p.entity)
        }
    });

    /// Two rows of an entity have the same key.
    ///
    /// The rows of a test come after those that the top of the file gives to all tests; they
    /// don't replace them.
    ///
    ///     customer:
    ///       - { id: 1, plan: free }
    ///       - { id: 1, plan: premium }     # wrong
    ///
    /// Give one of them another key.
    error SEG077 "two rows with one key" RowTwice { span: Span, entity: String, key: String, first: Span }
    message |p| format!("there is a row of `{}` with the key {} already", p.entity, p.key);
    help |_p| Some("give one of them another key, or remove it".to_owned());
    labels |p| vec![Label { span: p.first, text: "the other row".to_owned() }];

    /// Two tests of a file have the same name.
    ///
    /// The name is how a failure is told, and how a test is chosen.
    ///
    ///     tests:
    ///       - name: nobody
    ///       - name: nobody      # wrong
    ///
    /// Give one of them another name.
    error SEG078 "two tests with one name" TestTwice { span: Span, name: String, first: Span }
    message |p| format!("there is a test `{}` in this file already", p.name);
    help |_p| Some("give one of them another name".to_owned());
    labels |p| vec![Label { span: p.first, text: "the other test".to_owned() }];

    /// A test without a name.
    ///
    /// A name says in a few words what is tested, in one line:
    ///
    ///     - name: ""                                # wrong
    ///     - name: refunds don't count as spending   # right
    error SEG079 "a test without a name" NoName { span: Span }
    message |_p| "a test's name is a text in one line".to_owned();
    help |_p| Some("say in a few words what is tested".to_owned());

    /// A test expects something of a segment that the project doesn't have.
    ///
    /// A segment that says `enabled: false` compiles to nothing and can't be tested.
    ///
    ///     expect:
    ///       high_valeu: [1]     # wrong: `high_value`
    ///
    /// Correct the name; `segc ls` prints those that there are.
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
        (None, false) => "`segc ls` prints those that there are".to_owned(),
    });

    /// A test that expects nothing, and so can't fail.
    ///
    ///     expect: {}                          # wrong
    ///     expect: { high_value: { in: [] } }  # wrong: of nobody
    ///     expect: { high_value: [] }          # right: it has no members
    ///
    /// List the members, or say who is `in` and who is `out`.
    error SEG081 "a test that expects nothing" NothingExpected { span: Span, of: Option<String> }
    message |p| match &p.of {
        Some(segment) => format!("nothing is expected of `{segment}`"),
        None => "this test expects nothing".to_owned(),
    };
    help |p| {
        let segment = p.of.as_deref().unwrap_or("SEGMENT");
        Some(format!("list all members, `{segment}: [1, 2]`, or some keys, `{segment}: {{ in: [1], out: [2] }}`"))
    };

    /// A key is expected in or out of a segment, but no row has it.
    ///
    /// Only who is given can be a member; and that nobody is out is no news.
    ///
    ///     given: { customer: [{ id: 1 }] }
    ///     expect: { high_value: { out: [11] } }     # wrong: there is no customer 11
    ///
    /// Correct the key, or give a row that has it.
    error SEG082 "a key that no row has" KeyNotGiven { span: Span, entity: String, key: String, known: Vec<String> }
    message |p| format!("no row of `{}` has the key {}", p.entity, p.key);
    help |p| Some(match p.known.as_slice() {
        [] => format!("give a row of `{}` that has it", p.entity),
        known => format!("the keys given are {}", known.join(", ")),
    });

    /// A key is expected twice, perhaps in and out at once.
    ///
    ///     expect: { high_value: { in: [1, 2], out: [2] } }     # wrong: is 2 in or out?
    ///
    /// Keep one of them.
    error SEG083 "a key that is expected twice" KeyTwice { span: Span, key: String, first: Span }
    message |p| format!("the key {} stands here a second time", p.key);
    help |_p| Some("keep one of them".to_owned());
    labels |p| vec![Label { span: p.first, text: "the first one".to_owned() }];

    /// A key that is not what its entity's keys are.
    ///
    /// A key of one field is that field's value. A key of several fields is a list of their
    /// values, or a map:
    ///
    ///     bulk_lines: [7]                               # wrong: which line of order 7?
    ///     bulk_lines: [[7, 1]]                          # right
    ///     bulk_lines: [{ order_id: 7, line_no: 1 }]     # right
    error SEG084 "not a key" BadKey { span: Span, entity: String, fields: Vec<String> }
    message |p| format!("this is no key of `{}`, which is {}", p.entity, listed(&p.fields));
    help |p| Some(match p.fields.as_slice() {
        [_] => "write its value".to_owned(),
        fields => format!("write a list, `[{}]`", fields.join(", ")),
    });

    /// A unit test failed: a segment's members are not the expected ones.
    ///
    /// `missing` are keys that should be members and aren't; `extra` are members that should
    /// not be.
    ///
    ///     expect:
    ///       high_value: [1, 2]      # and the members are 1 and 3
    ///
    /// Mend the segment, or what the test gives or expects.
    error SEG085 "a unit test failed" TestFailed { span: Span, test: String, said: String }
    message |p| format!("{}: {}", p.test, p.said);
    help |_p| Some("mend the segment, or what the test gives or expects".to_owned());

    /// A row of a file after `--row` lacks values that are never missing.
    ///
    /// The catalog says `nullable: false` of these fields, so that a condition may rely on them.
    /// Keys may be left out where they are whole numbers or text.
    ///
    /// ```text
    /// segc why internal_users --row user.yml     # user.yml: { plan: free }, without `email`
    /// ```
    ///
    /// Add them to the row.
    error SEG880 "an incomplete row" RowIncomplete { span: Span, entity: String, fields: Vec<String> }
    message |p| format!("this row of `{}` lacks {}", p.entity, listed(&p.fields));
    help |p| Some(if p.fields.len() == 1 { "it is never missing: add it" } else { "they are never missing: add them" }.to_owned());

    /// A file after `--row` that has rows by entity does not say which row is meant.
    ///
    /// It is the only row of the segment's entity; rows of other entities are what it is linked
    /// to.
    ///
    /// ```text
    /// customer: [{ customer_id: 1 }, { customer_id: 2 }]
    /// ```
    ///
    /// Leave one row of that entity.
    error SEG881 "not one row" NotOneRow { span: Span, entity: String, none: bool }
    message |p| if p.none {
        format!("there is no row of `{}`", p.entity)
    } else {
        format!("there are several rows of `{}`", p.entity)
    };
    help |p| Some(format!("give one row of `{}`, and the rows that it is linked to", p.entity));
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
