//! The rows of a project's data files, each cell as the text that the file has for it.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

/// The rows of a file.
pub struct Rows {
    columns: Vec<String>,
    rows: Vec<Vec<Option<String>>>,
    file: PathBuf,
}

impl Rows {
    /// Of the first file there is with one of these names. A blank cell of a CSV file is missing; arrays
    /// and objects of a JSON Lines file stay JSON.
    pub fn of<'a>(folder: &Path, names: impl Iterator<Item = &'a str>) -> Self {
        let endings = |name: &str| ["csv", "jsonl"].map(|ending| folder.join(format!("{name}.{ending}")));
        let found = names.flat_map(endings).find(|file| file.is_file());
        let file = found.unwrap_or_else(|| panic!("a file for each table in {}", folder.display()));
        let text = std::fs::read_to_string(&file).expect("the file can be read");
        match file.extension().is_some_and(|ending| ending == "csv") {
            true => Self::of_csv(&text, file),
            false => Self::of_json_lines(&text, file),
        }
    }

    fn of_csv(text: &str, file: PathBuf) -> Self {
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let columns = reader.headers().expect("a header").iter().map(str::to_owned).collect();
        let cell = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let row = |record: csv::StringRecord| record.iter().map(cell).collect();
        let rows = reader.records().map(|record| row(record.expect("a record"))).collect();
        Self { columns, rows, file }
    }

    fn of_json_lines(text: &str, file: PathBuf) -> Self {
        let objects: Vec<Map<String, Value>> =
            text.lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect();
        let mut columns: Vec<String> = objects.iter().flat_map(|object| object.keys().cloned()).collect();
        columns.sort();
        columns.dedup();
        let row = |object: &Map<String, Value>| {
            columns.iter().map(|column| object.get(column).and_then(text_of)).collect()
        };
        let rows = objects.iter().map(row).collect();
        Self { columns, rows, file }
    }

    /// The rows, with the cells of these columns alone; every one must be there.
    pub fn with(&self, columns: &[&str]) -> Vec<Vec<Option<String>>> {
        let place = |column: &&str| {
            let same = |name: &String| name.eq_ignore_ascii_case(column);
            let at = self.columns.iter().position(same);
            at.unwrap_or_else(|| panic!("no column `{column}` in {}", self.file.display()))
        };
        let places: Vec<usize> = columns.iter().map(place).collect();
        self.rows.iter().map(|row| places.iter().map(|&at| row[at].clone()).collect()).collect()
    }
}

/// A value of JSON as a cell; `None` is missing.
pub fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        value => Some(value.to_string()),
    }
}
