//! Comparisons of values.

use super::*;

impl Reader<'_, '_, '_> {
    /// The type that the use of a trait or a property implies, whose name is the word before: that of the
    /// constant that it, or a reduced value of it, is compared with.
    pub(super) fn implied(&self) -> Option<Type> {
        let kind = |at: usize| self.tokens.get(at).map(|token| &token.kind);
        let word = |at: usize| match kind(at) {
            Some(Kind::Word(word)) => Some(word.as_str()),
            _ => None,
        };
        // `sum(property('total'))`
        if self.at.checked_sub(5).and_then(word).is_some_and(|word| matches!(word, "sum" | "avg")) {
            return Some(Type::DECIMAL);
        }
        let mut at = self.at;
        // `mode(property('sku'), 1)`
        while matches!(kind(at), Some(Kind::Symbol(")" | ","))) || matches!(kind(at), Some(Kind::Number(_))) {
            at += 1;
        }
        match kind(at)? {
            Kind::Symbol(".") => match word(at + 1)? {
                "contains" | "omits" | "contains_one" | "starts_with" | "ends_with" => {
                    return Some(Type::String);
                }
                "before_date" | "after_date" | "within_last" | "within_next" | "before_last"
                | "after_next" => {
                    return Some(Type::Timestamp);
                }
                "eq" | "neq" | "gt" | "gte" | "lt" | "lte" => at += 3,
                "one_of" => at += 4,
                _ => return None,
            },
            Kind::Symbol("=" | "==" | "!=" | ">" | ">=" | "<" | "<=") => at += 1,
            _ => return None,
        }
        match kind(at)? {
            Kind::Number(_) => Some(Type::DECIMAL),
            Kind::Text(_) => Some(Type::String),
            Kind::Word(word) if word == "true" || word == "false" => Some(Type::Boolean),
            _ => None,
        }
    }

    pub(super) fn texts(&mut self) -> Option<Vec<Value>> {
        self.expect("[")?;
        let mut found = Vec::new();
        while !self.symbol("]") {
            found.push(self.operand()?);
            if !self.symbol(",") {
                self.expect("]")?;
                break;
            }
        }
        Some(found)
    }

    pub(super) fn comparator(&mut self, name: &str, value: Value, span: Span) -> Option<Expr> {
        let op = match name {
            "eq" => Some(CompareOp::Equal),
            "neq" => Some(CompareOp::NotEqual),
            "gt" => Some(CompareOp::Greater),
            "gte" => Some(CompareOp::GreaterOrEqual),
            "lt" => Some(CompareOp::Less),
            "lte" => Some(CompareOp::LessOrEqual),
            _ => None,
        };
        if let Some(op) = op {
            let right = self.operand()?;
            return self.compare(value, op, right);
        }
        let Value::Scalar { expr, ty, field } = value else {
            return self.none(
                span,
                "a comparison of something that isn't a value",
                "compare a trait, a property or a reduced value",
            );
        };
        let text_op = match name {
            "contains" | "omits" | "contains_one" => Some(TextOp::Contains),
            "starts_with" => Some(TextOp::StartsWith),
            "ends_with" => Some(TextOp::EndsWith),
            _ => None,
        };
        if let Some(op) = text_op {
            if ty != Type::String {
                return self.none(
                    span,
                    "a text is looked for in something that isn't text",
                    "correct the type of the field in the catalog",
                );
            }
            let needles = match name {
                "contains_one" => {
                    let texts = self.texts()?;
                    let texts = texts.into_iter().map(|value| match value {
                        Value::Constant(Literal::String(text)) => Some(text),
                        _ => None,
                    });
                    match texts.collect::<Option<Vec<_>>>() {
                        Some(texts) => texts,
                        None => return self.unexpected("texts in quotes"),
                    }
                }
                _ => vec![self.text()?],
            };
            let found =
                make::any(needles.into_iter().map(|needle| make::text_test(op, expr.clone(), needle)));
            return Some(if name == "omits" { make::not(found) } else { found });
        }
        match name {
            "is_set" => Some(make::present(expr)),
            "is_null" => Some(make::missing(expr)),
            "one_of" => {
                let items = self.texts()?;
                let mut constants = Vec::new();
                for item in items {
                    constants.push(self.constant(&ty, field.as_ref(), item, span)?);
                }
                Some(make::one_of(expr, constants))
            }
            "before_date" | "after_date" => {
                let text = self.text()?;
                let Some(at) = instant(&text) else {
                    return self.none(span, "this isn't a time", "write it as `2024-01-31T12:00:00Z`");
                };
                let bound = match ty {
                    Type::Timestamp => make::literal(Literal::Timestamp(at)),
                    Type::Date => match parse_literal(text.get(..10).unwrap_or_default(), &Type::Date) {
                        Some(date) => make::literal(date),
                        None => return self.none(span, "this isn't a date", "write it as `2024-01-31`"),
                    },
                    _ => {
                        return self.none(
                            span,
                            "something that isn't a time is compared with one",
                            "correct the type of the field in the catalog",
                        );
                    }
                };
                Some(if name == "before_date" { make::before(expr, bound) } else { make::after(expr, bound) })
            }
            "within_last" | "within_next" | "before_last" | "after_next" => {
                let (count, unit) = self.duration()?;
                if !ty.is_time() {
                    return self.none(
                        span,
                        "something that isn't a time is compared with one",
                        "correct the type of the field in the catalog",
                    );
                }
                if unit == Unit::Hour {
                    let window = match name {
                        "within_last" => make::last(count, unit),
                        "within_next" => make::window(WindowKind::Next(make::count(count), unit)),
                        "before_last" => make::window(WindowKind::Until(Box::new(make::ago(count, unit)))),
                        _ => make::window(WindowKind::Since(Box::new(make::from_now(count, unit)))),
                    };
                    return Some(make::during(expr, window));
                }
                // Dates, both ends included.
                let since = make::call("days_since", vec![expr]);
                let number = make::integer;
                Some(match name {
                    "within_last" => make::between(since, number(0), number(count)),
                    "within_next" => make::between(since, number(-count), number(0)),
                    "before_last" => make::compare(CompareOp::GreaterOrEqual, since, number(count)),
                    _ => make::compare(CompareOp::LessOrEqual, since, number(-count)),
                })
            }
            other => {
                let known = [
                    "eq",
                    "neq",
                    "gt",
                    "gte",
                    "lt",
                    "lte",
                    "contains",
                    "omits",
                    "starts_with",
                    "ends_with",
                    "contains_one",
                    "one_of",
                    "is_set",
                    "is_null",
                    "before_date",
                    "after_date",
                    "within_last",
                    "within_next",
                    "before_last",
                    "after_next",
                ];
                let known = known.map(str::to_owned).to_vec();
                let (operator, tool, effect) = (other.to_owned(), "Segment", "it isn't a comparison");
                self.import.refuse(UnknownOperator { span, operator, tool, effect, known })
            }
        }
    }

    /// A constant of a type.
    pub(super) fn constant(
        &mut self,
        ty: &Type,
        field: Option<&Field>,
        value: Value,
        span: Span,
    ) -> Option<Expr> {
        let literal = match (ty, value) {
            (Type::String, Value::Constant(Literal::String(text))) => Some(Literal::String(text)),
            (
                ty,
                Value::Constant(literal @ (Literal::Integer(_) | Literal::Decimal(_) | Literal::Float(_))),
            ) if ty.is_number() => Some(literal),
            (Type::Boolean, Value::Constant(Literal::Boolean(value))) => Some(Literal::Boolean(value)),
            (Type::Boolean, Value::Constant(Literal::String(text))) => parse_literal(&text, &Type::Boolean),
            (Type::Timestamp, Value::Constant(Literal::String(text))) => {
                instant(&text).map(Literal::Timestamp)
            }
            (Type::Date, Value::Constant(Literal::String(text))) => parse_literal(&text, &Type::Date),
            (ty, Value::Constant(Literal::String(text))) if ty.is_number() => number_literal(&text),
            _ => None,
        };
        match (literal, field) {
            (Some(literal), _) => Some(make::literal(literal)),
            (None, Some(field)) => {
                let field = field.clone();
                self.import.unfit(
                    &field,
                    span,
                    "it is compared with a value of another type".to_owned(),
                    None,
                )
            }
            (None, None) => {
                self.none(span, "a number is compared with something that isn't one", "correct the query")
            }
        }
    }

    pub(super) fn compare(&mut self, left: Value, op: CompareOp, right: Value) -> Option<Expr> {
        let span = self.place();
        let Value::Scalar { expr, ty, field } = left else {
            return self.none(
                span,
                "a comparison of something that isn't a value",
                "write the trait or the event on the left",
            );
        };
        let right = match right {
            Value::Scalar { expr, ty: other, .. } => {
                if ty != other && !(ty.is_number() && other.is_number()) {
                    return self.none(
                        span,
                        &format!("{ty} and {other} are compared"),
                        "correct the types in the catalog",
                    );
                }
                expr
            }
            Value::Constant(literal) => self.constant(&ty, field.as_ref(), Value::Constant(literal), span)?,
            _ => {
                return self.none(
                    span,
                    "a comparison with something that isn't a value",
                    "reduce the events first: `.count()`",
                );
            }
        };
        if op == CompareOp::NotEqual && field.is_some() {
            self.import.note("`!=` holds for a value that is missing, which Segment's reference doesn't say");
        }
        if let (Type::Boolean, Some(value), CompareOp::Equal) = (&ty, make::constant(&right), op)
            && value
        {
            return Some(expr);
        }
        Some(make::compare(op, expr, right))
    }
}
