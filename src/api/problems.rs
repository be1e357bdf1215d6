//! What the library's face refuses: selections, tiers, targets (SEG80x).

use crate::diagnostic::Span;
use crate::problems;

problems! {
    /// A target names a dialect that does not exist.
    ///
    /// A target's dialect is its own name unless it says `dialect:`. Dialects are the
    /// built-in ones and the files of the project's folder `dialects/`.
    ///
    /// ```text
    /// targets: { warehouse: { dialect: postgress } }
    /// ```
    ///
    /// Correct the name, or add `dialects/NAME.yml`.
    error SEG014 "unknown dialect" UnknownDialect {
        span: Span, dialect: String, known: Vec<String>, near: Option<String>,
    }
    message |p| format!("there is no dialect `{}`", p.dialect);
    help |p| Some(match &p.near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the dialects are: {}", p.known.join(", ")),
    });

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
    /// `tiers:` in `segc.yml` are named policies, chosen with `--tier`.
    ///
    /// ```text
    /// segc check --tier fre
    /// ```
    ///
    /// Correct the name, or add the tier to `segc.yml`.
    error SEG804 "unknown tier" UnknownTier {
        span: Option<Span>, tier: String, known: Vec<String>, near: Option<String>,
    }
    message |p| format!("there is no tier `{}`", p.tier);
    help |p| Some(match (&p.near, p.known.is_empty()) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, false) => format!("the tiers are: {}", p.known.join(", ")),
        (None, true) => "segc.yml has no `tiers`".to_owned(),
    });
}
