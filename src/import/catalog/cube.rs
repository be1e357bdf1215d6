//! Cube's data models in YAML.

use std::collections::BTreeMap;

use super::document::{Document, origin};
use super::model::{Found, FoundColumn, FoundReference, FoundTable};
use super::problems::{NotPlain, OtherDocument};
use super::yaml_document::{
    Defined, Shape, get, is_true, list, plain_column, plain_table, read, refuse_template, span, text,
};
use crate::diagnostic::{Diagnostics, Sources};
use crate::engine::ColumnType;
use crate::yaml::Node;

const DOCUMENT: Shape<'_> = Shape { required: &[], texts: &[], lists: &["cubes", "views"] };
const CUBE: Shape<'_> = Shape {
    required: &["name"],
    texts: &["name", "sql_table", "sql", "extends", "description"],
    lists: &["dimensions", "joins", "segments", "measures"],
};
const DIMENSION: Shape<'_> = Shape { required: &["name"], texts: &["name", "sql", "type"], lists: &[] };
const JOIN: Shape<'_> = Shape { required: &["name"], texts: &["name", "sql", "relationship"], lists: &[] };

/// Reads cubes.
///
/// # Errors
///
/// A document isn't YAML, has no cube, or has a template where a name is needed.
pub fn read_cube(documents: &[Document]) -> Result<Found, (Sources, Diagnostics)> {
    let (mut sources, mut problems) = (Sources::default(), Diagnostics::new());
    let mut found = Found::default();
    let mut trees = Vec::new();
    for document in documents {
        let read = read(document, &mut sources, &mut problems);
        let has_cubes = read.iter().any(|tree| get(tree, "cubes").is_some());
        if read.iter().any(|tree| get(tree, "views").is_some()) {
            found.skip(format!("the views of {}", document.path), "they only choose from cubes");
        } else if !has_cubes && problems.is_empty() {
            problems.push(OtherDocument {
                span: None,
                path: document.path.clone(),
                expected: "a data model of Cube".to_owned(),
                help: Some("it needs `cubes:`; models in JavaScript can't be read".to_owned()),
            });
        }
        trees.extend(read);
    }
    let nodes: Vec<&Node> = trees
        .iter()
        .filter(|tree| DOCUMENT.fits(tree, "a data model", &mut problems))
        .flat_map(|tree| list(tree, "cubes"))
        .collect();
    let mut defined = Defined::default();
    let cubes: Vec<Cube<'_>> = nodes
        .into_iter()
        .filter_map(|node| Cube::read(node, &mut defined, &mut found, &mut problems))
        .collect();
    let by_name: BTreeMap<&str, &Cube<'_>> = cubes.iter().map(|cube| (cube.name, cube)).collect();
    found.tables = cubes.iter().map(|cube| cube.table.clone()).collect();
    for (at, cube) in cubes.iter().enumerate() {
        cube.joins(at, &by_name, &mut found, &mut problems);
    }
    found.origin = origin(documents.iter().map(|document| document.path.clone()).collect());
    if problems.is_empty() { Ok(found) } else { Err((sources, problems)) }
}

struct Cube<'a> {
    name: &'a str,
    node: &'a Node,
    table: FoundTable,
    /// The columns of dimensions, by their names.
    columns: BTreeMap<&'a str, String>,
}

