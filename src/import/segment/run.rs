//! An import from beginning to end: reads the files, checks the project with what they become, and
//! gives the files to write.

use std::collections::{BTreeMap, BTreeSet};

use super::draft::{Draft, Import};
use super::existing::{Block, blocks};
use super::fields::{Schema, Survey, check};
use super::input::{File, Input};
use super::lists;
use super::mapping::Mapping;
use super::overlay::Overlay;
use super::problems::{DoesNotCompile, Gone, KeptChanged, NothingToImport};
use super::report::{Report, Reported, Status};
use super::settle::{refuse_circles, refuse_dependents};
use super::skeleton;
use super::tool::{Tool, find};
use super::write::{Change, Merged, Written, merge, write};
use crate::api::{self, Options};
use crate::catalog::Catalog;
use crate::check::hir::SegmentId;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, Sources};
use crate::import::problems::{CannotUpdate, CatalogHasErrors, UnknownInMapping, WhichEntity};
use crate::project::{self, Files, Project, ReadError};
use crate::syntax;
use crate::syntax::ast::Item;

/// What to import, and how.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The tool's name on the command line.
    pub tool: String,
    /// The tool's files.
    pub files: Vec<File>,
    /// The mapping file.
    pub mapping: Option<File>,
    /// The entity that the segments are about.
    pub entity: Option<String>,
    /// A name for the only segment of a file that has no names.
    pub name: Option<String>,
    /// The database whose SQL the files have.
    pub dialect: Option<String>,
    /// The `.seg` file to write, relative to the project.
    pub out: Option<String>,
    /// A catalog file to create from the attributes that the files use, relative to the project.
    pub write_catalog: Option<String>,
    /// Parameters and tier of the project.
    pub options: Options,
}

/// The result of an import. Nothing has been written yet.
#[derive(Debug, Clone, Default)]
pub struct Imported {
    /// The tool's files and the mapping file.
    pub sources: Sources,
    /// All problems: of files, refusals, and warnings about segments that stay as they are.
    pub problems: Diagnostics,
    /// What became of each segment.
    pub report: Report,
    /// The files to write: path relative to the project, and content.
    pub files: Vec<(String, String)>,
    /// A mapping file with the names that the segments use.
    pub mapping: String,
}

/// Imports segments into a project.
#[must_use]
pub fn import(files: &dyn Files, request: &Request) -> Imported {
    let mut imported = Imported::default();
    let Some(tool) = find(&request.tool) else { return imported };
    let mut source = |file: &File| {
        let text = file.text.strip_prefix('\u{feff}').unwrap_or(&file.text);
        let source = imported.sources.add(&*file.path, text);
        Input { source, relative: file.relative.clone(), text: text.into() }
    };
    let inputs: Vec<Input> = request.files.iter().map(&mut source).collect();
    let mapping = request.mapping.as_ref().map(&mut source);
    let mut problems = Diagnostics::new();
    let mut mapping =
        mapping.map(|input| Mapping::read(&input, tool.sections(), &mut problems)).unwrap_or_default();
    mapping.has_rows = tool.reads_rows_of_lists();
    let run = Run { files, request, tool, inputs: &inputs, mapping: &mapping };
    if !problems.has_errors() {
        run.import(&mut imported, &mut problems);
    }
    problems.sort(&imported.sources);
    imported.problems = problems;
    imported
}

struct Run<'a> {
    files: &'a dyn Files,
    request: &'a Request,
    tool: &'static dyn Tool,
    inputs: &'a [Input],
    mapping: &'a Mapping,
}

/// What the project has already.
struct Known {
    project: Project,
    /// Imported segments of this tool, in all files.
    blocks: Vec<Block>,
    /// The files to write besides the segments.
    added: Vec<(String, String)>,
}

