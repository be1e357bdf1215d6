//! What a catalog file says, and what is wrong with it.

use std::sync::Arc;

use super::*;
use crate::diagnostic::{Diagnostics, SourceId, Span};

fn load_one(text: &str) -> (Catalog, Diagnostics) {
    let mut problems = Diagnostics::new();
    let catalog = load(&[(SourceId(0), Arc::from(text))], &mut problems);
    (catalog, problems)
}

fn under(text: &str, span: Span) -> &str {
    &text[span.start as usize..span.end as usize]
}

/// Code and underlined text of every problem, as `SEG208 id`, in the order of the file.
#[track_caller]
fn refuses(text: &str, expected: &[&str]) {
    let (_, problems) = load_one(text);
    let mut found: Vec<_> = problems
        .iter()
        .map(|one| {
            let span = one.span.expect("a place");
            (span.start, format!("{} {}", one.code, under(text, span)))
        })
        .collect();
    found.sort();
    let found: Vec<&str> = found.iter().map(|(_, one)| one.as_str()).collect();
    assert_eq!(found, expected, "{text}\n{problems:#?}");
}

/// An entity `a` with a field of every sort, and `more` beside them.
fn entity(more: &str) -> String {
    format!(
        "entities:\n  a:\n    table: t\n    key: id\n    fields: {{ id: integer, s: string, at: timestamp, j: json, f: float }}\n{more}"
    )
}

fn field(options: &str) -> String {
    format!("entities: {{ a: {{ table: t, key: id, fields: {{ id: integer, x: {options} }} }} }}")
}

const SHOP: &str = r#"
entities:
  customer:
    description: A person with an account
    table: shop.customers
    targets: { warehouse: { table: analytics.dim_customers }, lake: { query: select 1 } }
    key: customer_id
    unique: enforced
    changes: { mutable: { ingested_at: loaded_at, updated_at: seen_at, deleted_at: gone_at, immutable: [signed_up_at] } }
    deletes: soft
    settle: 1 hour
    rebuild_every: 7 days
    dbt: source.shop.raw.events
    fields:
      customer_id: integer
      email: { type: string, nullable: false, pii: true, roles: [crm], description: Where to write, column: "e-mail" }
      plan: { type: string, values: [free, premium, no, 7] }
      balance: { type: "decimal(10,2)", min: -1.50, max: 1e3x }
      signed_up_at: { type: timestamp, zone: europe/london }
      seen_at: timestamp
      gone_at: timestamp
      loaded_at: timestamp
      code: { type: string, storage: char }
      tags: array<string>
      version: semver
      company_id: integer
    links:
      orders: { to: order, many: true, on: { customer_id: customer_id } }
      company: { to: company, on: { company_id: company_id } }
  order:
    query: "select * from shop.orders"
    key: [shop, order_id]
    time: ordered_at
    event_name: name
    changes: { append_only: { lateness: 3 days, ingested_at: loaded_at } }
    deletes: never
    fields:
      shop: string
      order_id: integer
      customer_id: decimal
      ordered_at: date
      loaded_at: timestamp
      name: string
      weight: { type: float, storage: float_nan, min: 0 }
"#;

const COMPANY: &str = "entities:\n  company: { table: [shop, \"the companies\"], key: company_id, changes: static, fields: { company_id: integer } }\n";

#[test]
fn a_valid_catalog_loads_completely() {
    let mut problems = Diagnostics::new();
    let files = [
        (SourceId(0), Arc::from(SHOP.replace("1e3x", "99.5"))),
        (SourceId(1), Arc::from(COMPANY)),
        (SourceId(2), Arc::from("# nothing yet\n")),
    ];
    let loaded = load_with_targets(&files, &mut problems);
    assert!(problems.is_empty(), "{problems:#?}");
    let targets: Vec<_> = loaded.targets.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(targets, ["warehouse", "lake"]);
    insta::assert_snapshot!(serde_json::to_string_pretty(&describe(&loaded.catalog)).unwrap());
}

