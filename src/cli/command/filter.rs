//! `segc compile --format filter`: conditions for somebody else's query.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Opened, write_json};
use crate::api::{Filter, Options};
use crate::check::hir::SegmentId;
use crate::cli::exit::Exit;
use crate::cli::terminal::Terminal;
use crate::diagnostic::Diagnostics;

/// The request.
pub(super) struct Asked<'a> {
    pub(super) target: &'a str,
    pub(super) segments: &'a [SegmentId],
    /// The alias of the rows; without one, the name of each segment's entity.
    pub(super) rows: Option<&'a str>,
    pub(super) as_json: bool,
}

pub(super) fn print(
    opened: Opened,
    asked: &Asked<'_>,
    options: &Options,
    terminal: &mut Terminal,
) -> io::Result<Exit> {
    let filters = match opened.session.filters(asked.target, asked.segments, asked.rows, options) {
        Ok(filters) => filters,
        Err(problems) => return opened.report(problems, terminal),
    };
    if asked.as_json {
        write_json(&object(asked.target, &filters), &mut terminal.out)?;
    } else {
        terminal.out.write_all(text(&filters).as_bytes())?;
    }
    opened.report(Diagnostics::new(), terminal)
}

/// The subqueries, then the condition of each segment.
fn text(filters: &[Filter]) -> String {
    let subqueries: Vec<&str> = filters.iter().map(|filter| filter.subquery.as_str()).collect();
    let conditions = filters.iter().map(|filter| format!("-- {}\n{}\n", filter.segment, filter.condition));
    format!("WITH {}\n\n{}", subqueries.join(",\n"), conditions.collect::<Vec<_>>().join("\n"))
}

fn object(target: &str, filters: &[Filter]) -> Value {
    let one = |filter: &Filter| {
        let keys: Vec<Value> =
            filter.keys.iter().map(|(name, ty)| json!({ "name": name, "type": ty })).collect();
        json!({
            "segment": filter.segment,
            "entity": filter.entity,
            "keys": keys,
            "name": filter.name,
            "select": filter.sql,
            "subquery": filter.subquery,
            "condition": filter.condition,
        })
    };
    json!({ "target": target, "segments": filters.iter().map(one).collect::<Vec<_>>() })
}
