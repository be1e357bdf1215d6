//! Problems with how columns hold the values of fields: `zone`, `storage`, `encoding`, `path`, `from`.

use super::a;
use crate::diagnostic::{Label, Span};
use crate::problems;
use crate::types::Type;

problems! {
    /// `zone` gives the time zone of a timestamp column that holds local times; other types have none.
    ///
    ///     birthday: { type: date, zone: Europe/London }           # wrong
    ///     opened_at: { type: timestamp, zone: Europe/London }
    ///
    /// Remove `zone`, or make the field a timestamp.
    error SEG222 "zone on a non-timestamp" ZoneType { span: Span, field: String, ty: Type }
    message |p| format!("`zone` is for timestamps, but `{}` is {}", p.field, a(&p.ty));
    help |_p| Some("remove `zone`, or make the field a timestamp".to_owned());

    /// The IANA database has no such time zone.
    ///
    ///     zone: Europe/Londn     # wrong: Europe/London
    error SEG223 "unknown time zone" UnknownZone { span: Span, name: String }
    message |p| format!("`{}` is not a time zone", p.name);
    help |p| Some(crate::types::zone_help(&p.name));

    /// This `storage` isn't possible for the field's type.
    ///
    /// `char` is for strings, `int32` for integers, `float32` and `float_nan` for floats, and `integer` for
    /// dates with `encoding: yyyymmdd`.
    ///
    ///     total: { type: integer, storage: float32 }              # wrong
    ///
    /// Remove it, or change the field's type.
    error SEG224 "storage for a different type" StorageType { span: Span, storage: &'static str, needs: &'static str, field: String, ty: Type }
    message |p| format!("`storage: {}` is for {}, but `{}` is {}", p.storage, p.needs, p.field, a(&p.ty));
    help |p| Some(format!("remove it, or make the field {}", p.needs));

    /// A `path` lists the keys that lead to the value, outermost first.
    ///
    ///     plan: { type: string, column: properties, path: [] }
    ///
    /// Name at least one key: `path: [plan, name]`, or `path: plan` for a single one.
    error SEG270 "empty path" EmptyPath { span: Span, field: String }
    message |p| format!("the path of field `{}` names no key", p.field);
    help |_p| Some("name the keys that lead to the value, such as `path: [plan, name]`".to_owned());

    /// `from` describes the column that a `path` leads into.
    ///
    ///     plan: { type: string, column: properties, from: json }
    ///
    /// Say where in the document the value is: `path: [plan, name]`.
    error SEG271 "`from` without a path" FromWithoutPath { span: Span, field: String }
    message |p| format!("field `{}` has `from` but no `path` into the column", p.field);
    help |_p| Some("add the keys that lead to the value, such as `path: [plan, name]`, or remove `from`".to_owned());

    /// Values of this type can't be read from a JSON document.
    ///
    ///     tags: { type: array<json>, column: properties, path: tags }
    ///
    /// Arrays contain strings, numbers, booleans, dates or timestamps. A document inside another is a
    /// field of type `json`.
    error SEG272 "not a type of JSON values" InsideType { span: Span, field: String, ty: Type }
    message |p| format!("field `{}` is {}, which can't be read from a JSON document", p.field, a(&p.ty));
    help |_p| Some("use an array of strings, numbers, booleans, dates or timestamps, or `json`".to_owned());

    /// `zone` and `storage` describe how a column stores its values, but JSON determines the form of
    /// values in a document.
    ///
    ///     seen_at: { type: timestamp, column: properties, path: seen_at, zone: Europe/Berlin }
    ///
    /// Remove `zone` or `storage`. Instants in JSON have `Z` or an offset.
    error SEG273 "storage inside JSON" StorageInside { span: Span, field: String }
    message |p| format!("field `{}` is read from a JSON document, so it can't have a `zone` or `storage`", p.field);
    help |_p| Some("remove `zone` or `storage`: JSON determines the form of its values".to_owned());

    /// Keys and the ends of links must be columns, since the segments' tables and checks name them.
    ///
    ///     key: [user]
    ///     fields: { user: { type: string, column: properties, path: user } }
    ///
    /// Turn the value into a column with a view in the database or a `query:` in the catalog.
    error SEG274 "a key inside a document" KeyInside { span: Span, field: String }
    message |p| format!("`{}` is read from a document, so it can't be a key or the end of a link", p.field);
    help |_p| Some("turn the value into a column with a view or a `query:`".to_owned());

    /// This `encoding` isn't possible for the field's type.
    ///
    /// `epoch_seconds`, `epoch_millis` and `epoch_micros` are for timestamps, `yyyymmdd` is for dates, and
    /// `loose` for versions.
    ///
    ///     created: { type: integer, encoding: epoch_seconds }       # wrong
    ///     created: { type: timestamp, encoding: epoch_seconds }
    ///
    /// `type` is what segments read, not what the column holds.
    error SEG276 "encoding of a different type" EncodingType { span: Span, encoding: &'static str, needs: &'static str, field: String, ty: Type }
    message |p| format!("`encoding: {}` is of {}, but `{}` is {}", p.encoding, p.needs, p.field, a(&p.ty));
    help |p| Some(format!("make the field {}, which is what segments then read, or remove `encoding`", p.needs));

    /// An `encoding` says completely how the column holds the field's values, except that the digits of a
    /// date may be an integer.
    ///
    ///     created: { type: timestamp, encoding: epoch_millis, zone: Europe/Paris }      # wrong
    ///     created: { type: timestamp, encoding: epoch_millis }
    ///     day: { type: date, encoding: yyyymmdd, storage: integer }
    ///
    /// Counts since 1970 have no zone: they are instants.
    error SEG277 "beside an encoding" EncodingStorage { span: Span, key: &'static str, field: String, encoding: Span }
    message |p| format!("`{}` of `{}` is determined by its `encoding`", p.key, p.field);
    help |p| Some(format!("remove `{}`", p.key));
    labels |p| vec![Label { span: p.encoding, text: "this says how the column holds it".to_owned() }];

    /// A link compares what its columns hold, so both of its ends need the same `encoding`.
    ///
    ///     day: { type: date, encoding: yyyymmdd }     # of one entity
    ///     day: { type: date }                         # of the other
    ///     links: { holiday: { to: holiday, on: { day: day } } }     # wrong
    ///
    /// Correct the fields if their columns hold the same, or link by other fields.
    error SEG278 "ends of a link in different encodings" LinkEncodings { span: Span, own: String, own_encoding: Option<&'static str>, other: String, other_encoding: Option<&'static str> }
    message |p| {
        let encoded = |encoding: Option<&str>| encoding.map_or("without an encoding".to_owned(), |one| format!("`encoding: {one}`"));
        format!(
            "`{}` ({}) can't be linked to `{}` ({})",
            p.own, encoded(p.own_encoding), p.other, encoded(p.other_encoding)
        )
    };
    help |_p| Some("declare the same `encoding` for both if their columns hold the same, or link by other fields".to_owned());

    /// Key columns are copied into the segments' tables as they are, so a key can't be an encoded field.
    ///
    ///     key: [user_id, at]
    ///     fields: { at: { type: timestamp, encoding: epoch_micros } }      # wrong
    ///
    /// Declare another field that reads the same column without an encoding, and name that one:
    ///
    ///     key: [user_id, at_micros]
    ///     fields:
    ///       at: { type: timestamp, encoding: epoch_micros }
    ///       at_micros: { type: integer, column: at, nullable: false }
    error SEG279 "an encoded key" EncodedKey { span: Span, field: String, column: String, held: Type }
    message |p| format!("`{}` is encoded, so it can't be part of a key", p.field);
    help |p| Some(format!(
        "declare another field for the same column, such as `{}_key: {{ type: {}, column: {} }}`, and use that as the key",
        p.field, p.held, p.column
    ));

    /// A part of a path into a struct is empty.
    ///
    ///     city: { type: string, column: address, path: [""], from: struct }
    ///
    /// Name the struct's field: `path: city`.
    error SEG728 "empty name in a path" EmptyPart { span: Span, field: String }
    message |p| format!("the path of `{}` has an empty name, but fields of structs don't", p.field);
    help |_p| Some("name the struct's field, such as `path: city`".to_owned());

    /// An entry of a key/value array is an object or a struct with the key and the value, so the path goes on
    /// to the value.
    ///
    ///     page: { type: string, column: event_params, path: [{ key: page_location }] }      # wrong
    ///     page: { type: string, column: event_params, path: [{ key: page_location }, value, string_value] }
    ///
    /// Add the keys that lead from the entry to the value.
    error SEG729 "an entry without its value" EntryOnly { span: Span, field: String }
    message |p| format!("the path of `{}` ends at an entry, not at its value", p.field);
    help |_p| Some("add the keys that lead from the entry to the value, such as `value`".to_owned());
}
