//! Functions, by their names in the usual databases.
use bigdecimal::BigDecimal;
use sqlparser::ast::{self as sql, BinaryOperator as Op};

use super::Translator;
use super::database::{LengthOf, Trims};
use super::interval::{now, today};
use super::scope::Scope;
use super::truth::null;
use super::value::{Constant, Plain, Value};
use crate::syntax::ast::{ArithmeticOp, CompareOp};
use crate::syntax::make;
use crate::types::Type;

/// The plain arguments of a function; `None` if it has others.
pub(super) fn plain_args(function: &sql::Function) -> Option<Vec<&sql::Expr>> {
    if function.over.is_some() || function.null_treatment.is_some() || !function.within_group.is_empty() {
        return None;
    }
    match &function.args {
        sql::FunctionArguments::None => Some(Vec::new()),
        sql::FunctionArguments::List(list) if list.clauses.is_empty() => {
            let args = list.args.iter().map(|arg| match arg {
                sql::FunctionArg::Unnamed(sql::FunctionArgExpr::Expr(expr)) => Some(expr),
                _ => None,
            });
            args.collect()
        }
        _ => None,
    }
}

/// The name of a function, in lower case.
pub(super) fn name_of(function: &sql::Function) -> String {
    function.name.to_string().to_lowercase().trim_matches('"').to_owned()
}

