//! Problems with sample data files (SEG707, SEG710 to SEG719).

use super::faults::RecordKind;
use super::records::RecordFault;
use crate::diagnostic::Span;
use crate::problems;

/// `line 3`, then `line 5 (`x`)` and how many more.
fn more(unit: &str, places: &[(u64, String)], count: u64, show: impl Fn(&str) -> String) -> String {
    let rest: Vec<String> =
        places.iter().skip(1).map(|(at, text)| format!("{unit} {at}{}", show(text))).collect();
    let left = count.saturating_sub(places.len() as u64);
    let left = (left > 0).then(|| format!("{left} more"));
    let all: Vec<String> = rest.into_iter().chain(left).collect();
    match all.split_last() {
        None => String::new(),
        Some((last, [])) => format!("; also {last}"),
        Some((last, first)) => format!("; also {} and {last}", first.join(", ")),
    }
}

problems! {
    /// A file of sample data has values that can't be loaded exactly.
    ///
    /// A value is loaded as it is or not at all: nothing is rounded, guessed or treated as missing. The
    /// message gives the file, the line, the column and the value. If the file is right, the help says what
    /// to declare: the entity's `read:` covers words for missing values, date formats, decimal commas, zones
    /// and more (docs/catalog.md).
    ///
    /// ```text
    /// id,rating,at
    /// 1,6.9,01/31/2024      # wrong, if `rating` is an integer and `at` a timestamp
    /// 2,7,2024-01-31T10:00:00Z
    /// ```
    ///
    /// By default, a blank is missing; dates are `2026-01-31`, timestamps `2026-01-31T10:00:00Z` with `Z` or
    /// an offset, booleans `true` or `false`. Values must also match the field's `values`, `min`, `max` and
    /// `nullable: false`. Nothing is loaded until every value fits.
    ///
    /// Values of a field that is declared `pii` aren't shown, since messages end up in logs: look them up
    /// in the file, at the line.
    error SEG707 "a value that can't be loaded" BadValue {
        span: Option<Span>, file: String, column: String, unit: &'static str, is_missing: bool, is_personal: bool,
        said: String,
        advice: String, places: Vec<(u64, String)>, count: u64,
    }
    message |p| {
        let (at, text) = p.places.first().cloned().unwrap_or_default();
        let head = format!("cannot load `{}`, {} {at}: ", p.file, p.unit);
        if p.is_missing {
            format!("{head}`{}` {}{}", p.column, p.said, more(p.unit, &p.places, p.count, |_| String::new()))
        } else if p.is_personal {
            let rest = more(p.unit, &p.places, p.count, |_| String::new());
            format!("{head}`{}` has a value, not shown since it is personal data, that {}{rest}", p.column, p.said)
        } else {
            let rest = more(p.unit, &p.places, p.count, |text| format!(" (`{text}`)"));
            format!("{head}`{}` is `{text}`, which {}{rest}", p.column, p.said)
        }
    };
    help |p| Some(p.advice.clone());

    /// A column of versions has texts that aren't versions.
    ///
    /// They are loaded as they are, since a database has them, too: the language defines that such a value
    /// is missing in conditions, so `version is missing` holds, and no comparison does.
    ///
    /// ```text
    /// id,version
    /// 1,1.2.3
    /// 2,v1.3         # not a semantic version: three numbers, without a letter
    /// ```
    ///
    /// If they are versions, declare `encoding: loose` for the field, which reads `v1.3` as 1.3.0. If they are
    /// words for missing values, declare these: `read: { null: [unknown] }`.
    warning SEG710 "text that isn't a version" NotVersions {
        span: Option<Span>, file: String, column: String, unit: &'static str, is_personal: bool, is_loose: bool,
        places: Vec<(u64, String)>, count: u64,
    }
    message |p| {
        let (at, text) = p.places.first().cloned().unwrap_or_default();
        let hidden = |_: &str| String::new();
        let seen = |text: &str| format!(" (`{text}`)");
        let rest = if p.is_personal { more(p.unit, &p.places, p.count, hidden) } else { more(p.unit, &p.places, p.count, seen) };
        let what = if p.is_personal { "has a value, not shown since it is personal data,".to_owned() } else { format!("is `{text}`,") };
        format!("`{}`, {} {at}: `{}` {what} which isn't a version and is missing in conditions{rest}", p.file, p.unit, p.column)
    };
    help |p| Some(match p.is_loose {
        true => "correct them, or declare words for missing values: `read: { null: [unknown] }`".to_owned(),
        false => "if they are versions, declare `encoding: loose` for the field; words for missing values are declared, too: `read: { null: [unknown] }`".to_owned(),
    });

    /// A line of a sample data file is malformed.
    ///
    /// Each line of a CSV file has as many values as its first line has names. A value that contains a
    /// delimiter, a quote or a line break is in quotes, and quotes inside are doubled. Each line of a JSON
    /// file (`.jsonl`, `.ndjson`) is one object.
    ///
    /// ```text
    /// id,name
    /// 1,Smith, John       # wrong: three values
    /// 2,"Smith, John"
    /// 3,"5"" pipe"
    /// ```
    ///
    /// Correct the lines, or declare how the file separates values: `read: { delimiter: ";" }`,
    /// `read: { quote: none }`, `read: { escape: "\\" }`.
    error SEG711 "a malformed line" BadRecord {
        span: Option<Span>, file: String, kind: RecordKind, places: Vec<(u64, String)>, count: u64,
    }
    message |p| {
        let (line, said) = p.places.first().cloned().unwrap_or_default();
        let what = match p.kind {
            RecordKind::TooMany => format!("the line has too many values ({said})"),
            RecordKind::TooFew => format!("the line has too few values ({said})"),
            RecordKind::Quote(RecordFault::Unclosed) => "the quote that opens here is never closed".to_owned(),
            RecordKind::Quote(RecordFault::AfterQuote) => "the quoted value that begins here continues after its closing quote".to_owned(),
            RecordKind::Quote(RecordFault::QuoteAfterSpace) => "a space comes before the opening quote of a value".to_owned(),
            RecordKind::NoObject => format!("the line isn't a JSON object: {said}"),
            RecordKind::KeyTwice => format!("{said} is repeated"),
            RecordKind::NameTwice => said.clone(),
            RecordKind::ToldDelimiter => "the line tells Excel the delimiter, instead of naming the columns".to_owned(),
        };
        let rest = more("line", &p.places, p.count, |said| match p.kind {
            RecordKind::TooMany | RecordKind::TooFew => format!(" ({said})"),
            _ => String::new(),
        });
        format!("cannot load `{}`, line {line}: {what}{rest}", p.file)
    };
    help |p| Some(match p.kind {
        RecordKind::ToldDelimiter => return p.places.first().map(|(_, help)| help.clone()),
        RecordKind::TooMany => "put values that contain the delimiter in quotes",
        RecordKind::TooFew => "write a value, or nothing, for every column of the first line",
        RecordKind::Quote(RecordFault::Unclosed) => "close it; if quotes are ordinary characters, declare `read: { quote: none }`",
        RecordKind::Quote(RecordFault::AfterQuote) => "double the quotes inside a value (`\"5\"\" pipe\"`); if the file has `\\\"` for them, declare `read: { escape: \"\\\\\" }`",
        RecordKind::Quote(RecordFault::QuoteAfterSpace) => "declare `read: { trim: true }` if spaces around values don't count",
        RecordKind::NoObject => "write one object per line, as in `{\"id\": 1, \"plan\": \"free\"}`",
        RecordKind::KeyTwice => "keep one of them",
        RecordKind::NameTwice => "rename one of them",
    }.to_owned());

    /// A sample data file contains bytes that aren't UTF-8.
    ///
    /// Files are read as UTF-8 unless you declare another encoding. Spreadsheet programs on Windows often
    /// write `windows-1252`.
    ///
    /// ```text
    /// read: { encoding: windows-1252 }
    /// ```
    ///
    /// Declare the encoding, or save the file as UTF-8.
    error SEG712 "not UTF-8" NotText { span: Option<Span>, file: String, line: u64, text: Option<String>, count: u64 }
    message |p| {
        let more = match p.count { 0 | 1 => String::new(), count => format!("; {} more as well", count - 1) };
        format!("cannot load `{}`, line {}: a value contains bytes that aren't UTF-8{more}", p.file, p.line)
    };
    help |p| Some(match &p.text {
        Some(text) => format!("declare the file's encoding; if the value is `{text}`, it is `read: {{ encoding: latin1 }}`"),
        None => "declare the file's encoding, as in `read: { encoding: latin1 }`".to_owned(),
    });

    /// A sample data file can't be read, or isn't text.
    ///
    /// ```text
    /// data/orders.csv       # but it is an Excel workbook, or compressed with gzip
    /// data/orders.csv.gz    # the names of compressed files end in `.gz`
    /// ```
    ///
    /// Files end in `.csv`, `.tsv`, `.jsonl` or `.ndjson`, followed by `.gz` if they are compressed, or in
    /// `.parquet`. Correct the name, or save the rows in one of these formats.
    error SEG713 "unreadable file" UnreadableFile {
        span: Option<Span>, file: String, reason: String, help: Option<String>,
    }
    message |p| format!("cannot read `{}`: {}", p.file, p.reason);
    help |p| Some(p.help.clone().unwrap_or_else(|| "check that the file exists, is complete, and is readable".to_owned()));

    /// Two files in `data/` are named after the same table.
    ///
    /// ```text
    /// data/orders.csv
    /// data/orders.parquet     # which of them has the rows?
    /// ```
    ///
    /// Remove one of them. If both have rows of the table, name them in the catalog:
    /// `read: { files: "orders*" }`.
    error SEG714 "two files for one table" TwoFiles { span: Option<Span>, table: String, first: String, second: String }
    message |p| format!("`{}` and `{}` are both named after `{}`", p.first, p.second, p.table);
    help |_p| Some("remove one of them; if both have rows of the table, declare them as `read: { files: […] }`".to_owned());

    /// A file or link in `data/` belongs to no table.
    ///
    /// A file is named after a table or an entity, or an entity lists it: `read: { files: … }`.
    ///
    /// ```text
    /// data/ordres.csv      # wrong, if the table is `orders`
    /// data/Orders.CSV      # wrong: names are case-sensitive, and extensions are in lower case
    /// ```
    ///
    /// Rename the file, or move it elsewhere if it isn't sample data.
    warning SEG715 "a file without a table" UnknownFile {
        span: Option<Span>, file: String, ending: String, known: bool, near: Option<String>,
    }
    message |p| match p.known {
        true => format!("`{}` isn't named after a table or an entity, so it isn't read", p.file),
        false => format!("`{}` isn't read: `.{}` isn't an extension of sample data", p.file, p.ending),
    };
    help |p| {
        let lower = p.ending.to_lowercase();
        let known = ["csv", "tsv", "jsonl", "ndjson", "parquet"];
        let plain = lower.trim_end_matches(".gz");
        Some(match (&p.near, p.known) {
            (Some(near), true) => format!("did you mean `{near}.{}`?", p.ending),
            (_, true) => "rename it, or declare it in its entity: `read: { files: … }`".to_owned(),
            (_, false) if known.contains(&plain) => format!("write the extension in lower case: `.{lower}`"),
            (_, false) if lower.starts_with("xls") => "save each sheet as CSV".to_owned(),
            (_, false) if lower == "json" => "write one object per line, and name the file `….jsonl`".to_owned(),
            (_, false) => "the extensions are `.csv`, `.tsv`, `.jsonl`, `.ndjson`, each also with `.gz`, and `.parquet`".to_owned(),
        })
    };

    /// `data/` contains a folder or a link.
    ///
    /// Tools such as Spark write a folder with many files for a table. Its files are read if an entity lists
    /// them. Links to files are followed; links to folders aren't.
    ///
    /// ```text
    /// data/orders/part-0.parquet
    /// order: { table: orders, read: { files: "orders/*.parquet" }, … }
    /// ```
    ///
    /// List the files in the entity, or move the folder out of `data/`. Replace a link by a copy of its file
    /// if the project should have its own rows.
    warning SEG716 "a folder or link in the data" FolderOrLink {
        span: Option<Span>, path: String, name: String, kind: Entry,
    }
    message |p| match p.kind {
        Entry::Folder => format!("the files in `{}` aren't read", p.path),
        Entry::LinkToFile => format!("`{}` is a link; the file it leads to is read", p.path),
        Entry::LinkToFolder => format!("`{}` is a link to a folder, so it isn't read", p.path),
        Entry::LinkToNothing => format!("`{}` is a link that leads nowhere", p.path),
    };
    help |p| Some(match p.kind {
        Entry::Folder => format!("if they have the rows of a table, declare `read: {{ files: \"{}/*\" }}` in its entity", p.name),
        _ => "copy the files here if the project should have its own rows".to_owned(),
    });

    /// A file of sample data has no rows.
    ///
    /// ```text
    /// id,plan         # column names, but no rows
    /// ```
    ///
    /// The table will be empty. Add rows, or remove the file if the table isn't needed.
    warning SEG717 "a file without rows" EmptyFile { span: Option<Span>, file: String }
    message |p| format!("`{}` has no rows", p.file);
    help |_p| Some("add rows below the column names, or remove the file".to_owned());

    /// An entity lists files that don't exist.
    ///
    /// ```text
    /// order: { table: orders, read: { files: "ordres_*.csv" }, … }     # no file has such a name
    /// ```
    ///
    /// Correct the pattern, or add the files.
    error SEG718 "no such files" NoMatchingFile { span: Span, pattern: String, folder: String }
    message |p| format!("no file in `{}` matches `{}`", p.folder, p.pattern);
    help |p| Some(match p.pattern.trim_start_matches("./").strip_prefix("data/") {
        Some(rest) => format!("patterns begin below `data`: write `{rest}`"),
        None => "correct the pattern; `*` matches part of a name, `**` matches folders".to_owned(),
    });

    /// The type of a Parquet column can't be converted to the type in the catalog.
    ///
    /// Numbers load into any numeric type that can represent them exactly, and text into any type whose
    /// format it has. A timestamp without a zone needs one.
    ///
    /// ```text
    /// fields: { ordered_at: boolean }      # wrong, if the file's column is a TIMESTAMP
    /// ```
    ///
    /// Give the field a matching type, or convert the column when you write the file.
    error SEG719 "a column with a different type" ColumnType {
        span: Option<Span>, file: String, column: String, found: String, wanted: String, advice: String,
    }
    message |p| format!("cannot load `{}`: its column `{}` is {}, but the field is {}", p.file, p.column, p.found, p.wanted);
    help |p| Some(p.advice.clone());
}

/// An entry of the data folder that isn't a plain file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    /// A folder none of whose files is used.
    Folder,
    /// A link to a file.
    LinkToFile,
    /// A link to a folder.
    LinkToFolder,
    /// A link to nothing.
    LinkToNothing,
}
