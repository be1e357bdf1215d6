//! Problems with catalogs. Those about how columns hold values, and about entities over many tables, are in
//! files of their own.

pub(crate) mod columns;
pub(crate) mod tables;

use crate::diagnostic::{Label, Span, lookalike};
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
    /// No file of the catalog declares an entity, so there is nothing to write segments on.
    ///
    ///     entities:
    ///       customer:
    ///         table: shop.customers
    ///         key: customer_id
    ///         fields: { customer_id: integer }
    ///
    /// Declare at least one entity, as above; `segc init` writes an example.
    error SEG200 "empty catalog" EmptyCatalog { span: Span }
    message |_p| "the catalog declares no entities".to_owned();
    help |_p| Some("declare one: `entities: { customer: { table: …, key: …, fields: { … } } }`".to_owned());

    /// The same entity is declared in two places.
    ///
    /// An entity is declared once, in one file. Remove one declaration or rename it.
    ///
    ///     # a.yml:  entities: { customer: { table: customers, … } }
    ///     # b.yml:  entities: { customer: { table: people, … } }      # wrong
    error SEG201 "duplicate entity" DuplicateEntity { span: Span, name: String, first: Span }
    message |p| format!("entity `{}` is declared twice", p.name);
    help |_p| Some("remove one of the declarations, or rename it".to_owned());
    labels |p| first_one(p.first);

    /// The names of two entities differ only in case, which many databases don't distinguish.
    ///
    ///     entities: { customer: { … }, Customer: { … } }     # wrong
    error SEG202 "names differ only in case" CaseOnly { span: Span, name: String, other: String, first: Span }
    message |p| format!("entity `{}` differs from `{}` only in case", p.name, p.other);
    help |_p| Some("rename one of them".to_owned());
    labels |p| first_one(p.first);

    /// This name couldn't be used in a segment.
    ///
    /// Names of entities, fields, links and targets consist of the letters a to z, digits and `_`,
    /// and don't start with a digit.
    ///
    ///     fields: { "e-mail": string }                               # wrong
    ///     fields: { email: { type: string, column: "e-mail" } }      # right
    error SEG203 "not a plain name" BadName { span: Span, name: String, what: &'static str }
    message |p| format!("`{}` cannot be the name of {}{}", p.name, p.what, lookalike::note(&p.name));
    help |p| Some(match p.what {
        "a field" => "use letters, digits and `_`, and give the column's own name with `column:`",
        _ => "use letters, digits and `_`; the first is not a digit",
    }.to_owned());

    /// This type doesn't exist.
    ///
    ///     fields: { plan: text, total: decimal(40,2) }     # wrong: string, at most decimal(38,9)
    ///
    /// The types are `string`, `integer`, `decimal(p,s)` (p at most 38, s at most 9), `float`,
    /// `boolean`, `date`, `timestamp`, `semver`, `json` and `array<T>`.
    error SEG204 "unknown type" UnknownType { span: Span, name: String, nearest: Option<&'static str> }
    message |p| format!("`{}` is not a type", p.name);
    help |p| Some(match (decimal_meant(&p.name), p.nearest) {
        (Some(decimal), _) => format!("write `\"{decimal}\"`"),
        (None, Some(nearest)) => format!("did you mean `{nearest}`?"),
        (None, None) if p.name.to_ascii_lowercase().starts_with("enum") => {
            "write `{ type: string, values: […] }`".to_owned()
        }
        (None, None) => format!("it can be {} or `decimal(10,2)`", one_of(crate::types::TYPE_NAMES)),
    });

    /// An entity doesn't say where its rows are.
    ///
    ///     customer: { key: customer_id, fields: { … } }      # wrong: add `table: shop.customers`
    error SEG205 "no table" NoTable { span: Span, owner: String }
    message |p| format!("{} has neither a table nor a query", p.owner);
    help |_p| Some("add `table: schema.name`, or `query: \"select …\"`".to_owned());

    /// An entity has a `table` and a `query`; only one of them can hold its rows.
    ///
    ///     customer: { table: customers, query: "select * from customers" }     # wrong
    ///
    /// Remove one of them.
    error SEG206 "table and query" TableAndQuery { span: Span, owner: String, table: Span }
    message |p| format!("{} has both a table and a query", p.owner);
    help |_p| Some("remove one of them".to_owned());
    labels |p| vec![Label { span: p.table, text: "the table".to_owned() }];

    /// A table's name can't be parsed.
    ///
    /// It consists of one to three parts separated by dots: `customers`, `shop.customers`,
    /// `project.shop.customers`. Write parts with spaces, dots or quotes as a list:
    ///
    ///     table: [shop, "order lines"]
    error SEG207 "bad table name" BadTable { span: Span, name: String }
    message |p| format!("`{}` is not the name of a table{}", p.name, lookalike::note(&p.name));
    help |p| Some(match p.name.contains("{{") {
        true => "write the table's name, such as `schema.table`: templates are not filled in".to_owned(),
        false if p.name.contains('*') => {
            "only `table` can be a table for each day, `events_*`, with its `shards`: put other tables together in a view, or list them as `tables` by event".to_owned()
        }
        false => "write one to three parts, `schema.table`, or unusual parts as a list: `[schema, \"my table\"]`".to_owned(),
    });

    /// `key`, `time`, `on` or another setting names a field that the entity doesn't declare.
    ///
    ///     customer: { key: id, fields: { customer_id: integer } }     # wrong: `id` is no field
    ///
    /// These settings name fields, not columns.
    error SEG208 "unknown field" UnknownField { span: Span, name: String, entity: String, known: Vec<String> }
    message |p| format!("`{}` is not a field of `{}`", p.name, p.entity);
    help |p| nearest(&p.name, &p.known);

    /// An entity has no fields. It needs at least those of its key.
    ///
    ///     customer: { table: customers, key: id, fields: { } }                 # wrong
    ///     customer: { table: customers, key: id, fields: { id: integer } }
    error SEG209 "no fields" NoFields { span: Span, entity: String }
    message |p| format!("entity `{}` has no fields", p.entity);
    help |_p| Some("declare at least the fields of its key".to_owned());

    /// This key can't identify rows: it has no fields, repeats a field, or contains a JSON or array
    /// field.
    ///
    ///     key: [order_id, order_id]      # wrong
    ///     key: [order_id, line_no]
    ///
    /// Name each field that identifies rows, once.
    error SEG210 "bad key" BadKey { span: Span, entity: String, reason: String }
    message |p| format!("the key of `{}` {}", p.entity, p.reason);
    help |_p| Some("name each field that identifies rows once: `key: customer_id`, `key: [order_id, line_no]`".to_owned());

    /// A field and a link of an entity have the same name, so a path could mean either.
    ///
    ///     fields: { company: string }
    ///     links: { company: { to: company, on: { … } } }      # wrong
    error SEG211 "field and link with the same name" FieldAndLink { span: Span, name: String, field: Span }
    message |p| format!("`{}` is both a field and a link", p.name);
    help |_p| Some("rename one of them; a field keeps its column with `column:`".to_owned());
    labels |p| vec![Label { span: p.field, text: "the field".to_owned() }];

    /// A link leads to an entity that no file declares.
    ///
    ///     links: { orders: { to: ordr, many: true, on: { id: customer_id } } }     # wrong: order
    ///
    /// Correct the name, or declare the entity. Entity names are case-sensitive.
    error SEG212 "unknown entity" UnknownEntity { span: Span, name: String, known: Vec<String> }
    message |p| format!("there is no entity `{}`", p.name);
    help |p| nearest(&p.name, &p.known);

    /// The two fields of a link can't be equal, since their types differ.
    ///
    ///     on: { company_id: name }      # wrong: an integer is never equal to a string
    ///
    /// All kinds of numbers are compatible; JSON and arrays are compatible with nothing.
    error SEG213 "link between types" LinkTypes { span: Span, own: String, own_type: Type, other: String, other_type: Type }
    message |p| {
        format!("`{}` ({}) can't be equal to `{}` ({})", p.own, p.own_type, p.other, p.other_type)
    };
    help |_p| Some("link fields of the same type".to_owned());

    /// With an empty `on`, a link would lead from every row to every row.
    ///
    ///     company: { to: company, on: { company_id: company_id } }    # own field: the other's field
    error SEG214 "link without fields" EmptyLink { span: Span, name: String }
    message |p| format!("`on` of the link `{}` is empty", p.name);
    help |_p| Some("write `on: { own_field: field_of_the_other }`".to_owned());

    /// A field that must be a time (`time`, `updated_at`, `deleted_at`, `ingested_at`) has a different
    /// type.
    ///
    ///     time: status           # wrong: a string
    ///     time: ordered_at
    ///
    /// Name a field of type `date` or `timestamp`, or remove the key.
    error SEG215 "not a time" NotATime { span: Span, key: &'static str, name: String, ty: Type }
    message |p| format!("`{}` must be a date or a timestamp, but `{}` is {}", p.key, p.name, a(&p.ty));
    help |p| Some(format!("name a field of type `date` or `timestamp`, or remove `{}`", p.key));

    /// `event_name` names a field that isn't a string.
    ///
    ///     event_name: amount     # wrong: a number
    ///     event_name: name
    ///
    /// Name the field that holds the name of the event.
    error SEG216 "event name that isn't a string" EventNameType { span: Span, name: String, ty: Type }
    message |p| format!("`event_name` must be a string, but `{}` is {}", p.name, a(&p.ty));
    help |_p| Some("name the field that holds the name of the event".to_owned());

    /// `values` lists the possible values of a string; other types can't have it.
    ///
    ///     age: { type: integer, values: [18, 21] }      # wrong
    ///     age: { type: integer, min: 18, max: 21 }
    ///
    /// Remove `values`, or make the field a string.
    error SEG217 "values on a non-string" ValuesType { span: Span, field: String, ty: Type }
    message |p| format!("`values` is for strings, but `{}` is {}", p.field, a(&p.ty));
    help |_p| Some("remove it, or make the field a string; numbers have `min` and `max`".to_owned());

    /// With an empty list, no value could ever be valid.
    ///
    ///     plan: { type: string, values: [] }            # wrong
    ///     plan: { type: string, values: [free, premium] }
    ///
    /// List the values, or remove `values`.
    error SEG218 "no values" NoValues { span: Span, field: String }
    message |p| format!("`values` of `{}` is empty", p.field);
    help |_p| Some("list the values, or remove `values`".to_owned());

    /// A value is listed twice.
    ///
    ///     plan: { type: string, values: [free, premium, free] }     # wrong
    ///
    /// Remove one of them.
    error SEG219 "duplicate value" DuplicateValue { span: Span, value: String, first: Span }
    message |p| format!("`{}` is listed twice", p.value);
    help |_p| Some("remove one of them".to_owned());
    labels |p| first_one(p.first);

    /// `min` and `max` are for numbers.
    ///
    ///     name: { type: string, min: 3 }                # wrong
    ///
    /// Remove the bound, or make the field a number.
    error SEG220 "bound on a non-number" BoundType { span: Span, key: &'static str, field: String, ty: Type }
    message |p| format!("`{}` is for numbers, but `{}` is {}", p.key, p.field, a(&p.ty));
    help |p| Some(format!("remove `{}`, or make the field a number", p.key));

    /// The smallest value is larger than the largest.
    ///
    ///     age: { type: integer, min: 99, max: 18 }      # wrong: min: 18, max: 99
    ///
    /// Swap them.
    error SEG221 "bounds reversed" BoundsReversed { span: Span, field: String, min: Span }
    message |p| format!("`max` of `{}` is less than its `min`", p.field);
    help |_p| Some("swap them".to_owned());
    labels |p| vec![Label { span: p.min, text: "the minimum".to_owned() }];

    /// `deletes: soft` means that a column marks deleted rows, but the entity doesn't say which.
    ///
    ///     changes: { mutable: { deleted_at: deleted_at } }
    ///     deletes: soft
    ///
    /// Write both, as above: the column that marks a deleted row, and that rows are deleted this way. If a
    /// boolean marks them, write `deletes: { soft: is_deleted }`.
    error SEG225 "soft deletes without a mark" SoftWithoutMark { span: Span, entity: String }
    message |p| format!("`{}` has soft deletes but no `deleted_at`", p.entity);
    help |_p| Some("add `changes: { mutable: { deleted_at: … } }`; if a boolean marks deleted rows, write `deletes: { soft: … }` with its name".to_owned());

    /// `deleted_at` has no effect, since `deletes` isn't `soft`: marked rows still count.
    ///
    ///     changes: { mutable: { deleted_at: deleted_at } }
    ///     deletes: never         # wrong: soft
    ///
    /// Write `deletes: soft`, or remove `deleted_at`.
    warning SEG226 "mark without soft deletes" MarkWithoutSoft { span: Span, entity: String }
    message |p| format!("`deleted_at` of `{}` has no effect, since its deletes aren't soft", p.entity);
    help |_p| Some("add `deletes: soft`".to_owned());

    /// A duration can't be parsed.
    ///
    ///     settle: 1h          # wrong
    ///     settle: 1 hour
    error SEG227 "bad duration" BadDuration { span: Span, text: String }
    message |p| format!("`{}` is not a duration", p.text);
    help |_p| Some("write a whole number and a unit, as in `3 days`: seconds, minutes, hours, days, weeks, months, quarters or years".to_owned());

    /// A name, a description or SQL is empty.
    ///
    ///     table: ""              # wrong
    ///
    /// Fill it in, or remove the key.
    error SEG228 "empty text" EmptyText { span: Span, key: &'static str }
    message |p| format!("`{}` is empty", p.key);
    help |p| Some(format!("fill it in, or remove `{}`", p.key));

    /// A map in `changes` has exactly one key: the way in which the rows change.
    ///
    ///     changes: { append_only: { lateness: 3 days } }
    ///     changes: { mutable: { updated_at: updated_at } }
    ///
    /// Keep one of the two lines.
    error SEG229 "more than one kind of change" ChangesKinds { span: Span }
    message |_p| "`changes` must name exactly one way in which rows change".to_owned();
    help |_p| Some("write `append_only`, `mutable`, `static` or `unknown`, or `{ append_only: { … } }`".to_owned());

    /// Rows that never change are never deleted: `changes: static` implies `deletes: never`.
    ///
    ///     changes: static
    ///     deletes: hard          # wrong
    ///
    /// Remove `deletes`. If rows are deleted, declare how the others change: `changes: append_only` or
    /// `changes: unknown`.
    error SEG230 "static, but rows are deleted" StaticDeletes { span: Span, entity: String, changes: Span }
    message |p| format!("rows of `{}` are deleted, but it is declared not to change", p.entity);
    help |_p| Some("remove `deletes`, or write `changes: append_only` or `changes: unknown` instead of `static`".to_owned());
    labels |p| vec![Label { span: p.changes, text: "nothing changes".to_owned() }];

    /// `rebuild_every` says how often segments are rebuilt, so it can't be zero.
    ///
    ///     rebuild_every: 0 days      # wrong
    ///     rebuild_every: 7 days
    ///
    /// To rebuild a segment at every refresh, use `materialize: table`.
    error SEG231 "rebuilt without end" NoInterval { span: Span, text: String }
    message |p| format!("`rebuild_every: {}` leaves no time between two rebuilds", p.text);
    help |_p| Some("write a longer time, such as `7 days`; segments with `materialize: table` are rebuilt every time".to_owned());

    /// A row whose `deleted_at` is present counts as deleted. If the field is never missing, or is part
    /// of the key, this applies to every row.
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

    /// What marks deleted rows in `deletes: { soft: … }` is a boolean.
    ///
    ///     deletes: { soft: deleted_at }                        # wrong: a timestamp
    ///     deletes: { soft: is_deleted }
    ///     deletes: { soft: { not: is_active } }
    ///
    /// If a time marks them, write `deletes: soft` and `changes: { mutable: { deleted_at: … } }`.
    error SEG250 "a flag that isn't a boolean" FlagType { span: Span, entity: String, field: String, ty: Type }
    message |p| format!("what marks deleted rows of `{}` must be a boolean, but `{}` is {}", p.entity, p.field, a(&p.ty));
    help |p| Some(match p.ty.is_time() {
        true => format!("write `deletes: soft` and `changes: {{ mutable: {{ deleted_at: {} }} }}`", p.field),
        false => "name a field of type `boolean`".to_owned(),
    });

    /// Deleted rows are marked by a time or by a boolean.
    ///
    ///     changes: { mutable: { updated_at: updated_at, deleted_at: deleted_at } }
    ///     deletes: { soft: is_deleted }
    ///
    /// Remove one of them. A `deleted_at` also says when a row was deleted, so it needs no `updated_at` that
    /// moves with it.
    error SEG251 "two marks of deleted rows" TwoMarks { span: Span, entity: String, mark: Span }
    message |p| format!("deleted rows of `{}` are marked twice", p.entity);
    help |_p| Some("remove `deleted_at` from `changes`, or write `deletes: soft`".to_owned());
    labels |p| vec![Label { span: p.mark, text: "this marks them as well".to_owned() }];

    /// A `label`, `singular` or `plural` is what people call something: one line of 1 to 100 characters. More text goes into
    /// `description`.
    ///
    ///     label: ""              # wrong
    error SEG252 "no label" NoLabel { span: Span, key: &'static str }
    message |p| format!("`{}` isn't one line of 1 to 100 characters", p.key);
    help |p| Some(format!("write a word or two, or remove `{}`", p.key));

    /// `dbt` says which node of a dbt project holds the entity's rows.
    ///
    ///     dbt: ref('customers')          # wrong
    ///     dbt: model.shop.customers
    ///
    /// Write the node's `unique_id`, which `dbt ls --output json` shows; the package may be left out.
    error SEG259 "bad dbt node" BadDbtNode { span: Span, text: String }
    message |p| format!("`{}` is not a node of a dbt project", p.text);
    help |_p| Some("write its `unique_id`, such as `model.shop.customers` or `source.shop.raw.orders`".to_owned());

    /// `roles` must name at least one role. Without `roles`, everyone may use the field.
    ///
    ///     salary: { type: integer, roles: [] }
    ///
    /// Name the roles, or remove `roles`.
    error SEG524 "nobody may use it" NobodyUses { span: Span, field: String }
    message |p| format!("with an empty `roles`, nobody may use the field `{}`", p.field);
    help |_p| Some("name the roles that may use it, or remove `roles` to let everyone use it".to_owned());

    /// A name contains the character U+0000, which no database allows in a name.
    ///
    ///     plan: { type: string, column: "pl\0an" }
    ///
    /// Write the name as the database has it.
    error SEG727 "U+0000 in a name" NulInName { span: Span, what: &'static str }
    message |p| format!("this {} contains the character U+0000, which no database allows in a name", p.what);
    help |_p| Some("write the name as the database has it".to_owned());

}

/// The decimal that other databases' words mean: `numeric(10,2)`, `decimal(10.2)`.
fn decimal_meant(name: &str) -> Option<Type> {
    let (word, rest) = name.trim().split_once('(')?;
    let is_decimal =
        ["decimal", "numeric", "number", "dec"].contains(&word.trim().to_ascii_lowercase().as_str());
    let mut parts = rest.strip_suffix(')')?.split([',', '.', ';']).map(|part| part.trim().parse::<u8>().ok());
    let (precision, scale) = (parts.next()??, parts.next().unwrap_or(Some(0))?);
    let fits =
        is_decimal && (1..=38).contains(&precision) && scale <= precision.min(9) && parts.next().is_none();
    fits.then_some(Type::Decimal { precision, scale })
}
