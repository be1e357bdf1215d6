//! Words of other languages used as names or functions, and what to write instead.

/// Names that no entity has, and what to write instead.
const NAMES: &[(&[&str], &str)] = &[
    (&["yesterday"], "write `during yesterday`, or the instant `today - 1 day`"),
    (&["tomorrow"], "write `during next 1 day`, or the instant `today + 1 day`"),
    (&["current_date", "curdate", "today_date"], "write `today`"),
    (
        &["current_timestamp", "localtimestamp", "sysdate", "current_time", "systimestamp", "as_of"],
        "write `now`",
    ),
    (
        &["null", "none", "nil", "undefined", "missing", "empty", "blank", "na", "nan"],
        "write `… is missing`, or `… is present`",
    ),
    (&["yes", "y", "on"], "write `true`, or the field by itself"),
    (&["no", "n", "off"], "write `false`, or `not` before the field"),
    (
        &["everyone", "everybody", "anyone", "all", "all_users"],
        "a segment without `where` has every entity as a member",
    ),
    (&["nobody", "noone"], "write `false`, which never holds"),
    (
        &["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"],
        "write the number in digits",
    ),
    (
        &["segment", "segments", "cohort", "audience", "in_segment"],
        "membership is written `in segment vips`, with the segment's name",
    ),
    (
        &[
            "january",
            "february",
            "march",
            "april",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ],
        "write the number of the month: January is 1",
    ),
    (
        &["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
        "write the number of the day: Monday is 1",
    ),
    (&["id", "user_id", "pk"], "the key is an ordinary field: `segc catalog` shows its name"),
];

/// Functions of other languages, and what to write instead.
const FUNCTIONS: &[(&[&str], &str)] = &[
    (
        &["did", "performed", "has_done", "did_event", "event", "track", "has_performed", "hasdone"],
        "write `exists(events[\"…\"] during last 30 days)`",
    ),
    (
        &["event_count", "count_events", "times", "frequency"],
        "write `count(events[\"…\"] during last 30 days)`",
    ),
    (
        &["any", "some", "has", "exist"],
        "write `exists(orders where …)`; for a list of values, write `in (…)`",
    ),
    (&["all"], "write `every(orders where …)`"),
    (&["none", "no", "not_exists", "notexists", "never"], "write `not exists(orders where …)`"),
    (
        &["if", "iff", "iif", "case", "when", "decode", "multiif"],
        "conditions are joined with `and` and `or`; `coalesce(x, y)` replaces a missing value",
    ),
    (&["anniversary", "birthday"], "write `signed_up_at anniversary during today`, with the name of a date"),
    (&["ifnull", "nvl", "zeroifnull"], "write `coalesce(x, y)`"),
    (&["isnull", "is_null", "isempty", "is_missing", "isblank", "isnan"], "write `x is missing`"),
    (&["isnotnull", "is_not_null", "is_present", "is_set", "isset", "defined"], "write `x is present`"),
    (&["nullif"], "write the condition: `x != 0`"),
    (
        &["rand", "random", "uniform"],
        "write `bucket(\"seed\") < 5000` for half, or the rule `keep sample 50% seed \"…\"`",
    ),
    (
        &["hash", "md5", "sha1", "hashtext", "farm_fingerprint", "murmur", "xxhash64", "crc32", "ab_test"],
        "write `bucket(\"seed\") < 5000`: the same entity is always in the same bucket",
    ),
    (
        &[
            "median",
            "percentile",
            "quantile",
            "ntile",
            "rank",
            "dense_rank",
            "percent_rank",
            "percentile_cont",
        ],
        "compare with a number, or write the rule `keep top 10% by …`",
    ),
    (
        &[
            "row_number",
            "lag",
            "lead",
            "first_value",
            "last_value",
            "nth_value",
            "argmax",
            "argmin",
            "max_by",
            "min_by",
        ],
        "write `last(orders.status)` or `first(orders.status)`; `keep top 10 by …` ranks entities",
    ),
    (
        &["stddev", "variance", "stddev_samp", "var_samp", "corr"],
        "the aggregates are `count`, `sum`, `avg`, `min`, `max`, `mode`, `first` and `last`; compute anything else in a table or a query",
    ),
    (
        &[
            "cast",
            "number",
            "int",
            "tonumber",
            "to_number",
            "toint64",
            "tofloat",
            "try_cast",
            "safe_cast",
            "convert",
            "string",
            "tostring",
            "to_char",
            "str",
        ],
        "text is converted by `integer(x)`, `decimal(x)`, `float(x)`, `date(x)` and `timestamp(x)`; an integer, a decimal, a date or a boolean by `text(x)`",
    ),
    (
        &[
            "todate",
            "to_date",
            "str_to_date",
            "parse_date",
            "strptime",
            "to_timestamp",
            "datetime",
            "parse_timestamp",
            "make_date",
            "date_from_parts",
        ],
        "write a date as `2026-01-31`, an instant as `2026-01-31T12:00:00Z`; the catalog declares a field's type",
    ),
    (
        &[
            "datediff",
            "date_diff",
            "timestampdiff",
            "timestamp_diff",
            "age",
            "months_between",
            "days_between_dates",
        ],
        "write `days_between(from, to)`, or `days_since(x)`",
    ),
    (&["days_ago", "daysago", "ago", "days"], "write `30 days ago`"),
    (
        &[
            "dateadd",
            "date_add",
            "adddate",
            "timestamp_add",
            "add_months",
            "date_sub",
            "datesub",
            "timestamp_sub",
        ],
        "add a duration: `signed_up_at + 7 days`, or write `30 days ago`",
    ),
    (
        &[
            "date_trunc",
            "datetrunc",
            "trunc_date",
            "startof",
            "start_of",
            "tostartofmonth",
            "tostartofday",
            "beginning_of",
            "date_floor",
        ],
        "write `start of month`, or `during this month`; `date(x)` is the day of a field",
    ),
    (
        &["date_part", "datepart", "extract", "part"],
        "write `year(x)`, `month(x)`, `day(x)`, `hour(x)`, `minute(x)` or `weekday(x)`",
    ),
    (
        &["timeofday", "time_of_day", "totime", "to_time", "clock"],
        "write `time(x) between \"09:30\" and \"17:00\"`",
    ),
    (&["dayofweek", "dow", "day_of_week", "isodow", "todayofweek"], "write `weekday(x)`, where Monday is 1"),
    (&["dayofmonth", "day_of_month"], "write `day(x)`"),
    (&["toyear"], "write `year(x)`"),
    (&["tomonth"], "write `month(x)`"),
    (
        &["getdate", "sysdate", "current_timestamp", "utc_timestamp", "localtime", "systime", "getutcdate"],
        "write `now`",
    ),
    (&["curdate", "current_date"], "write `today`"),
    (
        &["last", "within", "in_last", "inlast", "last_days", "last_n_days", "past", "in_the_last"],
        "write `during last 30 days`",
    ),
    (&["len"], "write `length(x)` for a text, `size(x)` for an array, `count(orders)` for rows"),
    (&["length_of", "char_length", "character_length", "strlen", "lengthutf8"], "write `length(x)`"),
    (&["average", "mean"], "write `avg(orders.total)`"),
    (&["total"], "write `sum(orders.total)`"),
    (&["countif", "count_if"], "write `count(orders where …)`"),
    (&["sumif", "sum_if"], "write `sum(orders.total where …)`"),
    (
        &[
            "uniq",
            "uniqexact",
            "count_distinct",
            "countdistinct",
            "nunique",
            "approx_count_distinct",
            "distinct",
            "unique",
            "cardinality_estimate",
        ],
        "write `count distinct(orders.status)`",
    ),
    (&["most_frequent", "most_common", "topk"], "write `mode(orders.status)`"),
    (
        &["latest", "most_recent", "newest"],
        "write `last(orders.status)` for the value, `max(orders.ordered_at)` for the time",
    ),
    (
        &["earliest", "oldest"],
        "write `first(orders.status)` for the value, `min(orders.ordered_at)` for the time",
    ),
    (&["lcase", "lowercase", "tolower", "to_lower", "loweruft8", "casefold"], "write `lower(x)`"),
    (&["ucase", "uppercase", "toupper", "to_upper"], "write `upper(x)`"),
    (&["ltrim", "rtrim", "btrim", "strip"], "write `trim(x)`"),
    (&["ceiling"], "write `ceil(x)`"),
    (&["trunc", "truncate"], "write `floor(x)`, or `round(x)`"),
    (
        &["power", "pow", "sqrt", "ln", "log", "log10", "exp", "mod", "sign"],
        "the operators are `+ - * / %`, and the functions `abs`, `round`, `floor` and `ceil`",
    ),
    (&["greatest", "least"], "compare with each: `x > 3 and y > 3`"),
    (
        &[
            "concat",
            "concat_ws",
            "substring",
            "substr",
            "left",
            "right",
            "replace",
            "split",
            "split_part",
            "regexp_replace",
            "regexp_extract",
            "mid",
            "format",
            "reverse",
            "initcap",
        ],
        "text can't be cut or joined: use `contains`, `starts with`, `ends with` or `matches \"…\"`",
    ),
    (
        &["regexp_like", "regexp_contains", "regexp_matches", "match", "matches", "rlike", "regex", "regexp"],
        "write `email matches \"…\"`",
    ),
    (&["startswith", "starts_with", "beginswith", "begins_with"], "write `name starts with \"…\"`"),
    (&["endswith", "ends_with"], "write `name ends with \"…\"`"),
    (
        &[
            "contains",
            "includes",
            "strpos",
            "position",
            "charindex",
            "instr",
            "like",
            "ilike",
            "locate",
            "has_substring",
            "icontains",
            "string_contains",
        ],
        "write `name contains \"…\"`",
    ),
    (
        &["inlist", "isin", "is_in", "one_of", "oneof", "in_list", "any_of", "anyof"],
        "write `country in (\"US\", \"CA\")`",
    ),
    (
        &[
            "array_contains",
            "arraycontains",
            "has_any",
            "hasany",
            "contains_any",
            "arrays_overlap",
            "list_contains",
        ],
        "write `tags contains \"…\"`, or `tags contains any (…)`",
    ),
    (&["hasall", "has_all", "contains_all", "array_contains_all"], "write `tags contains all (…)`"),
    (
        &["array_length", "cardinality", "array_size", "json_array_length", "list_length"],
        "write `size(tags)`",
    ),
    (
        &[
            "json_value",
            "json_extract",
            "json_extract_scalar",
            "get_json_object",
            "jsonextractstring",
            "json_query",
            "parse_json",
            "get_path",
        ],
        "declare a field with its `path` in the catalog",
    ),
    (
        &[
            "in_segment",
            "insegment",
            "member_of",
            "is_member",
            "segment",
            "cohort",
            "audience",
            "in_cohort",
            "in_list_segment",
            "memberof",
        ],
        "write `in segment vips`",
    ),
    (
        &["levenshtein", "editdistance", "edit_distance", "similarity", "soundex", "jaro_winkler"],
        "write `name resembles \"…\" within 2 edits`",
    ),
    (
        &["unnest", "explode", "flatten", "lateral"],
        "test the array: `tags contains \"…\"`; for rows of another table, use a link",
    ),
    (
        &["second", "week", "quarter", "dayofyear", "week_of_year"],
        "the functions are `year`, `month`, `day`, `hour`, `minute` and `weekday`",
    ),
    (
        &["sequence_match", "windowfunnel", "funnel"],
        "write `sequence(events[\"view\"] then events[\"buy\"] within 7 days)`",
    ),
    (&["count_all", "num", "number_of", "size_of"], "write `count(orders)`"),
];

fn found(table: &[(&[&str], &'static str)], word: &str) -> Option<&'static str> {
    let word = word.to_ascii_lowercase();
    table.iter().find(|(words, _)| words.contains(&word.as_str())).map(|(_, advice)| *advice)
}

/// What is written here for a word of other languages.
pub(super) fn name(word: &str) -> Option<&'static str> {
    found(NAMES, word)
}

/// What is written here for a function of other languages.
pub(super) fn function(word: &str) -> Option<&'static str> {
    found(FUNCTIONS, word)
}

/// Properties of other tools, and what to write instead.
const PROPERTIES: &[(&[&str], &str)] = &[
    (
        &["name", "segment", "id"],
        "the name is on the first line, `segment name on customer`; for a title, write `title: \"…\"`",
    ),
    (&["label", "display_name", "heading"], "write `title: \"…\"`"),
    (
        &["desc", "comment", "comments", "notes", "note", "doc", "docs", "meta", "summary", "about"],
        "write `description: \"…\"`",
    ),
    (
        &[
            "schedule",
            "cron",
            "refresh",
            "interval",
            "frequency",
            "every",
            "sync",
            "cadence",
            "refresh_every",
        ],
        "remove it: a segment is refreshed whenever `segc run` runs",
    ),
    (
        &["entity", "on", "object", "model", "table", "source", "from", "dataset"],
        "the entity is on the first line: `segment name on customer`",
    ),
    (&["disabled", "active", "status", "enable", "paused", "archived", "draft"], "write `enabled: false`"),
    (
        &[
            "ttl",
            "expires_after",
            "retention",
            "lifetime",
            "duration",
            "membership_duration",
            "expires_at",
            "sticky",
        ],
        "write `expire: 14 days`",
    ),
    (
        &["materialization", "strategy", "storage", "type", "kind", "mode", "persist"],
        "write `materialize: table`, or `incremental`, `view`, `inline`",
    ),
    (
        &[
            "filter",
            "filters",
            "condition",
            "conditions",
            "criteria",
            "rules",
            "rule",
            "query",
            "sql",
            "definition",
            "expression",
            "when",
            "if",
            "logic",
            "match",
            "audience",
            "having",
            "select",
        ],
        "a condition follows `where`, without `:`: `where country = \"US\"`",
    ),
    (&["and", "any", "all", "or"], "conditions are joined with `and` and `or`"),
    (
        &["limit", "top", "order_by", "order", "sort", "size", "max"],
        "write a separate rule: `keep top 10 by …`",
    ),
    (&["sample", "percentage", "percent", "rollout", "split"], "write the rule `keep sample 10% seed \"…\"`"),
    (
        &["parent", "extends", "base", "inherits", "extend"],
        "the parent is on the first line: `segment name on customer extends parent`",
    ),
    (
        &["group", "exclusive_group", "exclusive", "exclusion_group", "mutex"],
        "write `exclusive group: \"campaigns\"`",
    ),
    (
        &["created_by", "author", "team", "contact", "maintainer", "owners", "owned_by"],
        "write `owner: \"…\"`",
    ),
    (
        &["labels", "category", "categories", "folder", "tag", "keywords", "topics"],
        "write `tags: [marketing]`",
    ),
    (&["permissions", "roles", "visibility", "acl", "readers", "grants"], "write `access: [analyst]`"),
    (&["rank", "weight", "importance", "prio"], "write `priority: 10`"),
    (&["archive", "log", "track_changes", "audit", "versions"], "write `history: true`"),
    (
        &["include", "includes", "exclude", "excludes", "suppress", "suppression"],
        "remove the `:`: `exclude where in segment …`",
    ),
    (&["where"], "remove the `:` after `where`"),
    (
        &["version", "schema", "database", "target", "timezone", "config", "materialized_as"],
        "remove it: such settings are in `segc.yml`",
    ),
];

/// What is written here for a property of other tools.
pub(super) fn property(word: &str) -> Option<&'static str> {
    found(PROPERTIES, word)
}
