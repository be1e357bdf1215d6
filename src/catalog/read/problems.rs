//! Problems with `read:`.

use crate::diagnostic::{Label, Span};
use crate::problems;
use crate::types::TimeFormError;

problems! {
    /// YAML reads an unquoted `null` or `~` as an absent value, so no word is declared.
    ///
    ///     read: { null: [NA, null] }        # wrong
    ///     read: { null: [NA, "null"] }
    ///
    /// Put the word in quotes. To declare a blank, write `""`.
    error SEG233 "a word without quotes" NullByName { span: Span, key: &'static str }
    message |p| format!("`{}` has no word here: YAML reads it as an absent value", p.key);
    help |_p| Some("put the word in quotes, as in `null: [\"null\", \"\"]`".to_owned());

    /// A separator or quote isn't a single character.
    ///
    /// `delimiter`, `quote`, `escape` and `decimal` are one ASCII character each, other than a letter, a
    /// digit or a line break. `tab` is a tab. `thousands` may be any character that isn't a letter or a
    /// digit: `"\u00a0"` is the non-breaking space that spreadsheets write.
    ///
    ///     read: { delimiter: ";;" }         # wrong
    ///     read: { delimiter: ";" }
    ///     read: { delimiter: tab }
    ///
    /// `decimal` is `","` or `"."`; `quote: none` treats quotes as ordinary characters.
    error SEG234 "not a separator" BadSeparator { span: Span, key: &'static str, text: String }
    message |p| format!("`{}` can't be `{}`", p.key, p.text.escape_debug());
    help |p| Some(match p.key {
        "decimal" => "write `decimal: \",\"` if numbers have a decimal comma".to_owned(),
        key => format!("write one character in quotes, as in `{key}: \"{}\"`{}", match key {
            "quote" => "'",
            "escape" => "\\\\",
            "thousands" => "'",
            _ => ";",
        }, if key == "delimiter" { ", or `tab`" } else { "" }),
    });

    /// The same character has two meanings.
    ///
    ///     read: { decimal: ",", thousands: "," }      # wrong
    ///     read: { decimal: ",", thousands: "." }
    ///
    /// Use a different character for one of them.
    error SEG235 "one character for two things" SameSeparator { span: Span, key: &'static str, other: &'static str }
    message |p| format!("`{}` and `{}` are the same character", p.key, p.other);
    help |p| Some(format!("use a different character for `{}`, or remove it", p.key));

    /// The Encoding Standard has no such encoding.
    ///
    ///     read: { encoding: ansi }          # wrong: which code page?
    ///     read: { encoding: windows-1252 }
    ///
    /// Encodings are, for example, `utf-8`, `utf-16le`, `latin1`, `windows-1252`, `windows-1251`, `shift_jis`,
    /// `gbk`, `euc-kr`. `latin1` is read as `windows-1252`, which adds characters such as `€`.
    error SEG236 "unknown encoding" UnknownEncoding { span: Span, name: String }
    message |p| format!("`{}` is not an encoding", p.name);
    help |_p| Some("write a name such as `utf-8`, `utf-16le`, `latin1` or `windows-1252`".to_owned());

    /// segc can't use this date or timestamp format.
    ///
    /// A format has directives: `%Y` the year, `%y` its last two digits (1969 to 2068), `%m` the month, `%d`
    /// the day, `%H` or `%I` and `%p` the hour, `%M`, `%S`, `%.f` the fraction of a second, `%z` or `%:z` an
    /// offset, `%b` or `%B` the name of a month in English. Other characters are themselves.
    ///
    ///     read: { date_format: DD/MM/YYYY }       # wrong
    ///     read: { date_format: "%d/%m/%Y" }
    ///
    /// `timestamp_format` may also be `epoch_seconds`, `epoch_millis` or `epoch_micros`, and `iso` is the
    /// default format. Each format must determine the day.
    error SEG237 "an unusable format" TimeFormUnusable {
        span: Span, key: &'static str, text: String, reason: TimeFormError,
    }
    message |p| match p.reason {
        TimeFormError::Directive => format!("`{}` has an unknown directive", p.text),
        TimeFormError::NoDay => format!("`{}` doesn't determine the day", p.text),
        TimeFormError::EpochOfDate => format!("`{}` is a format for timestamps, not for dates", p.text),
    };
    help |p| Some(match (p.reason, p.key) {
        (TimeFormError::EpochOfDate, _) => "declare the field as a timestamp, and the format as `timestamp_format`".to_owned(),
        (_, "date_format") => "write directives, as in `date_format: \"%d/%m/%Y\"`".to_owned(),
        _ => "write directives, as in `timestamp_format: \"%d/%m/%Y %H:%M\"`, or `epoch_seconds`".to_owned(),
    });

    /// A file pattern leads out of `data/`, or can't be parsed.
    ///
    /// `files` names files below the project's `data/`, with `/` between folders. `*` matches any characters
    /// of a name, `?` one character, `**` any folders, `[…]` one of the listed characters.
    ///
    ///     read: { files: ../exports/orders.csv }     # wrong
    ///     read: { files: "orders_*.csv" }
    ///
    /// Copy or link the files into `data/`.
    error SEG238 "files out of reach" BadFilePattern { span: Span, text: String }
    message |p| format!("`{}` doesn't name files below `data/`", p.text);
    help |_p| Some("write a path below `data/`, as in `files: \"orders_*.csv\"` or `files: \"orders/*.csv.gz\"`".to_owned());

    /// Entities that read the same table declare different formats for its files.
    ///
    ///     customer: { table: people, read: { delimiter: ";" }, … }
    ///     employee: { table: people, read: { delimiter: tab }, … }     # wrong
    ///
    /// Declare `read` in one of them. It applies to the table's files, for every entity that reads it.
    error SEG239 "one table, two ways to read it" ReadConflict { span: Span, one: String, other: String, first: Span }
    message |p| format!("`{}` and `{}` read the same table but declare a different `read`", p.one, p.other);
    help |_p| Some("declare `read` in one of them".to_owned());
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
