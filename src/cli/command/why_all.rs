//! `segc why KEY`: all segments of an entity.

use std::io::{self, Write};

use super::database::{Ready, ready};
use super::{Opened, is_plain_name, one, write_json};
use crate::api::{Memberships, Options};
use crate::catalog::EntityId;
use crate::check::hir::SegmentId;
use crate::cli::args::{DatabaseArgs, SelectArgs};
use crate::cli::exit::Exit;
use crate::cli::problems::{KeyOfNone, KeyOfSeveral, UnknownEntity};
use crate::cli::table::Table;
use crate::cli::terminal::Terminal;
use crate::cli::value_enums::AnswerFormat;
use crate::diagnostic::{Diagnostics, closest, visible};

/// A question about all segments of an entity.
pub(super) struct AllAsked<'a> {
    /// The entity, if it is named.
    pub(super) entity: Option<&'a str>,
    pub(super) key: &'a [String],
    /// Which of its segments are meant.
    pub(super) select: &'a SelectArgs,
    pub(super) place: &'a DatabaseArgs,
    pub(super) format: AnswerFormat,
    pub(super) options: &'a Options,
}

pub(super) fn run(mut opened: Opened, asked: &AllAsked<'_>, terminal: &mut Terminal) -> io::Result<Exit> {
    let (entity, segments) = match segments(&opened, asked) {
        Ok((_, segments)) if segments.is_empty() => return opened.nothing_selected(terminal),
        Ok(found) => found,
        Err(problems) => return opened.report(problems, terminal),
    };
    let (answer, problems) = match answer(&mut opened, asked, entity, &segments, terminal) {
        Ok(answer) => answer,
        Err(mut problems) => {
            problems.append(misspelt(&opened, asked));
            return opened.report(problems, terminal);
        }
    };
    match asked.format {
        AnswerFormat::Human => write_list(&answer, &mut terminal.out)?,
        AnswerFormat::Json => write_json(&serde_json::to_value(&answer)?, &mut terminal.out)?,
    }
    terminal.flush()?;
    opened.report(problems, terminal)
}

/// The entity that the key is of, and its segments.
fn segments(opened: &Opened, asked: &AllAsked<'_>) -> Result<(EntityId, Vec<SegmentId>), Diagnostics> {
    let (session, catalog) = (&opened.session, &opened.session.hir().catalog);
    let selected = opened.selected(&[], asked.select, asked.place.target.as_slice())?;
    let entity_of = |id: SegmentId| session.hir().segment(id).entity;
    let entity = match asked.entity {
        Some(name) => catalog.find(name).ok_or_else(|| {
            let names = catalog.entities.iter().filter(|entity| entity.list.is_none());
            let near = closest(name, names.map(|entity| entity.name.as_str())).map(str::to_owned);
            one(UnknownEntity { span: None, name: name.to_owned(), near })
        })?,
        None => {
            let mut fitting = session.entities_of_key(asked.key);
            fitting.retain(|&entity| selected.iter().any(|&id| entity_of(id) == entity));
            match fitting[..] {
                [entity] => entity,
                [] => {
                    let key = asked.key.join(" ");
                    let names = session.hir().segments.iter().map(|segment| segment.name.as_str());
                    let near = closest(&key, names).map(str::to_owned);
                    return Err(one(KeyOfNone { span: None, key, keys: keys(opened, &selected), near }));
                }
                _ => {
                    let name = |&entity: &EntityId| catalog.entity(entity).name.clone();
                    let entities = fitting.iter().map(name).collect();
                    return Err(one(KeyOfSeveral { span: None, key: asked.key.join(" "), entities }));
                }
            }
        }
    };
    Ok((entity, selected.into_iter().filter(|&id| entity_of(id) == entity).collect()))
}

/// What the only argument would be as the name of a segment, if it is nearly one.
fn misspelt(opened: &Opened, asked: &AllAsked<'_>) -> Diagnostics {
    let names = || opened.session.hir().segments.iter().map(|segment| segment.name.as_str());
    match asked.key {
        [name] if asked.entity.is_none() && is_plain_name(name) && closest(name, names()).is_some() => {
            opened.segment(name).err().unwrap_or_default()
        }
        _ => Diagnostics::new(),
    }
}

/// The keys of the entities that have any of these segments: `customer (customer_id: integer)`.
fn keys(opened: &Opened, segments: &[SegmentId]) -> Vec<String> {
    let hir = opened.session.hir();
    let mut entities: Vec<EntityId> = segments.iter().map(|&id| hir.segment(id).entity).collect();
    entities.sort_unstable();
    entities.dedup();
    let key = |&id: &EntityId| {
        let entity = hir.catalog.entity(id);
        let fields = entity.key.iter().map(|&field| entity.field(field));
        let fields: Vec<String> = fields.map(|field| format!("{}: {}", field.name, field.ty)).collect();
        format!("{} ({})", entity.name, fields.join(", "))
    };
    entities.iter().map(key).collect()
}

fn answer(
    opened: &mut Opened,
    asked: &AllAsked<'_>,
    entity: EntityId,
    segments: &[SegmentId],
    terminal: &mut Terminal,
) -> Result<(Memberships, Diagnostics), Diagnostics> {
    let Ready { mut engine, target, options } =
        ready(opened, asked.place, segments, asked.options, terminal)?;
    opened.session.memberships(entity, segments, asked.key, &target, &options, engine.as_mut())
}

fn write_list(answer: &Memberships, out: &mut dyn Write) -> io::Result<()> {
    let members = answer.segments.iter().filter(|one| one.member == Some(true)).count();
    let all = answer.segments.len();
    let (entity, key) = (&answer.entity, &answer.key_text);
    writeln!(out, "{}", visible(&format!("{entity} {key} is in {members} of {all} segments")))?;
    writeln!(out, "as of {}", answer.as_of)?;
    writeln!(out)?;
    let mut table = Table::new(["", "SEGMENT", "BECAUSE"]);
    for one in &answer.segments {
        let mark = match one.member {
            Some(true) => "✓",
            Some(false) => "✗",
            None => "?",
        };
        let unknown = if one.member.is_none() { "it can't be evaluated" } else { "" };
        table.row([mark, &one.segment, one.because.as_deref().unwrap_or(unknown)]);
    }
    table.write(out)
}
