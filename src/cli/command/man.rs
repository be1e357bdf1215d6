//! `segc man`

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use crate::cli::args;
use crate::cli::exit::Exit;
use crate::cli::folder;
use crate::cli::terminal::Terminal;
use crate::cli::usage::problems::NoPage;
use crate::diagnostic::closest;

/// Print a manual page, or write one for each command
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Pages are in the format of man. Their text is that of --help.

Examples:
  segc man compile | man -l -
  segc man --out /usr/local/share/man/man1")]
pub(in crate::cli) struct Args {
    /// The command, such as compile or catalog import [default: segc itself]
    #[arg(value_name = "COMMAND", conflicts_with = "out")]
    command: Vec<String>,
    /// Write the pages of all commands to this folder: segc.1, segc-check.1, …
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// How a script announces to roff what an apostrophe is. Each section has it; once is enough.
const PREAMBLE: &str = ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n";

/// What begins the examples in a command's help.
const EXAMPLES: &str = "Examples:\n";

/// What is the same for every command.
const COMMON: &[(&str, &[(&str, &str)])] = &[
    (
        "EXIT STATUS",
        &[
            ("0", "success"),
            ("1", "errors in the project"),
            ("2", "invalid usage"),
            ("3", "the engine failed"),
        ],
    ),
    (
        "ENVIRONMENT",
        &[
            (
                "SEGC_PAGER, PAGER",
                "The pager for long output on a terminal; none if it is empty or cat. Default: less.",
            ),
            ("NO_PAGER", "Long output isn't shown in a pager."),
            ("NO_COLOR", "Messages have no colours."),
            ("COLUMNS", "The width of messages."),
        ],
    ),
];

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> io::Result<Exit> {
    let mut root = args::Args::command().disable_help_subcommand(true).subcommand_help_heading("COMMANDS");
    root.build();
    let Some(out) = &args.out else {
        let mut command = &root;
        for name in &args.command {
            match command.find_subcommand(name) {
                Some(found) => command = found,
                None => {
                    let near =
                        closest(name, command.get_subcommands().map(Command::get_name)).map(str::to_owned);
                    return terminal.refuse(NoPage { span: None, name: name.clone(), near });
                }
            }
        }
        terminal.out.write_all(page(command)?.1.as_bytes())?;
        return Ok(Exit::Fine);
    };
    let mut pages = Vec::new();
    all(&root, &mut pages)?;
    if let Err(problem) = folder::replace_files(out, &pages) {
        return terminal.refuse(problem);
    }
    if terminal.is_human() {
        writeln!(terminal.err, "wrote {} pages to {}", pages.len(), out.display())?;
    }
    Ok(Exit::Fine)
}

/// The pages of a command and of those below it.
fn all(command: &Command, pages: &mut Vec<(String, String)>) -> io::Result<()> {
    pages.push(page(command)?);
    command.get_subcommands().try_for_each(|below| all(below, pages))
}

/// The page of a command, and the name of its file.
fn page(command: &Command) -> io::Result<(String, String)> {
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let (words, examples) = help.split_once(EXAMPLES).unwrap_or((&help, ""));
    let man = Man::new(command.clone()).source(concat!("segc ", env!("CARGO_PKG_VERSION"))).manual("segc");
    let mut text = Vec::new();
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    let mut roff = Roff::new();
    for paragraph in words.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()) {
        roff.control("PP", []);
        for line in paragraph.lines() {
            roff.text([roman(line)]);
        }
    }
    roff.to_writer(&mut text)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut text)?;
    }
    man.render_options_section(&mut text)?;
    let mut roff = Roff::new();
    for (title, rows) in COMMON {
        roff.control("SH", [*title]);
        for (term, meaning) in *rows {
            roff.control("TP", []).text([roman(*term)]).text([roman(*meaning)]);
        }
    }
    if !examples.is_empty() {
        roff.control("SH", ["EXAMPLES"]).control("nf", []);
        for line in examples.lines() {
            roff.text([roman(line)]);
        }
        roff.control("fi", []);
    }
    roff.to_writer(&mut text)?;
    let text = String::from_utf8_lossy(&text).replace(PREAMBLE, "");
    Ok((man.get_filename(), format!("{PREAMBLE}{text}")))
}
