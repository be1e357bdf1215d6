//! Runs the cases of a tool's suite, and compares the numbers with those on the page.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Mutex;

use jiff::Timestamp;
use segc::api::{Options, Session, open_files};
use segc::catalog::Storage;
use segc::diagnostic::Severity;
use segc::evaluate::{Data, Datum, Evaluator, parse};
use segc::import::segment::{File, Imported, Request, Status, import};
use segc::project::Memory;
use segc::syntax::parse_type;
use segc::types::Type;
use serde_json::Value;

/// What became of a case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    /// The segment has the member that the tool says, or hasn't.
    Agrees,
    /// The segment isn't imported; why.
    Refused(String),
    /// The result is another one, and a note says so.
    Noted(String),
    /// No row can be what the case tests; why.
    Impossible(String),
    /// The result is another one, and nothing says so.
    Differs(String),
}

/// A case: a document, a segment in it, a context and what the tool says.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) name: String,
    pub(super) tool: &'static str,
    pub(super) files: Vec<File>,
    /// The key of the segment.
    pub(super) key: String,
    /// The attributes as the tool names them.
    pub(super) context: BTreeMap<String, Value>,
    /// The tool has only texts as values: a column may hold what they mean.
    pub(super) text_values: bool,
    pub(super) as_of: Timestamp,
    pub(super) expected: bool,
}

pub(super) const AS_OF: Timestamp = Timestamp::constant(1_764_547_200, 0);

const CONFIG: &str = "name: suite\ntargets: { duckdb: {}, postgres: {} }\n";

pub(super) fn file(path: &str, text: impl Into<String>) -> File {
    File { path: path.to_owned(), relative: path.to_owned(), text: text.into() }
}

/// A field of the catalog that the import makes, and the attribute that it is.
struct Field {
    name: String,
    attribute: String,
    ty: String,
}

/// A list whose elements are rows of a linked entity.
#[derive(Debug, Default)]
struct Elements {
    attribute: String,
    ty: String,
    values: Vec<Datum>,
}

impl Elements {
    fn of(attribute: &str, list: &Value) -> Option<Self> {
        let items = list.as_array()?;
        let ty = type_of(items.first()?, "string", false)?;
        let values: Option<Vec<Datum>> = items.iter().map(|item| datum(item, &ty)).collect();
        Some(Self { attribute: attribute.to_owned(), ty, values: values? })
    }

    fn added_to(&self, catalog: &str) -> String {
        if self.attribute.is_empty() {
            return catalog.to_owned();
        }
        format!(
            "{catalog}    links: {{ listed: {{ to: element, many: true, on: {{ key: owner }} }} }}\n\
             \x20 element: {{ table: elements, key: id, fields: {{ id: integer, owner: string, value: {} }} }}\n",
            self.ty
        )
    }

    fn mapping(&self) -> Option<File> {
        (!self.attribute.is_empty()).then(|| {
            file("map.yml", format!("entity: user\nattributes: {{ \"{}\": listed.value }}\n", self.attribute))
        })
    }
}

/// The fields in a catalog that the import has made.
fn fields(catalog: &str) -> Vec<Field> {
    let lines = catalog.lines().filter_map(|line| line.strip_prefix("      "));
    let field = |line: &str| {
        let (field, comment) =
            line.split_once("    # `").map_or((line, None), |(field, rest)| (field, Some(rest)));
        let (name, ty) = field.split_once(": ").expect("a field has a type");
        let attribute = comment.map_or(name, |rest| rest.strip_suffix('`').expect("its end"));
        Field { name: name.to_owned(), attribute: attribute.to_owned(), ty: ty.to_owned() }
    };
    lines.map(field).collect()
}

/// The type of a column that holds this value, given the type that the conditions imply.
fn type_of(value: &Value, implied: &str, text_values: bool) -> Option<String> {
    Some(match value {
        Value::Bool(_) => "boolean".to_owned(),
        // A time may be a number of seconds or milliseconds, which a column of the type holds as a time.
        Value::Number(_) if implied == "timestamp" => implied.to_owned(),
        Value::Number(number) if number.is_i64() => match implied {
            "decimal" | "float" => implied.to_owned(),
            _ => "integer".to_owned(),
        },
        Value::Number(_) => "float".to_owned(),
        Value::String(text) => match implied {
            version if version.contains("semver") => {
                return is_version(text, version).then(|| version.to_owned());
            }
            "decimal" | "integer" | "boolean" if text_values && of_text(text, implied).is_some() => {
                implied.to_owned()
            }
            "timestamp" | "date" if datum(value, implied).is_some() => implied.to_owned(),
            _ if text.contains('\0') => return None,
            _ => "string".to_owned(),
        },
        Value::Array(items) => {
            let element = items.iter().find(|item| !item.is_null());
            format!(
                "array<{}>",
                element.map_or(Some("string".to_owned()), |item| type_of(item, "string", text_values))?
            )
        }
        Value::Null => implied.to_owned(),
        Value::Object(_) => return None,
    })
}

