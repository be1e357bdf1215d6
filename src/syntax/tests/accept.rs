//! Every construct and the tree that it makes.

use super::{expr, faults, parsed, show, tree};
use crate::syntax::grammar::{Rule, read};
use crate::syntax::reserved;

/// The example of the language reference.
const EXAMPLE: &str = r#"
# A comment runs to the end of the line.
param min_spend: decimal = 1000

trait lifetime_value on customer = sum(orders.total where status = "paid")

segment high_value on customer {
  description: "Spent over $1,000 in more than five orders in the last 30 days"
  owner: "growth@shop.example"
  tags: [marketing, discounts]

  where sum(orders.total during last 30 days) > $min_spend
    and count(orders during last 30 days) > 5
}

segment high_value_us on customer extends high_value {
  where country = "US"
}

segment win_back on customer {
  materialize: incremental

  include where lifetime_value >= 500
            and not exists(orders during last 90 days)
  include where plan in ("premium", "enterprise") and last_seen_at before 60 days ago
  exclude where in segment do_not_contact
}

segment do_not_contact on customer {
  where unsubscribed or exists(complaints during last 1 year)
}
"#;

#[test]
fn the_example_has_its_tree() {
    assert_eq!(
        tree(EXAMPLE),
        [
            "param min_spend: decimal = 1000",
            "trait lifetime_value on customer = Sum[orders.total where (Equal status \"paid\")]",
            "segment high_value on customer; description: Text(\"Spent over $1,000 in more than five orders in the last 30 days\"); \
             owner: Text(\"growth@shop.example\"); tags: [\"marketing\", \"discounts\"]; \
             Where (and (Greater Sum[orders.total during last(30day)] $min_spend) (Greater Count[orders during last(30day)] 5))",
            "segment high_value_us on customer extends high_value; Where (Equal country \"US\")",
            "segment win_back on customer; materialize: Word(\"incremental\"); \
             Include (and (GreaterOrEqual lifetime_value 500) (not Exists[orders during last(90day)])); \
             Include (and (in plan [\"premium\" \"enterprise\"]) (Before last_seen_at ago(60day))); \
             Exclude (in-segment self do_not_contact)",
            "segment do_not_contact on customer; Where (or unsubscribed Exists[complaints during last(1year)])",
        ]
        .join("\n")
    );
}

#[test]
fn the_grammar_alone_accepts_a_valid_file() {
    assert!(read(Rule::file, EXAMPLE).is_ok());
}

#[test]
fn reserved_words_match_the_grammar() {
    for word in reserved() {
        assert!(read(Rule::one_header, &format!("segment {word} on customer")).is_err(), "{word}");
        assert_eq!(expr(&format!("`{word}` = 1")), format!("(Equal {word} 1)"));
    }
    let text = include_str!("../../../grammar/segment.pest");
    let rule = text.split("reserved = _{").nth(1).and_then(|rest| rest.split('}').next()).expect("the rule");
    assert_eq!(rule.matches('"').count() / 2, reserved().count());
}

#[test]
fn keywords_can_be_names() {
    for name in [
        "at",
        "name",
        "id",
        "type",
        "date",
        "status",
        "first",
        "last",
        "count",
        "event",
        "since",
        "plan",
        "to",
        "keep",
        "segment",
        "param",
        "trait",
        "contains",
        "before",
        "starts",
        "start",
        "of",
        "on",
        "where_",
        "orders",
        "sum",
        "this",
        "next",
        "until",
        "lifetime",
        "yesterday",
        "missing",
        "size",
        "any",
        "ago",
        "days",
        "month",
        "latest",
        "every",
        "exists",
        "sequence",
        "by",
        "top",
        "group",
        "priority",
        "matches",
        "ignoring",
        "case",
        "outer",
        "andy",
        "nothing",
        "inner",
        "island",
        "string",
        "decimal",
        "within",
        "then",
        "each",
        "year",
    ] {
        assert_eq!(
            expr(&format!("{name} = 1 and a.{name} is missing")),
            format!("(and (Equal {name} 1) (missing a.{name}))")
        );
        assert_eq!(
            expr(&format!("a = {name} or {name} < {name}")),
            format!("(or (Equal a {name}) (Less {name} {name}))")
        );
        let text = format!("segment {name} on {name} extends {name} {{ {name}: {name} where {name} }}");
        let (file, _) = parsed(&text);
        assert!(
            show::file(&file).starts_with(&format!("segment {name} on {name} extends {name}; {name}: Word")),
            "{text}"
        );
    }
}

