//! Problems of SQL that becomes a condition.
use crate::diagnostic::Span;

crate::problems! {
    /// The SQL can't be read.
    ///
    /// `segc import sql` reads a condition (`country = 'US'`), a WHERE clause, or a whole SELECT of the
    /// keys of an entity, in the language of the database that `--dialect` names.
    ///
    ///     segc import sql "WHERE country = "
    ///
    /// Correct the SQL, or name the database it is written for. A template (`{{ … }}`) isn't SQL: import
    /// what it produces.
    error SEG935 "SQL that can't be read" UnreadableSql { span: Span, message: String, help: Option<String> }
    message |p| p.message.clone();
    help |p| p.help.clone();

    /// A column or table that the catalog doesn't have.
    ///
    /// Columns are those of the catalog's fields (`column:`), or the names of fields; tables are those
    /// of its entities.
    ///
    ///     segc import sql "WHERE contry = 'US'"
    ///
    /// Correct the name, or add the field or the entity to the catalog.
    error SEG936 "unknown column or table" UnknownColumn { span: Span, message: String, help: Option<String> }
    message |p| p.message.clone();
    help |p| p.help.clone();

    /// SQL that has no counterpart with the same members.
    ///
    /// Segments are conditions on a row and on the rows linked to it. What SQL can do beyond that is
    /// refused, rather than translated into something similar.
    ///
    ///     segc import sql "WHERE first_name || last_name = 'AnnLee'"
    ///
    /// The message says what to write instead; or compute the value in the catalog's `query:`.
    error SEG937 "SQL without a counterpart" NoCounterpart { span: Span, message: String, help: Option<String> }
    message |p| p.message.clone();
    help |p| p.help.clone();

    /// SQL that compares values of different types, or a value that its column can't have.
    ///
    /// The catalog's types decide what a literal means: text in quotes is a date where the column is one.
    ///
    ///     segc import sql "WHERE age > 'old'"
    ///
    /// Correct the literal, or the type of the field in the catalog.
    error SEG938 "SQL value of another type" OtherType { span: Span, message: String, help: Option<String> }
    message |p| p.message.clone();
    help |p| p.help.clone();
}
