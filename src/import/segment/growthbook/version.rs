//! `$veq` and the like: versions, which the tool compares as padded texts.

use super::Reader;
use super::condition::Operand;
use crate::import::segment::values::is_version;
use crate::syntax::ast::{CompareOp, Expr};
use crate::syntax::make;
use crate::yaml::{Node, NodeKind};

impl Reader<'_, '_, '_> {
    pub(super) fn version(&mut self, operand: &Operand, op: CompareOp, value: &Node) -> Option<Expr> {
        let NodeKind::String(text) = &value.kind else {
            return self.import.wrong(value, "a version in quotes");
        };
        let left = self.import.version(&operand.field, (operand.expr.clone(), operand.ty()), value.span)?;
        let Some((op, version)) = bound(op, text) else {
            let help = "write three numbers, such as `1.2.0`".to_owned();
            return self.import.does_not_fit(&operand.field, value, Some(help));
        };
        self.import.note_versions(&operand.field, Some("a version of fewer than three numbers, such as `1.2`, has zeros here, and is below `1.2.0` in the tool"));
        // A missing version is `0` there.
        let missing = padded("0");
        let wanted = padded(text);
        let holds = match op {
            CompareOp::Equal => missing == wanted,
            CompareOp::NotEqual => missing != wanted,
            CompareOp::Less | CompareOp::LessOrEqual => missing < wanted,
            CompareOp::Greater | CompareOp::GreaterOrEqual => missing > wanted,
        };
        let found = make::compare(op, left, make::text(version));
        // `!=` holds for a missing value by itself.
        let holds = holds && op != CompareOp::NotEqual;
        Some(operand.or_missing(found, holds))
    }
}

/// The text that the tool compares: numbers padded with spaces, and `~` after a release.
fn padded(text: &str) -> String {
    let text = text.strip_prefix('v').unwrap_or(text);
    let text = text.split('+').next().unwrap_or_default();
    let mut parts: Vec<String> = text.split(['-', '.']).map(str::to_owned).collect();
    if parts.len() == 3 {
        parts.push("~".to_owned());
    }
    for part in &mut parts {
        if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) {
            *part = format!("{part:>5}");
        }
    }
    parts.join("-")
}

/// The comparison with a version that semver.org knows. One or two numbers are less than every version
/// that begins with them, pre-releases included.
fn bound(op: CompareOp, text: &str) -> Option<(CompareOp, String)> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let text = text.split('+').next().unwrap_or_default();
    if is_version(text) {
        return Some((op, text.to_owned()));
    }
    let parts: Vec<&str> = text.split(['-', '.']).collect();
    let is_number =
        |part: &&str| !part.is_empty() && part.len() <= 5 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !parts.iter().all(is_number) {
        return None;
    }
    let (core, rest) = parts.split_at(parts.len().min(3));
    if core.len() == 3 {
        let version = match rest {
            [] => core.join("."),
            rest => format!("{}-{}", core.join("."), rest.join(".")),
        };
        return is_version(&version).then_some((op, version));
    }
    let lowest = format!("{}{}-0", core.join("."), ".0".repeat(3 - core.len()));
    let op = match op {
        CompareOp::Less | CompareOp::LessOrEqual => CompareOp::Less,
        CompareOp::Greater | CompareOp::GreaterOrEqual => CompareOp::GreaterOrEqual,
        CompareOp::Equal | CompareOp::NotEqual => return None,
    };
    is_version(&lowest).then_some((op, lowest))
}
