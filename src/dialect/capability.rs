//! The capabilities of a target, as flags and limits that every dialect file answers.

/// Declares an enum whose variants have stable names in dialect files and policies.
macro_rules! named {
    ($(#[$meta:meta])* $enum:ident { $($(#[doc = $doc:literal])+ $variant:ident = $name:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $enum { $($(#[doc = $doc])+ $variant),+ }

        impl $enum {
            /// All variants, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name in dialect files.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// The meaning in a sentence.
            #[must_use]
            pub fn description(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+)),+ }
            }

            /// The variant with this name.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }
        }
    };
}
pub(crate) use named;

named! {
    /// A feature that a target has or lacks, and that a policy can disable.
    Capability {
        /// Conditions on fields of entities that are linked to the segment's own (to one).
        LinkedConditions = "linked_conditions",
        /// Conditions on arrays of linked entities: aggregates over to-many links.
        ManyLinkedConditions = "many_linked_conditions",
        /// Aggregates that count rows though a value of the outer row is missing, as in
        /// `where total > coalesce(outer.budget, 0)`.
        OuterNulls = "outer_nulls",
        /// Segments that refer to other segments (`extends`, `in segment`).
        SegmentComposition = "segment_composition",
        /// Segments that refer to segments which are materialised as tables.
        MaterializedComposition = "materialized_composition",
        /// Regular expressions (`matches`).
        Regex = "regex",
        /// Levenshtein distance in code points (`resembles`).
        FuzzyMatch = "fuzzy_match",
        /// Semantic versions.
        Semver = "semver",
        /// Decimals: exact numbers with digits after the point, and sums, which may exceed 64 bits. Also `float` of
        /// a text, which is exact, too.
        Decimals = "decimals",
        /// `lower`, `upper` and `ignoring case`, for all letters.
        LetterCase = "letter_case",
        /// Fields that are arrays.
        Arrays = "arrays",
        /// Fields inside JSON documents.
        Json = "json",
        /// Fields inside structs.
        Structs = "structs",
        /// Fields inside arrays of structs, by an element's key.
        StructEntries = "struct_entries",
        /// Anniversaries (`anniversary during`).
        Anniversaries = "anniversaries",
        /// Rows in the order of time: `first`, `last`, `latest`, `earliest`.
        RowOrder = "row_order",
        /// The most frequent value (`mode`).
        Modes = "modes",
        /// How many periods of a window have rows (`periods`).
        Periods = "periods",
        /// Sequences of rows (`sequence`).
        Sequences = "sequences",
        /// Sequences that end with what must not happen within a time (`then not … within`).
        SequenceAbsence = "sequence_absence",
        /// `keep top` and `keep bottom`.
        Ranking = "ranking",
        /// `bucket` and `keep sample`.
        Sampling = "sampling",
        /// SHA-1, for buckets of other tools (`bucket(… of … as launchdarkly)`).
        Sha1 = "sha1",
        /// `exclusive group`: segments that take members from one another.
        ExclusiveGroups = "exclusive_groups",
        /// `expire`: tables that retain members who no longer match.
        Expiry = "expiry",
        /// `history`: ended memberships are kept in a table.
        History = "history",
        /// `with`: tables with columns beside the key.
        MemberColumns = "member_columns",
        /// Time zones other than UTC.
        TimeZones = "time_zones",
        /// Transactions that change different rows of one table don't disturb one another.
        RowConcurrency = "row_concurrency",
        /// Several ranges of one column, joined by OR, are found without reading the rest of a table.
        RangeUnions = "range_unions",
        /// Tables whose names begin alike, read under one name: a table for each day (`events_*`).
        WildcardTables = "wildcard_tables",
        /// Temporary tables.
        TempTables = "temp_tables",
        /// Transactions over several tables.
        Transactions = "transactions",
        /// Tables created by the transaction that fills them.
        TablesInTransaction = "tables_in_transaction",
        /// Views created by the transaction that writes the tables.
        ViewsInTransaction = "views_in_transaction",
        /// Primary keys that are enforced.
        PrimaryKeys = "primary_keys",
        /// Primary keys of the tables of members; scripts check that no member is there twice anyway.
        MemberKeys = "member_keys",
        /// Primary keys that a transaction may delete and insert again.
        RewrittenKeys = "rewritten_keys",
        /// `GRANT` to roles.
        Grants = "grants",
    }
}

named! {
    /// A limit of a target on the size of something.
    Limit {
        /// Columns in one table.
        Columns = "columns",
        /// Tables that one transaction changes.
        TransactionTables = "transaction_tables",
        /// Segments that scan the rows of affected keys one by one; more read a copy of these rows.
        SeparateScans = "separate_scans",
        /// Bytes in one statement.
        StatementBytes = "statement_bytes",
        /// Bytes in one name.
        IdentifierBytes = "identifier_bytes",
    }
}
