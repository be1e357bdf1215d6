//! Settings of DuckDB.
