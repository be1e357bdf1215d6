//! Calls of functions on texts, patterns and versions, and their expected results.

use crate::dialect::Function as F;
use crate::plan::rel::{BinaryOp, Scalar};
use crate::types::{CharSet, Literal, Regex};

use super::{Add, call, date, int, text};

/// Texts, patterns, and versions.
pub(super) fn add_all(add: Add<'_>) {
    texts(add);
    patterns(add);
    versions(add);
    conversions(add);
}

fn texts(add: Add<'_>) {
    let less = |a: &str, b: &str| {
        let ordered = |t: &str| Box::new(call(F::TextOrder, vec![text(t)]));
        Scalar::Binary(BinaryOp::Less, ordered(a), ordered(b))
    };
    add(F::TextOrder, less("Z", "a"), "true");
    add(F::TextOrder, less("é", "z"), "false");
    add(F::TextOrder, less("a b", "ab"), "true");
    add(F::TextOrder, less("\u{ffff}", "😀"), "true");
    add(F::Concat, call(F::Concat, vec![text("a'"), text("b\\")]), "a'b\\");
    add(F::DateText, call(F::DateText, vec![date("0987-01-31")]), "0987-01-31");
    for (given, expected) in
        [("", "6393"), ("seed:1", "7497"), ("größe:ab:7", "276"), ("😀:x", "4164"), ("it's:\\", "1108")]
    {
        add(F::Bucket, call(F::Bucket, vec![text(given)]), expected);
    }
    for (given, sha1_share, md5_share, md5_remainder) in [
        ("", "85244", "82857", "3540"),
        ("hashKey.saltyA.userKeyA", "42157", "36559", "9727"),
        ("größe:ab:7", "21338", "42114", "7184"),
        ("😀:x", "26676", "74565", "2541"),
        ("it's:\\", "36691", "17950", "9836"),
        ("user-1test", "48914", "71590", "8774"),
    ] {
        add(F::Sha1Share, call(F::Sha1Share, vec![text(given)]), sha1_share);
        add(F::Md5Share, call(F::Md5Share, vec![text(given)]), md5_share);
        add(F::Md5Remainder, call(F::Md5Remainder, vec![text(given)]), md5_remainder);
    }
    add(F::Lower, call(F::Lower, vec![text("ÄBC É")]), "äbc é");
    add(F::Upper, call(F::Upper, vec![text("äbc é")]), "ÄBC É");
    for (given, expected) in
        [("  a b ", "a b"), ("\ta\n ", "\ta\n"), ("\u{a0}a\u{a0}", "\u{a0}a\u{a0}"), ("   ", "")]
    {
        add(F::Trim, call(F::Trim, vec![text(given)]), expected);
    }
    for (given, expected) in [("", "0"), ("é", "1"), ("e\u{301}", "2"), ("🤦🏼‍♂️", "5")] {
        add(F::Length, call(F::Length, vec![text(given)]), expected);
    }
    for (a, b, contains, starts, ends) in [
        ("50% off", "%", "true", "false", "false"),
        ("a_b", "a_", "true", "true", "false"),
        ("abc", "a_c", "false", "false", "false"),
        ("abc", "bc", "true", "false", "true"),
        ("abc", "", "true", "true", "true"),
        ("", "a", "false", "false", "false"),
        ("a\\", "\\", "true", "false", "true"),
        ("😀é", "é", "true", "false", "true"),
        ("b", "abab", "false", "false", "false"),
        ("Abc", "a", "false", "false", "false"),
        ("abC", "c", "false", "false", "false"),
    ] {
        add(F::Contains, call(F::Contains, vec![text(a), text(b)]), contains);
        add(F::StartsWith, call(F::StartsWith, vec![text(a), text(b)]), starts);
        add(F::EndsWith, call(F::EndsWith, vec![text(a), text(b)]), ends);
    }
    add(F::Concat, call(F::Concat, vec![text("it's "), text("é😀")]), "it's é😀");
    let date = |text: &str| Scalar::Literal(Literal::Date(text.parse().expect("a date")));
    add(F::DateText, call(F::DateText, vec![date("2024-02-09")]), "2024-02-09");
    add(F::DateText, call(F::DateText, vec![date("0099-12-31")]), "0099-12-31");
    // The first MD5 begins with 9, the last with d: more than 31 bits.
    for (hashed, bucket) in [("autumn:1", "1327"), ("autumn:5", "9991"), ("s'é\":1:n1", "7964"), ("", "6393")]
    {
        add(F::Bucket, call(F::Bucket, vec![text(hashed)]), bucket);
    }
}

