//! What can be wrong with a dialect file.

use crate::diagnostic::{Span, closest};
use crate::problems;

problems! {
    /// A dialect that extends one that does not exist, or itself.
    ///
    /// `extends` names a dialect that is built in or stands in the project's `dialects/`.
    /// A chain of them must end somewhere:
    ///
    /// ```yaml
    /// name: redshift
    /// extends: postgres
    /// ```
    error SEG601 "bad base dialect" BadBase { span: Span, base: String, chain: Vec<String>, known: Vec<String> }
    message |p| if p.chain.is_empty() {
        format!("there is no dialect `{}` to extend", p.base)
    } else {
        format!("dialects extend each other in a circle: {}", p.chain.join(" → "))
    };
    help |p| if p.chain.is_empty() {
        Some(match closest(&p.base, p.known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are: {}", p.known.join(", ")),
        })
    } else {
        Some("take one `extends` away".to_owned())
    };

    /// A dialect's name is taken.
    ///
    /// Two files of a project declare the same dialect. A file may have the name of a built-in
    /// dialect, which it then replaces; beside `extends: NAME` of that same name it changes it.
    ///
    /// ```text
    /// # dialects/a.yml:  name: redshift
    /// # dialects/b.yml:  name: redshift      # wrong: another name
    /// ```
    error SEG602 "dialect declared twice" SameName { span: Span, name: String }
    message |p| format!("the dialect `{}` is declared by another file already", p.name);
    help |_p| Some("give one of them another name".to_owned());

    /// A dialect file leaves something open.
    ///
    /// Every capability, limit, type, function and statement needs an answer, so that nothing
    /// new is forgotten silently. Answer it, or take the answers of a dialect that is close with
    /// `extends`:
    ///
    /// ```yaml
    /// capabilities:
    ///   regex: false
    /// ```
    error SEG603 "not answered" NotAnswered { span: Span, section: &'static str, name: String, meaning: String }
    message |p| format!("`{}` has no answer for `{}`", p.section, p.name);
    help |p| Some(format!("`{}` is: {}", p.name, p.meaning.trim()));

    /// A dialect file answers something that nobody asks.
    ///
    /// ```text
    /// capabilities: { regexp: true }         # wrong: regex
    /// ```
    ///
    /// Correct the name; names are those of the built-in files.
    error SEG604 "unknown entry" UnknownEntry { span: Span, section: &'static str, name: String, known: Vec<&'static str> }
    message |p| format!("`{}` knows no `{}`", p.section, p.name);
    help |p| Some(match closest(&p.name, p.known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("it knows: {}", p.known.join(", ")),
    });

    /// A piece of SQL in a dialect file that the dialect's parser cannot read.
    ///
    /// Templates, types, forms of constants and statements are read when the file is loaded.
    /// A statement that is right but that sqlparser cannot read may say so:
    ///
    /// ```yaml
    /// statements:
    ///   set_clock:
    ///     - { sql: SET VARIABLE slot_name = slot_value, opaque: true }
    /// ```
    error SEG605 "unreadable SQL" UnreadableSql { span: Span, what: String, error: String }
    message |p| format!("`{}` is not SQL of this dialect: {}", p.what, p.error);
    help |_p| Some("the key `parser` chooses the grammar that reads it".to_owned());

    /// A template that asks for other arguments than its function has.
    ///
    /// `contains` has two, so its template must use `$1` and `$2` and nothing else:
    ///
    /// ```yaml
    /// functions:
    ///   contains: strpos($1, $2) > 0
    /// ```
    error SEG606 "wrong placeholders" WrongPlaceholders { span: Span, function: &'static str, wanted: usize, found: Vec<String>, meaning: String }
    message |p| {
        let found: Vec<String> = p.found.iter().map(|number| format!("`${number}`")).collect();
        let found = if found.is_empty() { "none".to_owned() } else { found.join(", ") };
        let plural = if p.wanted == 1 { "" } else { "s" };
        format!("`{}` has {} argument{plural}, but its template uses {found}", p.function, p.wanted)
    };
    help |p| Some(format!("it is: {}", p.meaning.trim()));

    /// A value in a dialect file that cannot be used.
    ///
    /// ```text
    /// parser: postgre                        # wrong: postgresql
    /// ```
    ///
    /// The message says what can stand there.
    error SEG607 "bad value" BadValue { span: Span, what: String, expected: String }
    message |p| format!("`{}` is not {}", p.what, p.expected);
    help |p| Some(format!("write {}", p.expected));
}
