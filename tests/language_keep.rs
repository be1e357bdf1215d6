//! `keep`, buckets and exclusive groups: who stays, written by hand, by the evaluator and by
//! every engine. The rows are few, and full of missing values, ties and rows that lead nowhere.

mod support;

use segc::api::Session;
use segc::evaluate::{Data, Evaluator};
use segc::project::Memory;
use support::engine::words;
use support::project::{at, instant, open, said};

const CATALOG: &str = r#"
entities:
  customer:
    table: customers
    key: id
    fields:
      id: integer
      company_id: string
      score: { type: "decimal(10,2)" }
      rate: float
      name: string
      born: date
      active: boolean
    links:
      company: { to: company, on: { company_id: code } }
      orders: { to: order, many: true, on: { id: customer_id } }
  company:
    table: companies
    key: code
    fields:
      code: string
      country: string
    links:
      people: { to: customer, many: true, on: { code: company_id } }
  order:
    table: orders
    key: [customer_id, number]
    time: at
    fields:
      customer_id: integer
      number: string
      total: { type: "decimal(10,2)" }
      at: timestamp
    links:
      customer: { to: customer, on: { customer_id: id } }
  day:
    table: days
    key: day
    fields:
      day: date
      visits: integer
"#;

/// Company `c` is nowhere; 9 and 10 have none, and neither has 12, which has no key.
const CUSTOMERS: &str = "id,company_id,score,rate,name,born,active
1,a,10.00,0.5,Zoe,1990-05-17,true
2,a,10.00,1.5,ada,1985-01-01,false
3,a,5.50,,Ada,,true
4,a,,-2.5,émile,2000-02-29,
5,b,7.00,3.25,,1970-12-31,true
6,b,-1.00,0,Bob,1970-12-31,true
7,c,7.00,9,bob,1999-09-09,false
8,c,3.00,8,𝒳avier,1999-09-08,true
9,,100.00,7,Zoe,1999-09-07,true
10,,2.00,6,\u{fffd},1999-09-06,true
11,b,,,Bob,1999-09-05,true
,a,999.00,99,nobody,1999-01-01,true
";

const COMPANIES: &str = "code,country
a,DE
b,
x'y,DE
";

const ORDERS: &str = "customer_id,number,total,at
1,n1,5.00,2026-01-01T00:00:00Z
1,n2,5.00,2026-01-02T00:00:00Z
1,N3,1.00,2026-01-03T00:00:00Z
2,n1,5.00,2026-01-01T00:00:00Z
2,it's:1,5.00,2026-01-04T00:00:00Z
3,n1,,2026-01-05T00:00:00Z
77,n1,50.00,2026-01-05T00:00:00Z
";

const DAYS: &str = "day,visits
2026-01-01,5
2026-01-02,5
1999-12-31,
2024-02-29,9
";

