//! Random agreement can fail: a dialect with templates that are slightly wrong is detected by
//! different members.

use segc::api::Options;

use crate::agreement::case::{Case, Cases};
use crate::agreement::compare::{Answer, differs};
use crate::support;
use crate::support::engine::Runner;
use crate::support::statements::Statements;

/// (function, what it must not be)
const WRONG: &[(&str, &str)] = &[
    ("lower", "$1"),
    ("upper", "LOWER($1)"),
    ("trim", "RTRIM($1, ' ')"),
    ("length", "STRLEN($1)"),
    ("contains", "STARTS_WITH($1, $2)"),
    ("starts_with", "CONTAINS($1, $2)"),
    ("ends_with", "CONTAINS($1, $2)"),
    ("matches", "REGEXP_FULL_MATCH($1, $2)"),
    ("resembles", "LEVENSHTEIN($1, $2) < $3"),
    ("semver_key", "CASE WHEN REGEXP_MATCHES($1, '^[0-9]+[.][0-9]+[.][0-9]+') THEN $1 END"),
    ("semver_text", "REPLACE($1, ' ', '.')"),
    ("bucket", "CAST('0x' || SUBSTR(MD5($1), 2, 8) AS BIGINT) % 10000"),
    ("abs", "$1"),
    ("round_exact", "FLOOR($1)"),
    ("floor", "CEIL($1)"),
    ("ceil", "FLOOR($1)"),
    ("round_nine", "CAST($1 AS DECIMAL(38, 1))"),
    ("divide", "CAST($1 AS DOUBLE) / COALESCE(NULLIF($2, 0), 1)"),
    ("remainder", "ABS($1) % NULLIF($2, 0)"),
    ("sum_integer", "CAST(SUM(DISTINCT $1) AS DECIMAL(38, 0))"),
    ("sum_decimal", "SUM(DISTINCT $1)"),
    ("sum_float", "MAX($1)"),
    ("avg", "SUM($1) / COUNT(*)"),
    ("count_distinct", "COUNT($1)"),
    ("min", "MAX($1)"),
    ("max", "MIN($1)"),
    ("local_time", "($1 + INTERVAL 1 HOUR) AT TIME ZONE $2"),
    ("instant_once", "($1 + INTERVAL 1 HOUR) AT TIME ZONE $2"),
    ("local_date", "CAST($1 + INTERVAL 1 HOUR AS DATE)"),
    ("midnight", "CAST($1 AS TIMESTAMP) + INTERVAL 1 SECOND"),
    ("add_days", "$1 + INTERVAL $2 HOUR"),
    ("add_months", "$1 + INTERVAL $2 MONTH + INTERVAL 1 DAY"),
    ("add_seconds", "$1 + INTERVAL $2 MINUTE"),
    ("year", "ISOYEAR($1)"),
    ("month", "QUARTER($1)"),
    ("day", "ISODOW($1)"),
    ("hour", "MINUTE($1)"),
    ("weekday", "DAYOFWEEK($1)"),
    ("days_between", "$1 - $2"),
    ("anniversaries", "YEAR($2) - YEAR($1)"),
    ("array_contains", "LIST_POSITION($1, $2) = 1"),
    ("array_size", "LEN($1)"),
    ("read_json_text", "TRY_CAST(REPLACE($1, '3', '4') AS JSON)"),
    ("json_string", "JSON_EXTRACT_STRING($1, '$')"),
    ("json_integer", "TRY_CAST(JSON_EXTRACT_STRING($1, '$') AS BIGINT)"),
    ("json_decimal", "TRY_CAST(JSON_EXTRACT_STRING($1, '$') AS DECIMAL(38, 9))"),
    ("json_float", "TRY_CAST(JSON_EXTRACT_STRING($1, '$') AS DOUBLE)"),
    ("json_boolean", "TRY_CAST(JSON_EXTRACT_STRING($1, '$') AS BOOLEAN)"),
    ("json_date", "TRY_CAST(JSON_EXTRACT_STRING($1, '$') AS DATE)"),
    ("instant_hour", "$1 AT TIME ZONE $2"),
    ("read_zone", "$1 AT TIME ZONE $2"),
    ("read_char", "$1 || ' '"),
    ("read_float32", "$1"),
    ("read_float_nan", "$1"),
];

struct Mutant {
    function: &'static str,
    template: &'static str,
    /// How many selects it changed until one of them showed it.
    changed: usize,
}

/// Fails with those that went unnoticed in this many worlds.
pub fn all_noticed(worlds: usize, seed: u64) {
    let mut engine = Statements::new("duckdb", support::duckdb());
    let new = |&(function, template): &_| Mutant { function, template, changed: 0 };
    let mut left: Vec<Mutant> = WRONG.iter().map(new).collect();
    for (world, case) in Cases::new(seed).take(worlds).enumerate() {
        if left.is_empty() {
            return;
        }
        let opened = case.open().unwrap_or_else(|error| panic!("not well typed:\n{error}"));
        let expected = opened.expected(case.as_of);
        engine.load(&case.tables("duckdb", &opened.session));
        let right: Vec<Option<String>> =
            expected.iter().map(|(name, _)| sql(&case, &opened.session, name)).collect();
        left.retain_mut(|mutant| {
            let wrong = case.open_with(Some((mutant.function, mutant.template)));
            let wrong = wrong.unwrap_or_else(|error| panic!("{}: {error}", mutant.function));
            let noticed = expected.iter().zip(&right).any(|((name, wanted), right)| {
                let sql = sql(&case, &wrong.session, name);
                let (Some(wanted), Some(sql)) = (wanted, sql.filter(|sql| Some(sql) != right.as_ref()))
                else {
                    return false;
                };
                mutant.changed += 1;
                // What only fails proves nothing of the answers.
                engine.members(&sql).is_ok_and(|found| matches!(differs(wanted, Ok(found)), Answer::Other(_)))
            });
            if noticed {
                eprintln!("{} noticed in world {world}, after {} selects", mutant.function, mutant.changed);
            }
            !noticed
        });
    }
    let left: Vec<_> = left.iter().map(|mutant| (mutant.function, mutant.changed)).collect();
    assert!(left.is_empty(), "nobody noticed these (function, selects that it changed): {left:?}");
}

fn sql(case: &Case, session: &segc::api::Session, name: &str) -> Option<String> {
    let options = Options { as_of: Some(case.as_of), ..Options::default() };
    session.select_sql("duckdb", session.hir().find(name)?, &options).ok()
}
