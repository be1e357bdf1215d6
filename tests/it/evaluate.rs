//! Rows of the reference evaluator: a catalog and CSV files as users write them.

use std::sync::Arc;

use crate::support::rows::read_csv;
use segc::catalog::{self, Catalog};
use segc::diagnostic::{Diagnostics, Sources};
use segc::evaluate::{Data, Datum};

const CATALOG: &str = "
entities:
  visitor:
    table: visitors
    key: visitor_id
    fields:
      visitor_id: { type: integer }
      name: { type: string, column: full_name }
      code: { type: string, storage: char }
      spent: { type: 'decimal(8,2)' }
      seen_at: { type: timestamp, zone: Europe/Berlin }
      born: { type: date }
";

fn catalog() -> Arc<Catalog> {
    let mut sources = Sources::default();
    let id = sources.add("catalog/visitor.yml", CATALOG);
    let mut problems = Diagnostics::default();
    let catalog = catalog::load(&[(id, Arc::from(CATALOG))], &mut problems);
    assert!(!problems.has_errors(), "{problems:?}");
    Arc::new(catalog)
}

fn read(text: &str) -> Result<Vec<Vec<Datum>>, String> {
    let catalog = catalog();
    let mut data = Data::new(&catalog);
    read_csv(&mut data, "visitor", text)?;
    let entity = catalog.find("visitor").expect("it is there");
    Ok(data.rows(entity).to_vec())
}

#[test]
fn csv_files_are_read_by_the_columns_and_types_in_the_catalog() {
    let text = "born,full_name,visitor_id,ignored,spent,seen_at,code\n\
                2000-02-29,\"Ann, \"\"A\"\"\",1,x,12.50,2026-07-01 12:00:00,ab  \n\
                ,,2,,,,\n";
    let shown: Vec<Vec<String>> = read(text)
        .expect("a good file")
        .iter()
        .map(|row| row.iter().map(Datum::to_string).collect())
        .collect();
    let first = ["1", "Ann, \"A\"", "ab", "12.5", "2026-07-01T10:00:00Z", "2000-02-29"];
    assert_eq!(
        shown,
        [first.map(str::to_owned).to_vec(), {
            let mut second = vec!["missing".to_owned(); 6];
            "2".clone_into(&mut second[0]);
            second
        }]
    );
}

#[test]
fn values_of_the_wrong_type_are_reported_with_their_line() {
    let head = "visitor_id,full_name,code,spent,seen_at,born\n";
    let refused = |row: &str| read(&format!("{head}1,,,,,\n{row}\n")).expect_err("a bad row");
    assert_eq!(refused("x,,,,,"), "line 3 of `visitor`: `x` is not a value of type integer");
    assert_eq!(refused("2,,,1.234,,"), "line 3 of `visitor`: `1.234` is not a value of type decimal(8,2)");
    assert_eq!(refused("2,,,,,2026-02-30"), "line 3 of `visitor`: `2026-02-30` is not a value of type date");
    assert_eq!(read("visitor_id\n1\n"), Err("`visitor` has no column `full_name`".to_owned()));
}
