//! Validates raw arguments; all mistakes are reported at once.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::Date;

use super::args::Values;
use super::problems::{BadInstant, BadParam, NoProject, RepeatedParam};
use crate::api::Options;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::project::NEARLY_CONFIG;
use crate::types::calendar::Calendar;

/// The file that marks a folder as a project.
const PROJECT_FILE: &str = "segc.yml";

/// The earliest as_of. Its date is in the year 1 in every time zone.
const FIRST: Timestamp = Timestamp::constant(-62_135_510_400, 0);

/// Options, including those that depend on the project.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) options: Options,
    /// The day whose midnight is as_of, if it is given as a date.
    day: Option<Date>,
}

impl From<Options> for Asked {
    fn from(options: Options) -> Self {
        Self { options, day: None }
    }
}

impl Asked {
    /// The options for a project with this calendar.
    pub(super) fn in_project(self, calendar: &Calendar) -> Result<Options, Diagnostics> {
        let Some(day) = self.day else { return Ok(self.options) };
        let midnight = calendar.midnight(day).filter(|at| *at >= FIRST);
        match midnight {
            Some(_) => Ok(Options { as_of: midnight, ..self.options }),
            None => Err(vec![BadInstant { span: None, text: day.to_string() }.into()].into()),
        }
    }
}

/// Validates parameters, tier and instant.
pub(super) fn options(values: &Values, as_of: Option<&str>) -> Result<Asked, Diagnostics> {
    let mut problems = Diagnostics::new();
    let mut params = BTreeMap::new();
    for text in &values.params {
        match text.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => {
                let name = name.trim().to_owned();
                if params.insert(name.clone(), value.to_owned()).is_some() {
                    problems.push(RepeatedParam { span: None, name });
                }
            }
            _ => problems.push(BadParam { span: None, text: text.clone() }),
        }
    }
    let day = as_of.and_then(day);
    let as_of = as_of.filter(|_| day.is_none()).and_then(|text| {
        let instant = instant(text);
        if instant.is_none() {
            problems.push(BadInstant { span: None, text: text.to_owned() });
        }
        instant
    });
    if problems.is_empty() {
        let options = Options { params, tier: values.tier.clone(), as_of, ..Options::default() };
        Ok(Asked { options, day })
    } else {
        Err(problems)
    }
}

/// Parses an instant with an offset, of whole microseconds, in the years that rows can have.
fn instant(text: &str) -> Option<Timestamp> {
    let instant: Timestamp = text.trim().parse().ok()?;
    (instant.subsec_nanosecond() % 1000 == 0 && instant >= FIRST).then_some(instant)
}

/// Parses a date, `2026-11-20`, and nothing else.
fn day(text: &str) -> Option<Date> {
    let text = text.trim();
    let is_day = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    text.parse().ok().filter(|_| is_day)
}

/// A project's folder, and the prefix of its paths as seen from the current folder.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Root {
    pub(super) folder: PathBuf,
    pub(super) prefix: String,
    /// The current folder as seen from the project's, if it is inside: `segments/`.
    pub(super) within: String,
}

/// Whether a folder contains a project.
pub(super) fn is_project(folder: &Path) -> bool {
    folder.join(PROJECT_FILE).is_file()
}

/// A file in a folder that was probably meant to be `segc.yml`.
fn nearly_project(folder: &Path) -> Option<String> {
    let mut paths = NEARLY_CONFIG.into_iter().map(|name| folder.join(name));
    paths.find(|path| path.is_file()).map(|path| path.display().to_string())
}

/// The given folder, or the nearest project upward from the current folder.
pub(super) fn root(named: Option<&Path>) -> Result<Root, Diagnostic> {
    match named {
        Some(folder) => named_root(folder),
        None => {
            let current = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
            nearest_root(&current)
        }
    }
}

fn named_root(folder: &Path) -> Result<Root, Diagnostic> {
    if !is_project(folder) {
        let current = std::env::current_dir().unwrap_or_default();
        let is_name =
            folder.components().count() == 1 && !folder.exists() && current.ancestors().any(is_project);
        let (nearly, folder) = (nearly_project(folder), folder.display().to_string());
        return Err(NoProject { span: None, folder, searched_up: false, nearly, is_name }.into());
    }
    let mut prefix = String::new();
    for part in folder.components() {
        match part {
            Component::CurDir => {}
            Component::RootDir => prefix.push('/'),
            part => {
                prefix.push_str(&part.as_os_str().to_string_lossy());
                prefix.push('/');
            }
        }
    }
    Ok(Root { folder: folder.to_owned(), prefix, within: String::new() })
}

