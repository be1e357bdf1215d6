//! Checking a project again after few of its files have changed.
//!
//! After a check without any problem, a [`CleanCheck`] can be kept: the digest of each file, the names that it
//! declares, and all of its words. The next check reads and compares all files. It then parses and checks only
//! the changed ones and those that could make a difference to what is found in them:
//!
//! - every file that contains the name of something in a changed file, or of something in such a file again;
//! - every file that declares a name that is a word in one of these, and so on.
//!
//! Words are compared, not references: a word in a comment counts, and so do names before and after the
//! change. A file that was left out thus has no word in common with what was declared by, or refers to, a changed
//! file, and everything in it still means the same.
//!
//! Segments with the same members needn't have a word in common. What identifies their members is therefore kept, too:
//! if a segment of the part has those of one that was left out, all files are checked.
//!
//! Whether a trait or a parameter is used is decided by names, too: one that may have lost its last use is in the part,
//! and so the whole project is checked if it has none there.
//!
//! The keys of static lists are in files of their own: a file of segments has changed, too, if that of one of its lists
//! has.
//!
//! If the part has any problem, all files are checked as if nothing was known. What is reported therefore never comes
//! from what was kept, except that there is nothing to report.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::lists::is_inside;
use super::open::open_files;
use super::session::{Options, Session};
use crate::artifact::digest;
use crate::check::hir::SegmentId;
use crate::diagnostic::{Diagnostics, SourceId};
use crate::project::{Files, Level, Snapshot};
use crate::syntax::{self, ast};

/// The property that connects segments without naming them.
const GROUP: &str = "exclusive group";

/// What is added to a segment's name for a table of its own, which no other segment may be called.
const HISTORY: &str = "_history";

/// A project opened for a check.
pub struct Rechecked {
    /// The project, or a part of it that has no problems.
    pub session: Session,
    /// The problems found by opening it.
    pub problems: Diagnostics,
    /// What is known beside the session.
    pub known: Known,
}

/// What is known of a project beside its session.
#[derive(Debug, Default)]
pub struct Known {
    /// How many segments aren't in the session, because they have no problems.
    pub elsewhere: usize,
    clean: Option<CleanCheck>,
    is_kept: bool,
}

impl Known {
    /// What to keep for the next check, if this one finds no problem at all; `None` if that is
    /// what was kept already, or if nothing can be known of this project's names.
    #[must_use]
    pub fn to_keep(&self) -> Option<Vec<u8>> {
        self.clean.as_ref().filter(|_| !self.is_kept).map(CleanCheck::to_bytes)
    }
}

/// What earlier checks have kept, and when to keep something.
#[derive(Debug, Clone, Copy)]
pub struct Kept<'a> {
    /// What an earlier check returned. Anything else is ignored.
    pub bytes: Option<&'a [u8]>,
    /// Identifies this program: another one may find more.
    pub compiler: &'a str,
    /// From how many segments on a project is worth it.
    pub from: usize,
}

/// Opens a project for a check on these targets (all, if there are none).
#[must_use]
pub fn open_to_check(files: &dyn Files, options: &Options, targets: &[String], kept: Kept<'_>) -> Rechecked {
    let mut snapshot = Snapshot::of(files);
    let key = key(&snapshot, options, targets, kept.compiler);
    let from = kept.from;
    let kept = kept.bytes.and_then(CleanCheck::read).filter(|kept| kept.key == key);
    if let Some(part) = kept.and_then(|kept| Part::of(kept, &snapshot, options)) {
        let Part { clean, omitted, elsewhere, is_kept, suspects } = part;
        let members = clean.members_in(&omitted);
        snapshot.omit(omitted);
        let (mut session, problems) = open_files(&snapshot, options);
        let repeats = |session: &Session| members_of(session).any(|(_, own)| members.contains(&own));
        if problems.is_empty() && has_no_problems(&session, options, targets, &suspects) && !repeats(&session)
        {
            let clean = Some(clean.with_counts(&session));
            // The rest of the project uses them.
            session.hir.unused.clear();
            return Rechecked { session, problems, known: Known { elsewhere, clean, is_kept } };
        }
        snapshot.omit(BTreeSet::new());
    }
    let (session, problems) = open_files(&snapshot, options);
    // Equal members that a comment allows, and subsets, may be in files that have no word in common.
    let is_worth_it = problems.is_empty()
        && session.config().warnings.of("SEG392") == Level::Allow
        && !session.silence.mentions("SEG380")
        && session.hir().segments.len() >= from;
    let clean = is_worth_it.then(|| CleanCheck::of(key, &snapshot, &session)).flatten();
    Rechecked { session, problems, known: Known { clean, ..Known::default() } }
}

