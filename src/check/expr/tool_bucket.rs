//! Buckets as other tools cut them.

use crate::diagnostic::Span;
use crate::syntax::ast::{Expr, Name};
use crate::types::{BucketTool, Literal, Type};

use super::super::hir::{Func, Value, ValueKind};
use super::super::names::suggest;
use super::super::problems::keep::{UnknownBuckets, WrongSeed};
use super::super::resolve::NameScope;
use super::{Checker, value};

impl Checker<'_, '_> {
    /// `bucket("vips.salt" of id as launchdarkly)`: missing if the value is.
    pub(super) fn tool_bucket(
        &mut self,
        seed: &Expr,
        of: &Expr,
        tool: &Name,
        span: Span,
        scope: &NameScope,
    ) -> Option<Value> {
        let (found_seed, found) = (self.value(seed, scope), self.value(of, scope));
        let known = BucketTool::parse(&tool.text).or_else(|| {
            let (span, name) = (tool.span, tool.text.clone());
            self.fail(UnknownBuckets { span, help: help_for(&name), name })
        });
        let (found_seed, found) = (found_seed?, found?);
        if !matches!(found_seed.kind, ValueKind::Literal(Literal::String(_))) {
            return self.fail(WrongSeed { span: found_seed.span });
        }
        if !matches!(found.ty, Type::String | Type::Integer) {
            let help =
                "tools hash a value as they write it, which only texts and integers are written alike in";
            return self.wrong_type(&found, of, "`bucket`", "text and integers", Some(help.to_owned()));
        }
        let nullable = found.nullable;
        let kind = ValueKind::Call(Func::Bucket(known?), vec![found_seed, found]);
        Some(value(kind, Type::Integer, nullable, span))
    }
}

/// Tools that hash by what engines don't have, and the names of the others.
fn help_for(name: &str) -> String {
    let plain: String = name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let hash = match plain.as_str() {
        "unleash" | "featurevisor" | "flagd" | "litestarflags" | "murmur" | "murmur3" => "MurmurHash3",
        "growthbook" | "fnv" | "fnv1a" => "FNV-1a",
        "flipt" | "crc32" => "CRC-32",
        _ => {
            let names = || BucketTool::ALL.into_iter().map(BucketTool::name);
            return suggest(name, names(), "the tools are")
                .unwrap_or_else(|| format!("the tools are {}", names().collect::<Vec<_>>().join(", ")));
        }
    };
    format!(
        "its members can't be had: it hashes by {hash}, which not all databases have; \
         `bucket(\"seed\") < 2500` selects a quarter, but others"
    )
}
