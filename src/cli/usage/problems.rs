//! Problems of arguments that don't fit the command, and of the terminal: SEG882 to SEG889.

use crate::diagnostic::Span;
use crate::problems;

problems! {
    /// There is no such command.
    ///
    /// ```text
    /// segc complie
    /// ```
    ///
    /// Correct the name; `segc --help` lists the commands.
    error SEG882 "unknown command" UnknownCommand {
        span: Option<Span>, name: String, near: Option<String>, usage: String,
    }
    message |p| format!("there is no command `{}`", p.name);
    help |p| Some(match &p.near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("`{} --help` lists the commands", program(&p.usage)),
    });

    /// The command has no such option, or takes no further argument.
    ///
    /// ```text
    /// segc compile --targt postgres
    /// ```
    ///
    /// Correct the name; `segc help COMMAND` lists the options of a command. A value that begins with `-` follows
    /// `--`, as in `segc why vip -- -x`.
    error SEG883 "unknown option" UnknownOption {
        span: Option<Span>, name: String, near: Option<String>, usage: String,
    }
    message |p| match p.name.starts_with('-') {
        true => format!("there is no option `{}`", p.name),
        false => format!("`{}` is one argument too many", p.name),
    };
    help |p| Some(match &p.near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("it is `{}`; `{} --help` says more", p.usage, program(&p.usage)),
    });

    /// The value of an option or an argument isn't one that it can have.
    ///
    /// ```text
    /// segc check --format xml
    /// ```
    ///
    /// Use one of the values in the message.
    error SEG884 "wrong value" UnreadableValue {
        span: Option<Span>, option: String, value: Option<String>, near: Option<String>, allowed: Vec<String>,
        why: Option<String>, usage: String,
    }
    message |p| {
        let why = p.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        match (&p.value, p.option.as_str()) {
            (Some(value), option) => format!("`{option}` can't be `{value}`{why}"),
            (None, "") => p.why.clone().unwrap_or_else(|| "an argument can't be read".to_owned()),
            (None, option) => format!("`{option}` has no value{why}"),
        }
    };
    help |p| match (&p.near, p.allowed.is_empty(), p.usage.is_empty()) {
        (Some(near), ..) => Some(format!("did you mean `{near}`?")),
        (None, false, _) => Some(format!("it is {}", alternatives(&p.allowed))),
        (None, true, false) => Some(format!("`{} --help` says what is expected", program(&p.usage))),
        (None, true, true) => Some("the command's `--help` says what is expected".to_owned()),
    };

    /// The command needs an argument that isn't there.
    ///
    /// ```text
    /// segc why vip
    /// ```
    ///
    /// Add it: `segc why vip 42`.
    error SEG885 "argument missing" ArgumentMissing {
        span: Option<Span>, missing: Vec<String>, usage: String,
    }
    message |p| match p.missing.as_slice() {
        [one] => format!("`{one}` is missing"),
        more => format!("{} are missing", all(more)),
    };
    help |p| Some(format!("it is `{}`; `{} --help` shows examples", p.usage, program(&p.usage)));

    /// `segc watch` can't run this command again and again.
    ///
    /// It runs commands that read the project's files and don't change them: a command that wrote them would set
    /// itself off again.
    ///
    /// ```text
    /// segc watch fmt
    /// ```
    ///
    /// Watch `check`, `test`, `run`, `compile` or another command that only reads the project.
    error SEG886 "not a command to watch" NotWatched { span: Option<Span>, name: String }
    message |p| format!("`segc watch` doesn't run `{}`", p.name);
    help |_p| Some("it runs commands that only read the project: check, test, run, compile, describe, plan, …".to_owned());

    /// The operating system can't tell when the project's files change.
    ///
    /// The folder may be gone, or on a disk that reports no changes, or too many folders may be watched already;
    /// on Linux, `sysctl fs.inotify.max_user_watches` has the limit.
    ///
    /// ```text
    /// segc watch test
    /// ```
    ///
    /// Raise the limit, or copy the project to a local disk.
    error SEG887 "files can't be watched" CannotWatch { span: Option<Span>, folder: String, reason: String }
    message |p| format!("changes in `{}` can't be watched: {}", p.folder, p.reason);
    help |_p| Some("raise the system's limit of watched files, or copy the project to a local disk".to_owned());

    /// There is no manual page for this.
    ///
    /// ```text
    /// segc man complie
    /// ```
    ///
    /// Name a command, or none for the page of segc itself.
    error SEG888 "no manual page" NoPage { span: Option<Span>, name: String, near: Option<String> }
    message |p| format!("there is no manual page for `{}`", p.name);
    help |p| Some(match &p.near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "name a command of `segc --help`".to_owned(),
    });

    /// Two arguments exclude each other.
    ///
    /// ```text
    /// segc explain --list SEG801
    /// ```
    ///
    /// Keep one of them.
    error SEG889 "arguments that exclude each other" NotTogether {
        span: Option<Span>, one: String, other: String,
    }
    message |p| format!("`{}` and `{}` can't be combined", p.one, p.other);
    help |_p| Some("keep one of them".to_owned());
}

/// The command of a usage, without its options: `segc catalog import`.
fn program(usage: &str) -> String {
    let is_name =
        |word: &&str| word.chars().all(|c| c.is_ascii_lowercase() || c == '-') && !word.starts_with('-');
    let words: Vec<&str> = usage.split_whitespace().take_while(is_name).collect();
    if words.is_empty() { "segc".to_owned() } else { words.join(" ") }
}

/// `a`, `b` or `c`.
fn alternatives(names: &[String]) -> String {
    joined(names, "or")
}

/// `a`, `b` and `c`.
fn all(names: &[String]) -> String {
    joined(names, "and")
}

fn joined(names: &[String], word: &str) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} {word} {last}", rest.join(", ")),
    }
}