#[test]
fn operators_have_their_precedence() {
    for (text, expected) in [
        ("a or b and not c = 1", "(or a (and b (not (Equal c 1))))"),
        ("(a or b) and c", "(and (or a b) c)"),
        ("a + b * -c - 1 > 2", "(Greater (Subtract (Add a (Multiply b (- c))) 1) 2)"),
        ("a - b - c", "(Subtract (Subtract a b) c)"),
        ("a / b % c", "(Remainder (Divide a b) c)"),
        ("-(1)", "(- 1)"),
        ("a -1", "(Subtract a 1)"),
        ("a - -1", "(Subtract a -1)"),
        ("- - 5", "(- -5)"),
        ("- - - 5", "(- (- -5))"),
        ("- - - - x", "(- (- x))"),
        ("not not a", "(not (not a))"),
        ("not not not a", "(not a)"),
        ("a between 1 + 1 and 2 * 3 and b", "(and (between a (Add 1 1) (Multiply 2 3)) b)"),
        ("a = (b = c)", "(Equal a (Equal b c))"),
        ("not a between 1 and 2 or b", "(or (not (between a 1 2)) b)"),
        ("not(a)and(b)or(c)", "(or (and (not a) b) c)"),
    ] {
        assert_eq!(expr(text), expected, "{text}");
    }
}

#[test]
fn operators_have_their_tree() {
    for (text, expected) in [
        ("a = 1", "(Equal a 1)"),
        ("a != 1", "(NotEqual a 1)"),
        ("a<1", "(Less a 1)"),
        ("a<=1", "(LessOrEqual a 1)"),
        ("a>=-1", "(GreaterOrEqual a -1)"),
        ("a = 'X' ignoring case", "(Equal~ a \"X\")"),
        ("a in ('x', 'y',) ignoring case", "(in~ a [\"x\" \"y\"])"),
        ("a not in (1, -2, $p)", "(not-in a [1 -2 $p])"),
        ("a in ()", "(in a [])"),
        ("a not between 1 and 2", "(not-between a 1 2)"),
        ("a contains 'x'", "(Contains a \"x\")"),
        ("a not contains 'x' ignoring  case", "(not-Contains~ a \"x\")"),
        ("a starts # why\n with 'x'", "(StartsWith a \"x\")"),
        ("a not ends with 'x'", "(not-EndsWith a \"x\")"),
        ("a is missing", "(missing a)"),
        ("a is not missing", "(present a)"),
        ("a is present", "(present a)"),
        ("a is not present", "(missing a)"),
        ("a before now", "(Before a now)"),
        ("a not after today + 1 day", "(not-After a (Add today 1day))"),
        ("a not before 2024-01-31", "(not-Before a 2024-01-31)"),
        ("a not during today", "(not-during a today-window)"),
        ("in segment s", "(in-segment self s)"),
        ("not in segment s", "(not-in-segment self s)"),
        ("not not in segment s", "(not (not-in-segment self s))"),
        ("company in segment s", "(in-segment company s)"),
        ("company.parent not in segment s", "(not-in-segment company.parent s)"),
    ] {
        if !expected.is_empty() {
            assert_eq!(expr(text), expected, "{text}");
        }
    }
}

#[test]
fn windows_and_instants_have_their_tree() {
    for (text, expected) in [
        ("last 30 days", "last(30day)"),
        ("last $n weeks", "last($nweek)"),
        ("last 1_000 hours", "last(1000hour)"),
        ("previous 2 quarters", "previous(2quarter)"),
        ("next 1 year", "next(1year)"),
        ("this month", "this(month)"),
        ("today", "today-window"),
        ("yesterday", "yesterday"),
        ("lifetime", "lifetime"),
        ("since signed_up_at", "since(signed_up_at)"),
        ("since 2024-01-01", "since(2024-01-01)"),
        ("until start of week", "until(start(week))"),
        ("60 days ago to 30 days ago", "[ago(60day) to ago(30day))"),
        ("today to 3 days from now", "[today to from-now(3day))"),
        ("today - 1 day to now", "[(Subtract today 1day) to now)"),
        ("$a to $b + $n days", "[$a to (Add $b $nday))"),
        ("2024-01-01 through 2024-12-31", "[2024-01-01 through 2024-12-31]"),
        ("outer.at to outer.at + 7 days", "[outer.at to (Add outer.at 7day))"),
        ("last.x to (a)", "[last.x to a)"),
        ("this to that", "[this to that)"),
        ("2024-01-01T00:00:00Z to now", "[2024-01-01T00:00:00Z to now)"),
    ] {
        assert_eq!(expr(&format!("at during {text}")), format!("(during at {expected})"), "{text}");
        assert_eq!(
            expr(&format!("count(x during {text} where y) > 1 and z")),
            format!("(and (Greater Count[x during {expected} where y] 1) z)"),
            "{text}"
        );
    }
    assert_eq!(expr("signed_up_at + 7 days < now"), "(Less (Add signed_up_at 7day) now)");
}

