//! Stdout, and the pager that shows what is too long for a terminal.

use std::io::{self, BufWriter, Write};
use std::process::{Command, Stdio};

use terminal_size::{Height, Width, terminal_size_of};

use super::terminal::{is_set, setting, variable};

/// The pager, unless a variable names another.
const USUAL: &str = if cfg!(windows) { "more" } else { "less" };

/// What `less` does unless `LESS` is set: end if all is shown, pass colours on, and leave the text on the
/// screen.
const LESS: &str = "FRX";

/// What a shell answers if it can't start a program.
const NOT_STARTED: [i32; 2] = [126, 127];

/// The output for data.
pub(super) enum Output {
    /// Written as it comes.
    Direct(BufWriter<io::Stdout>),
    /// Kept until it is flushed, and shown in a pager if it is long.
    Paged(Vec<u8>, String),
}

impl Output {
    pub(super) fn direct() -> Self {
        Self::Direct(BufWriter::new(io::stdout()))
    }

    pub(super) fn paged(pager: String) -> Self {
        Self::Paged(Vec::new(), pager)
    }

    pub(super) fn is_paged(&self) -> bool {
        matches!(self, Self::Paged(..))
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Direct(out) => out.write(bytes),
            Self::Paged(text, _) => text.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Direct(out) => out.flush(),
            Self::Paged(text, pager) => show(&std::mem::take(text), pager),
        }
    }
}

/// The pager that the environment names: none if it is empty, or `cat`.
pub(super) fn chosen() -> Option<String> {
    let named = setting("SEGC_PAGER").or_else(|| setting("PAGER"));
    let pager = named.unwrap_or_else(|| USUAL.to_owned());
    let is_none = matches!(pager.trim(), "" | "cat") || variable("NO_PAGER").is_some();
    (!is_none).then_some(pager)
}

/// Shows text in a pager, or without one if all of it fits on the screen or the pager doesn't start.
fn show(text: &[u8], pager: &str) -> io::Result<()> {
    let size = terminal_size_of(io::stdout());
    let fits = size.is_some_and(|(Width(width), Height(height))| rows(text, width) < usize::from(height));
    if !text.is_empty() && !fits && page(text, pager) {
        return Ok(());
    }
    let mut out = io::stdout();
    out.write_all(text)?;
    out.flush()
}

/// How many rows of a terminal a text takes.
fn rows(text: &[u8], width: u16) -> usize {
    let width = usize::from(width).max(1);
    String::from_utf8_lossy(text).lines().map(|line| line.chars().count().div_ceil(width).max(1)).sum()
}

/// Lets a pager show text, and waits until it has been closed. Returns whether the pager was there.
fn page(text: &[u8], pager: &str) -> bool {
    let mut command = shell(pager);
    for (name, value) in [("LESS", LESS), ("LV", "-c")] {
        if !is_set(name) {
            command.env(name, value);
        }
    }
    let Ok(mut child) = command.stdin(Stdio::piped()).spawn() else { return false };
    // Ctrl-C is for the pager.
    let _ = ctrlc::set_handler(|| {});
    if let Some(mut stdin) = child.stdin.take() {
        // Who closes the pager early has seen enough.
        let _ = stdin.write_all(text);
    }
    let ended = child.wait();
    !ended.is_ok_and(|status| status.code().is_some_and(|code| NOT_STARTED.contains(&code)))
}

/// The command for a pager with its own arguments, such as `less -S`.
fn shell(pager: &str) -> Command {
    if cfg!(windows) {
        let mut words = pager.split_whitespace();
        let mut command = Command::new(words.next().unwrap_or(USUAL));
        command.args(words);
        return command;
    }
    let mut command = Command::new("sh");
    command.args(["-c", pager]);
    command
}

#[cfg(test)]
mod tests {
    #[test]
    fn long_lines_take_several_rows() {
        assert_eq!(super::rows("1234567890\n\nä\n".as_bytes(), 4), 5);
        assert_eq!(super::rows(b"", 80), 0);
    }
}
