//! Texts, patterns, versions and arrays.

use super::{Scope, Writer};
use crate::agreement::world::Kind;

const PATTERNS: &[&str] = &[
    "^[a-z]+$",
    "(?i)paid",
    "a.b",
    "\\\\\\\\",
    "^(it's|z|web)$",
    "[^a-z ]",
    "\\\\s",
    "^.{0,4}$",
    "(PA|z|app)+",
    "\\\\w\\\\W?$",
    "^$",
    "^[A-Z]",
    "\\\\d+\\\\.\\\\d",
    "ü|🎉",
];

impl<'w> Writer<'w, '_, '_> {
    pub(super) fn text(&mut self, scope: Scope<'w>, depth: usize) -> String {
        if depth > 0
            && self.tape.one_in(4)
            && let Some((text, kind)) =
                self.taken(scope, depth, &["first", "last", "mode", "min", "max"], Kind::is_text)
        {
            return if kind == Kind::Event { format!("trim({text})") } else { text };
        }
        let Some((path, kind)) = self.field(scope, Kind::is_text) else { return self.text_constant() };
        match self.tape.below(9) {
            // Where each event has a table, nothing else is compared with its name; `closed` does.
            _ if kind == Kind::Event => format!("trim({path})"),
            4 => format!("trim({path})"),
            5 => format!("coalesce({path}, {})", self.text_constant()),
            3 => format!("{}({path})", self.tape.pick(&["lower", "upper"])),
            _ => path,
        }
    }

    /// A text that is converted, or the other way round.
    pub(super) fn converted(&mut self, scope: Scope<'w>) -> String {
        let text = self.text(scope, 0);
        match self.tape.below(17) {
            0 => format!("integer({text}) > 2"),
            1 => format!("decimal({text}) is missing"),
            2 => format!("date({text}) is present"),
            3 => format!("timestamp({text}) before now"),
            4 => format!("text(length({text})) = \"4\""),
            5 => format!("integer(text(length({text}))) = 4"),
            6 => format!("decimal(text(length({text}))) > 3.5"),
            7 => match self.field(scope, |kind| kind == Kind::Date) {
                Some((day, _)) => format!("date(text({day})) = {day}"),
                None => format!("integer({text}) is missing"),
            },
            8 => {
                let zone = self.tape.pick(&["Europe/Paris", "america/new_york", "UTC"]);
                format!("timestamp({text}, \"{zone}\") after 2 days ago")
            }
            9 | 12..=15 => format!("float({text}) > 2.5"),
            10 => format!("float(text(length({text}))) = 4"),
            11 => match self.field(scope, |kind| kind == Kind::Decimal) {
                Some((number, _)) => {
                    let wanted = self.tape.pick(&["0", "1.5", "-1", "10", "2.5"]);
                    format!("(text({number}) = \"{wanted}\" or decimal(text({number})) > {number})")
                }
                None => format!("float({text}) is missing"),
            },
            _ => match self.field(scope, |kind| kind == Kind::Boolean) {
                Some((truth, _)) => format!("text({truth}) = \"true\""),
                None => format!("timestamp({text}) is missing"),
            },
        }
    }

    pub(super) fn text_constant(&mut self) -> String {
        let known = [
            "\"paid\"",
            "\"a%b_c\"",
            "\"it's\"",
            "\"\\\\\"",
            "\"PAID\"",
            "\"\"",
            "\"zz\"",
            "\"ünï\"",
            "\"web\"",
            "\"pa\\nid\"",
            "\"view\"",
        ];
        self.tape.pick(&known).to_owned()
    }

    pub(super) fn compare_texts(&mut self, scope: Scope<'w>, depth: usize) -> String {
        let left = self.text(scope, depth);
        let op = self.tape.pick(&["=", "!=", "<", ">=", "<=", ">"]);
        let right = if self.tape.one_in(3) { self.text(scope, 0) } else { self.text_constant() };
        let fold = if matches!(op, "=" | "!=") && self.tape.one_in(3) { " ignoring case" } else { "" };
        format!("{left} {op} {right}{fold}")
    }

