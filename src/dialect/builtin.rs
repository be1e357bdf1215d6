//! The dialects that are built in: the only list of them.

/// The text of each built-in dialect file.
pub(super) const FILES: &[&str] = &[
    include_str!("../../dialects/duckdb.yml"),
    include_str!("../../dialects/postgres.yml"),
    include_str!("../../dialects/bigquery.yml"),
    include_str!("../../dialects/spark.yml"),
    include_str!("../../dialects/clickhouse.yml"),
    include_str!("../../dialects/sqlite.yml"),
];
