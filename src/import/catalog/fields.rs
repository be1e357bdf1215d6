//! From columns to fields.

use super::Settings;
use super::encodings::{Coded, coded};
use super::model::FoundColumn;
use super::names::{Names, plain};
use super::yaml_text::{Line, Yaml, comment, list, quoted, scalar};
use crate::engine::{ColumnType, Declared};
use crate::types::Type;

/// The maximum depth of structs whose fields are imported.
const DEPTH: usize = 8;

/// What a field has in place of a type that isn't known. `check` reports it with the types that there are.
const UNKNOWN: &str = "TODO";

/// A field to be added.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NewField {
    pub(super) name: String,
    pub(super) column: String,
    /// The names that lead to it inside a struct.
    pub(super) path: Vec<String>,
    /// `None` if the source doesn't give it.
    pub(super) ty: Option<Type>,
    pub(super) coded: Coded,
    storage: Option<&'static str>,
    zone: Option<String>,
    pub(super) needs_zone: bool,
    nullable: bool,
    values: Option<Vec<String>>,
    description: Option<String>,
    is_personal: bool,
    note: Option<String>,
}

/// The result of importing a column.
pub(super) enum Column {
    /// Usually one field; several for a struct.
    Fields(Vec<NewField>),
    /// No field can read it.
    Unread {
        /// A comment for the catalog.
        comment: String,
        why: String,
    },
}

/// The fields that read a column. `wanted` is the name of the first; a column that `is_compared` with
/// others, as keys are, isn't encoded.
pub(super) fn flatten(
    column: &FoundColumn,
    is_compared: bool,
    wanted: &str,
    names: &mut Names,
    settings: &Settings,
) -> Column {
    let unread = |why: &str| Column::Unread {
        comment: comment(&format!("not read: {} {}: {why}", quoted(&column.name), column.ty)),
        why: why.to_owned(),
    };
    if column.name.trim().is_empty() || column.name.contains('\0') {
        return unread("a column without a visible name");
    }
    let Some(holds) = &column.holds else {
        let name = names.free([wanted]);
        return Column::Fields(vec![field(column, Coded::No, name, Vec::new(), None, settings)]);
    };
    let mut leaves = Vec::new();
    find_leaves(holds, &mut Vec::new(), &mut leaves);
    if leaves.is_empty() {
        let is_struct = matches!(holds, ColumnType::Struct(_));
        return unread(if is_struct {
            "none of its fields has a type that segc reads"
        } else {
            "a type that no field has"
        });
    }
    let fields = leaves.into_iter().map(|(path, declared)| {
        let name = std::iter::once(wanted.to_owned()).chain(path.iter().map(|part| plain(part, "part")));
        let name = names.free([name.collect::<Vec<_>>().join("_").as_str()]);
        let coded = if path.is_empty() { coded(column, is_compared) } else { Coded::No };
        field(column, coded, name, path, Some(declared), settings)
    });
    Column::Fields(fields.collect())
}

/// The readable values of a column, each with the names that lead to it.
fn find_leaves(holds: &ColumnType, path: &mut Vec<String>, found: &mut Vec<(Vec<String>, Declared)>) {
    match holds {
        ColumnType::Struct(parts) if path.len() < DEPTH => {
            for (name, inner) in parts {
                path.push(name.clone());
                find_leaves(inner, path, found);
                path.pop();
            }
        }
        holds => found.extend(holds.declared().map(|declared| (path.clone(), declared))),
    }
}

fn field(
    column: &FoundColumn,
    coded: Coded,
    name: String,
    path: Vec<String>,
    declared: Option<Declared>,
    settings: &Settings,
) -> NewField {
    let is_whole = path.is_empty();
    let labels = match &column.holds {
        Some(ColumnType::Enum(labels)) => Some(labels.clone()),
        _ => None,
    };
    let mut values = column.values.clone().or(labels).filter(|_| {
        is_whole
            && coded.ty().is_none()
            && declared.as_ref().is_none_or(|declared| declared.ty == Type::String)
    });
    if let Some(values) = &mut values {
        let mut seen = std::collections::BTreeSet::new();
        values.retain(|value| seen.insert(value.clone()));
    }
    let is_local = declared.as_ref().is_some_and(|declared| declared.is_local);
    NewField {
        name,
        column: column.name.clone(),
        zone: settings.zone.clone().filter(|_| is_local),
        needs_zone: is_local && settings.zone.is_none(),
        path,
        storage: match coded {
            Coded::As { storage, .. } => storage,
            _ => declared.as_ref().and_then(|declared| declared.storage),
        },
        ty: coded.ty().or(declared.map(|declared| declared.ty)),
        coded,
        nullable: column.nullable || !is_whole,
        values: values.filter(|values| !values.is_empty()),
        description: column.description.clone().filter(|text| is_whole && !text.trim().is_empty()),
        is_personal: column.is_personal,
        note: column.note.clone(),
    }
}

impl NewField {
    /// The line of the field, with what to decide behind it.
    pub(super) fn line(&self) -> Line {
        let ty = self.ty.as_ref().map_or_else(|| UNKNOWN.to_owned(), |ty| scalar(&ty.to_string()));
        let mut entries = vec![("type", ty.clone())];
        if self.column != self.name {
            entries.push(("column", scalar(&self.column)));
        }
        if !self.path.is_empty() {
            entries.push(("path", list(&self.path, true)));
            entries.push(("from", "struct".to_owned()));
        }
        if let Coded::As { encoding, .. } = self.coded {
            entries.push(("encoding", encoding.to_owned()));
        }
        entries.extend(self.storage.map(|storage| ("storage", storage.to_owned())));
        entries.extend(self.zone.as_ref().map(|zone| ("zone", scalar(zone))));
        if !self.nullable {
            entries.push(("nullable", "false".to_owned()));
        }
        entries.extend(self.values.as_ref().map(|values| ("values", list(values, false))));
        if self.is_personal {
            entries.push(("pii", "true".to_owned()));
        }
        entries.extend(self.description.as_ref().map(|text| ("description", scalar(text.trim()))));
        let value = if entries.len() == 1 { Yaml::Text(ty) } else { Yaml::Inline(entries) };
        let zone = self.needs_zone.then(|| "TODO zone: which time zone are these times in?".to_owned());
        let ty = self.ty.is_none().then(|| "TODO type: which type does the column have?".to_owned());
        let coded = self.coded.question().map(str::to_owned);
        let notes: Vec<String> = ty.into_iter().chain(zone).chain(coded).chain(self.note.clone()).collect();
        let note = (!notes.is_empty()).then(|| comment(&notes.join("; ")));
        Line::Entry(self.name.clone(), value, note)
    }
}
