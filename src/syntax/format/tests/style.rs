//! The style, by example.

use super::formatted;
use crate::syntax::tests::parsed;

/// A text, which formatting doesn't change, and which another text becomes.
fn becomes(before: &str, after: &str) {
    assert_eq!(formatted(before), after, "\n{}", formatted(before));
    assert_eq!(formatted(after), after);
}

#[test]
fn files_begin_and_end_in_the_same_way() {
    becomes("", "");
    becomes("\u{feff}  \r\n\n", "");
    becomes("\u{feff}\n# a \r\n\r\n\r\n# b", "# a\n\n# b\n");
    becomes(
        "\n\nparam n: integer\r\n\r\n\r\n\r\nparam m : decimal ( 5 , 2 )=-1 # c\n\n\n",
        "param n: integer\n\nparam m: decimal(5,2) = -1 # c\n",
    );
    becomes("param a:array < array<string> >", "param a: array<array<string>>\n");
}

#[test]
fn items_of_several_lines_are_apart() {
    becomes(
        "# file\n\nparam n: integer = 1\nparam m: integer = 2 # two\nsegment a on c { where x\nkeep top 5 % by y }\n# about b\nsegment b on c {} # b\nsegment d on c{where e}segment f on c { # f\n}# end",
        "# file\n\nparam n: integer = 1\nparam m: integer = 2 # two\n\nsegment a on c {\n  where x\n  keep top 5% by y\n}\n\n# about b\nsegment b on c {} # b\nsegment d on c { where e }\n\nsegment f on c { # f\n} # end\n",
    );
}

#[test]
fn a_segment_has_a_rule_on_each_line() {
    becomes(
        "segment a on c extends b { tags:[x,'y',]\n\n\n owner : \"o\" where x include where y with p,q=r,}",
        "segment a on c extends b {\n  tags: [x, 'y']\n\n  owner: \"o\"\n  where x\n  include where y\n  with p, q = r\n}\n",
    );
    becomes(
        "segment a on c\n# why\n{\n\n where x\n\n # last\n\n }",
        "segment a on c {\n  # why\n\n  where x\n\n  # last\n}\n",
    );
    becomes(
        "segment a on c from list \"l.csv\" {\nwith a,\nb }",
        "segment a on c from list \"l.csv\" {\n  with a,\n       b\n}\n",
    );
}

#[test]
fn conditions_break_at_their_outermost_words() {
    becomes(
        "segment a on c { where x=1 and y!=2 or not(z) }",
        "segment a on c { where x = 1 and y != 2 or not (z) }\n",
    );
    becomes(
        "segment a on c {\nwhere x and # about x\n  y and\n\n  z # about z\n  or ((w\nor v))\n}",
        "segment a on c {\n  where x # about x\n          and y\n\n          and z # about z\n     or (w\n         or v)\n}\n",
    );
    becomes(
        "segment a on c {\n  include where aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa and bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb and ccccccccccccc\n  exclude where x\n    or y\n}",
        "segment a on c {\n  include where aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n            and bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n            and ccccccccccccc\n  exclude where x\n             or y\n}\n",
    );
}

#[test]
fn long_calls_break_at_their_words() {
    becomes(
        "segment a on c { where count(orders during last 30 days where status = \"paid\" and total > 100 and coupon is present) > 5 }",
        "segment a on c {\n  where count(orders\n              during last 30 days\n              where status = \"paid\" and total > 100 and coupon is present) > 5\n}\n",
    );
    becomes(
        "segment a on c { where sum(orders.total during last 30 days) > 2 * sum(orders.total during 60 days ago to 30 days ago) }",
        "segment a on c {\n  where sum(orders.total during last 30 days)\n        > 2 * sum(orders.total during 60 days ago to 30 days ago)\n}\n",
    );
    becomes(
        "trait t on c=sum(orders.lines.quantity*unit_price during last 365 days where status=\"paid\" and total>1000)",
        "trait t on c =\n  sum(orders.lines.quantity * unit_price\n      during last 365 days\n      where status = \"paid\" and total > 1000)\n",
    );
    becomes("trait t on c = - 5 - - x % 2", "trait t on c = -5 - -x % 2\n");
    becomes("trait t on c = events [ \"a\" ] . b", "trait t on c = events[\"a\"].b\n");
}

#[test]
fn comments_anywhere_are_kept() {
    becomes(
        "segment a on c {\n where # why\n  x in (1 # one\n , 2, # two\n\n # three\n 3 # last\n ) and lower( # f\n y) = 'z' # end\n}",
        "segment a on c {\n  where # why\n    x in (1, # one\n          2, # two\n          # three\n          3 # last\n          )\n    and lower( # f\n              y) = 'z' # end\n}\n",
    );
}

#[test]
fn a_file_with_errors_is_not_formatted() {
    let text = "segment a on c { where x == 1 }";
    let mut problems = crate::diagnostic::Diagnostics::new();
    assert_eq!(super::super::format(crate::diagnostic::SourceId(0), text, &mut problems), None);
    assert_eq!(problems.len(), parsed(text).1.len());
}
