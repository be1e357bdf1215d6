//! Changes to all files that name a segment: `segc rename`, `segc remove`.
//!
//! Files are edited where they name the segment, and stay as they are everywhere else. Nothing is written: the caller
//! gets the new texts. Must not know: targets, terminals, exit codes.

pub(crate) mod problems;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::api::Session;
use crate::catalog::is_plain;
use crate::diagnostic::{Diagnostic, Diagnostics, SourceId, Span};
use crate::project::Files;
use crate::syntax::{ast, is_reserved, mentions, parse};
use crate::unittest;
use problems::{BadNewName, NameTaken, StillUsed};

/// What a change does to files. Paths are relative to the project's folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edits {
    /// The new text of each file that changes, with its former text.
    pub files: BTreeMap<String, (String, String)>,
    /// The files that have nothing left in them and are to be deleted, with their former texts.
    pub emptied: BTreeMap<String, String>,
    /// The number of places that change.
    pub places: usize,
}

/// A place that names a segment, but doesn't declare it.
struct Use {
    span: Span,
    /// What is there: `segment vip`, `trait is_vip`, `a unit test`, `exposure news`.
    by: String,
}

/// Renames a segment in all files: where it is declared, where others and traits refer to it, in unit tests and in
/// exposures. The project has no errors.
///
/// # Errors
///
/// There is no such segment, the new name can't be one, or it is taken.
pub fn rename(session: &Session, files: &dyn Files, from: &str, to: &str) -> Result<Edits, Diagnostics> {
    let mut session = session.clone();
    let declared = declaration(&session, from)?;
    if !is_plain(to) || to.starts_with(|char: char| char.is_ascii_digit()) || is_reserved(to) {
        return Err(one(BadNewName { span: None, name: to.to_owned() }));
    }
    if let Some(taken) =
        all_mentions(&session).into_iter().find(|(_, mention)| mention.declares && mention.name == to)
    {
        return Err(one(NameTaken { span: Some(taken.1.span), name: to.to_owned() }));
    }
    let mut spans: BTreeSet<Span> =
        uses(&mut session, files, from)?.into_iter().map(|one| one.span).collect();
    spans.insert(declared);
    let mut edits = Edits { places: spans.len(), ..Edits::default() };
    let mut by_file: BTreeMap<SourceId, Vec<Span>> = BTreeMap::new();
    spans.into_iter().for_each(|span| by_file.entry(span.source).or_default().push(span));
    for (source, spans) in by_file {
        let Some(file) = session.sources.get(source) else { continue };
        let before = file.text().to_string();
        let mut after = before.clone();
        for span in spans.into_iter().rev() {
            let range = span.start as usize..span.end as usize;
            // Quotes and backticks stay.
            let name = after[range.clone()].replacen(from, to, 1);
            after.replace_range(range, &name);
        }
        edits.files.insert(file.path().to_owned(), (before, after));
    }
    Ok(edits)
}

/// Removes a segment that nothing uses, with the comments right above it.
///
/// # Errors
///
/// There is no such segment, or something uses it: all that does is named.
pub fn remove(session: &Session, files: &dyn Files, name: &str) -> Result<Edits, Diagnostics> {
    let mut session = session.clone();
    let declared = declaration(&session, name)?;
    let uses = uses(&mut session, files, name)?;
    if let Some(first) = uses.first() {
        let mut by: Vec<String> = Vec::new();
        for user in &uses {
            if !by.contains(&user.by) {
                by.push(user.by.clone());
            }
        }
        let mut others: Vec<Span> = uses.iter().skip(1).map(|one| one.span).collect();
        others.truncate(MOST_PLACES);
        return Err(one(StillUsed { span: first.span, name: name.to_owned(), by, others }));
    }
    let mut edits = Edits { places: 1, ..Edits::default() };
    let Some(file) = session.sources.get(declared.source) else { return Ok(edits) };
    let before = file.text().to_string();
    let items = parse(declared.source, &before, &mut Diagnostics::new()).items;
    let is_it =
        |item: &ast::Item| matches!(item, ast::Item::Segment(segment) if segment.name.span == declared);
    let Some(ast::Item::Segment(segment)) = items.iter().find(|item| is_it(item)) else { return Ok(edits) };
    let after = without(&before, segment.span.start as usize, segment.span.end as usize);
    if after.trim().is_empty() {
        edits.emptied.insert(file.path().to_owned(), before);
    } else {
        edits.files.insert(file.path().to_owned(), (before, after));
    }
    Ok(edits)
}

