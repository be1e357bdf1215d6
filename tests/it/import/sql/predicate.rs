//! Random predicates, as text.

use super::world::{COUNTRIES, DAYS, PLANS};

/// What the database's SQL has.
#[derive(Clone, Copy)]
pub(super) struct Style {
    /// `date_diff`
    pub(super) days: bool,
}

/// A generator of predicates on customers, whose alias is `c`.
pub(super) struct Predicates<'r> {
    random: &'r mut fastrand::Rng,
    style: Style,
}

const COMPARISONS: [&str; 6] = ["=", "<>", "<", "<=", ">", ">="];

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

impl<'r> Predicates<'r> {
    pub(super) fn new(random: &'r mut fastrand::Rng, style: Style) -> Self {
        Self { random, style }
    }

    pub(super) fn predicate(&mut self) -> String {
        self.condition(3)
    }

    fn below(&mut self, n: usize) -> usize {
        self.random.usize(0..n)
    }

    fn one(&mut self, from: &[&str]) -> String {
        from[self.below(from.len())].to_owned()
    }

    fn comparison(&mut self) -> String {
        self.one(&COMPARISONS)
    }

    fn condition(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.leaf();
        }
        match self.below(17) {
            11..=13 => self.about_one(),
            0 | 1 => format!("({} AND {})", self.condition(depth - 1), self.condition(depth - 1)),
            2 | 3 => format!("({} OR {})", self.condition(depth - 1), self.condition(depth - 1)),
            4 | 5 => format!("(NOT {})", self.condition(depth - 1)),
            6 => {
                let test = self.one(&["TRUE", "NOT TRUE", "FALSE", "NOT FALSE", "NULL", "NOT NULL"]);
                format!("(({}) IS {test})", self.condition(depth - 1))
            }
            7 => format!(
                "(CASE WHEN {} THEN {} ELSE {} END)",
                self.condition(depth - 1),
                self.leaf(),
                self.leaf()
            ),
            8 => format!(
                "COALESCE({}{}, {})",
                self.condition(depth - 1),
                self.one(&["", "", ", active", ", NULL"]),
                self.one(&["TRUE", "FALSE", "vip", "active", "NULL"])
            ),
            9 => format!("(({}) = ({}))", self.condition(depth - 1), self.leaf()),
            10 => self.linked(depth),
            _ => self.leaf(),
        }
    }

    /// Several comparisons of one column that may be NULL, which say of one another whether it is: where they
    /// are joined by AND, and not where by OR.
    fn about_one(&mut self) -> String {
        let column = self.below(5);
        let (name, values): (&str, &[&str]) = match column {
            0 => ("age", &["1", "2", "3", "0", "5"]),
            1 => ("balance", &["0", "10", "99.99", "0.5"]),
            2 => ("c.country", &["'US'", "'CA'", "''", "'us'"]),
            3 => ("plan", &["'free'", "'pro'", "'max'"]),
            _ => ("birthday", &["DATE '2026-03-31'", "DATE '2024-02-29'", "DATE '2026-01-31'"]),
        };
        self.joined(name, values, 2)
    }

    fn joined(&mut self, column: &str, values: &[&str], depth: usize) -> String {
        if depth == 0 {
            return self.about(column, values);
        }
        let (left, right) = (self.joined(column, values, depth - 1), self.joined(column, values, depth - 1));
        match self.below(8) {
            0..=2 => format!("({left} AND {right})"),
            3 | 4 => format!("({left} OR {right})"),
            5 => format!("NOT ({left} OR {right})"),
            6 => format!("NOT ({left} AND {right})"),
            _ => left,
        }
    }

    fn about(&mut self, column: &str, values: &[&str]) -> String {
        let value = self.one(values);
        let not = self.one(&["", "NOT "]);
        match self.below(9) {
            0 => format!("{column} <> {value}"),
            1 => format!("{column} = {value}"),
            2 => format!("{column} {} {value}", self.comparison()),
            3 => format!("{column} IS {not}NULL"),
            4 => format!("{column} {not}IN ({value}, {})", self.one(values)),
            5 => match self.below(3) {
                0 => format!("{column} {not}IN (NULL, {value})"),
                1 => format!("{column} {not}IN ({value}, NULL, {})", self.one(values)),
                _ => format!("{column} {not}IN ({value})"),
            },
            6 => {
                let low = if self.below(4) == 0 { "NULL".to_owned() } else { value };
                let high = if self.below(4) == 0 { "NULL".to_owned() } else { self.one(values) };
                format!("{column} {not}BETWEEN {low} AND {high}")
            }
            7 => self.one(&["vip", "active", "visits > 2", "active IS NULL", "NOT active"]),
            _ => format!("COALESCE({column}, NULL, {}) <> {value}", self.one(values)),
        }
    }

    fn leaf(&mut self) -> String {
        match self.below(16) {
            0 | 1 => self.numbers(),
            2 => self.texts(),
            3 => self.patterns(),
            4 => self.lists(),
            5 | 6 => self.times(),
            7 => {
                let value = match self.below(3) {
                    0 => self.number(1),
                    1 => self.text(1),
                    _ => self.instant(),
                };
                format!("{value} IS {}", self.one(&["NULL", "NOT NULL"]))
            }
            8 => self.one(&[
                "active",
                "vip",
                "c.active",
                "NOT active",
                "active IS NULL",
                "active = vip",
                "active <> FALSE",
            ]),
            9 => {
                let not = self.one(&["", "NOT "]);
                format!("{} {not}BETWEEN {} AND {}", self.number(1), self.number(0), self.number(0))
            }
            10 => {
                let not = self.one(&["", "NOT "]);
                format!("{} IS {not}DISTINCT FROM {}", self.number(1), self.number(0))
            }
            11 => {
                let not = self.one(&["", "NOT "]);
                format!("{} IS {not}DISTINCT FROM {}", self.text(0), self.text(0))
            }
            12 => self.parts(),
            13 => self.linked(0),
            14 => format!("{} {} NULL", self.number(0), self.comparison()),
            _ => self.days(),
        }
    }

    fn numbers(&mut self) -> String {
        format!("{} {} {}", self.number(2), self.comparison(), self.number(1))
    }

    fn number(&mut self, depth: usize) -> String {
        if depth > 0 {
            match self.below(9) {
                0 => {
                    return format!(
                        "({} {} {})",
                        self.number(depth - 1),
                        self.one(&["+", "-", "*"]),
                        self.number(depth - 1)
                    );
                }
                1 => {
                    let more = self.one(&["", "", ", NULL", ", age"]);
                    return format!("COALESCE({}{more}, {})", self.number(0), self.number(0));
                }
                2 => return format!("NULLIF({}, {})", self.number(0), self.number(0)),
                3 => {
                    return format!(
                        "(CASE WHEN {} THEN {} WHEN {} THEN {} {} END)",
                        self.numbers_flat(),
                        self.number(0),
                        self.numbers_flat(),
                        self.number(0),
                        self.one(&["", "ELSE 2", "ELSE age", "ELSE NULL"])
                    );
                }
                4 => return format!("ABS({})", self.number(0)),
                5 => {
                    return self.one(&[
                        "(age % 3)",
                        "(-age)",
                        "LENGTH(country)",
                        "LENGTH(name)",
                        "(age / 2)",
                        "(balance / 4)",
                        "(age / NULLIF(visits, 0))",
                    ]);
                }
                _ => {}
            }
        }
        self.one(&[
            "age", "c.age", "visits", "balance", "1", "2", "3", "0", "10", "0.5", "99.99", "-1", "id", "age",
        ])
    }

    fn numbers_flat(&mut self) -> String {
        format!("{} {} {}", self.number(0), self.comparison(), self.number(0))
    }

    fn texts(&mut self) -> String {
        let op = self.comparison();
        format!("{} {op} {}", self.text(1), self.text(1))
    }

    fn text(&mut self, depth: usize) -> String {
        if depth > 0 {
            match self.below(7) {
                0 => return format!("COALESCE({}, {})", self.text(0), self.text(0)),
                1 => return format!("NULLIF({}, {})", self.text(0), self.text(0)),
                2 => return self.one(&["LOWER(country)", "UPPER(plan)", "TRIM(name)"]),
                _ => {}
            }
        }
        match self.below(3) {
            0 => self.one(&["country", "plan", "name", "c.country"]),
            1 => quoted(COUNTRIES[self.below(COUNTRIES.len())]),
            _ => match self.below(2) {
                0 => "plan".to_owned(),
                _ => quoted(PLANS[self.below(PLANS.len())]),
            },
        }
    }

    fn patterns(&mut self) -> String {
        let not = self.one(&["", "NOT "]);
        let like = self.one(&["LIKE", "ILIKE"]);
        let of = self.one(&["country", "plan", "name", "COALESCE(country, 'US')"]);
        let pattern = self.one(&[
            "'%'",
            "'p%'",
            "'%a%'",
            "'%o'",
            "'_'",
            "'__'",
            "'_%'",
            "'p%o'",
            "'C_%'",
            "'a!%b!_c' ESCAPE '!'",
            "'%!%%' ESCAPE '!'",
            "'US'",
            "''",
            "'f%e%'",
            "'%a%x'",
            "'%A%X'",
            "'%n_l%'",
            "'_r_'",
            "'%%'",
        ]);
        format!("{of} {not}{like} {pattern}")
    }

    fn lists(&mut self) -> String {
        let not = self.one(&["", "NOT "]);
        match self.below(3) {
            0 => {
                let items: Vec<String> = (0..1 + self.below(3)).map(|_| self.number(0)).collect();
                let null = self.one(&["", "", "", ", NULL"]);
                format!("{} {not}IN ({}{null})", self.number(1), items.join(", "))
            }
            1 => {
                let items: Vec<String> = (0..1 + self.below(3)).map(|_| self.text(0)).collect();
                let null = self.one(&["", "", "", ", NULL"]);
                format!("{} {not}IN ({}{null})", self.text(1), items.join(", "))
            }
            _ => {
                let items: Vec<String> = (0..1 + self.below(3)).map(|_| self.date_constant()).collect();
                format!("birthday {not}IN ({})", items.join(", "))
            }
        }
    }

    fn date_constant(&mut self) -> String {
        let day = DAYS[self.below(DAYS.len())];
        match self.below(2) {
            0 => format!("DATE '{day}'"),
            _ => format!("'{day}'"),
        }
    }

    fn interval(&mut self) -> String {
        let parts = [
            "INTERVAL '7 days'",
            "INTERVAL '1 day'",
            "INTERVAL '1 month'",
            "INTERVAL '1 year'",
            "INTERVAL '2 weeks'",
            "INTERVAL '30 days'",
        ];
        self.one(&parts)
    }

    /// An instant, in SQL a timestamp with time zone.
    fn instant(&mut self) -> String {
        match self.below(8) {
            0 => "NOW()".to_owned(),
            1 => format!("(NOW() - {})", self.interval()),
            2 => "(NOW() - INTERVAL '12 hours')".to_owned(),
            3 => format!("(created_at + {})", self.interval()),
            4 => "seen_at".to_owned(),
            _ => self.one(&["created_at", "c.created_at"]),
        }
    }

    /// A date.
    fn date(&mut self) -> String {
        match self.below(7) {
            0 => "CURRENT_DATE".to_owned(),
            1 => "(CURRENT_DATE - 30)".to_owned(),
            2 => "CAST(created_at AS DATE)".to_owned(),
            3 => "(CURRENT_DATE + 2)".to_owned(),
            _ => "birthday".to_owned(),
        }
    }

    fn times(&mut self) -> String {
        let op = self.comparison();
        match self.below(9) {
            0 => format!("created_at {op} {}", self.date_constant()),
            1 => format!("{} {op} {}", self.date(), self.date()),
            2 => format!("{} {op} {}", self.instant(), self.instant()),
            3 => format!("{} {op} {}", self.date(), self.instant()),
            4 => format!("{} {op} {}", self.instant(), self.date()),
            5 => format!("birthday {op} {}", self.date_constant()),
            6 => {
                let not = self.one(&["", "NOT "]);
                format!("created_at {not}BETWEEN {} AND {}", self.date_constant(), self.date_constant())
            }
            7 => format!("CAST(created_at AS DATE) {op} {}", self.date_constant()),
            _ => format!("created_at {op} TIMESTAMP '{} 12:30:00'", DAYS[self.below(DAYS.len())]),
        }
    }

    fn days(&mut self) -> String {
        let op = self.comparison();
        match self.below(4) {
            0 => format!("(CURRENT_DATE - birthday) {op} {}", self.one(&["0", "1", "30", "365"])),
            1 => format!("(birthday - CAST(created_at AS DATE)) {op} {}", self.one(&["0", "1", "-30"])),
            2 => format!("(NOW() - created_at) {op} INTERVAL '7 days'"),
            _ if self.style.days => {
                format!("date_diff('day', created_at, seen_at) {op} {}", self.one(&["0", "1", "-30", "7"]))
            }
            _ => format!("(seen_at - created_at) {op} INTERVAL '36 hours'"),
        }
    }

    fn parts(&mut self) -> String {
        let op = self.comparison();
        match self.below(6) {
            0 => format!("EXTRACT(year FROM created_at) {op} 2026"),
            1 => format!("EXTRACT(month FROM birthday) {op} {}", self.one(&["1", "2", "3"])),
            2 => format!(
                "EXTRACT({} FROM created_at) {op} {}",
                self.one(&["dow", "isodow"]),
                self.one(&["0", "1", "2", "7"])
            ),
            3 => format!("EXTRACT(hour FROM created_at) {op} {}", self.one(&["0", "12", "20"])),
            4 => {
                let unit = self.one(&["day", "week", "month", "quarter", "year"]);
                format!("date_trunc('{unit}', created_at) {op} {}", self.date_constant())
            }
            _ => {
                let unit = self.one(&["day", "week", "month", "year"]);
                format!(
                    "date_trunc('{unit}', created_at) {op} date_trunc('{unit}', {})",
                    self.one(&["NOW()", "CURRENT_DATE"])
                )
            }
        }
    }

    /// A condition on an order, whose alias is `o`.
    fn on_order(&mut self) -> String {
        let op = self.comparison();
        match self.below(10) {
            0 => format!("o.status {op} 'paid'"),
            1 => format!("NOT (o.total {op} {})", self.one(&["1", "10", "100"])),
            2 => format!("o.total {op} {}", self.one(&["c.balance", "0", "99.99"])),
            3 => format!("o.ordered_at {op} NOW() - INTERVAL '30 days'"),
            4 => "o.ordered_at >= NOW() - INTERVAL '7 days'".to_owned(),
            5 => format!(
                "o.ordered_at >= {} AND o.ordered_at < {}",
                self.date_constant(),
                self.date_constant()
            ),
            6 => format!("o.shipped_on {op} {}", self.date_constant()),
            7 => "(o.status IS NULL OR o.items > 1)".to_owned(),
            8 => "COALESCE(o.status, 'open') <> 'void'".to_owned(),
            _ => format!("o.ordered_at {op} c.created_at"),
        }
    }

    fn on_orders(&mut self) -> String {
        match self.below(3) {
            0 => String::new(),
            1 => format!(" AND {}", self.on_order()),
            _ => format!(" AND ({} OR {})", self.on_order(), self.on_order()),
        }
    }

    fn uncorrelated(&mut self) -> String {
        // What is joined by OR says nothing of a row: `customer_id IS NOT NULL` is no fact there.
        let conditions = [
            "total > 10",
            "status <> 'paid'",
            "NOT (items = 1)",
            "ordered_at >= NOW() - INTERVAL '90 days'",
            "TRUE",
        ];
        self.one(&conditions)
    }

    /// Conditions on linked rows.
    fn linked(&mut self, _: usize) -> String {
        let op = self.comparison();
        let not = self.one(&["", "NOT "]);
        let rows = format!("FROM orders AS o WHERE o.customer_id = c.id{}", self.on_orders());
        match self.below(20) {
            0 | 1 => format!("{not}EXISTS (SELECT 1 {rows})"),
            2 => format!("(SELECT COUNT(*) {rows}) {op} {}", self.one(&["0", "1", "2"])),
            3 => format!("(SELECT COUNT(o.total) {rows}) {op} {}", self.one(&["0", "1", "2"])),
            4 => format!("(SELECT SUM(o.total) {rows}) {op} {}", self.one(&["0", "10", "100", "-1"])),
            5 => format!("COALESCE((SELECT SUM(o.total) {rows}), 0) {op} {}", self.one(&["0", "10", "100"])),
            6 => {
                let func = self.one(&["MIN", "MAX"]);
                format!("(SELECT {func}(o.total) {rows}) {op} {}", self.one(&["0", "10", "balance"]))
            }
            7 => {
                let func = self.one(&["MIN", "MAX"]);
                format!("(SELECT {func}(o.ordered_at) {rows}) {op} CURRENT_DATE - INTERVAL '30 days'")
            }
            8 => format!("id {not}IN (SELECT customer_id FROM orders WHERE {})", self.uncorrelated()),
            9 => format!(
                "id {not}IN (SELECT customer_id FROM orders WHERE {} GROUP BY customer_id HAVING {})",
                self.uncorrelated(),
                self.one(&[
                    "COUNT(*) >= 2",
                    "SUM(total) < 50",
                    "SUM(total) > 50",
                    "MAX(items) = 1",
                    "COUNT(items) = 0"
                ])
            ),
            10 => format!("company_id IN (SELECT id FROM companies WHERE industry {op} 'retail')"),
            11 => format!("(SELECT co.size FROM companies AS co WHERE co.id = c.company_id) {op} 1"),
            12 => format!(
                "{not}EXISTS (SELECT 1 FROM companies AS co WHERE co.id = c.company_id AND co.industry IS NULL)"
            ),
            13 => format!(
                "{not}EXISTS (SELECT 1 FROM orders AS o JOIN lines AS l ON l.order_id = o.id WHERE o.customer_id = c.id AND l.quantity {op} 1{})",
                self.on_orders()
            ),
            14 => format!(
                "(SELECT SUM(l.quantity * l.price) FROM orders AS o JOIN lines AS l ON l.order_id = o.id WHERE o.customer_id = c.id) {op} 10"
            ),
            15 => format!(
                "(SELECT SUM(CASE WHEN {} THEN o.total {} END) FROM orders AS o WHERE o.customer_id = c.id) {op} {}",
                self.on_order(),
                self.one(&["", "ELSE 0"]),
                self.one(&["0", "10"])
            ),
            16 => format!(
                "id {not}IN (SELECT customer_id FROM notes WHERE text <> 'hi' {} customer_id IS NOT NULL)",
                self.one(&["AND", "AND", "AND", "OR"])
            ),
            17 => format!(
                "({} AND company_id {not}IN (SELECT id FROM companies WHERE size {op} 1))",
                self.one(&["company_id IS NOT NULL", "company_id > 2", "NOT (company_id IS NULL OR vip)"])
            ),
            18 => format!("(company_id > 2 OR vip) AND company_id {not}IN (SELECT id FROM companies)"),
            _ => {
                let status = self.joined("o.status", &["'paid'", "'void'"], 1);
                format!("{not}EXISTS (SELECT 1 FROM orders AS o WHERE o.customer_id = c.id AND {status})")
            }
        }
    }
}
