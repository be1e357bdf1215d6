//! `segc import`

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser};

use super::{one, unread, write_json};
use crate::api::Options;
use crate::cli::args::Values;
use crate::cli::config;
use crate::cli::exit::Exit;
use crate::cli::folder;
use crate::cli::problems::{AlreadyThere, CannotRead};
use crate::cli::terminal::Terminal;
use crate::cli::value_enums::AnswerFormat;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::import::segment::{self, File, Imported, Request, ToolInfo, tools};
use crate::project::{Disk, Files};

/// Translate segments of another tool into segments of the project
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Writes one .seg file, and a report of what each segment became. A segment that can't be kept
exactly is refused at its place, and the others are imported. Importing again updates what it
wrote and leaves what a person has changed.

Examples:
  segc import --list
  segc import launchdarkly segments.json
  segc import featurevisor ./segments --entity customer
  segc import unleash state.json --dry-run
  segc import growthbook groups.json --write-catalog catalog/users.yml
  segc import flipt features.yml --write-map mapping.yml
  segc import flipt features.yml --map mapping.yml
  segc import launchdarkly segments.json --format json | jq .refused")]
pub(in crate::cli) struct Args {
    /// The tool
    #[arg(value_name = "TOOL", value_parser = tool_names(), required_unless_present = "list")]
    tool: Option<String>,
    /// Its files or folders
    #[arg(value_name = "FILE", required_unless_present = "list")]
    inputs: Vec<PathBuf>,
    /// List the tools and what to pass
    #[arg(long)]
    list: bool,
    /// The entity that the segments are about
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    entity: Option<String>,
    /// The name of a segment that has none in the file
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    name: Option<String>,
    /// The database whose SQL it is, for `segc import sql` [default: generic]
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    dialect: Option<String>,
    /// What the tool's names are called here: a YAML file
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Write such a file, with all names that the segments use, and nothing else
    #[arg(long, value_name = "FILE", conflicts_with_all = ["dry_run", "write_catalog"])]
    write_map: Option<PathBuf>,
    /// Create this catalog file with the attributes that the segments use
    #[arg(long, value_name = "FILE", value_parser = catalog_path)]
    write_catalog: Option<String>,
    /// The file to write, in segments/ [default: segments/imported/TOOL.seg]
    #[arg(long, value_name = "FILE", value_parser = segment_path)]
    out: Option<String>,
    /// Write nothing, and show what would be written
    #[arg(long)]
    dry_run: bool,
    /// The format of the report
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "human")]
    format: AnswerFormat,
    #[command(flatten)]
    values: Values,
}

fn tool_names() -> PossibleValuesParser {
    PossibleValuesParser::new(tools().iter().map(|tool| tool.name))
}

fn segment_path(text: &str) -> Result<String, String> {
    inside(text, "segments", &[".seg"])
}

fn catalog_path(text: &str) -> Result<String, String> {
    inside(text, "catalog", &[".yml", ".yaml"])
}

/// A path in one of the project's folders.
fn inside(text: &str, folder: &str, endings: &[&str]) -> Result<String, String> {
    let path = text.replace('\\', "/");
    let path = path.trim_start_matches("./");
    let is_inside = path.starts_with(&format!("{folder}/")) && !path.split('/').any(|part| part == "..");
    match is_inside && endings.iter().any(|ending| path.ends_with(ending)) {
        true => Ok(path.to_owned()),
        false => Err(format!(
            "a file in {folder}/ of the project whose name ends with {} is expected",
            endings.join(" or ")
        )),
    }
}

pub(super) fn run(args: &Args, named: Option<&Path>, terminal: &mut Terminal) -> io::Result<Exit> {
    if args.list {
        return list(terminal);
    }
    let mut problems = Diagnostics::new();
    let root = config::root(named).map_err(|problem| problems.push(problem)).ok();
    let asked = config::options(&args.values, None).map_err(|slips| problems.append(slips)).ok();
    let mapping = args.map.as_deref().map(|path| read(path).map_err(|problem| problems.push(problem)));
    let tool = args.tool.as_deref().and_then(|name| tools().into_iter().find(|tool| tool.name == name));
    let files = tool.map(|tool| input_files(tool, &args.inputs, &mut problems)).unwrap_or_default();
    let (Some(root), Some(asked), true) = (root, asked, problems.is_empty()) else {
        return terminal.report(&Default::default(), problems);
    };
    if let Some(path) = &args.write_catalog
        && root.folder.join(path).exists()
    {
        return terminal.refuse(AlreadyThere { span: None, files: vec![path.clone()] });
    }
    let request = Request {
        tool: args.tool.clone().unwrap_or_default(),
        files,
        mapping: mapping.and_then(Result::ok),
        entity: args.entity.clone(),
        name: args.name.clone(),
        dialect: args.dialect.clone(),
        out: args.out.clone(),
        write_catalog: args.write_catalog.clone(),
        options: Options { params: asked.options.params, tier: asked.options.tier, ..Options::default() },
    };
    let imported = segment::import(&Disk::new(&root.folder), &request);
    if let Some(path) = &args.write_map {
        return write_map(path, &imported, terminal);
    }
    if !args.dry_run
        && let Err(problem) = folder::replace_files(&root.folder, &imported.files)
    {
        return terminal.refuse(problem);
    }
    report(args, &root.prefix, imported, terminal)
}