fn has_no_problems(
    session: &Session,
    options: &Options,
    targets: &[String],
    suspects: &BTreeSet<u32>,
) -> bool {
    let all: Vec<_> = session.hir().iter().map(|(id, _)| id).collect();
    let every = session.targets();
    let targets = if targets.is_empty() { &every[..] } else { targets };
    session.findings_of_part(|name| longest(name).is_none_or(|word| suspects.contains(&word))).is_empty()
        && targets.iter().all(|target| session.judge(target, &all, options).is_empty())
}

/// What identifies the members of each segment that may have those of another. Two may have one by accident, which
/// only costs a check of all files.
fn members_of(session: &Session) -> impl Iterator<Item = (SegmentId, u64)> {
    session.logical().comparable().map(|(id, question)| (id, question.members.short()))
}

/// A digest of everything but the segments: the compiler, the caller's options, all other files.
fn key(snapshot: &Snapshot<'_>, options: &Options, targets: &[String], compiler: &str) -> String {
    let Options { params, tier, as_of, probes } = options;
    let mut hash = Sha256::new();
    hash.update(format!("{compiler:?} {params:?} {tier:?} {as_of:?} {probes:?} {targets:?}\n"));
    for (path, bytes) in snapshot.others() {
        hash.update(format!("{path:?} {}\n", bytes.len()));
        hash.update(bytes);
    }
    digest(&hash.finalize())
}

/// What is known after a check without problems.
#[derive(Debug, Serialize, Deserialize)]
struct CleanCheck {
    key: String,
    files: BTreeMap<String, CleanFile>,
}

/// A file of segments without problems.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct CleanFile {
    digest: String,
    /// Of what it declares. Two may have one hash, which only connects more.
    names: Vec<u32>,
    /// Of all of its words, sorted.
    words: Vec<u32>,
    segments: usize,
    /// What identifies the members of its segments.
    members: Vec<u64>,
    /// The files of its static lists, each with the digest of its contents.
    lists: Vec<(String, String)>,
}

impl CleanCheck {
    /// The whole project; `None` if a name has no words, so that nothing could tell where it is used.
    fn of(key: String, snapshot: &Snapshot<'_>, session: &Session) -> Option<Self> {
        let texts: Vec<_> = snapshot.segments().collect();
        let mut trees: BTreeMap<&str, &ast::File> = BTreeMap::new();
        for file in session.syntax.iter() {
            let place = file.items.first().and_then(|item| session.sources.locate(name(item).span));
            trees.extend(place.map(|(path, _)| (path, file)));
        }
        let read = texts.into_par_iter().map(|(path, bytes)| {
            let empty = ast::File::default();
            let file = CleanFile::new(bytes, trees.get(path).copied().unwrap_or(&empty), snapshot)?;
            Some((path.to_owned(), file))
        });
        Some(Self { key, files: read.collect::<Option<_>>()? }.with_counts(session))
    }

    /// What identifies the members of the segments in some files.
    fn members_in(&self, paths: &BTreeSet<String>) -> BTreeSet<u64> {
        let files = paths.iter().filter_map(|path| self.files.get(path));
        files.flat_map(|file| &file.members).copied().collect()
    }

    /// What was written by [`CleanCheck::to_bytes`], unchanged.
    fn read(bytes: &[u8]) -> Option<Self> {
        let (seal, json) = bytes.split_at_checked(64)?;
        (digest(json).as_bytes() == seal).then(|| serde_json::from_slice(json).ok())?
    }

    fn to_bytes(&self) -> Vec<u8> {
        let json = serde_json::to_vec(self).unwrap_or_default();
        [digest(&json).into_bytes(), json].concat()
    }

    /// Takes the number of segments in each file, and their members, from a session that has some of the files.
    fn with_counts(mut self, session: &Session) -> Self {
        for (_, segment) in session.hir().iter() {
            let path = session.sources.locate(segment.name_span).map(|(path, _)| path);
            if let Some(file) = path.and_then(|path| self.files.get_mut(path)) {
                file.segments += 1;
            }
        }
        for (id, members) in members_of(session) {
            let place = session.sources.locate(session.hir().segment(id).name_span);
            if let Some(file) = place.and_then(|(path, _)| self.files.get_mut(path)) {
                file.members.push(members);
            }
        }
        self
    }
}

