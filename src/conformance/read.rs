//! Reads the cases from Markdown.

use std::collections::BTreeMap;

use super::files::FILES;

/// A file.
#[derive(Debug, Clone)]
pub struct Topic {
    /// Its name.
    pub file: String,
    /// Its heading.
    pub title: String,
    /// The cases, by the rows that they share.
    pub sections: Vec<Section>,
}

/// The part below a `##`: cases over one set of rows.
#[derive(Debug, Clone, Default)]
pub struct Section {
    /// Its heading.
    pub title: String,
    /// Zone, week's start and as_of, as YAML.
    pub settings: String,
    /// The files of static lists, by path.
    pub lists: BTreeMap<String, String>,
    /// A catalog file.
    pub catalog: String,
    /// By entity: a table, with the line it begins at.
    pub rows: BTreeMap<String, Block>,
    /// Blocks of conditions, and of whole files.
    pub cases: Vec<Cases>,
    /// The targets that reject these cases.
    pub refused: Vec<String>,
}

/// The lines of a fenced block.
#[derive(Debug, Clone, Default)]
pub struct Block {
    /// The number of its first line in the file.
    pub line: usize,
    /// Its lines.
    pub lines: Vec<String>,
}

/// Cases that are compiled together.
#[derive(Debug, Clone)]
pub enum Cases {
    /// Conditions over an entity, one a line.
    Conditions(String, Block),
    /// A `.seg` file.
    Segments(Block),
}

/// All topics, in the order of their files' names.
///
/// # Errors
///
/// Says where a file doesn't have the form that `tests/conformance/README.md` describes.
pub fn topics() -> Result<Vec<Topic>, String> {
    FILES.iter().map(|(file, text)| topic(file, text)).collect()
}

/// The names of the files that are built in.
pub fn files() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|(name, _)| *name)
}

fn topic(file: &str, text: &str) -> Result<Topic, String> {
    let mut topic = Topic { file: file.to_owned(), title: String::new(), sections: Vec::new() };
    // What is before the first section is shared by all.
    let mut shared = Section::default();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        if let Some(title) = line.strip_prefix("# ") {
            topic.title = title.to_owned();
        } else if let Some(title) = line.strip_prefix("## ") {
            topic.sections.push(Section { title: title.to_owned(), ..shared.clone() });
        } else if let Some(targets) = line.strip_prefix("Refused on ") {
            let targets = targets.split(['.', ':', '(']).next().unwrap_or_default();
            let names = targets.split([',', ' ']).map(|word| word.trim().to_lowercase());
            let section = topic.sections.last_mut().unwrap_or(&mut shared);
            section.refused = names.filter(|word| !word.is_empty()).collect();
        } else if let Some(head) = line.strip_prefix("```") {
            let lines = lines.by_ref().map(|(_, line)| line.to_owned()).take_while(|line| line != "```");
            let block = Block { line: number + 2, lines: lines.collect() };
            let section = topic.sections.last_mut().unwrap_or(&mut shared);
            section.block(file, head, block)?;
        }
    }
    if topic.title.is_empty() || topic.sections.is_empty() {
        return Err(format!("{file} has no title or no sections"));
    }
    Ok(topic)
}

impl Section {
    fn block(&mut self, file: &str, head: &str, block: Block) -> Result<(), String> {
        let text = || block.lines.join("\n") + "\n";
        match head.split_whitespace().collect::<Vec<_>>().as_slice() {
            ["yaml", "settings"] => self.settings = text(),
            ["yaml", "catalog"] => {
                self.catalog = text();
                self.rows.clear();
            }
            ["rows", entity] => {
                self.rows.insert((*entity).to_owned(), block);
            }
            ["list", path] => drop(self.lists.insert((*path).to_owned(), text())),
            ["conditions", entity] => self.cases.push(Cases::Conditions((*entity).to_owned(), block)),
            ["segments"] => self.cases.push(Cases::Segments(block)),
            [] | ["text" | "sql"] => {}
            _ => return Err(format!("{file}:{}: a block of an unknown kind `{head}`", block.line - 1)),
        }
        Ok(())
    }
}

/// What a line expects: the text after the last ` #= `.
pub(super) fn expected(line: &str) -> Option<(&str, Vec<String>)> {
    let at = line.rfind("#=")?;
    Some((line[..at].trim_end(), words(&line[at + 2..])))
}

/// Keys, between spaces; one with a space is in double quotes.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (word, after) = match rest.strip_prefix('"').and_then(|inner| inner.split_once('"')) {
            Some((word, after)) => (word, after),
            None => rest.split_once(' ').unwrap_or((rest, "")),
        };
        words.push(word.to_owned());
        rest = after.trim_start();
    }
    words
}