fn report(args: &Args, prefix: &str, imported: Imported, terminal: &mut Terminal) -> io::Result<Exit> {
    let is_json = matches!(args.format, AnswerFormat::Json);
    if is_json {
        let mut value = imported.report.json(&imported.sources);
        let files: Vec<&str> = imported.files.iter().map(|(path, _)| path.as_str()).collect();
        value["written"] = if args.dry_run { serde_json::json!([]) } else { serde_json::json!(files) };
        if args.dry_run {
            value["would_write"] = imported
                .files
                .iter()
                .map(|(path, text)| serde_json::json!({ "path": path, "text": text }))
                .collect();
        }
        write_json(&value, &mut terminal.out)?;
    } else if !imported.report.segments.is_empty() {
        write!(terminal.out, "{}", imported.report.human(&imported.sources))?;
        for (path, text) in &imported.files {
            match args.dry_run {
                true => writeln!(terminal.out, "\nwould write {prefix}{path}:\n\n{text}")?,
                false => writeln!(terminal.out, "wrote {prefix}{path}")?,
            }
        }
        if imported.files.is_empty() {
            match imported.report.segments.iter().any(|segment| segment.change.is_some()) {
                true => writeln!(terminal.out, "{prefix}{} is up to date", imported.report.file)?,
                false => writeln!(terminal.out, "nothing to write")?,
            }
        }
    }
    let exit = terminal.report(&imported.sources, imported.problems)?;
    terminal.flush()?;
    Ok(exit)
}

/// Writes a mapping file, which must not exist yet. Problems with the segments aren't reported: the
/// file is there to solve them.
fn write_map(path: &Path, imported: &Imported, terminal: &mut Terminal) -> io::Result<Exit> {
    if imported.mapping.is_empty() {
        return terminal.report(&imported.sources, imported.problems.clone());
    }
    let text = path.display().to_string();
    let files = [(text.as_str(), imported.mapping.as_str())];
    if !folder::taken(Path::new(""), &files).is_empty() {
        return terminal.refuse(AlreadyThere { span: None, files: vec![text] });
    }
    if let Err(problem) = folder::write_new(Path::new(""), &files) {
        return terminal.refuse(problem);
    }
    writeln!(terminal.err, "wrote {text}")?;
    Ok(Exit::Fine)
}

fn list(terminal: &mut Terminal) -> io::Result<Exit> {
    let tools = tools();
    let width = tools.iter().map(|tool| tool.name.len()).max().unwrap_or(0);
    for ToolInfo { name, title, takes, .. } in tools {
        writeln!(terminal.out, "{name:width$}  {title}: {takes}")?;
    }
    terminal.flush()?;
    Ok(Exit::Fine)
}

/// The tool's files. Those of a folder are taken from any depth, ordered by path.
fn input_files(tool: ToolInfo, inputs: &[PathBuf], problems: &mut Diagnostics) -> Vec<File> {
    let mut files = Vec::new();
    for input in inputs {
        let is_text = tool.takes_text && !input.exists();
        let found = if is_text {
            let text = input.to_string_lossy().into_owned();
            Ok(vec![File { path: "argument".to_owned(), relative: String::new(), text }])
        } else if input.is_dir() {
            folder_files(input)
        } else {
            read(input).map(|file| vec![file]).map_err(one)
        };
        match found {
            Ok(found) => files.extend(found),
            Err(found) => problems.append(found),
        }
    }
    files
}

fn folder_files(folder: &Path) -> Result<Vec<File>, Diagnostics> {
    let listing = Disk::new(folder).list("");
    let mut paths = listing.paths;
    paths.retain(|path| [".json", ".yml", ".yaml"].iter().any(|ending| path.ends_with(ending)));
    paths.sort();
    let mut problems = Diagnostics::new();
    let mut files = Vec::new();
    for path in paths {
        match read(&folder.join(&path)) {
            Ok(file) => files.push(File { relative: path, ..file }),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(files) } else { Err(problems) }
}

fn read(path: &Path) -> Result<File, Diagnostic> {
    let shown = path.display().to_string();
    let cannot = |why: &str| CannotRead { span: None, path: shown.clone(), why: why.to_owned() };
    let bytes = Disk::new("").read(&path.to_string_lossy()).map_err(|error| cannot(&unread(error)))?;
    let text = String::from_utf8(bytes).map_err(|_| cannot("it isn't UTF-8"))?;
    let relative = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(File { path: shown, relative, text })
}