/// Whether a text is a version as a column of versions holds it.
fn is_version(text: &str, ty: &str) -> bool {
    let catalog = format!("entities: {{ v: {{ table: v, key: id, fields: {{ id: string, v: {ty} }} }} }}");
    let segment = "segment s on v { where v is present }";
    let files =
        Memory::new().with("segc.yml", CONFIG).with("catalog/v.yml", catalog).with("segments/v.seg", segment);
    let (session, _) = open_files(&files, &Options::default());
    let row = [("v".to_owned(), Datum::String(text.to_owned()))];
    is_member(&session, "s", &row, &[], AS_OF).expect("a row")
}

/// A value as one of a type.
fn datum(value: &Value, ty: &str) -> Option<Datum> {
    let parsed = parse_type(if ty.contains("semver") { "semver" } else { ty }).expect("a type");
    if let (Value::Array(items), Type::Array(element)) = (value, &parsed) {
        let present = items.iter().filter(|item| !item.is_null());
        let items: Option<Vec<Datum>> = present.map(|item| datum(item, &element.to_string())).collect();
        return items.map(Datum::Array);
    }
    let text = match (value, &parsed) {
        (Value::Null, _) => return Some(Datum::Missing),
        (Value::String(text), Type::String | Type::Semver) => return Some(Datum::String(text.clone())),
        (Value::String(text), Type::Timestamp) => {
            let instant = text.parse::<Timestamp>();
            let date = || format!("{text}T00:00:00Z").parse::<Timestamp>();
            return instant.or_else(|_| date()).ok().map(Datum::Timestamp);
        }
        (Value::Number(number), Type::Timestamp) => {
            return Timestamp::from_millisecond(number.as_i64()?).ok().map(Datum::Timestamp);
        }
        (Value::String(text), Type::Date) => text.clone(),
        (Value::String(text), Type::Integer | Type::Decimal { .. } | Type::Boolean) => {
            return of_text(text, ty);
        }
        (Value::Bool(value), Type::Boolean) => return Some(Datum::Boolean(*value)),
        (Value::Number(number), Type::Integer | Type::Decimal { .. } | Type::Float) => number.to_string(),
        _ => return None,
    };
    parse(&text, &parsed, &Storage::Native).ok()
}

/// What a text means in a column of another type.
fn of_text(text: &str, ty: &str) -> Option<Datum> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Some(Datum::Missing);
    }
    parse(trimmed, &parse_type(ty).expect("a type"), &Storage::Native).ok()
}

/// The value of an attribute: by its name, or along the points in it.
fn attribute<'v>(context: &'v BTreeMap<String, Value>, name: &str) -> Option<&'v Value> {
    if let Some(value) = context.get(name) {
        return Some(value);
    }
    let (first, rest) = name.split_once('.')?;
    rest.split('.').try_fold(context.get(first)?, |value, key| value.get(key))
}

impl Case {
    fn request(&self, write_catalog: bool, mapping: Option<File>) -> Request {
        Request {
            tool: self.tool.to_owned(),
            files: self.files.clone(),
            mapping,
            write_catalog: write_catalog.then(|| "catalog/a.yml".to_owned()),
            ..Request::default()
        }
    }

    pub(super) fn verdict(&self) -> Verdict {
        match self.verdict_on(&Elements::default()) {
            // Of lists, only equality of elements can be tested, unless they are rows of their own.
            Verdict::Refused(reason)
                if self.tool == "launchdarkly" && reason.contains("each element of a list is tested") =>
            {
                let lists = self.context.iter().filter(|(_, value)| value.is_array());
                let elements: Option<Elements> =
                    lists.map(|(name, value)| Elements::of(name, value)).next().flatten();
                elements.map_or(Verdict::Refused(reason), |elements| self.verdict_on(&elements))
            }
            verdict => verdict,
        }
    }

