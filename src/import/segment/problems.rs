//! Problems of `segc import`: SEG920 to SEG949.
//!
//! Most are refusals: a segment that isn't imported, because a construct of it can't be kept.

use crate::diagnostic::{Label, Span};
use crate::import::problems::listed;
use crate::problems;

problems! {
    /// A file has no segments of this tool.
    ///
    /// `segc import --list` shows what each tool's files hold.
    ///
    /// ```text
    /// segc import launchdarkly package.json
    /// ```
    ///
    /// Name another tool or another file.
    error SEG920 "no segments in a file" NothingToImport { span: Option<Span>, tool: &'static str, takes: &'static str }
    message |p| format!("there are no segments of {} in this file", p.tool);
    help |p| Some(format!("pass {}", p.takes));

    /// A part of a tool's file has another shape than the tool gives it.
    ///
    /// The segment isn't imported, since what is missing may change its members.
    ///
    /// ```json
    /// { "attribute": "plan", "operator": ["eq"], "value": "premium" }
    /// ```
    ///
    /// Export the file again, or correct it.
    error SEG921 "wrong shape in a tool's file" WrongShape { span: Span, expected: String, found: String, help: Option<String> }
    message |p| format!("expected {}, found {}", p.expected, p.found);
    help |p| p.help.clone().or_else(|| Some("correct the file, or export it again".to_owned()));

    /// A construct that the tool doesn't have.
    ///
    /// Tools treat an unknown operator in different ways: some skip the condition, so that the segment
    /// grows, and some never match. segc imports no such segment.
    ///
    /// ```json
    /// { "attribute": "app_version", "operator": "semver_gte", "value": "2.0.0" }
    /// ```
    ///
    /// Use one of the tool's operators.
    error SEG922 "unknown operator of a tool" UnknownOperator {
        span: Span, operator: String, tool: &'static str,
        /// What the tool itself does with it.
        effect: &'static str,
        known: Vec<String>,
    }
    message |p| format!("`{}` is not an operator of {}: {}", p.operator, p.tool, p.effect);
    help |p| Some(match crate::diagnostic::closest(&p.operator, p.known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None if p.known.is_empty() => "correct it in the tool, or write the segment by hand".to_owned(),
        None => format!("correct it in the tool; its operators are {}", listed(&p.known)),
    });

    /// A construct of a tool that has no exact equivalent.
    ///
    /// The message says why, and the help what to do instead. The other segments are imported.
    ///
    /// ```json
    /// { "contextName": "ip", "operator": "IN_CIDR", "values": ["10.0.0.0/8"] }
    /// ```
    ///
    /// Change the segment in the tool, or write it by hand.
    error SEG923 "construct without an equivalent" NoEquivalent { span: Span, what: String, help: String }
    message |p| p.what.clone();
    help |p| Some(p.help.clone());

    /// The catalog has no field for an attribute of the tool.
    ///
    /// Attributes are looked up by name, regardless of case and of `_`, `-` and `.`: `appVersion` is the
    /// field `app_version`.
    ///
    /// ```json
    /// { "attribute": "appVersion", "operator": "semver_gt", "value": "2.0.0" }
    /// ```
    ///
    /// Add the field to the catalog, or say in a mapping file which field it is.
    error SEG924 "attribute without a field" NoFieldFor {
        span: Span, attribute: String, entity: String,
        /// A name and a type for it.
        field: String, ty: String,
        near: Option<String>,
    }
    message |p| format!("`{}` has no field for the attribute `{}`", p.entity, p.attribute);
    help |p| Some(match &p.near {
        Some(near) => format!(
            "if it is `{near}`, write `attributes: {{ \"{}\": {near} }}` into a mapping file (`--map`); if not, add `{}: {}` to the fields of `{}`",
            p.attribute, p.field, p.ty, p.entity
        ),
        None => format!("add `{}: {}` to the fields of `{}`, or map it to another field with `--map`", p.field, p.ty, p.entity),
    });

    /// A value or an operator doesn't fit the type of the field.
    ///
    /// The catalog's type decides how a field is compared.
    ///
    /// ```json
    /// { "attribute": "age", "operator": "eq", "value": "adult" }
    /// ```
    ///
    /// Correct the value in the tool, or the type in the catalog.
    error SEG925 "value that doesn't fit its field" DoesNotFit { span: Span, what: String, field: String, ty: String, help: Option<String> }
    message |p| format!("{}, but `{}` is {}", p.what, p.field, p.ty);
    help |p| p.help.clone().or_else(|| Some(format!("correct it in the tool, or the type of `{}` in the catalog", p.field)));

    /// A segment refers to one that isn't in the files.
    ///
    /// ```json
    /// { "attribute": "segment", "operator": "in_segment", "value": "premium_users" }
    /// ```
    ///
    /// Import the files together, or name a segment of the project under `segments:` in the mapping file.
    error SEG926 "unknown segment of a tool" UnknownReference { span: Span, name: String, effect: &'static str, known: Vec<String> }
    message |p| format!("there is no segment `{}` in the files: {}", p.name, p.effect);
    help |p| Some(match crate::diagnostic::closest(&p.name, p.known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("import its file as well, or map it to a segment of the project: `segments: {{ \"{}\": … }}`", p.name),
    });

    /// Segments refer to one another in a circle.
    ///
    /// ```json
    /// [{ "key": "a", "rules": [{ "clauses": [{ "op": "segmentMatch", "values": ["a"] }] }] }]
    /// ```
    ///
    /// Remove one of the references in the tool.
    error SEG927 "segments that refer to one another in a circle" Circle { span: Span, chain: Vec<String> }
    message |p| format!("segments refer to one another in a circle: {}", p.chain.join(" → "));
    help |_p| Some("remove one of the references in the tool".to_owned());

    /// A segment refers to one that isn't imported.
    ///
    /// It would have other members without it.
    ///
    /// ```text
    /// segment `premium_us` extends `premium`, which has a condition that can't be kept
    /// ```
    ///
    /// Correct the other segment first.
    error SEG928 "segment that depends on one that isn't imported" DependsOnRefused { span: Span, name: String, on: String, place: Option<Span> }
    message |p| format!("`{}` refers to `{}`, which isn't imported", p.name, p.on);
    help |p| Some(format!("correct `{}` first", p.on));
    labels |p| p.place.map(|span| Label { span, text: "this segment".to_owned() }).into_iter().collect();

    /// A translated segment has a problem in this project.
    ///
    /// The import checks the project with the new segments in it, and leaves out those that would break it.
    ///
    /// ```text
    /// a pattern with a look-ahead: no engine reads it like the others
    /// ```
    ///
    /// The message is that of `segc check`.
    error SEG929 "imported segment that doesn't compile" DoesNotCompile { span: Span, name: String, message: String, help: Option<String> }
    message |p| format!("`{}` doesn't compile here: {}", p.name, p.message);
    help |p| p.help.clone().or_else(|| Some("change the segment in the tool".to_owned()));

    /// Two segments of the files have the same name.
    ///
    /// ```json
    /// [{ "name": "beta" }, { "name": "beta" }]
    /// ```
    ///
    /// Remove or rename one of them.
    error SEG930 "segment that is in the files twice" Twice { span: Span, name: String, first: Span }
    message |p| format!("the segment `{}` is in the files twice", p.name);
    help |_p| Some("remove or rename one of them".to_owned());
    labels |p| vec![Label { span: p.first, text: "the first one".to_owned() }];

    /// An imported segment was changed by hand, and the tool's has changed as well.
    ///
    /// The import never overwrites what a person changed. The report shows the new version.
    ///
    /// ```text
    /// segment beta on user { where plan = "pro" and country = "US" }   # `and …` was added by hand
    /// ```
    ///
    /// Take over what you need; to get the imported version, delete the segment with its comments and import
    /// again.
    warning SEG931 "changed segment that the import keeps" KeptChanged { span: Option<Span>, name: String, path: String, line: usize }
    message |p| format!("`{}` was changed by hand in {}:{}, and the tool's segment is another one now", p.name, p.path, p.line);
    help |_p| Some("compare it with the new version in the report; to get that, delete the segment with its comments and import again".to_owned());

    /// A segment that was imported is no longer in the tool's files.
    ///
    /// The import deletes nothing, since other segments may refer to it.
    ///
    /// ```text
    /// # segc import: launchdarkly "beta" 3f2a9c01d2e4
    /// ```
    ///
    /// Delete it together with its comments, or import all the files at once.
    warning SEG932 "imported segment that is gone from the tool" Gone { span: Option<Span>, name: String, path: String, line: usize }
    message |p| format!("`{}` is no longer in the files; it stays in {}:{}", p.name, p.path, p.line);
    help |_p| Some("delete it with its comments if it isn't needed; if it is in another file, import all files at once".to_owned());

    /// The keys of a segment would be written to a file that is there already, and that no import has written.
    ///
    /// A long list of keys becomes a static list of the project, in a file named after its segment.
    ///
    /// ```text
    /// segment vips on user from list "lists/vips.csv" {}     # the import has a segment `vips`, too
    /// ```
    ///
    /// Rename or remove the file, or give the segment another name in the mapping file.
    error SEG933 "a list in the place of a file" ListThere { span: Span, name: String, path: String }
    message |p| format!("the keys of `{}` belong into `{}`, which is another file", p.name, p.path);
    help |_p| Some("rename or remove the file, or give the segment another name with `--map`".to_owned());
}
