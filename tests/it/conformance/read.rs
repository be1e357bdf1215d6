//! Reads the cases from Markdown.

use std::collections::BTreeMap;
use std::path::Path;

/// A file.
pub struct Topic {
    pub file: String,
    pub title: String,
    pub sections: Vec<Section>,
}

/// What is below a `##`: cases over one set of rows.
#[derive(Clone, Default)]
pub struct Section {
    pub title: String,
    /// Zone, week's start and as_of, as YAML.
    pub settings: String,
    /// A catalog file.
    pub catalog: String,
    /// By entity: a table, with the line it begins at.
    pub rows: BTreeMap<String, Block>,
    /// Blocks of conditions, and of whole files.
    pub cases: Vec<Cases>,
    /// The targets that refuse these cases.
    pub refused: Vec<String>,
}

/// The lines of a fenced block.
#[derive(Clone, Default)]
pub struct Block {
    /// The number of its first line in the file.
    pub line: usize,
    pub lines: Vec<String>,
}

/// Cases that are compiled together.
#[derive(Clone)]
pub enum Cases {
    /// Conditions over an entity, one a line.
    Conditions(String, Block),
    /// A `.seg` file.
    Segments(Block),
}

/// All topics of a folder, in the order of their files' names.
pub fn topics(folder: &Path) -> Vec<Topic> {
    let entries = std::fs::read_dir(folder).expect("the folder of the cases");
    let mut names: Vec<String> =
        entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.retain(|name| name.ends_with(".md") && name != "README.md");
    names.sort();
    let read = |name: &String| {
        let text = std::fs::read_to_string(folder.join(name)).expect("the file can be read");
        topic(name, &text)
    };
    names.iter().map(read).collect()
}

fn topic(file: &str, text: &str) -> Topic {
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
            section.refused = names.filter(|word| super::TARGETS.contains(&word.as_str())).collect();
            assert!(!section.refused.is_empty(), "{file}:{}: no target is named", number + 1);
        } else if let Some(head) = line.strip_prefix("```") {
            let lines = lines.by_ref().map(|(_, line)| line.to_owned()).take_while(|line| line != "```");
            let block = Block { line: number + 2, lines: lines.collect() };
            let section = topic.sections.last_mut().unwrap_or(&mut shared);
            section.block(file, head, block);
        }
    }
    assert!(!topic.title.is_empty() && !topic.sections.is_empty(), "{file} has a title and sections");
    topic
}

impl Section {
    fn block(&mut self, file: &str, head: &str, block: Block) {
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
            ["conditions", entity] => self.cases.push(Cases::Conditions((*entity).to_owned(), block)),
            ["segments"] => self.cases.push(Cases::Segments(block)),
            [] | ["text" | "sql"] => {}
            _ => panic!("{file}:{}: a block of an unknown kind `{head}`", block.line - 1),
        }
    }
}

/// What a line expects: the text after the last ` #= `.
pub fn expected(line: &str) -> Option<(&str, Vec<String>)> {
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
