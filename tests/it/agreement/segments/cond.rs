//! Conditions.

use super::{Number, Scope, Writer};
use crate::agreement::world::Kind;

impl<'w> Writer<'w, '_, '_> {
    /// A condition, in parentheses wherever that could matter.
    pub(super) fn cond(&mut self, scope: Scope<'w>, depth: usize) -> String {
        if depth == 0 || !self.spend() {
            return self.simple(scope, 0);
        }
        match self.tape.below(18) {
            0..=3 => self.simple(scope, depth),
            4 => format!("({} and {})", self.cond(scope, depth - 1), self.cond(scope, depth - 1)),
            5 | 6 => format!("({} or {})", self.cond(scope, depth - 1), self.cond(scope, depth - 1)),
            7 => format!("not ({})", self.cond(scope, depth - 1)),
            8 | 9 => self.exists(scope, depth),
            10 => self.membership(scope, depth),
            11 | 12 => self.sequence(scope, depth),
            17 => self.how_many(scope, depth),
            _ => self.compare_numbers(scope, depth),
        }
    }

    /// `at least 2 of (…)`, with a number that decides something.
    fn how_many(&mut self, scope: Scope<'w>, depth: usize) -> String {
        let count = 2 + self.tape.below(3);
        let conds: Vec<String> = (0..count).map(|_| self.cond(scope, depth - 1)).collect();
        let number = 1 + self.tape.below(count);
        let bound = match self.tape.below(3) {
            0 => format!("at least {number}"),
            1 => format!("at most {}", number - 1),
            _ => format!("exactly {}", if self.tape.one_in(4) { 0 } else { number }),
        };
        format!("{}{bound} of ({})", self.not(), conds.join(", "))
    }

    pub(super) fn simple(&mut self, scope: Scope<'w>, depth: usize) -> String {
        match self.tape.below(19) {
            0 | 1 => self.compare_numbers(scope, depth),
            2 => self.compare_texts(scope, depth),
            3 => self.text_test(scope),
            4 => self.missing(scope),
            5 => self.time_test(scope, depth),
            6 => self.during(scope, depth),
            7 => self.boolean(scope, depth),
            8 => self.list(scope),
            9 => self.between(scope, depth),
            10 => self.pattern(scope),
            11 => self.version(scope, depth),
            12 => self.array(scope),
            13 => self.anniversary(scope, depth),
            14 => self.closed(scope),
            15 => self.array(scope),
            17 => self.time_of_day(scope),
            18 => self.converted(scope),
            _ => self.membership(scope, depth.max(1)),
        }
    }

    pub(super) fn compare_numbers(&mut self, scope: Scope<'w>, depth: usize) -> String {
        if self.tape.one_in(6) {
            let (part, number) = self.calendar(scope);
            return format!("{part} {} {number}", self.tape.pick(&["=", "!=", "<", ">="]));
        }
        let (left, kind) = self.number(scope, depth);
        if kind == Number::Float {
            // Away from any edge that a different order of summation could cross.
            let op = self.tape.pick(&["<", ">", "<=", ">="]);
            return format!("{left} {op} {}", self.tape.pick(&["0.4321", "-0.1234", "2.71828", "17.77"]));
        }
        let op = self.tape.pick(&["<", "!=", ">", "<=", "=", ">="]);
        let (right, kind) = if depth == 0 || self.tape.below(3) < 2 {
            (self.constant(), Number::Exact)
        } else {
            self.number(scope, depth - 1)
        };
        if kind == Number::Float { format!("{left} {op} 1") } else { format!("{left} {op} {right}") }
    }

    fn missing(&mut self, scope: Scope<'w>) -> String {
        let test = self.tape.pick(&["is missing", "is present"]);
        if self.tape.one_in(3) {
            return format!("{} {test}", self.number(scope, 1).0);
        }
        let documents = self.tape.one_in(5);
        match self.field(scope, |kind| !kind.is_array() && (kind == Kind::Document || !documents)) {
            Some((path, _)) => format!("{path} {test}"),
            None => self.compare_texts(scope, 0),
        }
    }