impl Run<'_> {
    fn out(&self) -> String {
        let standard = || format!("segments/imported/{}.seg", self.tool.name());
        self.request.out.clone().unwrap_or_else(standard)
    }

    fn import(&self, imported: &mut Imported, problems: &mut Diagnostics) {
        let mut known = self.known(Vec::new());
        if let Some(path) = &self.request.write_catalog {
            let text = self.survey(&known);
            known = self.known(vec![(path.clone(), text)]);
        }
        self.readable(&known, problems);
        if problems.has_errors() {
            return;
        }
        let Some(entity) = self.entity(&known.project.catalog, problems) else { return };
        check(&known.project.catalog, &entity, self.mapping, problems);
        if problems.has_errors() {
            return;
        }
        let mut import = Import::new(
            self.tool,
            Schema::Catalog(&known.project.catalog),
            self.mapping,
            entity.clone(),
            self.request.name.clone(),
        );
        prepare(&mut import, &known);
        import.dialect = self.request.dialect.clone();
        self.tool.read(self.inputs, &mut import);
        let Import { problems: of_files, mut drafts, used, asked, mut names, earlier, .. } = import;
        problems.append(of_files);
        if drafts.is_empty() {
            if !problems.has_errors() {
                let span = self.inputs.first().map(Input::start);
                problems.push(NothingToImport { span, tool: self.tool.title(), takes: self.tool.takes() });
            }
            return;
        }
        lists::take_out(&mut drafts, &known.project.catalog, &mut names, &earlier, self.tool.name());
        refuse_circles(&mut drafts);
        let merged = self.settle(&mut drafts, &known);
        imported.mapping = skeleton::mapping(&entity, &used, &asked, &self::names(&drafts));
        self.report(&drafts, &known, &merged, imported, problems);
        let is_new = self.existing(&known).is_none_or(|text| text != merged.text);
        let lists = self.lists(&drafts, &merged);
        imported.files = known.added;
        if is_new && !merged.changes.is_empty() {
            imported.files.push((self.out(), merged.text));
        }
        imported.files.extend(lists);
    }

    /// The files of lists to write: those of segments that are new or updated, and those that are missing.
    fn lists(&self, drafts: &[Draft], merged: &Merged) -> Vec<(String, String)> {
        let changes: BTreeMap<&str, Change> =
            merged.changes.iter().map(|(key, change, _)| (key.as_str(), *change)).collect();
        let file = |draft: &Draft| {
            let list = draft.list.as_ref()?;
            let change = changes.get(draft.key.as_str())?;
            let known = self.files.read_list(&list.path);
            let is_written = match known {
                Ok(bytes) => *change != Change::Unchanged && bytes != list.text.as_bytes(),
                Err(_) => true,
            };
            is_written.then(|| (list.path.clone(), list.text.clone()))
        };
        drafts.iter().filter_map(file).collect()
    }

    /// Reads the project, with further files in it.
    fn known(&self, added: Vec<(String, String)>) -> Known {
        let project = project::load_from(&Overlay::new(self.files, added.iter().cloned()));
        let texts = project.segments.iter().filter_map(|(source, text)| {
            let path = project.sources.get(*source)?.path();
            Some(blocks(path, text))
        });
        let mut blocks: Vec<Block> = texts.flatten().filter(|block| block.tool == self.tool.name()).collect();
        for block in &mut blocks {
            // A list whose file a person has changed stays as it is.
            let is_changed = block.list.as_ref().is_some_and(|list| lists::is_changed(self.files, list));
            block.is_untouched &= !is_changed;
        }
        Known { project, blocks, added }
    }

    /// Reports errors of the catalog, with which nothing can be compared, and a file that can't be updated.
    fn readable(&self, known: &Known, problems: &mut Diagnostics) {
        let of_catalog = |problem: &&Diagnostic| {
            problem.severity == Severity::Error
                && (problem.code.starts_with("SEG2") || problem.code.starts_with("SEG02"))
        };
        if let Some(first) = known.project.problems.iter().find(of_catalog) {
            let place = first.span.and_then(|span| known.project.sources.locate(span));
            let place = place.map_or_else(String::new, |(path, at)| format!(" ({path}:{})", at.line));
            problems.push(CatalogHasErrors { span: None, first: format!("{}{place}", first.message) });
        }
        let path = self.out();
        if self.existing(known).is_none() && !matches!(self.files.read(&path), Err(ReadError::NotFound)) {
            problems.push(CannotUpdate { span: None, path });
        }
    }

    /// A catalog of the attributes that the files use.
    fn survey(&self, known: &Known) -> String {
        let entity = self.request.entity.as_ref().or(self.mapping.entity.as_ref().map(|(name, _)| name));
        let entity = entity.cloned().unwrap_or_else(|| "user".to_owned());
        let survey = Schema::Survey(Survey::default());
        let mut import =
            Import::new(self.tool, survey, self.mapping, entity.clone(), self.request.name.clone());
        prepare(&mut import, known);
        self.tool.read(self.inputs, &mut import);
        match import.schema {
            Schema::Survey(survey) => skeleton::catalog(&survey, &entity, self.tool),
            Schema::Catalog(_) => String::new(),
        }
    }

    /// The entity that the segments are about.
    fn entity(&self, catalog: &Catalog, problems: &mut Diagnostics) -> Option<String> {
        let known: Vec<String> = catalog.iter().map(|(_, entity)| entity.name.clone()).collect();
        let mapped = self.mapping.entity.as_ref().map(|(name, span)| (name.clone(), Some(*span)));
        let asked = self.request.entity.clone().map(|name| (name, None)).or(mapped);
        match asked {
            Some((name, _)) if known.contains(&name) => Some(name),
            Some((name, span)) => {
                problems.push(UnknownInMapping { span, what: "entity", name, owner: None, known });
                None
            }
            None if known.len() == 1 => known.into_iter().next(),
            None if self.tool.names_the_entity() => Some(String::new()),
            None if known.iter().any(|name| name == "user") => Some("user".to_owned()),
            None => {
                problems.push(WhichEntity { span: None, known });
                None
            }
        }
    }

    fn existing<'k>(&self, known: &'k Known) -> Option<&'k str> {
        let out = self.out();
        let mut texts = known.project.segments.iter();
        let found = texts
            .find(|(source, _)| known.project.sources.get(*source).is_some_and(|file| file.path() == out));
        found.map(|(_, text)| &**text)
    }

    /// Checks the project with the segments in it, and refuses those that would break it, until it is
    /// sound.
    fn settle(&self, drafts: &mut [Draft], known: &Known) -> Merged {
        loop {
            lists::refuse_other_files(drafts, &known.blocks, self.files);
            refuse_dependents(drafts);
            lists::leave_out(drafts, &known.blocks, |draft| write(self.tool, draft));
            let written: Vec<Written> = drafts.iter().filter_map(|draft| write(self.tool, draft)).collect();
            let merged = self.merge(known, &written);
            let mut is_sound = true;
            let places: BTreeMap<String, usize> =
                drafts.iter().enumerate().map(|(at, draft)| (draft.key.clone(), at)).collect();
            for (key, message, help) in self.broken(known, &merged, drafts) {
                let Some(draft) = places.get(&key).and_then(|&at| drafts.get_mut(at)) else { continue };
                is_sound = false;
                let (span, name) = (draft.span, draft.name.clone());
                draft.refusals.push(DoesNotCompile { span, name, message, help }.into());
            }
            if is_sound {
                return merged;
            }
        }
    }

    fn merge(&self, known: &Known, written: &[Written]) -> Merged {
        let out = self.out();
        let (here, elsewhere): (Vec<&Block>, Vec<&Block>) =
            known.blocks.iter().partition(|block| block.path == out);
        let here: Vec<Block> = here.into_iter().cloned().collect();
        let elsewhere: BTreeSet<&str> = elsewhere.into_iter().map(|block| block.key.as_str()).collect();
        let moved = |written: &&Written| !elsewhere.contains(written.key.as_str());
        let written: Vec<Written> = written.iter().filter(moved).cloned().collect();
        merge(self.tool, self.existing(known), &here, &written)
    }

    /// Imported segments with an error: the key of each, message and help.
    fn broken(
        &self,
        known: &Known,
        merged: &Merged,
        drafts: &[Draft],
    ) -> Vec<(String, String, Option<String>)> {
        let out = self.out();
        let changed = known.added.iter().cloned().chain([(out.clone(), merged.text.clone())]);
        let changed = changed.chain(self.lists(drafts, merged));
        let overlay = Overlay::new(self.files, changed);
        let (session, mut problems) = api::open_files(&overlay, &self.request.options);
        let all: Vec<SegmentId> = session.hir().iter().map(|(id, _)| id).collect();
        for target in session.targets() {
            problems.append(session.judge(&target, &all, &self.request.options));
        }
        let errors = problems.into_iter().filter(|problem| problem.severity == Severity::Error);
        let mut found: BTreeMap<&str, (String, Option<String>)> = BTreeMap::new();
        for problem in errors {
            let Some(span) = problem.span else { continue };
            if session.sources.get(span.source).is_none_or(|file| file.path() != out) {
                continue;
            }
            // Segments are in the order of the text.
            let at = span.start as usize;
            let next = merged.changes.partition_point(|(_, _, range)| range.start <= at);
            let segment = next.checked_sub(1).and_then(|before| merged.changes.get(before));
            if let Some((key, _, _)) = segment.filter(|(_, _, range)| range.contains(&at)) {
                let message = || (format!("{} ({})", problem.message, problem.code), problem.help.clone());
                found.entry(key).or_insert_with(message);
            }
        }
        found.into_iter().map(|(key, (message, help))| (key.to_owned(), message, help)).collect()
    }

    fn report(
        &self,
        drafts: &[Draft],
        known: &Known,
        merged: &Merged,
        imported: &mut Imported,
        problems: &mut Diagnostics,
    ) {
        let blocks: BTreeMap<&str, &Block> =
            known.blocks.iter().map(|block| (block.key.as_str(), block)).collect();
        let changes: Changes<'_> = merged
            .changes
            .iter()
            .map(|(key, change, range)| (key.as_str(), (*change, range.start)))
            .collect();
        let mut report = Report { tool: self.tool.title().to_owned(), file: self.out(), ..Report::default() };
        for draft in drafts {
            let written = write(self.tool, draft);
            let mut reported = reported(draft, &changes);
            if let Some(written) = written.filter(|_| reported.change.is_none()) {
                reported.change = Some(Change::Kept);
                let block = blocks.get(draft.key.as_str());
                let was = block.map(|block| block.digest.as_str());
                if let Some(block) = block
                    && was != Some(super::existing::digest(&written.body).as_str())
                {
                    let (name, path, line) = (draft.name.clone(), block.path.clone(), block.line);
                    problems.push(KeptChanged { span: Some(draft.span), name, path, line });
                    reported.new_version = Some(written.text);
                }
            }
            draft.refusals.iter().for_each(|refusal| problems.push(refusal.clone()));
            if draft.part_of.is_none() {
                report.segments.push(reported);
            }
        }
        let keys: BTreeSet<&str> = drafts.iter().map(|draft| draft.key.as_str()).collect();
        for block in known.blocks.iter().filter(|block| !keys.contains(block.key.as_str())) {
            let name = block.name.clone().unwrap_or_else(|| block.key.clone());
            report.gone.push((name.clone(), block.path.clone(), block.line));
            problems.push(Gone { span: None, name, path: block.path.clone(), line: block.line });
        }
        imported.report = report;
    }
}

