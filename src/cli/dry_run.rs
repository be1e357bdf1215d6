//! What a run would execute, as a script or as JSON.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::api::{DryStep, DryUnit};
use crate::diagnostic::visible;

/// Where the run would take place.
pub(super) struct Place<'a> {
    pub(super) target: &'a str,
    /// The address, without a password.
    pub(super) database: &'a str,
}

/// Writes the statements, with comments that say what they belong to.
pub(super) fn text(units: &[DryUnit], place: &Place<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (target, database) = (visible(place.target), visible(place.database));
    writeln!(out, "-- dry run: target {target}, database {database}; nothing is executed")?;
    for (number, unit) in (1..).zip(units) {
        let names = unit.segments.join(", ");
        writeln!(out, "\n-- {number} of {}: {}\n", units.len(), visible(&names))?;
        for step in &unit.steps {
            match step {
                DryStep::Statement(text) => writeln!(out, "{};", text.trim())?,
                DryStep::Append { table, rows } => {
                    writeln!(out, "-- append {rows} rows to {}", visible(&table.join(".")))?;
                }
            }
        }
    }
    Ok(())
}

/// The same as an object.
pub(super) fn json(units: &[DryUnit], place: &Place<'_>) -> Value {
    let step = |step: &DryStep| match step {
        DryStep::Statement(text) => json!({ "statement": text }),
        DryStep::Append { table, rows } => json!({ "append": table, "rows": rows }),
    };
    let unit = |unit: &DryUnit| {
        let steps: Vec<Value> = unit.steps.iter().map(step).collect();
        json!({ "segments": unit.segments, "steps": steps })
    };
    let units: Vec<Value> = units.iter().map(unit).collect();
    json!({ "target": place.target, "database": place.database, "dry_run": units })
}
