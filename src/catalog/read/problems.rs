//! What can be wrong with `read:`.

use crate::diagnostic::{Label, Span};
use crate::problems;
use crate::types::TimeFormError;

problems! {
    /// YAML reads `null` and `~` without quotes as nothing, so no word is declared.
    ///
    ///     read: { null: [NA, null] }        # wrong
    ///     read: { null: [NA, "null"] }
    ///
    /// Put the word in quotes. A blank is declared as `""`.
    error SEG233 "a word without quotes" NullByName { span: Span, key: &'static str }
    message |p| format!("`{}` lists nothing here: YAML reads this word as an absent value", p.key);
    help |_p| Some("put the word in quotes, as in `null: [\"null\", \"\"]`".to_owned());

    /// A separator or quote that is no single ASCII character.
    ///
    /// `delimiter`, `quote`, `escape`, `decimal` and `thousands` are one ASCII character each, and
    /// no letter, digit or line break. `tab` is a tab.
    ///
    ///     read: { delimiter: ";;" }         # wrong
    ///     read: { delimiter: ";" }
    ///     read: { delimiter: tab }
    ///
    /// `decimal` is `","` or `"."`; `quote: none` reads quotes like other characters.
    error SEG234 "not a separator" BadSeparator { span: Span, key: &'static str, text: String }
    message |p| format!("`{}` can't be `{}`", p.key, p.text.escape_debug());
    help |p| Some(match p.key {
        "decimal" => "write `decimal: \",\"` if numbers have a comma for a point".to_owned(),
        key => format!("write one character in quotes, as in `{key}: \"{}\"`, or `tab`", match key {
            "quote" => "'",
            "escape" => "\\\\",
            _ => ";",
        }),
    });

    /// One character has two meanings.
    ///
    ///     read: { decimal: ",", thousands: "," }      # wrong
    ///     read: { decimal: ",", thousands: "." }
    ///
    /// Give one of them another character.
    error SEG235 "one character for two things" SameSeparator { span: Span, key: &'static str, other: &'static str }
    message |p| format!("`{}` and `{}` are the same character", p.key, p.other);
    help |p| Some(format!("give `{}` another character, or remove it", p.key));

    /// An encoding that the Encoding Standard doesn't know.
    ///
    ///     read: { encoding: ansi }          # wrong: which code page?
    ///     read: { encoding: windows-1252 }
    ///
    /// Names are such as `utf-8`, `utf-16le`, `latin1`, `windows-1252`, `windows-1251`, `shift_jis`,
    /// `gbk`, `euc-kr`. `latin1` is read as `windows-1252`, which adds characters such as `€`.
    error SEG236 "unknown encoding" UnknownEncoding { span: Span, name: String }
    message |p| format!("`{}` is not an encoding", p.name);
    help |_p| Some("write a name such as `utf-8`, `utf-16le`, `latin1` or `windows-1252`".to_owned());

    /// A form of dates or timestamps that segc can't read by.
    ///
    /// A form has directives: `%Y` the year, `%y` its last two digits (1969 to 2068), `%m` the month, `%d`
    /// the day, `%H` or `%I` and `%p` the hour, `%M`, `%S`, `%.f` the fraction of a second, `%z` or `%:z` an
    /// offset, `%b` or `%B` the name of a month in English. Other characters are themselves.
    ///
    ///     read: { date_format: DD/MM/YYYY }       # wrong
    ///     read: { date_format: "%d/%m/%Y" }
    ///
    /// `timestamp_format` may also be `epoch_seconds`, `epoch_millis` or `epoch_micros`, and `iso` is the
    /// form that is read where nothing is declared. Each form must say which day it is.
    error SEG237 "a form that can't be read" TimeFormUnusable {
        span: Span, key: &'static str, text: String, reason: TimeFormError,
    }
    message |p| match p.reason {
        TimeFormError::Directive => format!("`{}` has a directive that can't be read", p.text),
        TimeFormError::NoDay => format!("`{}` doesn't say which day it is", p.text),
        TimeFormError::EpochOfDate => format!("`{}` is a form of timestamps, not of dates", p.text),
    };
    help |p| Some(match (p.reason, p.key) {
        (TimeFormError::EpochOfDate, _) => "declare the field a timestamp, and the form as `timestamp_format`".to_owned(),
        (_, "date_format") => "write directives, as in `date_format: \"%d/%m/%Y\"`".to_owned(),
        _ => "write directives, as in `timestamp_format: \"%d/%m/%Y %H:%M\"`, or `epoch_seconds`".to_owned(),
    });

    /// A pattern of files that leads out of `data/`, or can't be read.
    ///
    /// `files` names files below the project's `data/`, with `/` between folders. `*` stands for any characters
    /// of one name, `?` for one, `**` for any folders, `[…]` for one of some characters.
    ///
    ///     read: { files: ../exports/orders.csv }     # wrong
    ///     read: { files: "orders_*.csv" }
    ///
    /// Copy or link the files into `data/`.
    error SEG238 "files out of reach" BadFilePattern { span: Span, text: String }
    message |p| format!("`{}` doesn't name files below `data/`", p.text);
    help |_p| Some("write a path below `data/`, as in `files: \"orders_*.csv\"` or `files: \"orders/*.csv.gz\"`".to_owned());

    /// Entities that read one table declare different things of its files.
    ///
    ///     customer: { table: people, read: { delimiter: ";" }, … }
    ///     employee: { table: people, read: { delimiter: tab }, … }     # wrong
    ///
    /// Declare `read` at one of them; it applies to the table's files, for every entity that reads it.
    error SEG239 "one table, two ways to read it" ReadConflict { span: Span, one: String, other: String, first: Span }
    message |p| format!("`{}` and `{}` read one table, and declare different `read`", p.one, p.other);
    help |_p| Some("declare `read` at one of them".to_owned());
    labels |p| vec![Label { span: p.first, text: "the other one".to_owned() }];

    /// `read` describes the files of a table, and an entity with a `query` has none.
    ///
    ///     customer: { query: "select * from people", read: { null: NA }, … }     # wrong
    ///     person: { table: people, read: { null: NA }, … }
    ///
    /// Declare `read` on the entity of the table that the query reads. `zone` alone is allowed: it
    /// also applies to the rows of unit tests.
    error SEG240 "`read` of a query" ReadOfQuery { span: Span, entity: String, keys: String }
    message |p| format!("the rows of `{}` come from its `query`, not from files, so {} of `read` has no effect", p.entity, p.keys);
    help |_p| Some("declare it on the entity whose `table` the query reads".to_owned());
}
