//! Problems of `segc docs` (SEG851, SEG852).

use crate::diagnostic::Span;
use crate::problems;

problems! {
    /// The project has a target with the name of the folder that `segc docs` writes.
    ///
    /// `segc docs` writes to `target/docs`, and `segc compile` writes the scripts of a target to `target/` and its
    /// name.
    ///
    /// ```text
    /// # segc.yml
    /// targets:
    ///   docs: { dialect: duckdb }
    /// ```
    ///
    /// Choose another folder with `--out`, or another name for the target.
    error SEG851 "a target has the folder" TargetInTheWay { span: Option<Span>, target: String }
    message |p| format!("`target/{}` is the folder of the target `{}`", p.target, p.target);
    help |_p| Some("choose another folder with `--out DIR`".to_owned());

    /// `segc docs --serve` can't use the port.
    ///
    /// Most often, another program uses it, such as another `segc docs --serve`.
    ///
    /// ```text
    /// segc docs --serve & segc docs --serve
    /// ```
    ///
    /// End the other program, or choose another port: `--port 8081`, or `--port 0` for any that is free.
    error SEG852 "the port can't be used" CannotServe { span: Option<Span>, port: u16, why: String }
    message |p| format!("port {} can't be used: {}", p.port, p.why);
    help |_p| Some("choose another with `--port`; 0 means any that is free".to_owned());
}
