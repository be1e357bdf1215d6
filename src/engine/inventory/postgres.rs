//! PostgreSQL's tables, see <https://www.postgresql.org/docs/current/catalogs.html>.

use super::super::postgres::{IS_ENFORCED, Postgres};
use super::super::{Engine as _, EngineError};
use super::{Answers, StoredTable};

/// The user's own tables and views. Partitions are read through their table, and the tables of
/// extensions belong to those.
const OWN: &str = "FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace \
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND c.relpersistence <> 't' \
    AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' \
    AND NOT EXISTS (SELECT 1 FROM pg_depend AS d WHERE d.classid = CAST('pg_class' AS regclass) \
    AND d.objid = c.oid AND d.deptype = 'e')";

impl Postgres {
    pub(in crate::engine) fn stored_tables(&mut self) -> Result<Vec<StoredTable>, EngineError> {
        let name = "CAST(n.nspname AS text), CAST(c.relname AS text)";
        let own = format!("(SELECT c.oid, c.relkind, c.relname, c.relnamespace {OWN}) AS c");
        let named = format!("{own} JOIN pg_namespace AS n ON n.oid = c.relnamespace");
        let tables = format!(
            "SELECT {name}, pg_table_is_visible(c.oid), obj_description(c.oid, 'pg_class') {OWN} ORDER BY 1, 2"
        );
        let comments = format!(
            "SELECT {name}, CAST(a.attname AS text), col_description(c.oid, a.attnum) FROM {named} \
             JOIN pg_attribute AS a ON a.attrelid = c.oid WHERE a.attnum > 0 AND NOT a.attisdropped \
             AND col_description(c.oid, a.attnum) IS NOT NULL ORDER BY 1, 2, a.attnum"
        );
        // Unique indexes without a constraint are keys, too, unless they cover only some rows.
        let keys = format!(
            "SELECT {name}, CAST(i.indexrelid AS bigint), i.indisprimary, {IS_ENFORCED}, CAST(a.attname AS text) \
             FROM {named} JOIN pg_index AS i ON i.indrelid = c.oid \
             CROSS JOIN LATERAL UNNEST(CAST(i.indkey AS int2[])) WITH ORDINALITY AS k (attnum, place) \
             JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.attnum \
             WHERE i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL \
             AND k.place <= i.indnkeyatts ORDER BY 1, 2, NOT i.indisprimary, i.indexrelid, k.place"
        );
        let references = format!(
            "SELECT {name}, CAST(f.oid AS bigint), CAST(a.attname AS text), CAST(m.nspname AS text), \
             CAST(o.relname AS text), CAST(b.attname AS text) \
             FROM {named} JOIN pg_constraint AS f ON f.conrelid = c.oid \
             CROSS JOIN LATERAL UNNEST(f.conkey, f.confkey) WITH ORDINALITY AS k (own, theirs, place) \
             JOIN pg_attribute AS a ON a.attrelid = f.conrelid AND a.attnum = k.own \
             JOIN pg_class AS o ON o.oid = f.confrelid JOIN pg_namespace AS m ON m.oid = o.relnamespace \
             JOIN pg_attribute AS b ON b.attrelid = f.confrelid AND b.attnum = k.theirs \
             WHERE f.contype = 'f' AND f.conparentid = 0 ORDER BY 1, 2, f.conname, f.oid, k.place"
        );
        Ok(Answers {
            tables: self.query(&tables)?,
            comments: self.query(&comments)?,
            keys: self.query(&keys)?,
            references: self.query(&references)?,
        }
        .combine())
    }
}
