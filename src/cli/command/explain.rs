//! `segc explain`

use std::io::{self, Write};

use serde_json::{Value, json};

use super::write_json;
use crate::cli::exit::Exit;
use crate::cli::problems::UnknownCode;
use crate::cli::table::Table;
use crate::cli::terminal::Terminal;
use crate::cli::value_enums::AnswerFormat;
use crate::diagnostic::{CodeInfo, Severity, closest};
use crate::registry;

/// Explain the code of a problem
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  segc explain SEG301
  segc explain 301
  segc explain --list
  segc explain --list --format json | jq -r '.[] | select(.severity == \"warning\").code'")]
pub(in crate::cli) struct Args {
    /// The code, such as SEG301
    #[arg(value_name = "CODE", required_unless_present = "list")]
    code: Option<String>,
    /// List every code
    #[arg(long, conflicts_with = "code")]
    list: bool,
    /// How to write it
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "human")]
    format: AnswerFormat,
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> io::Result<Exit> {
    let Some(code) = args.code.as_deref().filter(|_| !args.list) else {
        match args.format {
            AnswerFormat::Human => list().write(&mut terminal.out)?,
            AnswerFormat::Json => {
                let all = registry::codes().iter().copied().map(object).collect();
                write_json(&Value::Array(all), &mut terminal.out)?;
            }
        }
        return Ok(Exit::Fine);
    };
    match registry::find(code) {
        Some(info) => {
            match args.format {
                AnswerFormat::Human => writeln!(terminal.out, "{}", text(info))?,
                AnswerFormat::Json => write_json(&object(info), &mut terminal.out)?,
            }
            Ok(Exit::Fine)
        }
        None => {
            let near = closest(code, registry::codes().iter().map(|info| info.code)).map(str::to_owned);
            terminal.refuse(UnknownCode { span: None, code: code.to_owned(), near })
        }
    }
}

/// The code as JSON; the explanation is Markdown.
fn object(info: &CodeInfo) -> Value {
    let (title, severity) = (info.title, severity(info));
    json!({ "code": info.code, "severity": severity, "title": title, "explanation": info.text().trim_end() })
}

fn list() -> Table {
    let mut table = Table::new(["CODE", "SEVERITY", "TITLE"]);
    for info in registry::codes() {
        table.row([info.code, severity(info), info.title]);
    }
    table
}

/// The title and explanation. Examples are indented instead of fenced.
fn text(info: &CodeInfo) -> String {
    let mut text = format!("{}: {} ({})\n", info.code, info.title, severity(info));
    let mut fenced = false;
    for line in info.text().lines() {
        if line.starts_with("```") {
            fenced = !fenced;
            continue;
        }
        text.push('\n');
        if !line.is_empty() {
            text.push_str(if fenced { "    " } else { "" });
            text.push_str(line);
        }
    }
    text
}

fn severity(info: &CodeInfo) -> &'static str {
    match info.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}
