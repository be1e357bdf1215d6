//! A problem: one struct per kind, made into a [`Diagnostic`] to be shown.

use super::code::{CodeInfo, Severity};
use super::span::Span;

/// A kind of problem. Implement it with [`problems!`](crate::problems).
pub trait Problem {
    /// Code, severity, title and explanation of this kind of problem.
    fn info(&self) -> &'static CodeInfo;
    /// The place of the problem, or `None` if it isn't in a file (a missing file, the command
    /// line).
    fn span(&self) -> Option<Span>;
    /// What is wrong: lower case, no final period, the user's words in backticks.
    fn message(&self) -> String;
    /// How to fix it.
    fn help(&self) -> Option<String>;
    /// Other relevant places, each with a text.
    fn labels(&self) -> Vec<Label>;
}

/// A further place that is relevant to a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The underlined place.
    pub span: Span,
    /// The text next to the place.
    pub text: String,
}

/// A problem as it is displayed, independent of its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The code, such as `SEG203`.
    pub code: &'static str,
    /// Whether it is an error or a warning.
    pub severity: Severity,
    /// The place, or `None` if it isn't in a file.
    pub span: Option<Span>,
    /// What is wrong, in one sentence.
    pub message: String,
    /// How to fix it, if known.
    pub help: Option<String>,
    /// Other relevant places.
    pub labels: Vec<Label>,
}

impl Diagnostic {
    /// A consequence of a problem that has been reported. No list keeps it.
    pub(crate) fn reported() -> Self {
        let (severity, message) = (Severity::Error, String::new());
        Self { code: "", severity, span: None, message, help: None, labels: Vec::new() }
    }
}

impl<P: Problem> From<P> for Diagnostic {
    fn from(problem: P) -> Self {
        let info = problem.info();
        Self {
            code: info.code,
            severity: info.severity,
            span: problem.span(),
            message: problem.message(),
            help: problem.help(),
            labels: problem.labels(),
        }
    }
}

/// Declares the problems of a stage: a struct each, its [`Problem`] implementation, and
/// the constant `CODES` with every one's [`CodeInfo`].
///
/// The documentation of the struct is what `segc explain` prints. A struct has a field
/// `span` (a [`Span`], or an `Option<Span>`); `help` and `labels` may be left out.
///
/// ```ignore
/// problems! {
///     /// A name that nothing answers to.
///     ///
///     /// Check its spelling …
///     error SEG301 "unknown name" UnknownName { span: Span, name: String, entity: String }
///     message |p| format!("`{}` is not a field of `{}`", p.name, p.entity);
///     help |p| Some("…".to_owned());
///     labels |p| vec![];
/// }
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! problems {
    ($(
        $(#[doc = $doc:literal])+
        $severity:ident $code:ident $title:literal $name:ident {
            $($(#[$meta:meta])* $field:ident : $ty:ty),* $(,)?
        }
        message |$m:ident| $message:expr;
        $(help |$h:ident| $help:expr;)?
        $(labels |$l:ident| $labels:expr;)?
    )+) => {
        $(
            $(#[doc = $doc])+
            #[derive(Debug, Clone)]
            pub(crate) struct $name { $($(#[$meta])* pub(crate) $field: $ty),* }

            impl $name {
                const INFO: $crate::diagnostic::CodeInfo = $crate::diagnostic::CodeInfo {
                    code: stringify!($code),
                    severity: $crate::problems!(@severity $severity),
                    title: $title,
                    explanation: concat!($($doc, "\n"),+),
                };
            }

            impl $crate::diagnostic::Problem for $name {
                fn info(&self) -> &'static $crate::diagnostic::CodeInfo {
                    &Self::INFO
                }
                fn span(&self) -> Option<$crate::diagnostic::Span> {
                    self.span.into()
                }
                fn message(&self) -> String {
                    let $m = self;
                    let _ = $m;
                    $message
                }
                fn help(&self) -> Option<String> {
                    $crate::problems!(@help self $($h $help)?)
                }
                fn labels(&self) -> Vec<$crate::diagnostic::Label> {
                    $crate::problems!(@labels self $($l $labels)?)
                }
            }
        )+

        /// The codes of this stage.
        pub(crate) const CODES: &[$crate::diagnostic::CodeInfo] = &[$($name::INFO),+];
    };
    (@help $this:ident) => { None };
    (@help $this:ident $name:ident $help:expr) => {{ let $name = $this; let _ = $name; $help }};
    (@labels $this:ident) => { Vec::new() };
    (@labels $this:ident $name:ident $labels:expr) => {{ let $name = $this; let _ = $name; $labels }};
    (@severity error) => { $crate::diagnostic::Severity::Error };
    (@severity warning) => { $crate::diagnostic::Severity::Warning };
}
