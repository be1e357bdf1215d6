//! Random well-typed segments, as text.

use crate::tape::Tape;
use crate::world::{ENTITIES, EVENTS, Entity, Kind, PLANS, entity};

/// Instants of the clock and constants.
pub const INSTANTS: &[&str] = &[
    "now",
    "7 days ago",
    "today",
    "1 month ago",
    "24 hours ago",
    "start of month",
    "start of week",
    "2026-03-22T12:30:00Z",
    "2026-03-01",
    "start of day",
    "3 days from now",
    "start of quarter",
    "1 year ago",
];

/// Windows of every shape.
pub const WINDOWS: &[&str] = &[
    "last 7 days",
    "last 1 month",
    "last 24 hours",
    "previous 1 month",
    "previous 2 weeks",
    "this month",
    "this week",
    "today",
    "yesterday",
    "next 7 days",
    "since 2026-03-01",
    "until 2026-03-22",
    "2026-02-28 to 2026-03-22",
    "2026-03-01 through 2026-03-28",
    "14 days ago to 7 days ago",
    "this quarter",
    "this year",
    "lifetime",
    "last 1 year",
    "since start of week",
    "previous 1 day",
];

/// What is in scope: the row, and inside an aggregate the row that the aggregate belongs to.
#[derive(Clone, Copy)]
pub struct Scope {
    pub this: &'static Entity,
    pub outer: Option<&'static Entity>,
}

/// What kind of number an expression is; comparing floats needs care.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Number {
    Exact,
    Float,
}

/// A file of segments: a few over random entities, where later ones refer to earlier ones.
pub fn file(tape: &mut Tape<'_>) -> String {
    let mut text = String::from("trait spent on customer = sum(orders.total where status = \"paid\")\n");
    text.push_str("trait is_big on company = size > 3 or count(people) >= 2\n\n");
    let mut earlier: Vec<(String, &'static Entity)> = Vec::new();
    for number in 0..tape.below(4) + 1 {
        let of = &ENTITIES[tape.below(ENTITIES.len())];
        let of = if tape.one_in(3) { of } else { entity("customer") };
        let scope = Scope { this: of, outer: None };
        let how = tape.pick(&["inline", "table", "view", "incremental"]);
        let mut writer = Writer { tape, earlier: &earlier, budget: 24 };
        let rules = writer.rules(scope);
        let extends = writer.parent(of);
        let keeps = writer.keeps(of);
        let group = if extends.is_empty() { writer.group(of, number) } else { String::new() };
        text.push_str(&format!(
            "segment s{number} on {}{extends} {{\n  materialize: {how}\n{group}{rules}{keeps}}}\n",
            of.name
        ));
        earlier.push((format!("s{number}"), of));
    }
    text
}

pub struct Writer<'a, 't> {
    pub tape: &'a mut Tape<'t>,
    earlier: &'a [(String, &'static Entity)],
    /// How many more nodes may be written.
    budget: usize,
}

impl Writer<'_, '_> {
    fn parent(&mut self, of: &Entity) -> String {
        let able: Vec<&str> =
            self.earlier.iter().filter(|(_, e)| e.name == of.name).map(|(name, _)| name.as_str()).collect();
        if able.is_empty() || !self.tape.one_in(4) {
            String::new()
        } else {
            format!(" extends {}", self.tape.pick(&able))
        }
    }

    fn rules(&mut self, scope: Scope) -> String {
        if self.tape.one_in(4) {
            let mut rules = format!("  include where {}\n", self.cond(scope, 2));
            if self.tape.below(2) == 1 {
                rules.push_str(&format!("  include where {}\n", self.cond(scope, 2)));
            }
            rules.push_str(&format!("  exclude where {}\n", self.cond(scope, 2)));
            return rules;
        }
        format!("  where {}\n", self.cond(scope, 4))
    }

    fn spend(&mut self) -> bool {
        self.budget = self.budget.saturating_sub(1);
        self.budget > 0 && !self.tape.is_spent()
    }