impl<'a> Cube<'a> {
    fn read(
        node: &'a Node,
        defined: &mut Defined,
        found: &mut Found,
        problems: &mut Diagnostics,
    ) -> Option<Self> {
        if !CUBE.fits(node, "a cube", problems) {
            return None;
        }
        let name = text(node, "name")?;
        if !defined.is_new(node, name, format!("the cube `{name}`"), problems) {
            return None;
        }
        if let Some(other) = text(node, "extends") {
            found.skip(
                format!("what {name} inherits from {other}"),
                "repeat it in the cube, or add it by hand",
            );
        }
        let full = match (text(node, "sql_table"), text(node, "sql").and_then(selected_table)) {
            _ if refuse_template(node, "sql_table", &format!("the table of `{name}`"), problems)
                || refuse_template(node, "sql", &format!("the SQL of `{name}`"), problems) =>
            {
                return None;
            }
            (Some(written), _) => match plain_table(written) {
                Some(parts) => parts,
                None => {
                    let (what, span) = (format!("the table of `{name}`"), Some(span(node, "sql_table")));
                    problems.push(NotPlain { span, what, text: written.to_owned() });
                    return None;
                }
            },
            (None, Some(parts)) => parts,
            (None, None) => {
                let why = "it has no table: make a view of its SQL, or extend it by hand";
                found.skip(format!("the cube {name}"), why);
                return None;
            }
        };
        let mut cube = Self {
            name,
            node,
            columns: BTreeMap::new(),
            table: FoundTable {
                id: name.to_owned(),
                name: full.clone(),
                full,
                entity: Some(super::names::singular(&super::names::plain(name, "cube"))),
                is_selected: true,
                description: text(node, "description").map(str::to_owned),
                ..FoundTable::default()
            },
        };
        let mut key = Vec::new();
        let mut dimensions = Defined::default();
        for dimension in list(node, "dimensions") {
            if DIMENSION.fits(dimension, "a dimension", problems)
                && let Some(own) = text(dimension, "name")
                && dimensions.is_new(dimension, own, format!("the dimension `{own}` of `{name}`"), problems)
            {
                cube.dimension(dimension, own, &mut key, found, problems);
            }
        }
        if !key.is_empty() {
            cube.table.add_key(key, true, false);
        }
        for (kind, why) in [
            ("segments", "write them as segments"),
            ("measures", "segments compute this themselves"),
            ("pre_aggregations", "they are Cube's own"),
        ] {
            let count = list(node, kind).len();
            if count > 0 {
                let kind = if count == 1 { kind.trim_end_matches('s') } else { kind };
                found.skip(format!("{count} {kind} of {name}"), why);
            }
        }
        Some(cube)
    }

    fn dimension(
        &mut self,
        node: &'a Node,
        name: &'a str,
        key: &mut Vec<String>,
        found: &mut Found,
        problems: &mut Diagnostics,
    ) {
        let what = format!("{}.{name}", self.name);
        if refuse_template(node, "sql", &format!("the SQL of `{what}`"), problems) {
            return;
        }
        if get(node, "case").is_some() {
            found.skip(what, "it is a `case`, not a column");
            return;
        }
        let written = text(node, "sql").unwrap_or(name);
        let is_own = |owner: &str| ["CUBE", "cube", self.name].contains(&owner);
        let column = match reference(written) {
            Some((None, column)) => column,
            Some((Some(owner), column)) if is_own(&owner) => column,
            _ => {
                found.skip(what, format!("`{written}` is an expression, not a column"));
                return;
            }
        };
        let holds = match text(node, "type") {
            Some("string") => Some(ColumnType::Text),
            Some("boolean") => Some(ColumnType::Boolean),
            // Numbers and times of any kind.
            Some("number" | "time") | None => None,
            Some(other) => {
                found.skip(what, format!("its type is `{other}`"));
                return;
            }
        };
        self.columns.insert(name, column.clone());
        if is_true(node, "primary_key") || is_true(node, "primaryKey") {
            key.push(column.clone());
        }
        if self.table.column(&column).is_none() {
            let description = text(node, "description").or_else(|| text(node, "title")).map(str::to_owned);
            self.table.columns.push(FoundColumn { description, ..FoundColumn::new(&column, "", holds) });
        }
    }

