//! Problems of what a caller asks for: SEG80x.

use crate::diagnostic::Span;
use crate::problems;

problems! {
    /// A segment was asked for that the project doesn't have.
    ///
    /// The name is compared exactly. A segment that says `enabled: false` compiles to
    /// nothing and can't be chosen.
    ///
    /// ```text
    /// segc compile high_valeu
    /// ```
    ///
    /// Correct the name; `segc ls` prints those that there are.
    error SEG801 "unknown segment" UnknownSegment { span: Option<Span>, name: String, near: Option<String> }
    message |p| format!("there is no segment `{}`", p.name);
    help |p| Some(match &p.near {
        Some(near) => format!("did you mean `{near}`? `segc ls` prints all of them"),
        None => "`segc ls` prints all of them".to_owned(),
    });

    /// A tag was asked for that no segment has.
    ///
    /// `tag:x` chooses every segment with `x` among its `tags`. Choosing nothing is
    /// taken for a slip.
    ///
    /// ```text
    /// segc compile --select tag:marketnig
    /// ```
    ///
    /// Correct the tag; `segc ls` prints the tags of every segment.
    error SEG802 "unknown tag" UnknownTag { span: Option<Span>, tag: String, near: Option<String> }
    message |p| format!("no segment has the tag `{}`", p.tag);
    help |p| Some(match &p.near {
        Some(near) => format!("did you mean `tag:{near}`?"),
        None => "`segc ls` prints the tags of every segment".to_owned(),
    });

    /// A selection can't be read.
    ///
    /// A selection is a segment's name or `tag:` and a tag. A `+` before it adds the
    /// segments that it depends on; a `+` after it adds those that depend on it.
    ///
    /// ```text
    /// segc compile ++vip
    /// ```
    ///
    /// Write `name`, `+name`, `name+`, `+name+` or `tag:x`.
    error SEG803 "selection that can't be read" BadPattern { span: Option<Span>, pattern: String }
    message |p| format!("`{}` is not a selection", p.pattern);
    help |_p| Some("write `name`, `+name`, `name+`, `+name+` or `tag:x`".to_owned());

    /// A tier was asked for that the project doesn't have.
    ///
    /// Tiers are named policies in `segc.yml`, under `tiers:`.
    ///
    /// ```text
    /// segc check --tier fre
    /// ```
    ///
    /// Correct the name, or declare the tier in `segc.yml`.
    error SEG804 "unknown tier" UnknownTier { span: Option<Span>, name: String, known: Vec<String> }
    message |p| format!("there is no tier `{}`", p.name);
    help |p| Some(match crate::diagnostic::closest(&p.name, p.known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None if p.known.is_empty() => "`segc.yml` declares no tiers: add one under `tiers:`".to_owned(),
        None => format!("`segc.yml` declares {}", p.known.join(", ")),
    });
}
