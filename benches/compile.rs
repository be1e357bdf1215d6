//! Time and memory of `compile` for projects of 100, 1,000 and 10,000 segments.
//!
//! `cargo bench --bench compile` runs each size in a process of its own, so that its peak of
//! memory is its own, and prints a table. `cargo bench --bench compile -- 500` runs one size.
#![allow(clippy::print_stdout, clippy::disallowed_methods, missing_docs)]

use std::process::Command;
use std::time::Instant;

use segc::api::{Options, open_files};
use segc::project::Memory;

const SIZES: [usize; 3] = [100, 1_000, 10_000];
const TARGETS: [&str; 2] = ["duckdb", "postgres"];

fn main() {
    let sizes: Vec<usize> = std::env::args().filter_map(|arg| arg.parse().ok()).collect();
    if let [size] = sizes[..] {
        return measure(size);
    }
    println!("{:>9} {:>10} {:>10} {:>10} {:>12}", "segments", "check", "compile", "output", "peak memory");
    let myself = std::env::current_exe().expect("this benchmark has a path");
    for size in SIZES {
        let status = Command::new(&myself).arg(size.to_string()).status().expect("it runs");
        assert!(status.success(), "the run of {size} segments failed");
    }
}

/// Opens, checks and compiles a project for two targets, three times; prints the best.
fn measure(size: usize) {
    let files = project(size);
    let mut best: Option<(f64, f64, usize)> = None;
    for _ in 0..3 {
        let start = Instant::now();
        let options = Options::default();
        let (session, problems) = open_files(&files, &options);
        assert!(!problems.has_errors(), "the generated project is sound");
        let checked = start.elapsed().as_secs_f64();
        let mut bytes = 0;
        for target in TARGETS {
            let chosen = session.select(&[]).expect("everything can be selected");
            let (plan, _) = session.plan(target, &chosen, &options);
            let artifacts = session.artifacts(&plan.expect("a plan"));
            let artifacts = artifacts.expect("artifacts");
            bytes += artifacts.files.values().map(String::len).sum::<usize>();
        }
        let all = start.elapsed().as_secs_f64();
        if best.is_none_or(|(_, least, _)| all < least) {
            best = Some((checked, all, bytes));
        }
    }
    let (checked, all, bytes) = best.expect("three runs");
    let (check, all) = (format!("{:.0} ms", checked * 1e3), format!("{:.0} ms", all * 1e3));
    let (out, peak) = (format!("{:.1} MB", bytes as f64 / 1e6), format!("{:.0} MB", peak_megabytes()));
    println!("{size:>9} {check:>10} {all:>10} {out:>10} {peak:>12}");
}

/// The most memory that this process has had, where the system tells.
fn peak_megabytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or(f64::NAN) / 1024.0
}

/// A project of `size` segments of every kind, ten to a file, that refer to one another.
fn project(size: usize) -> Memory {
    let mut files = Memory::new().with("segc.yml", "name: bench\n").with("catalog/shop.yml", CATALOG);
    for file in 0..size.div_ceil(10) {
        let numbers = file * 10..((file + 1) * 10).min(size);
        let text: String = numbers.map(segment).collect();
        files = files.with(format!("segments/s{file:05}.seg"), text);
    }
    files
}

fn segment(number: usize) -> String {
    let amount = 100 + number % 900;
    let days = 7 + number % 83;
    let body = match number % 5 {
        0 => format!("where sum(orders.total during last {days} days) > {amount} and plan != \"free\""),
        1 => format!(
            "where count(orders during last {days} days where status = \"paid\") >= {}",
            number % 9 + 1
        ),
        2 => format!(
            "include where country in (\"US\", \"GB\") and not exists(orders during last {days} days)\n  exclude where in segment s{:05}",
            number - 1
        ),
        3 => format!("where exists(orders where count(lines where quantity > {}) > 2)", number % 40),
        _ => format!("where max(orders.total) >= {amount} and in segment s{:05}", number - 3),
    };
    format!(
        "segment s{number:05} on customer {{\n  owner: \"team{}@shop.example\"\n  tags: [t{}]\n  {body}\n}}\n\n",
        number % 7,
        number % 11
    )
}

const CATALOG: &str = r#"
entities:
  customer:
    table: shop.customers
    key: customer_id
    fields:
      customer_id: { type: integer, nullable: false }
      plan: { type: string, values: [free, premium] }
      country: string
    links:
      orders: { to: order, many: true, on: { customer_id: customer_id } }
  order:
    table: shop.orders
    key: order_id
    time: ordered_at
    fields:
      order_id: { type: integer, nullable: false }
      customer_id: integer
      status: string
      total: { type: "decimal(10,2)" }
      ordered_at: timestamp
    links:
      lines: { to: line, many: true, on: { order_id: order_id } }
  line:
    table: shop.order_lines
    key: [order_id, line_no]
    fields:
      order_id: { type: integer, nullable: false }
      line_no: { type: integer, nullable: false }
      quantity: integer
"#;