    /// A condition, in parentheses wherever that could matter.
    pub fn cond(&mut self, scope: Scope, depth: usize) -> String {
        if depth == 0 || !self.spend() {
            return self.simple(scope, 0);
        }
        match self.tape.below(12) {
            0..=3 => self.simple(scope, depth),
            4 => format!("({} and {})", self.cond(scope, depth - 1), self.cond(scope, depth - 1)),
            5 => format!("({} or {})", self.cond(scope, depth - 1), self.cond(scope, depth - 1)),
            6 | 7 => format!("not ({})", self.cond(scope, depth - 1)),
            8 => self.exists(scope, depth),
            9 => self.membership(scope, depth),
            _ => self.compare_numbers(scope, depth),
        }
    }

    fn simple(&mut self, scope: Scope, depth: usize) -> String {
        match self.tape.below(10) {
            0 => self.compare_numbers(scope, depth),
            1 => self.compare_texts(scope),
            2 => self.text_test(scope),
            3 => self.missing(scope),
            4 => self.time_test(scope),
            5 => self.during(scope),
            6 => self.boolean(scope),
            7 => self.list(scope),
            8 => crate::keep::bucket(self.tape),
            _ => self.between(scope, depth),
        }
    }

    fn compare_numbers(&mut self, scope: Scope, depth: usize) -> String {
        let (left, kind) = self.number(scope, depth);
        if kind == Number::Float {
            // Away from any edge that a different order of summation could cross.
            let op = self.tape.pick(&["<", ">", "<=", ">="]);
            return format!("{left} {op} {}", self.tape.pick(&["0.4321", "-0.1234", "2.71828", "17.77"]));
        }
        let op = self.tape.pick(&["=", "!=", "<", "<=", ">", ">="]);
        let (right, kind) = if depth == 0 || self.tape.below(3) < 2 {
            (self.constant(), Number::Exact)
        } else {
            self.number(scope, depth - 1)
        };
        if kind == Number::Float { format!("{left} {op} 1") } else { format!("{left} {op} {right}") }
    }

    fn constant(&mut self) -> String {
        self.tape.pick(&["0", "1", "2", "5", "-1", "1.5", "10", "0.01", "100"]).to_owned()
    }

    pub fn number(&mut self, scope: Scope, depth: usize) -> (String, Number) {
        if depth == 0 || !self.spend() {
            return self.number_field(scope);
        }
        match self.tape.below(16) {
            0 | 1 => self.number_field(scope),
            13 | 14 => {
                let found = self.number_of_many(scope, depth);
                found.unwrap_or_else(|| ("4".to_owned(), Number::Exact))
            }
            15 => {
                let found = self.periods(scope, depth);
                (found.unwrap_or_else(|| "0".to_owned()), Number::Exact)
            }
            2..=5 => self.aggregate(scope, depth),
            6 => {
                let ((a, x), (b, y)) = (self.number(scope, depth - 1), self.number(scope, depth - 1));
                let op = self.tape.pick(&["+", "-", "*"]);
                let kind = if x == Number::Exact && y == Number::Exact { x } else { Number::Float };
                (format!("({a} {op} {b})"), kind)
            }
            7 => {
                let ((a, _), (b, _)) = (self.number(scope, depth - 1), self.number(scope, depth - 1));
                (format!("({a} / {b})"), Number::Float)
            }
            8 => {
                let ((a, x), (b, y)) = (self.number(scope, depth - 1), self.number(scope, depth - 1));
                if x == Number::Exact && y == Number::Exact { (format!("({a} % {b})"), x) } else { (a, x) }
            }
            9 => {
                let (a, kind) = self.number(scope, depth - 1);
                (format!("coalesce({a}, {})", self.constant()), kind)
            }
            10 => {
                let (a, kind) = self.number(scope, depth - 1);
                let function = self.tape.pick(&["abs", "round", "floor", "ceil"]);
                if kind == Number::Exact {
                    (format!("{function}({a})"), kind)
                } else {
                    (format!("abs({a})"), kind)
                }
            }
            11 => (format!("length({})", self.text(scope)), Number::Exact),
            _ => (self.calendar_number(scope), Number::Exact),
        }
    }

    fn calendar_number(&mut self, scope: Scope) -> String {
        let Some((time, kind)) = self.time(scope) else { return "1".to_owned() };
        match (self.tape.below(7), kind) {
            (0, _) => format!("days_since({time})"),
            (1, _) => format!("weekday({time})"),
            (2, _) => format!("year({time})"),
            (3, _) => format!("month({time})"),
            (4, _) => format!("day({time})"),
            (5, Kind::Timestamp) => format!("hour({time})"),
            _ => match self.time(scope) {
                Some((other, _)) => format!("days_between({time}, {other})"),
                None => format!("days_since({time})"),
            },
        }
    }

