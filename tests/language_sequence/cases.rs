//! Cases written by hand: a story for each person, and who fits.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::world::World;
use crate::{answers, engines};

/// What each person does, how many hours (or microseconds more) after 20 February; as_of is
/// 228 hours after it. The last column is the product, `-` is none.
const STORIES: &[(u32, &[(&str, i64, i64, &str)])] = &[
    (1, &[("view", 0, 0, "a"), ("cart", 2, 0, "a"), ("buy", 5, 0, "a")]),
    (2, &[("view", 0, 0, "a"), ("cart", 0, 0, "a"), ("buy", 0, 0, "a")]),
    (3, &[("cart", 0, 0, "a"), ("view", 1, 0, "a"), ("buy", 2, 0, "a")]),
    (4, &[("view", 0, 0, "a"), ("buy", 3, 0, "a"), ("cart", 5, 0, "a"), ("buy", 30, 0, "a")]),
    (5, &[("view", 0, 0, "a"), ("cart", 26, 0, "a"), ("buy", 27, 0, "a")]),
    (6, &[("view", 0, 0, "a"), ("cart", 24, 0, "a"), ("buy", 168, 0, "a")]),
    (7, &[("view", 0, 0, "a"), ("cart", 24, 1, "a")]),
    (8, &[("cart", 0, 0, "a")]),
    (9, &[("cart", 227, 0, "a")]),
    (10, &[("cart", 60, 0, "a"), ("buy", 228, 0, "a")]),
    (11, &[("cart", 59, 0, "a"), ("buy", 227, 1, "a")]),
    (12, &[]),
    (13, &[("view", 0, 0, "a"), ("cart", 1, 0, "b"), ("buy", 2, 0, "a")]),
    (14, &[("view", 0, 0, "a"), ("cart", 1, 0, "a"), ("buy", 2, 0, "a")]),
    (15, &[("view", 0, 0, "-"), ("cart", 1, 0, "-"), ("buy", 2, 0, "-")]),
    (16, &[("view", 230, 0, "a"), ("cart", 231, 0, "a")]),
];

/// `V`, `C` and `B` stand for the three events.
const CASES: &[(&str, &[u32])] = &[
    // Each step is strictly later: 2 did everything at one instant.
    ("sequence(V then C then B)", &[1, 4, 5, 6, 13, 14, 15]),
    ("sequence(events then events)", &[1, 3, 4, 5, 6, 7, 11, 13, 14, 15]),
    ("not sequence(events then events)", &[2, 8, 9, 10, 12, 16]),
    // One row can't be two steps, and the rows between may be anything.
    ("sequence(events then events then events then events)", &[4]),
    // A gap includes its end, to the microsecond.
    ("sequence(V then within 1 day C)", &[1, 4, 6, 13, 14, 15]),
    ("sequence(V then within 24 hours C)", &[1, 4, 6, 13, 14, 15]),
    ("sequence(V then within 86399 seconds C)", &[1, 4, 13, 14, 15]),
    // So does the span.
    ("sequence(V then within 1 day C then B within 1 week)", &[1, 4, 6, 13, 14, 15]),
    ("sequence(V then C then B within 10079 minutes)", &[1, 4, 5, 13, 14, 15]),
    // The gap after a negated step counts from the last step that happens.
    ("sequence(V then not B then within 1 day C)", &[1, 6, 13, 14, 15]),
    // Between: the open interval. 2 and 10 have nothing after the first step.
    ("sequence(V then not B then C)", &[1, 5, 6, 7, 13, 14, 15]),
    ("sequence(C then not V then B)", &[1, 4, 5, 6, 11, 13, 14, 15]),
    // Last: from the last step, exclusive, to the end of the span, inclusive, which must be
    // over. 2 bought at the instant of the cart, 11 a microsecond after the end; for 9 and 10
    // it isn't over.
    ("sequence(C then not B within 7 days)", &[2, 7, 8, 11]),
    ("sequence(C then not B within 1 minute)", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15]),
    ("sequence(C then not B within 7 days) or id = 12", &[2, 7, 8, 11, 12]),
    ("not sequence(C then not B within 7 days) and exists(events)", &[1, 3, 4, 5, 6, 9, 10, 13, 14, 15]),
    // The span counts from the first step: 4 bought 30 hours after the view, 25 after the cart.
    ("sequence(V then C then not B within 2 days)", &[6, 7]),
    ("sequence(V then C then not B within 25 hours)", &[4, 6, 7]),
    ("sequence(V then C then not B within 1 day)", &[4, 6]),
    ("sequence(V then not B then C then not B within 2 days)", &[6, 7]),
    ("sequence(V then within 1 day C then not B within 2 days)", &[6]),
    ("sequence(V then not B then C then not B within 24 hours)", &[6]),
    // The same product; a missing one never matches, and another's rows don't forbid.
    ("sequence(V then C then B matching product)", &[1, 4, 5, 6, 14]),
    ("sequence(C then not B within 7 days matching product)", &[2, 7, 8, 11, 13]),
    ("sequence(V then not C then B matching product)", &[3, 4, 13]),
    // A window ends before its end; rows that are forbidden last aren't limited by it.
    ("sequence(V then C during 2026-02-20T00:00:00Z to 2026-02-20T02:00:00Z)", &[13, 14, 15]),
    ("sequence(V then C during 2026-02-20 through 2026-02-20)", &[1, 4, 13, 14, 15]),
    ("sequence(C then not B within 1 day during 2026-02-20T00:00:00Z to 2026-02-20T02:00:00Z)", &[2, 8]),
    ("sequence(V then C during next 7 days)", &[16]),
    ("sequence(V then C during until 2026-03-02)", &[1, 4, 5, 6, 7, 13, 14, 15, 16]),
    // A step's own condition, and rows over more than one link.
    ("sequence((events where product = \"b\") then B)", &[13]),
    ("sequence((events where at before outer.joined_at) then V)", &[3]),
    ("exists(mates where id = 1 and sequence(V then C))", &[1, 2, 3]),
    ("sequence(V then sales.lines then B)", &[1]),
    ("sequence(V then (sales.lines where product = \"x\") then B)", &[]),
];

