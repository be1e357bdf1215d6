//! Problems with selections (SEG801 to SEG803, SEG805 to SEG809).

use crate::diagnostic::Span;
use crate::problems;

/// How to write a selection.
const FORMS: &str = "write `name`, `+name`, `name+`, `2+name`, `@name`, or a method such as `tag:x`";

/// What is wrong with a selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// Something is missing.
    Empty,
    /// A quotation mark isn't closed.
    OpenQuote,
    /// `@` isn't at the beginning, or is there twice.
    At,
    /// `@x` already includes what `+` would add.
    AtWithPlus,
    /// A `+` too many.
    Plus,
}

problems! {
    /// The project has no such segment.
    ///
    /// Names are case-sensitive. A segment with `enabled: false` compiles to nothing and can't be
    /// selected, except by `segc ls --format json`.
    ///
    /// ```text
    /// segc compile high_valeu
    /// ```
    ///
    /// Correct the name; `segc ls` lists all segments.
    error SEG801 "unknown segment" UnknownSegment {
        span: Option<Span>, name: String, near: Option<String>,
        /// Whether it has `enabled: false`.
        is_disabled: bool,
    }
    message |p| if p.is_disabled {
        format!("the segment `{}` has `enabled: false`", p.name)
    } else {
        format!("there is no segment `{}`", p.name)
    };
    help |p| Some(match &p.near {
        _ if p.is_disabled => "remove `enabled: false` from it, or leave it out of the selection".to_owned(),
        Some(near) => format!("did you mean `{near}`? `segc ls` lists all segments"),
        None => "`segc ls` lists all segments".to_owned(),
    });

    /// No segment has this tag.
    ///
    /// `tag:x` selects every segment with `x` among its `tags`. Selecting nothing is an error, since it
    /// is probably a mistake.
    ///
    /// ```text
    /// segc compile --select tag:marketnig
    /// ```
    ///
    /// Correct the tag; `segc ls` shows the tags of every segment.
    error SEG802 "unknown tag" UnknownTag { span: Option<Span>, tag: String, near: Option<String> }
    message |p| format!("no segment has the tag `{}`", p.tag);
    help |p| Some(match &p.near {
        Some(near) => format!("did you mean `tag:{near}`?"),
        None => "`segc ls` shows the tags of every segment".to_owned(),
    });

    /// A selection is malformed.
    ///
    /// A selection is a segment's name, or a method and a value, as in `tag:x`. A `+` in front adds the
    /// segments that it depends on, a `+` at the end those that depend on it; a number limits the levels.
    /// `@` in front adds those that depend on it, with everything that these depend on. Spaces separate
    /// alternatives, commas conditions that apply together, and text in double quotes is literal.
    ///
    /// ```text
    /// segc compile ++vip
    /// ```
    ///
    /// Write `name`, `+name`, `name+`, `2+name`, `@name` or `tag:x` (docs/selection.md).
    error SEG803 "malformed selection" BadPattern { span: Option<Span>, pattern: String, wrong: Malformed }
    message |p| format!("`{}` isn't a selection", p.pattern);
    help |p| Some(match p.wrong {
        Malformed::Empty => FORMS.to_owned(),
        Malformed::OpenQuote => "close the quotation mark".to_owned(),
        Malformed::At => "write `@` once, in front of the name".to_owned(),
        Malformed::AtWithPlus => {
            "remove the `+`: `@x` has all that depend on `x`, and all that these depend on".to_owned()
        }
        Malformed::Plus => format!("{FORMS}; separate several with spaces"),
    });

    /// No segment fits a selection.
    ///
    /// Selecting nothing is an error, since it is probably a mistake. A part of a selection that compares with an
    /// earlier build (`state:`) may select nothing, and so may an intersection of parts that each select something.
    ///
    /// ```text
    /// segc compile --select owner:growht@shop.example
    /// ```
    ///
    /// Correct the value; `segc ls --format json` shows those of every segment.
    error SEG805 "nothing fits the selection" NothingFits {
        span: Option<Span>,
        /// What no segment is or has.
        what: String,
        /// The selection that was probably meant.
        near: Option<String>,
    }
    message |p| p.what.clone();
    help |p| Some(match &p.near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`segc ls --format json` shows what every segment can be selected by".to_owned(),
    });

    /// A selection has a method that doesn't exist.
    ///
    /// ```text
    /// segc compile --select tags:marketing
    /// ```
    ///
    /// Use one of `name:`, `path:`, `file:`, `tag:`, `owner:`, `entity:`, `materialize:`, `access:` and `state:`
    /// (docs/selection.md).
    error SEG806 "unknown method of selection" UnknownMethod {
        span: Option<Span>, method: String, pattern: String, near: Option<&'static str>, known: Vec<&'static str>,
    }
    message |p| format!("`{}` selects by `{}:`, which is no method", p.pattern, p.method);
    help |p| Some(match p.near {
        Some(near) => format!("did you mean `{near}:`?"),
        None => format!("the methods are: {}", p.known.iter().map(|word| format!("`{word}:`")).collect::<Vec<_>>().join(", ")),
    });

    /// Something other than a number is next to the `+` of a selection.
    ///
    /// The number limits the levels: `2+x` adds what `x` depends on directly, and what this depends on directly.
    ///
    /// ```text
    /// segc compile vip+win_back
    /// ```
    ///
    /// Write `2+x` or `x+2`. To select several segments, separate them with spaces.
    error SEG807 "not a number of levels" BadLevels { span: Option<Span>, pattern: String, number: String }
    message |p| format!("in `{}`, `{}` isn't a number of levels", p.pattern, p.number);
    help |_p| Some("write `2+x` or `x+2`; to select several segments, separate them with spaces".to_owned());

    /// A selection compares with an earlier build that isn't given, or in a way that doesn't exist.
    ///
    /// `state:new`, `state:modified`, `state:old` and `state:unmodified` compare segments with those of the
    /// manifest in the folder after `--state`. `state:modified.meaning` and `state:modified.properties` compare
    /// only a part.
    ///
    /// ```text
    /// segc compile --select state:modified
    /// ```
    ///
    /// Add `--state DIR`, with a folder that `segc compile --out DIR` has written.
    error SEG808 "no such state" NoSuchState { span: Option<Span>, state: String, is_known: bool, near: Option<&'static str> }
    message |p| if p.is_known {
        format!("`state:{}` needs an earlier build to compare with", p.state)
    } else {
        format!("`state:{}` doesn't exist", p.state)
    };
    help |p| Some(match p.near {
        _ if p.is_known => "add `--state DIR`, with a folder that `segc compile --out DIR` has written".to_owned(),
        Some(near) => format!("did you mean `state:{near}`?"),
        None => "write `state:new`, `state:modified`, `state:old` or `state:unmodified`".to_owned(),
    });

    /// An earlier build can't be compared with.
    ///
    /// `--state` names a folder that `segc compile --out` has written, or its folder of a target, which contains
    /// `manifest.json`. It must be of the same project, and written by a version of segc that records the meaning
    /// and the properties of segments.
    ///
    /// ```text
    /// segc ls --select state:modified --state data
    /// ```
    ///
    /// Compile the earlier state of the project again, with `segc compile --out DIR`.
    error SEG809 "an unusable earlier build" UnusableState {
        span: Option<Span>, path: String, why: String,
        /// What to do, if it isn't to compile again.
        help: Option<String>,
    }
    message |p| format!("`{}` can't be compared with: {}", p.path, p.why);
    help |p| Some(p.help.clone().unwrap_or_else(|| {
        "compile the earlier state of the project with `segc compile --out DIR`, and name this folder".to_owned()
    }));
}