#[test]
fn aggregates_functions_and_paths_have_their_tree() {
    for (text, expected) in [
        ("count(orders)", "Count[orders]"),
        ("count (orders)", "Count[orders]"),
        ("count # all\n distinct\n(orders.product)", "CountDistinct[orders.product]"),
        ("avg(a.b)", "Avg[a.b]"),
        ("min(a.b)", "Min[a.b]"),
        ("max(a.b where c)", "Max[a.b where c]"),
        ("every(a during today where b = outer.c)", "Every[a during today-window where (Equal b outer.c)]"),
        (
            "sum(lines.quantity * unit_price where x or y)",
            "Sum[(Multiply lines.quantity unit_price) where (or x y)]",
        ),
        (
            "exists(a where count(b where exists(c)) > 1)",
            "Exists[a where (Greater Count[b where Exists[c]] 1)]",
        ),
        (
            "count(events[\"Order Completed\"] during last 30 days where amount > 10) >= 3",
            "(GreaterOrEqual Count[events[\"Order Completed\"] during last(30day) where (Greater amount 10)] 3)",
        ),
        ("min(a.events['x'].at)", "Min[a.events[\"x\"].at]"),
        ("lower(a) = 'x'", "(Equal lower(a) \"x\")"),
        ("coalesce(a, 0)", "coalesce(a 0)"),
        ("days_between(a, now)", "days_between(a now)"),
        ("date(a) = today", "(Equal date(a) today)"),
        ("foo()", "foo()"),
        ("minimum(a)", "minimum(a)"),
        ("`my field`.`x`", "my field.x"),
        ("$`p` + $q", "(Add $p $q)"),
        (
            "sum(orders.total during last 30 days) < 0.5 * sum(orders.total during 60 days ago to 30 days ago)",
            "(Less Sum[orders.total during last(30day)] (Multiply 0.5 Sum[orders.total during [ago(60day) to ago(30day))]))",
        ),
    ] {
        assert_eq!(expr(text), expected, "{text}");
    }
}

