//! What the pages of a site say, looked up once.

use std::collections::{BTreeMap, HashMap};

use super::html::{self, Html};
use super::measured::Measured;
use super::shell::Shell;
use super::{Request, refresh};
use crate::api::{Attrition, Entry, EntryRead};
use crate::catalog::Entity;
use crate::check::hir::SegmentId;
use crate::describe::Describer;
use crate::diagnostic::{Diagnostics, Severity, visible};

/// Everything that pages are made of.
pub(super) struct Facts<'a> {
    pub(super) request: &'a Request<'a>,
    /// The segments, ordered by name.
    pub(super) segments: Vec<SegmentFacts>,
    /// Their places, by name.
    places: HashMap<String, usize>,
    /// The entities of the catalog, ordered by name.
    pub(super) entities: Vec<EntityFacts<'a>>,
    /// The unit tests that expect members of the segments, in the order of their files.
    pub(super) tests: Vec<Test>,
    /// What a check warns of, in the order of places.
    pub(super) findings: Vec<Finding>,
}

/// A segment.
pub(super) struct SegmentFacts {
    pub(super) entry: Entry,
    /// Its identity, unless it is disabled.
    pub(super) id: Option<SegmentId>,
    /// Who is a member, in words.
    pub(super) words: Html,
    /// Its text.
    pub(super) source: Html,
    /// The places of its tests in [`Facts::tests`], with its verdict in each.
    pub(super) tests: Vec<(usize, Option<String>)>,
    /// The places of its findings in [`Facts::findings`].
    pub(super) findings: Vec<usize>,
    /// How it is stored and refreshed, by target. Targets that refuse it are missing.
    pub(super) plans: BTreeMap<String, refresh::Planned>,
}

/// An entity of the catalog.
pub(super) struct EntityFacts<'a> {
    pub(super) entity: &'a Entity,
    /// The places of the segments on it.
    pub(super) segments: Vec<usize>,
    /// The places of the segments that read it.
    pub(super) readers: Vec<usize>,
    /// The places of the segments that read each field, by its name.
    pub(super) fields: BTreeMap<String, Vec<usize>>,
}

/// A unit test.
pub(super) struct Test {
    pub(super) name: String,
    pub(super) path: String,
    pub(super) line: usize,
    pub(super) as_of: String,
    /// The segments whose members it expects, each with what is wrong if it fails.
    pub(super) verdicts: Vec<(String, Option<String>)>,
}

impl Test {
    pub(super) fn passed(&self) -> bool {
        self.verdicts.iter().all(|(_, wrong)| wrong.is_none())
    }
}

/// What a check warns of.
pub(super) struct Finding {
    pub(super) code: &'static str,
    pub(super) is_error: bool,
    pub(super) message: Html,
    pub(super) help: Option<Html>,
    /// The path and the line.
    pub(super) place: Option<(String, usize)>,
}

impl<'a> Facts<'a> {
    pub(super) fn gather(request: &'a Request<'a>) -> Result<Self, Diagnostics> {
        let session = request.session;
        let hir = session.hir();
        let entries = session.entries(request.segments)?;
        let places: HashMap<String, usize> =
            entries.iter().enumerate().map(|(at, entry)| (entry.name.clone(), at)).collect();
        let describer = Describer::new(hir);
        let mut segments: Vec<SegmentFacts> = entries
            .into_iter()
            .map(|entry| {
                let id = hir.find(&entry.name).filter(|_| entry.enabled);
                let words = id.map(|id| html::description(&describer.segment(id))).unwrap_or_default();
                let source = html::segment_code(&text_of(request, &entry));
                let (tests, findings, plans) = (Vec::new(), Vec::new(), BTreeMap::new());
                SegmentFacts { entry, id, words, source, tests, findings, plans }
            })
            .collect();
        let tests = tests(request, &places, &mut segments);
        let findings = findings(request, &mut segments);
        refresh::add_plans(request, &places, &mut segments);
        let entities = entities(request, &segments);
        Ok(Self { request, segments, places, entities, tests, findings })
    }

    /// The segment with this name, if it has a page.
    pub(super) fn find(&self, name: &str) -> Option<&SegmentFacts> {
        self.places.get(name).and_then(|&at| self.segments.get(at))
    }

    pub(super) fn measured(&self) -> Option<&'a Measured> {
        self.request.measured
    }

    /// What was counted of a segment.
    pub(super) fn attrition(&self, segment: &str) -> Option<&'a Attrition> {
        self.request.measured?.attritions.get(segment)
    }

    /// The frame of a page in the site's folder, or one below it.
    pub(super) fn shell(&self, title: &str, active: &'static str, is_below: bool) -> Shell {
        Shell {
            project: visible(self.request.session.name()),
            title: visible(title),
            active,
            root: if is_below { "../" } else { "" },
            version: env!("CARGO_PKG_VERSION"),
            tests: self.tests.len(),
            failed: self.tests.iter().filter(|test| !test.passed()).count(),
            findings: self.findings.len(),
            measured: self.measured().map(super::shell::basis),
            has_overlap: self.measured().is_some_and(|one| !one.overlaps.is_empty()),
        }
    }

    /// A segment to link to.
    pub(super) fn link(&self, name: &str) -> Link {
        let found = self.find(name);
        Link {
            name: visible(name),
            title: visible(found.and_then(|one| one.entry.title.as_deref()).unwrap_or(name)),
            href: found.map(|_| format!("segments/{}.html", html::url(name))),
        }
    }

    /// An entity to link to.
    pub(super) fn entity_link(&self, name: &str) -> Link {
        let found = self.entities.iter().find(|one| one.entity.name == name);
        Link {
            name: visible(name),
            title: visible(found.and_then(|one| one.entity.singular.as_deref()).unwrap_or(name)),
            href: found.map(|_| format!("entities/{}.html", html::url(name))),
        }
    }
}

