//! `segc completions`

use std::io;

use clap::ValueEnum;

use crate::cli::completion;
use crate::cli::exit::Exit;
use crate::cli::terminal::Terminal;

/// Print the script that completes commands in a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "\
With it, the shell's Tab key completes commands, options and their values, and the project's own
names: segments, tags, targets, entities. The script asks segc itself, so it needs no update when
segc does.

Examples:
  segc completions bash >> ~/.bash_completion
  segc completions zsh >> ~/.zshrc
  segc completions fish > ~/.config/fish/completions/segc.fish
  segc completions powershell >> $PROFILE")]
pub(in crate::cli) struct Args {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: ShellName,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ShellName {
    Bash,
    Zsh,
    Fish,
    #[value(name = "powershell")]
    PowerShell,
    Elvish,
}

pub(super) fn run(args: &Args, terminal: &mut Terminal) -> io::Result<Exit> {
    let name = args.shell.to_possible_value().map(|value| value.get_name().to_owned());
    completion::script(name.as_deref().unwrap_or_default(), &mut terminal.out)?;
    Ok(Exit::Fine)
}