fn nearest_root(current: &Path) -> Result<Root, Diagnostic> {
    for (up, folder) in current.ancestors().enumerate() {
        if is_project(folder) {
            let inside = current.strip_prefix(folder).unwrap_or(Path::new("")).components();
            let within = inside.map(|part| format!("{}/", part.as_os_str().to_string_lossy())).collect();
            return Ok(Root { folder: folder.to_owned(), prefix: "../".repeat(up), within });
        }
    }
    let (nearly, folder) = (current.ancestors().find_map(nearly_project), current.display().to_string());
    Err(NoProject { span: None, folder, searched_up: true, nearly, is_name: false }.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(params: &[&str]) -> Values {
        Values { params: params.iter().map(|&param| param.to_owned()).collect(), tier: None }
    }

    #[test]
    fn parameters_are_split_at_the_first_equals_sign() {
        let options = options(&values(&["a=1", " b = x=y"]), None).expect("all is well");
        assert_eq!(
            options.options.params,
            BTreeMap::from([("a".into(), "1".into()), ("b".into(), " x=y".into())])
        );
    }

    #[test]
    fn every_wrong_argument_is_reported() {
        let problems =
            options(&values(&["a", "=1", "b=1", "b=2"]), Some("2026-11-20T00:00")).expect_err("slips");
        let codes: Vec<_> = problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, ["SEG810", "SEG810", "SEG811", "SEG812"]);
    }

    #[test]
    fn instants_need_an_offset_and_at_most_microseconds() {
        let text = |text| instant(text).map(|instant| instant.to_string());
        assert_eq!(text("2026-11-20T01:00:00+01:00").as_deref(), Some("2026-11-20T00:00:00Z"));
        assert_eq!(text("2026-11-20T00:00:00.123456Z").as_deref(), Some("2026-11-20T00:00:00.123456Z"));
        for wrong in ["2026-11-20T00:00:00", "2026-11-20T00:00:00.1234567Z", "yesterday", ""] {
            assert_eq!(text(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_date_means_its_midnight_in_the_projects_time_zone() {
        let at = |text: &str, zone: &str| {
            let asked = options(&values(&[]), Some(text)).map_err(drop).ok()?;
            let (zone, zone_name) = crate::types::find_zone(zone).expect("a zone");
            let calendar = Calendar { zone, zone_name, ..Calendar::default() };
            asked.in_project(&calendar).ok()?.as_of.map(|at| at.to_string())
        };
        assert_eq!(at("2026-07-01", "America/New_York").as_deref(), Some("2026-07-01T04:00:00Z"));
        assert_eq!(at(" 2026-07-01 ", "UTC").as_deref(), Some("2026-07-01T00:00:00Z"));
        // Clocks were set forward at midnight: the day begins at one.
        assert_eq!(at("2018-11-04", "America/Sao_Paulo").as_deref(), Some("2018-11-04T03:00:00Z"));
        assert_eq!(at("0001-01-02", "UTC").as_deref(), Some("0001-01-02T00:00:00Z"));
        assert_eq!(at("0001-01-01T00:00:00Z", "UTC"), None);
        assert_eq!(at("0001-01-01", "Asia/Tokyo"), None);
        assert_eq!(at("9999-12-30", "UTC").as_deref(), Some("9999-12-30T00:00:00Z"));
        for wrong in ["2026-02-30", "2026-1-1", "20260701", "2026-07", "+002026-07-01", "9999-12-31"] {
            assert_eq!(at(wrong, "UTC"), None, "{wrong}");
        }
    }

    #[test]
    fn the_nearest_enclosing_project_is_found() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let deep = folder.path().join("segments/eu");
        #[expect(clippy::disallowed_methods, reason = "a test makes its files")]
        {
            std::fs::create_dir_all(&deep).expect("it can be made");
            std::fs::write(folder.path().join(PROJECT_FILE), "").expect("it can be written");
        }
        let root = nearest_root(&deep).expect("it is there");
        assert_eq!((root.folder.as_path(), root.prefix.as_str()), (folder.path(), "../../"));
        assert_eq!(root.within, "segments/eu/");
        assert_eq!(named_root(&deep).expect_err("it isn't one").code, "SEG813");
        #[expect(clippy::disallowed_methods, reason = "a test makes its files")]
        std::fs::write(deep.join("segc.yaml"), "").expect("it can be written");
        let help = named_root(&deep).expect_err("it isn't one").help.unwrap_or_default();
        let path = deep.join("segc.yaml").display().to_string();
        assert_eq!(help, format!("rename `{path}` to `segc.yml`"));
    }
}