    pub(super) fn text_test(&mut self, scope: Scope<'w>) -> String {
        let not = self.not();
        let op = self.tape.pick(&["contains", "starts with", "ends with"]);
        let fold = if self.tape.one_in(3) { " ignoring case" } else { "" };
        if self.tape.one_in(8) {
            return format!("{} {not}{op} {}{fold}", self.text(scope, 0), self.text(scope, 0));
        }
        let needle = self
            .tape
            .pick(&["\"a\"", "\"%\"", "\"_\"", "\"'\"", "\"\"", "\"\\\\\"", "\"PA\"", "\" \"", "\"e\""]);
        format!("{} {not}{op} {needle}{fold}", self.text(scope, 0))
    }

    pub(super) fn pattern(&mut self, scope: Scope<'w>) -> String {
        let (text, not) = (self.text(scope, 0), self.not());
        if self.tape.one_in(2) {
            return crate::agreement::text::test(self.tape, &text);
        }
        if self.tape.one_in(3) {
            let meant = self.tape.pick(&["paid", "it is", "", "ünü", "web", "zz top"]);
            return format!("{text} {not}resembles \"{meant}\" within {} edits", self.tape.below(4));
        }
        format!("{text} {not}matches \"{}\"", self.tape.pick(PATTERNS))
    }

    pub(super) fn version_value(&mut self, scope: Scope<'w>, depth: usize) -> String {
        let taken = match self.tape.one_in(4) {
            true => self
                .taken(scope, depth, &["max", "min", "last", "first", "mode"], |kind| kind == Kind::Version),
            false => None,
        };
        let field = taken.or_else(|| self.field(scope, |kind| kind == Kind::Version));
        match field {
            Some((path, _)) => path,
            None => format!("semver({})", self.text(scope, 0)),
        }
    }

    pub(super) fn version(&mut self, scope: Scope<'w>, depth: usize) -> String {
        let version = self.version_value(scope, depth);
        let not = self.not();
        let constant = self.tape.pick(&["1.2.0", "1.2.0-beta.2", "1.10.0", "2.0.0", "1.2.0+other"]);
        match self.tape.below(8) {
            0 => format!("{version} {not}in (\"{constant}\", \"2.0.0-rc.1\")"),
            1 => format!("{version} {not}between \"1.2.0-alpha\" and \"{constant}\""),
            2 => format!("{version} is missing"),
            _ => format!("{version} {} \"{constant}\"", self.tape.pick(&[">=", "<", "=", "!=", ">", "<="])),
        }
    }

    pub(super) fn array(&mut self, scope: Scope<'w>) -> String {
        let Some((path, kind)) = self.field(scope, Kind::is_array) else { return self.text_test(scope) };
        let not = self.not();
        let tags = kind == Kind::Tags;
        let one = self.tape.pick(&if tags { ["\"vip\"", "\"\"", "\"it's\""] } else { ["1", "-3", "2"] });
        let other = if tags { "\"a%b\"" } else { "5" };
        match self.tape.below(7) {
            6 => format!("{path} is empty"),
            0 => format!("{path} {not}contains any ({one}, {other})"),
            1 => format!("{path} {not}contains all ({one}, {other})"),
            2 => format!("{path} is {not}empty"),
            3 => format!("size({path}) {} {}", self.tape.pick(&[">", "=", "<="]), self.tape.below(3)),
            4 => {
                let wanted = |kind: Kind| if tags { kind.is_text() } else { kind == Kind::Integer };
                let value = self.field(scope, wanted).map_or_else(|| one.to_owned(), |(value, _)| value);
                format!("{path} {not}contains {value}")
            }
            _ => format!("{path} {not}contains {one}"),
        }
    }
}
