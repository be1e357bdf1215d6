//! Problems of all imports: SEG900 to SEG919.

use crate::diagnostic::Span;
use crate::problems;

problems! {
    /// A file that should be JSON isn't.
    ///
    /// Nothing of the file is imported until this is corrected.
    ///
    /// ```text
    /// { "name": "beta", }
    /// ```
    ///
    /// Remove the comma before the brace. Export the file again if you didn't edit it.
    error SEG900 "not JSON" NotJson { span: Span, message: String, help: Option<String> }
    message |p| format!("this is not JSON: {}", p.message);
    help |p| p.help.clone().or_else(|| Some("correct it here or just before, or export the file again".to_owned()));

    /// A JSON file is nested too deeply.
    ///
    /// Lists and maps may be nested 100 levels deep.
    ///
    /// ```text
    /// [[[[[[[[[[ … ]]]]]]]]]]
    /// ```
    ///
    /// Split the segment into several that refer to one another.
    error SEG901 "JSON nested too deeply" JsonTooDeep { span: Span, most: usize }
    message |p| format!("lists and maps are nested more than {} levels deep", p.most);
    help |_p| Some("split the segment into several that refer to one another".to_owned());

    /// A mapping file or an option names something that doesn't exist.
    ///
    /// The mapping file says which field each attribute of the tool is, which entity the segments are
    /// about, and what they are called here.
    ///
    /// ```yaml
    /// attributes: { appVersion: app_vresion }
    /// ```
    ///
    /// Correct the name, or add it to the catalog.
    error SEG902 "unknown name in a mapping" UnknownInMapping {
        span: Option<Span>, what: &'static str, name: String, owner: Option<String>, known: Vec<String>,
    }
    message |p| match &p.owner {
        Some(owner) => format!("there is no {} `{}` in `{owner}`", p.what, p.name),
        None => format!("there is no {} `{}`", p.what, p.name),
    };
    help |p| Some(match crate::diagnostic::closest(&p.name, p.known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None if p.known.is_empty() => "add it to the catalog, or correct the name".to_owned(),
        None => format!("add it to the catalog, or use one of these: {}", listed(&p.known)),
    });

    /// It isn't known which entity the segments are about.
    ///
    /// A tool's segments are about its users or contexts. They become segments on one entity of the
    /// catalog.
    ///
    /// ```text
    /// segc import launchdarkly segments.json
    /// ```
    ///
    /// Name the entity with `--entity`, or with `entity:` in a mapping file.
    error SEG903 "unknown entity" WhichEntity { span: Option<Span>, known: Vec<String> }
    message |p| match p.known.is_empty() {
        true => "the catalog has no entity for the segments".to_owned(),
        false => "it isn't known which entity the segments are about".to_owned(),
    };
    help |p| Some(match p.known.is_empty() {
        true => "let `--write-catalog catalog/users.yml` create one from the files".to_owned(),
        false => format!("name it with `--entity`: {}", listed(&p.known)),
    });
}

/// A list of names in backticks, shortened if it is long.
pub(crate) fn listed(names: &[String]) -> String {
    const MOST: usize = 12;
    let mut shown: Vec<String> = names.iter().take(MOST).map(|name| format!("`{name}`")).collect();
    if names.len() > MOST {
        shown.push(format!("{} more", names.len() - MOST));
    }
    shown.join(", ")
}
