//! `segc import sql`: a condition on the command line, a `.sql` file, or a YAML file of conditions by name.
use super::{Database, Setting, SqlText, Translated, translate};
use crate::diagnostic::Diagnostics;
use crate::import::segment::draft::{Body, Import};
use crate::import::segment::fields::Schema;
use crate::import::segment::input::Input;
use crate::import::segment::problems::{NoEquivalent, WrongShape};
use crate::import::segment::tool::Tool;
use crate::yaml::{Node, NodeKind};

/// `segc import sql`
#[derive(Debug)]
pub(crate) struct Sql;

/// SQL with a name.
struct Named<'i> {
    name: String,
    text: SqlText<'i>,
    /// The description of the segment.
    description: Option<String>,
}

impl Tool for Sql {
    fn name(&self) -> &'static str {
        "sql"
    }

    fn title(&self) -> &'static str {
        "SQL"
    }

    fn takes(&self) -> &'static str {
        "a condition, a WHERE clause or a SELECT of keys; or a file of them: `.sql`, with a line `-- name: NAME` above each, or YAML, `NAME: CONDITION`"
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn names_the_entity(&self) -> bool {
        true
    }

    fn read(&self, inputs: &[Input], import: &mut Import<'_>) {
        let trees: Vec<Option<Node>> = inputs
            .iter()
            .map(|input| if is_yaml(input) { input.tree(&mut import.problems) } else { None })
            .collect();
        let mut all = Vec::new();
        for (input, tree) in inputs.iter().zip(&trees) {
            match tree {
                Some(tree) => of_tree(input, tree, import, &mut all),
                None if is_yaml(input) => {}
                None => of_text(input, import, &mut all),
            }
        }
        for named in all {
            let span = named.text.whole();
            let Some(id) = import.declare(&named.name, None, span) else { continue };
            let (entity, found, problems) = condition(&named.text, import);
            import.translate_on(id, &entity, |import| {
                problems.into_iter().for_each(|problem| {
                    import.refuse::<()>(problem);
                });
                let found = found?;
                found.notes.iter().for_each(|(_, note)| import.note(note.clone()));
                Some(Body::of(found.condition).described(named.description.clone()))
            });
        }
    }
}

/// The entity of a condition, and the condition.
fn condition(text: &SqlText<'_>, import: &Import<'_>) -> (String, Option<Translated>, Diagnostics) {
    let mut problems = Diagnostics::new();
    let Schema::Catalog(catalog) = &import.schema else {
        let what = "SQL says too little about its columns to write a catalog".to_owned();
        let help = "write one, or import it: `segc catalog import`".to_owned();
        problems.push(NoEquivalent { span: text.whole(), what, help });
        return (import.entity.clone(), None, problems);
    };
    let dialect = import.dialect.as_deref().unwrap_or("generic");
    let Some(database) = Database::find(dialect) else {
        let what = format!("`{dialect}` isn't a database whose SQL is known");
        let help = format!("they are: {}", Database::names().join(", "));
        problems.push(NoEquivalent { span: text.whole(), what, help });
        return (import.entity.clone(), None, problems);
    };
    let setting = Setting { catalog, calendar: &import.calendar, database: &database };
    let found = translate(*text, catalog.find(&import.entity), setting, &mut problems);
    let entity = match &found {
        Some(found) => catalog.entity(found.entity).name.clone(),
        None => import.entity.clone(),
    };
    (entity, found, problems)
}

fn is_yaml(input: &Input) -> bool {
    let name = input.relative.to_lowercase();
    [".yml", ".yaml", ".json"].iter().any(|ending| name.ends_with(ending))
}

/// The conditions of a YAML file.
fn of_tree<'i>(input: &'i Input, tree: &Node, import: &mut Import<'_>, all: &mut Vec<Named<'i>>) {
    let NodeKind::Map(entries) = &tree.kind else {
        let (expected, found) = ("conditions by name".to_owned(), tree.found().to_owned());
        let help = Some("write `big_spenders: total > 1000`".to_owned());
        import.problems.push(WrongShape { span: tree.span, expected, found, help });
        return;
    };
    for (key, node) in entries {
        let NodeKind::String(_) = &node.kind else {
            let (expected, found) = ("SQL".to_owned(), node.found().to_owned());
            import.problems.push(WrongShape { span: node.span, expected, found, help: None });
            continue;
        };
        let text = SqlText::of_scalar(input.source, &input.text, node);
        match text {
            Some(text) => all.push(Named { name: key.text.clone(), text, description: None }),
            None => {
                let (expected, found) = (
                    "SQL on one line, or after `|`".to_owned(),
                    "text with escapes or folded lines".to_owned(),
                );
                let help = Some("write `name: |` and the SQL below it".to_owned());
                import.problems.push(WrongShape { span: node.span, expected, found, help });
            }
        }
    }
}

/// The conditions of a `.sql` file, or the one on the command line.
fn of_text<'i>(input: &'i Input, import: &Import<'_>, all: &mut Vec<Named<'i>>) {
    let stem =
        input.relative.rsplit_once('.').map(|(stem, _)| stem.to_owned()).filter(|stem| !stem.is_empty());
    let first = import.given_name.clone().or(stem).unwrap_or_else(|| "sql".to_owned());
    let (mut name, mut start, mut at) = (None, 0, 0);
    let mut found: Vec<(String, usize, usize)> = Vec::new();
    for line in input.text.split_inclusive('\n') {
        if let Some(next) = line.trim().strip_prefix("-- name:") {
            found.extend(name.replace(next.trim().to_owned()).map(|name| (name, start, at)));
            start = at + line.len();
        }
        at += line.len();
    }
    found.push((name.unwrap_or(first), start, at));
    for (name, start, end) in found {
        let text = input.text.get(start..end).unwrap_or_default();
        all.push(Named { name, text: SqlText { source: input.source, start, text }, description: None });
    }
}