/// Patterns, and texts that resemble one another.
fn patterns(add: Add<'_>) {
    let one = |c| Regex::One(CharSet::one(c));
    let any = || Regex::One(CharSet::one('\n').complement());
    let repeat = |of, least, most| Regex::Repeat { of: Box::new(of), least, most };
    let whole = |of| Regex::Concat(vec![Regex::Start, of, Regex::End]);
    let odd = || CharSet::new(r"\]^-[&'.%$\u{e9}\u{1F600} ".chars().map(|c| (c, c)));
    let cases = [
        ("a.b", Regex::Concat(vec![one('a'), one('.'), one('b')]), "true"),
        ("axb", Regex::Concat(vec![one('a'), one('.'), one('b')]), "false"),
        ("😀", whole(any()), "true"),
        ("a\n", whole(one('a')), "false"),
        ("\na", whole(one('a')), "false"),
        ("\n", any(), "false"),
        ("\r", any(), "true"),
        ("\u{2028}", any(), "true"),
        ("", whole(Regex::Empty), "true"),
        (r"\]^-[&'.%$", whole(repeat(Regex::One(odd()), 1, None)), "true"),
        ("b", Regex::One(odd()), "false"),
        ("b", whole(Regex::One(odd().complement())), "true"),
        ("😀b", Regex::Concat(vec![Regex::One(CharSet::new([('\u{80}', '\u{FFFF}')])), one('b')]), "false"),
        ("a\n😀", whole(repeat(Regex::One(CharSet::new([]).complement()), 3, Some(3))), "true"),
        ("ababab", whole(repeat(Regex::Concat(vec![one('a'), one('b')]), 2, Some(3))), "true"),
        ("abab", whole(repeat(Regex::Alternate(vec![one('a'), one('b'), Regex::Empty]), 4, None)), "true"),
        ("xb", Regex::Alternate(vec![Regex::Concat(vec![Regex::Start, one('a')]), one('b')]), "true"),
    ];
    for (given, regex, expected) in cases {
        add(F::Matches, call(F::Matches, vec![text(given), Scalar::Pattern(regex)]), expected);
    }
    let long = |of: &str, count| of.repeat(count);
    for (a, b, edits, expected) in [
        ("kitten", "sitting", 3, "true"),
        ("kitten", "sitting", 2, "false"),
        ("é", "e", 1, "true"),
        ("😀é", "éa", 1, "false"),
        ("😀é", "éa", 2, "true"),
        ("", "éa", 2, "true"),
        ("", "éa", 1, "false"),
        ("é", "", 1, "true"),
        ("éé", "", 1, "false"),
        ("mädchen", "madchen", 1, "true"),
        ("aßb", "ssab", 3, "true"),
        ("a", "a", 0, "true"),
        (&long("é", 255), "é", 255, "true"),
        (&long("a", 256), "a", 255, "false"),
    ] {
        add(F::Resembles, call(F::Resembles, vec![text(a), text(b), int(edits)]), expected);
    }
}

