//! Problems with importing catalogs.

use crate::diagnostic::{Label, Span};
use crate::problems;

problems! {
    /// A file of the project's catalog can't be read, so nothing can be added to it safely.
    ///
    /// ```text
    /// catalog/shop.yml          (saved as UTF-16)
    /// ```
    ///
    /// Save the file as UTF-8, or move it out of `catalog/`.
    error SEG950 "unreadable catalog file" UnreadableCatalog { span: Option<Span>, path: String, reason: String }
    message |p| format!("can't read `{}`: {}", p.path, p.reason);

    /// No table of the source fits what was chosen.
    ///
    /// ```text
    /// segc catalog import --db shop.db --tables 'stg_*'
    /// ```
    ///
    /// Choose other names, or leave the options out to import everything. In patterns, `*` is any text.
    error SEG951 "nothing to import" NothingChosen { span: Option<Span>, origin: String, asked: String, known: Vec<String> }
    message |p| match p.asked.as_str() {
        "" => format!("`{}` has no tables", p.origin),
        asked => format!("no table of `{}` fits {asked}", p.origin),
    };
    help |p| (!p.known.is_empty()).then(|| format!("there are {}", shown(&p.known)));

    /// A document that is to be imported can't be read.
    ///
    /// ```text
    /// segc catalog import --dbt target/manifest.json      (a download that was cut off)
    /// ```
    ///
    /// Write the document again with the tool that it is from, and import that.
    error SEG952 "unreadable document" UnreadableDocument { span: Option<Span>, path: String, reason: String }
    message |p| format!("can't read `{}`: {}", p.path, p.reason);

    /// A document isn't of the kind that was announced, or lacks something that every document of its
    /// kind has.
    ///
    /// ```text
    /// segc catalog import --dbt dbt_project.yml
    /// ```
    ///
    /// The help of `segc catalog import` says which files each option takes.
    error SEG953 "another kind of document" OtherDocument { span: Option<Span>, path: String, expected: String, help: Option<String> }
    message |p| format!("`{}` isn't {}", p.path, p.expected);
    help |p| p.help.clone();

    /// A catalog file is written in a way that segc can't add to without changing something else,
    /// such as an alias (`fields: *shared`).
    ///
    /// ```text
    /// fields: *shared_fields
    /// ```
    ///
    /// Add the lines that the message shows yourself, or write the map out.
    error SEG954 "catalog file can't be edited" CannotEdit { span: Option<Span>, path: String, lines: Vec<String> }
    message |p| format!("can't add to `{}` without changing what is there", p.path);
    help |p| Some(format!("add these lines yourself: {}", p.lines.join("; ")));

    /// The table of an entity is no longer in the source.
    ///
    /// ```text
    /// ALTER TABLE customers RENAME TO clients
    /// ```
    ///
    /// The catalog isn't changed. Remove the entity, or give it its new table.
    warning SEG955 "table is gone" TableGone { span: Span, entity: String, table: String, origin: String }
    message |p| format!("the table `{}` of `{}` isn't in `{}` any more", p.table, p.entity, p.origin);
    help |_p| Some("remove the entity, or give it its new table".to_owned());

    /// The column of a field is no longer in its table.
    ///
    /// ```text
    /// ALTER TABLE customers DROP COLUMN nickname
    /// ```
    ///
    /// The catalog isn't changed. Remove the field, or give it its new column.
    warning SEG956 "column is gone" ColumnGone { span: Span, field: String, column: String, table: String }
    message |p| format!("`{}` has no column `{}` any more, which `{}` reads", p.table, p.column, p.field);
    help |_p| Some("remove the field, or give it its new column with `column:`".to_owned());

    /// The source says something else than the catalog does.
    ///
    /// ```text
    /// ALTER TABLE customers ALTER COLUMN plan TYPE integer
    /// ```
    ///
    /// The catalog isn't changed, since a person may know better. Change it if the source is right.
    warning SEG957 "source differs from the catalog" Differs { span: Span, what: String, found: String, help: Option<String> }
    message |p| format!("{}, but the source has {}", p.what, p.found);
    help |p| p.help.clone();

    /// A document says that it is from a database whose types segc doesn't know, or it doesn't say
    /// from which.
    ///
    /// ```text
    /// segc catalog import --information-schema columns.csv
    /// ```
    ///
    /// Types have different meanings in different databases. Name the database with `--from`.
    error SEG958 "unknown database" UnknownDatabase { span: Option<Span>, path: String, found: Option<String>, known: Vec<&'static str> }
    message |p| match &p.found {
        Some(name) => format!("`{}` is from `{name}`, whose types segc doesn't know", p.path),
        None => format!("`{}` doesn't say which database its types are from", p.path),
    };
    help |p| Some(format!("name the database with `--from`: {}", p.known.join(", ")));

    /// A definition contains SQL or a template where the catalog needs the name of a column or a table.
    ///
    /// ```yaml
    /// sql: "{{ env_var('SCHEMA') }}.orders"
    /// ```
    ///
    /// Write the name itself, or import from the database, which knows it.
    error SEG959 "not a plain reference" NotPlain { span: Option<Span>, what: String, text: String }
    message |p| format!("{} is `{}`, which isn't a plain name", p.what, p.text);
    help |_p| Some("write the name itself, or import the tables from the database".to_owned());

    /// A time zone doesn't exist.
    ///
    /// ```text
    /// segc catalog import --db shop.db --zone Berlin
    /// ```
    ///
    /// Name a zone of the IANA database, such as `Europe/Berlin`.
    error SEG960 "unknown time zone for the import" UnknownZone { span: Option<Span>, name: String, near: Option<String> }
    message |p| format!("`{}` isn't a time zone", p.name);
    help |p| Some(p.near.as_ref().map_or_else(|| "name a zone such as `Europe/Berlin` or `UTC`".to_owned(), |near| format!("did you mean `{near}`?")));

    /// The name of the file for new entities isn't one in `catalog/`.
    ///
    /// ```text
    /// segc catalog import --db shop.db --into ../shop.yml
    /// ```
    ///
    /// Give a path below `catalog/` that ends in `.yml` or `.yaml`.
    error SEG961 "not a catalog file" NotACatalogFile { span: Option<Span>, path: String }
    message |p| format!("`--into {}` isn't a file of the catalog", p.path);
    help |_p| Some("give a file in the project's catalog, such as `catalog/shop.yml`".to_owned());

    /// Two data files would become the same table.
    ///
    /// ```text
    /// segc catalog import data/orders.csv export/orders.parquet
    /// ```
    ///
    /// Import one of them, or rename the other.
    error SEG962 "two files for a table" TwoFiles { span: Option<Span>, table: String, first: String, second: String }
    message |p| format!("`{}` and `{}` would both be the table `{}`", p.first, p.second, p.table);
    help |_p| Some("import one of them, or rename the other".to_owned());

    /// A part of a document has another shape than its tool gives it.
    ///
    /// ```yaml
    /// cubes:
    ///   - name: orders
    ///     dimensions: id        # a list
    /// ```
    ///
    /// Correct the document, or write it again with the tool that it is from.
    error SEG963 "wrong shape in a document" Misshapen { span: Span, expected: String, found: String }
    message |p| format!("expected {}, found {}", p.expected, p.found);
    help |_p| Some("correct the document, or write it again with its tool".to_owned());

    /// A document defines something twice.
    ///
    /// ```yaml
    /// cubes:
    ///   - { name: orders, sql_table: shop.orders }
    ///   - { name: orders, sql_table: crm.orders }
    /// ```
    ///
    /// Remove or rename one of them, or import only one of the documents.
    error SEG964 "defined twice in documents" DefinedTwice { span: Span, what: String, first: Span }
    message |p| format!("{} is defined twice", p.what);
    help |_p| Some("remove or rename one of them".to_owned());
    labels |p| vec![Label { span: p.first, text: "the first one".to_owned() }];

    /// The tables of `--family` can't become one entity.
    ///
    /// ```text
    /// segc catalog import --db shop.db --family 'evt_*'
    /// ```
    ///
    /// Write a pattern of tables' names and the entity: `--family 'evt_*=event'`. The entity is new, or one with
    /// `tables`.
    error SEG965 "tables can't become one entity" BadFamily { span: Option<Span>, family: String, why: String }
    message |p| format!("`--family {}` makes no entity: {}", p.family, p.why);
    help |_p| Some("give a pattern of tables' names and an entity that is new or has `tables`: `--family 'evt_*=event'`".to_owned());
}

/// Some of the names, and how many more there are.
fn shown(names: &[String]) -> String {
    let some: Vec<String> = names.iter().take(12).map(|name| format!("`{name}`")).collect();
    match names.len().checked_sub(12).filter(|more| *more > 0) {
        Some(more) => format!("{} and {more} more", some.join(", ")),
        None => some.join(", "),
    }
}
