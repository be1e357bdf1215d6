//! The size of a population, and some of its rows.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use super::text::literal_text;
use super::{Chosen, Population, share, spread};
use crate::analyze::is_personal;
use crate::api::draft::Drafted;
use crate::api::problems::StrangeAnswer;
use crate::api::session::{Options, Session};
use crate::api::why::{fit, json_of, literal, numbers, render, written};
use crate::check::hir::{Cond, Value};
use crate::diagnostic::Diagnostics;
use crate::engine::{Cell, Engine};
use crate::plan;
use crate::types::{Literal, Type};

/// Replaces personal data that nobody has asked for.
const PERSONAL: &str = "(pii)";

/// How many entities there are, and some of them.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Preview {
    /// The name of the entity.
    pub entity: String,
    /// The name of the segment; null if all rows of the entity are meant.
    pub segment: Option<String>,
    /// The condition that was given beside it, on one line; null without one.
    pub condition: Option<String>,
    /// The instant as of which everything is evaluated.
    pub as_of: String,
    /// How many rows the entity has.
    pub rows: u64,
    /// How many of them are in the segment and fulfil the condition.
    pub members: u64,
    /// The share of members, from 0 to 1; null if there are no rows.
    pub share: Option<f64>,
    /// The fields that `*` has left out: personal data, fields for some roles only, and documents and arrays.
    pub left_out: Vec<String>,
    /// Some of the members, spread evenly over the order of their keys, in this order.
    pub sample: Vec<PreviewRow>,
}

/// A member. Decimals are text, so that no digit is lost; a missing value is null.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewRow {
    /// The key, by the names of its fields. Personal data appears as `(pii)`.
    pub key: Map<String, Json>,
    /// The columns that the segment has beside the key. Personal data appears as `(pii)`.
    pub columns: Map<String, Json>,
    /// The requested values, also personal data.
    pub fields: Map<String, Json>,
    /// All of these as people read them, in order.
    #[serde(skip)]
    pub texts: Vec<String>,
}

/// A column of the sample.
struct Shown<'a> {
    label: &'a str,
    ty: &'a Type,
    masked: bool,
}

impl Session {
    /// Counts the entities of a population, and shows at most `most` of them.
    ///
    /// # Errors
    ///
    /// Reports what the target, the policy or the engine rejects.
    pub fn preview(
        &self,
        population: Population,
        drafted: &Drafted,
        most: u64,
        target: &str,
        options: &Options,
        engine: &mut dyn Engine,
    ) -> Result<Preview, Diagnostics> {
        let chosen = Chosen::of(self.hir(), population);
        let conds: Vec<&Cond> = chosen.conds.iter().collect();
        let steps = vec![(0..conds.len()).collect()];
        let sql = render(self, &chosen.segments, target, options, |request| {
            plan::attrition(request, &chosen.about(&conds), &steps)
        })?;
        let (as_of, counts) = numbers(&ask(engine, &sql)?)?;
        let (rows, members) = match counts.as_slice() {
            [rows, members] => (*rows, *members),
            _ => return Err(strange("it has no two counts")),
        };
        // The rows are as of the same instant.
        let options = Options { as_of: Some(as_of), ..options.clone() };
        let sample = self.sampled(population, drafted, (members, most), target, &options, engine)?;
        Ok(Preview {
            entity: self.entity_of(population.draft).name.clone(),
            segment: self.name_of(population),
            condition: self.drafted_condition(population),
            as_of: as_of.to_string(),
            rows,
            members,
            share: share(members, rows),
            left_out: drafted.left_out.clone(),
            sample,
        })
    }

    fn sampled(
        &self,
        population: Population,
        drafted: &Drafted,
        (members, most): (u64, u64),
        target: &str,
        options: &Options,
        engine: &mut dyn Engine,
    ) -> Result<Vec<PreviewRow>, Diagnostics> {
        if members == 0 || most == 0 {
            return Ok(Vec::new());
        }
        let hir = self.hir();
        let chosen = Chosen::of(hir, population);
        let conds: Vec<&Cond> = chosen.conds.iter().collect();
        let beside = population.segment.map_or(&[][..], |segment| &hir.segment(segment).columns);
        let asked = &hir.segment(population.draft).columns;
        let values: Vec<&Value> = beside.iter().chain(asked).map(|column| &column.value).collect();
        let places = (members > most).then(|| spread(members, most));
        let sql = render(self, &chosen.segments, target, options, |request| {
            plan::sample(request, &chosen.about(&conds), &values, places.as_deref())
        })?;
        let table = ask(engine, &sql)?;
        let entity = self.entity_of(population.draft);
        let key = entity.key.iter().map(|&field| entity.field(field));
        let key: Vec<Shown<'_>> =
            key.map(|field| Shown { label: &field.name, ty: &field.ty, masked: field.pii }).collect();
        let beside: Vec<Shown<'_>> = beside
            .iter()
            .map(|column| Shown {
                label: &column.name,
                ty: &column.value.ty,
                masked: is_personal(hir, &column.value),
            })
            .collect();
        let asked: Vec<Shown<'_>> = asked
            .iter()
            .zip(&drafted.labels)
            .map(|(column, label)| Shown { label, ty: &column.value.ty, masked: false })
            .collect();
        let mut rows: Vec<(u64, PreviewRow)> = Vec::new();
        for cells in &table.rows {
            let mut cells = cells.iter();
            let place = cells.next().and_then(|cell| cell.to_string().parse().ok());
            let place = place.ok_or_else(|| strange("a place is no number"))?;
            if cells.len() != key.len() + beside.len() + asked.len() {
                return Err(strange("columns are missing"));
            }
            let mut texts = Vec::new();
            let mut map = |shown: &[Shown<'_>]| {
                let cells = cells.by_ref().take(shown.len());
                let fill = |(one, cell): (&Shown<'_>, &Cell)| {
                    let (json, text) = one.value(cell);
                    texts.push(text);
                    (one.label.to_owned(), json)
                };
                shown.iter().zip(cells).map(fill).collect::<Map<_, _>>()
            };
            let (key, columns, fields) = (map(&key), map(&beside), map(&asked));
            rows.push((place, PreviewRow { key, columns, fields, texts }));
        }
        rows.sort_by_key(|(place, _)| *place);
        Ok(rows.into_iter().map(|(_, row)| row).collect())
    }
}

impl Shown<'_> {
    fn value(&self, cell: &Cell) -> (Json, String) {
        if self.masked {
            return (json!(PERSONAL), PERSONAL.to_owned());
        }
        let value = shown_value(cell, self.ty).map(written);
        (json_of(value.as_ref()), literal_text(value.as_ref()))
    }
}

/// A value in the form of its type; `None` if it is missing.
pub(super) fn shown_value(cell: &Cell, ty: &Type) -> Option<Literal> {
    literal(cell, ty).and_then(|value| fit(value, ty))
}

pub(in crate::api) fn ask(engine: &mut dyn Engine, sql: &str) -> Result<crate::engine::Table, Diagnostics> {
    engine.query(sql).map_err(|error| vec![error.into()].into())
}

pub(in crate::api) fn strange(what: &str) -> Diagnostics {
    vec![StrangeAnswer { span: None, what: what.to_owned() }.into()].into()
}
