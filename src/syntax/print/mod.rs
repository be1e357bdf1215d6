//! From the tree to text: segments, traits and conditions as a person would lay them out.
//!
//! What is printed reads back as the same tree, without its spans. Lines are at most [`WIDTH`]
//! columns wide where their parts allow it. Parentheses stand where the grammar needs them, around
//! `and` within `or`, and around whatever an infix `not` would seem to cut short.

mod expr;
mod item;
mod rows;
#[cfg(test)]
mod tests;

use pretty::{DocAllocator, RcAllocator, RcDoc};

pub(crate) use item::{comment, item};

use super::ast::{Name, Path, PathPart};
use super::keywords::{self, Role};
use crate::types::Literal;

/// The columns that a line should not exceed.
const WIDTH: usize = 100;

type Doc = RcDoc<'static, ()>;

fn text(text: impl Into<String>) -> Doc {
    RcDoc::text(text.into())
}

/// Documents side by side.
fn row<const N: usize>(docs: [Doc; N]) -> Doc {
    RcDoc::concat(docs)
}

/// A document whose further lines begin below its first character.
fn align(doc: Doc) -> Doc {
    RcAllocator.nil().append(doc).align().into_doc()
}

/// Items between parentheses, as many on a line as fit.
fn list(items: Vec<Doc>) -> Doc {
    let last = items.len().saturating_sub(1);
    let mut out = RcDoc::nil();
    for (at, item) in items.into_iter().enumerate() {
        let comma = if at < last { text(",") } else { RcDoc::nil() };
        let gap = if at == 0 { RcDoc::nil() } else { RcDoc::softline() };
        out = out.append(gap).append(item.append(comma));
    }
    row([text("("), align(out), text(")")])
}

/// A text literal in quotes.
fn quoted(content: &str) -> Doc {
    text(Literal::String(content.to_owned()).to_string())
}

/// A name, in backticks where it would be read as something else.
fn name(name: &Name) -> Doc {
    let plain = name.text.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic())
        && name.text.bytes().all(|b| b == b'_' || b.is_ascii_alphanumeric());
    let taken = [Role::Reserved, Role::Window].iter().any(|role| keywords::is_keyword(&name.text, *role))
        || name.text == "yesterday";
    text(if plain && !taken { name.text.clone() } else { format!("`{}`", name.text) })
}

fn path(path: &Path) -> Doc {
    let part = |part: &PathPart| match &part.event {
        Some(event) => row([name(&part.name), text("["), quoted(&event.text), text("]")]),
        None => name(&part.name),
    };
    RcDoc::intersperse(path.parts.iter().map(part), text("."))
}

/// The lines of a document, without spaces at their ends.
fn render(doc: &Doc) -> String {
    let mut out = String::new();
    // A string takes everything.
    let _ = doc.render_fmt(WIDTH, &mut out);
    let lines: Vec<&str> = out.lines().map(str::trim_end).collect();
    lines.join("\n")
}
