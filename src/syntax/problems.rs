//! What can be wrong with the spelling of a `.seg` file.

use crate::diagnostic::{Label, Span};

crate::problems! {
    /// Something stands where it can't.
    ///
    /// The message says what could stand there instead. The place is the first word that
    /// does not fit; the slip itself may be just before it.
    ///
    ///     segment adults on customer {
    ///       where age >= and country = "US"
    ///     }
    ///
    /// Here a value is missing after `>=`.
    error SEG101 "syntax error" Unexpected { span: Span, expected: String, found: String, advice: Option<String> }
    message |p| format!("expected {}, found {}", p.expected, p.found);
    help |p| p.advice.clone();

    /// A text has no closing quote, or breaks off at the end of its line.
    ///
    ///     where country = "US
    ///
    /// Close it with the quote it began with. A line break inside a text is written `\n`.
    error SEG102 "unclosed text" UnclosedText {
        span: Span, quote: char,
        /// The word before it, which was probably meant to be the text.
        opening: Option<String>,
        /// It ends with the other quote.
        mixed: bool,
    }
    message |p| format!("this text is never closed");
    help |p| Some(match &p.opening {
        Some(word) => format!("open it, too: `{0}{word}{0}`", p.quote),
        None if p.mixed => format!("close it with the quote that opens it, {}", p.quote),
        None => format!("close it with {} on the same line; a line break is written `\\n`", p.quote),
    });

    /// A bracket is opened and never closed.
    ///
    ///     where (country = "US" or country = "CA"
    ///
    /// Add the closing bracket.
    error SEG103 "unclosed bracket" UnclosedBracket { span: Span, open: char, close: char, seen: Option<Span> }
    message |p| format!("`{}` is never closed", p.open);
    help |p| Some(format!("add a `{}`", p.close));
    labels |p| p.seen.iter().map(|&span| Label { span, text: format!("`{}` is missing before this", p.close) }).collect();

    /// A bracket closes nothing.
    ///
    ///     where country = "US")
    ///
    /// Remove it, or open it where it was meant to begin.
    error SEG104 "stray closing bracket" StrayBracket { span: Span, close: char }
    message |p| format!("`{}` closes nothing", p.close);
    help |p| Some("remove it, or add the bracket that it closes".to_owned());

    /// An expression is nested too deeply.
    ///
    /// Brackets may be nested 64 levels deep, and an expression (long chains of `+` and `*`
    /// included) 200. Name a part of it as a `trait` and use that.
    ///
    ///     where ((((((((…))))))))     # 65 of them
    error SEG105 "nested too deeply" TooDeep { span: Span, limit: usize }
    message |p| format!("this is nested more than {} levels deep", p.limit);
    help |p| Some("name a part of it as a `trait` and use that".to_owned());

    /// A backslash in a text begins none of the escapes of the language.
    ///
    ///     where path contains "C:\temp\x"
    ///
    /// The escapes are `\"`, `\'`, `\\`, `\n`, `\t` and `\u{1F600}`; a backslash itself is `\\`.
    error SEG106 "unknown escape" BadEscape { span: Span, escape: String, reason: &'static str }
    message |p| format!("`{}` {}", p.escape, p.reason);
    help |p| Some("a backslash itself is written `\\\\`; the escapes are `\\\"` `\\'` `\\\\` `\\n` `\\t` `\\u{…}`".to_owned());

    /// The character U+0000, which no database can store in a text.
    ///
    /// Remove it. If the file is full of them it was probably saved as UTF-16: save it as UTF-8.
    ///
    ///     where name = "␀"            # U+0000 itself
    error SEG107 "character U+0000" NulCharacter { span: Span }
    message |p| format!("the character U+0000 can't be used");
    help |p| Some("remove it; if there are many, save the file as UTF-8".to_owned());

    /// A number is not spelt as one.
    ///
    ///     where last_seen_at before 30days ago
    ///
    /// A number may not touch a letter: write `30 days`. `_` may stand between two digits
    /// (`1_000_000`), `10.5` is an exact decimal, `1e3` a float.
    error SEG108 "malformed number" BadNumber { span: Span, text: String, advice: Option<String> }
    message |p| format!("`{}` is not a number", p.text);
    help |p| p.advice.clone().or_else(|| Some("write digits, such as `1000` or `10.5`".to_owned()));

    /// A number is too large or has too many digits for its type.
    ///
    /// Integers have 64 bits (up to 9223372036854775807), decimals at most 38 digits with
    /// at most 9 after the point, floats about 1.8e308.
    ///
    ///     where total > 99999999999999999999
    ///
    /// Write a smaller number, or one with a point, which is a decimal.
    error SEG109 "number out of range" NumberRange { span: Span, text: String, limit: &'static str }
    message |p| format!("`{}` {}", p.text, p.limit);
    help |p| Some("integers have 64 bits; decimals at most 38 digits, at most 9 of them after the point".to_owned());

    /// A date or an instant that is malformed or does not exist.
    ///
    ///     where signed_up_at after 2024-02-30
    ///
    /// Dates are `2024-01-31`, instants `2024-01-31T10:00:00Z` with at most six digits after
    /// the second. Four digits, `-` and a digit without spaces are always a date; put spaces
    /// around `-` to subtract.
    error SEG110 "malformed date" BadTime {
        span: Span, text: String, reason: &'static str,
        /// The dates that were probably meant, in backticks.
        meant: Option<String>,
    }
    message |p| format!("`{}` {}", p.text, p.reason);
    help |p| Some(match &p.meant {
        Some(dates) => format!("write year, month and day: {dates}"),
        None => "a date is `2024-01-31`, an instant `2024-01-31T10:00:00Z`; to subtract, put spaces around `-`".to_owned(),
    });

    /// An instant does not say which zone it is in.
    ///
    ///     where signed_up_at after 2024-01-31T10:00:00
    ///
    /// End it with `Z` (UTC) or with an offset such as `+02:00`.
    error SEG111 "instant without an offset" NoOffset { span: Span, text: String }
    message |p| format!("`{}` doesn't say which time zone it is in", p.text);
    help |p| Some(format!("add Z or an offset: `{0}Z`, `{0}+02:00`", p.text));

    /// An operator of another language.
    ///
    ///     where country == "US" && plan <> "free"
    ///
    /// Here they are `=`, `!=`, `and`, `or` and `not`.
    error SEG112 "operator of another language" ForeignOperator { span: Span, written: String, advice: String }
    message |p| format!("`{}` is not an operator of this language", p.written);
    help |p| Some(p.advice.clone());

    /// A character that can't stand outside of texts and comments.
    ///
    ///     where country = “US”
    ///
    /// Texts take straight quotes. A name with other letters than a–z goes in backticks.
    error SEG113 "unexpected character" BadCharacter { span: Span, text: String, advice: String }
    message |p| format!("`{}` can't stand here", p.text);
    help |p| Some(p.advice.clone());

    /// A name in backticks is not closed on its line, or is empty.
    ///
    ///     where `order = 1
    ///
    /// Close the backtick on the same line, and put a name within.
    error SEG114 "malformed name" BadName { span: Span, reason: &'static str }
    message |p| p.reason.to_owned();
    help |p| Some("write the name between two backticks on one line: `` `order` ``".to_owned());

    /// Comparisons don't chain.
    ///
    ///     where 1 < age < 5
    ///
    /// Write `1 < age and age < 5`, or, with both ends included, `age between 1 and 5`.
    error SEG115 "chained comparison" Chained { span: Span, written: String }
    message |p| format!("comparisons don't chain: `{}` follows another one", p.written);
    help |p| Some(if p.written == "during" {
        "the window of an aggregate stands before its `where`: `count(orders during last 7 days where …)`; the window of a field is a condition, joined with `and`"
    } else {
        "join two comparisons with `and`: `1 < x and x < 5`; with both ends included, `x between 1 and 5`"
    }.to_owned());

    /// A reserved word stands where a name belongs.
    ///
    ///     where between = 3
    ///
    /// Put it in backticks if it is the name of a field.
    error SEG116 "reserved word" ReservedName { span: Span, word: String, expected: String }
    message |p| format!("expected {}, found the reserved word `{}`", p.expected, p.word);
    help |p| Some(format!("if it is meant as a name, put it in backticks: `` `{}` ``", p.word));

    /// A type that the language doesn't have, or with wrong arguments.
    ///
    ///     param min_spend: money = 100
    ///
    /// The types are `string`, `integer`, `decimal`, `decimal(p,s)` with p ≤ 38 and s ≤ 9,
    /// `float`, `boolean`, `date`, `timestamp`, `semver`, `json` and `array<…>`.
    error SEG117 "unknown type" UnknownType { span: Span, text: String, suggestion: Option<&'static str> }
    message |p| format!("`{}` is not a type", p.text);
    help |p| Some(match p.suggestion {
        Some(name) => format!("did you mean `{name}`?"),
        None => "the types are string, integer, decimal, decimal(p,s) with p ≤ 38 and s ≤ 9, float, boolean, date, timestamp, semver, json and array<…>".to_owned(),
    });

    /// Only an entity can be in a segment.
    ///
    ///     where age + 1 in segment adults
    ///
    /// Write `in segment adults` for the entity itself, `company in segment big` for one that
    /// a link leads to.
    error SEG118 "value in a segment" ValueInSegment { span: Span }
    message |p| "only an entity can be in a segment, and this is a value".to_owned();
    help |p| Some("write `in segment s` for the entity itself, or `link in segment s` for a linked one".to_owned());

    /// A comment of another language.
    ///
    ///     where plan = "free" -- nobody else
    ///
    /// Comments begin with `#`.
    error SEG119 "comment of another language" ForeignComment { span: Span, written: String }
    message |p| format!("`{}` doesn't begin a comment", p.written);
    help |p| Some(if p.written == "--" {
        "comments begin with `#`; for two minus signs put a space between them".to_owned()
    } else {
        "comments begin with `#`".to_owned()
    });

    /// There is no `null`: a value is missing or present.
    ///
    ///     where plan = null
    ///
    /// Write `plan is missing`, or `plan is present`.
    error SEG120 "null" Null {
        span: Span,
        /// What is compared with it.
        tested: Option<String>,
        /// It is the negation that was meant.
        present: bool,
    }
    message |p| "there is no `null`".to_owned();
    help |p| Some(match (&p.tested, p.present) {
        (Some(tested), true) => format!("write `{tested} is present`"),
        (Some(tested), false) => format!("write `{tested} is missing`"),
        (None, _) => "write `… is missing` or `… is present`".to_owned(),
    });

    /// The name of a segment, trait or parameter has characters that no plain name has.
    ///
    ///     segment `high value` on customer { … }
    ///
    /// Use letters a–z, digits and underscores, not beginning with a digit.
    error SEG121 "not a plain name" NotPlain { span: Span, name: String }
    message |p| format!("`{}` is not a plain name", p.name);
    help |p| Some("use letters, digits and underscores, not beginning with a digit".to_owned());

    /// A phrase of SQL, of English or of another tool, where segments have words of their own.
    ///
    ///     where country is not "US"               # country != "US"
    ///     where last_seen_at older than 30 days   # last_seen_at before 30 days ago
    ///     where count(orders) in last 30 days     # count(orders during last 30 days)
    ///
    /// The help shows how it is written here, with your own words.
    error SEG122 "a phrase of another language" Habit { span: Span, written: String, advice: String }
    message |p| format!("`{}` isn't part of the segment language", p.written);
    help |p| Some(p.advice.clone());

    /// A `.seg` file, or a part of one, is written in another language.
    ///
    ///     select id from customers where country = 'US'
    ///
    /// Files in `segments/` hold segments, traits and parameters. segc writes the SQL:
    ///
    ///     segment americans on customer { where country = "US" }
    error SEG123 "not segments" NotSegments { span: Span, what: &'static str }
    message |p| format!("this is {}, and a `.seg` file holds segments", p.what);
    help |_p| Some("write the condition alone: `segment name on customer { where country = \"US\" }`; segc writes the SQL".to_owned());

    /// A keyword in capital letters.
    ///
    ///     where country = "US" AND NOT unsubscribed     # and not unsubscribed
    ///
    /// All keywords and functions are written in lower case.
    error SEG124 "keyword in capital letters" Capitals { span: Span, word: String }
    message |p| format!("`{}` has capital letters, and keywords have none", p.word);
    help |p| Some(format!("keywords are written in lower case: `{}`", p.word.to_lowercase()));
}
