//! Families of similar inputs of any size.

use crate::entry::Entry;

/// A kind of input.
pub(crate) struct Family {
    pub(crate) name: &'static str,
    pub(crate) entry: Entry,
    /// The smallest size that is measured; twice and four times as much follow.
    pub(crate) size: usize,
    make: fn(usize) -> String,
}

impl Family {
    pub(crate) fn text(&self, size: usize) -> String {
        (self.make)(size)
    }
}

const fn family(entry: Entry, name: &'static str, size: usize, make: fn(usize) -> String) -> Family {
    Family { name, entry, size, make }
}

/// A segment with a condition.
fn segment(condition: &str) -> String {
    format!("segment s on customer {{ where {condition} }}\n")
}

/// `n` texts, put together.
fn many(n: usize, between: &str, one: fn(usize) -> String) -> String {
    (0..n).map(one).collect::<Vec<_>>().join(between)
}

use Entry::{Address, Catalog, Config, Csv, Dialect, Import, JsonLines, Row, Segments, UnitTests};

pub(crate) const FAMILIES: &[Family] = &[
    // --- files of other tools
    family(Import, "segments of a tool", 50, |n| {
        let one = |i| {
            format!("{{\"name\": \"s{i}\", \"conditions\": [{{\"attribute\": \"a{i}\", \"value\": {i}}}]}}")
        };
        format!("litestar-flags\n[{}]", many(n, ",", one))
    }),
    family(Import, "segments in a chain", 50, |n| {
        let one = |i: usize| {
            format!(
                "{{\"id\": \"{i}\", \"name\": \"s{i}\", \"parent_segment_id\": \"{}\"}}",
                i.saturating_sub(1) + 1
            )
        };
        format!("litestar-flags\n[{}]", many(n, ",", one))
    }),
    family(Import, "segments that refer to a refused one", 50, |n| {
        let one = |i: usize| {
            format!(
                "{{\"key\": \"s{i}\", \"rules\": [{{\"clauses\": [{{\"op\": \"segmentMatch\", \"values\": [\"s{}\"]}}]}}]}}",
                i + 1
            )
        };
        format!("launchdarkly\n[{}]", many(n, ",", one))
    }),
    family(Import, "a list of keys", 500, |n| {
        format!("launchdarkly\n{{\"key\": \"a\", \"included\": [{}]}}", many(n, ",", |i| format!("\"k{i}\"")))
    }),
    family(Import, "nested conditions", 1_000, |n| {
        format!("growthbook\n{}1{}", "{\"$not\":".repeat(n), "}".repeat(n))
    }),
    family(Import, "conditions of one segment", 40, |n| {
        format!(
            "featurevisor\n{{\"conditions\": [{}]}}",
            many(n, ",", |i| format!(
                "{{\"attribute\": \"a\", \"operator\": \"notEquals\", \"value\": {i}}}"
            ))
        )
    }),
    // --- segments: one condition
    family(Segments, "brackets", 4_000, |n| segment(&format!("{}vip{}", "(".repeat(n), ")".repeat(n)))),
    family(Segments, "brackets that are not closed", 4_000, |n| segment(&"(".repeat(n))),
    family(Segments, "nots", 1_500, |n| segment(&format!("{}vip", "not ".repeat(n)))),
    family(Segments, "signs", 1_500, |n| segment(&format!("score > {}1", "- ".repeat(n)))),
    family(Segments, "ands", 40, |n| segment(&many(n, " and ", |i| format!("score > {i}")))),
    family(Segments, "ors", 40, |n| segment(&many(n, " or ", |i| format!("score = {i}")))),
    family(Segments, "the same condition", 40, |n| segment(&many(n, " or ", |_| "vip".to_owned()))),
    family(Segments, "a list of texts", 500, |n| {
        segment(&format!("country in ({})", many(n, ", ", |i| format!("\"c{i}\""))))
    }),
    family(Segments, "a list of numbers", 500, |n| {
        segment(&format!("score in ({})", many(n, ", ", |i| i.to_string())))
    }),
    family(Segments, "a list of versions", 100, |n| {
        segment(&format!("app_version in ({})", many(n, ", ", |i| format!("\"1.{i}.0\""))))
    }),
    family(Segments, "a long text", 5_000, |n| segment(&format!("name = \"{}\"", "x'\\\\".repeat(n)))),
    family(Segments, "a long number", 20_000, |n| segment(&format!("score = {}", "9".repeat(n)))),
    family(Segments, "a long name", 20_000, |n| segment(&"x".repeat(n))),
    family(Segments, "a long path", 1_000, |n| segment(&format!("{}vip", "inviter.".repeat(n)))),
    family(Segments, "a long pattern", 200, |n| {
        segment(&format!("name matches \"{}\"", "a[b-c]+".repeat(n)))
    }),
    family(Segments, "a long sum", 40, |n| {
        segment(&format!("score > {}", many(n, " + ", |i| i.to_string())))
    }),
    family(Segments, "aggregates", 15, |n| {
        segment(&many(n, " and ", |i| format!("count(orders during last {} days) > 1", i + 1)))
    }),
    family(Segments, "the same segment", 15, |n| segment(&many(n, " or ", |_| "in segment best".to_owned()))),
    family(Segments, "tags", 2000, |n| {
        format!("segment s on customer {{ tags: [{}] }}", many(n, ", ", |i| format!("t{i}")))
    }),
    family(Segments, "a property again and again", 200, |n| {
        format!("segment s on customer {{ {} }}", "owner: \"x\" ".repeat(n))
    }),
    family(Segments, "includes", 50, |n| {
        format!("segment s on customer {{ {} }}", many(n, " ", |i| format!("include where score = {i}")))
    }),
    // --- segments: a file
    family(Segments, "segments", 200, |n| {
        many(n, "\n", |i| format!("segment s{i} on customer {{ where score > {i} }}"))
    }),
    family(Segments, "segments of one name", 200, |n| "segment s on customer {}\n".repeat(n)),
    family(Segments, "traits, one upon the other", 100, |n| {
        format!(
            "trait t0 on customer = score\n{}",
            many(n, "\n", |i| format!("trait t{} on customer = t{i} + 1", i + 1))
        )
    }),
    family(Segments, "segments, one within the other", 200, |n| {
        format!(
            "segment s0 on customer {{}}\n{}",
            many(n, "\n", |i| format!("segment s{} on customer {{ where in segment s{i} }}", i + 1))
        )
    }),
    family(Segments, "a circle of segments", 200, |n| {
        let circle = many(n, "\n", |i| format!("segment s{i} on customer {{ where in segment s{} }}", i + 1));
        format!("{circle}\nsegment s{n} on customer {{ where in segment s0 }}")
    }),
    family(Segments, "unknown names", 40, |n| {
        many(n, "\n", |i| segment_named(i, &format!("contry{i} = \"US\"")))
    }),
    family(Segments, "unknown names on a line", 40, |n| {
        segment(&many(n, " and ", |i| format!("contry{i} = 1")))
    }),
    family(Segments, "wrong types", 40, |n| many(n, "\n", |i| segment_named(i, "score = \"x\""))),
    family(Segments, "characters of no language", 300, |n| "§ ".repeat(n)),
    family(Segments, "quotes that are not closed", 500, |n| "\"x\n".repeat(n)),
    family(Segments, "faults in every item", 50, |n| many(n, "\n", |i| segment_named(i, "vip vip"))),
    family(Segments, "comments", 2_000, |n| "# nothing\n".repeat(n)),
    family(Segments, "empty lines", 20_000, |n| "\n".repeat(n)),
    family(Segments, "bytes that aren't text", 500, |n| "\0\u{202e}".repeat(n)),
    // --- the catalog
    family(Catalog, "fields", 200, |n| {
        format!("{ENTITY}{}", many(n, "", |i| format!("      f{i}: string\n")))
    }),
    family(Catalog, "entities", 50, |n| {
        format!(
            "entities:\n{}",
            many(n, "", |i| format!(
                "  e{i}:\n    table: t{i}\n    key: id\n    fields: {{ id: integer }}\n"
            ))
        )
    }),
    family(Catalog, "tables of events", 100, |n| {
        let tables = many(n, "", |i| format!("      e{i}: {{ table: t{i}, fields: [x] }}\n"));
        let other = many(n, "", |i| format!("          e{i}: s{i}\n"));
        format!(
            "entities:\n  event:\n    key: id\n    event_name: name\n    fields: {{ id: integer, name: string, x: string }}\n    tables:\n{tables}    targets:\n      lake:\n        tables:\n{other}"
        )
    }),
    family(Catalog, "links", 100, |n| {
        format!(
            "{ENTITY}    links:\n{}",
            many(n, "", |i| format!("      l{i}: {{ to: customer, on: {{ id: id }} }}\n"))
        )
    }),
    family(Catalog, "a set of values", 500, |n| {
        format!("{ENTITY}      plan: {{ type: string, values: [{}] }}\n", many(n, ", ", |i| format!("v{i}")))
    }),
    family(Catalog, "unknown keys", 40, |n| format!("{ENTITY}{}", many(n, "", |i| format!("    k{i}: 1\n")))),
    family(Catalog, "a key again and again", 100, |n| {
        format!("{ENTITY}{}", "      name: string\n".repeat(n))
    }),
    // Beyond the hundred problems that are shown to people.
    family(Catalog, "wrong types", 160, |n| {
        format!("{ENTITY}{}", many(n, "", |i| format!("      f{i}: strnig\n")))
    }),
    family(Catalog, "brackets", 4_000, |n| "[".repeat(n)),
    family(Catalog, "braces", 4_000, |n| "{a: ".repeat(n)),
    family(Catalog, "lists in lists", 1_000, |n| format!("a: {}", "- ".repeat(n))),
    family(Catalog, "an alias", 500, |n| format!("a: &a [x]\nb: [{}]", many(n, ", ", |_| "*a".to_owned()))),
    family(Catalog, "a long text", 20_000, |n| {
        format!("{ENTITY}      name: {{ type: string, description: \"{}\" }}\n", "x".repeat(n))
    }),
    // --- segc.yml, dialects
    family(Config, "parameters", 400, |n| {
        format!("name: x\nparams:\n{}", many(n, "", |i| format!("  p{i}: {i}\n")))
    }),
    family(Config, "tiers", 100, |n| {
        format!("name: x\ntiers:\n{}", many(n, "", |i| format!("  t{i}: {{ limits: {{ hops: 1 }} }}\n")))
    }),
    family(Config, "unknown keys", 320, |n| format!("name: x\n{}", many(n, "", |i| format!("k{i}: 1\n")))),
    family(Dialect, "a list of reserved words", 200, |n| {
        format!(
            "name: mine\nextends: duckdb\nidentifiers: {{ reserved: [{}] }}\n",
            many(n, ", ", |i| format!("w{i}"))
        )
    }),
    family(Dialect, "a template's brackets", 500, |n| {
        format!(
            "name: mine\nextends: duckdb\nfunctions: {{ lower: \"{}$1{}\" }}\n",
            "(".repeat(n),
            ")".repeat(n)
        )
    }),
    family(Dialect, "a template's operators", 20, |n| {
        format!("name: mine\nextends: duckdb\nfunctions: {{ lower: \"$1{}\" }}\n", " || 'x'".repeat(n))
    }),
    family(Dialect, "unknown functions", 40, |n| {
        format!("name: mine\nextends: duckdb\nfunctions:\n{}", many(n, "", |i| format!("  f{i}: $1\n")))
    }),
    // --- rows
    family(UnitTests, "rows", 200, |n| {
        tests(&many(n, "", |i| format!("    - {{ customer_id: {i}, country: US }}\n")), 1)
    }),
    family(UnitTests, "tests", 100, |n| tests("    - { customer_id: 1 }\n", n)),
    family(UnitTests, "wrong values", 40, |n| {
        tests(&many(n, "", |i| format!("    - {{ customer_id: x{i} }}\n")), 1)
    }),
    family(Row, "linked rows", 40, |n| {
        format!("country: US\norders: [{}]", many(n, ", ", |i| format!("{{ total: {i} }}")))
    }),
    family(Row, "rows on one line that are wrong", 40, |n| {
        format!("{{country: US, orders: [{}]}}", many(n, ", ", |i| format!("{{ totl: {i} }}")))
    }),
    family(Row, "a long text", 20_000, |n| format!("country: \"{}\"", "x".repeat(n))),
    family(Csv, "rows", 1_000, |n| {
        format!("{HEADER}{}", many(n, "", |i| format!("{i},1,paid,1.00,2026-10-25T03:44:49Z\n")))
    }),
    family(Csv, "rows that are wrong", 500, |n| {
        format!("{HEADER}{}", many(n, "", |i| format!("{i},x,y,z,2026-13-45\n")))
    }),
    family(Csv, "columns", 200, |n| {
        format!("{}\n{}\n", many(n, ",", |i| format!("c{i}")), many(n, ",", |i| i.to_string()))
    }),
    family(Csv, "a long value", 50_000, |n| {
        format!("{HEADER}1,1,{},1.00,2026-10-25T03:44:49Z\n", "x".repeat(n))
    }),
    family(Csv, "a quote that is not closed", 1_000, |n| format!("{HEADER}1,1,\"{}", "x,y\n".repeat(n))),
    family(JsonLines, "rows", 500, |n| {
        many(n, "\n", |i| {
            format!(
                "{{\"order_id\": {i}, \"customer_id\": 1, \"status\": \"paid\", \"total\": \"1.00\", \"ordered_at\": \"2026-10-25T03:44:49Z\"}}"
            )
        })
    }),
    family(JsonLines, "brackets", 2_000, |n| format!("{{\"order_id\": {}", "[".repeat(n))),
    // --- addresses
    family(Address, "signs", 5_000, |n| format!("postgres://{}", "a:b@".repeat(n))),
    family(Address, "settings", 2_000, |n| "host=x password='s3cr3t' ".repeat(n)),
];

const ENTITY: &str =
    "entities:\n  customer:\n    table: customers\n    key: id\n    fields:\n      id: integer\n";
const HEADER: &str = "order_id,customer_id,status,total,ordered_at\n";

fn segment_named(at: usize, condition: &str) -> String {
    format!("segment s{at} on customer {{ where {condition} }}")
}

/// A file of tests over the same rows.
fn tests(rows: &str, count: usize) -> String {
    let defaults = "as_of: 2026-11-01T00:00:00Z\ndefaults:\n  customer: { signed_up_at: 2026-01-01T00:00:00Z, updated_at: 2026-01-01T00:00:00Z }\n";
    let test = many(count, "", |i| format!("  - name: test {i}\n    expect: {{ do_not_contact: [] }}\n"));
    format!("{defaults}given:\n  customer:\n{rows}tests:\n{test}")
}