#[test]
fn all_problems_are_reported_at_once() {
    let text = r#"
entities:
  customer:
    tabel: shop.customers
    key: [id, customer_id]
    time: plan
    deletes: soft
    changes: immutable
    fields:
      customer_id: integr
      plan: { type: string, values: [free, free], max: 3 }
      total: { type: decimal, min: 10, max: 1, zone: Europe/Londn }
    links:
      orders: { to: ordr, on: {}, manny: true }
      plan: { to: customer, on: { total: plan } }
  order: []
"#;
    refuses(
        text,
        &[
            "SEG023 tabel",
            "SEG208 id",
            "SEG215 plan",
            "SEG025 immutable",
            "SEG204 integr",
            "SEG219 free",
            "SEG220 3",
            "SEG221 1",
            "SEG222 Europe/Londn",
            "SEG223 Europe/Londn",
            "SEG212 ordr",
            "SEG023 manny",
            "SEG211 plan",
            "SEG213 plan",
            "SEG022 []",
        ],
    );
    let (_, problems) = load_one(text);
    let helps: Vec<_> = problems.iter().filter_map(|one| one.help.as_deref()).collect();
    for help in [
        "did you mean `table`?",
        "did you mean `integer`?",
        "did you mean `many`?",
        "did you mean `Europe/London`?",
    ] {
        assert!(helps.contains(&help), "{help}: {helps:#?}");
    }
}

#[test]
fn invalid_files_are_rejected() {
    refuses("", &["SEG200 "]);
    refuses("entities:\n", &["SEG200 "]);
    refuses("[1]", &["SEG022 [1]"]);
    refuses("entities: [a]", &["SEG022 [a]"]);
    refuses("entitys: {}", &["SEG023 entitys"]);
    refuses("entities: {", &["SEG020 {"]);
}

#[test]
fn invalid_entities_are_rejected() {
    refuses("entities: { a: }", &["SEG024 a", "SEG024 a", "SEG205 a"]);
    refuses(&entity("    query: select 1\n"), &["SEG206 select 1"]);
    refuses(&entity("").replace("table: t", "table: a..b"), &["SEG207 a..b"]);
    refuses(&entity("").replace("table: t", "table: a.b.c.d"), &["SEG207 a.b.c.d"]);
    refuses(&entity("").replace("table: t", "table: drop table x"), &["SEG207 drop table x"]);
    refuses(&entity("").replace("table: t", "table: []"), &["SEG207 []"]);
    refuses(&entity("").replace("table: t", "query: ''"), &["SEG228 ''"]);
    refuses(&entity("").replace("key: id", "key: []"), &["SEG210 []"]);
    refuses(&entity("").replace("key: id", "key: [id, id]"), &["SEG210 id"]);
    refuses(&entity("").replace("key: id", "key: j"), &["SEG210 j"]);
    refuses(&entity("").replace("key: id", "key: { id: 1 }"), &["SEG022 { id: 1 }"]);
    refuses("entities: { a: { table: t, key: id, fields: {} } }", &["SEG209 fields"]);
    refuses(&entity("").replace("  a:", "  a b:"), &["SEG203 a b"]);
    refuses(&entity("").replace("  a:", "  1a:"), &["SEG203 1a"]);
    refuses(&entity("    event_name: id\n"), &["SEG216 id"]);
    refuses(&entity("    time: s\n"), &["SEG215 s"]);
    refuses(&entity("    time: att\n"), &["SEG208 att"]);
    refuses(&entity("    unique: yes\n"), &["SEG025 yes"]);
    refuses(&entity("    settle: 1h\n"), &["SEG227 1h"]);
    refuses(&entity("    settle: 1\n"), &["SEG227 1"]);
    refuses(&entity("    rebuild_every: weekly\n"), &["SEG227 weekly"]);
    refuses(&entity("    rebuild_every: 0 days\n"), &["SEG231 0 days"]);
    refuses(&entity("    description: [x]\n"), &["SEG022 [x]"]);
    refuses(&entity("    targets: { x: { } }\n"), &["SEG205 x"]);
    refuses(&entity("    targets: { 'x y': { table: t, quer: 1 } }\n"), &["SEG203 'x y'", "SEG023 quer"]);
}