/// Values that whole texts are.
fn conversions(add: Add<'_>) {
    for (given, expected) in [
        ("-42", "-42"),
        ("-0", "0"),
        ("9223372036854775807", "9223372036854775807"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("9223372036854775808", "missing"),
        ("007", "missing"),
        ("+1", "missing"),
        ("1\n", "missing"),
        (" 1", "missing"),
        ("", "missing"),
    ] {
        add(F::TextInteger, call(F::TextInteger, vec![text(given)]), expected);
    }
    for (given, expected) in [
        ("9.5", "9.5"),
        ("-0.000000001", "-0.000000001"),
        ("1.", "missing"),
        ("1e3", "missing"),
        ("1.5\n", "missing"),
    ] {
        add(F::TextDecimal, call(F::TextDecimal, vec![text(given)]), expected);
    }
    for (given, expected) in [
        ("2024-02-29", "2024-02-29"),
        ("2023-02-29", "missing"),
        ("0000-12-31", "missing"),
        ("2024-02-29\n", "missing"),
        ("2024-2-29", "missing"),
    ] {
        add(F::TextDate, call(F::TextDate, vec![text(given)]), expected);
    }
    for (given, expected) in [
        ("007.50", "7.5"),
        ("-1E+2", "-100"),
        ("0e99999999999", "0"),
        ("1e400", "missing"),
        ("-1e99999999999", "missing"),
        ("1e-400", "missing"),
        ("1.", "missing"),
        ("1e", "missing"),
        ("NaN", "missing"),
        ("Infinity", "missing"),
        ("1d", "missing"),
        ("1\n", "missing"),
        ("", "missing"),
    ] {
        add(F::TextFloat, call(F::TextFloat, vec![text(given)]), expected);
    }
    for (given, expected) in [
        ("2024-01-31T12:00:00.000001", "1706702400000001"),
        ("2024-01-31 12:00:00.5", "1706702400500000"),
        ("2023-02-29T12:00:00", "missing"),
        ("2024-01-31T24:00:00", "missing"),
        ("2024-01-31T12:00:00Z", "missing"),
        ("2024-01-31T12:00:00.", "missing"),
        ("2024-01-31", "missing"),
        ("2024-01-31T12:00:00\n", "missing"),
    ] {
        let local = call(F::TextLocal, vec![text(given)]);
        let read = call(F::Instant, vec![local, text("UTC")]);
        add(F::TextLocal, call(F::EpochMicros, vec![read]), expected);
    }
    for (given, expected) in [
        ("9.500000000", "9.5"),
        ("100", "100"),
        ("-0.000000001", "-0.000000001"),
        ("0", "0"),
        ("-1200.10", "-1200.1"),
    ] {
        let number = Scalar::Literal(Literal::Decimal(given.parse().expect("a decimal")));
        let cast = Scalar::Cast(Box::new(number), crate::types::Type::DECIMAL);
        add(F::DecimalText, call(F::DecimalText, vec![cast]), expected);
    }
    for (given, expected) in [
        ("2024-01-31T12:00:00.000001+14:00", "1706652000000001"),
        ("2024-01-31 12:00:00Z", "1706702400000000"),
        ("2024-01-31T12:00:00+14:01", "missing"),
        ("2024-01-31T24:00:00Z", "missing"),
        ("2024-01-31T12:00:00", "missing"),
    ] {
        let read = call(F::TextTimestamp, vec![text(given)]);
        add(F::TextTimestamp, call(F::EpochMicros, vec![read]), expected);
    }
    add(F::IntegerText, call(F::IntegerText, vec![Scalar::Literal(Literal::Integer(-42))]), "-42");
}

fn versions(add: Add<'_>) {
    let key = |version: &str| Box::new(call(F::SemverKey, vec![text(version)]));
    // A key may have any form, as long as its order is that of versions.
    let ascending = [
        "0.9.9",
        "0.9.10",
        "1.0.0-2",
        "1.0.0-10",
        "1.0.0--",
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-rc.10.0.-x",
        "1.0.0-rc.10.0.-x.0a",
        "1.0.0",
        "1.2.3",
        "1.10.0",
        "10.0.200+b.001",
        "99999999999999999999.0.0",
    ];
    for pair in ascending.windows(2) {
        let [lower, higher] = pair else { continue };
        add(F::SemverKey, Scalar::Binary(BinaryOp::Less, key(lower), key(higher)), "true");
    }
    for (one, other) in [("1.0.0--+x", "1.0.0--"), ("10.0.200+b.001", "10.0.200")] {
        add(F::SemverKey, Scalar::Binary(BinaryOp::Equal, key(one), key(other)), "true");
    }
    for given in ["1.2", "v1.2.3", "01.2.3", "1.2.3-01", "1.2.3-", "1.2.3\n", " 1.2.3", "1.2.3-é", ""] {
        add(F::SemverKey, *key(given), "missing");
        add(F::SemverText, call(F::SemverText, vec![*key(given)]), "missing");
    }
    for given in ascending.into_iter().chain(["1.0.0--.-.--.-", "1.0.0-0.-.2a.103"]) {
        let (plain, _) = given.split_once('+').unwrap_or((given, ""));
        add(F::SemverText, call(F::SemverText, vec![*key(given)]), plain);
    }
}
