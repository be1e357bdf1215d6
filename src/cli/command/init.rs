//! `segc init`

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::cli::exit::Exit;
use crate::cli::folder;
use crate::cli::preset::Preset;
use crate::cli::problems::AlreadyThere;
use crate::cli::template::{self, Template};
use crate::cli::terminal::Terminal;

/// Create a working example project
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Writes segc.yml, catalog/, segments/, data/ and tests/, and never overwrites a file.

Examples:
  segc init                      in the current folder
  segc init shop                 in a new folder
  segc init site --catalog web_analytics
  segc init billing --preset stripe")]
pub(in crate::cli) struct Args {
    /// The folder, created if missing
    #[arg(value_name = "DIR", default_value = ".")]
    dir: PathBuf,
    /// The catalog to start with
    #[arg(long, value_enum, value_name = "NAME", default_value = "shop")]
    catalog: Template,
    /// Start from the tables that this tool makes
    #[arg(long, value_enum, value_name = "NAME", conflicts_with = "catalog")]
    preset: Option<Preset>,
    /// Write nothing, and list the files that would be written
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> io::Result<Exit> {
    let files = args.preset.map_or_else(|| template::files(args.catalog), Preset::files);
    let there = folder::taken(&args.dir, files);
    if !there.is_empty() {
        let files = there.iter().map(|path| path.display().to_string()).collect();
        return terminal.refuse(AlreadyThere { span: None, files });
    }
    if args.dry_run {
        for (path, _) in files {
            writeln!(terminal.out, "would write {}", shown(args, path).display())?;
        }
        return Ok(Exit::Fine);
    }
    if let Err(problem) = folder::write_new(&args.dir, files) {
        return terminal.refuse(problem);
    }
    if terminal.is_human() {
        greet(args, files, &mut terminal.err)?;
    }
    Ok(Exit::Fine)
}

/// The path of a file as seen from the current folder.
fn shown(args: &Args, path: &str) -> PathBuf {
    if args.dir == Path::new(".") { PathBuf::from(path) } else { args.dir.join(path) }
}

fn greet(args: &Args, files: &[(&str, &str)], err: &mut dyn Write) -> io::Result<()> {
    let here = args.dir == Path::new(".");
    for (path, _) in files {
        writeln!(err, "wrote {}", shown(args, path).display())?;
    }
    let option = if here { String::new() } else { format!(" -C {}", args.dir.display()) };
    writeln!(
        err,
        "\nNow try:\n  segc{option} check\n  segc{option} run --as-of {}\n  segc{option} test\n  segc{option} compile",
        template::AS_OF
    )
}