impl CleanFile {
    /// What a file declares and says; `None` if there is a problem with it.
    fn of(bytes: &[u8], files: &dyn Files) -> Option<Self> {
        let mut problems = Diagnostics::new();
        let file = syntax::parse(SourceId(0), std::str::from_utf8(bytes).ok()?, &mut problems);
        problems.is_empty().then(|| Self::new(bytes, &file, files))?
    }

    fn new(bytes: &[u8], file: &ast::File, files: &dyn Files) -> Option<Self> {
        let (mut names, mut words) = (Vec::new(), words_of(std::str::from_utf8(bytes).ok()?));
        for item in &file.items {
            names.extend(declared(item)?);
            let groups = groups(item);
            names.extend(&groups);
            words.extend(groups);
        }
        words.sort_unstable();
        let lists =
            file.items.iter().filter_map(list).map(|path| Some((path.to_owned(), of_list(path, files)?)));
        let lists = lists.collect::<Option<_>>()?;
        Some(Self { digest: digest(bytes), names, words, lists, ..Self::default() })
    }

    /// Whether a file and those of its lists are as they were.
    fn is_same(&self, bytes: &[u8], files: &dyn Files) -> bool {
        let is_same = |(path, known): &(String, String)| of_list(path, files).as_ref() == Some(known);
        self.digest == digest(bytes) && self.lists.iter().all(is_same)
    }
}

/// The path of the file of a static list.
fn list(item: &ast::Item) -> Option<&str> {
    let ast::Item::Segment(segment) = item else { return None };
    match segment.listed.as_ref()? {
        ast::Listed::File { path, .. } => Some(path),
        ast::Listed::Entity { .. } => None,
    }
}

/// The digest of a list's contents; `None` if they can't be read.
fn of_list(path: &str, files: &dyn Files) -> Option<String> {
    is_inside(path).then(|| files.read_list(path).ok())?.map(|bytes| digest(&bytes))
}

fn name(item: &ast::Item) -> &ast::Name {
    match item {
        ast::Item::Param(param) => &param.name,
        ast::Item::Trait(item) => &item.name,
        ast::Item::Segment(segment) => &segment.name,
    }
}

/// The name of an item, by its longest word; of a segment that could be another's history, that one's, too.
fn declared(item: &ast::Item) -> Option<Vec<u32>> {
    let text = name(item).text.to_lowercase();
    let of = text.strip_suffix(HISTORY).and_then(longest);
    Some(std::iter::once(longest(&text)?).chain(of).collect())
}

/// The longest word of a name.
fn longest(name: &str) -> Option<u32> {
    split(&name.to_lowercase()).max_by_key(|word| word.len()).map(hash)
}

/// The groups of a segment, as words that no file contains otherwise.
fn groups(item: &ast::Item) -> Vec<u32> {
    let ast::Item::Segment(segment) = item else { return Vec::new() };
    let groups = segment.properties.iter().filter(|property| property.name.text == GROUP);
    groups.map(|property| hash(&format!("{GROUP}: {:?}", property.value))).collect()
}

fn words_of(text: &str) -> Vec<u32> {
    let mut words: Vec<u32> = split(&text.to_lowercase()).map(hash).collect();
    words.sort_unstable();
    words.dedup();
    words
}

fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// FNV-1a, which is the same on every machine.
fn hash(word: &str) -> u32 {
    word.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// The part of a project that has to be checked again.
struct Part {
    /// What will be known of the whole project, if the part has no problems.
    clean: CleanCheck,
    /// The files that needn't be checked.
    omitted: BTreeSet<String>,
    /// How many segments these have.
    elsewhere: usize,
    /// Whether nothing has changed.
    is_kept: bool,
    /// The names that may be unused now: those that changed files declare, and those that they contained.
    suspects: BTreeSet<u32>,
}

impl Part {
    /// `None` if it is most of the project.
    fn of(kept: CleanCheck, snapshot: &Snapshot<'_>, options: &Options) -> Option<Self> {
        let CleanCheck { key, files: mut old } = kept;
        let texts: Vec<_> = snapshot.segments().collect();
        let current: Vec<(&str, Option<CleanFile>)> = texts
            .into_par_iter()
            .map(|(path, bytes)| {
                let is_same = old.get(path).is_some_and(|file| file.is_same(bytes, snapshot));
                if is_same { Some((path, None)) } else { Some((path, Some(CleanFile::of(bytes, snapshot)?))) }
            })
            .collect::<Option<_>>()?;
        // What changed files declared and said, and what they do now.
        let (mut files, mut changed, mut gone) = (BTreeMap::new(), BTreeSet::new(), CleanFile::default());
        for (path, new) in current {
            let before = old.remove(path);
            let file = new.or_else(|| before.clone())?;
            let is_same = |before: &CleanFile| before.digest == file.digest && before.lists == file.lists;
            if !before.as_ref().is_some_and(is_same) {
                changed.insert(path);
                before.into_iter().for_each(|before| gone.add(before));
            }
            files.insert(path, file);
        }
        let is_kept = changed.is_empty() && old.is_empty();
        old.into_values().for_each(|before| gone.add(before));
        let declared = changed.iter().flat_map(|path| &files[*path].names);
        let suspects = gone.names.iter().chain(&gone.words).chain(declared).cloned().collect();
        // A project needs segments.
        changed.extend(files.keys().next().filter(|_| is_kept));

        let config = snapshot.others().find(|(path, _)| *path == "segc.yml").map(|(_, bytes)| bytes);
        gone.words.extend(words_of(&String::from_utf8_lossy(config?)));
        gone.words.extend(options.params.keys().flat_map(|name| words_of(name)));
        let part = connected(&files, changed, gone);
        if part.len() * 2 > files.len() {
            return None;
        }
        let rest = || files.iter().filter(|(path, _)| !part.contains(*path));
        let elsewhere = rest().map(|(_, file)| file.segments).sum();
        let omitted = rest().map(|(path, _)| (*path).to_owned()).collect();
        let counted = |(path, file): (&&str, &CleanFile)| {
            let file = file.clone();
            let file = match part.contains(path) {
                true => CleanFile { segments: 0, members: Vec::new(), ..file },
                false => file,
            };
            ((*path).to_owned(), file)
        };
        let clean = CleanCheck { key, files: files.iter().map(counted).collect() };
        Some(Self { clean, omitted, elsewhere, is_kept, suspects })
    }
}

impl CleanFile {
    fn add(&mut self, other: Self) {
        self.names.extend(other.names);
        self.words.extend(other.words);
    }
}

/// The changed files with all that their change can affect, and all that these need. `gone` is what changed
/// files had before.
fn connected<'a>(
    files: &BTreeMap<&'a str, CleanFile>,
    changed: BTreeSet<&'a str>,
    gone: CleanFile,
) -> BTreeSet<&'a str> {
    let mut part = changed;
    // Files that contain a name, and those that contain a name in these.
    let has_word = |file: &CleanFile, names: &BTreeSet<u32>| {
        names.iter().any(|name| file.words.binary_search(name).is_ok())
    };
    grow(files, &mut part, gone.names, |file| &file.names, has_word);
    // Files that declare a word, and those that declare a word in these.
    let has_name =
        |file: &CleanFile, words: &BTreeSet<u32>| file.names.iter().any(|name| words.contains(name));
    grow(files, &mut part, gone.words, |file| &file.words, has_name);
    part
}

/// Adds the files that are connected with what the part has, until there is no more.
fn grow<'a>(
    files: &BTreeMap<&'a str, CleanFile>,
    part: &mut BTreeSet<&'a str>,
    more: Vec<u32>,
    facts: fn(&CleanFile) -> &Vec<u32>,
    is_connected: impl Fn(&CleanFile, &BTreeSet<u32>) -> bool,
) {
    let of = |paths: &BTreeSet<&str>| -> BTreeSet<u32> {
        paths.iter().filter_map(|path| files.get(path)).flat_map(facts).copied().collect()
    };
    let mut new = of(part);
    new.extend(more);
    while !new.is_empty() {
        let others = files.iter().filter(|(path, _)| !part.contains(*path));
        let found: BTreeSet<&str> =
            others.filter(|(_, file)| is_connected(file, &new)).map(|(path, _)| *path).collect();
        new = of(&found);
        part.extend(found);
    }
}