/// A name with the page about it, as an address from the site's folder.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub(super) name: String,
    pub(super) title: String,
    /// `None` if it has no page, since it isn't selected.
    pub(super) href: Option<String>,
}

/// A segment as it is written, from `segment` to `}`.
fn text_of(request: &Request<'_>, entry: &Entry) -> String {
    let sources = &request.session.sources;
    let source = sources.iter().map(|(_, source)| source).find(|source| source.path() == entry.path);
    let Some(source) = source else { return String::new() };
    let (start, end) = (entry.range.start, entry.range.end);
    let mut out = String::new();
    for (number, line) in (1..).zip(source.text().split_inclusive('\n')) {
        if number < start.line || number > end.line {
            continue;
        }
        let from = if number == start.line { start.column - 1 } else { 0 };
        let to = if number == end.line { end.column.saturating_sub(1) } else { usize::MAX };
        out.extend(line.chars().skip(from).take(to.saturating_sub(from)));
    }
    out
}

/// Runs the unit tests on the reference evaluator.
fn tests(request: &Request<'_>, places: &HashMap<String, usize>, segments: &mut [SegmentFacts]) -> Vec<Test> {
    let suite = request.suite;
    let is_shown = |at: &usize| {
        let case = suite.cases.get(*at);
        case.is_some_and(|case| case.expectations.iter().any(|one| places.contains_key(&one.name)))
    };
    let cases: Vec<usize> = (0..suite.cases.len()).filter(is_shown).collect();
    let mut tests = Vec::new();
    for outcome in suite.run(&cases) {
        let Some(case) = suite.cases.get(outcome.case) else { continue };
        let verdicts = case.expectations.iter().zip(&outcome.verdicts);
        let verdicts: Vec<(String, Option<String>)> =
            verdicts.map(|(one, verdict)| (one.name.clone(), verdict.said())).collect();
        for (name, wrong) in &verdicts {
            if let Some(segment) = places.get(name).and_then(|&at| segments.get_mut(at)) {
                segment.tests.push((tests.len(), wrong.clone()));
            }
        }
        tests.push(Test {
            name: visible(&case.name),
            path: visible(&case.path),
            line: case.line,
            as_of: super::history::instant(case.as_of),
            verdicts,
        });
    }
    tests
}

/// What a check warns of, and which segments it is about.
fn findings(request: &Request<'_>, segments: &mut [SegmentFacts]) -> Vec<Finding> {
    let sources = &request.session.sources;
    let mut sorted = request.findings.clone();
    sorted.sort(sources);
    // The segments of each file, in the order of their lines.
    let mut files: HashMap<&str, Vec<(usize, usize, usize)>> = HashMap::new();
    for (at, one) in segments.iter().enumerate() {
        let range = one.entry.range;
        files.entry(&one.entry.path).or_default().push((range.start.line, range.end.line, at));
    }
    files.values_mut().for_each(|ranges| ranges.sort_unstable());
    let (mut found, mut about) = (Vec::new(), Vec::new());
    for problem in sorted.iter() {
        let place = problem.span.and_then(|span| sources.locate(span));
        if let Some((path, at)) = place
            && let Some(ranges) = files.get(path)
        {
            let before = ranges.partition_point(|(start, _, _)| *start <= at.line);
            let segment = before.checked_sub(1).and_then(|last| ranges.get(last));
            about.extend(segment.filter(|(_, end, _)| at.line <= *end).map(|(_, _, at)| (*at, found.len())));
        }
        found.push(Finding {
            code: problem.code,
            is_error: problem.severity == Severity::Error,
            message: html::message(&problem.message),
            help: problem.help.as_deref().map(html::message),
            place: place.map(|(path, at)| (visible(path), at.line)),
        });
    }
    for (segment, finding) in about {
        if let Some(segment) = segments.get_mut(segment) {
            segment.findings.push(finding);
        }
    }
    found
}

fn entities<'a>(request: &'a Request<'a>, segments: &[SegmentFacts]) -> Vec<EntityFacts<'a>> {
    let catalog = &request.session.hir().catalog;
    // The keys of a static list aren't in the catalog.
    let entities = catalog.entities.iter().filter(|entity| entity.list.is_none());
    let mut found: Vec<EntityFacts<'a>> = entities
        .map(|entity| EntityFacts {
            entity,
            segments: Vec::new(),
            readers: Vec::new(),
            fields: BTreeMap::new(),
        })
        .collect();
    let places: HashMap<&str, usize> =
        found.iter().enumerate().map(|(at, one)| (one.entity.name.as_str(), at)).collect();
    for (at, one) in segments.iter().enumerate() {
        if let Some(entity) = places.get(one.entry.entity.as_str()).and_then(|&place| found.get_mut(place)) {
            entity.segments.push(at);
        }
        for EntryRead { entity, fields, .. } in one.entry.reads.iter().flatten() {
            let Some(entity) = places.get(entity.as_str()).and_then(|&place| found.get_mut(place)) else {
                continue;
            };
            entity.readers.push(at);
            for field in fields {
                entity.fields.entry(field.clone()).or_default().push(at);
            }
        }
    }
    found
}