/// A segment's rules, its entity, its members.
const CASES: &[(&str, &str, &str)] = &[
    // The largest; 1 and 2 tie, and the lower key comes first. Row 12 has no key.
    ("customer", "keep top 1 by score", "9"),
    ("customer", "keep top 2 by score", "1 9"),
    ("customer", "keep top 3 by score", "1 2 9"),
    ("customer", "keep top 4 by score", "1 2 5 9"),
    // Missing comes last from both ends; among the missing the lower key comes first.
    ("customer", "keep bottom 2 by score", "10 6"),
    ("customer", "keep bottom 10 by score", "1 10 2 3 4 5 6 7 8 9"),
    ("customer", "keep top 10 by score", "1 10 2 3 4 5 6 7 8 9"),
    ("customer", "keep top 1000 by score", "1 10 11 2 3 4 5 6 7 8 9"),
    // Only those who match are ranked.
    ("customer", "where not active or score is missing keep top 2 by score", "2 7"),
    ("customer", "exclude where id = 9 keep top 1 by score", "1"),
    ("customer", "where score > 1000 keep top 1 by score", ""),
    ("customer", "where score > 1000 keep bottom 50% by score", ""),
    // Expressions, aggregates, links, traits.
    ("customer", "keep bottom 2 by -score", "1 9"),
    ("customer", "keep top 2 by id % 4", "3 7"),
    ("customer", "keep top 2 by sum(orders.total)", "1 2"),
    ("customer", "keep bottom 2 by count(orders)", "4 5"),
    ("customer", "keep top 2 by max(orders.total where number != \"n1\")", "1 2"),
    ("customer", "keep bottom 4 by max(orders.total)", "1 2 3 4"),
    ("customer", "keep top 2 by spent", "1 2"),
    ("customer", "keep top 1 by company.size", "1"),
    ("customer", "keep top 5 by company.size", "1 2 3 4 5"),
    ("customer", "keep top 2 by rate", "7 8"),
    ("customer", "keep bottom 2 by rate", "4 6"),
    ("customer", "keep top 2 by coalesce(score, 8)", "1 9"),
    ("customer", "keep top 3 by days_since(born)", "2 5 6"),
    ("customer", "keep bottom 3 by born", "2 5 6"),
    ("customer", "keep top 1 by born", "4"),
    ("customer", "keep top 2 by bucket(\"autumn\")", "5 7"),
    // A constant ties all.
    ("customer", "keep top 2 by 1", "1 2"),
    ("customer", "keep top 2 by now", "1 2"),
    // Text by code point: capitals, then small letters, then é, U+FFFD, and 𝒳 beyond it.
    ("customer", "keep bottom 3 by name", "11 3 6"),
    ("customer", "keep bottom 6 by name", "1 11 2 3 6 9"),
    ("customer", "keep top 1 by name", "8"),
    ("customer", "keep top 3 by name", "10 4 8"),
    // A percentage is rounded up: 11 match.
    ("customer", "keep top 0.000001% by score", "9"),
    ("customer", "keep top 9% by score", "9"),
    ("customer", "keep top 9.090909% by score", "9"),
    ("customer", "keep top 9.09091% by score", "1 9"),
    ("customer", "keep top 10% by score", "1 9"),
    ("customer", "keep bottom 50% by score", "10 3 5 6 7 8"),
    ("customer", "keep top 100% by score", "1 10 11 2 3 4 5 6 7 8 9"),
    ("customer", "where id in (1, 2, 3, 4) keep top 50% by score", "1 2"),
    ("customer", "where id in (1, 2, 3, 4) keep top 50.000001% by score", "1 2 3"),
    ("customer", "where id in (1, 2, 3) keep top 33.33% by score", "1"),
    ("customer", "where id in (1, 2, 3) keep top 33.34% by score", "1 2"),
    ("customer", "where id in (1, 2, 3) keep top 66.666666% by score", "1 2"),
    // In groups. For a link it is the far row that decides: 7 and 8 (nowhere) and 9 and 10
    // (none) are one group.
    ("customer", "keep top 1 per company by score", "1 5 9"),
    ("customer", "keep bottom 1 per company by score", "10 3 6"),
    ("customer", "keep top 2 per company by score", "1 2 5 6 7 9"),
    ("customer", "keep top 1 per company_id by score", "1 5 7 9"),
    ("customer", "keep top 1 per company.country by score", "1 9"),
    ("customer", "keep bottom 1 per active by score", "4 6 7"),
    ("customer", "keep top 1 per born by score", "1 10 11 2 3 4 5 7 8 9"),
    ("customer", "keep top 1 per name by score", "10 2 3 4 5 6 7 8 9"),
    ("customer", "keep top 50% per company by score", "1 2 5 6 7 9"),
    ("customer", "keep top 25% per company by score", "1 5 9"),
    ("customer", "keep top 1 per is_rich by score", "1 9"),
    ("order", "keep top 1 per customer by total", "1/n1 2/it's:1 3/n1 77/n1"),
    ("order", "keep top 1 per customer.company by total", "1/n1 77/n1"),
    // Keys of two parts, in their order; text by code point: `N3` < `it's:1` < `n1`.
    ("order", "keep top 3 by total", "1/n1 1/n2 77/n1"),
    ("order", "keep top 4 by total", "1/n1 1/n2 2/it's:1 77/n1"),
    ("order", "keep bottom 2 by at", "1/n1 2/n1"),
    ("order", "keep bottom 1 per customer_id by 1", "1/N3 2/it's:1 3/n1 77/n1"),
    // One after another, each on what the one before left.
    ("customer", "keep top 4 by score keep bottom 2 by id", "1 2"),
    ("customer", "keep bottom 2 by id keep top 4 by score", "1 2"),
    ("customer", "keep top 1 per company by score keep top 2 by name", "1 9"),
    ("customer", "keep top 2 per company by score keep top 50% by id keep bottom 1 by rate", "6"),
    ("customer", "keep top 3 by sum(orders.total) keep bottom 1 per company by count(orders)", "3"),
    ("customer", "keep top 50% by score keep top 50% by score", "1 2 9"),
    // Samples: below 100 × P. The buckets were computed apart; that of 4 is 1473.
    ("customer", "where bucket(\"autumn\") < 1473", "1 10"),
    ("customer", "where bucket(\"autumn\") <= 1473", "1 10 4"),
    ("customer", "where bucket($seed) = 1473", "4"),
    ("customer", "keep sample 30% seed \"autumn\"", "1 10 4 9"),
    ("customer", "keep sample 14.73% seed \"autumn\"", "1 10"),
    ("customer", "keep sample 14.74% seed \"autumn\"", "1 10 4"),
    ("customer", "keep sample 100% seed \"autumn\"", "1 10 11 2 3 4 5 6 7 8 9"),
    ("customer", "keep top 5 by score keep sample 30% seed \"autumn\"", "1 9"),
    ("customer", "keep sample 30% seed \"autumn\" keep top 3 by score", "1 10 9"),
    ("customer", "keep top 5 by score keep sample 50% seed \"autumn\" keep bottom 2 by score", "1 2"),
    ("company", "where bucket(\"x\") < 5275", "a x'y"),
    ("order", "where bucket(\"s'é\\\"\") < 5000", "1/n2 2/n1 77/n1"),
    ("order", "keep sample 70.03% seed \"s'é\\\"\"", "1/n2 2/n1 2/it's:1 77/n1"),
    ("day", "where bucket(\"s\") < 5000", "2026-01-02 1999-12-31"),
    ("day", "keep top 2 by visits keep sample 80% seed \"s\"", "2024-02-29"),
    ("customer", "where exists(orders where bucket(\"s'é\\\"\") < 5000)", "1 2"),
    ("customer", "where company.lot < 5000", "1 2 3 4"),
    ("customer", "where not company.lot < 5000", "10 11 5 6 7 8 9"),
];

