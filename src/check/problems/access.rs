//! The `access` of a segment (SEG525). What its readers may not use is found by `analyze`.

use crate::diagnostic::Span;

crate::problems! {
    /// `access` must name at least one role. Without `access`, everyone may read the segment.
    ///
    ///     segment rich on user { access: [] … }
    ///
    /// Name the roles, or remove `access`.
    error SEG525 "nobody may read it" NobodyReads { span: Span }
    message |_p| "with an empty `access`, nobody may read the segment".to_owned();
    help |_p| Some("name the roles that may read it, or remove `access` to let everyone read it".to_owned());
}
