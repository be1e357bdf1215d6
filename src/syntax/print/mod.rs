//! From the tree to text: segments, traits and conditions as a person would write them.
//!
//! What is printed reads back as the same tree, without its spans. Only words are chosen here; the
//! formatter lays them out. Parentheses stand where the grammar needs them, around
//! `and` within `or`, and around whatever an infix `not` would seem to cut short.

mod expr;
mod item;
mod rows;
#[cfg(test)]
mod tests;

pub(crate) use item::{comment, item};

use super::ast::{Name, Path, PathPart};
use super::keywords::{self, Role};
use crate::types::Literal;

/// Items between parentheses.
fn list(items: &[String]) -> String {
    format!("({})", items.join(", "))
}

/// A text literal in quotes.
fn quoted(content: &str) -> String {
    Literal::String(content.to_owned()).to_string()
}

/// A name, in backticks where it would be read as something else.
fn name(name: &Name) -> String {
    let plain = name.text.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic())
        && name.text.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric());
    let taken = [Role::Reserved, Role::Window].iter().any(|role| keywords::is_keyword(&name.text, *role))
        || name.text == "yesterday";
    if plain && !taken { name.text.clone() } else { format!("`{}`", name.text) }
}

fn path(path: &Path) -> String {
    let part = |part: &PathPart| match &part.event {
        Some(event) => format!("{}[{}]", name(&part.name), quoted(&event.text)),
        None => name(&part.name),
    };
    path.parts.iter().map(part).collect::<Vec<_>>().join(".")
}