    /// Adds the joins of this cube, each from the side that has the foreign key.
    fn joins(
        &self,
        at: usize,
        cubes: &BTreeMap<&str, &Cube<'_>>,
        found: &mut Found,
        problems: &mut Diagnostics,
    ) {
        for join in list(self.node, "joins") {
            if !JOIN.fits(join, "a join", problems) {
                continue;
            }
            let Some(other) = text(join, "name") else { continue };
            let what = format!("the join from {} to {other}", self.name);
            if refuse_template(join, "sql", &what, problems) {
                continue;
            }
            let Some((place, target)) = cubes
                .get(other)
                .and_then(|cube| Some((found.tables.iter().position(|table| table.id == cube.name)?, *cube)))
            else {
                found.skip(what, "that cube isn't imported");
                continue;
            };
            let Some(pairs) = text(join, "sql").and_then(|sql| self.pairs(sql, target)) else {
                found.skip(what, "its SQL isn't an equality of columns");
                continue;
            };
            let is_forward = match text(join, "relationship") {
                Some("many_to_one" | "one_to_one" | "belongsTo" | "belongs_to" | "hasOne" | "has_one") => {
                    true
                }
                Some("one_to_many" | "hasMany" | "has_many") => false,
                _ => {
                    found.skip(what, "it doesn't say which side has many rows");
                    continue;
                }
            };
            let (from, to, columns) = if is_forward {
                (at, target.name, pairs)
            } else {
                (place, self.name, pairs.into_iter().map(|(own, theirs)| (theirs, own)).collect())
            };
            // The relationship says that at most one row fits.
            let key: Vec<String> =
                columns.iter().map(|(_, theirs): &(String, String)| theirs.clone()).collect();
            for (owner, column) in columns
                .iter()
                .flat_map(|(own, theirs)| [(from, own), (if is_forward { place } else { at }, theirs)])
            {
                if let Some(table) =
                    found.tables.get_mut(owner).filter(|table| table.column(column).is_none())
                {
                    table.columns.push(FoundColumn::new(column, "", None));
                }
            }
            if let Some(table) = found.tables.iter_mut().find(|table| table.id == to) {
                table.add_key(key, false, false);
            }
            if let Some(table) = found.tables.get_mut(from) {
                table.references.push(FoundReference { columns, to: to.to_owned(), name: None });
            }
        }
    }

    /// The pairs of columns that a join compares, own ones first.
    fn pairs(&self, sql: &str, other: &Cube<'_>) -> Option<Vec<(String, String)>> {
        let column = |side: &str| -> Option<(bool, String)> {
            let (owner, name) = reference(side)?;
            let owner = owner?;
            let is_own = ["CUBE", "cube", self.name].contains(&owner.as_str());
            let cube = if is_own { self } else { Some(other).filter(|other| other.name == owner)? };
            Some((is_own, cube.columns.get(name.as_str()).cloned().unwrap_or(name)))
        };
        let words = sql.replace(['\n', '\t'], " ");
        let conditions = words.split(" AND ").flat_map(|part| part.split(" and "));
        let mut pairs = Vec::new();
        for condition in conditions {
            let (one, theirs) = condition.split_once('=')?;
            pairs.push(match (column(one)?, column(theirs)?) {
                ((true, own), (false, theirs)) | ((false, theirs), (true, own)) => (own, theirs),
                _ => return None,
            });
        }
        (!pairs.is_empty()).then_some(pairs)
    }
}

/// `id`, `{CUBE}.id`, `{CUBE.id}`, `${orders}.id`: the cube, and the column or member.
fn reference(sql: &str) -> Option<(Option<String>, String)> {
    let sql = sql.trim();
    let sql = sql.strip_prefix('$').unwrap_or(sql);
    let Some(rest) = sql.strip_prefix('{') else {
        return plain_column(sql).map(|column| (None, column));
    };
    let (inside, after) = rest.split_once('}')?;
    match (inside.trim().split_once('.'), after.strip_prefix('.')) {
        (Some((cube, member)), None) if after.is_empty() => {
            Some((Some(cube.to_owned()), plain_column(member)?))
        }
        (None, Some(column)) => Some((Some(inside.trim().to_owned()), plain_column(column)?)),
        (None, None) if after.is_empty() => Some((None, plain_column(inside)?)),
        _ => None,
    }
}

/// The table of `SELECT * FROM table`.
fn selected_table(sql: &str) -> Option<Vec<String>> {
    let words: Vec<&str> = sql.trim().trim_end_matches(';').split_whitespace().collect();
    match words.as_slice() {
        [select, "*", from, table]
            if select.eq_ignore_ascii_case("select") && from.eq_ignore_ascii_case("from") =>
        {
            plain_table(table)
        }
        _ => None,
    }
}
