//! The JSON Schemas of what commands print.

use super::overlap::Overlap;
use super::preview::{Preview, ValuePreview};
use super::why::Memberships;
use crate::artifact::json;

/// The JSON Schema of what each of these commands prints with `--format json`, by the name of its file in `docs/`.
#[must_use]
pub fn schemas() -> Vec<(&'static str, String)> {
    vec![
        ("overlap.schema.json", json(&schemars::schema_for!(Overlap))),
        ("preview.schema.json", json(&schemars::schema_for!(Preview))),
        ("preview-values.schema.json", json(&schemars::schema_for!(ValuePreview))),
        ("why-all.schema.json", json(&schemars::schema_for!(Memberships))),
    ]
}
