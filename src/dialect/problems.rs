//! Problems with dialect files.

use crate::diagnostic::{Span, closest};
use crate::problems;

problems! {
    /// A dialect extends one that doesn't exist, or itself.
    ///
    /// `extends` names a built-in dialect or one in the project's `dialects/`. A chain of `extends` must
    /// come to an end:
    ///
    /// ```yaml
    /// name: redshift
    /// extends: postgres
    /// ```
    error SEG601 "bad base dialect" BadBase { span: Span, base: String, chain: Vec<String>, known: Vec<String> }
    message |p| if p.chain.is_empty() {
        format!("there is no dialect `{}` to extend", p.base)
    } else {
        format!("dialects extend each other in a cycle: {}", p.chain.join(" → "))
    };
    help |p| if p.chain.is_empty() {
        Some(match closest(&p.base, p.known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the dialects are: {}", p.known.join(", ")),
        })
    } else {
        Some("remove one `extends`".to_owned())
    };

    /// Two files of a project declare the same dialect.
    ///
    /// A file may use the name of a built-in dialect, which it then replaces. With `extends` of the same
    /// name, it changes that dialect instead.
    ///
    /// ```text
    /// # dialects/a.yml:  name: redshift
    /// # dialects/b.yml:  name: redshift      # wrong: use a different name
    /// ```
    error SEG602 "dialect declared twice" SameName { span: Span, name: String }
    message |p| format!("the dialect `{}` is already declared by another file", p.name);
    help |_p| Some("rename one of them".to_owned());

    /// A dialect file doesn't answer everything.
    ///
    /// Every capability, limit, type, function and statement needs an answer, so that a new one can't be
    /// forgotten. Answer it, or use `extends` to take the answers of a similar dialect:
    ///
    /// ```yaml
    /// capabilities:
    ///   regex: false
    /// ```
    error SEG603 "not answered" NotAnswered { span: Span, section: &'static str, name: String, meaning: String }
    message |p| format!("`{}` has no answer for `{}`", p.section, p.name);
    help |p| Some(format!("`{}` is: {}", p.name, p.meaning.trim()));

    /// A dialect file has an unknown entry.
    ///
    /// ```text
    /// capabilities: { regexp: true }         # wrong: regex
    /// ```
    ///
    /// Correct the name; the built-in files have all of them.
    error SEG604 "unknown entry" UnknownEntry { span: Span, section: &'static str, name: String, known: Vec<&'static str> }
    message |p| format!("`{}` has no entry `{}`", p.section, p.name);
    help |p| Some(match closest(&p.name, p.known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the entries are: {}", p.known.join(", ")),
    });

    /// The dialect's parser can't read a piece of SQL in a dialect file.
    ///
    /// Templates, types, constants and statements are parsed when the file is loaded. If a statement is
    /// correct but sqlparser can't read it, declare that:
    ///
    /// ```yaml
    /// statements:
    ///   set_clock:
    ///     - { sql: SET VARIABLE slot_name = slot_value, opaque: true }
    /// ```
    error SEG605 "unreadable SQL" UnreadableSql { span: Span, what: String, error: String }
    message |p| format!("`{}` isn't valid SQL in this dialect: {}", p.what, p.error);
    help |_p| Some("the key `parser` selects the grammar".to_owned());

    /// A template doesn't use exactly the arguments of its function.
    ///
    /// `contains` has two, so its template must use `$1` and `$2` and no others:
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

    /// A value in a dialect file is invalid.
    ///
    /// ```text
    /// parser: postgre                        # wrong: postgresql
    /// ```
    ///
    /// The message says what is expected.
    error SEG607 "bad value" BadValue { span: Span, what: String, expected: String }
    message |p| format!("`{}` is not {}", p.what, p.expected);
    help |p| Some(format!("write {}", p.expected));

    /// A statement leaves out what it is for.
    ///
    /// A template for a kind of step must use the slots that hold its meaning. An `assert` that never reads
    /// its condition would let everything pass:
    ///
    /// ```text
    /// statements:
    ///   assert: SELECT 1                     # wrong: nothing can fail
    /// ```
    ///
    /// ```yaml
    /// statements:
    ///   assert: SELECT CASE WHEN slot_condition THEN slot_failure END AS checked
    /// ```
    error SEG609 "statement without its slot" MissingSlot { span: Span, statement: &'static str, slot: &'static str, meaning: &'static str }
    message |p| format!("`{}` never uses `{}`", p.statement, p.slot);
    help |p| Some(format!("`{}` is: {}", p.slot, p.meaning.trim()));

    /// A dialect file has a statement of an earlier version, which scripts no longer use.
    ///
    /// Earlier versions of segc let dialect files write whole scripts. Now the plan decides which steps a
    /// script has, and a dialect has a template for each kind of step:
    ///
    /// ```yaml
    /// statements:
    ///   create_table: CREATE TABLE IF NOT EXISTS slot_table (slot_definitions)
    /// ```
    ///
    /// The entry is ignored. Remove it; if your engine needs another form, write it in the new entry.
    warning SEG610 "statement that is no longer used" RetiredStatement { span: Span, name: String, now: &'static str }
    message |p| format!("`{}` is no longer used: scripts are written by `{}`", p.name, p.now);
    help |_p| Some("remove it, and move what your engine needs there".to_owned());

    /// An entry of a dialect file would change the members of segments.
    ///
    /// A dialect decides how SQL is written, not who is a member. When the file is loaded, segc rejects
    /// constants that break out of their quotes, and formats that lose a part of an instant.
    ///
    /// ```yaml
    /// literals: { timestamp_format: "%Y-%m-%d %H:%M" }        # wrong: without seconds
    /// literals: { timestamp_format: "%Y-%m-%d %H:%M:%S%.f" }
    /// ```
    ///
    /// Write the entry as in the built-in files.
    error SEG611 "entry that changes members" ChangesMembers { span: Span, said: String, help: String }
    message |p| p.said.clone();
    help |p| Some(p.help.clone());

    /// A dialect of your own replaces templates, and segc can't prove that they mean the same.
    ///
    /// segc compares the engines with its reference evaluator, with the templates of the built-in dialects.
    /// What a different template means only its engine knows. `segc check` and `segc compile` list those of
    /// your files.
    ///
    /// ```yaml
    /// name: mine
    /// extends: duckdb
    /// functions:
    ///   contains: CONTAINS(LOWER($1), LOWER($2))       # other members than on any other target
    /// ```
    ///
    /// Test them, whenever they change: `segc test --dialect dialects/mine.yml` calls every function and
    /// compares the members of thousands of segments with the reference's. Commands that use a database (`segc
    /// run`, `segc why`, `segc check --probe`) call your functions there before anything else, and stop if
    /// one is wrong (SEG640); scripts that `segc compile` writes don't.
    warning SEG612 "unproved templates" OwnTemplates { span: Span, dialect: String, names: Vec<String>, file: String, needs_engine: bool }
    message |p| {
        let shown: Vec<String> = p.names.iter().take(5).map(|name| format!("`{name}`")).collect();
        let more = p.names.len().saturating_sub(shown.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("only the engine knows whether the templates of `{}` mean what segc expects: {}{more}", p.dialect, shown.join(", "))
    };
    help |p| Some(match p.needs_engine {
        false => format!("test them whenever they change: `segc test --dialect {}`", p.file),
        true => format!("test them whenever they change: `segc test --dialect {} --db DATABASE` (or `--exec COMMAND`)", p.file),
    });

    /// A dialect of your own writes the keys of versions in another form, and has no way back.
    ///
    /// Conditions compare versions by the keys that `semver_key` makes. A column beside the key holds the
    /// version again, which `semver_text` reads from its key. The inherited template knows the built-in form
    /// only.
    ///
    /// ```yaml
    /// functions:
    ///   semver_key: MY_VERSION_KEY($1)
    ///   semver_text: MY_VERSION_OF_KEY($1)
    /// ```
    ///
    /// Add `semver_text` beside `semver_key`, also where its form is the built-in one.
    error SEG613 "`semver_key` without `semver_text`" KeyWithoutText { span: Span }
    message |_p| "`semver_key` has a template here, and `semver_text`, which reads its keys, has none".to_owned();
    help |_p| Some("add `semver_text`: the version, without build metadata, of which `semver_key` makes the text `$1`".to_owned());
}
