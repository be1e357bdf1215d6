//! Every problem of a project, with its code, its place and what to do.

use segc::api::{Disk, Options, Severity, check};

pub(crate) fn main() {
    let files = Disk::new("examples/shop");
    let (session, problems) = check(&files, &Options::default());

    for problem in problems.iter().filter(|problem| problem.severity == Severity::Error) {
        let place = problem.span.and_then(|span| session.sources.locate(span));
        let (path, line) = place.map_or(("", 0), |(path, position)| (path, position.line));
        println!("{path}:{line}: {} {}", problem.code, problem.message);
        println!("  {}", problem.help.as_deref().unwrap_or_default());
    }
    assert!(!problems.has_errors(), "the example has none");
}
