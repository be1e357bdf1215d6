//! Filters of properties.

use super::*;

impl Reader<'_, '_> {
    /// A filter of a property. One that isn't set is in none, except for `not-set`.
    pub(super) fn filter(&mut self, field: &Field, filter: &Node) -> Option<Expr> {
        let kind = self.import.text(filter, "type")?;
        let operator = self.import.text(filter, "operator")?;
        let span = entry(filter, "operator").map_or(filter.span, |node| node.span);
        let unfit = |this: &mut Self, what: &str| this.import.unfit(field, span, what.to_owned(), None);
        let positive = operator.strip_prefix("not-").filter(|_| operator != "not-set");
        let positive = positive.or_else(|| operator.strip_prefix('n').filter(|rest| *rest == "regex"));
        let condition = match (kind, positive.unwrap_or(operator)) {
            ("existence", "is-set") => return Some(present(field)),
            ("existence", "not-set") => return Some(make::not(present(field))),
            ("string", "in") => {
                let values = self.import.list(filter, "value")?;
                if field.ty != Type::String {
                    return unfit(self, "the filter compares text");
                }
                let constants: Vec<_> = values
                    .iter()
                    .map(|value| match &value.kind {
                        NodeKind::String(text) => self.import.text_constant(text, value.span),
                        _ => self.import.wrong(value, "text"),
                    })
                    .collect();
                make::one_of(field.expr(), constants.into_iter().collect::<Option<Vec<_>>>()?)
            }
            ("string", op @ ("equals" | "contains" | "starts-with" | "ends-with" | "regex")) => {
                let Some(value) = entry(filter, "value") else { return self.import.lacks(filter, "value") };
                let NodeKind::String(text) = &value.kind else { return self.import.wrong(value, "text") };
                if field.ty != Type::String {
                    return unfit(self, "the filter compares text");
                }
                self.import.text_constant(text, value.span)?;
                match op {
                    "equals" => make::equal(field.expr(), make::text(text)),
                    "contains" => make::text_test(TextOp::Contains, field.expr(), text),
                    "starts-with" => make::text_test(TextOp::StartsWith, field.expr(), text),
                    "ends-with" => make::text_test(TextOp::EndsWith, field.expr(), text),
                    _ => {
                        let pattern =
                            self.import.pattern(text, Dialect::Python, (false, false), value.span)?;
                        make::matches(field.expr(), pattern)
                    }
                }
            }
            ("numeric", "between") => {
                return self.none(span, "a range of numbers", "write two conditions");
            }
            ("numeric", _) => {
                if !field.ty.is_number() {
                    return unfit(self, "the filter compares numbers");
                }
                let (op, bound) = self.comparison(filter)?;
                let compared = make::compare(op, field.expr(), bound);
                let negative = op == CompareOp::NotEqual && field.nullable;
                return Some(if negative { make::all([compared, present(field)]) } else { compared });
            }
            ("boolean", "equals") => {
                if field.ty != Type::Boolean {
                    return unfit(self, "the filter compares truth values");
                }
                let value = self.import.flag(filter, "value")?;
                return Some(if value {
                    field.expr()
                } else {
                    make::equal(field.expr(), make::boolean(false))
                });
            }
            ("list", op) => return self.list(field, filter, op, positive.is_some(), span),
            ("date", _) => return self.date(field, filter, operator, span),
            _ => {
                let effect = "it isn't known what it selects";
                let (operator, tool, known) = (operator.to_owned(), "Klaviyo", Vec::new());
                return self.import.refuse(UnknownOperator { span, operator, tool, effect, known });
            }
        };
        let presence = field.nullable.then(|| present(field));
        Some(match positive {
            Some(_) => make::all([make::not(condition)].into_iter().chain(presence)),
            None => condition,
        })
    }

    pub(super) fn list(
        &mut self,
        field: &Field,
        filter: &Node,
        op: &str,
        negated: bool,
        span: Span,
    ) -> Option<Expr> {
        let Type::Array(element) = &field.ty else {
            return self.import.unfit(field, span, "the filter looks into a list".to_owned(), None);
        };
        let element = Field { ty: (**element).clone(), ..field.clone() };
        let Some(value) = entry(filter, "value") else { return self.import.lacks(filter, "value") };
        let values = match &value.kind {
            NodeKind::List(items) => items.iter().collect(),
            _ => vec![value],
        };
        let size = make::call("size", vec![field.expr()]);
        let length = |op| match &value.kind {
            NodeKind::Integer(count, _) => Some(make::compare(op, size.clone(), make::integer(*count))),
            _ => None,
        };
        let found = match op {
            "contains" | "contains-any" | "contains-all" => {
                let items: Vec<_> = values
                    .into_iter()
                    .map(|item| match scalar_text(item) {
                        Some(text) => self.import.constant_of_text(&element, &text, item),
                        None => self.import.wrong(item, "a value"),
                    })
                    .collect();
                let items = items.into_iter().collect::<Option<Vec<_>>>()?;
                Some(make::contains_items(op == "contains-all", field.expr(), items))
            }
            "length-equals" => length(CompareOp::Equal),
            "length-greater-than" => length(CompareOp::Greater),
            "length-greater-than-or-equal" => length(CompareOp::GreaterOrEqual),
            "length-less-than" => length(CompareOp::Less),
            "length-less-than-or-equal" => length(CompareOp::LessOrEqual),
            "contains-substring" => {
                return self.none(
                    span,
                    "a text within the elements of a list",
                    "add the elements that contain it to a list of values",
                );
            }
            _ => None,
        };
        let Some(found) = found else { return self.import.wrong(filter, "a filter of a list") };
        self.import.note("an absent list is an empty one here; in Klaviyo it is in no condition on lists");
        Some(if negated { make::not(found) } else { found })
    }

    /// A filter of a date.
    pub(super) fn date(&mut self, field: &Field, filter: &Node, operator: &str, span: Span) -> Option<Expr> {
        if !field.ty.is_time() {
            return self.import.unfit(field, span, "the filter compares dates".to_owned(), None);
        }
        match operator {
            "anniversary-last" | "anniversary-next" => {
                let (count, unit) = self.length(filter, "quantity")?;
                let window = match operator {
                    "anniversary-last" => make::last(count, unit),
                    _ => make::window(WindowKind::Next(make::count(count), unit)),
                };
                Some(make::anniversary(field.expr(), window))
            }
            "anniversary" => Some(make::anniversary(field.expr(), make::window(WindowKind::Today))),
            "anniversary-month" => {
                let month = |of| make::call("month", vec![of]);
                Some(make::equal(month(field.expr()), month(make::now())))
            }
            "calendar-month" => {
                let Some(Node { kind: NodeKind::Integer(month, _), .. }) = entry(filter, "value") else {
                    return self.import.wrong(filter, "the number of a month as `value`");
                };
                Some(make::equal(make::call("month", vec![field.expr()]), make::integer(*month)))
            }
            _ => match self.window(filter)? {
                Some(window) => Some(make::during(field.expr(), window)),
                None => Some(present(field)),
            },
        }
    }
}