impl Translator<'_> {
    /// The value of a function.
    pub(super) fn function(
        &mut self,
        expr: &sql::Expr,
        function: &sql::Function,
        scope: &Scope<'_>,
    ) -> Option<Value> {
        let name = name_of(function);
        if let Some(found) = self.group_aggregate(expr, function, &name, scope) {
            return found;
        }
        let Some(args) = plain_args(function) else { return self.no_counterpart(expr) };
        match (name.as_str(), args.as_slice()) {
            ("now" | "current_timestamp" | "getdate" | "localtimestamp" | "sysdatetime" | "sysdate", []) => {
                Some(Value::Plain(now()))
            }
            ("current_date" | "curdate" | "today", []) => Some(Value::Plain(today())),
            ("lower" | "lcase", [of]) => self.text_call(expr, "lower", of, Type::String, scope),
            ("upper" | "ucase", [of]) => self.text_call(expr, "upper", of, Type::String, scope),
            ("trim" | "btrim", [of]) => self.trim(expr, of, true, scope),
            ("length" | "len", [_]) if self.setting.database.length == LengthOf::Bytes => {
                let span = self.at(expr);
                self.refuse(span, "this length isn't one of characters", "write `CHAR_LENGTH`")
            }
            ("length" | "char_length" | "character_length" | "len", [of]) => {
                self.text_call(expr, "length", of, Type::Integer, scope)
            }
            ("abs", [of]) => {
                let value = self.value(of, scope)?;
                self.each(expr, value, &mut |this, value| {
                    let plain = this.number(expr, value)?;
                    let ty = plain.ty.clone();
                    Some(Value::Plain(plain.map(ty, |of| make::call("abs", vec![of]))))
                })
            }
            ("round", [of]) => self.round(expr, "round", of, scope),
            ("ceil" | "ceiling", [of]) => self.round(expr, "ceil", of, scope),
            ("floor", [of]) => self.round(expr, "floor", of, scope),
            ("mod", [left, right]) => {
                let (left, right) = (self.value(left, scope), self.value(right, scope));
                self.combine(expr, left?, ArithmeticOp::Remainder, right?, scope)
            }
            ("safe_divide" | "div0null", [left, right]) => {
                let (left, right) = (self.value(left, scope), self.value(right, scope));
                self.combine(expr, left?, ArithmeticOp::Divide, right?, scope)
            }
            ("coalesce" | "ifnull" | "nvl" | "isnull", args) if !args.is_empty() => {
                self.coalesce(expr, args, scope)
            }
            ("nullif", [left, right]) => self.nullif(expr, left, right, scope),
            ("if" | "iff" | "iif", [when, then, otherwise]) => {
                let when = self.truth(when, scope, true);
                let (then, otherwise) = (self.value(then, scope), self.value(otherwise, scope));
                let when = when?;
                Some(Value::Cases(vec![(when.clone(), then?), (make::not(when), otherwise?)]))
            }
            (
                "json_value"
                | "json_extract_scalar"
                | "json_extract_string"
                | "json_unquote"
                | "json_extract_path_text"
                | "get_json_object"
                | "json_extract",
                _,
            ) => {
                let mut keys = Vec::new();
                match document(expr, &mut keys) {
                    Some(column) => self.inside_of(expr, &column, &keys, scope),
                    None => self.no_counterpart(expr),
                }
            }
            _ => match self.time_function(expr, &name, &args, scope) {
                Some(found) => found,
                None if is_text_condition(&name) => {
                    let holds = self.text_function(expr, scope, true)?;
                    let fails = self.text_function(expr, scope, false)?;
                    Some(Value::Truth(holds?, fails?))
                }
                None => self.no_counterpart(expr),
            },
        }
    }

    /// A function of a text.
    fn text_call(
        &mut self,
        expr: &sql::Expr,
        name: &str,
        of: &sql::Expr,
        ty: Type,
        scope: &Scope<'_>,
    ) -> Option<Value> {
        let value = self.value(of, scope)?;
        self.each(expr, value, &mut |this, value| match value {
            Value::Plain(plain) if plain.ty == Type::String => {
                Some(Value::Plain(plain.map(ty.clone(), |of| make::call(name, vec![of]))))
            }
            Value::Constant(Constant::Text(text)) => {
                let of = make::text(text);
                Some(Value::Plain(Plain::sure(make::call(name, vec![of]), ty.clone())))
            }
            _ => {
                let span = this.at(expr);
                this.wrong_type(span, format!("`{name}` of something that isn't text"), "")
            }
        })
    }

    pub(super) fn trim(
        &mut self,
        expr: &sql::Expr,
        of: &sql::Expr,
        plain: bool,
        scope: &Scope<'_>,
    ) -> Option<Value> {
        let span = self.at(expr);
        if !plain {
            return self.refuse(span, "only spaces at both ends can be trimmed", "use `TRIM(x)`");
        }
        if self.setting.database.trims == Trims::WhiteSpace {
            self.note(span, "`trim` removes spaces only; the database's removes other white space too");
        }
        self.text_call(expr, "trim", of, Type::String, scope)
    }

    /// `CEIL(x)` and `FLOOR(x)`, as the grammar has them.
    pub(super) fn rounding(
        &mut self,
        expr: &sql::Expr,
        name: &str,
        of: &sql::Expr,
        field: &sql::CeilFloorKind,
        scope: &Scope<'_>,
    ) -> Option<Value> {
        match field {
            sql::CeilFloorKind::DateTimeField(sql::DateTimeField::NoDateTime) => {
                self.round(expr, name, of, scope)
            }
            _ => self.no_counterpart(expr),
        }
    }

    fn round(&mut self, expr: &sql::Expr, name: &str, of: &sql::Expr, scope: &Scope<'_>) -> Option<Value> {
        let value = self.value(of, scope)?;
        self.each(expr, value, &mut |this, value| {
            let plain = this.number(expr, value)?;
            if name == "round" && plain.ty == Type::Float {
                let span = this.at(expr);
                this.note(
                    span,
                    "halves are rounded away from zero; the database may round those of floats to even",
                );
            }
            let ty = match &plain.ty {
                Type::Decimal { .. } => Type::WIDE_INTEGER,
                other => other.clone(),
            };
            Some(Value::Plain(plain.map(ty, |of| make::call(name, vec![of]))))
        })
    }

    /// `COALESCE(a, b, …)`
    fn coalesce(&mut self, expr: &sql::Expr, args: &[&sql::Expr], scope: &Scope<'_>) -> Option<Value> {
        let values: Vec<_> = args.iter().map(|arg| self.value(arg, scope)).collect();
        let values: Vec<Value> = values.into_iter().collect::<Option<_>>()?;
        if let [Value::Plain(sum), Value::Constant(Constant::Number(zero, _))] = values.as_slice()
            && sum.sum
            && *zero == BigDecimal::from(0)
        {
            // A segment's sum over nothing is 0 already.
            return Some(Value::Plain(Plain { guards: Vec::new(), sum: false, ..sum.clone() }));
        }
        let _ = expr;
        let (mut before, mut cases) = (Vec::new(), Vec::new());
        for value in values {
            let missing = null(value.clone());
            let when = before.iter().cloned().chain([make::not(missing.clone())]);
            let value = match value {
                Value::Plain(plain) => Value::Plain(Plain { open: true, ..plain }),
                other => other,
            };
            cases.push((make::all(when), value));
            if make::constant(&missing) == Some(false) {
                before.clear();
                before.push(make::boolean(false));
                break;
            }
            before.push(missing);
        }
        let rest = make::all(before);
        if make::constant(&rest) != Some(false) {
            cases.push((rest, Value::Null));
        }
        cases.retain(|(when, _)| make::constant(when) != Some(false));
        Some(Value::Cases(cases))
    }

    /// `NULLIF(a, b)`
    fn nullif(
        &mut self,
        expr: &sql::Expr,
        left: &sql::Expr,
        right: &sql::Expr,
        scope: &Scope<'_>,
    ) -> Option<Value> {
        let (left, right) = (self.value(left, scope), self.value(right, scope));
        let (left, right) = (left?, right?);
        let span = self.at(expr);
        let same = self.compare(span, left.clone(), CompareOp::Equal, right, scope)?;
        Some(Value::Cases(vec![(same.clone(), Value::Null), (make::not(same), left)]))
    }
}

