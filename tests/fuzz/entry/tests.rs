//! Rows written by people: unit tests, and the row of `why --row`.

use std::sync::LazyLock;

use segc::api::{Options, Question, Session, open_files};
use segc::check::hir::SegmentId;
use segc::project::Memory;
use segc::unittest;

use super::judge;
use super::project::as_of;
use crate::corpus::root;
use crate::seen::Seen;

/// The project that `segc init` writes.
static SHOP: LazyLock<Memory> = LazyLock::new(|| {
    let folder = root().join("catalog/init/shop");
    let files = ["segc.yml", "catalog/shop.yml", "segments/contact.seg", "segments/value.seg"];
    files.iter().fold(Memory::new(), |memory, path| {
        memory.with(*path, std::fs::read(folder.join(path)).expect("a file of the project"))
    })
});

pub(super) static OPENED: LazyLock<Session> = LazyLock::new(|| {
    let (session, problems) = open_files(&*SHOP, &Options::default());
    assert!(!problems.has_errors(), "the project is sound");
    session
});

pub(super) fn unit_tests(input: &[u8], seen: &mut Seen) {
    let mut session = OPENED.clone();
    let (suite, problems) = unittest::read(&mut session, &SHOP.clone().with("tests/input.yml", input));
    judge::problems(&session.sources, &problems, seen);
    let all: Vec<usize> = (0..suite.cases.len()).collect();
    let outcomes = suite.run(&all);
    outcomes
        .iter()
        .flat_map(|outcome| &outcome.verdicts)
        .for_each(|verdict| seen.note(std::mem::discriminant(verdict)));
    judge::problems(&session.sources, &suite.problems(&outcomes), seen);
}

pub(super) fn row(input: &[u8], seen: &mut Seen) {
    // The command line reads a file as text before it comes here.
    let Ok(text) = std::str::from_utf8(input) else { return };
    let segments: Vec<SegmentId> = OPENED.hir().iter().map(|(id, _)| id).collect();
    for segment in segments {
        let mut session = OPENED.clone();
        match unittest::read_row(&mut session, "row.yml", text, segment, &[]) {
            Ok(row) => {
                let question = Question { segment, key: &row.key, deep: true };
                match session.why_row(&question, &row.data, as_of()) {
                    Ok(why) => seen.note(("why", why.member)),
                    Err(problems) => judge::problems(&session.sources, &problems, seen),
                }
            }
            Err(problems) => judge::problems(&session.sources, &problems, seen),
        }
    }
}