#[test]
fn invalid_changes_are_rejected() {
    refuses(&entity("    deletes: soft\n"), &["SEG225 soft"]);
    refuses(&entity("    deletes: nevr\n"), &["SEG025 nevr"]);
    refuses(
        &entity("    changes: { mutable: { deleted_at: at } }\n"),
        &["SEG226 { mutable: { deleted_at: at } }"],
    );
    refuses(&entity("    deletes: soft\n    changes: { mutable: { deleted_at: s } }\n"), &["SEG215 s"]);
    refuses(&entity("    changes: {}\n"), &["SEG229 {}"]);
    refuses(&entity("    changes: { static: , unknown: }\n"), &["SEG229 { static: , unknown: }"]);
    refuses(&entity("    changes: { apend_only: { } }\n"), &["SEG025 apend_only"]);
    refuses(
        &entity("    changes: { append_only: { lateness: late, updated_at: at } }\n"),
        &["SEG227 late", "SEG023 updated_at"],
    );
    refuses(&entity("    changes: { mutable: { immutable: [s, nope] } }\n"), &["SEG208 nope"]);
    refuses(&entity("    changes: { mutable: { ingested_at: s } }\n"), &["SEG215 s"]);
}

#[test]
fn rows_of_static_tables_are_never_deleted() {
    let static_and = |more: &str| entity(&format!("    changes: static\n{more}"));
    for more in ["", "    deletes: never\n"] {
        let (catalog, problems) = load_one(&static_and(more));
        assert!(problems.is_empty(), "{problems:#?}");
        assert_eq!(catalog.entities[0].deletes, Deletes::Never);
    }
    let (catalog, _) = load_one(&entity(""));
    assert_eq!(catalog.entities[0].deletes, Deletes::Hard);
    refuses(&static_and("    deletes: hard\n"), &["SEG230 hard"]);
    refuses(&static_and("    deletes: soft\n"), &["SEG230 soft"]);
}

#[test]
fn soft_delete_marks_must_be_nullable() {
    let soft = entity("    deletes: soft\n    changes: { mutable: { deleted_at: at } }\n");
    let (catalog, problems) = load_one(&soft);
    assert!(problems.is_empty(), "{problems:#?}");
    assert_eq!(catalog.entities[0].deleted_at(), catalog.entities[0].find_field("at"));
    refuses(&soft.replace("at: timestamp", "at: { type: timestamp, nullable: false }"), &["SEG232 at"]);
    refuses(&soft.replace("key: id", "key: [id, at]"), &["SEG232 at"]);
    let (catalog, _) = load_one(&soft.replace("soft", "hard"));
    assert_eq!(catalog.entities[0].deleted_at(), None);
}

#[test]
fn invalid_fields_are_rejected() {
    refuses(&field("12"), &["SEG022 12"]);
    refuses(&field("[string]"), &["SEG022 [string]"]);
    refuses(&field("varchar(10)"), &["SEG204 varchar(10)"]);
    refuses(&field("'decimal(39,2)'"), &["SEG204 'decimal(39,2)'"]);
    refuses(&field("{ nullable: true }"), &["SEG024 x"]);
    refuses(&field("{ type: string, nullable: yes }"), &["SEG022 yes"]);
    refuses(&field("{ type: string, column: '' }"), &["SEG228 ''"]);
    refuses(&field("{ type: string, values: [] }"), &["SEG218 []"]);
    refuses(&field("{ type: string, values: a }"), &["SEG022 a"]);
    refuses(&field("{ type: string, values: [true, [a]] }"), &["SEG022 true", "SEG022 [a]"]);
    refuses(&field("{ type: integer, values: [1] }"), &["SEG217 [1]"]);
    refuses(&field("{ type: integer, min: one, max: 1e99 }"), &["SEG022 one", "SEG022 1e99"]);
    refuses(&field("{ type: date, zone: UTC }"), &["SEG222 UTC"]);
    refuses(&field("{ type: timestamp, zone: Mars/Base }"), &["SEG223 Mars/Base"]);
    refuses(&field("{ type: string, storage: float32 }"), &["SEG224 float32"]);
    refuses(&field("{ type: float, storage: float16 }"), &["SEG025 float16"]);
    refuses(&field("{ type: string, type: integer }"), &["SEG021 type"]);
    refuses(&field("string").replace("x:", "e-mail:"), &["SEG203 e-mail"]);
}