    pub fn number_field(&mut self, scope: Scope) -> (String, Number) {
        let numeric = |kind: Kind| matches!(kind, Kind::Integer | Kind::Decimal | Kind::Float);
        match self.field(scope, numeric) {
            Some((path, Kind::Float)) => (path, Number::Float),
            Some((path, _)) => (path, Number::Exact),
            None => ("3".to_owned(), Number::Exact),
        }
    }

    /// A field of the wanted kind: of the row, behind to-one links, or of the outer row.
    pub fn field(&mut self, scope: Scope, wanted: impl Fn(Kind) -> bool) -> Option<(String, Kind)> {
        let (mut prefix, mut of) = match (scope.outer, self.tape.one_in(4)) {
            (Some(outer), true) => ("outer.".to_owned(), outer),
            _ => (String::new(), scope.this),
        };
        while !of.one.is_empty() && self.tape.one_in(4) {
            let (link, to) = of.one[self.tape.below(of.one.len())];
            prefix.push_str(&format!("{link}."));
            of = entity(to);
        }
        let fields: Vec<_> = of.fields.iter().filter(|(_, kind, _)| wanted(*kind)).collect();
        if fields.is_empty() {
            return None;
        }
        let (name, kind, _) = fields[self.tape.below(fields.len())];
        Some((format!("{prefix}{name}"), *kind))
    }

    pub fn text(&mut self, scope: Scope) -> String {
        if self.spend()
            && self.tape.one_in(8)
            && let Some(text) = self.text_of_many(scope)
        {
            return text;
        }
        let field = self.field(scope, |kind| matches!(kind, Kind::Text));
        let Some((path, _)) = field else { return self.text_constant() };
        match self.tape.below(6) {
            4 => format!("trim({path})"),
            5 => format!("coalesce({path}, {})", self.text_constant()),
            3 => format!("{}({path})", self.tape.pick(&["lower", "upper"])),
            _ => path,
        }
    }

    fn text_constant(&mut self) -> String {
        let known =
            ["\"paid\"", "\"a%b_c\"", "\"it's\"", "\"\\\\\"", "\"PAID\"", "\"\"", "\"zz\"", "\"ünï\""];
        self.tape.pick(&known).to_owned()
    }

    fn compare_texts(&mut self, scope: Scope) -> String {
        let left = self.text(scope);
        let op = self.tape.pick(&["=", "!=", "<", ">=", "<=", ">"]);
        let right = if self.tape.one_in(3) { self.text(scope) } else { self.text_constant() };
        let fold = if matches!(op, "=" | "!=") && self.tape.one_in(3) { " ignoring case" } else { "" };
        format!("{left} {op} {right}{fold}")
    }

    fn text_test(&mut self, scope: Scope) -> String {
        if self.tape.one_in(2) {
            let subject = self.text(scope);
            return crate::text::test(self.tape, &subject);
        }
        let not = if self.tape.one_in(3) { "not " } else { "" };
        let op = self.tape.pick(&["contains", "starts with", "ends with"]);
        let fold = if self.tape.one_in(3) { " ignoring case" } else { "" };
        let needle =
            self.tape.pick(&["\"a\"", "\"%\"", "\"_\"", "\"'\"", "\"\"", "\"\\\\\"", "\"PA\"", "\" \""]);
        format!("{} {not}{op} {needle}{fold}", self.text(scope))
    }

    fn missing(&mut self, scope: Scope) -> String {
        let test = self.tape.pick(&["is missing", "is present"]);
        if self.tape.one_in(3) {
            return format!("{} {test}", self.number(scope, 1).0);
        }
        match self.field(scope, |_| true) {
            Some((path, _)) => format!("{path} {test}"),
            None => "true".to_owned(),
        }
    }