    fn verdict_on(&self, elements: &Elements) -> Verdict {
        let empty = Memory::new().with("segc.yml", CONFIG);
        let surveyed = import(&empty, &self.request(true, None));
        let Some((_, catalog)) = surveyed.files.iter().find(|(path, _)| path == "catalog/a.yml") else {
            return Verdict::Refused(problem(&surveyed));
        };
        let (catalog, row) = match self.typed(catalog, elements) {
            Ok(typed) => typed,
            Err(verdict) => return verdict,
        };
        let mapping = elements.mapping();
        let project = empty.with("catalog/a.yml", catalog);
        let imported = import(&project, &self.request(false, mapping));
        let Some(reported) = imported.report.segments.iter().find(|one| one.key == self.key) else {
            return Verdict::Refused(problem(&imported));
        };
        if reported.status == Status::Refused {
            return Verdict::Refused(
                reported
                    .refusals
                    .first()
                    .map_or_else(String::new, |one| format!("{} {}", one.code, one.message)),
            );
        }
        let files =
            imported.files.iter().fold(project, |files, (path, text)| files.with(path, text.as_str()));
        let (session, problems) = open_files(&files, &Options::default());
        let errors: Vec<_> = problems.iter().filter(|problem| problem.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{}: the project doesn't check: {errors:?}", self.name);
        match is_member(&session, &reported.name, &row, &elements.values, self.as_of) {
            Ok(found) if found == self.expected => Verdict::Agrees,
            // A segment that it refers to may have the note.
            Ok(_) => match imported.report.segments.iter().flat_map(|one| &one.notes).next() {
                Some(note) => Verdict::Noted(note.clone()),
                None => Verdict::Differs(self.name.clone()),
            },
            Err(error) => panic!("{}: {error}", self.name),
        }
    }

    /// The catalog with the types of the context's values, and its row.
    fn typed(&self, catalog: &str, elements: &Elements) -> Result<(String, Vec<(String, Datum)>), Verdict> {
        let (mut catalog, mut row) = (elements.added_to(catalog), Vec::new());
        for Field { name, attribute: of, ty } in fields(catalog.clone().as_str()) {
            if of == elements.attribute {
                continue;
            }
            let Some(value) = attribute(&self.context, &of) else { continue };
            let kind = type_of(value, &ty, self.text_values);
            let found = kind.as_ref().and_then(|kind| Some((kind, datum(value, kind)?)));
            let Some((kind, value)) = found else {
                return Err(Verdict::Impossible(format!("an attribute is {}", kind_of(value))));
            };
            let old = format!("      {name}: {ty}");
            let line =
                catalog.lines().find(|line| line.starts_with(&old)).expect("the field is there").to_owned();
            catalog = catalog.replace(&line, &line.replacen(&old, &format!("      {name}: {kind}"), 1));
            row.push((name, value));
        }
        Ok((catalog, row))
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Object(_) => "an object",
        Value::Array(_) => "a list of values of several types",
        Value::Number(_) => "a number that no column holds",
        _ => "a text that isn't a version, where one is compared",
    }
}

fn problem(imported: &Imported) -> String {
    let first = imported.problems.iter().next();
    first.map_or_else(|| "nothing".to_owned(), |problem| format!("{} {}", problem.code, problem.message))
}

/// A reason without the names of the case.
fn reason(text: &str) -> String {
    let text = text.split(", but `").next().unwrap_or_default();
    let parts = text.split('`').enumerate();
    parts.map(|(at, part)| if at % 2 == 1 { "`…`".to_owned() } else { part.to_owned() }).collect()
}

/// Whether the row is a member of a segment.
fn is_member(
    session: &Session,
    segment: &str,
    row: &[(String, Datum)],
    elements: &[Datum],
    as_of: Timestamp,
) -> Result<bool, String> {
    let hir = session.hir();
    let id = hir.find(segment).ok_or_else(|| format!("there is no segment `{segment}`"))?;
    let entity = &hir.catalog.entity(hir.segment(id).entity).clone();
    let mut values: Vec<(&str, Datum)> =
        row.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    for key in &entity.key {
        let key = &entity.field(*key).name;
        let given = values.iter_mut().find(|(name, _)| name == key);
        match given {
            Some((_, value)) if !matches!(value, Datum::Missing) => {}
            Some((_, value)) => *value = Datum::String("some key".to_owned()),
            None => values.push((key, Datum::String("some key".to_owned()))),
        }
    }
    let mut data = Data::new(&hir.catalog);
    let owner = values.iter().find(|(name, _)| *name == "key").map(|(_, key)| key.clone());
    data.push(&entity.name, values).map_err(|error| error.to_string())?;
    for (id, element) in (0_i64..).zip(elements) {
        let owner = owner.clone().unwrap_or(Datum::Missing);
        let row = vec![("id", Datum::from(id)), ("owner", owner), ("value", element.clone())];
        data.push("element", row).map_err(|error| error.to_string())?;
    }
    let members = Evaluator::new(hir, &data, as_of).members(id).map_err(|error| error.to_string())?;
    Ok(!members.is_empty())
}

/// The numbers of a suite.
#[derive(Debug, Default)]
pub(super) struct Count {
    title: &'static str,
    agree: usize,
    refused: BTreeMap<String, usize>,
    noted: BTreeMap<String, usize>,
    impossible: BTreeMap<String, usize>,
    differ: Vec<String>,
}

impl Count {
    pub(super) fn of(title: &'static str, cases: &[Case]) -> Self {
        let mut count = Self { title, ..Self::default() };
        let verbose = std::env::var("SHOW_CASES").is_ok();
        for case in cases {
            let verdict = case.verdict();
            if verbose && verdict != Verdict::Agrees {
                println!("{}: {verdict:?}", case.name);
            }
            match verdict {
                Verdict::Agrees => count.agree += 1,
                Verdict::Refused(why) => *count.refused.entry(reason(&why)).or_default() += 1,
                Verdict::Noted(why) => *count.noted.entry(reason(&why)).or_default() += 1,
                Verdict::Impossible(why) => *count.impossible.entry(why).or_default() += 1,
                Verdict::Differs(name) => count.differ.push(name),
            }
        }
        count
    }

