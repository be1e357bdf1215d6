//! What can be wrong with a catalog.

use crate::diagnostic::{Label, Span};
use crate::problems;
use crate::types::Type;
use crate::yaml::problems::{did_you_mean, one_of};

/// A type with its article.
fn a(ty: &Type) -> String {
    let name = ty.to_string();
    let article = if name.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {name}")
}

fn first_one(span: Span) -> Vec<Label> {
    vec![Label { span, text: "the first one".to_owned() }]
}

/// A suggestion, or all there is if that is short.
fn nearest(wrong: &str, known: &[String]) -> Option<String> {
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    match crate::diagnostic::closest(wrong, known.iter().copied()) {
        None if known.len() > 12 => None,
        _ => did_you_mean(wrong, &known),
    }
}

problems! {
    /// No file of the catalog declares an entity, so no segment can be about anything.
    ///
    ///     entities:
    ///       customer:
    ///         table: shop.customers
    ///         key: customer_id
    ///         fields: { customer_id: integer }
    ///
    /// Declare one entity at least, as above; `segc init` writes an example.
    error SEG200 "empty catalog" EmptyCatalog { span: Span }
    message |_p| "the catalog declares no entities".to_owned();
    help |_p| Some("declare one: `entities: { customer: { table: …, key: …, fields: { … } } }`".to_owned());

    /// Two files, or two places of them, declare an entity of the same name.
    ///
    /// An entity is declared once, in one file. Remove one declaration or rename it.
    ///
    ///     # a.yml:  entities: { customer: { table: customers, … } }
    ///     # b.yml:  entities: { customer: { table: people, … } }      # wrong
    error SEG201 "duplicate entity" DuplicateEntity { span: Span, name: String, first: Span }
    message |p| format!("entity `{}` is declared twice", p.name);
    help |_p| Some("remove one of the declarations, or rename it".to_owned());
    labels |p| first_one(p.first);

    /// Two entities' names differ only in capital letters, which many databases don't tell apart.
    ///
    ///     entities: { customer: { … }, Customer: { … } }     # wrong
    error SEG202 "names differ only in case" CaseOnly { span: Span, name: String, other: String, first: Span }
    message |p| format!("entity `{}` differs from `{}` only in case", p.name, p.other);
    help |_p| Some("rename one of them".to_owned());
    labels |p| first_one(p.first);

    /// A name that could not be written in a segment.
    ///
    /// Names of entities, fields, links and targets consist of the letters a to z, digits and `_`,
    /// and don't start with a digit.
    ///
    ///     fields: { "e-mail": string }                               # wrong
    ///     fields: { email: { type: string, column: "e-mail" } }      # right
    error SEG203 "not a plain name" BadName { span: Span, name: String, what: &'static str }
    message |p| format!("`{}` cannot be the name of {}", p.name, p.what);
    help |p| Some(match p.what {
        "a field" => "use letters, digits and `_`, and give the column's own name with `column:`",
        _ => "use letters, digits and `_`; the first is not a digit",
    }.to_owned());

    /// A type that does not exist.
    ///
    ///     fields: { plan: text, total: decimal(40,2) }     # wrong: string, at most decimal(38,9)
    ///
    /// There are `string`, `integer`, `decimal(p,s)` (p at most 38, s at most 9), `float`,
    /// `boolean`, `date`, `timestamp`, `semver`, `json` and `array<T>`.
    error SEG204 "unknown type" UnknownType { span: Span, name: String, nearest: Option<&'static str> }
    message |p| format!("`{}` is not a type", p.name);
    help |p| Some(match p.nearest {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("it can be {} or `decimal(10,2)`", one_of(crate::types::TYPE_NAMES)),
    });

    /// An entity that does not say where its rows are.
    ///
    ///     customer: { key: customer_id, fields: { … } }      # wrong: add `table: shop.customers`
    error SEG205 "no table" NoTable { span: Span, owner: String }
    message |p| format!("{} has neither a table nor a query", p.owner);
    help |_p| Some("add `table: schema.name`, or `query: \"select …\"`".to_owned());

    /// An entity has a `table` and a `query`; only one of them can hold its rows.
    ///
    ///     customer: { table: customers, query: "select * from customers" }     # wrong
    ///
    /// Remove the one that is not meant.
    error SEG206 "table and query" TableAndQuery { span: Span, owner: String, table: Span }
    message |p| format!("{} has both a table and a query", p.owner);
    help |_p| Some("remove one of them".to_owned());
    labels |p| vec![Label { span: p.table, text: "the table".to_owned() }];

    /// A table's name that cannot be read.
    ///
    /// It consists of one to three parts with points between them: `customers`, `shop.customers`,
    /// `project.shop.customers`. Parts with spaces, points or quotes are written as a list:
    ///
    ///     table: [shop, "order lines"]
    error SEG207 "bad table name" BadTable { span: Span, name: String }
    message |p| format!("`{}` is not the name of a table", p.name);
    help |_p| Some("write one to three parts, `schema.table`; unusual parts as a list: `[schema, \"my table\"]`".to_owned());

    /// A field is mentioned (in `key`, `time`, `on` …) that the entity does not declare.
    ///
    ///     customer: { key: id, fields: { customer_id: integer } }     # wrong: `id` is no field
    ///
    /// What is mentioned are fields, not columns.
    error SEG208 "unknown field" UnknownField { span: Span, name: String, entity: String, known: Vec<String> }
    message |p| format!("`{}` is not a field of `{}`", p.name, p.entity);
    help |p| nearest(&p.name, &p.known);

    /// An entity without fields. At least those of its key have to be there.
    ///
    ///     customer: { table: customers, key: id, fields: { } }                 # wrong
    ///     customer: { table: customers, key: id, fields: { id: integer } }
    error SEG209 "no fields" NoFields { span: Span, entity: String }
    message |p| format!("entity `{}` has no fields", p.entity);
    help |_p| Some("declare at least the fields of its key".to_owned());

    /// A key that cannot tell rows apart: without fields, with one field twice, or with a JSON or array field.
    ///
    ///     key: [order_id, order_id]      # wrong
    ///     key: [order_id, line_no]
    ///
    /// Name each field that tells rows apart, once.
    error SEG210 "bad key" BadKey { span: Span, entity: String, reason: String }
    message |p| format!("the key of `{}` {}", p.entity, p.reason);
    help |_p| Some("name each field that tells rows apart once: `key: customer_id`, `key: [order_id, line_no]`".to_owned());

    /// A field and a link of one entity have the same name, so a path could mean either.
    ///
    ///     fields: { company: string }
    ///     links: { company: { to: company, on: { … } } }      # wrong
    error SEG211 "field and link of one name" FieldAndLink { span: Span, name: String, field: Span }
    message |p| format!("`{}` is a field and a link", p.name);
    help |_p| Some("rename one of them; a field keeps its column with `column:`".to_owned());
    labels |p| vec![Label { span: p.field, text: "the field".to_owned() }];

    /// A link leads to an entity that no file declares.
    ///
    ///     links: { orders: { to: ordr, many: true, on: { id: customer_id } } }     # wrong: order
    ///
    /// Correct the name, or declare the entity; names of entities are exact.
    error SEG212 "unknown entity" UnknownEntity { span: Span, name: String, known: Vec<String> }
    message |p| format!("there is no entity `{}`", p.name);
    help |p| nearest(&p.name, &p.known);

    /// The two fields of a link cannot be equal, since their types differ.
    ///
    ///     on: { company_id: name }      # wrong: an integer is never equal to a string
    ///
    /// Numbers of any kind go together; JSON and arrays go with nothing.
    error SEG213 "link between types" LinkTypes { span: Span, own: String, own_type: Type, other: String, other_type: Type }
    message |p| {
        format!("`{}` ({}) cannot be equal to `{}` ({})", p.own, p.own_type, p.other, p.other_type)
    };
    help |_p| Some("link fields of one type".to_owned());

    /// A link with an empty `on` would link every row to every row.
    ///
    ///     company: { to: company, on: { company_id: company_id } }    # own field: the other's field
    error SEG214 "link without fields" EmptyLink { span: Span, name: String }
    message |p| format!("link `{}` says nothing in `on`", p.name);
    help |_p| Some("write `on: { own_field: field_of_the_other }`".to_owned());

    /// A field that has to hold a time (`time`, `updated_at`, `deleted_at`, `ingested_at`) is of another type.
    ///
    ///     time: status           # wrong: a string
    ///     time: ordered_at
    ///
    /// Name a field of type `date` or `timestamp`, or remove the key.
    error SEG215 "not a time" NotATime { span: Span, key: &'static str, name: String, ty: Type }
    message |p| format!("`{}` must be a date or a timestamp, but `{}` is {}", p.key, p.name, a(&p.ty));
    help |p| Some(format!("name a field of type `date` or `timestamp`, or remove `{}`", p.key));

    /// `event_name` names a field that is not a string.
    ///
    ///     event_name: amount     # wrong: a number
    ///     event_name: name
    ///
    /// Name the field that holds the name of the event.
    error SEG216 "event name is no string" EventNameType { span: Span, name: String, ty: Type }
    message |p| format!("`event_name` must be a string, but `{}` is {}", p.name, a(&p.ty));
    help |_p| Some("name the field that holds the name of the event".to_owned());

    /// `values` closes the set of a string's values; other types have no such set.
    ///
    ///     age: { type: integer, values: [18, 21] }      # wrong
    ///     age: { type: integer, min: 18, max: 21 }
    ///
    /// Remove `values`, or make the field a string.
    error SEG217 "values of no string" ValuesType { span: Span, field: String, ty: Type }
    message |p| format!("`values` belongs to strings, but `{}` is {}", p.field, a(&p.ty));
    help |_p| Some("remove it, or make the field a string; numbers have `min` and `max`".to_owned());

    /// An empty list of values, which nothing could ever equal.
    ///
    ///     plan: { type: string, values: [] }            # wrong
    ///     plan: { type: string, values: [free, premium] }
    ///
    /// List the values, or remove `values`.
    error SEG218 "no values" NoValues { span: Span, field: String }
    message |p| format!("`values` of `{}` is empty", p.field);
    help |_p| Some("list the values, or remove `values`".to_owned());

    /// A value that is listed twice.
    ///
    ///     plan: { type: string, values: [free, premium, free] }     # wrong
    ///
    /// Remove one of them.
    error SEG219 "duplicate value" DuplicateValue { span: Span, value: String, first: Span }
    message |p| format!("`{}` is listed twice", p.value);
    help |_p| Some("remove one of them".to_owned());
    labels |p| first_one(p.first);

    /// `min` and `max` belong to numbers.
    ///
    ///     name: { type: string, min: 3 }                # wrong
    ///
    /// Remove the bound, or make the field a number.
    error SEG220 "bound of no number" BoundType { span: Span, key: &'static str, field: String, ty: Type }
    message |p| format!("`{}` belongs to numbers, but `{}` is {}", p.key, p.field, a(&p.ty));
    help |p| Some(format!("remove `{}`, or make the field a number", p.key));

    /// The smallest value is larger than the largest.
    ///
    ///     age: { type: integer, min: 99, max: 18 }      # wrong: min: 18, max: 99
    ///
    /// Exchange them.
    error SEG221 "bounds reversed" BoundsReversed { span: Span, field: String, min: Span }
    message |p| format!("`max` of `{}` is less than its `min`", p.field);
    help |_p| Some("exchange them".to_owned());
    labels |p| vec![Label { span: p.min, text: "the minimum".to_owned() }];

    /// `zone` says which zone the local times of a zone-less timestamp column are in; other types have none.
    ///
    ///     birthday: { type: date, zone: Europe/London }           # wrong
    ///     opened_at: { type: timestamp, zone: Europe/London }
    ///
    /// Remove `zone`, or make the field a timestamp.
    error SEG222 "zone of no timestamp" ZoneType { span: Span, field: String, ty: Type }
    message |p| format!("`zone` belongs to timestamps, but `{}` is {}", p.field, a(&p.ty));
    help |_p| Some("remove `zone`, or make the field a timestamp".to_owned());

    /// A time zone that the IANA database does not know.
    ///
    ///     zone: Europe/Londn     # wrong: Europe/London
    error SEG223 "unknown time zone" UnknownZone { span: Span, name: String }
    message |p| format!("`{}` is not a time zone", p.name);
    help |p| Some(match crate::types::closest_zone(&p.name) {
        Some(zone) => format!("did you mean `{zone}`?"),
        None => "use a name such as `Europe/London` or `UTC`".to_owned(),
    });

    /// `storage` does not go with the field's type.
    ///
    /// `char` belongs to strings, `int32` to integers, `float32` and `float_nan` to floats.
    ///
    ///     total: { type: integer, storage: float32 }              # wrong
    ///
    /// Remove it, or give the field the type that goes with it.
    error SEG224 "storage of another type" StorageType { span: Span, storage: &'static str, needs: &'static str, field: String, ty: Type }
    message |p| format!("`storage: {}` belongs to a {}, but `{}` is {}", p.storage, p.needs, p.field, a(&p.ty));
    help |p| Some(format!("remove it, or make the field a {}", p.needs));

    /// `deletes: soft` means that a column marks deleted rows, but nothing says which.
    ///
    ///     changes: { mutable: { deleted_at: deleted_at } }
    ///     deletes: soft
    ///
    /// Write both, as above: which column marks a deleted row, and that marks are how rows go.
    error SEG225 "soft deletes without a mark" SoftWithoutMark { span: Span, entity: String }
    message |p| format!("`{}` has soft deletes, but no `deleted_at`", p.entity);
    help |_p| Some("add `changes: { mutable: { deleted_at: … } }`".to_owned());

    /// A `deleted_at` that has no effect, since `deletes` is not `soft`: rows that it marks still count.
    ///
    ///     changes: { mutable: { deleted_at: deleted_at } }
    ///     deletes: never         # wrong: soft
    ///
    /// Write `deletes: soft`, or remove `deleted_at`.
    warning SEG226 "mark without soft deletes" MarkWithoutSoft { span: Span, entity: String }
    message |p| format!("`deleted_at` of `{}` has no effect, since its deletes are not soft", p.entity);
    help |_p| Some("add `deletes: soft`".to_owned());

    /// A duration that cannot be read.
    ///
    ///     settle: 1h          # wrong
    ///     settle: 1 hour
    error SEG227 "bad duration" BadDuration { span: Span, text: String }
    message |p| format!("`{}` is not a duration", p.text);
    help |_p| Some("write a whole number and a unit, as in `3 days`: seconds, minutes, hours, days, weeks, months, quarters or years".to_owned());

    /// An empty name, description-like text, or SQL where something has to stand.
    ///
    ///     table: ""              # wrong
    ///
    /// Write something, or remove the key.
    error SEG228 "empty text" EmptyText { span: Span, key: &'static str }
    message |p| format!("`{}` is empty", p.key);
    help |p| Some(format!("write something, or remove `{}`", p.key));

    /// `changes` as a map has exactly one key: the way in which the rows change.
    ///
    ///     changes: { append_only: { lateness: 3 days } }
    ///     changes: { mutable: { updated_at: updated_at } }
    ///
    /// Keep one of the two lines.
    error SEG229 "more than one kind of change" ChangesKinds { span: Span }
    message |_p| "`changes` says not one, but several or no ways in which rows change".to_owned();
    help |_p| Some("write `append_only`, `mutable`, `static` or `unknown`, or `{ append_only: { … } }`".to_owned());

    /// Where nothing changes, nothing goes: `changes: static` says `deletes: never` as well.
    ///
    ///     changes: static
    ///     deletes: hard          # wrong
    ///
    /// Remove `deletes`; or, if rows do go, say how the others change: `changes: append_only`, or
    /// `changes: unknown`.
    error SEG230 "static, but rows go" StaticDeletes { span: Span, entity: String, changes: Span }
    message |p| format!("rows of `{}` go, but nothing of it is to change", p.entity);
    help |_p| Some("remove `deletes`, or write `changes: append_only` or `changes: unknown` instead of `static`".to_owned());
    labels |p| vec![Label { span: p.changes, text: "nothing changes".to_owned() }];

    /// `rebuild_every` says how often segments are rebuilt, so it can't be no time at all.
    ///
    ///     rebuild_every: 0 days      # wrong
    ///     rebuild_every: 7 days
    ///
    /// A segment that is to be rebuilt at each refresh has `materialize: table`.
    error SEG231 "rebuilt without end" NoInterval { span: Span, text: String }
    message |p| format!("`rebuild_every: {}` leaves no time between two rebuilds", p.text);
    help |_p| Some("write a longer time, as in `7 days`; segments with `materialize: table` are rebuilt each time".to_owned());

    /// A row whose `deleted_at` is present has been deleted. If the field is never missing, or is
    /// part of the key, there is no other row.
    ///
    ///     changes: { mutable: { deleted_at: deleted_at } }
    ///     deletes: soft
    ///     fields: { deleted_at: { type: timestamp, nullable: false } }     # wrong
    ///
    /// Name the field that is missing until a row is deleted.
    error SEG232 "every row is deleted" AllDeleted { span: Span, entity: String, field: String, key: bool }
    message |p| {
        let why = if p.key { "is part of the key" } else { "is never missing" };
        format!("all rows of `{}` count as deleted, since `{}` {why}", p.entity, p.field)
    };
    help |_p| Some("name a field that is missing until a row is deleted; remove its `nullable: false` if it is wrong".to_owned());

    /// A `path` names the keys that lead to the value, from the outermost.
    ///
    ///     plan: { type: string, column: properties, path: [] }
    ///
    /// Name one key at least: `path: [plan, name]`, or `path: plan` for a single one.
    error SEG270 "empty path" EmptyPath { span: Span, field: String }
    message |p| format!("the path of field `{}` names no key", p.field);
    help |_p| Some("name the keys that lead to the value, such as `path: [plan, name]`".to_owned());

    /// `from` says what the column holds that `path` leads into.
    ///
    ///     plan: { type: string, column: properties, from: json }
    ///
    /// Say where in the document the value is: `path: [plan, name]`.
    error SEG271 "from what, but not where" FromWithoutPath { span: Span, field: String }
    message |p| format!("field `{}` has `from`, but no `path` into what the column holds", p.field);
    help |_p| Some("add the keys that lead to the value, such as `path: [plan, name]`, or remove `from`".to_owned());

    /// Values of this type can't be read out of a JSON document.
    ///
    ///     tags: { type: array<json>, column: properties, path: tags }
    ///
    /// Arrays hold strings, numbers, booleans, dates or timestamps; a document inside of another is
    /// a field of type `json`.
    error SEG272 "not a type of JSON values" InsideType { span: Span, field: String, ty: Type }
    message |p| format!("field `{}` is {}, which can't be read out of a JSON document", p.field, a(&p.ty));
    help |_p| Some("use an array of strings, numbers, booleans, dates or timestamps, or `json`".to_owned());

    /// `zone` and `storage` say how a column holds its values; in a JSON document values have
    /// the form that JSON gives them.
    ///
    ///     seen_at: { type: timestamp, column: properties, path: seen_at, zone: Europe/Berlin }
    ///
    /// Remove `zone` or `storage`. Instants in JSON carry `Z` or an offset.
    error SEG273 "storage inside of JSON" StorageInside { span: Span, field: String }
    message |p| format!("field `{}` is read out of a JSON document, and has a `zone` or `storage` of its own", p.field);
    help |_p| Some("remove `zone` or `storage`: values in JSON have the form that JSON gives them".to_owned());

    /// Keys, and what links lead to, are columns of their own: segments' tables and checks name them.
    ///
    ///     key: [user]
    ///     fields: { user: { type: string, column: properties, path: user } }
    ///
    /// Let a view in the database, or a `query:` in the catalog, give the value a column.
    error SEG274 "a key inside of a document" KeyInside { span: Span, field: String }
    message |p| format!("`{}` is read out of a document, so it can't be a key or the end of a link", p.field);
    help |_p| Some("give the value a column of its own, by a view or a `query:`".to_owned());

    /// `roles` names at least one role; without it, everyone may use the field.
    ///
    ///     salary: { type: integer, roles: [] }
    ///
    /// Name the roles, or remove `roles`.
    error SEG524 "nobody may use it" NobodyUses { span: Span, field: String }
    message |p| format!("with empty `roles`, nobody may use the field `{}`", p.field);
    help |_p| Some("name the roles that may use it, or remove `roles`: everyone may then".to_owned());

    /// A name holds the character U+0000, which no database's names can hold.
    ///
    ///     plan: { type: string, column: "pl\0an" }
    ///
    /// Write the name as the database has it.
    error SEG727 "U+0000 in a name" NulInName { span: Span, what: &'static str }
    message |p| format!("this {} holds the character U+0000, which no database has in a name", p.what);
    help |_p| Some("write the name as the database has it".to_owned());

    /// A part of a path into a struct is empty.
    ///
    ///     city: { type: string, column: address, path: [""], from: struct }
    ///
    /// Name the struct's field: `path: city`.
    error SEG728 "empty name in a path" EmptyPart { span: Span, field: String }
    message |p| format!("the path of `{}` has an empty name, and no field of a struct has one", p.field);
    help |_p| Some("name the struct's field, such as `path: city`".to_owned());
}
