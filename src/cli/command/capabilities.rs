//! `segc capabilities`

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::builder::NonEmptyStringValueParser;

use super::database::probe;
use super::{open, write_json};
use crate::api::{Matrix, MatrixCell, Options};
use crate::cli::exit::Exit;
use crate::cli::table::Table;
use crate::cli::terminal::Terminal;
use crate::cli::value_enums::ListFormat;
use crate::diagnostic::Diagnostics;

/// Show what each target supports, and what forbids the rest
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  segc capabilities
  segc capabilities --target postgres --tier free
  segc capabilities --probe postgres://ann@db.example/shop
  segc capabilities --format json")]
pub(in crate::cli) struct Args {
    /// The project's folder
    #[arg(value_name = "DIR", conflicts_with = "project")]
    dir: Option<PathBuf>,
    /// Show only these targets
    #[arg(long, short, value_name = "NAME")]
    target: Vec<String>,
    /// Apply the policy of this tier
    #[arg(long, value_name = "NAME")]
    tier: Option<String>,
    /// Ask this server or database file for its capabilities
    #[arg(long, value_name = "URL|FILE", value_parser = NonEmptyStringValueParser::new())]
    probe: Option<String>,
    /// How to write the matrix
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "table")]
    format: ListFormat,
}

pub(super) fn run(args: &Args, named: Option<&Path>, terminal: &mut Terminal) -> io::Result<Exit> {
    let options = Options { tier: args.tier.clone(), ..Options::default() };
    let (opened, _) = match open(args.dir.as_deref().or(named), Ok(options.into()), terminal)? {
        Ok(opened) => opened,
        Err(exit) => return Ok(exit),
    };
    let targets = match opened.targets(&args.target) {
        Ok(targets) => targets,
        Err(slips) => return opened.report(slips, terminal),
    };
    let probes = match probe(&opened, args.probe.as_deref(), &targets, &[], &Options::default(), terminal) {
        Ok(probed) => probed.probes,
        Err(problems) => return opened.report(problems, terminal),
    };
    let matrix = opened.session.capability_matrix(args.tier.as_deref(), &probes).only(&targets);
    match args.format {
        ListFormat::Table => write_table(&matrix, &mut terminal.out)?,
        ListFormat::Json => write_json(&matrix.json(), &mut terminal.out)?,
    }
    opened.report(Diagnostics::new(), terminal)
}

fn write_table(matrix: &Matrix, out: &mut dyn Write) -> io::Result<()> {
    for (target, probe) in matrix.targets.iter().zip(&matrix.probes) {
        if let Some(probe) = probe {
            let version = probe.version.as_deref().unwrap_or("a database");
            writeln!(out, "{target}: probed {}, {version}", probe.database)?;
        }
    }
    if matrix.probes.iter().any(Option::is_some) {
        writeln!(out)?;
    }
    let header = |first: &str| std::iter::once(first.to_owned()).chain(matrix.targets.clone());
    let mut notes: Vec<String> = Vec::new();
    let mut table = Table::new(header("CAPABILITY"));
    for row in &matrix.capabilities {
        let cells = row.cells.iter().map(|cell| shown(cell, &mut notes));
        table.row(std::iter::once(row.capability.name().to_owned()).chain(cells).collect::<Vec<_>>());
    }
    table.write(out)?;
    if !matrix.limits.is_empty() {
        writeln!(out)?;
        let columns: Vec<usize> = (1..=matrix.targets.len()).collect();
        let mut table = Table::new(header("LIMIT")).right(&columns);
        for row in &matrix.limits {
            let values =
                row.values.iter().map(|value| value.map_or_else(|| "-".to_owned(), |n| n.to_string()));
            table.row(std::iter::once(row.limit.name().to_owned()).chain(values).collect::<Vec<_>>());
        }
        table.write(out)?;
    }
    write_policy(matrix, out)?;
    if !notes.is_empty() {
        writeln!(out)?;
    }
    for (at, note) in (1..).zip(&notes) {
        writeln!(out, "[{at}] {note}")?;
    }
    Ok(())
}

/// Writes the limits of policy and tier, if there are any.
fn write_policy(matrix: &Matrix, out: &mut dyn Write) -> io::Result<()> {
    if matrix.policy_limits.iter().all(|row| row.allowed().is_none()) {
        return Ok(());
    }
    let shown = |number: Option<u64>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
    let tier = matrix.tier.as_ref().map(|tier| format!("TIER {tier}"));
    let header = ["PER SEGMENT", "POLICY"].map(str::to_owned).into_iter().chain(tier.clone());
    let mut table = Table::new(header).right(&[1, 2]);
    for row in &matrix.policy_limits {
        let of_tier = tier.as_ref().map(|_| shown(row.tier));
        table.row([row.limit.name().to_owned(), shown(row.policy)].into_iter().chain(of_tier));
    }
    writeln!(out)?;
    table.write(out)
}

/// The word for a cell. Notes are numbered; equal notes share a number.
fn shown(cell: &MatrixCell, notes: &mut Vec<String>) -> String {
    match cell {
        MatrixCell::Yes { note: None } => "yes".to_owned(),
        MatrixCell::No => "no".to_owned(),
        MatrixCell::NotYet => "not yet".to_owned(),
        MatrixCell::OffByProbe { otherwise: None } => "off: probe".to_owned(),
        MatrixCell::OffByProbe { otherwise: Some(otherwise) } => {
            format!("off: probe [{}]", numbered(&format!("needs: {otherwise}"), notes))
        }
        MatrixCell::OffByPolicy => "off: policy".to_owned(),
        MatrixCell::OffByTier { tier } => format!("off: tier {tier}"),
        MatrixCell::Yes { note: Some(note) } => format!("yes [{}]", numbered(note, notes)),
    }
}

/// The number of a note, which is added if it is new.
fn numbered(note: &str, notes: &mut Vec<String>) -> usize {
    let at = notes.iter().position(|known| known == note).unwrap_or_else(|| {
        notes.push(note.to_owned());
        notes.len() - 1
    });
    at + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{LimitRow, MatrixRow, PolicyLimitRow};
    use crate::dialect::{Capability, Limit};
    use crate::project::PolicyLimit;

    #[test]
    fn the_table_names_the_policy_that_forbids() {
        let note = "slow".to_owned();
        let matrix = Matrix {
            tier: Some("free".to_owned()),
            targets: vec!["lake".to_owned(), "warehouse".to_owned()],
            probes: vec![None, None],
            capabilities: vec![
                MatrixRow { capability: Capability::Regex, cells: vec![MatrixCell::NotYet, MatrixCell::No] },
                MatrixRow {
                    capability: Capability::Modes,
                    cells: vec![
                        MatrixCell::Yes { note: Some(note.clone()) },
                        MatrixCell::Yes { note: Some(note) },
                    ],
                },
                MatrixRow {
                    capability: Capability::Json,
                    cells: vec![MatrixCell::OffByPolicy, MatrixCell::OffByTier { tier: "free".to_owned() }],
                },
            ],
            limits: vec![LimitRow { limit: Limit::Columns, values: vec![None, Some(1600)] }],
            policy_limits: vec![PolicyLimitRow { limit: PolicyLimit::Hops, policy: None, tier: Some(1) }],
        };
        let mut out = Vec::new();
        write_table(&matrix, &mut out).expect("a vector takes all");
        insta::assert_snapshot!(String::from_utf8(out).expect("text is UTF-8"));
    }
}
