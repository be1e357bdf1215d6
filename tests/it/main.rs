//! The integration tests: one program, so that `support` and the libraries are compiled and
//! linked once. A module per subject; `cargo test --test it refresh_size::` runs one of them.
//!
//! What the tests read (cases in Markdown, projects, answers worked out by hand, the engines'
//! Python programs) is in folders of `tests/` named after them. `tests/fuzz` is a program of its
//! own, since it limits the memory of its whole process.
#![allow(
    unreachable_pub,
    clippy::disallowed_methods,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "tests use files, the environment and the terminal, and may fail"
)]

mod agreement;
mod architecture;
mod ask;
mod capabilities;
mod check;
mod cli;
mod columns;
mod concurrency;
mod conformance;
mod contributing;
mod crash;
mod dbt;
mod describe;
mod dialect_kit;
mod encodings;
mod engines;
mod evaluate;
mod evaluate_text;
mod event_tables;
mod examples;
mod expire;
mod filter;
mod formatting;
mod growth;
mod import;
mod import_catalog;
mod language_letters;
mod language_sequence;
mod levels;
mod library;
mod limits;
mod links;
mod load;
mod long_lines;
mod manifest_schema;
mod members;
mod mistakes;
mod nested;
mod online_retail;
mod other_tools;
mod own_dialect;
mod parity;
mod preview;
mod proofs;
mod readers;
mod readme;
mod rebuild_every;
mod recheck;
mod refresh_incremental;
mod refresh_plan;
mod refresh_refusal;
mod refresh_rules;
mod refresh_size;
mod row_order;
mod run;
mod run_messages;
mod run_processes;
mod run_shapes;
mod same_members;
mod schema;
mod script_tools;
mod scripts;
mod selection;
mod settings;
mod shards;
mod site;
mod soft_deletes;
mod sql;
mod sql_engines;
mod sql_text;
mod start_up;
mod static_lists;
mod support;
mod texts;
mod unit_tests;
mod unit_tests_columns;
mod why;
