//! Duplicate keys: their number, and one example.

use crate::api::scripts::plain_sql;
use crate::api::session::Session;
use crate::api::targets::Target;
use crate::dialect::Function;
use crate::engine::{Cell, Engine};
use crate::plan::rel::{Column, Relation, Scalar, Select, TableRef};
use crate::plan::{self, Unique};

/// Duplicate values of something unique.
pub(super) struct Doubles {
    /// The columns, such as `order_id, line_no`.
    pub(super) columns: String,
    /// The number of duplicate values and the lowest of the first column, in words. `None` if the
    /// database doesn't respond.
    pub(super) found: Option<String>,
}

/// Counts the values that several rows have.
pub(super) fn count(session: &Session, target: &Target, unique: &Unique, engine: &mut dyn Engine) -> Doubles {
    let entity = session.hir.catalog.entity(unique.entity);
    let fields: Vec<_> = unique.fields.iter().map(|&field| entity.field(field)).collect();
    let columns = fields.iter().map(|field| field.column.as_str()).collect::<Vec<_>>().join(", ");
    let asked = sql(session, target, unique).and_then(|sql| engine.query(&sql).ok());
    let row = asked.and_then(|answer| answer.rows.into_iter().next());
    let (count, least) = match row.as_deref() {
        Some([Cell::Int(count), least]) => (u64::try_from(*count).unwrap_or_default(), least.to_string()),
        _ => (0, String::new()),
    };
    let found = (count > 0).then(|| {
        // Personal data is in no message.
        let shown = fields.first().filter(|field| !field.pii);
        let one = shown.map(|field| match fields.len() {
            1 => least.clone(),
            _ => format!("{} {least}", field.column),
        });
        match (one, count) {
            (Some(one), 1) => one,
            (Some(one), 2) => format!("{one} and another one"),
            (Some(one), _) => format!("{one} and {} others", count - 1),
            (None, 1) => "1 key".to_owned(),
            (None, _) => format!("{count} keys"),
        }
    });
    Doubles { columns, found }
}

fn sql(session: &Session, target: &Target, unique: &Unique) -> Option<String> {
    let rows = plan::doubles(&session.hir, &target.name, unique);
    let entity = session.hir.catalog.entity(unique.entity);
    let first = entity.field(*unique.fields.first()?).column.clone();
    let alias = "doubles".to_owned();
    let least = Scalar::Call(Function::Min, vec![Scalar::Column(alias.clone(), first)]);
    let column = |value, name: &str| Column { value, name: Some(name.to_owned()) };
    let columns = vec![column(Scalar::CountRows, "found"), column(least, "least")];
    let from = Some(TableRef { relation: Relation::Rows(Box::new(rows)), alias });
    plain_sql(target, Select { columns, from, ..Select::default() }).ok()
}
