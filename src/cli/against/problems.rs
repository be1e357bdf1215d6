//! Problems of the version that `segc diff` compares with: SEG830 to SEG834.

use crate::diagnostic::Span;
use crate::problems;

problems! {
    /// The program `git` can't be run.
    ///
    /// A revision is read through it. It has to be installed and on the path.
    ///
    /// ```text
    /// segc diff main
    /// ```
    ///
    /// Install git, or compare with a folder or an earlier build.
    error SEG830 "no git" NoGit { span: Option<Span>, why: String }
    message |p| format!("`git`, which reads revisions, can't be run: {}", p.why);
    help |_p| Some("install it, or name a folder with another version or a `manifest.json`".to_owned());

    /// The project isn't in a git repository, or git refuses to read that.
    ///
    /// ```text
    /// segc -C /tmp/shop diff main
    /// ```
    ///
    /// Name a folder with another version of the project, or a build.
    error SEG831 "no repository" NoRepository { span: Option<Span>, folder: String, asked: String, why: Option<String> }
    message |p| match &p.why {
        Some(why) => format!("git can't read the repository of `{}`: {why}", p.folder),
        None => format!("`{}` is neither a project's folder nor a build, and `{}` is in no git repository", p.asked, p.folder),
    };
    help |_p| Some("name a folder with another version of the project, or one that `segc compile --out` has written".to_owned());

    /// The repository has no such revision.
    ///
    /// ```text
    /// segc diff mian
    /// ```
    ///
    /// Name a branch, a tag or a commit. In CI, a shallow clone lacks the others: fetch the branch first.
    error SEG832 "unknown revision" UnknownRevision { span: Option<Span>, asked: String }
    message |p| format!("`{}` is no revision of this repository, no project's folder and no build", p.asked);
    help |_p| Some("name a branch, a tag or a commit; a shallow clone has to fetch it first".to_owned());

    /// The revision has no project in this folder.
    ///
    /// The project may have been elsewhere, or not have been there at all.
    ///
    /// ```text
    /// segc diff v0.1
    /// ```
    ///
    /// Name a later revision. Of a project that was moved, check out the earlier one and name its folder.
    error SEG833 "no project in the revision" NoProjectThen { span: Option<Span>, asked: String, folder: String }
    message |p| format!("in the revision `{}`, `{}` has no `segc.yml`", p.asked, p.folder);
    help |_p| Some("name a later revision, or a folder in which the earlier version is checked out".to_owned());

    /// An earlier build has no conditions that could be evaluated.
    ///
    /// ```text
    /// segc diff target/segc --data
    /// ```
    ///
    /// Compare with a git revision or with a folder.
    error SEG834 "no data of a build" NoDataOfBuild { span: Option<Span>, asked: String }
    message |p| format!("`{}` is a build, whose manifest only tells which segments differ", p.asked);
    help |_p| Some("name a git revision or a folder with another version of the project".to_owned());
}