    /// Its rows of the table on the page.
    fn rows(&self) -> String {
        let title = self.title;
        let mut text = format!("| {title} | agree | {} | |\n", self.agree);
        for (what, counts) in [
            ("refused", &self.refused),
            ("differ, as a note says", &self.noted),
            ("can't be rows", &self.impossible),
        ] {
            for (why, count) in counts {
                let _ = writeln!(text, "| {title} | {what} | {count} | {} |", why.replace('|', "\\|"));
            }
        }
        text
    }

    /// No case may differ without a note.
    pub(super) fn agrees(&self) {
        assert!(self.differ.is_empty(), "these differ without a note: {:#?}", self.differ);
    }

    /// Compares the numbers with those on the page. No case may differ without a note, and at least 98 of 100
    /// that are neither refused nor impossible have to agree.
    pub(super) fn compare(&self) {
        let text = self.rows();
        assert!(self.differ.is_empty(), "these differ without a note: {:#?}\n{text}", self.differ);
        let noted = self.noted.values().sum::<usize>();
        assert!(noted * 50 <= self.agree + noted, "too many differ, with a note: {text}");
        self.compare_with_page();
    }

    fn compare_with_page(&self) {
        static PAGE: Mutex<()> = Mutex::new(());
        let _alone = PAGE.lock();
        let (path, head) = ("docs/importing.md", format!("| {} | ", self.title));
        let page = std::fs::read_to_string(path).expect("the page");
        let (page, table) = page.split_once("| result |").expect("the table");
        let (page, table) = (format!("{page}| result |"), table.to_owned());
        let is_own = |line: &&str| line.starts_with(&head);
        let own: String = table.lines().filter(is_own).map(|line| format!("{line}\n")).collect();
        if std::env::var("UPDATE_DOCS").is_ok() && own != self.rows() {
            let lines: Vec<&str> = table.lines().collect();
            let at = lines.iter().position(is_own).expect("a row of the tool");
            let before: String = lines[..at].iter().map(|line| format!("{line}\n")).collect();
            let after: String =
                lines[at..].iter().filter(|line| !is_own(line)).map(|line| format!("{line}\n")).collect();
            std::fs::write(path, format!("{page}{before}{}{after}", self.rows())).expect("it can be written");
            return;
        }
        assert_eq!(own, self.rows(), "run `UPDATE_DOCS=1 cargo test --test it -- import::`");
    }
}
