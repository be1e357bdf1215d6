//! A difference of two versions, for people: as text, and as Markdown for a pull request.

use std::io::{self, Write};

use crate::api::{
    BuildChange, Change, Clause, ClauseMark, Diff, Effect, MemberChange, PropertyChange, SegmentDiff,
};
use crate::diagnostic::visible;

/// The most names of dependents that are shown.
const MOST_NAMES: usize = 8;

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Text,
    Markdown,
}

/// Writes a difference. `against` is the other version in words, with backticks.
pub(super) fn write(diff: &Diff, against: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let head = summary(diff, against, style);
    match style {
        Style::Text => writeln!(out, "{}", head.replace('`', ""))?,
        Style::Markdown => writeln!(out, "### Segments\n\n{head}")?,
    }
    for line in notes(diff) {
        writeln!(out, "{}{line}", if style == Style::Markdown { "\n" } else { "" })?;
    }
    // Where everything is rebuilt, those that are only rebuilt say nothing more.
    let is_told = |segment: &&SegmentDiff| diff.settings.is_empty() || segment.change != Change::Affected;
    for segment in diff.segments.iter().filter(is_told) {
        match style {
            Style::Text => text(segment, out)?,
            Style::Markdown => markdown(segment, out)?,
        }
    }
    Ok(())
}

fn summary(diff: &Diff, against: &str, style: Style) -> String {
    let against = if style == Style::Text { visible(against) } else { against.to_owned() };
    if diff.is_empty() {
        return format!("No segment differs from {against}.");
    }
    let counts = [
        (Change::Added, "added"),
        (Change::Removed, "removed"),
        (Change::Renamed, "renamed"),
        (Change::Changed, "changed"),
        (Change::Affected, "affected by others"),
    ];
    let counts = counts.into_iter().map(|(change, word)| (diff.count(change), word));
    let counts: Vec<String> =
        counts.filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let counts = if counts.is_empty() { "no segment itself".to_owned() } else { counts.join(", ") };
    format!("Compared with {against}: {counts}; {} unchanged.", diff.unchanged)
}

fn notes(diff: &Diff) -> Vec<String> {
    let mut lines: Vec<String> = diff
        .settings
        .iter()
        .map(|change| format!("Every table is rebuilt, since {} has changed.", visible(&property(change))))
        .collect();
    if !diff.unread.is_empty() {
        let names = diff.unread.iter().map(|name| visible(name)).collect::<Vec<_>>().join(", ");
        lines.push(format!("Shown as added, since the other version has errors there: {names}."));
    }
    lines
}

fn property(change: &PropertyChange) -> String {
    let value = |value: &Option<String>| match value {
        Some(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        None => "none".to_owned(),
    };
    format!("{}: {} → {}", change.property, value(&change.before), value(&change.after))
}

/// What a change means, in a word.
fn verdict(segment: &SegmentDiff) -> String {
    let word = match (segment.change, segment.members) {
        (Change::Added, _) => return "new".to_owned(),
        (Change::Removed, _) => return "removed".to_owned(),
        (_, None | Some(Effect::Unknown)) => "may have other members",
        (_, Some(Effect::Same)) => "same members",
        (_, Some(Effect::Narrower)) => "narrower: none enters",
        (_, Some(Effect::Wider)) => "wider: none leaves",
        (_, Some(Effect::Other)) => "other members",
    };
    word.to_owned()
}

/// What is said of a segment besides its words, each on a line.
fn facts(segment: &SegmentDiff) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(from) = &segment.renamed_from {
        lines.push(format!("renamed from {from}"));
    }
    if let Some(from) = &segment.moved_from {
        lines.push(format!("moved from {from}"));
    }
    if segment.rewritten {
        lines.push("written differently; it says the same".to_owned());
    }
    if !segment.declarations.is_empty() {
        lines.push(format!("declared differently: {}", segment.declarations.join(", ")));
    }
    if !segment.through.is_empty() {
        lines.push(format!("reads {}, which changed", segment.through.join(", ")));
    }
    lines.extend(segment.properties.iter().map(property));
    lines.extend(segment.data.iter().flat_map(data));
    lines.extend(builds(&segment.builds));
    if !segment.dependents.is_empty() {
        lines.push(format!("used by {}", some(&segment.dependents)));
    }
    if !segment.exposures.is_empty() {
        lines.push(format!("exposed to {}", some(&segment.exposures)));
    }
    lines.into_iter().map(|line| visible(&line)).collect()
}