/// The most further places that a refusal shows.
const MOST_PLACES: usize = 8;

/// A text without an item, the comment lines right above it, and the blank lines that are then one too many.
fn without(text: &str, start: usize, end: usize) -> String {
    let mut from = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let is_alone = text[from..start].trim().is_empty();
    if !is_alone {
        from = start;
    }
    while is_alone && from > 0 {
        let line = text[..from - 1].rfind('\n').map_or(0, |at| at + 1);
        if !text[line..from].trim_start().starts_with('#') {
            break;
        }
        from = line;
    }
    let line_end = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
    let rest = text[end..line_end].trim();
    let to = if rest.is_empty() || rest.starts_with('#') { line_end } else { end };
    let (before, mut after) = (&text[..from], &text[to..]);
    if before.is_empty() || before.ends_with("\n\n") || before.ends_with("\n\r\n") {
        after = after.trim_start_matches(['\n', '\r']);
    }
    let before = if after.trim().is_empty() { before.trim_end() } else { before };
    let end = if after.trim().is_empty() && !before.is_empty() { "\n" } else { after };
    format!("{before}{end}")
}

/// Where a segment of that name is declared.
fn declaration(session: &Session, name: &str) -> Result<Span, Diagnostics> {
    let found =
        all_mentions(session).into_iter().find(|(_, mention)| mention.declares && mention.name == name);
    match found {
        Some((_, mention)) => Ok(mention.span),
        // It says which names there are.
        None => Err(session.select(&[name.to_owned()]).err().unwrap_or_default()),
    }
}

/// All places that name segments in the files of segments, with the file's text.
fn all_mentions(session: &Session) -> Vec<(SourceId, mentions::Mention)> {
    let files = session.sources.iter().filter(|(_, file)| file.path().ends_with(".seg"));
    files
        .flat_map(|(id, file)| mentions::mentions(id, file.text()).into_iter().map(move |one| (id, one)))
        .collect()
}

/// All places that name a segment, except where it is declared.
fn uses(session: &mut Session, files: &dyn Files, name: &str) -> Result<Vec<Use>, Diagnostics> {
    let mut found: Vec<Use> = Vec::new();
    for (source, mention) in all_mentions(session) {
        if mention.name == name && !mention.declares {
            found.push(Use { span: mention.span, by: item_around(session, source, mention.span) });
        }
    }
    for exposure in &session.config().exposures {
        let named = exposure.segments.iter().filter(|(segment, _)| segment == name);
        found.extend(named.map(|(_, span)| Use { span: *span, by: format!("exposure `{}`", exposure.name) }));
    }
    let (suite, problems) = unittest::read(session, files);
    if problems.has_errors() {
        return Err(problems);
    }
    for case in &suite.cases {
        let named = case.expectations.iter().filter(|one| one.name == name);
        found.extend(named.map(|one| Use { span: one.span, by: format!("test `{}`", case.name) }));
    }
    Ok(found)
}

/// The item in which a place is, in words.
fn item_around(session: &Session, source: SourceId, place: Span) -> String {
    let Some(file) = session.sources.get(source) else { return String::new() };
    let items = parse(source, file.text(), &mut Diagnostics::new()).items;
    let mut around = "an item".to_owned();
    for item in &items {
        let (word, name) = match item {
            ast::Item::Param(one) => ("parameter", &one.name),
            ast::Item::Trait(one) => ("trait", &one.name),
            ast::Item::Segment(one) => ("segment", &one.name),
        };
        if name.span.start > place.start {
            break;
        }
        around = format!("{word} `{}`", name.text);
    }
    around
}

fn one(problem: impl Into<Diagnostic>) -> Diagnostics {
    vec![problem.into()].into()
}
