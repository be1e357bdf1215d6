//! Problems with the syntax of a `.seg` file.

use crate::diagnostic::{Label, Span};

crate::problems! {
    /// The file has a syntax error.
    ///
    /// The message says what is expected instead. It points at the first word that doesn't fit; the
    /// mistake itself may be just before it.
    ///
    ///     segment adults on customer {
    ///       where age >= and country = "US"
    ///     }
    ///
    /// Here a value is missing after `>=`.
    error SEG101 "syntax error" Unexpected { span: Span, expected: String, found: String, advice: Option<String> }
    message |p| format!("expected {}, found {}", p.expected, p.found);
    help |p| p.advice.clone();

    /// A text has no closing quote on its line.
    ///
    ///     where country = "US
    ///
    /// Close it with the same quote. Write a line break inside a text as `\n`.
    error SEG102 "unclosed text" UnclosedText {
        span: Span, quote: char,
        /// The word in front of the quote, which was probably meant to be the text.
        opening: Option<String>,
        /// The quote of another kind with which it ends.
        mixed: Option<char>,
    }
    message |p| format!("this text is never closed");
    help |p| Some(match &p.opening {
        Some(word) => format!("open it as well: `{0}{word}{0}`", p.quote),
        None if let Some(other) = p.mixed => format!("it ends with {other}: close it with the same quote, {}", p.quote),
        None => format!("close it with {} on the same line; write a line break as `\\n`", p.quote),
    });

    /// A bracket is never closed.
    ///
    ///     where (country = "US" or country = "CA"
    ///
    /// Add the closing bracket.
    error SEG103 "unclosed bracket" UnclosedBracket { span: Span, open: char, close: char, seen: Option<Span> }
    message |p| format!("`{}` is never closed", p.open);
    help |p| Some(format!("add a `{}`", p.close));
    labels |p| p.seen.iter().map(|&span| Label { span, text: format!("`{}` is missing before this", p.close) }).collect();

    /// A closing bracket has no opening bracket.
    ///
    ///     where country = "US")
    ///
    /// Remove it, or add the opening bracket.
    error SEG104 "stray closing bracket" StrayBracket { span: Span, close: char }
    message |p| format!("`{}` closes nothing", p.close);
    help |p| Some("remove it, or add the opening bracket".to_owned());

    /// An expression is nested too deeply.
    ///
    /// Brackets may be nested 64 levels deep, and an expression 200 levels, including long chains of
    /// `+` and `*`. Define a part of it as a `trait` and use that.
    ///
    ///     where ((((((((…))))))))     # 65 of them
    error SEG105 "nested too deeply" TooDeep { span: Span, limit: usize }
    message |p| format!("this is nested more than {} levels deep", p.limit);
    help |p| Some("define a part of it as a `trait` and use that".to_owned());

    /// A backslash in a text doesn't begin any of the language's escapes.
    ///
    ///     where path contains "C:\temp\x"
    ///
    /// The escapes are `\"`, `\'`, `\\`, `\n`, `\t` and `\u{1F600}`. Write a backslash as `\\`.
    error SEG106 "unknown escape" BadEscape { span: Span, escape: String, reason: &'static str }
    message |p| format!("`{}` {}", p.escape, p.reason);
    help |p| Some("write a backslash as `\\\\`; the escapes are `\\\"` `\\'` `\\\\` `\\n` `\\t` `\\u{…}`".to_owned());

    /// The character U+0000, which no database can store in a text.
    ///
    /// Remove it. If the file is full of them, it was probably saved as UTF-16; save it as UTF-8.
    ///
    ///     where name = "␀"            # U+0000 itself
    error SEG107 "character U+0000" NulCharacter { span: Span }
    message |p| format!("the character U+0000 can't be used");
    help |p| Some("remove it; if there are many, save the file as UTF-8".to_owned());

    /// A number is malformed.
    ///
    ///     where last_seen_at before 30days ago
    ///
    /// A number can't be directly followed by a letter: write `30 days`. `_` is allowed between two
    /// digits (`1_000_000`). `10.5` is an exact decimal, `1e3` a float.
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

    /// A date or an instant is malformed or doesn't exist.
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

    /// An instant doesn't say which time zone it is in.
    ///
    ///     where signed_up_at after 2024-01-31T10:00:00
    ///
    /// End it with `Z` (UTC) or with an offset such as `+02:00`.
    error SEG111 "instant without an offset" NoOffset { span: Span, text: String }
    message |p| format!("`{}` doesn't say which time zone it is in", p.text);
    help |p| Some(format!("add Z or an offset: `{0}Z`, `{0}+02:00`", p.text));

    /// This operator belongs to another language.
    ///
    ///     where country == "US" && plan <> "free"
    ///
    /// In segments, write `=`, `!=`, `and`, `or` and `not`.
    error SEG112 "operator of another language" ForeignOperator { span: Span, written: String, advice: String }
    message |p| format!("`{}` isn't an operator of this language", p.written);
    help |p| Some(p.advice.clone());

    /// This character isn't allowed outside texts and comments.
    ///
    ///     where country = “US”
    ///
    /// Text needs straight quotes. Put a name with letters other than a–z in backticks.
    error SEG113 "unexpected character" BadCharacter { span: Span, text: String, advice: String }
    message |p| format!("`{}` isn't allowed here", p.text);
    help |p| Some(p.advice.clone());

    /// A name in backticks is not closed on its line, or is empty.
    ///
    ///     where `order = 1
    ///
    /// Write a name between two backticks on the same line.
    error SEG114 "malformed name" BadName { span: Span, reason: &'static str }
    message |p| p.reason.to_owned();
    help |p| Some("write the name between two backticks on one line: `` `order` ``".to_owned());

    /// Comparisons don't chain.
    ///
    ///     where 1 < age < 5
    ///
    /// Write `1 < age and age < 5`, or, with both ends included, `age between 1 and 5`.
    error SEG115 "chained comparison" Chained { span: Span, written: String }
    message |p| format!("comparisons don't chain: `{}` follows another comparison", p.written);
    help |p| Some(if p.written == "during" {
        "the window of an aggregate comes before its `where`: `count(orders during last 7 days where …)`; the window of a field is a condition, joined with `and`"
    } else {
        "join two comparisons with `and`: `1 < x and x < 5`; to include both ends, `x between 1 and 5`"
    }.to_owned());

    /// A reserved word is used as a name.
    ///
    ///     where between = 3
    ///
    /// Put it in backticks if it is the name of a field.
    error SEG116 "reserved word" ReservedName { span: Span, word: String, expected: String }
    message |p| format!("expected {}, found the reserved word `{}`", p.expected, p.word);
    help |p| Some(format!("if it is meant as a name, put it in backticks: `` `{}` ``", p.word));

    /// The language doesn't have this type, or the type has wrong arguments.
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
    /// Write `in segment adults` for the entity itself, or `company in segment big` for a linked
    /// entity.
    error SEG118 "value in a segment" ValueInSegment { span: Span }
    message |p| "only an entity can be in a segment, but this is a value".to_owned();
    help |p| Some("write `in segment s` for the entity itself, or `link in segment s` for a linked one".to_owned());

    /// This comment belongs to another language.
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

    /// There is no `null`; a value is missing or present.
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

    /// The name of a segment, trait or parameter contains a character that isn't allowed.
    ///
    ///     segment `high value` on customer { … }
    ///
    /// Use letters a–z, digits and underscores, not beginning with a digit.
    error SEG121 "not a plain name" NotPlain { span: Span, name: String }
    message |p| format!("`{}` is not a plain name", p.name);
    help |p| Some("use letters, digits and underscores, not beginning with a digit".to_owned());

    /// This phrase comes from SQL, English or another tool; segments are written differently.
    ///
    ///     where country is not "US"               # country != "US"
    ///     where last_seen_at older than 30 days   # last_seen_at before 30 days ago
    ///     where count(orders) in last 30 days     # count(orders during last 30 days)
    ///
    /// The help shows how to write it, with your own names.
    error SEG122 "a phrase of another language" Habit { span: Span, written: String, advice: String }
    message |p| format!("`{}` isn't part of the segment language", p.written);
    help |p| Some(p.advice.clone());

    /// A `.seg` file, or a part of one, is written in another language.
    ///
    ///     select id from customers where country = 'US'
    ///
    /// Files in `segments/` contain segments, traits and parameters. segc writes the SQL:
    ///
    ///     segment americans on customer { where country = "US" }
    error SEG123 "not segments" NotSegments { span: Span, what: &'static str }
    message |p| format!("this is {}, but a `.seg` file contains segments", p.what);
    help |_p| Some("write only the condition: `segment name on customer { where country = \"US\" }`; segc writes the SQL".to_owned());

    /// A keyword is in capital letters.
    ///
    ///     where country = "US" AND NOT unsubscribed     # and not unsubscribed
    ///
    /// All keywords and functions are written in lower case.
    error SEG124 "keyword in capital letters" Capitals { span: Span, word: String }
    message |p| format!("`{}` has capital letters, but keywords have none", p.word);
    help |p| Some(format!("write keywords in lower case: `{}`", p.word.to_lowercase()));
}
