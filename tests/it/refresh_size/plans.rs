//! Executes scripts under EXPLAIN ANALYZE, and counts the rows that their plans process.

use segc::engine::Engine;

use crate::support::postgres::Postgres;

/// Executes a script, and returns the statements that handled more rows than they may, or whose
/// expressions were compiled.
pub fn faults(database: &mut Postgres, script: &[String], most: u64) -> Vec<String> {
    let mut faults = Vec::new();
    // Ends what would take for ever; what is asserted are counts.
    database.execute("SET statement_timeout = '120s'").expect("a setting");
    for statement in script {
        if !is_explained(statement) {
            database.execute(statement).unwrap_or_else(|error| panic!("{error}\n{statement}"));
            continue;
        }
        let explain = format!("EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF) {statement}");
        let plan = match database.query(&explain) {
            Ok(plan) => plan,
            Err(error) => {
                faults.push(format!("{error}\n{statement}"));
                database.execute("ROLLBACK").expect("what has failed is undone");
                return faults;
            }
        };
        let lines: Vec<String> = plan.rows.iter().map(|row| row[0].to_string()).collect();
        let handled = handled(&lines);
        if handled > most || lines.iter().any(|line| line.starts_with("JIT")) {
            faults.push(format!("{handled} rows of at most {most}\n{statement}\n{}", lines.join("\n")));
        }
    }
    faults
}

/// What sets a variable is executed as it is, and what PostgreSQL can't explain.
fn is_explained(statement: &str) -> bool {
    let first = statement.split_whitespace().next().unwrap_or_default();
    let makes_a_table = statement.starts_with("CREATE TEMP TABLE");
    let sets = statement.starts_with("SELECT SET_CONFIG");
    makes_a_table || matches!(first, "SELECT" | "INSERT" | "UPDATE" | "DELETE") && !sets
}

/// The most rows that any node of a plan has made and thrown away, over all of its loops.
fn handled(lines: &[String]) -> u64 {
    let (mut most, mut loops, mut here) = (0, 0, 0);
    for line in lines {
        if let Some((_, actual)) = line.split_once("(actual rows=") {
            let mut numbers = actual.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
            let mut next = || numbers.next().and_then(|number| number.parse::<u64>().ok()).unwrap_or(0);
            let rows = next();
            loops = next();
            here = rows * loops;
        } else if let Some((_, removed)) = line.split_once(" Removed by ") {
            let removed = removed.rsplit(' ').next().and_then(|number| number.parse::<u64>().ok());
            here += removed.unwrap_or(0) * loops;
        }
        most = most.max(here);
    }
    most
}

#[test]
fn rows_are_counted_per_loop() {
    let plan = "Nested Loop (actual rows=10 loops=1)\n  Join Filter: (a.id = b.id)\n  \
                Rows Removed by Join Filter: 990\n  ->  Seq Scan on a (actual rows=10 loops=1)\n  \
                ->  Seq Scan on b (actual rows=100 loops=10)\n        Rows Removed by Filter: 400";
    let lines: Vec<String> = plan.lines().map(str::to_owned).collect();
    assert_eq!(handled(&lines[..4]), 1000);
    assert_eq!(handled(&lines), 5000);
}
