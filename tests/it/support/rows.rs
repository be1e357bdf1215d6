//! Rows for the reference evaluator, from CSV files.

use segc::evaluate::{Data, Datum, parse_column};

/// Adds the rows of an entity. The first line names columns; columns that no field reads
/// are passed over. A blank is missing, for strings too, as it is where sample data is
/// loaded into the embedded engine.
pub(crate) fn read_csv(data: &mut Data, entity: &str, text: &str) -> Result<(), String> {
    let catalog = data.catalog().clone();
    let id = catalog.find(entity).ok_or_else(|| format!("there is no entity `{entity}`"))?;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let columns = reader.headers().map_err(|error| error.to_string())?.clone();
    let fields = &catalog.entity(id).fields;
    let places: Vec<usize> = fields
        .iter()
        .map(|field| {
            let place = columns.iter().position(|column| column == field.column);
            place.ok_or_else(|| format!("`{entity}` has no column `{}`", field.column))
        })
        .collect::<Result<_, _>>()?;
    for (line, record) in (2..).zip(reader.records()) {
        let at = |error: String| format!("line {line} of `{entity}`: {error}");
        let record = record.map_err(|error| at(error.to_string()))?;
        let values = fields.iter().zip(&places).map(|(field, place)| match record.get(*place) {
            None | Some("") => Ok(Datum::Missing),
            Some(text) => parse_column(text, field).map_err(|error| at(error.to_string())),
        });
        let row = values.collect::<Result<_, _>>()?;
        data.push_row(id, row).map_err(|error| at(error.to_string()))?;
    }
    Ok(())
}
