//! Every segment of every example has the same members, however they are computed: by hand, by the
//! reference evaluator, by the printed SELECT or by scripts, on every engine.

use crate::support::agree::{everything, everything_on};
use crate::support::project::Project;
use crate::support::target::Target;

fn agree(project: &Project, segments: usize) {
    let report = everything(project);
    let compared = report.compared;
    report.finish(project.name);
    assert!(compared > segments * 5, "{}: only {compared} comparisons", project.name);
    eprintln!("{}: {compared} comparisons", project.name);
}

#[test]
fn members_of_the_shop_agree_everywhere() {
    agree(&Project::shop(), 40);
}

#[test]
fn members_of_the_flags_agree_everywhere() {
    agree(&Project::flags(), 26);
}

#[test]
fn members_of_web_analytics_agree_everywhere() {
    agree(&Project::web_analytics(), 36);
}

#[test]
fn members_do_not_depend_on_the_databases_collation() {
    let Some(english) = Target::english() else { return };
    everything_on(&Project::shop(), vec![english]).finish("shop, English collation");
}