    fn boolean(&mut self, scope: Scope<'w>, depth: usize) -> String {
        let path = match self.tape.one_in(4) {
            true => self.taken(scope, depth, &["first", "last", "mode"], |kind| kind == Kind::Boolean),
            false => None,
        };
        let path = path.or_else(|| self.field(scope, |kind| kind == Kind::Boolean));
        let Some((path, _)) = path else { return self.closed(scope) };
        match self.tape.below(4) {
            0 => path,
            1 => format!("not {path}"),
            2 => format!("{path} = false"),
            _ => format!("{path} != true"),
        }
    }

    pub(super) fn closed(&mut self, scope: Scope<'w>) -> String {
        let Some((path, kind)) = self.field(scope, |kind| matches!(kind, Kind::Plan | Kind::Event)) else {
            return match self.field(scope, |kind| kind == Kind::Document) {
                Some((path, _)) => format!("{path} is {}", self.tape.pick(&["missing", "present"])),
                None => self.compare_numbers(scope, 0),
            };
        };
        let op = self.tape.pick(&["=", "!="]);
        format!("{path} {op} {:?}", self.tape.pick(crate::agreement::world::values(kind)))
    }

    fn list(&mut self, scope: Scope<'w>) -> String {
        let not = self.not();
        match self.tape.below(3) {
            0 => {
                let (value, kind) = self.number(scope, 1);
                if kind == Number::Exact {
                    return format!("{value} {not}in (1, 2.5, {})", self.constant());
                }
            }
            1 => {
                if let Some((time, _)) = self.time(scope, 0) {
                    return format!("{time} {not}in (2026-03-22, 2026-03-29, 2025-10-26)");
                }
            }
            _ => {}
        }
        let fold = if self.tape.one_in(3) { " ignoring case" } else { "" };
        format!("{} {not}in ({}, \"z\", \"web\"){fold}", self.text(scope, 0), self.text_constant())
    }

    fn between(&mut self, scope: Scope<'w>, depth: usize) -> String {
        let not = self.not();
        match self.tape.below(5) {
            0 | 1 => {
                if let Some((time, kind)) = self.time(scope, depth) {
                    let bounds = match (self.tape.below(3), kind) {
                        (0, Kind::Timestamp) => "2026-03-01T00:00:00Z and now".to_owned(),
                        (1, Kind::Timestamp) => "30 days ago and start of day".to_owned(),
                        _ => "2026-02-28 and 2026-03-28".to_owned(),
                    };
                    return format!("{time} {not}between {bounds}");
                }
            }
            2 => return format!("{} {not}between \"A\" and \"q\"", self.text(scope, 0)),
            _ => {}
        }
        let (value, kind) = self.number(scope, depth);
        let bounds = if kind == Number::Float { "-0.33 and 7.77" } else { "0 and 10" };
        format!("{value} {not}between {bounds}")
    }

    pub(super) fn membership(&mut self, scope: Scope<'w>, depth: usize) -> String {
        let not = if self.tape.one_in(2) { "not " } else { "" };
        let mut able: Vec<String> = Vec::new();
        for (name, of) in self.earlier {
            if of.name == scope.this.name {
                able.push(format!("{not}in segment {name}"));
            }
            for (link, to, ..) in scope.this.one {
                let near = &self.world.entities[*to];
                if near.name == of.name {
                    able.push(format!("{link} {not}in segment {name}"));
                }
                let further = near.one.iter().filter(|(_, to, ..)| self.world.entities[*to].name == of.name);
                able.extend(further.map(|(far, ..)| format!("{link}.{far} {not}in segment {name}")));
            }
        }
        let refs: Vec<&str> = able.iter().map(String::as_str).collect();
        if refs.is_empty() { self.simple(scope, depth - 1) } else { self.tape.pick(&refs).to_owned() }
    }
}
