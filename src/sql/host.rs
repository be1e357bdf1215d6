//! Queries inside the templates of another tool.

use std::collections::BTreeMap;

use sqlparser::ast::Ident;

use super::render::Renderer;
use crate::dialect::Dialect;
use crate::types::Type;

/// The templates that another tool fills in before an engine sees a query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Host {
    /// The text for as_of, which becomes a constant.
    pub as_of: String,
    /// The text for each table, by the parts of its name.
    pub tables: BTreeMap<Vec<String>, String>,
}

impl Host {
    /// Text that isn't SQL yet, in the place of a value or a table.
    pub(super) fn template(text: &str) -> Ident {
        Ident::new(text)
    }
}

/// How a dialect writes an instant as a constant: the text before and after the digits, and the format of
/// the digits as for C's `strftime`, where `%f` is six digits of a second.
///
/// `None` if the dialect's format has more in it than that function knows.
#[must_use]
pub fn instant_constant(dialect: &Dialect) -> Option<(String, String, String)> {
    let (before, format, after) = dialect.literals.around_instant()?;
    let format = format.replace("%.f", ".%f");
    let directives: Vec<char> = format.split('%').skip(1).filter_map(|part| part.chars().next()).collect();
    let known = directives.iter().all(|directive| "YmdHMSf".contains(*directive));
    (known && !directives.is_empty()).then_some((before, format, after))
}

impl Renderer<'_> {
    /// The name of a type, if the dialect has one.
    #[must_use]
    pub fn type_name(&self, ty: &Type) -> Option<String> {
        self.dialect.data_type(ty).map(|name| name.to_string())
    }
}
