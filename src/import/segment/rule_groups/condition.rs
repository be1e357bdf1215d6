//! Conditions on values and on numbers of rows.

use super::*;

const CONDITIONS: [&str; 22] = [
    "equals",
    "not-equals",
    "contains",
    "not-contains",
    "starts-with",
    "not-starts-with",
    "ends-with",
    "not-ends-with",
    "is-one-of",
    "is-none-of",
    "matches",
    "not-matches",
    "is-set",
    "is-not-set",
    "is-true",
    "is-false",
    "greater-than",
    "greater-than-or-equal",
    "less-than",
    "less-than-or-equal",
    "before",
    "after",
];

fn comparison(word: &str) -> Option<CompareOp> {
    Some(match word {
        "equals" | "equal" | "=" | "is" => CompareOp::Equal,
        "!=" => CompareOp::NotEqual,
        "greater-than" | ">" => CompareOp::Greater,
        "greater-than-or-equal" | "greater-than-or-equal-to" | ">=" | "at-least" => CompareOp::GreaterOrEqual,
        "less-than" | "<" => CompareOp::Less,
        "less-than-or-equal" | "less-than-or-equal-to" | "<=" | "at-most" => CompareOp::LessOrEqual,
        _ => return None,
    })
}

fn present(field: &Field) -> Expr {
    match field.ty {
        Type::Array(_) => make::not(make::empty(field.expr())),
        _ => make::present(field.expr()),
    }
}

impl Reader<'_, '_> {
    /// A comparison of a number of rows.
    pub(super) fn number(&mut self, count: Expr, condition: &Node) -> Option<Expr> {
        let field = Field {
            path: vec!["count".to_owned()],
            ty: Type::Integer,
            nullable: false,
            is_loose: false,
            rows: None,
        };
        let word = self.word(condition)?;
        let Some(value) = entry(condition, "value") else { return self.import.lacks(condition, "value") };
        let Some(text) = scalar_text(value) else { return self.import.wrong(value, "a number") };
        let bound = self.import.constant_of_text(&field, &text, value)?;
        match comparison(&word) {
            Some(op) => Some(make::compare(op, count, bound)),
            None => self.import.wrong(entry(condition, "condition")?, "a comparison of numbers"),
        }
    }

    /// The word of a condition, in lower case with hyphens.
    pub(super) fn word(&mut self, condition: &Node) -> Option<String> {
        let text = self.import.text(condition, "condition")?;
        Some(text.trim().to_lowercase().replace([' ', '_'], "-"))
    }

    pub(super) fn test(&mut self, field: &Field, condition: &Node) -> Option<Expr> {
        let word = self.word(condition)?;
        let span = entry(condition, "condition").map_or(condition.span, |node| node.span);
        match word.as_str() {
            "is-set" | "exists" => return Some(present(field)),
            "is-not-set" | "not-exists" => return Some(make::not(present(field))),
            "is-true" if field.ty == Type::Boolean => return Some(field.expr()),
            "is-false" if field.ty == Type::Boolean => {
                return Some(make::equal(field.expr(), make::boolean(false)));
            }
            _ => {}
        }
        let Some(value) = entry(condition, "value") else { return self.import.lacks(condition, "value") };
        let positive = match word.as_str() {
            "does-not-equal" | "not-equals" | "not-equal" => Some("equals"),
            "does-not-contain" | "not-contains" => Some("contains"),
            "not-starts-with" | "does-not-start-with" => Some("starts-with"),
            "not-ends-with" | "does-not-end-with" => Some("ends-with"),
            "is-none-of" | "not-in" => Some("is-one-of"),
            "not-matches" | "does-not-match" => Some("matches"),
            _ => None,
        };
        let found = match (positive.unwrap_or(&word), &field.ty) {
            ("contains" | "is-one-of" | "in" | "equals", Type::Array(element)) => {
                let element = Field { ty: (**element).clone(), ..field.clone() };
                let items = self.constants(&element, value)?;
                make::contains_items(false, field.expr(), items)
            }
            ("is-one-of" | "in", _) => {
                let items = self.constants(field, value)?;
                make::one_of(field.expr(), items)
            }
            (op @ ("contains" | "starts-with" | "ends-with"), Type::String) => {
                let op = match op {
                    "contains" => TextOp::Contains,
                    "starts-with" => TextOp::StartsWith,
                    _ => TextOp::EndsWith,
                };
                let Some(text) = scalar_text(value) else { return self.import.wrong(value, "text") };
                self.import.text_constant(&text, value.span)?;
                make::text_test(op, field.expr(), text)
            }
            ("matches", Type::String) => {
                let Some(text) = scalar_text(value) else { return self.import.wrong(value, "a pattern") };
                let pattern = self.import.pattern(&text, Dialect::Go, (false, false), value.span)?;
                make::matches(field.expr(), pattern)
            }
            ("contains" | "starts-with" | "ends-with" | "matches", _) => {
                return self.import.unfit(field, span, "the condition compares text".to_owned(), None);
            }
            ("before" | "after", Type::Date | Type::Timestamp) => {
                let bound = self.bound(field, value)?;
                if word == "before" {
                    make::before(field.expr(), bound)
                } else {
                    make::after(field.expr(), bound)
                }
            }
            (other, _) => match comparison(other) {
                Some(op) => {
                    let Some(text) = scalar_text(value) else { return self.import.wrong(value, "a value") };
                    let constant = self.import.constant_of_text(field, &text, value)?;
                    make::compare(op, field.expr(), constant)
                }
                None => {
                    let known = CONDITIONS.map(str::to_owned).to_vec();
                    let effect = "it isn't known what it selects";
                    let tool = "rule groups";
                    return self.import.refuse(UnknownOperator { span, operator: word, tool, effect, known });
                }
            },
        };
        Some(match positive {
            Some(_) => {
                self.import
                    .note("a value that is missing counts as different, which the document doesn't say");
                make::not(found)
            }
            None => found,
        })
    }

    pub(super) fn constants(&mut self, field: &Field, value: &Node) -> Option<Vec<Expr>> {
        let items = match &value.kind {
            NodeKind::List(items) => items.iter().collect(),
            _ => vec![value],
        };
        let constants: Vec<_> = items
            .into_iter()
            .map(|item| match scalar_text(item) {
                Some(text) => self.import.constant_of_text(field, &text, item),
                None => self.import.wrong(item, "a value"),
            })
            .collect();
        constants.into_iter().collect()
    }

    /// A date: of times, days are those of the project's time zone.
    pub(super) fn bound(&mut self, field: &Field, value: &Node) -> Option<Expr> {
        let Some(text) = scalar_text(value) else { return self.import.wrong(value, "a date") };
        match parse_literal(&text, &Type::Date) {
            Some(Literal::Date(date)) => Some(make::literal(Literal::Date(date))),
            _ => self.import.constant_of_text(field, &text, value),
        }
    }
}
