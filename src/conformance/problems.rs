//! Problems that the cases show.

use crate::diagnostic::Span;
use crate::problems;

problems! {
    /// A template of a dialect doesn't mean what segc expects.
    ///
    /// `segc test --dialect` calls every function with values at its edges. Segments that use a wrong
    /// one have other members than on every other target:
    ///
    /// ```yaml
    /// functions:
    ///   contains: POSITION(LOWER($2) IN LOWER($1)) > 0     # wrong: case matters
    /// ```
    error SEG640 "wrong template" WrongTemplate {
        span: Option<Span>,
        name: &'static str,
        meaning: String,
        examples: Vec<String>,
    }
    message |p| format!("`{}` is wrong: {}", p.name, p.examples.first().map_or("", String::as_str).replace('\n', ": "));
    help |p| Some(match p.examples.len() {
        0 | 1 => format!("`{}` is: {}", p.name, p.meaning),
        count => format!("{} more of its calls are wrong; `{}` is: {}", count - 1, p.name, p.meaning),
    });

    /// A conformance case can't be run.
    ///
    /// `segc test --dialect` runs the cases whose topic, section or text contains a pattern, or which
    /// are about a function with that name:
    ///
    /// ```text
    /// segc test --dialect dialects/warehouse.yml contains zones
    /// ```
    error SEG641 "no such conformance case" NoFile { span: Option<Span>, reason: String }
    message |p| p.reason.clone();
    help |_p| Some("name a function such as `contains`, a topic such as `zones.md`, or a part of a case's text; without a name, every case is run".to_owned());
}
