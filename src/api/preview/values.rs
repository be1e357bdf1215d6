//! The values that the entities of a population have: how many, the most frequent, some of the others.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;

use super::members::{ask, shown_value, strange};
use super::text::literal_text;
use super::{Chosen, Population, share, spread};
use crate::api::draft::Drafted;
use crate::api::session::{Options, Session};
use crate::api::why::{json_of, numbers, render};
use crate::check::hir::Cond;
use crate::diagnostic::Diagnostics;
use crate::engine::{Cell, Engine, Table};
use crate::plan;
use crate::types::{Literal, Type};

/// The values that entities have.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ValuePreview {
    /// The name of the entity.
    pub entity: String,
    /// The value as written: a field, or another expression about the entity.
    pub value: String,
    /// Its type.
    #[serde(rename = "type")]
    pub ty: String,
    /// The name of the segment whose members are meant; null if all rows of the entity are.
    pub segment: Option<String>,
    /// The condition that was given beside it, on one line; null without one.
    pub condition: Option<String>,
    /// The instant as of which everything is evaluated.
    pub as_of: String,
    /// How many rows are meant.
    pub rows: u64,
    /// In how many of them the value is missing.
    pub missing: u64,
    /// The share of these rows, from 0 to 1; null if there are no rows.
    pub missing_share: Option<f64>,
    /// How many different values there are.
    pub distinct: u64,
    /// The lowest value; null if there is none, or if the type has no order.
    pub min: Option<PreviewValue>,
    /// The highest value; null if there is none, or if the type has no order.
    pub max: Option<PreviewValue>,
    /// The values that most rows have, those first. Ties are in the order of the values.
    pub popular: Vec<PreviewValue>,
    /// Some of the different values, spread evenly over their order, in this order.
    pub sample: Vec<PreviewValue>,
}

/// A value, and how many rows have it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewValue {
    /// The value. Decimals are text, so that no digit is lost.
    pub value: Json,
    /// The value as a condition writes it.
    pub text: String,
    /// How many rows have it.
    pub rows: u64,
    /// The share of these rows, from 0 to 1.
    pub share: Option<f64>,
}

/// A value with its places, from 1 on.
struct Placed {
    value: Option<Literal>,
    rows: u64,
    by_count: u64,
    by_value: u64,
}

impl Session {
    /// Counts the values of a draft's first column, and shows at most `most` of them of each kind.
    ///
    /// # Errors
    ///
    /// Reports what the target, the policy or the engine rejects.
    pub fn preview_values(
        &self,
        population: Population,
        drafted: &Drafted,
        most: u64,
        target: &str,
        options: &Options,
        engine: &mut dyn Engine,
    ) -> Result<ValuePreview, Diagnostics> {
        let chosen = Chosen::of(self.hir(), population);
        let conds: Vec<&Cond> = chosen.conds.iter().collect();
        let columns = &self.hir().segment(population.draft).columns;
        let value = &columns.first().ok_or_else(|| strange("there is no value"))?.value;
        let sql = render(self, &chosen.segments, target, options, |request| {
            plan::tally(request, &chosen.about(&conds), value)
        })?;
        let (as_of, counts) = numbers(&ask(engine, &sql)?)?;
        let [rows, missing, distinct] = counts[..] else { return Err(strange("it has no three counts")) };
        let sampled = spread(distinct, most);
        let edges = spread(distinct, 2);
        let options = Options { as_of: Some(as_of), ..options.clone() };
        let mut found = Vec::new();
        if distinct > 0 {
            let mut places: Vec<u64> = sampled.iter().chain(&edges).copied().collect();
            places.sort_unstable();
            places.dedup();
            let sql = render(self, &chosen.segments, target, &options, |request| {
                plan::popular(request, &chosen.about(&conds), value, most, &places)
            })?;
            found = placed(&ask(engine, &sql)?, &value.ty)?;
        }
        let shown = |placed: &Placed| PreviewValue {
            value: json_of(placed.value.as_ref()),
            text: literal_text(placed.value.as_ref()),
            rows: placed.rows,
            share: share(placed.rows, rows),
        };
        let at = |place: u64| found.iter().find(|one| one.by_value == place).map(shown);
        let edge = |place: Option<&u64>| place.filter(|_| value.ty != Type::Boolean).and_then(|&at_| at(at_));
        let (min, max) = (edge(edges.first()), edge(edges.last()));
        let sample = sampled.iter().filter_map(|&place| at(place)).collect();
        let mut popular: Vec<&Placed> = found.iter().filter(|one| one.by_count <= most).collect();
        popular.sort_by_key(|one| one.by_count);
        Ok(ValuePreview {
            entity: self.entity_of(population.draft).name.clone(),
            value: drafted.labels.first().cloned().unwrap_or_default(),
            ty: value.ty.to_string(),
            segment: self.name_of(population),
            condition: self.drafted_condition(population),
            as_of: as_of.to_string(),
            rows,
            missing,
            missing_share: share(missing, rows),
            distinct,
            min,
            max,
            popular: popular.into_iter().map(shown).collect(),
            sample,
        })
    }
}

/// Reads values with their numbers of rows and their places.
fn placed(table: &Table, ty: &Type) -> Result<Vec<Placed>, Diagnostics> {
    let number = |cell: &Cell| cell.to_string().parse().map_err(|_| strange(&format!("a count is `{cell}`")));
    let row = |cells: &Vec<Cell>| {
        let [value, rows, by_count, by_value] = &cells[..] else {
            return Err(strange("columns are missing"));
        };
        Ok(Placed {
            value: shown_value(value, ty),
            rows: number(rows)?,
            by_count: number(by_count)?,
            by_value: number(by_value)?,
        })
    };
    table.rows.iter().map(row).collect()
}
