//! Data of a table, loaded into DuckDB completely or not at all.

use std::path::Path;

use segc::engine::{DuckDb, Engine};

use super::judge;
use super::tests::OPENED;
use crate::corpus::root;
use crate::seen::Seen;

/// Puts a file among the project's data, in the current folder, and loads all of them.
pub(super) fn table(name: &str, input: &[u8], seen: &mut Seen) {
    let folder = Path::new("data");
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir_all(folder).expect("a folder");
    std::fs::copy(root().join("catalog/init/shop/data/customers.csv"), folder.join("customers.csv"))
        .expect("a copy");
    std::fs::write(folder.join(name), input).expect("a file");
    let mut engine = DuckDb::open(None).expect("a database in memory");
    engine.execute("SET threads = 1").expect("a setting");
    engine.execute("SET memory_limit = '1GB'").expect("a setting");
    match engine.load_files(&OPENED.hir().catalog, "duckdb", folder) {
        Ok(report) => {
            let loaded = report.loaded.iter().find(|one| one.table == "orders").map(|one| one.rows);
            seen.note(("loaded", loaded.map(|rows| rows.min(20))));
            if let Some(rows) = loaded {
                let counted = engine.query("SELECT COUNT(*) FROM orders").expect("the table is there");
                let counted = counted.rows[0][0].to_string();
                assert_eq!(counted, rows.to_string(), "rows in the table, and rows in the report");
            }
        }
        Err(problems) => {
            judge::problems(&OPENED.sources, &problems, seen);
            for table in ["customers", "orders"] {
                let left = engine.query(&format!("SELECT COUNT(*) FROM {table}"));
                assert!(left.is_err(), "`{table}` is there, although loading failed: {problems:?}");
            }
        }
    }
}
