//! Sample data is loaded exactly, or every reason why it can't be is reported. The tests load small
//! files.

mod advice;
mod files;
mod parquet;
mod refused;
mod values;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use crate::support;
use segc::catalog::{Catalog, load};
use segc::diagnostic::{Diagnostics, SourceId};
use segc::engine::{Cell, DuckDb, Engine, LoadReport};

/// The catalog of an entity `t`, whose key is `id`, with more fields and properties in YAML.
fn catalog(properties: &str, fields: &str) -> Catalog {
    let fields = if fields.contains("id:") { fields.to_owned() } else { format!("id: integer, {fields}") };
    let text = format!(
        "entities:\n  t:\n    table: ts\n    key: id\n    {properties}\n    fields: {{ {fields} }}\n"
    );
    let mut problems = Diagnostics::new();
    let catalog = load(&[(SourceId(0), Arc::from(text.as_str()))], &mut problems);
    assert!(problems.is_empty(), "{text}\n{:?}", problems.iter().collect::<Vec<_>>());
    catalog
}

/// A folder with files.
fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }
    folder
}

fn packed(text: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(text).expect("bytes");
    packer.finish().expect("bytes")
}

fn load_into(engine: &mut DuckDb, catalog: &Catalog, folder: &Path) -> Result<LoadReport, Diagnostics> {
    engine.load_files(catalog, "any", folder)
}

/// The rows of `ts`, each as its values with bars between; `-` is a missing value.
fn rows(engine: &mut DuckDb) -> Vec<String> {
    let table = engine.query("SELECT * FROM ts ORDER BY id").expect("rows");
    let shown = |cell: &Cell| if *cell == Cell::Null { "-".to_owned() } else { cell.to_string() };
    table.rows.iter().map(|row| row.iter().map(shown).collect::<Vec<_>>().join("|")).collect()
}

/// What a file of the table's name loads as.
#[track_caller]
fn loaded(file: &str, bytes: &[u8], properties: &str, fields: &str) -> Vec<String> {
    let folder = folder(&[(file, bytes)]);
    let mut engine = support::duckdb();
    if let Err(problems) = load_into(&mut engine, &catalog(properties, fields), folder.path()) {
        panic!("{:#?}", said(&problems, folder.path()));
    }
    rows(&mut engine)
}

/// Code, message and help of each problem, without the folder's path.
fn said(problems: &Diagnostics, folder: &Path) -> Vec<(&'static str, String, String)> {
    let plain = |text: &str| text.replace(&format!("{}/", folder.display()), "");
    let one = |one: &segc::diagnostic::Diagnostic| {
        (one.code, plain(&one.message), plain(one.help.as_deref().unwrap_or_default()))
    };
    problems.iter().map(one).collect()
}

/// The problems of a file that can't be loaded, and that nothing was loaded.
#[track_caller]
fn refused(file: &str, bytes: &[u8], properties: &str, fields: &str) -> Vec<(&'static str, String, String)> {
    let folder = folder(&[(file, bytes)]);
    let mut engine = support::duckdb();
    let problems =
        load_into(&mut engine, &catalog(properties, fields), folder.path()).expect_err("it is refused");
    assert!(engine.query("SELECT * FROM ts").is_err(), "the table was made");
    said(&problems, folder.path())
}