fn world() -> World {
    let start: Timestamp = "2026-02-20T00:00:00Z".parse().expect("an instant");
    let mut rows: [Vec<String>; 5] = Default::default();
    for (person, story) in STORIES {
        let team = if *person <= 3 { "7" } else { "" };
        let joined = if *person == 3 { "2026-02-20T00:30:00Z" } else { "" };
        rows[0].push(format!("{person},{team},{joined}"));
        for (kind, hours, micros, product) in *story {
            let at = start + SignedDuration::from_hours(*hours) + SignedDuration::from_micros(*micros);
            let product = product.trim_matches('-');
            rows[1].push(format!("{},{person},{kind},{at},{product},1,1", rows[1].len() + 1));
        }
    }
    // The lines have no time: that of their sale counts.
    rows[2].push("1,1,2026-02-20T01:00:00Z,a,1,1".to_owned());
    rows[2].push("2,5,2026-02-21T03:00:00Z,a,1,1".to_owned());
    rows[3].push("1,1,a,1,1".to_owned());
    rows[3].push("2,1,a,1,1".to_owned());
    World { zone: "UTC", rows }
}

#[test]
fn cases_written_by_hand_hold_everywhere() {
    let event = |text: &str, short: &str, name: &str| {
        let short = |before: &str| format!("{before}{short}");
        let long = |before: &str| format!("{before}events[\"{name}\"]");
        [" ", "("].iter().fold(text.to_owned(), |text, before| {
            [" ", ")"].iter().fold(text, |text, after| {
                text.replace(&format!("{}{after}", short(before)), &format!("{}{after}", long(before)))
            })
        })
    };
    let written = |(text, _): &(&str, &[u32])| {
        let text = event(text, "V", "view");
        event(&event(&text, "C", "cart"), "B", "buy")
    };
    let conditions: Vec<String> = CASES.iter().map(written).collect();
    let answers = answers(&world(), &conditions, &mut engines());
    let mut differing = Vec::new();
    for (((_, expected), condition), answer) in CASES.iter().zip(&conditions).zip(&answers) {
        let expected: BTreeSet<String> = expected.iter().map(ToString::to_string).collect();
        let engines = answer.engines.iter().map(|(target, found, _)| (*target, found));
        for (who, found) in engines.chain([("evaluator", &answer.evaluator)]) {
            if *found != expected {
                differing
                    .push(format!("{condition} on {who}:\n  expected {expected:?}\n  found    {found:?}"));
            }
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}