    fn boolean(&mut self, scope: Scope) -> String {
        let many = if self.spend() && self.tape.one_in(4) { self.boolean_of_many(scope) } else { None };
        let own = |this: &mut Self| this.field(scope, |kind| kind == Kind::Boolean).map(|(path, _)| path);
        let Some(path) = many.or_else(|| own(self)) else {
            return self.closed(scope);
        };
        match self.tape.below(4) {
            0 => path,
            1 => format!("not {path}"),
            2 => format!("{path} = false"),
            _ => format!("{path} != true"),
        }
    }

    fn closed(&mut self, scope: Scope) -> String {
        if scope.this.name == "company" && self.tape.one_in(2) {
            return self
                .tape
                .pick(&["is_big", "not is_big", "parent.is_big", "not parent.is_big"])
                .to_owned();
        }
        let Some((path, _)) = self.field(scope, |kind| kind == Kind::Closed) else {
            return "true".to_owned();
        };
        let op = self.tape.pick(&["=", "!="]);
        format!("{path} {op} \"{}\"", self.tape.pick(PLANS))
    }

    fn list(&mut self, scope: Scope) -> String {
        let not = if self.tape.one_in(2) { "not " } else { "" };
        if self.tape.below(2) == 0 {
            let (value, kind) = self.number(scope, 1);
            if kind == Number::Exact {
                return format!("{value} {not}in (1, 2.5, {})", self.constant());
            }
        }
        let fold = if self.tape.one_in(3) { " ignoring case" } else { "" };
        format!("{} {not}in ({}, \"z\"){fold}", self.text(scope), self.text_constant())
    }

    fn between(&mut self, scope: Scope, depth: usize) -> String {
        let not = if self.tape.one_in(3) { "not " } else { "" };
        if self.tape.below(2) == 0
            && let Some((time, _)) = self.time(scope)
        {
            return format!("{time} {not}between 2026-02-28 and 2026-03-28");
        }
        let (value, kind) = self.number(scope, depth);
        let bounds = if kind == Number::Float { "-0.33 and 7.77" } else { "0 and 10" };
        format!("{value} {not}between {bounds}")
    }

    pub fn time(&mut self, scope: Scope) -> Option<(String, Kind)> {
        let many = if self.spend() && self.tape.one_in(8) { self.time_of_many(scope) } else { None };
        let own = |this: &mut Self| this.field(scope, |kind| matches!(kind, Kind::Date | Kind::Timestamp));
        let (path, kind) = many.or_else(|| own(self))?;
        Some(match (self.tape.below(7), kind) {
            (4, _) => (format!("({path} + 7 days)"), kind),
            (5, _) => (format!("({path} - 1 month)"), kind),
            (6, Kind::Timestamp) => (format!("({path} + 36 hours)"), kind),
            _ => (path, kind),
        })
    }

    fn instant(&mut self, scope: Scope) -> String {
        match self.tape.below(INSTANTS.len() + 2) {
            at if at < INSTANTS.len() => INSTANTS[at].to_owned(),
            _ => self.time(scope).map_or_else(|| "now".to_owned(), |(time, _)| time),
        }
    }

    fn time_test(&mut self, scope: Scope) -> String {
        let Some((time, kind)) = self.time(scope) else { return self.compare_texts(scope) };
        let op = self.tape.pick(&["before", "after", "not before", "not after", "=", "<", ">=", "!="]);
        let instant = self.instant(scope);
        // No timestamp may be equal to an instant of the clock.
        let is_clock = INSTANTS.contains(&instant.as_str()) && !instant.starts_with("2026-");
        if kind == Kind::Timestamp && matches!(op, "=" | "!=") && is_clock {
            return format!("date({time}) {op} {instant}");
        }
        format!("{time} {op} {instant}")
    }

    fn during(&mut self, scope: Scope) -> String {
        let Some((time, _)) = self.time(scope) else { return self.compare_texts(scope) };
        let not = if self.tape.one_in(3) { "not " } else { "" };
        format!("{time} {not}during {}", self.window(scope))
    }

    fn window(&mut self, scope: Scope) -> String {
        if let Some(outer) = scope.outer {
            let times: Vec<&str> = outer
                .fields
                .iter()
                .filter(|(_, k, _)| *k == Kind::Timestamp)
                .map(|(name, ..)| *name)
                .collect();
            if !times.is_empty() && self.tape.one_in(5) {
                let name = self.tape.pick(&times);
                return format!("outer.{name} to outer.{name} + 7 days");
            }
        }
        self.tape.pick(WINDOWS).to_owned()
    }