/// What happens to segments by their keys, and the lines in which they begin.
type Changes<'a> = BTreeMap<&'a str, (Change, usize)>;

fn reported(draft: &Draft, changes: &Changes<'_>) -> Reported {
    let status = match draft {
        Draft { is_skipped: true, .. } => Status::Skipped,
        Draft { refusals, .. } if !refusals.is_empty() => Status::Refused,
        Draft { segment: None, .. } => Status::Refused,
        Draft { notes, .. } if !notes.is_empty() => Status::WithNotes,
        _ => Status::Exact,
    };
    let change = changes.get(draft.key.as_str()).copied();
    Reported {
        key: draft.key.clone(),
        name: draft.name.clone(),
        span: draft.span,
        line: change.map(|(_, line)| line),
        status,
        change: change.map(|(change, _)| change),
        notes: if status == Status::Refused { Vec::new() } else { draft.notes.clone() },
        refusals: draft.refusals.clone(),
        new_version: None,
    }
}

/// Names that are taken: by the project's own segments, and by segments that were imported before.
fn prepare(import: &mut Import<'_>, known: &Known) {
    import.calendar = known.project.config.calendar.clone();
    import.earlier =
        known.blocks.iter().filter_map(|block| Some((block.key.clone(), block.name.clone()?))).collect();
    let mut ignored = Diagnostics::new();
    for (source, text) in &known.project.segments {
        for item in syntax::parse(*source, text, &mut ignored).items {
            let Item::Segment(segment) = item else { continue };
            import.names.take(&segment.name.text);
            import.own.insert(segment.name.text);
        }
    }
}

/// Segments and their names, for a mapping file.
fn names(drafts: &[Draft]) -> Vec<(String, String)> {
    let own = drafts.iter().filter(|draft| draft.part_of.is_none());
    let names: BTreeMap<String, String> = own.map(|draft| (draft.key.clone(), draft.name.clone())).collect();
    names.into_iter().collect()
}