fn data(change: &MemberChange) -> Vec<String> {
    if let Some(problem) = &change.problem {
        return vec![format!("not counted: {problem}")];
    }
    let count = |count: Option<u64>| count.map_or_else(|| "none".to_owned(), |count| count.to_string());
    let mut lines = vec![match (change.before, change.after) {
        (None, Some(now)) => format!("members: {now}"),
        (Some(was), None) => format!("members: {was}, of whom none is left"),
        (was, now) => {
            let (was, now) = (count(was), count(now));
            format!("members: {was} → {now} ({} enter, {} leave)", change.enter, change.leave)
        }
    }];
    let sides = [("enter", &change.entering, change.enter), ("leave", &change.leaving, change.leave)];
    for (word, keys, all) in sides {
        if keys.is_empty() {
            continue;
        }
        let more = if keys.len() as u64 == all { "" } else { ", …" };
        let keys: Vec<String> = keys.iter().map(|key| key.join(" ")).collect();
        lines.push(format!("{word}: {}{more}", keys.join(", ")));
    }
    lines
}

/// `rebuilt on duckdb, postgres`
fn builds(changes: &[BuildChange]) -> Vec<String> {
    let mut grouped: Vec<(String, Vec<&str>)> = Vec::new();
    for change in changes {
        let stored = match change.materialize.as_str() {
            "view" => "view",
            _ => "table",
        };
        let what = match change.action.as_str() {
            "left" => format!("its {stored} is left as it is"),
            action => format!("{stored} {action}"),
        };
        match grouped.iter_mut().find(|(known, _)| *known == what) {
            Some((_, targets)) => targets.push(&change.target),
            None => grouped.push((what, vec![&change.target])),
        }
    }
    grouped.into_iter().map(|(what, targets)| format!("{what} on {}", targets.join(", "))).collect()
}

/// The first names of a list, and how many more there are.
fn some(names: &[String]) -> String {
    let shown = names.iter().take(MOST_NAMES).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(MOST_NAMES) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn sign(change: Change) -> char {
    match change {
        Change::Added => '+',
        Change::Removed => '-',
        Change::Renamed | Change::Changed => '~',
        Change::Affected => ' ',
    }
}

fn text(segment: &SegmentDiff, out: &mut dyn Write) -> io::Result<()> {
    let place = match (&segment.path, segment.line) {
        (Some(path), Some(line)) => format!("  {}:{line}", visible(path)),
        _ => String::new(),
    };
    writeln!(out)?;
    writeln!(out, "{} {}  {}{place}", sign(segment.change), segment.name, verdict(segment))?;
    for clause in &segment.words {
        writeln!(out, "    {}", line(clause))?;
    }
    for fact in facts(segment) {
        writeln!(out, "    · {fact}")?;
    }
    Ok(())
}

/// A clause with its mark, as a difference of texts has it.
fn line(clause: &Clause) -> String {
    let mark = match clause.mark {
        ClauseMark::Kept => ' ',
        ClauseMark::Removed => '-',
        ClauseMark::Added => '+',
    };
    let effect = match clause.effect {
        Some(Effect::Narrower) => "  (narrower)",
        Some(Effect::Wider) => "  (wider)",
        Some(Effect::Same) => "  (the same)",
        Some(Effect::Other | Effect::Unknown) | None => "",
    };
    format!("{mark} {}{}{effect}", "  ".repeat(clause.depth), visible(&clause.text))
}

fn markdown(segment: &SegmentDiff, out: &mut dyn Write) -> io::Result<()> {
    let title = segment.title.as_ref().map_or_else(String::new, |title| format!(" {}", escaped(title)));
    writeln!(out, "\n#### `{}`{title}: {}\n", segment.name, verdict(segment))?;
    if !segment.words.is_empty() {
        let lines: Vec<String> = segment.words.iter().map(line).collect();
        // Text may hold fences of its own: this one is longer.
        let longest = lines.iter().flat_map(|line| line.split(|char| char != '`')).map(str::len).max();
        let fence = "`".repeat(longest.unwrap_or(0).max(2) + 1);
        writeln!(out, "{fence}diff")?;
        for line in lines {
            writeln!(out, "{line}")?;
        }
        writeln!(out, "{fence}\n")?;
    }
    for fact in facts(segment) {
        writeln!(out, "- {}", escaped(&fact))?;
    }
    Ok(())
}

/// Text that Markdown shows as it is.
fn escaped(text: &str) -> String {
    let is_special = |char: char| "\\`*_{}[]<>#|&~".contains(char);
    text.chars().fold(String::new(), |mut out, char| {
        if is_special(char) {
            out.push('\\');
        }
        out.push(char);
        out
    })
}