    /// The inside an aggregate: path, window, filter; and the entity at its end.
    pub fn source(
        &mut self,
        scope: Scope,
        depth: usize,
        after: &str,
    ) -> Option<(String, &'static Entity, String)> {
        let mut of = scope.this;
        let mut path = String::new();
        if of.many.is_empty() || self.tape.one_in(6) {
            let &(link, to) = of.one.first()?;
            path.push_str(&format!("{link}."));
            of = entity(to);
        }
        let mut timed = false;
        loop {
            if of.many.is_empty() {
                break;
            }
            let (link, to) = of.many[self.tape.below(of.many.len())];
            path.push_str(link);
            of = entity(to);
            timed |= of.time.is_some();
            if of.name == "event" && self.tape.one_in(3) {
                let name = self.tape.pick(EVENTS).replace('"', "\\\"");
                path.push_str(&format!("[\"{name}\"]"));
            }
            if !self.tape.one_in(3) || of.many.is_empty() {
                break;
            }
            path.push('.');
        }
        if path.is_empty() || path.ends_with('.') {
            return None;
        }
        let inner = Scope { this: of, outer: Some(scope.this) };
        let mut rest = String::new();
        if timed && self.tape.one_in(2) {
            // A window's bounds may be anchored to the row that the aggregate belongs to.
            rest.push_str(&format!(" during {}", self.window(inner)));
        }
        if after == "every" || self.tape.one_in(2) {
            rest.push_str(&format!(" where {}", self.cond(inner, depth.saturating_sub(1))));
        }
        Some((path, of, rest))
    }

    fn exists(&mut self, scope: Scope, depth: usize) -> String {
        let which = self.tape.pick(&["exists", "every"]);
        match self.source(scope, depth, which) {
            Some((path, _, rest)) => format!("{which}({}{path}{rest})", self.ranked(&path)),
            None => self.simple(scope, 0),
        }
    }

    fn aggregate(&mut self, scope: Scope, depth: usize) -> (String, Number) {
        let Some((path, of, rest)) = self.source(scope, depth, "") else { return self.number_field(scope) };
        let path = self.ranked(&path) + &path;
        let inner = Scope { this: of, outer: None };
        let numbers: Vec<_> = of
            .fields
            .iter()
            .filter(|(_, kind, _)| matches!(kind, Kind::Integer | Kind::Decimal | Kind::Float))
            .collect();
        let all: Vec<_> = of.fields.iter().collect();
        match self.tape.below(8) {
            0 | 1 => (format!("count({path}{rest})"), Number::Exact),
            2 => {
                let (name, ..) = all[self.tape.below(all.len())];
                (format!("count distinct({path}.{name}{rest})"), Number::Exact)
            }
            at if !numbers.is_empty() => {
                let (name, kind, _) = numbers[self.tape.below(numbers.len())];
                let function = ["sum", "avg", "min", "max", "sum"][at - 3];
                let float = *kind == Kind::Float || function == "avg";
                let number = if float { Number::Float } else { Number::Exact };
                if at == 7 {
                    let (other, of_other) = self.number_field(inner);
                    let number = if of_other == Number::Float { of_other } else { number };
                    return (format!("{function}({path}.{name} * {other}{rest})"), number);
                }
                (format!("{function}({path}.{name}{rest})"), number)
            }
            _ => (format!("count({path}{rest})"), Number::Exact),
        }
    }

    fn membership(&mut self, scope: Scope, depth: usize) -> String {
        let not = if self.tape.one_in(2) { "not " } else { "" };
        let mut able: Vec<String> = Vec::new();
        for (name, of) in self.earlier {
            if of.name == scope.this.name {
                able.push(format!("{not}in segment {name}"));
            }
            for (link, to) in scope.this.one {
                if *to == of.name {
                    able.push(format!("{link} {not}in segment {name}"));
                }
            }
        }
        if scope.this.name == "customer" {
            able.push("spent > 2".to_owned());
            able.push(format!("{not}company.is_big"));
        }
        let refs: Vec<&str> = able.iter().map(String::as_str).collect();
        if refs.is_empty() { self.simple(scope, depth - 1) } else { self.tape.pick(&refs).to_owned() }
    }
}
