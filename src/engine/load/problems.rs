//! What can be wrong with files of sample data (SEG707, SEG711 to SEG719).

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
    /// A value is loaded as it is or not at all: nothing is rounded, guessed or taken for missing. The
    /// message names the file, the line, the column and the value. The help says what to declare, if the file
    /// is right and the catalog doesn't yet say how it is written: `read:` of the entity has words for
    /// missing values, forms of dates, decimal commas, zones and more (docs/catalog.md).
    ///
    /// ```text
    /// id,rating,at
    /// 1,6.9,01/31/2024      # wrong, if `rating` is an integer and `at` a timestamp
    /// 2,7,2024-01-31T10:00:00Z
    /// ```
    ///
    /// Where nothing is declared, a blank is missing; dates are `2026-01-31`, timestamps
    /// `2026-01-31T10:00:00Z` with `Z` or an offset, booleans `true` or `false`. Values must also be what the
    /// field declares by `values`, `min`, `max` and `nullable: false`. Nothing is loaded until every value fits.
    error SEG707 "a value that can't be loaded" BadValue {
        span: Option<Span>, file: String, column: String, unit: &'static str, is_missing: bool, said: String,
        advice: String, places: Vec<(u64, String)>, count: u64,
    }
    message |p| {
        let (at, text) = p.places.first().cloned().unwrap_or_default();
        let head = format!("cannot load `{}`, {} {at}: ", p.file, p.unit);
        if p.is_missing {
            format!("{head}`{}` {}{}", p.column, p.said, more(p.unit, &p.places, p.count, |_| String::new()))
        } else {
            let rest = more(p.unit, &p.places, p.count, |text| format!(" (`{text}`)"));
            format!("{head}`{}` is `{text}`, which {}{rest}", p.column, p.said)
        }
    };
    help |p| Some(p.advice.clone());

    /// A line of a file of sample data isn't what its form demands.
    ///
    /// Each line of a CSV file has as many values as its first line has names. A value with a
    /// delimiter, a quote or a line break in it has quotes around it, and quotes inside are doubled. Each line
    /// of a JSON file (`.jsonl`, `.ndjson`) is one object.
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
            RecordKind::Quote(RecordFault::Unclosed) => "a quote that opens here is never closed".to_owned(),
            RecordKind::Quote(RecordFault::AfterQuote) => "the value in quotes that begins here goes on after its closing quote".to_owned(),
            RecordKind::Quote(RecordFault::QuoteAfterSpace) => "a quote follows a space at the beginning of a value".to_owned(),
            RecordKind::NoObject => format!("the line is no JSON object: {said}"),
            RecordKind::KeyTwice => format!("{said} is there twice"),
            RecordKind::NameTwice => said.clone(),
        };
        let rest = more("line", &p.places, p.count, |said| match p.kind {
            RecordKind::TooMany | RecordKind::TooFew => format!(" ({said})"),
            _ => String::new(),
        });
        format!("cannot load `{}`, line {line}: {what}{rest}", p.file)
    };
    help |p| Some(match p.kind {
        RecordKind::TooMany => "put values that have the delimiter in them in quotes",
        RecordKind::TooFew => "write a value, or nothing, for every column of the first line",
        RecordKind::Quote(RecordFault::Unclosed) => "close it; if quotes are characters like others, declare `read: { quote: none }`",
        RecordKind::Quote(RecordFault::AfterQuote) => "double quotes inside of a value (`\"5\"\" pipe\"`); if the file has `\\\"` for them, declare `read: { escape: \"\\\\\" }`",
        RecordKind::Quote(RecordFault::QuoteAfterSpace) => "declare `read: { trim: true }` if spaces around values don't count",
        RecordKind::NoObject => "write one object in each line, as in `{\"id\": 1, \"plan\": \"free\"}`",
        RecordKind::KeyTwice => "keep one of them",
        RecordKind::NameTwice => "give one of them another name",
    }.to_owned());

    /// A file of sample data has bytes that are no UTF-8.
    ///
    /// Files are read as UTF-8, unless another encoding is declared. Programs for spreadsheets on Windows
    /// often write `windows-1252`.
    ///
    /// ```text
    /// read: { encoding: windows-1252 }
    /// ```
    ///
    /// Declare the encoding, or save the file as UTF-8.
    error SEG712 "no UTF-8" NotText { span: Option<Span>, file: String, line: u64, text: String, count: u64 }
    message |p| {
        let more = match p.count { 0 | 1 => String::new(), count => format!("; {} more values likewise", count - 1) };
        format!("cannot load `{}`, line {}: a value has bytes that are no UTF-8{more}", p.file, p.line)
    };
    help |p| Some(format!("declare the file's encoding; if the value is `{}`, it is `read: {{ encoding: latin1 }}`", p.text));

    /// A file of sample data can't be read, or is no text.
    ///
    /// ```text
    /// data/orders.csv       # but it is an Excel workbook, or packed by gzip
    /// data/orders.csv.gz    # packed files have `.gz` at their names' ends
    /// ```
    ///
    /// Files end in `.csv`, `.tsv`, `.jsonl` or `.ndjson`, with `.gz` after it if they are compressed, or in
    /// `.parquet`. Correct the name, or save the rows in one of these forms.
    error SEG713 "unreadable file" UnreadableFile {
        span: Option<Span>, file: String, reason: String, help: Option<String>,
    }
    message |p| format!("cannot read `{}`: {}", p.file, p.reason);
    help |p| Some(p.help.clone().unwrap_or_else(|| "check that the file is there, is whole, and may be read".to_owned()));

    /// Two files in `data/` have the name of one table.
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

    /// A file or link in `data/` fills no table.
    ///
    /// A file has the name of a table or an entity, or an entity names it: `read: { files: … }`.
    ///
    /// ```text
    /// data/ordres.csv      # wrong, if the table is `orders`
    /// data/Orders.CSV      # wrong: names are exact, and endings are in lower case
    /// ```
    ///
    /// Rename the file, or move what isn't sample data elsewhere.
    warning SEG715 "a file that fills no table" UnknownFile {
        span: Option<Span>, file: String, ending: String, known: bool, near: Option<String>,
    }
    message |p| match p.known {
        true => format!("`{}` has the name of no table and no entity, so it isn't read", p.file),
        false => format!("`{}` isn't read: `.{}` is no ending of sample data", p.file, p.ending),
    };
    help |p| {
        let lower = p.ending.to_lowercase();
        let known = ["csv", "tsv", "jsonl", "ndjson", "parquet"];
        let plain = lower.trim_end_matches(".gz");
        Some(match (&p.near, p.known) {
            (Some(near), true) => format!("did you mean `{near}.{}`?", p.ending),
            (_, true) => "rename it, or declare it at its entity: `read: { files: … }`".to_owned(),
            (_, false) if known.contains(&plain) => format!("write the ending in lower case: `.{lower}`"),
            (_, false) if lower.starts_with("xls") => "save each sheet as CSV".to_owned(),
            (_, false) if lower == "json" => "write one object in each line, and call the file `….jsonl`".to_owned(),
            (_, false) => "endings are `.csv`, `.tsv`, `.jsonl`, `.ndjson`, each also with `.gz`, and `.parquet`".to_owned(),
        })
    };

    /// A folder or a link in `data/`.
    ///
    /// Tools such as Spark write a folder of many files for a table. Its files are read if an entity names
    /// them. Links to files are followed; links to folders aren't.
    ///
    /// ```text
    /// data/orders/part-0.parquet
    /// order: { table: orders, read: { files: "orders/*.parquet" }, … }
    /// ```
    ///
    /// Name the files at the entity, or move the folder out of `data/`; copy a link's file into `data/` if the
    /// project is to have its own rows.
    warning SEG716 "a folder or link in the data" FolderOrLink {
        span: Option<Span>, path: String, name: String, kind: Entry,
    }
    message |p| match p.kind {
        Entry::Folder => format!("the files in `{}` aren't read", p.path),
        Entry::LinkToFile => format!("`{}` is a link; the file that it leads to is read", p.path),
        Entry::LinkToFolder => format!("`{}` is a link to a folder, so it isn't read", p.path),
        Entry::LinkToNothing => format!("`{}` is a link that leads nowhere", p.path),
    };
    help |p| Some(match p.kind {
        Entry::Folder => format!("if they have the rows of a table, declare `read: {{ files: \"{}/*\" }}` at its entity", p.name),
        _ => "copy the files here if the project is to have its own rows".to_owned(),
    });

    /// A file of sample data has no rows.
    ///
    /// ```text
    /// id,plan         # names of columns, and nothing below them
    /// ```
    ///
    /// The table is empty then. Add rows, or remove the file if the table isn't needed.
    warning SEG717 "a file without rows" EmptyFile { span: Option<Span>, file: String }
    message |p| format!("`{}` has no rows", p.file);
    help |_p| Some("add rows below the names of the columns, or remove the file".to_owned());

    /// An entity names files that aren't there.
    ///
    /// ```text
    /// order: { table: orders, read: { files: "ordres_*.csv" }, … }     # no file has such a name
    /// ```
    ///
    /// Correct the pattern, or add the files.
    error SEG718 "no such files" NoMatchingFile { span: Span, pattern: String, folder: String }
    message |p| format!("no file in `{}` matches `{}`", p.folder, p.pattern);
    help |_p| Some("correct the pattern; `*` stands for a part of one name, `**` for folders".to_owned());

    /// A column of a Parquet file has a type from which the catalog's can't be read.
    ///
    /// Numbers are loaded into any type of numbers that holds them exactly, text into any type that it is
    /// written in. A timestamp without a zone needs one.
    ///
    /// ```text
    /// fields: { ordered_at: boolean }      # wrong, if the file's column is a TIMESTAMP
    /// ```
    ///
    /// Give the field the type that goes with the column, or convert the column when the file is written.
    error SEG719 "a column of another type" ColumnType {
        span: Option<Span>, file: String, column: String, found: String, wanted: String, advice: String,
    }
    message |p| format!("cannot load `{}`: its column `{}` is {}, and the field is {}", p.file, p.column, p.found, p.wanted);
    help |p| Some(p.advice.clone());
}

/// What is in the folder of data that is no plain file.
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