/// What the cases use.
const OTHERS: &str = "
param seed: string = \"autumn\"
trait spent on customer = sum(orders.total)
trait is_rich on customer = spent > 5
trait size on company = count(people)
trait lot on company = bucket(\"x\")
";

/// Segments of exclusive groups, and who is in each.
const GROUPS: &[(&str, &str)] = &[
    ("segment vip on customer { exclusive group: \"mail\" priority: 1 where score >= 10 }", "1 2 9"),
    (
        "segment odd on customer { exclusive group: \"mail\" priority: 20 where id % 2 = 1 keep top 3 by id }",
        "11 5 7",
    ),
    // Whom a `keep` left out is free for the next.
    ("segment rest on customer { exclusive group: \"mail\" priority: 300 where id < 9 }", "3 4 6 8"),
    ("segment others on customer { exclusive group: \"mail\" priority: -5 where id = 2 or id = 10 }", "10 2"),
    ("segment apart on customer { exclusive group: \"Mail\" priority: 20 where id = 1 }", "1"),
    // A disabled one takes nobody, whatever its number.
    ("segment off on customer { exclusive group: \"mail\" priority: 20 enabled: false where id = 3 }", ""),
    ("segment either on customer { where in segment odd or in segment apart }", "1 11 5 7"),
    ("segment few on customer extends rest { keep bottom 1 by id }", "3"),
];

fn session(segments: &str) -> Session {
    let files = Memory::new()
        .with("segc.yml", "name: keep\n")
        .with("catalog/all.yml", CATALOG)
        .with("segments/all.seg", format!("{OTHERS}{segments}"));
    open(&files)
}

fn data(session: &Session) -> Data {
    let mut data = Data::new(&session.hir().catalog);
    for (entity, rows) in [("customer", CUSTOMERS), ("company", COMPANIES), ("order", ORDERS), ("day", DAYS)]
    {
        support::rows::read_csv(&mut data, entity, rows).expect("the rows fit");
    }
    data
}

/// Compares the members of segments by the evaluator and on every engine with what is expected.
fn agree(segments: &str, expected: &[(String, &str)]) {
    let session = session(segments);
    let data = data(&session);
    let as_of = instant("2026-06-01T00:00:00Z");
    let mut wrong = String::new();
    let mut compare =
        |how: &str, name: &str, wanted: &str, found: Result<support::engine::Members, String>| {
            let mut wanted: Vec<&str> = wanted.split_whitespace().collect();
            wanted.sort_unstable();
            let found = found.map(|found| words(&found).into_iter().collect::<Vec<_>>().join(" "));
            let fits = found.as_ref().is_ok_and(|found| *found == wanted.join(" "));
            if !fits {
                wrong.push_str(&format!("{name} on {how}: wanted {wanted:?}, found {found:?}\n"));
            }
        };
    let mut evaluator = Evaluator::new(session.hir(), &data, as_of);
    for (name, wanted) in expected {
        let id = session.hir().find(name).expect("a segment");
        compare("the evaluator", name, wanted, evaluator.members(id).map_err(|error| error.to_string()));
    }
    for mut engine in support::engine::available() {
        engine.load(&support::given::from_data(engine.target(), &data));
        let select = |name: &String| {
            let id = session.hir().find(name).expect("a segment");
            let sql = session.select_sql(engine.target(), id, &at(as_of));
            sql.unwrap_or_else(|problems| panic!("{name}: {}", said(&problems)))
        };
        let selects: Vec<String> = expected.iter().map(|(name, _)| select(name)).collect();
        for ((name, wanted), found) in expected.iter().zip(engine.members_of_all(&selects)) {
            compare(engine.target(), name, wanted, found);
        }
    }
    assert!(wrong.is_empty(), "{wrong}\n{segments}");
}

#[test]
fn whom_keeps_keep() {
    let mut segments = String::new();
    let mut expected = Vec::new();
    for (at, (entity, rules, members)) in CASES.iter().enumerate() {
        segments.push_str(&format!("segment s{at} on {entity} {{ {rules} }}\n"));
        expected.push((format!("s{at}"), *members));
    }
    agree(&segments, &expected);
}

#[test]
fn nobody_is_in_two_segments_of_a_group() {
    let segments: String = GROUPS.iter().map(|(segment, _)| format!("{segment}\n")).collect();
    let name = |segment: &str| segment.split(' ').nth(1).unwrap_or_default().to_owned();
    let enabled = GROUPS.iter().filter(|(segment, _)| !segment.contains("enabled: false"));
    let expected: Vec<_> = enabled.map(|(segment, members)| (name(segment), *members)).collect();
    agree(&segments, &expected);
}