#[test]
fn constants_have_their_tree() {
    for (text, expected) in [
        ("1_000", "1000"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("10.50", "10.5"),
        ("1e3", "1e3"),
        ("-1.5E-3", "-1.5e-3"),
        ("true", "true"),
        ("2024-02-29", "2024-02-29"),
        ("2024-01-31T10:00:00.5+02:00", "2024-01-31T08:00:00.5Z"),
        ("2024 -1", "(Subtract 2024 1)"),
        (r#"'a"b\'\u{1F600}\\'"#, r#""a\"b'😀\\""#),
        ("\"# no comment; -- // == “ \"", "\"# no comment; -- // == “ \""),
    ] {
        if !expected.is_empty() {
            assert_eq!(expr(text), expected, "{text}");
        }
    }
}

#[test]
fn properties_and_parameters_have_their_tree() {
    assert_eq!(
        tree("segment s on c { enabled: false access: [a, \"b c\",] x: -5 y: 'text' z: [] w: 14 days }"),
        "segment s on c; enabled: Boolean(false); access: [\"a\", \"b c\"]; x: Integer(-5); y: Text(\"text\"); z: []; w: Duration(14, Day)"
    );
    assert_eq!(tree("segment everyone on c {}"), "segment everyone on c");
    assert_eq!(
        tree(
            "param a: decimal(10, 2)\nparam b: array<string>\nparam c: date = 2024-01-31 param d: integer = -5"
        ),
        "param a: decimal(10,2)\nparam b: array<string>\nparam c: date = 2024-01-31\nparam d: integer = -5"
    );
    assert_eq!(tree("\u{FEFF}# only a comment"), "");
    assert_eq!(
        tree("trait a on c = x trait b on c = in segment s\ntrait d on c = segment"),
        "trait a on c = x\ntrait b on c = (in-segment self s)\ntrait d on c = segment"
    );
    assert_eq!(tree("segment s on c {\r\n  where a\r\n}\r\n"), "segment s on c; Where a");
}

/// The constructs with a shape of their own.
#[test]
fn every_construct_has_its_tree() {
    for (text, expected) in [
        ("where a matches \"x+\" and b", "Where (and (matches a \"x+\") b)"),
        ("where a not matches 'x'", "Where (not-matches a \"x\")"),
        ("where a resembles \"x\" within 2 edits", "Where (resembles a \"x\" 2)"),
        ("where a not resembles \"x\" within 0 edits", "Where (not-resembles a \"x\" 0)"),
        ("where a contains any (\"x\", 'y')", "Where (contains-any a [\"x\" \"y\"])"),
        ("where a not contains all ('x',)", "Where (not-contains-all a [\"x\"])"),
        ("where a contains all # any\n ('x')", "Where (contains-all a [\"x\"])"),
        ("where a contains any# all\n ('x')", "Where (contains-any a [\"x\"])"),
        ("where sum# x\n (a.b) = 1", "Where (Equal Sum[a.b] 1)"),
        ("where count # distinct\n (a) = 1", "Where (Equal Count[a] 1)"),
        ("where count # a\n distinct # b\n (a.b) = 1", "Where (Equal CountDistinct[a.b] 1)"),
        ("where a is empty", "Where (empty a)"),
        ("where a is not empty", "Where (not-empty a)"),
        ("where size(a) > 1", "Where (Greater size(a) 1)"),
        ("where semver(a) > '1'", "Where (Greater semver(a) \"1\")"),
        ("where bucket('s') < 5", "Where (Less bucket(\"s\") 5)"),
        ("where bucket('s.t' of a.b as flagsmith) < 5", "Where (Less bucket(\"s.t\" of a.b as flagsmith) 5)"),
        ("where bucketed(s) < 5", "Where (Less bucketed(s) 5)"),
        (
            "where first(a.b during today where c) = 1",
            "Where (Equal First[a.b during today-window where c] 1)",
        ),
        ("where last(a.b) = 1", "Where (Equal Last[a.b] 1)"),
        ("where mode(a.b) = 1", "Where (Equal Mode[a.b] 1)"),
        ("where sum(latest 3 a.b) = 1", "Where (Equal Sum[latest 3 a.b] 1)"),
        ("where count(earliest 3 a) = 1", "Where (Equal Count[earliest 3 a] 1)"),
        ("where a anniversary during next 7 days", "Where (anniversary a next(7day))"),
        ("where a not anniversary during today", "Where (not-anniversary a today-window)"),
        (
            "where periods(p during last 8 weeks each 1 week at least 3) > 1",
            "Where (Greater Periods[p during last(8week) each 1week least 3] 1)",
        ),
        (
            "where periods(p during last 8 weeks where q each 1 week) > 1",
            "Where (Greater Periods[p during last(8week) where q each 1week] 1)",
        ),
        (
            "where sequence(events[\"view\"] then within 1 day (events[\"cart\"] where amount > 10) then events[\"purchase\"] within 7 days)",
            "Where Sequence[events[\"view\"], within(1day) events[\"cart\"] where (Greater amount 10), events[\"purchase\"] within(7day)]",
        ),
        (
            "where sequence(a then not b then c within 7 days matching p.q during last 3 days)",
            "Where Sequence[a, not b, c within(7day) matching p.q during last(3day)]",
        ),
        (
            "where sequence(a then not (b where c) within 2 hours)",
            "Where Sequence[a, not b where c within(2hour)]",
        ),
        ("keep top 10 by a.b + 1", "Top 10 by (Add a.b 1)"),
        ("keep bottom 5% by a", "Bottom 5% by a"),
        ("keep top 3 per company by e # x", "Top 3 per company by e"),
        ("keep top 3 % per a.b by e", "Top 3% per a.b by e"),
        ("keep sample 0.5% seed \"text\"", "Sample 0.5% \"text\""),
        ("with a, b = c.d, e = count(f)", "With a, b = c.d, e = Count[f]"),
        ("with a = b = \"x\",\n  `of` = c", "With a = (Equal b \"x\"), of = c"),
        ("where a starts with \"x\"\n  with b,", "Where (StartsWith a \"x\"); With b"),
        ("expire: 14 days", "expire: Duration(14, Day)"),
        ("history: true", "history: Boolean(true)"),
        ("exclusive  group: \"x\"", "exclusive group: Text(\"x\")"),
        ("priority: 10", "priority: Integer(10)"),
    ] {
        let text = format!("segment s on c {{\n  {text}\n}}\n");
        let (file, problems) = parsed(&text);
        assert_eq!(faults(&text, &problems), []);
        assert_eq!(show::file(&file), format!("segment s on c; {expected}"), "{text}");
    }
}