#[test]
fn invalid_links_are_rejected() {
    let link = |text: &str| entity(&format!("    links: {{ l: {text} }}\n"));
    refuses(&link("{}"), &["SEG024 l", "SEG024 l"]);
    refuses(&link("{ to: b, on: { id: id } }"), &["SEG212 b"]);
    refuses(&link("{ to: a, on: {} }"), &["SEG214 {}"]);
    refuses(&link("{ to: a, on: { idd: ids } }"), &["SEG208 idd", "SEG208 ids"]);
    refuses(&link("{ to: a, on: { id: s } }"), &["SEG213 s"]);
    refuses(&link("{ to: a, on: { j: j } }"), &["SEG213 j"]);
    refuses(&link("{ to: a, on: [id] }"), &["SEG022 [id]"]);
    refuses(&link("{ to: a, on: { id: f }, many: 1 }"), &["SEG022 1"]);
    refuses(&entity("    links: { s: { to: a, on: { id: id } } }\n"), &["SEG211 s"]);
}

#[test]
fn duplicates_across_files_show_both_places() {
    let text = entity("");
    let mut problems = Diagnostics::new();
    let files = [
        (SourceId(0), Arc::from(text.as_str())),
        (SourceId(1), Arc::from(text.as_str())),
        (SourceId(2), Arc::from(text.replace("  a:", "  A:"))),
    ];
    let catalog = load(&files, &mut problems);
    let found: Vec<_> = problems
        .iter()
        .map(|one| (one.code, one.span.unwrap().source.0, one.labels[0].span.source.0))
        .collect();
    assert_eq!(found, [("SEG201", 1, 0), ("SEG202", 2, 0)]);
    assert_eq!(catalog.entities.len(), 2);
}

#[test]
fn one_mistake_causes_one_problem() {
    // A field without a type may be the key, a link's and all else.
    refuses(
        "entities: { a: { table: t, key: x, time: x, fields: { x: 12, y: { type: nonsense, min: 1, zone: Mars } },\n  links: { b: { to: b, on: { y: id } }, c: { to: b, on: { x: id } } } },\n  b: { table: t, key: id, fields: [] } }",
        &["SEG022 12", "SEG204 nonsense", "SEG022 []"],
    );
}

#[test]
fn commas_in_plain_text_are_explained() {
    let (_, problems) = load_one(&field("{ type: string, description: free, or not }"));
    let problem = problems.iter().next().expect("a problem");
    assert_eq!((problem.code, problem.message.as_str()), ("SEG023", "`or not` isn't a key of field `x`"));
    assert!(problem.help.as_deref().is_some_and(|help| help.contains("quotes")));
}

#[test]
fn valid_parts_are_usable_after_errors() {
    let (catalog, _) = load_one("entities: { a: { key: nope, fields: { id: intger } } }");
    let entity = &catalog.entities[0];
    assert_eq!(entity.key, [FieldId(0)]);
    assert_eq!(entity.fields[0].ty, crate::types::Type::Integer);
}