/// The functions that are conditions on text.
pub(super) fn is_text_condition(name: &str) -> bool {
    matches!(
        name,
        "starts_with"
            | "startswith"
            | "prefix"
            | "ends_with"
            | "endswith"
            | "suffix"
            | "contains"
            | "contains_substr"
            | "regexp_contains"
            | "regexp_matches"
            | "regexp_like"
            | "regexp"
            | "rlike"
    )
}

/// The column that an expression reads a document from, with the keys that lead into it.
pub(super) fn document(expr: &sql::Expr, keys: &mut Vec<String>) -> Option<Vec<sql::Ident>> {
    use sql::Expr as E;
    let key = |expr: &E| match expr {
        E::Value(value) => value.value.clone().into_string(),
        _ => None,
    };
    match expr {
        E::Nested(inner) => document(inner, keys),
        E::Identifier(name) => Some(vec![name.clone()]),
        E::CompoundIdentifier(names) => Some(names.clone()),
        E::BinaryOp { left, op: Op::Arrow | Op::LongArrow, right } => {
            let column = document(left, keys)?;
            let text = key(right)?;
            match text.strip_prefix("$.") {
                Some(path) => keys.extend(path.split('.').map(str::to_owned)),
                None => keys.push(text),
            }
            Some(column)
        }
        E::BinaryOp { left, op: Op::HashLongArrow, right } => {
            let column = document(left, keys)?;
            let path = key(right)?;
            let path = path.strip_prefix('{')?.strip_suffix('}')?;
            keys.extend(path.split(',').map(|key| key.trim().to_owned()));
            Some(column)
        }
        E::JsonAccess { value, path } => {
            let column = document(value, keys)?;
            for element in &path.path {
                match element {
                    sql::JsonPathElem::Dot { key, .. } => keys.push(key.clone()),
                    sql::JsonPathElem::Bracket { key: inner } => keys.push(key(inner)?),
                    _ => return None,
                }
            }
            Some(column)
        }
        E::CompoundFieldAccess { root, access_chain } => {
            let column = document(root, keys)?;
            for access in access_chain {
                match access {
                    sql::AccessExpr::Dot(E::Identifier(name)) => keys.push(name.value.clone()),
                    sql::AccessExpr::Subscript(sql::Subscript::Index { index }) => keys.push(key(index)?),
                    _ => return None,
                }
            }
            Some(column)
        }
        E::Function(function) => {
            let args = plain_args(function)?;
            match args.as_slice() {
                [of] => document(of, keys),
                [of, path] if name_of(function) != "json_extract_path_text" => {
                    let column = document(of, keys)?;
                    let path = key(path)?;
                    let path = path.strip_prefix('$').unwrap_or(&path);
                    let parts =
                        path.trim_start_matches('.').split('.').map(|part| part.trim_matches('"').to_owned());
                    let parts: Vec<String> = parts.collect();
                    let plain = |part: &String| !part.is_empty() && !part.contains(['[', ']', '*']);
                    parts.iter().all(plain).then(|| keys.extend(parts))?;
                    Some(column)
                }
                [of, path @ ..] => {
                    let column = document(of, keys)?;
                    for part in path {
                        keys.push(key(part)?);
                    }
                    Some(column)
                }
                [] => None,
            }
        }
        _ => None,
    }
}