#[test]
fn tables_of_events_hold_fields_in_their_own_way() {
    let text = "
entities:
  event:
    tables:
      A: { table: raw.a, fields: [x], columns: { at: ts }, zone: Europe/Paris, settle: 2 hours }
      B: { table: b, fields: [y, on_day] }
    key: id
    time: at
    event_name: name
    settle: 1 hour
    changes: append_only
    fields:
      id: string
      name: string
      at: { type: timestamp, nullable: false }
      x: { type: integer, nullable: false, column: props, path: x }
      y: { type: float, storage: float32 }
      on_day: { type: date, encoding: yyyymmdd }
";
    let (catalog, problems) = load_one(text);
    assert!(problems.is_empty(), "{problems:#?}");
    let event = &catalog.entities[0];
    let names = |ids: &[FieldId]| ids.iter().map(|&id| event.field(id).name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&event.key), ["name", "id"]);
    assert_eq!(event.settle, Some((2, crate::types::Unit::Hour)));
    assert_eq!(event.fields[1].values.as_deref(), Some(&["A".to_owned(), "B".to_owned()][..]));
    let columns: Vec<&str> = event.fields.iter().map(|field| field.column.as_str()).collect();
    assert_eq!(columns, ["id", "name", "at", "x", "y", "on_day"]);
    let missing: Vec<bool> = event.fields.iter().map(|field| field.nullable).collect();
    assert_eq!(missing, [true, false, false, true, true, true]);
    let [a, b] = event.event_tables("any") else { panic!("two tables") };
    assert_eq!(a.name, ["raw", "a"]);
    let held = |table: &EventTable| {
        let held = table.fields.iter().map(|held| held.as_ref().map(|held| held.column.clone()));
        held.map(Option::unwrap_or_default).collect::<Vec<_>>().join(" ")
    };
    assert_eq!((held(a), held(b)), ("id  ts props  ".to_owned(), "id  at  y on_day".to_owned()));
    assert_eq!(event.zones_of(FieldId(2)).collect::<Vec<_>>(), ["Europe/Paris"]);
    assert_eq!(event.fields[4].storage, Storage::Native);
    assert_eq!(b.fields[4].as_ref().map(|held| &held.storage), Some(&Storage::Float32));
    assert_eq!(event.fields[5].storage, Storage::Digits { number: false });
}

#[test]
fn the_schema_matches_the_reader() {
    use crate::yaml::schema_test::{NO_WORD, same_words};
    let check = |text: &str, pointer: &str| {
        same_words(&load_one(&text.replace("NO", NO_WORD)).1, SCHEMA, pointer);
    };
    let entity = |more: &str| entity(&format!("    {more}\n"));
    check("NO: 1", "/properties");
    check(&entity("NO: 1"), "/$defs/entity/properties");
    let tables = |more: &str| {
        format!(
            "entities: {{ a: {{ key: id, event_name: s, fields: {{ id: integer, s: string }}, tables: {{ x: {{ table: t }} }}, {more} }} }}"
        )
    };
    check(&entity("targets: { x: { table: t, NO: 1 } }"), "/$defs/source/properties");
    check(&tables("targets: { x: { NO: 1, tables: {} } }"), "/$defs/event_sources/properties");
    let table = "entities: { a: { key: id, event_name: s, fields: { id: integer, s: string }, tables: { x: { table: t, NO: 1 } } } }";
    check(table, "/$defs/event_table/properties");
    check(&entity("read: { NO: 1 }"), "/$defs/entity/properties/read/properties");
    check(&field("{ type: string, NO: 1 }"), "/$defs/field/properties");
    check(&entity("changes: { append_only: { NO: 1 } }"), "/$defs/append_only/properties");
    check(&entity("changes: { mutable: { NO: 1 } }"), "/$defs/mutable/properties");
    check(&entity("links: { l: { to: a, on: { id: id }, NO: 1 } }"), "/$defs/link/properties");
    check(&entity("changes: NO"), "/$defs/changes/oneOf/0/enum");
    check(&entity("deletes: NO"), "/$defs/entity/properties/deletes/oneOf/0/enum");
    check(&entity("unique: NO"), "/$defs/entity/properties/unique/enum");
    check(&field("{ type: float, storage: NO }"), "/$defs/field/properties/storage/enum");
}

proptest::proptest! {
    /// Pieces of a catalog in any order, deeply wrong or nearly right.
    #[test]
    fn nothing_panics(pieces in proptest::collection::vec(
        proptest::sample::select(vec![
            "entities:", " a:", " key:", " id", " fields:", " {", "}", " [", "]", ", ", "\n", "\n  ", "\n    ", "\n      ",
            " integer", " decimal(", " type:", " links:", " to:", " on:", " changes:", " mutable:", " deleted_at:", " values:",
            " 1", " -1.5", " ~", " zone:", " UTC", " table:", " min:", "é", "&x", "*x", "- ", "?", "|", "\"", "'", "#",
        ]), 0..60)
    ) {
        let _ = load_one(&pieces.concat());
    }
}
